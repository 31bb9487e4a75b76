/* test_statistics_read.c - memory statistics of Go, jemalloc and tcmalloc; names and origins of functions. */
#include "unit.h"

#include <string.h>

#include "own_code.h"
#include "statistics_read.h"

static hf__memory read_text(const char *text)
{
    hf__memory memory;
    assert_int_equal(hf__statistics_read(hf_text_from_cstr(text), "x", &memory, NULL), HF_OK);
    return memory;
}

static void test_statistics_read__go(void **state)
{
    (void)state;
    static const char *const both[] = {
        "{\"HeapAlloc\":1000,\"HeapSys\":5000,\"HeapReleased\":2000,\"StackInuse\":7,\"NumGC\":3,\"TotalAlloc\":99,\"HeapObjects\":4}",
        " {\"cmdline\":[\"x\"],\"memstats\":{\"HeapAlloc\":1000,\"HeapSys\":5000,\"HeapReleased\":2000,\"StackInuse\":7,\"NumGC\":3,"
        "\"TotalAlloc\":99,\"HeapObjects\":4}}",
    };
    for (int i = 0; i < 2; i++) {
        hf__memory memory = read_text(both[i]);
        assert_int_equal(memory.allocator_live, 1000);
        assert_int_equal(memory.allocator_held, 3000);
        assert_int_equal(memory.stacks, 7);
        assert_int_equal(memory.collections, 3);
        assert_int_equal(memory.allocated_bytes, 99);
        assert_int_equal(memory.blocks, 4);
        assert_int_equal(memory.rss, -1);
    }
}

static void test_statistics_read__jemalloc_and_tcmalloc(void **state)
{
    (void)state;
    hf__memory memory = read_text("___ Begin jemalloc statistics ___\nVersion: 5\n"
                                  "Allocated: 48240, active: 69632, metadata: 2593, resident: 2637824, mapped: 6377472, retained: 12\n");
    assert_int_equal(memory.allocator_live, 48240);
    assert_int_equal(memory.allocator_held, 2637824);
    memory = read_text("stats.allocated: 123\nstats.resident = 456\n");
    assert_int_equal(memory.allocator_live, 123);
    assert_int_equal(memory.allocator_held, 456);
    memory = read_text("{\"jemalloc\":{\"stats\":{\"allocated\":77,\"resident\":88}}}");
    assert_int_equal(memory.allocator_live, 77);
    memory = read_text("------------------------------------------------\n"
                       "MALLOC:       2055296 (    2.0 MiB) Bytes in use by application\n"
                       "MALLOC: +      491520 (    0.5 MiB) Bytes in page heap freelist\n"
                       "MALLOC: =     4980736 (    4.8 MiB) Actual memory used (physical + swap)\n");
    assert_int_equal(memory.allocator_live, 2055296);
    assert_int_equal(memory.allocator_held, 4980736);
    memory = read_text("generic.current_allocated_bytes: 5\ngeneric.heap_size: 9\n");
    assert_int_equal(memory.allocator_live, 5);
    assert_int_equal(memory.allocator_held, 9);
}

static void test_statistics_read__leaves_others_alone_and_refuses_damage(void **state)
{
    (void)state;
    hf__memory memory;
    hf_error error;
    assert_int_equal(hf__statistics_read(HF_T("hello"), "x", &memory, &error), HF_NOT_FOUND);
    assert_int_equal(hf__statistics_read(HF_T("{\"a\":1}"), "x", &memory, &error), HF_NOT_FOUND);
    assert_int_equal(hf__statistics_read(HF_T(""), "x", &memory, &error), HF_NOT_FOUND);
    assert_int_equal(hf__statistics_read(HF_T("{\"HeapSys\":1}"), "x", &memory, &error), HF_BAD_PROFILE);
    assert_string_equal(error.name, "x");
    assert_int_equal(hf__statistics_read(HF_T("MALLOC: nothing"), "x", &memory, &error), HF_BAD_PROFILE);
    assert_int_equal(hf__statistics_read(HF_T("{\"HeapAlloc\":1,}"), "x", &memory, &error), HF_BAD_TOKEN);
    assert_int_equal(error.line, 1);
}

static void expect_plain(const char *name, const char *plain)
{
    char out[256];
    hf_text said = hf__plain_name(hf_text_from_cstr(name), out, sizeof out);
    if (!hf_text_equal(said, hf_text_from_cstr(plain)))
        fail_msg("%s gave %.*s, expected %s", name, HF_ARG(said), plain);
}

static void test_plain_name__parameters_types_and_suffixes_go(void **state)
{
    (void)state;
    expect_plain("put_entry", "put_entry");
    expect_plain("parse.part.0", "parse");
    expect_plain("parse.isra.0.cold", "parse");
    expect_plain("Cache::put(std::string const&, int)", "Cache::put");
    expect_plain("Cache::get(int) const", "Cache::get");
    expect_plain("void fill<int>(std::vector<int>&)", "fill<int>");
    expect_plain("std::map<int, std::pair<int, int> >::operator[](int const&)", "std::map<int, std::pair<int, int> >::operator[]");
    expect_plain("Thing::operator()(int)", "Thing::operator()");
    expect_plain("(anonymous namespace)::load(int)", "(anonymous namespace)::load");
    expect_plain("main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()");
    expect_plain("load(int) [clone .cold]", "load");
}

static void test_origin__own_code_is_told_from_libraries(void **state)
{
    (void)state;
    const hf_text program = HF_T("/srv/svc"), none = { 0 };
#define ORIGIN(name, file, module, is_program) hf__origin_of_native(hf_text_from_cstr(name), hf_text_from_cstr(file), module, is_program)
    assert_int_equal(ORIGIN("put", "put.c", program, true), HF_ORIGIN_OWN);
    assert_int_equal(ORIGIN("make_node", "", program, true), HF_ORIGIN_OWN);
    assert_int_equal(ORIGIN("cJSON_Parse", "", HF_T("/usr/lib/x86_64-linux-gnu/libcjson.so.1"), false), HF_ORIGIN_LIBRARY);
    assert_int_equal(ORIGIN("work", "", HF_T("/srv/plugins/a.so"), false), HF_ORIGIN_OWN);
    assert_int_equal(ORIGIN("std::vector<int>::push_back", "", program, true), HF_ORIGIN_LIBRARY);
    assert_int_equal(ORIGIN("g_inline", "/usr/include/glib-2.0/glib/x.h", program, true), HF_ORIGIN_LIBRARY);
    assert_int_equal(ORIGIN("xmalloc", "util.c", program, true), HF_ORIGIN_ALLOCATOR);
    assert_int_equal(ORIGIN("xstrdup", "util.c", program, true), HF_ORIGIN_ALLOCATOR);
    assert_int_equal(ORIGIN("operator new", "", HF_T("/usr/lib/libstdc++.so.6"), false), HF_ORIGIN_ALLOCATOR);
    assert_int_equal(ORIGIN("__libc_start_main", "", HF_T("/usr/lib/libc.so.6"), false), HF_ORIGIN_START);
    static const char *const checked[] = { "xstrcat", "xgetline", "safe_getcwd", "must_realpath", "checked_sprintf", "fopen_or_die" };
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++)
        assert_int_equal(ORIGIN(checked[i], "util.c", program, true), HF_ORIGIN_ALLOCATOR);
    static const char *const purposeful[] = { "strcat", "xparse", "expand", "must_parse", "strcat_names", "load_or_die", "getline" };
    for (size_t i = 0; i < sizeof purposeful / sizeof *purposeful; i++)
        assert_int_equal(ORIGIN(purposeful[i], "util.c", program, true), HF_ORIGIN_OWN);
    assert_int_equal(ORIGIN("take_object_from_pool_by_malloc", "pool.c", program, true), HF_ORIGIN_OWN);
#undef ORIGIN
    assert_int_equal(hf__origin_of_go(HF_T("main.put"), HF_T("/srv/main.go")), HF_ORIGIN_OWN);
    assert_int_equal(hf__origin_of_go(HF_T("strings.Repeat"), HF_T("/usr/lib/go-1.19/src/strings/strings.go")), HF_ORIGIN_LIBRARY);
    assert_int_equal(hf__origin_of_go(HF_T("github.com/a/b.F"), HF_T("/srv/go/pkg/mod/github.com/a/b@v1/f.go")), HF_ORIGIN_LIBRARY);
    assert_int_equal(hf__origin_of_go(HF_T("example.com/svc/store.Put"), HF_T("/src/store/store.go")), HF_ORIGIN_OWN);
    assert_int_equal(hf__origin_of_go(HF_T("runtime.main"), none), HF_ORIGIN_START);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_read__go),
        cmocka_unit_test(test_statistics_read__jemalloc_and_tcmalloc),
        cmocka_unit_test(test_statistics_read__leaves_others_alone_and_refuses_damage),
        cmocka_unit_test(test_plain_name__parameters_types_and_suffixes_go),
        cmocka_unit_test(test_origin__own_code_is_told_from_libraries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

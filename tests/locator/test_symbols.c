/* test_symbols.c - names of this program's own functions; files that are cut off, others, or none. */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model.h"
#include "symbols.h"

int hf__test_variable = 7;
static int first_line, inline_line;

__attribute__((noinline)) static int plain_function(int value)
{
    first_line = __LINE__ - 2;
    __asm__ volatile("" : "+r"(value));
    return value * 3;
}

/* The address of the code that was inlined. */
static inline __attribute__((always_inline)) uint64_t inlined_function(void)
{
    uint64_t here;
    inline_line = __LINE__ + 1;
    __asm__ volatile("lea 0(%%rip), %0" : "=r"(here));
    return here;
}

__attribute__((noinline)) static uint64_t outer_function(void)
{
    uint64_t here = inlined_function();
    __asm__ volatile("" : "+r"(here));
    return here;
}

static char     self[512];
static uint64_t bias;

static hf__symbols *create(void)
{
    hf__symbols *symbols = hf__symbols_create();
    assert_non_null(symbols);
    return symbols;
}

static int set_up(void **state)
{
    (void)state;
    Dl_info about;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0 || plain_function(1) != 3 || dladdr(&hf__test_variable, &about) == 0)
        return -1;
    self[length] = '\0';
    bias = (uint64_t)(uintptr_t)about.dli_fbase;
    return 0;
}

static hf__symbol find_one(hf__symbols *symbols, uint32_t module, uint64_t address)
{
    static hf__symbol found[HF_SYMBOLS_INLINED_MAX];
    assert_true(hf__symbols_find(symbols, module, address, found) >= 1);
    return found[0];
}

static void assert_text(hf_text text, const char *expected)
{
    if (!hf_text_equal(text, hf_text_from_cstr(expected)))
        fail_msg("'%.*s', not '%s'", HF_ARG(text), expected);
}

static bool ends_with(hf_text text, const char *end)
{
    size_t length = strlen(end);
    return text.length >= length && memcmp(text.bytes + text.length - length, end, length) == 0;
}

static void test_symbols__functions_files_and_lines(void **state)
{
    (void)state;
    hf__symbols *symbols = create();
    uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0);
    assert_int_equal(hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0), module);
    hf__symbol found = find_one(symbols, module, (uint64_t)(uintptr_t)plain_function - bias);
    assert_text(found.name, "plain_function");
    assert_true(ends_with(found.file, "test_symbols.c"));
    assert_int_equal(found.start_line, first_line);
    assert_true(found.line >= (uint32_t)first_line && found.line < (uint32_t)first_line + 4);
    hf__symbols_destroy(symbols);
}

static void test_symbols__inlined_frames_come_first(void **state)
{
    (void)state;
    hf__symbols *symbols = create();
    hf__symbol found[HF_SYMBOLS_INLINED_MAX];
    uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0);
    uint64_t address = outer_function() - bias - 1;
    assert_int_equal(hf__symbols_find(symbols, module, address, found), 2);
    assert_text(found[0].name, "inlined_function");
    assert_int_equal(found[0].line, inline_line);
    assert_text(found[1].name, "outer_function");
    hf__symbols_destroy(symbols);
}

static void test_symbols__variables(void **state)
{
    (void)state;
    hf__symbols *symbols = create();
    hf_text name;
    uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0);
    assert_true(hf__symbols_find_data(symbols, module, (uint64_t)(uintptr_t)&hf__test_variable - bias, &name));
    assert_text(name, "hf__test_variable");
    assert_true(hf__symbols_find_data(symbols, module, (uint64_t)(uintptr_t)&hf__test_variable - bias + 3, &name));
    assert_false(hf__symbols_find_data(symbols, module, UINT64_MAX - 8, &name));
    hf__symbols_destroy(symbols);
}

/* Where nothing is known the name is that of the module and the address. */
static void test_symbols__places_without_a_name(void **state)
{
    (void)state;
    static const char *const paths[] = { "/nowhere/libgone.so.1", "/dev/null", "/", "", "[vdso]", "/etc/passwd" };
    hf__symbols *symbols = create();
    hf_text name;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(paths[i]), NULL, 0);
        assert_true(module != HF_NONE);
        static const uint64_t addresses[] = { 0, 0x1234, UINT64_MAX };
        for (size_t a = 0; a < 3; a++) {
            hf__symbol found = find_one(symbols, module, addresses[a]);
            assert_true(found.name.length > 0);
            assert_int_equal(found.line, 0);
            if (addresses[a] == 0x1234 && i == 0)
                assert_text(found.name, "libgone.so.1+0x1234");
        }
        assert_false(hf__symbols_find_data(symbols, module, 0x1234, &name));
    }
    uint32_t own = hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0);
    hf__symbol beyond = find_one(symbols, own, (uint64_t)1 << 60);
    assert_non_null(memmem(beyond.name.bytes, beyond.name.length, "+0x1000000000000000", 19));
    hf__symbols_destroy(symbols);
}

static void test_symbols__a_file_of_another_build_is_not_used(void **state)
{
    (void)state;
    static const uint8_t other[20] = { 1, 2, 3 };
    hf__symbols *symbols = create();
    uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(self), other, sizeof other);
    hf__symbol found = find_one(symbols, module, (uint64_t)(uintptr_t)plain_function - bias);
    assert_false(hf_text_equal(found.name, HF_T("plain_function")));
    assert_non_null(memmem(found.name.bytes, found.name.length, "+0x", 3));
    assert_true(module != hf__symbols_module(symbols, hf_text_from_cstr(self), NULL, 0));
    hf__symbols_destroy(symbols);
}

/* This program's file, cut off at many places, and with bytes turned over: a name in any case, and no fault. */
static void test_symbols__damaged_files(void **state)
{
    (void)state;
    FILE *own = fopen(self, "rb");
    assert_non_null(own);
    assert_int_equal(fseek(own, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(own), names = 0;
    rewind(own);
    char *bytes = malloc(size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, size, own), size);
    fclose(own);
    uint64_t random = 88172645463325252u, address = (uint64_t)(uintptr_t)plain_function - bias;
    for (int round = 0; round < 40; round++) {
        int file = memfd_create("damaged", MFD_CLOEXEC);
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        size_t kept = round < 20 ? size * (size_t)round / 20 + (size_t)round : size;
        assert_int_equal(pwrite(file, bytes, kept, 0), kept);
        for (int i = 0; round >= 20 && i < 200; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            /* Half of them in the headers, which say where all else is. */
            size_t place = i % 2 == 0 ? random % 1024 % size : random % size;
            char turned = (char)(bytes[place] ^ (char)(1 << i % 8));
            assert_int_equal(pwrite(file, &turned, 1, (off_t)place), 1);
        }
        hf__symbols *symbols = create();
        hf_text name;
        uint32_t module = hf__symbols_module(symbols, hf_text_from_cstr(path), NULL, 0);
        for (uint64_t at = address; at < address + 4096; at += 64)
            names += find_one(symbols, module, at).name.length > 0;
        (void)hf__symbols_find_data(symbols, module, (uint64_t)(uintptr_t)&hf__test_variable - bias, &name);
        hf__symbols_destroy(symbols);
        close(file);
    }
    assert_int_equal(names, 40 * 64);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols__functions_files_and_lines),
        cmocka_unit_test(test_symbols__inlined_frames_come_first),
        cmocka_unit_test(test_symbols__variables),
        cmocka_unit_test(test_symbols__places_without_a_name),
        cmocka_unit_test(test_symbols__a_file_of_another_build_is_not_used),
        cmocka_unit_test(test_symbols__damaged_files),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

/* test_read_cases.c - the project's own conformance cases, tests/conformance/cases: what a bare clone
 * proves. The name tells: accept.NAME.json, or refuse.STATUS.NAME.json with the status it gets. */
#include "unit.h"

#include "conformance.h"
#include "read_checked.h"

#include <stdlib.h>

#include "base/cpu.h"

typedef struct run {
    unsigned accepted, refused, wrong;
} run;

static bool is_expected(const char *name, hf_status status)
{
    if (strncmp(name, "accept.", 7) == 0)
        return status == HF_OK;
    const char *words = name + strlen("refuse."), *wanted = hf_status_name(status) + strlen("HF_");
    size_t length = strcspn(words, ".");
    return strlen(wanted) == length && strncmp(words, wanted, length) == 0;
}

static void read_case(const char *name, const char *path, void *context)
{
    run *r = context;
    size_t length;
    char *text = test_read_file(path, &length);
    HF_EXPECT(text != NULL);
    for (unsigned form = 0; form < 4; form++) {
        hf_read_options options = { .text = form & 1 ? HF_TEXT_BORROWED : HF_TEXT_COPIED, .drop_text = form >= 2 };
        hf_document *document = NULL;
        hf_error error;
        hf_status status = read_checked(hf_text_of(text, length), &options, &document, &error);
        hf_document_drop(document);
        r->accepted += form == 0 && status == HF_OK;
        r->refused += form == 0 && status != HF_OK;
        if (is_expected(name, status))
            continue;
        fprintf(stderr, "%s: %s at level %s\n", name, hf_status_name(status), hf__cpu_level_name(hf__cpu_level()));
        r->wrong++;
    }
    hf_document *document = NULL;
    hf_error error;
    hf_status status = hf_read_file(path, NULL, &document, &error);
    r->wrong += !is_expected(name, status) || (status != HF_OK && strcmp(error.name, path) != 0);
    hf_document_drop(document);
    free(text);
}

static void read_cases_at(enum hf__cpu_level level)
{
    if (!hf__cpu_force(level))
        skip();
    run r = { 0, 0, 0 };
    test_each_file(HF_TEST_SOURCE_DIR "/tests/conformance/cases", ".json", read_case, &r);
    hf__cpu_force(hf__cpu_best());
    HF_EXPECT(r.accepted >= 40 && r.refused >= 90);
    assert_int_equal(r.wrong, 0);
}

static void test_read_cases__base(void **state)
{
    (void)state;
    read_cases_at(HF__CPU_BASE);
}

static void test_read_cases__avx2(void **state)
{
    (void)state;
    read_cases_at(HF__CPU_AVX2);
}

static void test_read_cases__avx512(void **state)
{
    (void)state;
    read_cases_at(HF__CPU_AVX512);
}

static void test_read_cases__neon(void **state)
{
    (void)state;
    read_cases_at(HF__CPU_NEON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_cases__base),
        cmocka_unit_test(test_read_cases__avx2),
        cmocka_unit_test(test_read_cases__avx512),
        cmocka_unit_test(test_read_cases__neon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

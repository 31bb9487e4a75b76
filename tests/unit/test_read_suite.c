/* test_read_suite.c - the public JSONTestSuite: what must be read is, what must not is not, at every
 * CPU level and wherever in a text it stands. */
#include "unit.h"

#include "conformance.h"
#include "read_checked.h"

#include <stdlib.h>

#include "base/cpu.h"

enum { FAR_STEPS = 4 };

/* Blanks before a file: every alignment to a vector, and chunk borders of the two-stage readers. */
static const size_t far_blanks[FAR_STEPS] = { 16300, 16384, 32700, 32768 };

typedef struct suite {
    char    *padded; /* blanks, then the file */
    unsigned files;
    unsigned wrong;
} suite;

/* The i_ files that are accepted; the others of them are refused. docs/json.md says why. */
static bool is_accepted_choice(const char *name)
{
    static const char *const accepted[] = {
        "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json", "i_number_neg_int_huge_exp.json",
        "i_number_pos_double_huge_exp.json", "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
        "i_number_real_underflow.json", "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json", "i_structure_500_nested_arrays.json",
        "i_structure_UTF-8_BOM_empty_object.json",
    };
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        if (strcmp(name, accepted[i]) == 0)
            return true;
    return false;
}

static void read_once(suite *s, const char *name, hf_text text, bool expected, size_t blanks)
{
    hf_document *document = NULL;
    hf_error error;
    bool accepted = read_checked(text, NULL, &document, &error) == HF_OK;
    hf_document_drop(document);
    if (accepted == expected)
        return;
    fprintf(stderr, "%s: %s behind %zu blanks (%s)\n", name, accepted ? "accepted" : "refused", blanks,
            hf__cpu_level_name(hf__cpu_level()));
    s->wrong++;
}

static void read_file_at_all_places(const char *name, const char *path, void *context)
{
    suite *s = context;
    size_t length;
    char *text = test_read_file(path, &length);
    HF_EXPECT(text != NULL);
    bool expected = name[0] == 'y' || (name[0] == 'i' && is_accepted_choice(name));
    size_t whole = 0, step = length > 10000 ? 43 : 1;
    read_once(s, name, hf_text_of(text, length), expected, 0);
    bool has_mark = length >= 2 && ((unsigned char)text[0] >= 0xfe || memcmp(text, "\xef\xbb", 2) == 0);
    if (!has_mark) { /* a byte order mark stands at the start or nowhere */
        for (size_t blanks = 1; blanks < 130; blanks += step) {
            s->padded = realloc(s->padded, blanks + length);
            memset(s->padded, ' ', blanks);
            memcpy(s->padded + blanks, text, length);
            read_once(s, name, hf_text_of(s->padded, blanks + length), expected, blanks);
        }
        for (unsigned i = 0; i < FAR_STEPS; i++) {
            whole = far_blanks[i] + length;
            s->padded = realloc(s->padded, whole);
            memset(s->padded, ' ', far_blanks[i]);
            memcpy(s->padded + far_blanks[i], text, length);
            read_once(s, name, hf_text_of(s->padded, whole), expected, far_blanks[i]);
        }
    }
    s->files++;
    free(text);
}

static void run_suite(enum hf__cpu_level level)
{
    char folder[4096];
    if (!conformance_find("json-parsing", folder, sizeof folder) || !hf__cpu_force(level))
        skip();
    suite s = { NULL, 0, 0 };
    size_t count = test_each_file(folder, ".json", read_file_at_all_places, &s);
    hf__cpu_force(hf__cpu_best());
    free(s.padded);
    assert_int_equal(count, 318);
    assert_int_equal(s.files, 318);
    assert_int_equal(s.wrong, 0);
}

static void test_read_suite__base(void **state)
{
    (void)state;
    run_suite(HF__CPU_BASE);
}

static void test_read_suite__avx2(void **state)
{
    (void)state;
    run_suite(HF__CPU_AVX2);
}

static void test_read_suite__avx512(void **state)
{
    (void)state;
    run_suite(HF__CPU_AVX512);
}

static void test_read_suite__neon(void **state)
{
    (void)state;
    run_suite(HF__CPU_NEON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_suite__base),
        cmocka_unit_test(test_read_suite__avx2),
        cmocka_unit_test(test_read_suite__avx512),
        cmocka_unit_test(test_read_suite__neon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

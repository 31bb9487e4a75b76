/* test_write_suite.c - the public JSONTestSuite: whatever is read is written, read and written again
 * without a difference, from its source and from its slots, in lines and without, at every CPU level. */
#include "unit.h"

#include "conformance.h"
#include "levels.h"

#include <stdlib.h>

#include <holdfast/read.h>
#include <holdfast/write.h>

static hf_buffer written(const hf_document *document, const hf_write_options *options)
{
    hf_buffer buffer = HF_BUFFER_INIT((size_t)1 << 30);
    assert_int_equal(hf_write(hf_root(document), options, &buffer, NULL), HF_OK);
    return buffer;
}

static void expect_same(const char *name, const char *what, const hf_buffer *a, const hf_buffer *b)
{
    if (!hf_text_equal(hf_buffer_text(a), hf_buffer_text(b)))
        fail_msg("%s: %s differs at level %s", name, what, hf__cpu_level_name(hf__cpu_level()));
}

static void expect_again(const char *name, const char *what, const hf_buffer *first,
                         const hf_write_options *options)
{
    hf_document *document = NULL;
    if (hf_read(hf_buffer_text(first), NULL, &document, NULL) != HF_OK)
        fail_msg("%s: what was written (%s) is not read", name, what);
    hf_buffer second = written(document, options);
    expect_same(name, what, first, &second);
    hf_buffer_release(&second);
    hf_document_drop(document);
}

static void round_trip(const char *name, const char *path, void *context)
{
    static const hf_write_options minified = { .pretty = false }, pretty = { .pretty = true },
                                  respelled = { .respell = true };
    size_t length;
    char  *text = test_read_file(path, &length);
    assert_non_null(text);
    hf_document *document = NULL;
    if (hf_read(hf_text_of(text, length), NULL, &document, NULL) == HF_OK) {
        ++*(unsigned *)context;
        for (LEVELS(level)) {
            hf_buffer source = written(document, &minified), lines = written(document, &pretty);
            hf_buffer values = written(document, &respelled);
            expect_again(name, "minified", &source, &minified);
            expect_again(name, "pretty", &lines, &pretty);
            expect_again(name, "respelled", &values, &respelled);
            hf_buffer_release(&source);
            hf_buffer_release(&lines);
            hf_buffer_release(&values);
        }
        hf_document_drop(document);
    }
    free(text);
}

static void test_write_suite__round_trips_are_identical(void **state)
{
    (void)state;
    char     folder[4096];
    unsigned accepted = 0;
    if (!conformance_find("json-parsing", folder, sizeof folder))
        skip();
    assert_true(test_each_file(folder, ".json", round_trip, &accepted) > 300);
    assert_true(accepted >= 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_write_suite__round_trips_are_identical) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

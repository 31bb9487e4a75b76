/* test_read_block.c - the block of a reading grows and moves under it, whatever comes first. */
#include "unit.h"

#include "levels.h"
#include "random.h"
#include "read_checked.h"

#include <stdlib.h>

#include "text/read_source.h"

enum { TEXT_BYTES_MAX = 40000 };

/* An array whose parts need slots, side text, or neither, in random order. */
static size_t make_text(char *text, uint64_t *seed)
{
    size_t length = (size_t)sprintf(text, "[0");
    unsigned parts = 1 + (unsigned)random_below(seed, 12);
    for (unsigned part = 0; part < parts; part++) {
        unsigned flavour = (unsigned)random_below(seed, 5), count = 1 + (unsigned)random_below(seed, 200);
        for (unsigned i = 0; i < count; i++) {
            static const char *const pieces[5] = {
                ",1", ",[{}]", ",\"plain text of some length\"", ",\"with \\u0041 escapes \\n and more\"",
                "                                "
            };
            length += (size_t)sprintf(text + length, "%s", pieces[flavour]);
        }
    }
    return length + (size_t)sprintf(text + length, "]");
}

/* As hf_read does, but with room for these slots only at first. */
static hf_status read_cramped(hf_text text, const hf_read_options *options, size_t slots, hf_document **ret_document)
{
    hf__reading reading;
    hf_error error;
    assert_int_equal(hf__reading_init(&reading, options, &error), HF_OK);
    bool inside = options->text == HF_TEXT_COPIED;
    hf_status status = hf__reading_begin(&reading, inside ? text.length : 0, slots, 0);
    if (status != HF_OK)
        return status;
    if (inside) {
        char *source = reading.block + sizeof(hf__block_header);
        memcpy(source, text.bytes, text.length);
        text.bytes = source;
    }
    assert_int_equal(hf__reading_give_text(&reading, text.bytes, text.length, inside), HF_OK);
    return hf__reading_run(&reading, options, ret_document, &error);
}

static void grow_under_every_mixture(void)
{
    uint64_t seed = 12345;
    char *text = malloc(TEXT_BYTES_MAX * 4);
    for (long round = 0; round < random_rounds(150); round++) {
        hf_text given = hf_text_of(text, make_text(text, &seed));
        for (unsigned form = 0; form < 4; form++) {
            hf_read_options options = { .text = form & 1 ? HF_TEXT_BORROWED : HF_TEXT_COPIED, .drop_text = form >= 2 };
            hf_document *document = NULL, *usual = NULL;
            assert_int_equal(read_cramped(given, &options, 1, &document), HF_OK);
            assert_int_equal(hf_read(given, &options, &usual, NULL), HF_OK);
            check_document(document, given);
            check_document(usual, given);
            assert_int_equal(document->home.slot_count, usual->home.slot_count);
            hf_document_drop(document);
            hf_document_drop(usual);
        }
    }
    free(text);
}

static void test_read_block__grows_under_every_mixture(void **state)
{
    (void)state;
    for (LEVELS(level))
        grow_under_every_mixture();
}

/* What has been read says nothing about the rest, and there is side text already. */
static void grow_where_the_text_changes(void)
{
    char *text = malloc(1 << 20);
    for (unsigned sparse = 0; sparse <= 1200; sparse += 300) {
        size_t length = (size_t)sprintf(text, "[0");
        for (unsigned i = 0; i < sparse; i++)
            length += (size_t)sprintf(text + length, i % 100 != 0 ? ",\"%0200u\"" : ",\"%0200u \\u0041 and \\n more\"", i);
        for (unsigned i = 0; i < 60000; i++)
            length += (size_t)sprintf(text + length, ",%u", i % 10);
        hf_text given = hf_text_of(text, length + (size_t)sprintf(text + length, "]"));
        for (size_t slots = 1; slots < 100000; slots = slots * 3 + 50) {
            hf_document *document = NULL;
            assert_int_equal(read_cramped(given, &(hf_read_options){ .text = HF_TEXT_COPIED }, slots, &document), HF_OK);
            check_document(document, given);
            hf_document_drop(document);
        }
    }
    free(text);
}

static void test_read_block__grows_where_the_text_changes(void **state)
{
    (void)state;
    for (LEVELS(level))
        grow_where_the_text_changes();
}

/* Growing stops where a budget does, and then goes on in small steps as long as they fit. */
static void grow_within_a_budget(void)
{
    uint64_t seed = 99;
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    char *text = malloc(TEXT_BYTES_MAX * 4);
    for (unsigned round = 0; round < 20; round++) {
        hf_text given = hf_text_of(text, make_text(text, &seed));
        hf_read_options options = { .budget = budget };
        hf_document *document = NULL;
        hf_budget_limit(budget, 0);
        assert_int_equal(hf_read(given, &options, &document, NULL), HF_OK);
        uint64_t needed = sizeof(hf__block_header) + given.length + HF__READ_PADDING +
                          (document->home.slot_count + HF__READ_SPARE) * sizeof(hf__slot) + document->block->side_bytes;
        hf_document_drop(document);
        unsigned read = 0;
        for (uint64_t part = 1; part <= 40; part++) {
            hf_budget_limit(budget, needed * part / 16);
            document = NULL;
            hf_status status = read_cramped(given, &options, 1, &document);
            HF_EXPECT(status == HF_OK || status == HF_LIMIT_BYTES);
            if (status == HF_OK)
                check_document(document, hf_text_of(NULL, 0));
            read += status == HF_OK;
            hf_document_drop(document);
            assert_int_equal(hf_budget_count(budget).current, 0);
        }
        HF_EXPECT(read > 0 && read < 40);
    }
    free(text);
    hf_budget_drop(budget);
}

static void test_read_block__grows_within_a_budget(void **state)
{
    (void)state;
    for (LEVELS(level))
        grow_within_a_budget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_block__grows_under_every_mixture),
        cmocka_unit_test(test_read_block__grows_where_the_text_changes),
        cmocka_unit_test(test_read_block__grows_within_a_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

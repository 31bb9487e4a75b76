/* test_lines.c - lib/service/lines.c: order, places of errors, ways to end, failure, any cut. */
#include "misuse_hook.h"
#include "nth.h"

#include <holdfast/lines.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 3000 };

static char  *text;
static size_t length;

/* Line n (from 1) holds {"line":n,...}; every seventh is blank. Some are much longer. */
static int make_text(void **state)
{
    (void)state;
    text = malloc(LINES * 600);
    for (int line = 1; line <= LINES; line++)
        if (line % 7 == 0)
            length += (size_t)sprintf(text + length, " \r\n");
        else
            length += (size_t)sprintf(text + length, "{\"line\":%d,\"pad\":\"%*s\"}%s", line, line % 97 == 0 ? 500 : line % 30, "",
                                      line == LINES ? "" : "\n");
    return text != NULL ? 0 : 1;
}

static int free_text(void **state)
{
    (void)state;
    free(text);
    return 0;
}

typedef struct seen {
    uint64_t     last, count, stop_at;
    bool         wrong;
    hf_document *held[8];
    int          held_count;
} seen;

static hf_status see(void *context, uint64_t line, const hf_document *document, hf_error *reterr)
{
    seen *self = context;
    self->wrong |= line <= self->last || hf_as_u64(hf_get(hf_root(document), HF_T("line")), 0) != line;
    self->last = line;
    self->count++;
    if (self->held_count < 8 && line % 400 == 1)
        self->held[self->held_count++] = hf_document_hold(document);
    if (line == self->stop_at) {
        if (reterr != NULL)
            *reterr = (hf_error){ .status = HF_END };
        return HF_END;
    }
    return HF_OK;
}

static void test_lines__come_in_order_however_cut(void **state)
{
    (void)state;
    static const size_t pieces[] = { 1, 37, 1000, 20000, 0 };
    uint64_t            before = hf_budget_count(NULL).current;
    for (unsigned threads = 1; threads <= 3; threads++)
        for (size_t i = 0; i < 5; i++) {
            seen     all = { .last = 0 };
            uint64_t lines = 0;
            hf_lines_options options = { .threads_max = threads, .piece_bytes = pieces[i] };
            assert_int_equal(hf_read_lines(hf_text_of(text, length), &options, see, &all, &lines, NULL), HF_OK);
            assert_false(all.wrong);
            assert_int_equal(lines, LINES - LINES / 7);
            assert_int_equal(all.count, lines);
            for (int k = 0; k < all.held_count; k++) {
                assert_int_equal(hf_as_u64(hf_get(hf_root(all.held[k]), HF_T("line")), 0) % 400, 1);
                hf_document_drop(all.held[k]);
            }
            assert_int_equal(hf_budget_count(NULL).current, before);
        }
}

static void test_lines__an_error_has_its_place_in_the_whole(void **state)
{
    (void)state;
    char *broken = malloc(length + 1);
    memcpy(broken, text, length);
    broken[length] = 0;
    char *at = strstr(broken, "{\"line\":2001,");
    at[1] = '!';
    for (unsigned threads = 1; threads <= 2; threads++) {
        seen     all = { .last = 0 };
        uint64_t lines = 0;
        hf_error error;
        hf_lines_options options = { .threads_max = threads, .piece_bytes = 5000 };
        assert_int_equal(hf_read_lines(hf_text_of(broken, length), &options, see, &all, &lines, &error), HF_BAD_TOKEN);
        assert_int_equal(error.line, 2001);
        assert_int_equal(error.column, 2);
        assert_int_equal(error.offset, at + 1 - broken);
        assert_int_equal(all.last, 2000);
        assert_int_equal(lines, 2000 - 2000 / 7);
        for (int k = 0; k < all.held_count; k++)
            hf_document_drop(all.held[k]);
    }
    free(broken);
}

static void test_lines__end_when_enough_was_seen_or_cancelled(void **state)
{
    (void)state;
    hf_cancel cancel;
    hf_error  error;
    seen      all = { .stop_at = 50 };
    hf_lines_options options = { .threads_max = 2, .piece_bytes = 1000 };
    assert_int_equal(hf_read_lines(hf_text_of(text, length), &options, see, &all, NULL, &error), HF_END);
    assert_int_equal(all.last, 50);
    hf_document_drop(all.held[0]);
    hf_cancel_init(&cancel, NULL, 0);
    hf_cancel_request(&cancel);
    options.cancel = &cancel;
    all = (seen){ .last = 0 };
    assert_int_equal(hf_read_lines(hf_text_of(text, length), &options, see, &all, NULL, &error), HF_CANCELLED);
    assert_int_equal(error.status, HF_CANCELLED);
    assert_int_equal(all.count, 0);
}

/* As many as there are pieces serve, however many may be. */
static void test_lines__threads_are_bounded_by_the_text(void **state)
{
    (void)state;
    seen             all = { .last = 0 };
    hf_error         error;
    hf_lines_options options = { .threads_max = UINT_MAX, .piece_bytes = length / 3 };
    assert_int_equal(hf_read_lines(hf_text_of(text, length), &options, see, &all, NULL, &error), HF_OK);
    assert_int_equal(all.count, LINES - LINES / 7);
    assert_false(all.wrong);
    for (int k = 0; k < all.held_count; k++)
        hf_document_drop(all.held[k]);
}

static void test_lines__edges(void **state)
{
    (void)state;
    seen     all = { .last = 0 };
    uint64_t lines = 7;
    assert_int_equal(hf_read_lines(hf_text_of(NULL, 0), NULL, see, &all, &lines, NULL), HF_OK);
    assert_int_equal(lines, 0);
    assert_int_equal(hf_read_lines(HF_T("\n \n\r\n"), NULL, see, &all, &lines, NULL), HF_OK);
    assert_int_equal(lines, 0);
    hf_read_options  commented = { .allow_comments = true };
    hf_lines_options allowing = { .read = &commented };
    assert_int_equal(hf_read_lines(HF_T("// one\n[2] /* two */\n/* three */\n"), &allowing, see, &all, &lines, NULL), HF_OK);
    assert_int_equal(lines, 1);
    assert_int_equal(all.count, 1);
    hf_read_options  small = { .bytes_max = 4 };
    hf_lines_options limited = { .read = &small };
    assert_int_equal(hf_read_lines(HF_T("[1]\n    \n[2]\n"), &limited, see, &all, &lines, NULL), HF_OK);
    assert_int_equal(lines, 2);
    assert_int_equal(hf_read_lines(HF_T("[1]\n     \n[2]\n"), &limited, see, &all, &lines, NULL), HF_LIMIT_BYTES);
    all = (seen){ .last = 0 };
    hf_read_options  consumed = { .text = HF_TEXT_CONSUMED };
    hf_lines_options options = { .read = &consumed };
    EXPECT_MISUSE(hf_read_lines(HF_T("1"), &options, see, &all, NULL, NULL), HF_MISUSE);
    assert_int_equal(all.count, 0);
}

static void test_lines__each_failure_is_clean(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 2; threads++) {
        NTH_LOOP(nth) {
            seen             all = { .held_count = 8 };
            hf_error         error;
            hf_read_options  read = { .allocator = &nth.allocator };
            hf_lines_options options = { .read = &read, .threads_max = threads, .piece_bytes = 300 };
            hf_status status = hf_read_lines(hf_text_of(text, 1200), &options, see, &all, NULL, &error);
            if (status == HF_BAD_END || status == HF_BAD_TOKEN) /* cut in the middle of a line */
                status = HF_OK;
            nth_expect(&nth, status);
            assert_false(all.wrong);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines__come_in_order_however_cut),
        cmocka_unit_test(test_lines__an_error_has_its_place_in_the_whole),
        cmocka_unit_test(test_lines__end_when_enough_was_seen_or_cancelled),
        cmocka_unit_test(test_lines__threads_are_bounded_by_the_text),
        cmocka_unit_test(test_lines__edges),
        cmocka_unit_test(test_lines__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, make_text, free_text);
}

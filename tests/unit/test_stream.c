/* test_stream.c - documents from pieces: the same however the text is cut. */
#include "unit.h"

#include "deep_stack.h"
#include "failing_allocator.h"
#include "levels.h"
#include "random.h"
#include "system_failure.h"

#include <fcntl.h>
#include <holdfast/stream.h>
#include <holdfast/write.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What came out of a stream, as words that can be compared. */
typedef struct outcome {
    char   words[4096];
    size_t length;
} outcome;

static void note(outcome *out, const char *format, ...) HF_PRINTF(2, 3);
static void note(outcome *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    out->length += (size_t)vsnprintf(out->words + out->length, sizeof out->words - out->length, format, arguments);
    va_end(arguments);
}

/* Takes out what there is. False at the end or at a failure that stays. */
static bool drain(hf_stream *stream, hf_stream_form form, outcome *out)
{
    hf_stream_counts counts = hf_stream_count(stream);
    uint64_t number = counts.documents + counts.failures; /* of the last one */
    for (;;) {
        hf_document *document = NULL;
        hf_error error;
        hf_status status = hf_stream_next(stream, &document, &error);
        if (status == HF_NOT_FOUND)
            return true;
        if (status == HF_END) {
            note(out, "end");
            return false;
        }
        if (status == HF_OK) {
            memset(&error, 0, sizeof error);
            hf_stream_place(stream, &error);
            HF_EXPECT(form == HF_STREAM_ONE || error.document > number);
            number = error.document;
            hf_document_info info = hf_document_get_info(document);
            note(out, "%u values, %u deep; ", (unsigned)info.values, info.depth);
            hf_document_drop(document);
            continue;
        }
        HF_EXPECT(document == NULL);
        HF_EXPECT(error.document == (form == HF_STREAM_ONE ? 0 : number + 1));
        number = error.document;
        note(out, "%s %u:%u @%u '%s'; ", hf_status_name(status) + 3, (unsigned)error.line, (unsigned)error.column,
             (unsigned)error.offset, error.pointer);
        if (form != HF_STREAM_LINES || status == HF_LIMIT_BYTES)
            return false;
    }
}

static void run_in_pieces(hf_text text, const hf_stream_options *options, size_t piece, uint64_t *seed, outcome *out)
{
    hf_stream *stream = NULL;
    hf_error error;
    out->length = 0;
    assert_int_equal(hf_stream_create(options, &stream, &error), HF_OK);
    bool goes_on = true;
    for (size_t at = 0; at < text.length && goes_on;) {
        size_t step = seed != NULL ? random_below(seed, piece + 1) : piece;
        step = step < text.length - at ? step : text.length - at;
        assert_int_equal(hf_stream_give(stream, hf_text_of(text.bytes + at, step), &error), HF_OK);
        at += step;
        goes_on = drain(stream, options->form, out);
    }
    hf_stream_finish(stream);
    if (goes_on)
        HF_EXPECT(!drain(stream, options->form, out));
    hf_stream_destroy(stream);
}

static void expect_outcome_here(const char *text, hf_stream_form form, bool comments, const char *expected)
{
    hf_stream_options options = { .form = form, .read.allow_comments = comments };
    hf_text whole = hf_text_from_cstr(text);
    outcome out;
    for (size_t piece = 1; piece <= whole.length + 1; piece++) {
        run_in_pieces(whole, &options, piece, NULL, &out);
        if (strcmp(out.words, expected) != 0)
            fail_msg("%s in pieces of %zu: %s instead of %s", text, piece, out.words, expected);
    }
    uint64_t seed = 7;
    for (unsigned i = 0; i < 20; i++) {
        run_in_pieces(whole, &options, 5, &seed, &out);
        assert_string_equal(out.words, expected);
    }
}

/* Cut anywhere, at every level. */
static void expect_outcome(const char *text, hf_stream_form form, bool comments, const char *expected)
{
    for (LEVELS(level))
        expect_outcome_here(text, form, comments, expected);
}

static void test_stream__values_one_after_the_other(void **state)
{
    (void)state;
    expect_outcome("", HF_STREAM_VALUES, false, "end");
    expect_outcome(" \n ", HF_STREAM_VALUES, false, "end");
    expect_outcome("1", HF_STREAM_VALUES, false, "1 values, 0 deep; end");
    expect_outcome("{}[]", HF_STREAM_VALUES, false, "1 values, 0 deep; 1 values, 0 deep; end");
    expect_outcome("\xef\xbb\xbf[1,{\"a]\\\"}\":[2]}] \"x\"true\n 12 null", HF_STREAM_VALUES, false,
                   "5 values, 3 deep; 1 values, 0 deep; 1 values, 0 deep; 1 values, 0 deep; 1 values, 0 deep; end");
    expect_outcome("{}\xef\xbb\xbf 2", HF_STREAM_VALUES, false, "1 values, 0 deep; BAD_TOKEN 1:3 @2 ''; ");
    expect_outcome("{} \xef\xbb\xbf 2", HF_STREAM_VALUES, false, "1 values, 0 deep; BAD_TOKEN 1:4 @3 ''; ");
    expect_outcome("[1]\n [2,}", HF_STREAM_VALUES, false, "2 values, 1 deep; BAD_TOKEN 2:5 @8 ''; ");
    expect_outcome("{\"a\":\n[1,", HF_STREAM_VALUES, false, "BAD_END 2:4 @9 '/a'; ");
    expect_outcome("1,2", HF_STREAM_VALUES, false, "1 values, 0 deep; BAD_TOKEN 1:2 @1 ''; ");
    expect_outcome("[]]", HF_STREAM_VALUES, false, "1 values, 0 deep; BAD_TOKEN 1:3 @2 ''; ");
    expect_outcome("\"abc", HF_STREAM_VALUES, false, "BAD_END 1:5 @4 ''; ");
    expect_outcome("nul", HF_STREAM_VALUES, false, "BAD_END 1:4 @3 ''; ");
    expect_outcome("[1] // ]\n[2/*[*/]/* \" **/ 3", HF_STREAM_VALUES, true,
                   "2 values, 1 deep; 2 values, 1 deep; 1 values, 0 deep; end");
    expect_outcome("[1] /* only a comment */", HF_STREAM_VALUES, true, "2 values, 1 deep; end");
    expect_outcome("[1] /x", HF_STREAM_VALUES, true, "2 values, 1 deep; BAD_TOKEN 1:6 @5 ''; ");
}

static void test_stream__lines(void **state)
{
    (void)state;
    expect_outcome("{\"a\":1}\n\n[2]\r\n3", HF_STREAM_LINES, false,
                   "2 values, 1 deep; 2 values, 1 deep; 1 values, 0 deep; end");
    expect_outcome("[1]\n[2,\n[3]\n", HF_STREAM_LINES, false, "2 values, 1 deep; BAD_END 2:4 @7 ''; 2 values, 1 deep; end");
    expect_outcome("[1]\n1 2\n[3]\n", HF_STREAM_LINES, false, "2 values, 1 deep; TRAILING 2:3 @6 ''; 2 values, 1 deep; end");
}

static void test_stream__one_document(void **state)
{
    (void)state;
    expect_outcome(" [1,\n2] ", HF_STREAM_ONE, false, "3 values, 1 deep; end");
    expect_outcome("[1]\n[2]", HF_STREAM_ONE, false, "TRAILING 2:1 @4 ''; ");
    expect_outcome("", HF_STREAM_ONE, false, "EMPTY 1:1 @0 ''; ");
}

static void test_stream__a_document_too_large_is_refused(void **state)
{
    (void)state;
    hf_stream_options options = { .read.bytes_max = 20, .read.name = "x" };
    outcome out;
    run_in_pieces(HF_T("[1,2] [3,4] [5,6] [7,8] [9]"), &options, 7, NULL, &out);
    HF_EXPECT(strstr(out.words, "end") != NULL);
    run_in_pieces(HF_T("[1,2] [3,4,5,6,7,8,9,10,11,12]"), &options, 7, NULL, &out);
    HF_EXPECT(strstr(out.words, "LIMIT_BYTES") != NULL);
    /* Nothing can follow, however it was cut: whole too, where the end of the line is at hand. */
    options.form = HF_STREAM_LINES;
    for (size_t piece = 1; piece < 40; piece++) {
        run_in_pieces(HF_T("[1,2]\n[3,4,5,6,7,8,9,10,11]\n[1]\n"), &options, piece, NULL, &out);
        assert_string_equal(out.words, "3 values, 1 deep; LIMIT_BYTES 2:1 @6 ''; ");
        run_in_pieces(HF_T("[1,2]\n[3,4,5,6,7,8,9,10,1]\n[1]\n"), &options, piece, NULL, &out);
        HF_EXPECT(strstr(out.words, "end") != NULL); /* twenty bytes and the line feed */
    }
}

/* Where an error is told to be that writing met, document by document, with pieces of `piece` bytes. */
static void place_refusals(hf_text text, const hf_stream_options *options, size_t piece, outcome *out)
{
    hf_stream *stream = NULL;
    assert_int_equal(hf_stream_create(options, &stream, NULL), HF_OK);
    out->length = 0;
    out->words[0] = 0;
    for (size_t at = 0; at <= text.length; at += piece) {
        hf_text rest = hf_text_of(text.bytes + at, text.length - at < piece ? text.length - at : piece);
        hf_document *document = NULL;
        hf_error error;
        assert_int_equal(hf_stream_give(stream, rest, NULL), HF_OK);
        if (rest.length < piece)
            hf_stream_finish(stream);
        while (hf_stream_next(stream, &document, NULL) == HF_OK) {
            char line[sizeof(hf_error)];
            hf_buffer buffer = HF_BUFFER_INIT(1000);
            if (hf_write(hf_root(document), &(hf_write_options){ .canonical = true }, &buffer, &error) != HF_OK) {
                hf_stream_place(stream, &error);
                hf_error_format(&error, line, sizeof line);
                note(out, "%s\n", line);
            }
            hf_buffer_release(&buffer);
            hf_document_drop(document);
        }
    }
    hf_stream_destroy(stream);
}

static void test_stream__a_document_that_writing_refuses_is_named(void **state)
{
    (void)state;
    static const struct {
        const char       *text;
        hf_stream_options options;
        const char       *expected;
    } cases[] = {
        { "[1]\n\n  {\"a\":\n[1e400]} 7 [1e999]", { .read.name = "log" },
          "log:3:3: cannot be represented in the asked form: canonical form has no number but doubles (byte 7, document 2, "
          "inside /a/0)\n"
          "log:4:12: cannot be represented in the asked form: canonical form has no number but doubles (byte 24, document 4, "
          "inside /0)\n" },
        { "\xef\xbb\xbf// [\n /* { */ {\"a\":1,\"a\":2}", { .read.allow_comments = true },
          "2:10: the same key twice in one object: canonical form has each key once (byte 17, document 1, inside /a)\n" },
        { "[]\r\nnot JSON\n\r\n [[1e400]]\r\n", { .form = HF_STREAM_LINES },
          "4:2: cannot be represented in the asked form: canonical form has no number but doubles (byte 16, document 3, inside "
          "/0/0)\n" },
        { " \n {\"a\":1,\"a\":2} ", { .form = HF_STREAM_ONE },
          "2:2: the same key twice in one object: canonical form has each key once (byte 3, inside /a)\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hf_text text = hf_text_from_cstr(cases[i].text);
        outcome out;
        for (size_t piece = 1; piece <= text.length + 1; piece++) {
            if (cases[i].options.form == HF_STREAM_LINES && piece > 1) /* a bad line ends the loop of one piece */
                break;
            place_refusals(text, &cases[i].options, piece, &out);
            assert_string_equal(out.words, cases[i].expected);
        }
    }
}

static void test_stream__limits_have_their_place(void **state)
{
    (void)state;
    outcome out;
    hf_stream_options options = { .read.depth_max = 2 };
    run_in_pieces(HF_T("[1]\n\n[[2]] [[[3]]]"), &options, 3, NULL, &out);
    assert_string_equal(out.words, "2 values, 1 deep; 3 values, 2 deep; LIMIT_DEPTH 3:10 @14 '/0/0'; ");
    options = (hf_stream_options){ .form = HF_STREAM_LINES, .read.values_max = 3 };
    run_in_pieces(HF_T("[1]\n\n [1,2,3]\n[4]"), &options, 5, NULL, &out);
    assert_string_equal(out.words, "2 values, 1 deep; LIMIT_VALUES 3:7 @11 ''; 2 values, 1 deep; end");
}

static void test_stream__nothing_given(void **state)
{
    (void)state;
    static const hf_stream_form forms[] = { HF_STREAM_VALUES, HF_STREAM_LINES, HF_STREAM_ONE };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        hf_stream_options options = { .form = forms[i] };
        hf_stream *stream = NULL;
        hf_document *document = NULL;
        assert_int_equal(hf_stream_create(&options, &stream, NULL), HF_OK);
        assert_int_equal(hf_stream_give(stream, HF_T(""), NULL), HF_OK);
        assert_int_equal(hf_stream_next(stream, &document, NULL), HF_NOT_FOUND);
        hf_stream_finish(stream);
        assert_int_equal(hf_stream_next(stream, &document, NULL), forms[i] == HF_STREAM_ONE ? HF_EMPTY : HF_END);
        hf_stream_destroy(stream);
    }
}

/* A megabyte of documents: what is kept stays that of the largest. */
static void test_stream__memory_is_bounded(void **state)
{
    (void)state;
    enum { PIECE = 1000, DOCUMENTS = 30000 };
    static const char text[] = "{\"key\":[1,2,3,\"four\"],\"other\":null}\n";
    hf_budget *budget = NULL;
    hf_stream *stream = NULL;
    char piece[PIECE];
    uint64_t documents = 0, given = 0;
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    hf_stream_options options = { .read.budget = budget };
    assert_int_equal(hf_stream_create(&options, &stream, NULL), HF_OK);
    while (given < (uint64_t)DOCUMENTS * (sizeof text - 1)) {
        for (unsigned i = 0; i < PIECE; i++)
            piece[i] = text[(given + i) % (sizeof text - 1)];
        assert_int_equal(hf_stream_give(stream, hf_text_of(piece, PIECE), NULL), HF_OK);
        given += PIECE;
        hf_document *document = NULL;
        while (hf_stream_next(stream, &document, NULL) == HF_OK) {
            documents++;
            hf_document_drop(document);
        }
        HF_EXPECT(hf_stream_count(stream).bytes_kept < 20000);
    }
    HF_EXPECT(documents >= DOCUMENTS);
    assert_int_equal(hf_stream_count(stream).documents, documents);
    HF_EXPECT(hf_budget_count(budget).peak < 24000);
    hf_stream_destroy(stream);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

/* Of a nest a million levels deep and another document behind it, in pieces that end within levels. */
static const char *stream_deep(void *context)
{
    enum { LEVELS = 1000000, PIECE = 9973 };
    static const char behind[] = "\n[2]\n";
    size_t length = 6 * (size_t)LEVELS + 1;
    char *text = malloc(length + sizeof behind);
    if (text == NULL)
        return "no memory for the text";
    for (size_t i = 0; i < LEVELS; i++)
        memcpy(text + 5 * i, "{\"k\":", 5);
    text[5 * (size_t)LEVELS] = '1';
    memset(text + 5 * (size_t)LEVELS + 1, '}', LEVELS);
    memcpy(text + length, behind, sizeof behind);
    length += sizeof behind - 1;
    hf_stream_options options = { .form = *(hf_stream_form *)context };
    hf_stream *stream = NULL;
    uint64_t values = 0;
    hf_status status = hf_stream_create(&options, &stream, NULL);
    for (size_t at = 0; status == HF_OK || status == HF_NOT_FOUND;) {
        hf_document *document = NULL;
        status = hf_stream_next(stream, &document, NULL);
        if (status == HF_OK)
            values += hf_document_get_info(document).values;
        hf_document_drop(document);
        size_t step = length - at < PIECE ? length - at : PIECE;
        if (status == HF_NOT_FOUND && step == 0)
            hf_stream_finish(stream);
        else if (status == HF_NOT_FOUND)
            status = hf_stream_give(stream, hf_text_of(text + at, step), NULL), at += step;
    }
    hf_stream_destroy(stream);
    free(text);
    return status != HF_END ? "not read to the end" : values != LEVELS + 3 ? "other values" : NULL;
}

static void test_stream__a_million_levels(void **state)
{
    (void)state;
    for (int form = HF_STREAM_VALUES; form <= HF_STREAM_LINES; form++) {
        hf_stream_form choice = (hf_stream_form)form;
        const char *wrong = deep_stack_run(stream_deep, &choice);
        if (wrong != NULL)
            fail_msg("form %d: %s", form, wrong);
    }
}

static void test_stream__waits_where_a_descriptor_would_block(void **state)
{
    (void)state;
    int both[2];
    hf_stream *stream = NULL;
    hf_document *document = NULL;
    HF_EXPECT(pipe(both) == 0 && fcntl(both[0], F_SETFL, O_NONBLOCK) == 0);
    pid_t child = fork();
    if (child == 0) { /* no sooner than the other one waits, mostly */
        usleep(20000);
        _exit(write(both[1], "[1]", 3) != 3);
    }
    close(both[1]);
    assert_int_equal(hf_stream_create(NULL, &stream, NULL), HF_OK);
    assert_int_equal(hf_stream_pull(stream, both[0], NULL), HF_OK);
    assert_int_equal(hf_stream_next(stream, &document, NULL), HF_OK);
    hf_document_drop(document);
    hf_stream_destroy(stream);
    close(both[0]);
    int status = 1;
    assert_true(waitpid(child, &status, 0) == child && status == 0);
}

static void test_stream__pulls_from_a_descriptor(void **state)
{
    (void)state;
    char path[] = "/tmp/holdfast_stream_XXXXXX";
    int file = mkstemp(path);
    hf_text text = HF_T("[1]\n{\"a\":[true]}\n\"end\"\n");
    HF_EXPECT(write(file, text.bytes, text.length) == (ssize_t)text.length && lseek(file, 0, SEEK_SET) == 0);
    hf_stream *stream = NULL;
    hf_error error;
    hf_stream_options options = { .form = HF_STREAM_LINES, .piece_bytes = 5 };
    assert_int_equal(hf_stream_create(&options, &stream, &error), HF_OK);
    unsigned documents = 0;
    hf_status status = HF_OK;
    while (status == HF_OK) {
        hf_document *document = NULL;
        status = hf_stream_next(stream, &document, &error);
        documents += status == HF_OK;
        if (status == HF_NOT_FOUND)
            status = hf_stream_pull(stream, file, &error);
        hf_document_drop(document);
    }
    assert_int_equal(status, HF_END);
    assert_int_equal(documents, 3);
    assert_int_equal(hf_stream_count(stream).bytes_consumed, text.length);
    assert_int_equal(hf_stream_give(stream, HF_T("1"), &error), HF_MISUSE);
    hf_stream_destroy(stream);
    close(file);
    unlink(path);
    assert_int_equal(hf_stream_create(&options, &stream, &error), HF_OK);
    assert_int_equal(hf_stream_pull(stream, file, &error), HF_IO);
    hf_stream_destroy(stream);
}

static void test_stream__every_allocation_fails_in_turn(void **state)
{
    (void)state;
    HF_OOM_LOOP(nth) {
        hf_stream *stream = NULL;
        hf_stream_options options = { .read.allocator = nth };
        hf_status status = hf_stream_create(&options, &stream, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        unsigned documents = 0, tries = 0;
        for (unsigned i = 0; status == HF_OK && i < 30; i++) {
            hf_document *document = NULL;
            do /* a piece that was not taken is given again */
                status = hf_stream_give(stream, HF_T("[1,2,\"some longer text than that\"]"), NULL);
            while (status == HF_NO_MEMORY && tries++ == 0);
            if (status != HF_OK)
                break;
            do /* the text of a document that was not read is still there */
                status = hf_stream_next(stream, &document, NULL);
            while (status == HF_NO_MEMORY && tries++ == 0);
            documents += status == HF_OK;
            HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
            hf_document_drop(document);
        }
        HF_EXPECT(status == HF_OK || nth_state.fail_onwards || stream == NULL);
        HF_EXPECT(status != HF_OK || documents == 30);
        hf_stream_destroy(stream);
    }
}

static void test_stream__the_system_refuses_in_turn(void **state)
{
    (void)state;
    HF_SYSTEM_OOM_LOOP(nth) {
        hf_stream *stream = NULL;
        hf_document *document = NULL;
        hf_status status = hf_stream_create(NULL, &stream, NULL);
        if (status == HF_OK)
            status = hf_stream_give(stream, HF_T("{\"a\":[1,2,\"some text of a length\"]} "), NULL);
        if (status == HF_OK)
            status = hf_stream_next(stream, &document, NULL);
        HF_EXPECT((status == HF_OK) == (document != NULL) && (status == HF_OK || status == HF_NO_MEMORY));
        hf_document_drop(document);
        hf_stream_destroy(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream__values_one_after_the_other),
        cmocka_unit_test(test_stream__lines),
        cmocka_unit_test(test_stream__one_document),
        cmocka_unit_test(test_stream__a_document_too_large_is_refused),
        cmocka_unit_test(test_stream__a_document_that_writing_refuses_is_named),
        cmocka_unit_test(test_stream__limits_have_their_place),
        cmocka_unit_test(test_stream__nothing_given),
        cmocka_unit_test(test_stream__memory_is_bounded),
        cmocka_unit_test(test_stream__a_million_levels),
        cmocka_unit_test(test_stream__pulls_from_a_descriptor),
        cmocka_unit_test(test_stream__waits_where_a_descriptor_would_block),
        cmocka_unit_test(test_stream__every_allocation_fails_in_turn),
        cmocka_unit_test(test_stream__the_system_refuses_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

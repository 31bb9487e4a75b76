/* test_read_levels.c - every CPU level reads what the careful reader does: same acceptance, same slots, same
 * bytes kept, same errors, under all options, over generated documents and their mutations, short sequences of
 * tokens, and whatever may stand across the ends of vectors and chunks. */
#include "unit.h"

#include "levels.h"
#include "random.h"
#include "read_careful.h"
#include "read_checked.h"

#include <stdlib.h>

#include "value/home.h"

enum { TEXT_BYTES_MAX = 120000 };

/* ---- documents --------------------------------------------------------------------------- */

typedef struct maker {
    char    *text;
    size_t   length;
    uint64_t seed;
    bool     surrogates; /* lone ones too */
} maker;

static uint64_t below(maker *m, uint64_t limit)
{
    return random_below(&m->seed, limit);
}

static void put(maker *m, const char *bytes)
{
    size_t length = strlen(bytes);
    memcpy(m->text + m->length, bytes, length);
    m->length += length;
}

static void put_blanks(maker *m)
{
    static const char *const blanks[] = { "", "", "", " ", "\n  ", "\t", "\r\n", "            " };
    put(m, blanks[below(m, 8)]);
}

static void put_text(maker *m)
{
    static const char *const pieces[] = {
        "a", "key", "plain text ", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\\n", "\\\"", "\\\\", "\\u00e9",
        "\\ud83d\\ude00", "\\/", "{[,:]}", "0123456789", "x", "yz", "w", "long enough not to fit into a slot", "", " "
    };
    put(m, "\"");
    if (m->surrogates && below(m, 4) == 0)
        put(m, below(m, 2) ? "\\ud800" : "x\\udc00\\uD83D");
    for (uint64_t i = below(m, 4), plain = below(m, 2); i > 0; i--)
        put(m, pieces[plain ? below(m, 3) : below(m, 20)]);
    put(m, "\"");
}

static void put_number(maker *m)
{
    char number[64];
    static const char *const odd[] = {
        "0", "-0", "1e5", "-1.5E-7", "0.1", "123456789012345678901234567890", "9223372036854775807", "18446744073709551615",
        "1e400", "0.30000000000000004", "-2.2250738585072014e-308", "1.7976931348623157e308", "12345678901234567.25",
        "0.000000000000000001", "9007199254740993", "1234567890123456789.5", "5e-324", "-9223372036854775808"
    };
    switch (below(m, 4)) {
    case 0:
        put(m, odd[below(m, sizeof odd / sizeof odd[0])]);
        return;
    case 1:
        snprintf(number, sizeof number, "%lld", (long long)(random_next(&m->seed) >> below(m, 64)));
        break;
    case 2:
        snprintf(number, sizeof number, "%.*f", (int)below(m, 17), (double)(int64_t)random_next(&m->seed) / 1e12);
        break;
    default:
        snprintf(number, sizeof number, "%d.%u", (int)below(m, 200) - 100, (unsigned)below(m, 100000));
    }
    put(m, number);
}

static void put_scalar(maker *m)
{
    static const char *const literals[] = { "true", "false", "null" };
    switch (below(m, 5)) {
    case 0:
        put(m, literals[below(m, 3)]);
        return;
    case 1:
    case 2:
        put_number(m);
        return;
    default:
        put_text(m);
    }
}

/* Open containers as bits, so that making a document does not recurse either. */
static void make_document(maker *m, size_t wanted)
{
    char     closers[300];
    unsigned depth = 0;
    m->length = 0;
    bool first = true;
    unsigned nested = 1 + (unsigned)below(m, 6); /* how likely containers are */
    do {
        if (depth > 0 && (m->length > wanted || below(m, 12) == 0)) {
            put_blanks(m);
            m->text[m->length++] = closers[--depth];
            first = false;
            continue;
        }
        put_blanks(m);
        if (depth > 0 && !first)
            put(m, ",");
        put_blanks(m);
        if (depth > 0 && closers[depth - 1] == '}') {
            put_text(m);
            put_blanks(m);
            put(m, ":");
            put_blanks(m);
        }
        if ((depth == 0 || below(m, 8) < nested) && depth < sizeof closers && m->length < wanted) {
            bool object = below(m, 2) != 0;
            put(m, object ? "{" : "[");
            closers[depth++] = object ? '}' : ']';
            first = true;
        } else {
            put_scalar(m);
            first = false;
        }
    } while (depth > 0);
    put_blanks(m);
}

static void mutate(maker *m)
{
    static const char interesting[] = "\"\\{}[],:0123456789.eE+-truefalsn \n\t\x80\xc3\xff\x01";
    for (uint64_t i = 1 + below(m, 3); i > 0; i--) {
        size_t at = below(m, m->length);
        switch (below(m, 4)) {
        case 0:
            m->text[at] = interesting[below(m, sizeof interesting)];
            break;
        case 1:
            memmove(m->text + at, m->text + at + 1, m->length - at - 1);
            m->length -= m->length > 1;
            break;
        case 2:
            memmove(m->text + at + 1, m->text + at, m->length - at);
            m->text[at] = interesting[below(m, sizeof interesting)];
            m->length++;
            break;
        default:
            m->length = below(m, 20) == 0 ? 1 + at : m->length;
        }
    }
}

/* ---- comparing --------------------------------------------------------------------------- */

static bool slots_equal(const hf__slot *a, const hf__slot *b)
{
    if (hf__kind(a) == HF__LONG_TEXT) /* side text may lie at another distance */
        return a->lo == b->lo && (a->hi & 0xffff) == (b->hi & 0xffff) && hf_text_equal(hf__slot_text(a), hf__slot_text(b));
    return a->lo == b->lo && a->hi == b->hi;
}

static void expect_same(const hf_document *a, const hf_document *b, hf_text text)
{
    bool same = a->block->slot_count == b->block->slot_count && a->block->values == b->block->values &&
                a->block->wide_count == b->block->wide_count && a->block->depth == b->block->depth &&
                a->block->flags == b->block->flags && a->block->side_bytes == b->block->side_bytes &&
                a->block->slots_offset == b->block->slots_offset && a->block->source_bytes == b->block->source_bytes;
    for (uint64_t i = 0; same && i < a->block->slot_count; i++)
        if (!slots_equal(a->home.slots + i, b->home.slots + i)) {
            fprintf(stderr, "slot %llu: %016llx %016llx, %016llx %016llx\n", (unsigned long long)i,
                    (unsigned long long)a->home.slots[i].lo, (unsigned long long)a->home.slots[i].hi,
                    (unsigned long long)b->home.slots[i].lo, (unsigned long long)b->home.slots[i].hi);
            same = false;
        }
    if (!same) {
        fprintf(stderr, "depth %u %u, values %llu %llu, wide %llu %llu, text of %zu bytes: %.*s\n", a->block->depth,
                b->block->depth, (unsigned long long)a->block->values, (unsigned long long)b->block->values,
                (unsigned long long)a->block->wide_count, (unsigned long long)b->block->wide_count, text.length,
                text.length < 3000 ? (int)text.length : 3000, text.bytes);
        fail_msg("two levels read differently");
    }
}

static void expect_same_error(const hf_error *a, const hf_error *b, hf_text text)
{
    if (memcmp(a, b, sizeof *a) != 0)
        fail_msg("two levels fail differently: %.*s", HF_ARG(text));
}

/* What a reader may be told without being sent to the careful one. */
static const hf_read_options choices[] = {
    { .values_max = 0 }, { .numbers = HF_NUMBERS_AS_TEXT }, { .replace_surrogates = true },
    { .duplicates = HF_DUPLICATES_LAST }, { .duplicates = HF_DUPLICATES_FIRST }, { .duplicates = HF_DUPLICATES_REFUSE },
    { .numbers = HF_NUMBERS_AS_TEXT, .replace_surrogates = true, .duplicates = HF_DUPLICATES_REFUSE },
};
enum { CHOICES = sizeof choices / sizeof choices[0] };

static void read_at_all_levels(hf_text text, const hf_read_options *options)
{
    hf_document *expected = NULL;
    hf_error     expected_error;
    hf_status    expected_status = read_carefully(text, options, &expected, &expected_error);
    for (LEVELS(level)) {
        hf_document *document = NULL;
        hf_error     error;
        hf_status    status = read_checked(text, options, &document, &error);
        if (status != expected_status)
            fail_msg("%s says %s, not %s: %.*s", hf__cpu_level_name((enum hf__cpu_level)level), hf_status_name(status),
                     hf_status_name(expected_status), HF_ARG(text));
        if (status == HF_OK)
            expect_same(expected, document, text);
        else
            expect_same_error(&expected_error, &error, text);
        hf_document_drop(document);
    }
    hf_document_drop(expected);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void test_read_levels__generated_documents(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 4711 };
    for (long round = 0; round < random_rounds(300); round++) {
        const hf_read_options *options = &choices[round % CHOICES];
        m.surrogates = options->replace_surrogates;
        make_document(&m, below(&m, round % 10 == 0 ? 90000 : round % 2 == 0 ? 5000 : 200));
        read_at_all_levels(hf_text_of(m.text, m.length), options);
    }
    free(m.text);
}

static void test_read_levels__mutated_documents(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 815 };
    for (long round = 0; round < random_rounds(2500); round++) {
        const hf_read_options *options = &choices[round % CHOICES];
        m.surrogates = options->replace_surrogates && below(&m, 2) != 0;
        make_document(&m, below(&m, round % 50 == 0 ? 70000 : round % 2 == 0 ? 2300 : 200));
        mutate(&m);
        read_at_all_levels(hf_text_of(m.text, m.length), options);
    }
    free(m.text);
}

/* All sequences of up to three tokens, and more of some, alone and inside of containers. */
static void test_read_levels__sequences_of_tokens(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "{", "}", "[", "]", ",", ":", "\"k\"", "\"\\u0041 text\"", " \n ", "-0", "1.5", "12", "01", "null", "tru", "\""
    };
    static const char *const around[][2] = { { "", "" }, { "[", "]" }, { "{\"k\":", "}" }, { "[1,", "" } };
    enum { TOKENS = sizeof tokens / sizeof tokens[0] };
    char text[100];
    for (unsigned code = 0; code < TOKENS * TOKENS * TOKENS; code++) {
        for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
            int length = sprintf(text, "%s%s%s%s%s", around[i][0], tokens[code % TOKENS], tokens[code / TOKENS % TOKENS],
                                 tokens[code / TOKENS / TOKENS], around[i][1]);
            read_at_all_levels(hf_text_of(text, (size_t)length), &choices[code % 2]);
        }
    }
}

/* Texts of all lengths around a slot's and two vectors', as key and value, plain but for one place. */
static void test_read_levels__one_odd_place_in_a_text(void **state)
{
    (void)state;
    static const char *const odd[] = { "x", "\xc3\xa9", "\xed\xa0\x80", "\xe2\x82", "\\n", "\\\"", "\\\\", "\\u00e9", "\\x", "\n", "\"", "" };
    char text[400];
    for (size_t kind = 0; kind < sizeof odd / sizeof odd[0]; kind++) {
        for (size_t rest = 0; rest < 70; rest++) {
            for (size_t at = 0; at <= rest; at += rest < 36 ? 1 : 5) {
                char inner[160];
                int  length = sprintf(inner, "%.*s%s%.*s", (int)at, "abcdefghijklmnopqrstuvwxyz 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ, : {}[]",
                                      odd[kind], (int)(rest - at), "the rest of the text, which is as plain as what stands before, is this one");
                length = sprintf(text, "{\"%.*s\" :[\"%.*s\"]}", length, inner, length, inner);
                read_at_all_levels(hf_text_of(text, (size_t)length), &choices[0]);
            }
        }
    }
}

/* Cut off anywhere, and each byte replaced: what is read there is not what was meant. */
static void test_read_levels__each_byte_damaged(void **state)
{
    (void)state;
    static const char sound[] = "{\"a key\":[1,-20.25,3e-5,true,false,null,{},[]],\r\n\t\"\\u20ac\\n\":{\"\":\"\xe2\x82\xac\xf0\x9f\x98\x80\"},\"z\":\"longer than a slot\"} ";
    size_t length = sizeof sound - 1;
    char   text[sizeof sound];
    for (size_t at = 0; at < length; at++) {
        read_at_all_levels(hf_text_of(sound, at), &choices[0]);
        memcpy(text, sound, length);
        for (unsigned byte = 0; byte < 256; byte++) {
            text[at] = (char)byte;
            read_at_all_levels(hf_text_of(text, length), &choices[0]);
        }
    }
}

/* Numbers of all shapes: digits before and behind the point, zeros in front of them, signs and exponents. */
static void test_read_levels__numbers(void **state)
{
    (void)state;
    static const char digits[] = "9007199254740993123456789012345678901234567890";
    static const char *const before[] = { "", "-", "0", "-0" }, *const behind[] = { "", "e0", "E-3", "e+20", "e", "." };
    char text[200];
    for (int whole = 0; whole <= 22; whole++) {
        for (int fraction = -1; fraction <= 22; fraction++) {
            for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
                for (size_t k = 0; k < sizeof behind / sizeof behind[0]; k++) {
                    int from = (whole + fraction) % 20, zeros = (whole + fraction) % 4 == 0 ? fraction / 2 : 0;
                    int length = sprintf(text, "[%s%.*s%s%.*s%.*s%s]", before[i], whole, digits + from, fraction < 0 ? "" : ".", zeros,
                                         "000000000000", fraction < 0 ? 0 : fraction - zeros, digits, behind[k]);
                    read_at_all_levels(hf_text_of(text, (size_t)length), &choices[(whole + fraction) % 2 != 0]);
                }
            }
        }
    }
}

/* The fast reader sends to the careful one what is wrong, or a value alone, and nothing else. */
static void test_read_levels__sound_text_is_read_at_once(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 2711 };
    for (long round = 0; round < random_rounds(600); round++) {
        const hf_read_options *options = &choices[round % 3];
        m.surrogates = options->replace_surrogates;
        make_document(&m, 1 + below(&m, round % 50 == 0 ? 90000 : 3000));
        size_t blanks = strspn(m.text, " \t\r\n");
        if (m.text[blanks] != '[' && m.text[blanks] != '{')
            continue;
        for (LEVELS(level)) {
            hf__reading reading;
            size_t      slots, side;
            hf_error    error;
            assert_int_equal(hf__reading_init(&reading, options, &error), HF_OK);
            hf__reading_estimate(&reading, m.text, m.length, &slots, &side);
            assert_int_equal(hf__reading_begin(&reading, m.length, round % 2 ? slots : 1, side), HF_OK);
            assert_int_equal(hf__reading_give_text(&reading, m.text, m.length, false), HF_OK);
            hf__reading_copy_later(&reading);
#if defined(__x86_64__)
            hf_status status = level == HF__CPU_BASE ? hf__read_fast(&reading) : hf__read_fast_avx2(&reading);
#else
            hf_status status = hf__read_fast(&reading);
#endif
            hf__reading_abandon(&reading);
            if (status != HF_OK)
                fail_msg("%s: %.*s", hf_status_name(status), (int)m.length, m.text);
        }
    }
    free(m.text);
}

/* Every limit on values and on depth, up to one that is no longer met. */
static void test_read_levels__limits(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 1105 };
    for (long round = 0; round < random_rounds(30); round++) {
        make_document(&m, below(&m, 1500));
        hf_text      text = hf_text_of(m.text, m.length);
        hf_document *whole = NULL;
        assert_int_equal(hf_read(text, NULL, &whole, NULL), HF_OK);
        hf_document_info info = hf_document_get_info(whole);
        for (uint64_t values = 1; values <= info.values + 1; values++)
            read_at_all_levels(text, &(hf_read_options){ .values_max = values });
        for (uint32_t depth = 1; depth <= info.depth + 1; depth++)
            read_at_all_levels(text, &(hf_read_options){ .depth_max = depth });
        hf_document_drop(whole);
    }
    free(m.text);
}

/* Levels of nesting around what the stages reach, empty and filled containers at every place. */
static void test_read_levels__nesting(void **state)
{
    (void)state;
    char *text = malloc(TEXT_BYTES_MAX);
    for (unsigned depth = 760; depth < 1300; depth += 13) {
        for (unsigned form = 0; form < 4; form++) {
            size_t length = 0;
            for (unsigned i = 0; i < depth; i++)
                length += (size_t)sprintf(text + length, "%s", form & 1 ? "{\"k\":" : "[1,");
            length += (size_t)sprintf(text + length, "%s", form & 2 ? "[]" : "[{\"x\":[]}]");
            for (unsigned i = 0; i < depth; i++)
                text[length++] = form & 1 ? '}' : ']';
            read_at_all_levels(hf_text_of(text, length), &choices[0]);
        }
    }
    free(text);
}

/* Numbers, literals and texts across the end of a chunk, at every place. */
static void test_read_levels__across_chunks(void **state)
{
    (void)state;
    static const char *const pieces[] = { "-1537505.6658373211976", "false", "\"a \\u00e9 text\"", "\"\xe2\x82\xac\xf0\x9f\x98\x80\"",
                                          "123456789012345678", "[[],{}]" };
    char *text = malloc(TEXT_BYTES_MAX);
    for (size_t piece = 0; piece < sizeof pieces / sizeof pieces[0]; piece++) {
        size_t length = strlen(pieces[piece]);
        for (size_t at = 32768 - length; at <= 32768; at++) {
            for (unsigned blanks = 0; blanks < 2; blanks++) { /* before it nothing but blanks, or tokens */
                for (size_t i = 0; i < at - 1; i++)
                    text[i] = blanks ? ' ' : i % 2 ? '0' : ',';
                text[0] = '[';
                text[1] = '1';
                if (blanks)
                    text[2] = ',';
                text[at - 1] = blanks || (at - 1) % 2 != 0 ? ' ' : ',';
                memcpy(text + at, pieces[piece], length);
                memcpy(text + at + length, " , true]", 8);
                read_at_all_levels(hf_text_of(text, at + length + 8), &choices[0]);
            }
        }
    }
    free(text);
}

/* Characters, whole and cut off, across the ends of what is copied at once; a text may end just behind one. */
static void test_read_levels__utf8_across_chunks(void **state)
{
    (void)state;
    static const char *const pieces[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
                                          "\xed\xa0\x80", "\xe0\x9f\xbf", "\xf4\x90\x80\x80", "\x80" };
    enum { CHUNK = 16384 };
    char *text = malloc(TEXT_BYTES_MAX);
    for (size_t piece = 0; piece < sizeof pieces / sizeof pieces[0]; piece++) {
        size_t length = strlen(pieces[piece]);
        for (size_t at = CHUNK - 6; at <= CHUNK + 1; at++) {
            for (unsigned rest = 0; rest < 4; rest++) {
                size_t end = at + length + (rest == 3 ? CHUNK : rest);
                memset(text, 'x', end);
                memcpy(text, "[\"", 2);
                memcpy(text + at, pieces[piece], length);
                memcpy(text + end, "\"]", 2);
                for (size_t cut = 0; cut < (rest == 0 ? 5 : 1); cut++)
                    read_at_all_levels(hf_text_of(text, end + 2 - cut), &choices[0]);
            }
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_levels__generated_documents),
        cmocka_unit_test(test_read_levels__mutated_documents),
        cmocka_unit_test(test_read_levels__sequences_of_tokens),
        cmocka_unit_test(test_read_levels__one_odd_place_in_a_text),
        cmocka_unit_test(test_read_levels__each_byte_damaged),
        cmocka_unit_test(test_read_levels__numbers),
        cmocka_unit_test(test_read_levels__sound_text_is_read_at_once),
        cmocka_unit_test(test_read_levels__limits),
        cmocka_unit_test(test_read_levels__nesting),
        cmocka_unit_test(test_read_levels__across_chunks),
        cmocka_unit_test(test_read_levels__utf8_across_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

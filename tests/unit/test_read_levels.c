/* test_read_levels.c - every CPU level reads the same: same acceptance, same slots, same errors, over
 * generated documents and their mutations, of lengths around vectors and chunks. */
#include "unit.h"

#include "random.h"
#include "read_checked.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "value/home.h"

enum { TEXT_BYTES_MAX = 120000 };

/* ---- documents --------------------------------------------------------------------------- */

typedef struct maker {
    char    *text;
    size_t   length, wanted;
    uint64_t seed;
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
                a->block->flags == b->block->flags;
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

static void read_at_all_levels(hf_text text)
{
    static const enum hf__cpu_level levels[] = { HF__CPU_AVX2, HF__CPU_AVX512, HF__CPU_NEON };
    hf_document *base = NULL;
    hf_error base_error;
    hf__cpu_force(HF__CPU_BASE);
    hf_status base_status = read_checked(text, NULL, &base, &base_error);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        hf_document *document = NULL;
        hf_error error;
        if (!hf__cpu_force(levels[i]))
            continue;
        hf_status status = read_checked(text, NULL, &document, &error);
        if (status != base_status)
            fail_msg("%s says %s, base says %s: %.*s", hf__cpu_level_name(levels[i]), hf_status_name(status),
                     hf_status_name(base_status), HF_ARG(text));
        if (status == HF_OK)
            expect_same(base, document, text);
        else
            expect_same_error(&base_error, &error, text);
        hf_document_drop(document);
    }
    hf_document_drop(base);
    hf__cpu_force(hf__cpu_best());
}

/* ---- tests ------------------------------------------------------------------------------- */

static void test_read_levels__generated_documents(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 4711 };
    for (long round = 0; round < random_rounds(300); round++) {
        make_document(&m, 1500 + below(&m, round % 10 == 0 ? 90000 : 5000));
        read_at_all_levels(hf_text_of(m.text, m.length));
    }
    free(m.text);
}

static void test_read_levels__mutated_documents(void **state)
{
    (void)state;
    maker m = { .text = malloc(2 * TEXT_BYTES_MAX), .seed = 815 };
    for (long round = 0; round < random_rounds(2500); round++) {
        make_document(&m, 1500 + below(&m, round % 50 == 0 ? 70000 : 800));
        mutate(&m);
        read_at_all_levels(hf_text_of(m.text, m.length));
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
            read_at_all_levels(hf_text_of(text, length));
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
                read_at_all_levels(hf_text_of(text, at + length + 8));
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
        cmocka_unit_test(test_read_levels__nesting),
        cmocka_unit_test(test_read_levels__across_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

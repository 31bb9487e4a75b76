/* test_utf8.c - UTF-8 validation: all short sequences, mutated text, every level, every place in a block. */
#include "base/utf8.h"

#include "guard.h"
#include "levels.h"
#include "random.h"
#include "unit.h"

#include <stdbool.h>
#include <string.h>

/* Plainly from the definition: decode, then refuse what is out of range or too long. */
static size_t check_plainly(const char *text, size_t length)
{
    static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char  *bytes = (const unsigned char *)text;
    size_t                at = 0;
    while (at < length) {
        unsigned char first = bytes[at];
        size_t        size = first < 0x80       ? 1
                             : first >> 5 == 6  ? 2
                             : first >> 4 == 14 ? 3
                             : first >> 3 == 30 ? 4
                                                : 0;
        if (size == 0 || size > length - at)
            return at;
        uint32_t code = size == 1 ? first : first & (0x7fu >> size);
        for (size_t i = 1; i < size; i++) {
            if (bytes[at + i] >> 6 != 2)
                return at;
            code = code << 6 | (bytes[at + i] & 0x3fu);
        }
        if (code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return at;
        at += size;
    }
    return length;
}

static void expect_same(const char *text, size_t length)
{
    size_t expected = check_plainly(text, length);
    for (LEVELS(level)) {
        size_t got = hf__utf8_fault(text, length);
        if (got != expected)
            fail_msg("level %d, length %zu: %zu, expected %zu", level, length, got, expected);
    }
}

static void test_utf8__put_and_check_agree_for_every_code_point(void **state)
{
    (void)state;
    char   text[4 * 0x400];
    size_t length = 0;
    for (uint32_t code = 0; code < 0x110000; code++) {
        if (code >= 0xd800 && code < 0xe000)
            continue;
        length += hf__utf8_put(text + length, code);
        if ((code & 0x3ff) == 0x3ff) {
            for (LEVELS(level))
                assert_int_equal(hf__utf8_fault(text, length), length);
            assert_int_equal(check_plainly(text, length), length);
            length = 0;
        }
    }
}

/* All pairs, and all threes and fours of interesting bytes, across the edges of blocks. */
static void test_utf8__sequences_at_edges_of_blocks(void **state)
{
    (void)state;
    static const unsigned char edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1,
                                           0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff };
    enum { EDGES = sizeof edges, SIZE = 160 };
    static const size_t places[] = { 0, 29, 30, 31, 32, 61, 62, 63, 64, 126, 127, 128, SIZE - 4 };
    char               *text = guard_create(SIZE);
    uint64_t            seed = 5;
    assert_non_null(text);
    for (long round = 0; round < EDGES * EDGES * EDGES * EDGES; round += 1 + (long)random_below(&seed, 37)) {
        size_t place = places[random_below(&seed, sizeof places / sizeof places[0])];
        long   rest = round;
        memset(text, 'a', SIZE);
        for (int i = 0; i < 4; i++, rest /= EDGES)
            text[place + (size_t)i] = (char)edges[rest % EDGES];
        expect_same(text, SIZE);
        expect_same(text + (SIZE - 4 - place) % 50, SIZE - (SIZE - 4 - place) % 50);
    }
    guard_destroy(text, SIZE);
}

/* Such characters often come in runs, which have a way of their own. */
static void test_utf8__behind_characters_of_three_bytes(void **state)
{
    (void)state;
    static const unsigned char edges[] = { 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xff };
    enum { EDGES = sizeof edges };
    for (unsigned code = 0; code < EDGES * EDGES * EDGES; code++) {
        char text[] = "\xe2\x82\xac\xef\xbf\xbd...abcd";
        text[6] = (char)edges[code % EDGES];
        text[7] = (char)edges[code / EDGES % EDGES];
        text[8] = (char)edges[code / EDGES / EDGES];
        for (size_t length = 6; length < sizeof text; length++)
            expect_same(text, length);
    }
}

static void test_utf8__mutated_text(void **state)
{
    (void)state;
    uint64_t seed = 77;
    for (long round = 0; round < random_rounds(12000); round++) {
        size_t size = random_below(&seed, 700), length = 0;
        char  *text = guard_create(size + 4);
        assert_non_null(text);
        while (length < size) {
            uint32_t limit = (uint32_t[]){ 0x80, 0x80, 0x800, 0x10000, 0x110000 }[random_below(&seed, 5)];
            uint32_t code = (uint32_t)random_below(&seed, limit);
            if (code < 0xd800 || code >= 0xe000)
                length += hf__utf8_put(text + length, code);
        }
        memmove(text + size + 4 - length, text, length);
        char *begin = text + size + 4 - length;
        for (uint64_t faults = random_below(&seed, 3); faults > 0 && length > 0; faults--)
            begin[random_below(&seed, length)] = (char)random_next(&seed);
        expect_same(begin, length);
        size_t cut = length > 0 ? random_below(&seed, length) : 0;
        expect_same(begin + cut, length - cut);
        guard_destroy(text, size + 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__put_and_check_agree_for_every_code_point),
        cmocka_unit_test(test_utf8__sequences_at_edges_of_blocks),
        cmocka_unit_test(test_utf8__behind_characters_of_three_bytes),
        cmocka_unit_test(test_utf8__mutated_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

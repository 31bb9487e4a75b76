/* test_escape.c - escapes, both ways: every level gives what a plain loop gives, at page ends. */
#include "base/escape.h"
#include "base/utf8.h"

#include "guard.h"
#include "levels.h"
#include "random.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a plain version --------------------------------------------------------------------- */

static int hex_plainly(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF",
                   *found = at[i] != 0 ? strchr(digits, at[i]) : NULL;
        if (found == NULL)
            return -1;
        value = value * 16 + (int)((found - digits) % 16);
    }
    return value;
}

static hf__unescaped unescape_plainly(const char *text, size_t length, char *out, bool replace)
{
    hf__unescaped result = { HF_OK, 0, 0, false };
    size_t        at = 0;
    while (at < length && result.status == HF_OK) {
        if (text[at] != '\\') {
            out[result.length++] = text[at++];
            continue;
        }
        const char *letters = "\"\\/bfnrt",
                   *found = at + 1 < length && text[at + 1] != 0 ? strchr(letters, text[at + 1]) : NULL;
        if (found != NULL) {
            out[result.length++] = "\"\\/\b\f\n\r\t"[found - letters];
            at += 2;
            continue;
        }
        int code = length - at >= 6 && text[at + 1] == 'u' ? hex_plainly(text + at + 2) : -1;
        int low = code >= 0xd800 && code < 0xdc00 && length - at >= 12 && text[at + 6] == '\\' &&
                          text[at + 7] == 'u'
                      ? hex_plainly(text + at + 8)
                      : -1;
        if (code < 0) {
            result.status = HF_BAD_ESCAPE;
        } else if (low >= 0xdc00 && low < 0xe000) {
            result.length += hf__utf8_put(out + result.length,
                                          (uint32_t)(0x10000 + (code - 0xd800) * 0x400 + low - 0xdc00));
            at += 12;
        } else if (code >= 0xd800 && code < 0xe000 && !replace) {
            result.status = HF_BAD_SURROGATE;
        } else {
            bool unpaired = code >= 0xd800 && code < 0xe000;
            result.replaced |= unpaired;
            result.length += hf__utf8_put(out + result.length, unpaired ? 0xfffd : (uint32_t)code);
            at += 6;
        }
    }
    result.offset = at;
    return result;
}

static size_t escape_plainly(const char *text, size_t length, char *out)
{
    char *to = out;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        const char   *letters = "\"\\\b\f\n\r\t", *found = c != 0 ? strchr(letters, c) : NULL;
        if (found != NULL)
            to += sprintf(to, "\\%c", "\"\\bfnrt"[found - letters]);
        else if (c < 0x20)
            to += sprintf(to, "\\u%04x", c);
        else
            *to++ = (char)c;
    }
    return (size_t)(to - out);
}

/* ---- comparing --------------------------------------------------------------------------- */

/* `text` ends at a guard page, and so does the room for the result. */
static void expect_unescapes(const char *text, size_t length, bool replace)
{
    char *expected = malloc(length + 4), *out = guard_create(length);
    assert_non_null(expected);
    assert_non_null(out);
    hf__unescaped wanted = unescape_plainly(text, length, expected, replace);
    for (LEVELS(level)) {
        hf__unescaped got = hf__unescape(text, length, out, replace);
        if (got.status != wanted.status || got.length != wanted.length || got.offset != wanted.offset ||
            got.replaced != wanted.replaced || memcmp(out, expected, wanted.length) != 0)
            fail_msg("level %d: status %d offset %zu length %zu, expected %d %zu %zu: %.*s", level,
                     got.status, got.offset, got.length, wanted.status, wanted.offset, wanted.length,
                     (int)length, text);
    }
    guard_destroy(out, length);
    free(expected);
}

static void expect_escapes(const char *text, size_t length)
{
    char *expected = malloc(6 * length + 8), *out = guard_create(hf__escape_room(length));
    assert_non_null(expected);
    assert_non_null(out);
    size_t wanted = escape_plainly(text, length, expected), first = 0;
    while (first < length && (unsigned char)text[first] >= 0x20 && text[first] != '"' && text[first] != '\\')
        first++;
    for (LEVELS(level)) {
        size_t got = hf__escape(text, length, out);
        assert_int_equal(got, wanted);
        assert_memory_equal(out, expected, wanted);
        assert_int_equal(hf__escape_find(text, length), first);
        /* And back. */
        char         *back = guard_create(wanted);
        hf__unescaped read = hf__unescape(out, wanted, back, false);
        assert_int_equal(read.status, HF_OK);
        assert_int_equal(read.length, length);
        if (length > 0)
            assert_memory_equal(back, text, length);
        guard_destroy(back, wanted);
    }
    guard_destroy(out, hf__escape_room(length));
    free(expected);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void expect_unescaped(const char *text, const char *result)
{
    char          out[64];
    hf__unescaped got = hf__unescape(text, strlen(text), out, false);
    assert_int_equal(got.status, HF_OK);
    assert_int_equal(got.length, strlen(result));
    assert_memory_equal(out, result, got.length);
}

static void expect_fault(const char *text, hf_status status, size_t offset)
{
    char out[64];
    for (LEVELS(level)) {
        hf__unescaped got = hf__unescape(text, strlen(text), out, false);
        assert_int_equal(got.status, status);
        assert_int_equal(got.offset, offset);
    }
}

static void test_escape__reads_each_escape(void **state)
{
    (void)state;
    expect_unescaped("a\\\"\\\\\\/\\b\\f\\n\\r\\tz", "a\"\\/\b\f\n\r\tz");
    expect_unescaped("\\u0041\\u00e9\\u20ac\\ud83d\\uDE00", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_unescaped("", "");
    char          out[8];
    hf__unescaped zero = hf__unescape("\\u0000", 6, out, false);
    assert_int_equal(zero.length, 1);
    assert_int_equal(out[0], 0);
}

static void test_escape__names_the_fault_and_its_place(void **state)
{
    (void)state;
    expect_fault("abc\\x", HF_BAD_ESCAPE, 3);
    expect_fault("abc\\", HF_BAD_ESCAPE, 3);
    expect_fault("\\u12", HF_BAD_ESCAPE, 0);
    expect_fault("\\u12g4", HF_BAD_ESCAPE, 0);
    expect_fault("\\U1234", HF_BAD_ESCAPE, 0);
    expect_fault("\\n\\ud800", HF_BAD_SURROGATE, 2);
    expect_fault("\\udc00", HF_BAD_SURROGATE, 0);
    expect_fault("\\ud800\\ud800\\udc00", HF_BAD_SURROGATE, 0);
    expect_fault("\\ud800\\u0041", HF_BAD_SURROGATE, 0);
    expect_fault("\\ud800\\n", HF_BAD_SURROGATE, 0);
    char          out[64];
    hf__unescaped got = hf__unescape("\\ud800\\u0041\\udc00", 18, out, true);
    assert_int_equal(got.status, HF_OK);
    assert_true(got.replaced);
    assert_memory_equal(out,
                        "\xef\xbf\xbd"
                        "A\xef\xbf\xbd",
                        got.length);
}

static size_t random_escaped(uint64_t *seed, char *text, size_t size, uint64_t density)
{
    static const char *const pieces[] = {
        "\\n",     "\\\\",        "\\\"",           "\\u4e2d", "\\u4e2d\\u6587\\u5b57",
        "\\u00e9", "\\u0041",     "\\ud83d\\ude00", "\\u20AC", "\\t",
        "\\/",     "\\\\\\\\\\\\"
    };
    size_t length = 0;
    while (length + 20 < size) {
        if (random_below(seed, density) != 0) {
            char c = (char)random_next(seed);
            text[length++] = c == '\\' ? 'u' : c;
            continue;
        }
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof pieces[0])];
        memcpy(text + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

static void test_escape__all_levels_unescape_alike(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (long round = 0; round < random_rounds(6000); round++) {
        size_t size = 20 + random_below(&seed, round % 8 == 0 ? 900 : 200);
        char   text[1024];
        size_t length = random_escaped(&seed, text, size, (uint64_t[]){ 1, 2, 10, 60 }[round % 4]);
        for (uint64_t faults = random_below(&seed, 4); faults > 1 && length > 0; faults--)
            text[random_below(&seed, length)] = "\\u\"dD8x0n"[random_below(&seed, 9)];
        length -= length > 0 ? random_below(&seed, length < 8 ? length : 8) : 0;
        char *guarded = guard_create(length);
        assert_non_null(guarded);
        memcpy(guarded, text, length);
        expect_unescapes(guarded, length, round % 3 == 0);
        guard_destroy(guarded, length);
    }
}

static void test_escape__all_levels_escape_alike(void **state)
{
    (void)state;
    uint64_t seed = 12;
    for (long round = 0; round < random_rounds(6000); round++) {
        size_t length = random_below(&seed, round % 8 == 0 ? 700 : 150);
        char  *text = guard_create(length);
        assert_non_null(text);
        for (size_t i = 0; i < length; i++)
            text[i] = random_below(&seed, 40) == 0    ? "\"\\\n\t\x01\x1f\x7f\xff"[random_below(&seed, 8)]
                      : random_below(&seed, 100) == 0 ? (char)random_next(&seed)
                                                      : (char)('a' + random_below(&seed, 26));
        expect_escapes(text, length);
        guard_destroy(text, length);
    }
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    expect_escapes(all, sizeof all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape__reads_each_escape),
        cmocka_unit_test(test_escape__names_the_fault_and_its_place),
        cmocka_unit_test(test_escape__all_levels_unescape_alike),
        cmocka_unit_test(test_escape__all_levels_escape_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

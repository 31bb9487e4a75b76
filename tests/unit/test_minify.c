/* test_minify.c - minifying: every level gives what a plain loop gives, in one piece or many, at page ends. */
#include "text/minify.h"

#include "guard.h"
#include "levels.h"
#include "random.h"
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t minify_plainly(const char *text, size_t length, char *out)
{
    size_t result = 0;
    bool   inside = false;
    for (size_t i = 0; i < length; i++) {
        if (!inside && (unsigned char)text[i] <= 0x20)
            continue;
        out[result++] = text[i];
        if (text[i] == '"') {
            inside = !inside;
        } else if (inside && text[i] == '\\' && i + 1 < length) {
            out[result++] = text[++i];
        }
    }
    return result;
}

/* `text` ends at a guard page, and so does the room for the result. */
static void expect_minifies(const char *text, size_t length, uint64_t *seed)
{
    char *expected = malloc(length + 1), *out = guard_create(length);
    assert_non_null(expected);
    assert_non_null(out);
    size_t wanted = minify_plainly(text, length, expected);
    for (LEVELS(level)) {
        size_t got = hf__minify(text, length, out);
        if (got != wanted || memcmp(out, expected, wanted) != 0)
            fail_msg("level %d: %.*s", level, (int)length, text);
        hf__minifier pieces = { 0, 0 };
        size_t       at = 0;
        got = 0;
        while (at < length) {
            size_t step = HF__MINIFY_STEP * (1 + random_below(seed, 4));
            step = step < length - at ? step : length - at;
            got += hf__minify_piece(&pieces, text + at, step, out + got);
            at += step;
        }
        assert_int_equal(got, wanted);
        if (wanted > 0)
            assert_memory_equal(out, expected, wanted);
    }
    guard_destroy(out, length);
    free(expected);
}

/* Tokens with blanks between; strings hold blanks, quotes and runs of backslashes. */
static size_t random_json(uint64_t *seed, char *text, size_t size)
{
    static const char *const tokens[] = { "{", "}", "[", "]", ":", ",", "true", "-12.5e+10", "null", "0" };
    size_t                   length = 0;
    bool                     blanks = random_below(seed, 3) != 0;
    while (length + 80 < size) {
        for (uint64_t n = blanks ? random_below(seed, 4) * random_below(seed, 8) : 0; n > 0; n--)
            text[length++] = " \n\t\r"[random_below(seed, 4)];
        if (random_below(seed, 3) == 0) {
            text[length++] = '"';
            for (uint64_t n = random_below(seed, 25); n > 0; n--) {
                switch (random_below(seed, 8)) {
                case 0:
                    memcpy(text + length, "\\\\", 2);
                    length += 2;
                    break;
                case 1:
                    memcpy(text + length, "\\\"", 2);
                    length += 2;
                    break;
                case 2: text[length++] = ' '; break;
                default: text[length++] = (char)('a' + random_below(seed, 26)); break;
                }
            }
            text[length++] = '"';
        } else {
            const char *token = tokens[random_below(seed, sizeof tokens / sizeof tokens[0])];
            memcpy(text + length, token, strlen(token));
            length += strlen(token);
        }
    }
    return length;
}

static void test_minify__leaves_strings_alone(void **state)
{
    (void)state;
    static const char text[] = " { \"a b\" : [ 1 , -2.50 , \"\\\" x \\\\\" , true ] ,\n\t\"\" :\r null } ";
    static const char wanted[] = "{\"a b\":[1,-2.50,\"\\\" x \\\\\",true],\"\":null}";
    char              out[sizeof text];
    for (LEVELS(level)) {
        assert_int_equal(hf__minify(text, sizeof text - 1, out), sizeof wanted - 1);
        assert_memory_equal(out, wanted, sizeof wanted - 1);
        assert_int_equal(hf__minify(text, 0, out), 0);
    }
}

static void test_minify__all_levels_alike(void **state)
{
    (void)state;
    uint64_t seed = 21;
    for (long round = 0; round < random_rounds(10000); round++) {
        char   text[2048];
        size_t length = random_json(&seed, text, 81 + random_below(&seed, round % 5 == 0 ? 1900 : 300));
        char  *guarded = guard_create(length);
        assert_non_null(guarded);
        memcpy(guarded, text, length);
        expect_minifies(guarded, length, &seed);
        guard_destroy(guarded, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minify__leaves_strings_alone),
        cmocka_unit_test(test_minify__all_levels_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

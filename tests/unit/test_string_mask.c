/* test_string_mask.c - masks of escaped bytes and of strings: as bit by bit, with what is carried from 64
 * bytes to the next. */
#include "base/string_mask.h"

#include "random.h"
#include "unit.h"

#include <stdbool.h>

static uint64_t escaped_plainly(uint64_t slashes, bool *is_escaped)
{
    uint64_t result = 0;
    for (unsigned i = 0; i < 64; i++) {
        result |= (uint64_t)*is_escaped << i;
        *is_escaped = !*is_escaped && (slashes >> i & 1) != 0;
    }
    return result;
}

/* Backslashes that are few, half of the bytes, and nearly all: long runs too. */
static void test_string_mask__escaped(void **state)
{
    (void)state;
    uint64_t seed = 64, carried = 0;
    bool     is_escaped = false;
    for (long round = 0; round < random_rounds(100000); round++) {
        uint64_t slashes = random_next(&seed);
        for (uint64_t i = random_below(&seed, 4); i > 0; i--)
            slashes = round & 1 ? slashes | random_next(&seed) : slashes & random_next(&seed);
        slashes = round % 100 == 0 ? 0 : round % 101 == 0 ? ~(uint64_t)0 : slashes;
        assert_int_equal(hf__mask_escaped(slashes, &carried), escaped_plainly(slashes, &is_escaped));
        assert_int_equal(carried, is_escaped);
    }
}

static void test_string_mask__parity(void **state)
{
    (void)state;
    uint64_t seed = 46;
    for (long round = 0; round < random_rounds(100000); round++) {
        uint64_t bits = random_next(&seed), expected = 0, parity = 0;
        for (unsigned i = 0; i < 64; i++) {
            parity ^= bits >> i & 1;
            expected |= parity << i;
        }
        assert_int_equal(hf__mask_parity(bits), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_string_mask__escaped),
        cmocka_unit_test(test_string_mask__parity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_number_power.c - the table of powers of five, checked by multiplying back, which its generator does
 * not do. */
#include "base/number_power.h"

#include "unit.h"

#include <string.h>

enum { WORDS = 20 };

/* Little end first. */
typedef struct big {
    uint64_t word[WORDS];
} big;

static void multiply_5(big *b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        uint64_t low = (b->word[i] & 0xffffffff) * 5 + carry, high = (b->word[i] >> 32) * 5 + (low >> 32);
        b->word[i] = high << 32 | (low & 0xffffffff);
        carry = high >> 32;
    }
    assert_int_equal(carry, 0);
}

static int bit_length(const big *b)
{
    for (int i = WORDS - 1; i >= 0; i--)
        if (b->word[i] != 0)
            return i * 64 + 64 - __builtin_clzll(b->word[i]);
    return 0;
}

static void entry_of(int q, uint64_t *ret_high, uint64_t *ret_low)
{
    *ret_high = hf__power_of_five[q - HF__POWER_MIN][0];
    *ret_low = hf__power_of_five[q - HF__POWER_MIN][1];
}

static void test_number_power__positive_powers_are_cut(void **state)
{
    (void)state;
    big power = { { 1 } };
    for (int q = 0; q <= HF__POWER_MAX; q++, multiply_5(&power)) {
        uint64_t high, low, expected[2] = { 0, 0 };
        int top = bit_length(&power);
        for (int i = 0; i < 128 && i < top; i++)
            expected[i / 64] |= (power.word[(top - 1 - i) / 64] >> ((top - 1 - i) % 64) & 1) << (63 - i % 64);
        entry_of(q, &high, &low);
        assert_int_equal(high, expected[0]);
        assert_int_equal(low, expected[1]);
        assert_true(high >> 63 != 0);
    }
}

/* The entry e of 5^-n obeys e * 5^n <= 2^k < (e + 1) * 5^n for the k that its size dictates; from -27
 * on it is one more. */
static void test_number_power__negative_powers_are_reciprocals(void **state)
{
    (void)state;
    for (int q = HF__POWER_MIN; q < 0; q++) {
        uint64_t high, low;
        entry_of(q, &high, &low);
        assert_true(high >> 63 != 0);
        if (q >= -27 && low-- == 0)
            high--;
        big product = { { low, high } }, next = { { low + 1, high + (low == UINT64_MAX) } };
        for (int n = 0; n > q; n--) {
            multiply_5(&product);
            multiply_5(&next);
        }
        /* product < 2^k < next, so product has k bits or is 2^k itself, and next has more than k. */
        int k = bit_length(&next) - 1;
        assert_true(bit_length(&product) <= k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_power__positive_powers_are_cut),
        cmocka_unit_test(test_number_power__negative_powers_are_reciprocals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

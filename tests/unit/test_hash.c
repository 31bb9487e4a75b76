/* test_hash.c - lib/base/hash: every byte and the length matter, bits are spread, the seed is one. */
#include "base/hash.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static void test_hash__every_bit_and_the_length_matter(void **state)
{
    (void)state;
    unsigned char bytes[200] = { 0 };
    for (size_t length = 0; length <= sizeof bytes; length++) {
        uint64_t plain = hf__hash_bytes(bytes, length, 1);
        if (length > 0)
            assert_true(plain != hf__hash_bytes(bytes, length - 1, 1));
        for (size_t bit = 0; bit < length * 8; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(plain != hf__hash_bytes(bytes, length, 1));
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        assert_true(plain != hf__hash_bytes(bytes, length, 2));
    }
}

/* The place of the bytes in memory must not matter, and nothing outside may be read. */
static void test_hash__depends_on_content_only(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 130; length++) {
        char *exact = malloc(length + 1), *shifted = malloc(length + 9);
        for (size_t i = 0; i < length; i++)
            exact[i] = shifted[i + 8] = (char)(i * 31 + length);
        char *tight = malloc(length > 0 ? length : 1);
        memcpy(tight, exact, length);
        assert_true(hf__hash_bytes(tight, length, 3) == hf__hash_bytes(shifted + 8, length, 3));
        free(tight);
        free(exact);
        free(shifted);
    }
}

/* Keys that count upwards, as keys do, fill 4096 buckets evenly, by low and by high bits: the
 * chi-square of 65536 keys over 4096 buckets has mean 4095 and deviation 90. */
static void test_hash__counting_keys_spread(void **state)
{
    (void)state;
    static unsigned low[4096], high[4096];
    for (unsigned i = 0; i < 65536; i++) {
        char     key[24];
        int      length = snprintf(key, sizeof key, "key_%u", i);
        uint64_t hash = hf__hash_bytes(key, (size_t)length, 42);
        low[hash & 4095]++;
        high[hash >> 52]++;
    }
    double low_error = 0, high_error = 0;
    for (unsigned i = 0; i < 4096; i++) {
        low_error += (low[i] - 16.0) * (low[i] - 16.0) / 16.0;
        high_error += (high[i] - 16.0) * (high[i] - 16.0) / 16.0;
    }
    assert_true(low_error > 3600 && low_error < 4600);
    assert_true(high_error > 3600 && high_error < 4600);
}

static void test_hash__two_words_are_one_of_sixteen_bytes(void **state)
{
    (void)state;
    uint64_t words[2] = { 0x0123456789abcdef, 0xfedcba9876543210 };
    assert_true(hf__hash_words(words[0], words[1], 5 ^ 16 * HF__HASH_C) == hf__hash_bytes(words, 16, 5));
}

static void test_hash__the_seed_stays(void **state)
{
    (void)state;
    uint64_t seed = hf__hash_seed();
    assert_true(seed != 0);
    assert_true(seed == hf__hash_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__every_bit_and_the_length_matter),
        cmocka_unit_test(test_hash__depends_on_content_only),
        cmocka_unit_test(test_hash__counting_keys_spread),
        cmocka_unit_test(test_hash__two_words_are_one_of_sixteen_bytes),
        cmocka_unit_test(test_hash__the_seed_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

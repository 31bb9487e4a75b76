/* power_table.c - prints lib/base/number_power.c: cc tools/power_table.c -o /tmp/t && /tmp/t > lib/base/number_power.c
 *
 * For each q the 128 highest bits of 5^q, highest bit set. Powers with q >= 0 are cut below. For q < 0
 * it is the reciprocal: cut for q < -27, where the proof of Eisel and Lemire wants it so, and rounded up
 * from -27 on, where 5^-q fits one word and products can be exact. tests/unit/test_number_power.c checks
 * every entry by multiplying back. */
#include <stdint.h>
#include <stdio.h>

enum { POWER_MIN = -342, POWER_MAX = 326, WORDS = 36 };

/* Little end first; 1152 bits hold 5^326 and 2^1088 / 5^342 with 128 bits to spare. */
typedef struct big {
    uint32_t word[WORDS];
} big;

static void big_multiply_5(big *b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)b->word[i] * 5;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* Repeated cutting is exact: floor(floor(x / 5) / 5) = floor(x / 25). */
static void big_divide_5(big *b)
{
    uint64_t rest = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        rest = rest << 32 | b->word[i];
        b->word[i] = (uint32_t)(rest / 5);
        rest %= 5;
    }
}

static void print_top(const big *b, int q)
{
    int      top = WORDS * 32 - 1;
    uint64_t half[2] = { 0, 0 };
    while ((b->word[top / 32] >> (top % 32) & 1) == 0)
        top--;
    for (int i = 0; i < 128 && i <= top; i++) {
        int from = top - i;
        half[i / 64] |= (uint64_t)(b->word[from / 32] >> (from % 32) & 1) << (63 - i % 64);
    }
    if (q < 0 && q >= -27 && ++half[1] == 0)
        half[0]++;
    printf("    { 0x%016llx, 0x%016llx }, /* %d */\n", (unsigned long long)half[0],
           (unsigned long long)half[1], q);
}

int main(void)
{
    printf("/* number_power.c - the powers of five behind reading and writing doubles.\n"
           " *\n"
           " * Made by tools/power_table.c, which tells how entries are rounded. */\n"
           "#include \"base/number_power.h\"\n\n"
           "const uint64_t hf__power_of_five[HF__POWER_MAX - HF__POWER_MIN + 1][2] = {\n");
    for (int q = POWER_MIN; q < 0; q++) {
        big reciprocal = { { 0 } };
        reciprocal.word[34] = 1; /* 2^1088 */
        for (int i = q; i < 0; i++)
            big_divide_5(&reciprocal);
        print_top(&reciprocal, q);
    }
    big power = { { 1 } };
    for (int q = 0; q <= POWER_MAX; q++) {
        print_top(&power, q);
        big_multiply_5(&power);
    }
    printf("};\n");
    return 0;
}

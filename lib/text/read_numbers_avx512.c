/* read_numbers_avx512.c - numbers to values, 64 at a time in four passes.
 *
 * Each number is seen as the 32 bytes that end where it ends. Passes, because what is stored in
 * pieces and loaded whole right behind has to wait for the stores. Doubles by the multiplication of
 * D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), in 64-bit lanes; exponents, more than
 * 18 digits, minus zero and the rare lanes that need more bits go to hf__number_read. */
#include "text/read_stages_avx512.h"

#include "base/number_power.h"
#include "base/number_read.h"

enum { BATCH = 64, SEEN = 32, WHOLE_DIGITS_MAX = 18, POINTED_BYTES_MAX = 20 };

typedef struct batch {
    const char *ends[BATCH];
    uint32_t    lengths[BATCH];
    uint32_t    other[BATCH], dots[BATCH], zeros[BATCH]; /* masks of the 32 bytes */
    uint32_t    keep[BATCH], move[BATCH];                /* digit bytes; bytes to move up over the point */
    uint32_t    fraction[BATCH];                         /* digits behind the point */
    uint32_t    heads[BATCH];                            /* the slot's first two bytes: kind, length of the text */
    __m512i     digits[BATCH / 2];
    uint64_t    bits[BATCH];
    uint32_t    slow[BATCH / 16], whole[BATCH / 16], negative[BATCH / 16];
} batch;

static inline const char *end_of(const char *text, const uint32_t *ends, uint32_t slot)
{
    const char *end = text + ends[slot];
    while ((unsigned char)end[-1] <= ' ') /* blanks before the next token */
        end--;
    return end;
}

static inline __m256i load_seen(const char *end)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)(end - SEEN));
}

/* Pass 1: where the bytes are of each sort, two numbers a step. */
static inline void find_masks(batch *b, const uint32_t *list, size_t count, const uint32_t *starts, const uint32_t *ends,
                              const char *text)
{
    for (size_t j = 0; j < count; j += 2) {
        const char *end0 = end_of(text, ends, list[j]), *end1 = end_of(text, ends, list[j + 1]);
        __m512i bytes = _mm512_inserti64x4(_mm512_castsi256_si512(load_seen(end0)), load_seen(end1), 1);
        bytes = _mm512_sub_epi8(bytes, hf__v8('0'));
        uint64_t other = _mm512_cmpgt_epu8_mask(bytes, hf__v8(9));
        uint64_t dots = _mm512_cmpeq_epi8_mask(bytes, hf__v8('.' - '0'));
        uint64_t zeros = _mm512_testn_epi8_mask(bytes, bytes);
        memcpy(b->other + j, &other, 8);
        memcpy(b->dots + j, &dots, 8);
        memcpy(b->zeros + j, &zeros, 8);
        b->ends[j] = end0;
        b->ends[j + 1] = end1;
        b->lengths[j] = (uint32_t)(end0 - text) - starts[list[j]];
        b->lengths[j + 1] = (uint32_t)(end1 - text) - starts[list[j + 1]];
    }
}

/* Pass 2: grammar and shape of sixteen. Returns lanes that are wrong; notes those that go the slow
 * way, those without a point, those with a minus sign. */
static inline uint32_t find_shapes(batch *b, size_t at)
{
    const __m512i one = _mm512_set1_epi32(1), ones = _mm512_set1_epi32(-1);
    __m512i length = _mm512_loadu_si512(b->lengths + at);
    __m512i mine = _mm512_sllv_epi32(ones, _mm512_sub_epi32(_mm512_set1_epi32(SEEN), length));
    __m512i low = _mm512_andnot_si512(_mm512_add_epi32(mine, ones), mine); /* the lowest bit */
    __m512i not_digit = _mm512_loadu_si512(b->other + at);
    __mmask16 negative = _mm512_test_epi32_mask(not_digit, low); /* begins with a digit or a minus */
    mine = _mm512_mask_andnot_epi32(mine, negative, low, mine);
    low = _mm512_andnot_si512(_mm512_add_epi32(mine, ones), mine);
    __m512i other = _mm512_and_si512(not_digit, mine);
    __m512i below = _mm512_add_epi32(other, ones); /* other - 1 */
    __mmask16 pointed = _mm512_test_epi32_mask(other, other);
    /* More than one byte that is no digit, or one that is no point; too long to be seen whole. */
    __mmask16 odd = _mm512_test_epi32_mask(other, below) | _mm512_cmpgt_epu32_mask(length, _mm512_set1_epi32(SEEN - 1)) |
                    _mm512_test_epi32_mask(_mm512_andnot_si512(_mm512_loadu_si512(b->dots + at), other), ones);
    __m512i count = _mm512_sub_epi32(length, _mm512_maskz_mov_epi32(negative, one)); /* the point too */
    odd |= _mm512_cmpgt_epu32_mask(count, _mm512_mask_mov_epi32(_mm512_set1_epi32(WHOLE_DIGITS_MAX), pointed,
                                                               _mm512_set1_epi32(POINTED_BYTES_MAX)));
    __m512i first_zero = _mm512_and_si512(_mm512_loadu_si512(b->zeros + at), low);
    odd |= (__mmask16)(negative & ~pointed & _mm512_test_epi32_mask(first_zero, ones));
    /* Wrong: a point first or last, a digit behind a leading zero, nothing at all. */
    __m512i wrong = _mm512_or_si512(_mm512_and_si512(other, low), _mm512_srli_epi32(other, 31));
    wrong = _mm512_or_si512(wrong, _mm512_andnot_si512(other, _mm512_and_si512(_mm512_slli_epi32(first_zero, 1), mine)));
    __mmask16 bad = _mm512_test_epi32_mask(wrong, ones) | _mm512_testn_epi32_mask(mine, mine);
    _mm512_storeu_si512(b->move + at, _mm512_maskz_xor_epi32(pointed, other, below));
    _mm512_storeu_si512(b->keep + at, _mm512_mask_slli_epi32(mine, pointed, mine, 1));
    _mm512_storeu_si512(b->fraction + at, _mm512_maskz_lzcnt_epi32(pointed, other));
    __m512i kind = _mm512_mask_mov_epi32(_mm512_set1_epi32(HF__INT64), pointed, _mm512_set1_epi32(HF__DOUBLE));
    _mm512_storeu_si512(b->heads + at, _mm512_or_si512(kind, _mm512_slli_epi32(length, 8)));
    b->slow[at / 16] = odd;
    b->whole[at / 16] = (uint32_t)~pointed & 0xffff;
    b->negative[at / 16] = negative;
    return bad & ~(uint32_t)odd;
}

/* Pass 3: digits without the point, right-aligned in 32 bytes. */
static inline __m256i gather_digits(const batch *b, size_t j)
{
    __m256i bytes = _mm256_mask_loadu_epi8(load_seen(b->ends[j]), b->move[j], b->ends[j] - SEEN - 1);
    return _mm256_maskz_sub_epi8(b->keep[j], bytes, _mm256_set1_epi8('0'));
}

/* Four times 32 digits to groups of eight: per 128-bit lane two groups of one number and two of another. */
static inline __m512i digit_groups(const __m512i *digits)
{
    const __m512i ten = _mm512_set1_epi16(0x010a), hundred = _mm512_set1_epi32(0x00010064);
    const __m512i myriad = _mm512_set1_epi32(0x00012710);
    __m512i a = _mm512_madd_epi16(_mm512_maddubs_epi16(digits[0], ten), hundred);
    __m512i b = _mm512_madd_epi16(_mm512_maddubs_epi16(digits[1], ten), hundred);
    return _mm512_madd_epi16(_mm512_packus_epi32(a, b), myriad);
}

/* The high halves of eight products of 64 bits. */
static inline __m512i multiply_high(__m512i a, __m512i b)
{
    const __m512i low32 = _mm512_set1_epi64(0xffffffff);
    __m512i a_high = _mm512_srli_epi64(a, 32), b_high = _mm512_srli_epi64(b, 32);
    __m512i ll = _mm512_mul_epu32(a, b), hl = _mm512_mul_epu32(a_high, b);
    __m512i lh = _mm512_mul_epu32(a, b_high), hh = _mm512_mul_epu32(a_high, b_high);
    __m512i middle = _mm512_add_epi64(_mm512_srli_epi64(ll, 32),
                                      _mm512_add_epi64(_mm512_and_si512(hl, low32), _mm512_and_si512(lh, low32)));
    __m512i sides = _mm512_add_epi64(_mm512_srli_epi64(hl, 32), _mm512_srli_epi64(lh, 32));
    return _mm512_add_epi64(_mm512_add_epi64(hh, _mm512_srli_epi64(middle, 32)), sides);
}

/* The lanes of `rare`, one by one. */
static __attribute__((noinline)) void round_rare(batch *b, size_t at, __m512i significands, unsigned rare, unsigned negative)
{
    uint64_t values[8];
    _mm512_storeu_si512(values, significands);
    for (; rare != 0; rare &= rare - 1) {
        unsigned j = (unsigned)__builtin_ctz(rare);
        double value = hf__number_round(values[j], -(int64_t)b->fraction[at + j]);
        memcpy(b->bits + at + j, &value, sizeof value);
        b->bits[at + j] |= (uint64_t)(negative >> j & 1) << 63;
    }
}

/* Pass 4: eight numbers to integers and, where a point was, to doubles: w * 10^-f with w < 10^19
 * and f < 20 neither overflows nor becomes subnormal. */
static inline void find_values(batch *b, size_t at, __mmask8 whole, __mmask8 negative)
{
    const __m512i low32 = _mm512_set1_epi64(0xffffffff), e8 = _mm512_set1_epi64(100000000);
    __m512i g0 = digit_groups(b->digits + at / 2), g1 = digit_groups(b->digits + at / 2 + 2);
    __m512i top = _mm512_permutex2var_epi64(g0, _mm512_setr_epi64(0, 4, 1, 5, 8, 12, 9, 13), g1);
    __m512i low = _mm512_permutex2var_epi64(g0, _mm512_setr_epi64(2, 6, 3, 7, 10, 14, 11, 15), g1);
    __m512i w = _mm512_add_epi64(_mm512_mul_epu32(_mm512_srli_epi64(top, 32), e8), _mm512_and_si512(low, low32));
    w = _mm512_add_epi64(_mm512_mullo_epi64(w, e8), _mm512_srli_epi64(low, 32));
    __m512i integer = _mm512_mask_sub_epi64(w, negative, _mm512_setzero_si512(), w);
    if (whole == 0xff) {
        _mm512_storeu_si512(b->bits + at, integer);
        return;
    }
    __m512i f = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(b->fraction + at)));
    __m512i zeros = _mm512_lzcnt_epi64(w);
    __m512i index = _mm512_slli_epi64(_mm512_sub_epi64(_mm512_set1_epi64(-HF__POWER_MIN), f), 4);
    __m512i high = multiply_high(_mm512_sllv_epi64(w, zeros), _mm512_i64gather_epi64(index, hf__power_of_five, 1));
    __m512i upper = _mm512_srli_epi64(high, 63);
    __m512i m = _mm512_srlv_epi64(high, _mm512_add_epi64(upper, _mm512_set1_epi64(9)));
    /* Lanes that need the second half of the power, or may lie halfway. */
    __m512i tail = _mm512_and_si512(high, _mm512_set1_epi64(0x1ff));
    __mmask8 halfway = _mm512_mask_cmple_epu64_mask(_mm512_testn_epi64_mask(tail, tail), f, _mm512_set1_epi64(4));
    halfway &= _mm512_cmpeq_epi64_mask(_mm512_and_si512(m, _mm512_set1_epi64(3)), _mm512_set1_epi64(1));
    __mmask8 rare = (_mm512_cmpeq_epi64_mask(tail, _mm512_set1_epi64(0x1ff)) | halfway) & (__mmask8)~whole;
    __m512i e = _mm512_srai_epi64(_mm512_mullo_epi64(f, _mm512_set1_epi64(-217706)), 16);
    e = _mm512_add_epi64(_mm512_sub_epi64(_mm512_add_epi64(e, upper), zeros), _mm512_set1_epi64(63 + 1023 - 1));
    m = _mm512_srli_epi64(_mm512_add_epi64(m, _mm512_and_si512(m, _mm512_set1_epi64(1))), 1);
    __m512i value = _mm512_add_epi64(m, _mm512_slli_epi64(e, 52)); /* the hidden bit carries into the exponent */
    value = _mm512_maskz_mov_epi64(_mm512_test_epi64_mask(w, w), value);
    value = _mm512_mask_or_epi64(value, negative, value, _mm512_set1_epi64(INT64_MIN));
    _mm512_storeu_si512(b->bits + at, _mm512_mask_mov_epi64(value, whole, integer));
    if (HF_UNLIKELY(rare != 0))
        round_rare(b, at, w, rare, negative);
}

/* What pass 2 left over. */
static bool read_slow(const batch *b, size_t at, uint32_t slow, hf__slot *slots, const uint32_t *list)
{
    for (; slow != 0; slow &= slow - 1) {
        size_t j = at + (unsigned)__builtin_ctz(slow);
        hf__slot *slot = slots + list[j];
        uint64_t length = b->lengths[j], bits;
        hf__number_kind kind;
        if (!hf__number_read(b->ends[j] - length, b->ends[j], &kind, &bits))
            return false;
        slot->hi = kind == HF__NUMBER_TEXT ? length : bits;
        slot->lo = (slot->lo & ~(uint64_t)0xffff) | (uint64_t)kind | (length <= 255 ? length << 8 : 0);
        if (length > 255 && kind != HF__NUMBER_TEXT)
            slot->lo &= 0xff; /* no spelling kept, no place */
    }
    return true;
}

bool hf__numbers_avx512(hf__slot *slots, uint32_t *list, size_t count, const uint32_t *starts, const uint32_t *ends,
                        const char *text)
{
    batch b;
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i += BATCH) {
        size_t now = count - i < BATCH ? count - i : BATCH, full = (now + 15) & ~(size_t)15;
        for (size_t j = now; j < full; j++) /* fill the lanes */
            list[i + j] = list[i];
        find_masks(&b, list + i, full, starts, ends, text);
        for (size_t j = 0; j < full; j += 16)
            bad |= find_shapes(&b, j);
        for (size_t j = 0; j < full; j += 2)
            b.digits[j / 2] = _mm512_inserti64x4(_mm512_castsi256_si512(gather_digits(&b, j)), gather_digits(&b, j + 1), 1);
        for (size_t j = 0; j < now; j += 8)
            find_values(&b, j, (__mmask8)(b.whole[j / 16] >> (j & 8)), (__mmask8)(b.negative[j / 16] >> (j & 8)));
        for (size_t j = 0; j < now; j++) {
            hf__slot *slot = slots + list[i + j];
            slot->hi = b.bits[j];
            memcpy(slot, b.heads + j, 2);
        }
        for (size_t g = 0; g < full; g += 16)
            if (HF_UNLIKELY(b.slow[g / 16] != 0) && !read_slow(&b, g, b.slow[g / 16], slots, list + i))
                return false;
    }
    return bad == 0;
}

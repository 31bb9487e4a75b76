/* sample.c - which allocations are sampled, and which blocks were.
 *
 * Samples are points of a Poisson process laid over the bytes that a thread allocates: the bytes
 * between two points are drawn from the exponential distribution with mean `period`. An allocation
 * of s bytes is sampled with probability 1 - exp(-s / period); readers weigh it by the inverse.
 *
 * The set of sampled blocks is a table of addresses in buckets of 8. Only the count of a home
 * bucket is read for a block that was not sampled. Lock-free: a block is added after the real
 * allocation and removed before the real release, so no two threads meet on one address. */
#include "recorder.h"

enum { REACH = 4 };  /* buckets from home in which a block may lie */

static _Atomic uint64_t (*table)[HF__SAMPLE_WAYS];
_Atomic uint16_t *hf__sample_counts;

/* Natural logarithm for x in (0, 1]; about 1e-9 exact, without libm. */
static double logarithm(double x)
{
    union { double value; uint64_t bits; } u = { x };
    int exponent = (int)(u.bits >> 52 & 0x7ff) - 1023;
    u.bits = (u.bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
    double m = u.value;                       /* 1 <= m < 2 */
    if (m > 1.4142135623730951) {
        m *= 0.5;
        exponent++;
    }
    double t = (m - 1) / (m + 1), square = t * t, sum = 0;
    for (int n = 15; n >= 1; n -= 2)          /* 2 * atanh(t) */
        sum = sum * square + 1.0 / n;
    return 2 * t * sum + exponent * 0.6931471805599453;
}

int64_t hf__sample_distance(uint64_t *random, uint64_t period)
{
    uint64_t r = *random;                     /* xorshift64*, Vigna 2016 */
    r ^= r >> 12;
    r ^= r << 25;
    r ^= r >> 27;
    *random = r;
    double uniform = ((double)(r * 0x2545f4914f6cdd1du >> 11) + 1) * 0x1p-53;
    return (int64_t)(-logarithm(uniform) * (double)period) + 1;
}

bool hf__sample_init(void)
{
    if (hf__sample_counts != NULL)
        return true;
    table = hf__map_memory(HF__SAMPLE_HOMES * sizeof *table);
    _Atomic uint16_t *counts = hf__map_memory(HF__SAMPLE_HOMES * sizeof *counts);
    if (table == NULL || counts == NULL)
        return false;
    hf__sample_counts = counts;
    return true;
}

static _Atomic uint64_t *bucket_at(uint32_t home, uint32_t step)
{
    return table[(home + step) & (HF__SAMPLE_HOMES - 1)];
}

bool hf__sample_add(uint64_t address)
{
    uint32_t home = hf__sample_home(address);
    atomic_fetch_add_explicit(&hf__sample_counts[home], 1, memory_order_relaxed);
    for (uint32_t i = 0; i < REACH * HF__SAMPLE_WAYS; i++) {
        uint64_t empty = 0;
        _Atomic uint64_t *entry = &bucket_at(home, i / HF__SAMPLE_WAYS)[i % HF__SAMPLE_WAYS];
        if (atomic_load_explicit(entry, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong_explicit(entry, &empty, address, memory_order_relaxed, memory_order_relaxed))
            return true;
    }
    atomic_fetch_sub_explicit(&hf__sample_counts[home], 1, memory_order_relaxed);
    return false;
}

bool hf__sample_remove(uint64_t address)
{
    uint32_t home = hf__sample_home(address);
    for (uint32_t i = 0; i < REACH * HF__SAMPLE_WAYS; i++) {
        _Atomic uint64_t *entry = &bucket_at(home, i / HF__SAMPLE_WAYS)[i % HF__SAMPLE_WAYS];
        if (atomic_load_explicit(entry, memory_order_relaxed) == address) {
            atomic_store_explicit(entry, 0, memory_order_relaxed);
            atomic_fetch_sub_explicit(&hf__sample_counts[home], 1, memory_order_relaxed);
            return true;
        }
    }
    return false;
}

void hf__sample_forget(void)
{
    if (hf__sample_counts == NULL)
        return;
    for (uint32_t home = 0; home < HF__SAMPLE_HOMES; home++) {
        atomic_store_explicit(&hf__sample_counts[home], 0, memory_order_relaxed);
        for (uint32_t way = 0; way < HF__SAMPLE_WAYS; way++)
            atomic_store_explicit(&table[home][way], 0, memory_order_relaxed);
    }
}

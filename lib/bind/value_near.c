/* value_near.c - the lookup behind a place that was not where it was last time.
 *
 * In a small object without containers every key is compared, without a branch between them: which key it is cannot
 * be foreseen here. First by the word that has its length and its first six bytes, eight keys at once; then
 * the one that is found by the other. If it is another key, or has flags, all are compared by both words. The last one
 * counts, as for hf_get. */
#include <holdfast/bind.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { MEMBERS_MAX = 16 };

static uint32_t find_slot(const hf__slot *object, uint32_t slots, hf__slot words)
{
    uint32_t found = 0;
    for (uint32_t at = 1; at < slots - 1; at += 2) {
        uint64_t differs = ((object[at].lo & ~(uint64_t)HF__FLAGS) ^ words.lo) | (object[at].hi ^ words.hi);
        found = differs == 0 ? at : found;
    }
    return found;
}

#if defined(__SSE2__)

/* The first words of two keys that stand behind one another. */
static inline __m128i two_keys(const hf__slot *keys)
{
    return _mm_set_epi64x((long long)keys[2].lo, (long long)keys[0].lo);
}

/* Of four keys: two 16-bit ones for each that has this word in both halves. */
static inline __m128i four_keys(const hf__slot *keys, __m128i word)
{
    return _mm_packs_epi32(_mm_cmpeq_epi32(two_keys(keys), word), _mm_cmpeq_epi32(two_keys(keys + 4), word));
}

/* Of eight keys, in two fours: a bit at 2 * i for each. */
static inline unsigned alike(const hf__slot *first, const hf__slot *second, __m128i word)
{
    unsigned halves = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(four_keys(first, word), four_keys(second, word)));
    return halves & halves >> 1 & 0x5555;
}

/* Where the key stands that has no flags but that of a key; 0: not found so. */
static inline uint32_t find_plain(const hf__slot *object, uint32_t count, hf__slot words)
{
    if (HF_UNLIKELY(count < 4))
        return 0;
    __m128i word = _mm_set1_epi64x((long long)(words.lo | HF__KEY));
    uint32_t first = count < 8 ? 0 : count - 8, second = count - 4; /* the last eight; fewer are looked at twice */
    unsigned found = alike(object + 1 + 2 * first, object + 1 + 2 * second, word);
    if (found == 0 && count > 8) {
        first = 0;
        second = 4;
        found = alike(object + 1, object + 9, word);
    }
    if (found == 0)
        return 0;
    unsigned bit = 31 - (unsigned)__builtin_clz(found);
    uint32_t at = 1 + 2 * (bit >= 8 ? second : first) + (bit & 7);
    return object[at].hi == words.hi ? at : 0;
}

#else
static inline uint32_t find_plain(const hf__slot *object, uint32_t count, hf__slot words)
{
    (void)object;
    (void)count;
    (void)words;
    return 0;
}
#endif

static hf_value look_up(hf_value object, hf_text key, uint32_t *place)
{
    hf_value value = hf_get(object, key);
    if (!hf_is_absent(value) && value.home == object.home && (object.slot->lo & HF__EDITED) == 0) {
        ptrdiff_t at = value.slot - object.slot - 1;
        if (at > 0 && at < UINT32_MAX && hf__span(object.slot) == 2 * (uint64_t)hf__count(object.slot) + 2)
            __atomic_store_n(place, (uint32_t)at, __ATOMIC_RELAXED);
    }
    return value;
}

hf_value hf__get_near_slow(hf_value object, hf_text key, hf__slot words, uint32_t *place)
{
    uint64_t count = object.slot != NULL ? hf__count(object.slot) : MEMBERS_MAX + 1, slots = 2 * count + 2;
    if (key.length > HF__INLINE_MAX || count > MEMBERS_MAX || !hf__is_flat_object(object.slot, slots))
        return look_up(object, key, place);
    uint32_t at = find_plain(object.slot, (uint32_t)count, words);
    if (HF_UNLIKELY(at == 0))
        at = find_slot(object.slot, (uint32_t)slots, words);
    if (at == 0 || hf__kind(object.slot + at + 1) == HF__MOUNT)
        return look_up(object, key, place);
    __atomic_store_n(place, at, __ATOMIC_RELAXED);
    return (hf_value){ object.home, object.slot + at + 1 };
}

/* key.h - keys as they lie in slots: compared by two words when they are short, hashed alike
 * whether they come from a slot or from the caller. */
#ifndef HOLDFAST_KEY_H
#define HOLDFAST_KEY_H

#include <holdfast/value.h>

#include "base/hash.h"
#include "value/inline_text.h"

/* A key to look for. Short: the words of the slot that would hold it, without flags. */
typedef struct hf__key {
    uint64_t lo, hi;
    hf_text  text;
} hf__key;

static inline hf__key hf__key_of(hf_text text)
{
    hf__key key = { HF__LONG_TEXT | (uint64_t)text.length << 16, 0, text };
    if (text.length <= HF__INLINE_MAX)
        hf__inline_words(text.bytes, text.length, &key.lo, &key.hi);
    return key;
}

static inline bool hf__key_matches(const hf__key *key, const hf__slot *slot)
{
    if ((slot->lo & ~(uint64_t)HF__FLAGS) != key->lo)
        return false;
    if (hf__kind(slot) == HF__TEXT)
        return slot->hi == key->hi;
    return memcmp((const char *)slot + hf__offset48(slot->hi), key->text.bytes, key->text.length) == 0;
}

static inline bool hf__key_equal(const hf__slot *a, const hf__slot *b)
{
    if (((a->lo ^ b->lo) & ~(uint64_t)HF__FLAGS) != 0)
        return false;
    if (hf__kind(a) == HF__TEXT)
        return a->hi == b->hi;
    return memcmp((const char *)a + hf__offset48(a->hi), (const char *)b + hf__offset48(b->hi),
                  (size_t)(a->lo >> 16)) == 0;
}

static inline uint64_t hf__key_hash(const hf__slot *slot)
{
    if (hf__kind(slot) == HF__TEXT)
        return hf__hash_words(slot->lo & ~(uint64_t)HF__FLAGS, slot->hi, hf__hash_seed());
    hf_text text = hf__slot_text(slot);
    return hf__hash_bytes(text.bytes, text.length, hf__hash_seed());
}

static inline uint64_t hf__key_hash_of(const hf__key *key)
{
    if (key->text.length <= HF__INLINE_MAX)
        return hf__hash_words(key->lo, key->hi, hf__hash_seed());
    return hf__hash_bytes(key->text.bytes, key->text.length, hf__hash_seed());
}

#endif

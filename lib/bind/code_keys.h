/* code_keys.h - which of an object's keys a text is: one look into a table, and two words compared. */
#ifndef HOLDFAST_CODE_KEYS_H
#define HOLDFAST_CODE_KEYS_H

#include <holdfast/bind_code.h>

static inline uint64_t hf__key_hash(const hf__keys *keys, uint64_t head, uint64_t tail, size_t length)
{
    return ((head ^ (tail << 5 | tail >> 59) ^ length) * keys->multiplier) >> keys->shift;
}

/* The slot of the key, or keys->none. has_eight: eight bytes from `bytes` on are readable. No branch by
 * length: which key it is cannot be foreseen here. */
static inline unsigned hf__key_find(const hf__keys *keys, const char *bytes, size_t length, bool has_eight)
{
    char copy[8] = { 0 };
    uint64_t head, tail;
    const hf__key *key = keys->keys, *end = key + keys->count;
    size_t shown = length < 8 ? length : 8;
    if (HF_UNLIKELY(!has_eight && length < 8)) {
        memcpy(copy, bytes, length);
        bytes = copy;
    }
    uint64_t kept = shown == 0 ? 0 : ~(uint64_t)0 >> (64 - 8 * shown);
    memcpy(&head, bytes, 8);
    memcpy(&tail, bytes + (length - shown), 8);
    head &= kept;
    tail &= kept;
    if (HF_LIKELY(keys->multiplier != 0)) {
        unsigned place = keys->places[hf__key_hash(keys, head, tail, length)];
        key += place - 1;
        end = key + (place != 0);
        key += place == 0;
    }
    for (; key < end; key++)
        if (((key->head ^ head) | (key->tail ^ tail) | (key->length ^ length)) == 0 &&
            (length <= 16 || memcmp(key->bytes, bytes, length) == 0))
            return key->slot;
    return keys->none;
}

#endif

/* code_keys.h - which of an object's keys a text is: one look into a table, and two words compared.
 *
 * The way from the key's place to which one it is has to be short: what is done next cannot be foreseen
 * here, and waits for it. So nothing asks for the key's length first: its closing quote is a part of it. */
#ifndef HOLDFAST_CODE_KEYS_H
#define HOLDFAST_CODE_KEYS_H

#include <holdfast/bind_code.h>

enum { HF__KEY_SHOWN = 16 /* bytes of a key in its two words */ };

/* The top bit of the first byte that is a quote, and perhaps bits above it; 0: there is none. */
static inline uint64_t hf__find_quote(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t others = word ^ ones * '"';
    return (others - ones) & ~others & ones * 0x80;
}

/* The key that begins at `at`, behind its opening quote; NULL: none that is wanted, or spelled with escapes. */
static inline const hf__key *hf__key_find(const hf__keys *keys, const char *at, const char *end)
{
    char copy[HF__KEY_SHOWN] = { 0 };
    const char *shown = at;
    uint64_t head, tail;
    if (HF_UNLIKELY(end - at < HF__KEY_SHOWN)) {
        memcpy(copy, at, (size_t)(end - at));
        shown = copy;
    }
    memcpy(&head, shown, 8);
    memcpy(&tail, shown + 8, 8);
    uint64_t in_head = hf__find_quote(head), in_tail = hf__find_quote(tail);
    head &= in_head ^ (in_head - 1);
    tail &= in_head == 0 ? in_tail ^ (in_tail - 1) : 0;
    unsigned place = keys->places[((head ^ (tail << 5 | tail >> 59)) * keys->multiplier) >> keys->shift];
    for (const hf__key *key; place != 0; place = key->next) {
        key = &keys->keys[place - 1];
        if (((key->head ^ head) | (key->tail ^ tail)) != 0)
            continue;
        if (HF_LIKELY(key->length < HF__KEY_SHOWN))
            return key;
        if ((size_t)(end - at) > key->length && at[key->length] == '"' &&
            memcmp(at + HF__KEY_SHOWN, key->bytes + HF__KEY_SHOWN, key->length - HF__KEY_SHOWN) == 0)
            return key;
    }
    return NULL;
}

/* The same of a key whose escapes were read. */
static inline const hf__key *hf__key_equal(const hf__keys *keys, hf_text text)
{
    for (const hf__key *key = keys->keys; key < keys->keys + keys->count; key++)
        if (key->length == text.length && memcmp(key->bytes, text.bytes, text.length) == 0)
            return key;
    return NULL;
}

#endif

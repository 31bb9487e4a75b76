/* code_keys.h - which of an object's keys a text is: one look into a table, and two words compared.
 *
 * The way from the key's place to which one it is has to be short: what is done next cannot be foreseen
 * here, and waits for it. So nothing asks for the key's length first: its closing quote is a part of it. */
#ifndef HOLDFAST_CODE_KEYS_H
#define HOLDFAST_CODE_KEYS_H

#include <holdfast/bind_code.h>

enum { HF__KEY_SHOWN = 16 /* bytes of a key in its two words */ };

/* The bits of the bytes up to the first quote, with it; all of them without one. */
static inline uint64_t hf__bits_to_quote(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t others = word ^ ones * '"', quote = (others - ones) & ~others & ones * 0x80;
    return quote ^ (quote - 1);
}

/* What the table has for a key that begins with these words. */
static inline uint32_t hf__key_entry(const hf__keys *keys, uint64_t head, uint64_t tail)
{
    uint64_t word = head & keys->shown;
    if (HF_UNLIKELY(keys->shown == 0)) {
        uint64_t kept = hf__bits_to_quote(head);
        bool has_quote = kept != UINT64_MAX || head >> 56 == '"';
        tail = has_quote ? 0 : tail & hf__bits_to_quote(tail);
        word = (head & kept) ^ (tail << 5 | tail >> 59);
    }
    return keys->places[(word * keys->multiplier) >> keys->shift];
}

/* What is behind the first sixteen bytes. */
static inline bool hf__key_goes_on(const hf__key *key, const char *at, const char *end)
{
    return (size_t)(end - at) > key->length && at[key->length] == '"' &&
           memcmp(at + HF__KEY_SHOWN, key->bytes + HF__KEY_SHOWN, key->length - HF__KEY_SHOWN) == 0;
}

/* The key that begins at `at`, behind its opening quote, and its slot; NULL: none that is wanted, or spelled
 * with escapes. HF__KEY_SHOWN bytes are readable at `shown`, and are the first of those up to `end`. */
static inline __attribute__((always_inline)) const hf__key *hf__key_among(const hf__keys *keys, const char *shown, const char *at, const char *end, size_t *ret_slot)
{
    uint64_t head, tail;
    memcpy(&head, shown, 8);
    memcpy(&tail, shown + 8, 8);
    uint32_t entry = hf__key_entry(keys, head, tail);
    unsigned place = entry & 0xff;
    *ret_slot = entry >> 8 & 0xff;
    while (place != 0) {
        const hf__key *key = &keys->keys[place - 1];
        bool is_alike = (((key->head ^ head) & key->head_bits) | ((key->tail ^ tail) & key->tail_bits)) == 0;
        if (HF_LIKELY(is_alike) && (HF_LIKELY(key->length < HF__KEY_SHOWN) || hf__key_goes_on(key, at, end)))
            return key;
        place = key->next;
        if (HF_UNLIKELY(place != 0))
            *ret_slot = keys->keys[place - 1].slot;
    }
    return NULL;
}

/* The same near the end of the text. */
static inline const hf__key *hf__key_find(const hf__keys *keys, const char *at, const char *end, size_t *ret_slot)
{
    char copy[HF__KEY_SHOWN] = { 0 };
    if (HF_LIKELY(end - at >= HF__KEY_SHOWN))
        return hf__key_among(keys, at, at, end, ret_slot);
    memcpy(copy, at, (size_t)(end - at));
    return hf__key_among(keys, copy, at, end, ret_slot);
}

/* The slot of a key whose escapes were read; keys->none: of none that is wanted. */
static inline size_t hf__key_equal(const hf__keys *keys, hf_text text)
{
    for (const hf__key *key = keys->keys; key < keys->keys + keys->count + 1; key++) /* with the one that no text has */
        if (key->row != NULL && key->length == text.length && memcmp(key->bytes, text.bytes, text.length) == 0)
            return key->slot;
    return keys->none;
}

#endif

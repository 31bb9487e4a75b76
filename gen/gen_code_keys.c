/* gen_code_keys.c - the keys that a reader wants, with a hash found for them here, by which no two of them
 * meet that differ in their first sixteen bytes. lib/bind/code_keys.h looks them up. */
#include "gen_code.h"

enum {
    BITS_MAX  = 12,  /* of the table */
    COUNT_MAX = 255, /* of keys that it can tell apart */
    TRIES     = 512  /* multipliers for each size */
};

typedef struct key_words {
    uint64_t head, tail;
} key_words;

/* Eight bytes from `from` on, the first one lowest, of the key and its closing quote. */
static uint64_t word_at(const char *text, size_t length, size_t from)
{
    uint64_t word = 0;
    for (size_t i = from; i <= length && i < from + 8; i++)
        word |= (uint64_t)(unsigned char)(i < length ? text[i] : '"') << (8 * (i - from));
    return word;
}

/* Whether JSON text may have it without escapes. */
static bool is_spelled_plainly(const gen_key *key)
{
    for (const char *at = key->text; *at != 0; at++)
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\')
            return false;
    return true;
}

/* Those of a key that is never spelled plainly are not UTF-8, so that no text has them. */
static key_words words_of(const gen_key *key)
{
    size_t length = strlen(key->text);
    if (!is_spelled_plainly(key))
        return (key_words){ UINT64_MAX, UINT64_MAX };
    return (key_words){ word_at(key->text, length, 0), word_at(key->text, length, 8) };
}

static bool are_alike(const gen_key *a, const gen_key *b)
{
    key_words first = words_of(a), second = words_of(b);
    return first.head == second.head && first.tail == second.tail;
}

/* As hf__key_find. */
static uint64_t hash_of(key_words words, uint64_t multiplier, unsigned bits)
{
    return ((words.head ^ (words.tail << 5 | words.tail >> 59)) * multiplier) >> (64 - bits);
}

/* Fills the table; false when two keys meet that are not alike. The first of those alike is in it. */
static bool try_hash(const gen_plan *plan, uint64_t multiplier, unsigned bits, unsigned char *table)
{
    const gen_key *known[COUNT_MAX + 1];
    unsigned place = 0;
    memset(table, 0, (size_t)1 << bits);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next) {
        unsigned char *at = &table[hash_of(words_of(key), multiplier, bits)];
        known[++place] = key;
        if (*at != 0 && !are_alike(known[*at], key))
            return false;
        if (*at == 0)
            *at = (unsigned char)place;
    }
    return true;
}

/* Which key is compared behind this one, that stands at `place`, counted from 1; 0: none. */
static size_t next_place(const gen_key *key, size_t place, bool has_hash)
{
    for (const gen_key *next = key->next; next != NULL; next = next->next) {
        place++;
        if (!has_hash || are_alike(key, next))
            return place;
    }
    return 0;
}

/* The smallest table that is found, the same in each run; 0 when there is none. */
static uint64_t find_hash(const gen_plan *plan, size_t count, unsigned char *table, unsigned *ret_bits)
{
    uint64_t state = 0;
    unsigned bits = 1;
    while ((size_t)1 << bits < 2 * count)
        bits++;
    for (; count <= COUNT_MAX && bits <= BITS_MAX; bits++)
        for (int i = 0; i < TRIES; i++) {
            state += 0x9e3779b97f4a7c15u; /* splitmix64, by S. Vigna */
            uint64_t multiplier = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
            multiplier = ((multiplier ^ (multiplier >> 27)) * 0x94d049bb133111ebu) | 1;
            *ret_bits = bits;
            if (try_hash(plan, multiplier, bits, table))
                return multiplier;
        }
    return 0;
}

void gen_emit_code_keys(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    unsigned char table[1 << BITS_MAX] = { 1, 1 };
    unsigned bits = 1;
    size_t count = 0;
    unsigned long long lengths = 0;
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        count++;
    uint64_t multiplier = find_hash(plan, count, table, &bits);
    if (multiplier == 0) { /* one after the other */
        table[0] = table[1] = 1;
        bits = 1;
    }
    fprintf(stream, "\n/* The keys of %s, and a hash by which they are found. */\nstatic const hf__key %s_hf_wanted[] = {\n", plan->name, plan->name);
    size_t place = 0;
    for (const gen_key *key = plan->keys; key != NULL; key = key->next) {
        key_words words = words_of(key);
        size_t length = strlen(key->text);
        lengths |= 1ull << (length < 63 ? length : 63);
        fprintf(stream, "    { 0x%llxu, 0x%llxu, %s, %zu, %zu, %zu },\n", (unsigned long long)words.head, (unsigned long long)words.tail,
                gen_quoted(unit, key->text), length, key->slot, next_place(key, ++place, multiplier != 0));
    }
    fprintf(stream, "};\nstatic const uint8_t %s_hf_places[] = { ", plan->name);
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        fprintf(stream, "%s%u", i == 0 ? "" : i % 32 == 0 ? ",\n    " : ", ", (unsigned)table[i]);
    fprintf(stream,
            " };\nstatic const hf__keys %s_hf_keys = {\n    .keys = %s_hf_wanted, .places = %s_hf_places, .multiplier = 0x%llxu, .shift = %u,\n"
            "    .count = %zu, .none = %zu, .is_closed = %s, .lengths = 0x%llxu\n};\n",
            plan->name, plan->name, plan->name, (unsigned long long)multiplier, 64 - bits, count, plan->slot_count,
            plan->says->closed ? "true" : "false", lengths);
}

/* gen_code_keys.c - the keys that a reader wants, with a hash found for them here, by which no two of them
 * meet. lib/bind/code_keys.h looks them up. */
#include "gen_code.h"

enum {
    BITS_MAX  = 12,  /* of the table */
    COUNT_MAX = 255, /* of keys that it can tell apart */
    TRIES     = 512  /* multipliers for each size */
};

typedef struct key_words {
    uint64_t head, tail;
    size_t   length;
} key_words;

/* Eight bytes, the first one lowest. */
static uint64_t word_at(const char *text, size_t length)
{
    uint64_t word = 0;
    for (size_t i = 0; i < length && i < 8; i++)
        word |= (uint64_t)(unsigned char)text[i] << (8 * i);
    return word;
}

static key_words words_of(const gen_key *key)
{
    size_t length = strlen(key->text);
    return (key_words){ word_at(key->text, length), word_at(key->text + (length > 8 ? length - 8 : 0), length), length };
}

/* As hf__key_hash. */
static uint64_t hash_of(const gen_key *key, uint64_t multiplier, unsigned bits)
{
    key_words words = words_of(key);
    return ((words.head ^ (words.tail << 5 | words.tail >> 59) ^ words.length) * multiplier) >> (64 - bits);
}

/* Fills the table; false when two keys meet. */
static bool try_hash(const gen_plan *plan, uint64_t multiplier, unsigned bits, unsigned char *table)
{
    unsigned place = 0;
    memset(table, 0, (size_t)1 << bits);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next) {
        unsigned char *at = &table[hash_of(key, multiplier, bits)];
        if (*at != 0)
            return false;
        *at = (unsigned char)++place;
    }
    return true;
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
    static const char member[] = "    { 0x%llxu, 0x%llxu, %s, %zu, %zu },\n";
    unsigned char table[1 << BITS_MAX];
    unsigned bits = 1;
    size_t count = 0;
    unsigned long long lengths = 0;
    fprintf(stream, "\n/* The keys of %s, and a hash by which no two of them meet. */\nstatic const hf__key %s_hf_wanted[] = {\n", plan->name, plan->name);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next, count++) {
        key_words words = words_of(key);
        lengths |= 1ull << (words.length < 63 ? words.length : 63);
        fprintf(stream, member, (unsigned long long)words.head, (unsigned long long)words.tail, gen_quoted(unit, key->text), words.length, key->slot);
    }
    fputs("};\n", stream);
    uint64_t multiplier = find_hash(plan, count, table, &bits);
    if (multiplier != 0) {
        fprintf(stream, "static const uint8_t %s_hf_places[] = { ", plan->name);
        for (size_t i = 0; i < (size_t)1 << bits; i++)
            fprintf(stream, "%s%u", i == 0 ? "" : i % 32 == 0 ? ",\n    " : ", ", (unsigned)table[i]);
        fputs(" };\n", stream);
    }
    fprintf(stream, "static const hf__keys %s_hf_keys = {\n    .keys = %s_hf_wanted, .places = %s%s, .multiplier = 0x%llxu, .shift = %u,\n", plan->name, plan->name,
            multiplier != 0 ? plan->name : "NULL", multiplier != 0 ? "_hf_places" : "", (unsigned long long)multiplier, 64 - bits);
    fprintf(stream, "    .count = %zu, .none = %zu, .is_closed = %s, .lengths = 0x%llxu\n};\n", count, plan->slot_count, plan->says->closed ? "true" : "false",
            lengths);
}

/* gen_code_keys.c - the keys that a reader wants and a writer has, what is done with each, and a hash found for them here, by which no two of them
 * meet that differ in their first sixteen bytes. If the bytes that all of them have tell them apart, it is made
 * of those: it is ready sooner. lib/bind/code_keys.h looks them up. */
#include "gen_code.h"

#include <holdfast/value_layout.h>

enum {
    BITS_MAX  = 12,  /* of the table */
    COUNT_MAX = 254, /* of keys that it can tell apart: with the one that no text has, they are counted in a byte */
    TRIES     = 512, /* multipliers for each size */
    SHOWN     = 16   /* HF__KEY_SHOWN: bytes of a key in its two words, its closing quote among them */
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

/* Of eight bytes from `from` on those of the key and its closing quote. */
static unsigned long long bits_of(size_t length, size_t from)
{
    size_t bytes = length + 1 > from ? length + 1 - from : 0;
    return bytes == 0 ? 0 : UINT64_MAX >> (bytes < 8 ? 64 - 8 * bytes : 0);
}

static bool are_alike(const gen_key *a, const gen_key *b)
{
    key_words first = words_of(a), second = words_of(b);
    return first.head == second.head && first.tail == second.tail;
}

/* A way to tell keys apart: by some of their first bytes, or with `shown` 0 by sixteen. */
typedef struct key_hash {
    uint64_t shown, multiplier;
    unsigned bits;
} key_hash;

/* The bits of the bytes that every key has, with its closing quote, up to eight. */
static uint64_t shown_by_all(const gen_plan *plan)
{
    size_t least = 8;
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        if (is_spelled_plainly(key) && strlen(key->text) + 1 < least)
            least = strlen(key->text) + 1;
    return UINT64_MAX >> (64 - 8 * least);
}

/* As hf__key_find. */
static uint64_t place_of(key_words words, const key_hash *hash)
{
    uint64_t word = hash->shown != 0 ? words.head & hash->shown : words.head ^ (words.tail << 5 | words.tail >> 59);
    return (word * hash->multiplier) >> (64 - hash->bits);
}

/* Fills the table; false when two keys meet that are not alike. The first of those alike is in it. */
static bool try_hash(const gen_plan *plan, const key_hash *hash, const gen_key **table)
{
    memset(table, 0, sizeof *table << hash->bits);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next) {
        const gen_key **at = &table[place_of(words_of(key), hash)];
        if (*at != NULL && !are_alike(*at, key))
            return false;
        if (*at == NULL)
            *at = key;
    }
    return true;
}

/* The smallest table that is found, the same in each run; false when there is none. */
static bool find_hash(const gen_plan *plan, size_t count, uint64_t shown, const gen_key **table, key_hash *ret_hash)
{
    uint64_t state = 0;
    unsigned bits = 1;
    while ((size_t)1 << bits < 4 * count) /* a key that nothing wants should find nothing */
        bits++;
    for (; count <= COUNT_MAX && bits <= BITS_MAX; bits++)
        for (int i = 0; i < TRIES; i++) {
            state += 0x9e3779b97f4a7c15u; /* splitmix64, by S. Vigna */
            uint64_t multiplier = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
            multiplier = ((multiplier ^ (multiplier >> 27)) * 0x94d049bb133111ebu) | 1;
            *ret_hash = (key_hash){ shown, multiplier, bits };
            if (try_hash(plan, ret_hash, table))
                return true;
        }
    return false;
}

/* Whether the bytes that all keys show are enough to tell apart those that are not alike. */
static bool tells_apart(const gen_plan *plan, uint64_t shown)
{
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        for (const gen_key *other = key->next; other != NULL; other = other->next)
            if (((words_of(key).head ^ words_of(other).head) & shown) == 0 && !are_alike(key, other))
                return false;
    return true;
}

/* In the order of slots, then one that no text has, then aliases. Counted from 1. */
static size_t number_of(const gen_plan *plan, const gen_key *wanted)
{
    size_t number = plan->slot_count + 2;
    if (!wanted->is_alias)
        return wanted->slot + 1;
    for (const gen_key *key = plan->keys; key != wanted; key = key->next)
        number += key->is_alias;
    return number;
}

/* Which key is compared behind this one; 0: none. */
static size_t next_number(const gen_plan *plan, const gen_key *key, bool has_hash)
{
    for (const gen_key *next = key->next; next != NULL; next = next->next)
        if (!has_hash || are_alike(key, next))
            return number_of(plan, next);
    return 0;
}

/* The key that a place of the table stands for. */
static void emit_place(gen_unit *unit, const gen_plan *plan, const gen_key *key, bool has_hash, size_t place, FILE *stream)
{
    const gen_key *main_key = plan->keys;
    size_t length = strlen(key->text);
    while (main_key->slot != key->slot || main_key->is_alias)
        main_key = main_key->next;
    fprintf(stream, "    [%zu] = HF__PLACE(%zu, %zu, %s, ", place, number_of(plan, key), key->slot, gen_read_kind(unit, main_key));
    if (length < SHOWN && next_number(plan, key, has_hash) == 0)
        fprintf(stream, "%zu),\n", length + 1);
    else
        fputs("HF__PLACE_UNSURE),\n", stream);
}

static void emit_table(gen_unit *unit, const gen_plan *plan, const gen_key **table, unsigned bits, bool has_hash, FILE *stream)
{
    fprintf(stream, "};\nstatic const uint32_t %s_hf_places[%zu] = {\n", plan->name, (size_t)1 << bits);
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        if (table[i] != NULL)
            emit_place(unit, plan, table[i], has_hash, i, stream);
    fputs("};\n", stream);
}

/* `row`: in the table of keys. */
static void emit_key(gen_unit *unit, const gen_plan *plan, const gen_key *key, size_t row, bool has_hash, FILE *stream)
{
    key_words words = words_of(key);
    size_t length = strlen(key->text);
    fprintf(stream, "    { 0x%llxu, 0x%llxu, 0x%llxu, 0x%llxu, %s, %zu, %zu, %zu, .bit = 0x%llxu, .row = &%s_hf_json[%zu]", (unsigned long long)words.head, (unsigned long long)words.tail,
            bits_of(length, 0), bits_of(length, 8), gen_quoted(unit, key->text), length, key->slot, next_number(plan, key, has_hash), 1ull << key->slot,
            plan->name, row);
    if (!key->is_alias)
        gen_emit_row(unit, plan, key, stream);
    fputs(" },\n", stream);
}

static void emit_keys(gen_unit *unit, const gen_plan *plan, bool has_hash, FILE *stream)
{
    for (int aliases = 0; aliases < 2; aliases++) {
        size_t row = 0;
        if (aliases)
            fputs("    { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, \"\", 0, 0, 0, .row = NULL, .written = HF__KIND_END }, /* ends what is expected */\n", stream);
        for (const gen_key *key = plan->keys; key != NULL; key = key->next, row++)
            if (key->is_alias == aliases)
                emit_key(unit, plan, key, row, has_hash, stream);
    }
}

/* As hf__slot_text shows it; a long one without the place of its text. */
static void emit_slot(const char *text, FILE *stream)
{
    size_t length = strlen(text);
    uint64_t lo = length <= HF__INLINE_MAX ? HF__TEXT | (uint64_t)length << 8 : HF__LONG_TEXT | (uint64_t)length << 16, hi = 0;
    bool is_escaped = false, is_beyond_ascii = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        is_escaped |= byte < ' ' || byte == '"' || byte == '\\';
        is_beyond_ascii |= byte >= 128;
        if (length <= HF__INLINE_MAX && i < 6)
            lo |= (uint64_t)byte << (16 + 8 * i);
        else if (length <= HF__INLINE_MAX)
            hi |= (uint64_t)byte << (8 * (i - 6));
    }
    lo |= HF__KEY | (is_escaped ? HF__ESCAPE : 0) | (is_beyond_ascii ? HF__NONASCII : 0);
    fprintf(stream, "{ 0x%llxu, 0x%llxu }", (unsigned long long)lo, (unsigned long long)hi);
}

/* The keys as they stand in documents, in the order of the table. */
static void emit_slots(const gen_plan *plan, FILE *stream)
{
    fprintf(stream, "static const hf__slot %s_hf_slots[] = {\n   ", plan->name);
    for (int aliases = 0; aliases < 2; aliases++) {
        if (aliases)
            fputs(" { UINT64_MAX, UINT64_MAX }", stream);
        size_t count = 0;
        for (const gen_key *key = plan->keys; key != NULL; key = key->next) {
            if (key->is_alias != aliases)
                continue;
            fputs(aliases ? ", " : " ", stream);
            emit_slot(key->text, stream);
            fputs(!aliases ? ++count % 3 == 0 ? ",\n   " : "," : "", stream);
        }
    }
    fputs("\n};\n", stream);
}

static bool has_default_text(const gen_key *key)
{
    const gen_literal *value = key->member->says->default_value;
    return key->member->item.shape == SHAPE_STRING && !key->is_written_only && value != NULL && value->kind == GEN_LITERAL_STRING;
}

void gen_emit_code_keys(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    const gen_key *table[1 << BITS_MAX];
    key_hash hash = { 0, 0, 1 };
    size_t count = 0;
    unsigned long long lengths = 0, required = 0, defaults = 0, usual = 0;
    for (const gen_key *key = plan->keys; key != NULL; key = key->next, count++) {
        size_t length = strlen(key->text);
        lengths |= 1ull << (length < 63 ? length : 63);
        required |= (unsigned long long)key->is_required << key->slot;
        defaults |= (unsigned long long)has_default_text(key) << key->slot;
        if (!key->is_alias)
            usual |= (unsigned long long)(!key->is_written_only && key->member->presence == NULL && length < SHOWN) << key->slot;
    }
    uint64_t shown = shown_by_all(plan);
    bool has_hash = (tells_apart(plan, shown) && find_hash(plan, count, shown, table, &hash)) || find_hash(plan, count, 0, table, &hash);
    if (!has_hash) { /* one after the other */
        hash = (key_hash){ 0, 0, 1 };
        table[0] = table[1] = plan->keys;
    }
    fprintf(stream, "\n/* The keys of %s, what is read and written behind each, and a hash by which they are found. */\n"
            "static const hf_key %s_hf_json[%zu];\nstatic const hf__key %s_hf_wanted[] = {\n", plan->name, plan->name, count, plan->name);
    emit_keys(unit, plan, has_hash, stream);
    emit_table(unit, plan, table, hash.bits, has_hash, stream);
    emit_slots(plan, stream);
    fprintf(stream,
            "static const hf__keys %s_hf_keys = {\n    .keys = %s_hf_wanted, .places = %s_hf_places, .multiplier = 0x%llxu, .shown = 0x%llxu,\n"
            "    .shift = %u, .count = %zu, .none = %zu, .is_closed = %s, .lengths = 0x%llxu,\n    .required = 0x%llxu, .defaults = 0x%llxu, .room = %zu, .usual = 0x%llxu,\n    .slots = %s_hf_slots\n};\n",
            plan->name, plan->name, plan->name, (unsigned long long)hash.multiplier, (unsigned long long)hash.shown, 64 - hash.bits, count,
            plan->slot_count, plan->says->closed ? "true" : "false", lengths, required, defaults, gen_write_room(plan), usual,
            plan->name);
}

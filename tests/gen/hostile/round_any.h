/* round_any.h - a round trip of any described type, with samples that are made from its description: JSON, struct,
 * value, struct, copies on the heap and in an arena, and JSON again, which must be the same each time.
 *
 * A program of hostile.py names the types: ROUND(T). Exit 1 tells what went wrong. Samples keep no checks (min, len,
 * pattern, oneof): such types are for test_gen_every.c. */
#ifndef HOLDFAST_TEST_ROUND_ANY_H
#define HOLDFAST_TEST_ROUND_ANY_H

#include <holdfast/bind.h>
#include <holdfast/read.h>

#include <stdio.h>
#include <stdlib.h>

enum { ROUND_DEPTH = 5, ROUND_ITEMS = 2 };

static uint64_t round_state = 1;

static uint64_t round_any(uint64_t below)
{
    round_state = round_state * 6364136223846793005u + 1442695040888963407u;
    return (round_state >> 33) % below;
}

static void round_put(hf_buffer *to, const char *text)
{
    if (hf_buffer_append(to, hf_text_from_cstr(text), NULL) != HF_OK)
        exit(2);
}

static void round_key(hf_buffer *to, const hf_member *member)
{
    round_put(to, "\"");
    for (size_t i = 0; i < member->key_length; i++) { /* keys of the headers here need no more than this */
        char one[3] = { member->key[i], 0, 0 };
        if (one[0] == '"' || one[0] == '\\') {
            one[1] = one[0];
            one[0] = '\\';
        }
        round_put(to, one);
    }
    round_put(to, "\":");
}

static void round_value(hf_buffer *to, const hf_type *type, const hf_member *member, int depth);

static void round_number(hf_buffer *to, const hf_type *type, const hf_member *member, bool is_own)
{
    char text[40];
    uint8_t form = is_own && member != NULL ? member->form : (uint8_t)HF_AS_IS;
    bool is_bits = is_own && member != NULL && member->bits != NULL;
    if (form == HF_AS_EPOCH) {
        round_put(to, "\"2026-11-22T21:00:00Z\"");
        return;
    }
    if (type->choice_count > 0 && form == HF_AS_STRING) {
        const hf_choice *one = &type->choices[round_any(type->choice_count)];
        for (uint32_t i = 0; i < type->choice_count; i++)
            if (type->choices[i].value == one->value) { /* the first of one value is written */
                one = &type->choices[i];
                break;
            }
        snprintf(text, sizeof text, "\"%.30s\"", one->name);
    } else if (type->choice_count > 0) {
        snprintf(text, sizeof text, "%lld", (long long)type->choices[round_any(type->choice_count)].value);
    } else {
        long long number = is_bits ? 0 : type->shape == HF_SHAPE_UINT ? (long long)round_any(200) : (long long)round_any(200) - 100;
        snprintf(text, sizeof text, form == HF_AS_STRING ? "\"%lld\"" : "%lld", number);
    }
    round_put(to, text);
}

static void round_row(hf_buffer *to, const hf_type *type, const hf_member *member, size_t count, int depth)
{
    if (member != NULL && (member->form == HF_AS_BASE64 || member->form == HF_AS_HEX || member->form == HF_AS_STRING) && type == member->type &&
        type->item->size == 1) {
        round_put(to, member->form == HF_AS_BASE64 ? "\"AQI=\"" : member->form == HF_AS_HEX ? "\"0102\"" : "\"ab\"");
        return;
    }
    round_put(to, "[");
    for (size_t i = 0; i < count; i++) {
        round_put(to, i > 0 ? "," : "");
        round_value(to, type->item, member, depth + 1);
    }
    round_put(to, "]");
}

static void round_union(hf_buffer *to, const hf_type *type, const hf_member *member, int depth)
{
    const hf_member *chosen = NULL;
    for (uint64_t at = round_any(member->arm_count), i = 0; i < member->arm_count; i++) {
        chosen = &type->members[member->arms[(at + i) % member->arm_count].member];
        if ((chosen->flags & HF_MEMBER_HIDDEN) == 0)
            break;
    }
    round_put(to, "{");
    round_key(to, chosen);
    round_value(to, chosen->type, chosen, depth + 1);
    round_put(to, "}");
}

/* Of the keys that one union brings along, one is written. */
static bool round_is_chosen(const hf_type *type, uint32_t at)
{
    const hf_key *key = &type->keys[at];
    if ((key->flags & (HF_KEY_ALIAS | HF_KEY_WRITTEN | HF_KEY_TAG)) != 0)
        return false;
    if (key->chosen == NULL)
        return true;
    for (uint32_t i = 0; i < at; i++)
        if (type->keys[i].chosen == key->chosen && type->keys[i].record == key->record && type->keys[i].offset == key->offset)
            return false; /* the first arm */
    return true;
}

static void round_record(hf_buffer *to, const hf_type *type, int depth)
{
    bool any = false;
    round_put(to, "{");
    for (uint32_t i = 0; i < type->key_count; i++) {
        const hf_member *member = type->keys[i].member;
        bool is_elsewhere = member->type->shape == HF_SHAPE_POINTER || member->type->shape == HF_SHAPE_VECTOR;
        bool is_left_out = (member->flags & HF_MEMBER_OPTIONAL) != 0 && is_elsewhere && depth >= ROUND_DEPTH;
        if (!round_is_chosen(type, i) || is_left_out)
            continue;
        round_put(to, any ? "," : "");
        any = true;
        round_key(to, member);
        round_value(to, member->type, member, depth + 1);
    }
    round_put(to, "}");
}

static void round_value(hf_buffer *to, const hf_type *type, const hf_member *member, int depth)
{
    bool is_own = member != NULL && member->type == type;
    switch (type->shape) {
    case HF_SHAPE_BOOL: round_put(to, round_any(2) == 0 ? "true" : "false"); break;
    case HF_SHAPE_INT: case HF_SHAPE_UINT: round_number(to, type, member, is_own); break;
    case HF_SHAPE_FLOAT: round_put(to, is_own && member->form == HF_AS_STRING ? "\"0.5\"" : "0.5"); break;
    case HF_SHAPE_CHARS: round_put(to, type->size > 1 ? "\"c\"" : "\"\""); break;
    case HF_SHAPE_STRING: round_put(to, member != NULL && member->form == HF_AS_RAW ? "{\"raw\":[1,null]}" : round_any(4) == 0 ? "\"\"" : "\"text\""); break;
    case HF_SHAPE_RECORD: round_record(to, type, depth); break;
    case HF_SHAPE_UNION: round_union(to, type, member, depth); break;
    case HF_SHAPE_POINTER:
        if (depth > ROUND_DEPTH)
            round_put(to, "null");
        else
            round_value(to, type->item, member, depth + 1);
        break;
    case HF_SHAPE_VECTOR: case HF_SHAPE_FLEX: round_row(to, type, member, depth > ROUND_DEPTH ? 0 : ROUND_ITEMS, depth); break;
    case HF_SHAPE_ARRAY: round_row(to, type, member, type->count, depth); break;
    default: round_put(to, "null"); break;
    }
}

static void round_fail(const char *type, const char *step, const char *json, const hf_error *error, const hf_buffer *met)
{
    fprintf(stderr, "%s: %s: %s at %s (%s)\n%s\n%.*s\n", type, step, error != NULL ? hf_status_name(error->status) : "differs",
            error != NULL ? error->pointer : "", error != NULL ? error->detail : "", json, met != NULL ? (int)met->length : 0,
            met != NULL ? met->bytes : "");
    exit(1);
}

static void round_same(const hf_type *type, const void *object, const char *step, const char *json)
{
    hf_error error;
    hf_buffer text = HF_BUFFER_INIT(1 << 26);
    if (hf_struct_encode(type, object, NULL, &text, &error) != HF_OK)
        round_fail(type->name, step, json, &error, NULL);
    if (text.length != strlen(json) || memcmp(text.bytes, json, text.length) != 0)
        round_fail(type->name, step, json, NULL, &text);
    hf_buffer_release(&text);
}

static void round_of(const hf_type *type, const char *json)
{
    hf_error error;
    void *first = NULL, *copy = NULL, *back = NULL;
    hf_document *document = NULL;
    hf_arena *arena = NULL;
    if (hf_struct_decode(type, hf_text_from_cstr(json), NULL, &first, &error) != HF_OK)
        round_fail(type->name, "decode", json, &error, NULL);
    round_same(type, first, "encode", json);
    if (hf_struct_to_value(type, first, NULL, &document, &error) != HF_OK || hf_struct_from_value(type, hf_root(document), NULL, &back, &error) != HF_OK)
        round_fail(type->name, "value", json, &error, NULL);
    round_same(type, back, "value", json);
    hf_document_drop(document);
    if (hf_struct_copy(type, back, NULL, &copy, &error) != HF_OK)
        round_fail(type->name, "copy", json, &error, NULL);
    if (hf_struct_destroy(type, back, NULL) != HF_OK)
        round_fail(type->name, "destroy", json, NULL, NULL);
    round_same(type, copy, "copy", json);
    bool equal = false;
    uint64_t a = 0, b = 1;
    hf_struct_size size, other;
    if (hf_struct_equal(type, first, copy, &equal, NULL) != HF_OK || !equal || hf_struct_hash(type, first, &a, NULL) != HF_OK ||
        hf_struct_hash(type, copy, &b, NULL) != HF_OK || a != b)
        round_fail(type->name, "equal and hash", json, NULL, NULL);
    if (hf_size_of(type, first, true, &size, NULL) != HF_OK || hf_size_of(type, copy, true, &other, NULL) != HF_OK || size.deep != other.deep ||
        size.objects != other.objects)
        round_fail(type->name, "size", json, NULL, NULL);
    if (hf_arena_create(NULL, &arena, NULL) != HF_OK)
        exit(2);
    void *bound = NULL;
    const hf_copy_options into = { .store = { .arena = arena } };
    if (hf_struct_copy(type, copy, &into, &bound, &error) != HF_OK)
        round_fail(type->name, "copy into an arena", json, &error, NULL);
    if (hf_struct_destroy(type, copy, NULL) != HF_OK)
        round_fail(type->name, "destroy", json, NULL, NULL);
    round_same(type, bound, "copy into an arena", json);
    uint64_t values = 0;
    hf_struct_walk walk;
    hf_struct_walk_init(&walk, type, bound, NULL);
    while (hf_struct_walk_next(&walk))
        values++;
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE || values == 0)
        round_fail(type->name, "walk", json, NULL, NULL);
    hf_arena_destroy(arena);
    if (hf_struct_destroy(type, first, NULL) != HF_OK)
        round_fail(type->name, "destroy", json, NULL, NULL);
    void *begun = NULL;
    if (posix_memalign(&begun, type->alignment < sizeof(void *) ? sizeof(void *) : type->alignment, type->size + 1) != 0)
        exit(2);
    memset(begun, 0x55, type->size + 1);
    hf_struct_init(type, begun);
    if (((unsigned char *)begun)[type->size] != 0x55)
        round_fail(type->name, "init", json, NULL, NULL);
    if (hf_struct_release(type, begun, NULL) != HF_OK)
        round_fail(type->name, "release", json, NULL, NULL);
    free(begun);
}

#define ROUND(T) round_several(&T##_hf_type)

static void round_several(const hf_type *type)
{
    for (int i = 0; i < 8; i++) {
        hf_buffer json = HF_BUFFER_INIT(1 << 26);
        round_record(&json, type, 0);
        if (hf_buffer_append(&json, hf_text_of("", 1), NULL) != HF_OK)
            exit(2);
        round_of(type, json.bytes);
        hf_buffer_release(&json);
    }
}

#endif

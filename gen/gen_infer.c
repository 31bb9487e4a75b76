/* gen_infer.c - what all samples have in common, member by member.
 *
 * What has more than one kind, objects whose keys are data, and arrays of arrays become HF(raw): their JSON
 * text is kept, and the comment tells why, with how many samples of each kind there were. */
#include "gen_infer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gen_emit.h"
#include "gen_file.h"
#include "gen_infer_name.h"
#include "gen_sketch.h"

enum { MAP_KEYS = 16 };
enum {
    IS_BOOL = 1u << SKETCH_BOOL, IS_INTEGER = 1u << SKETCH_INTEGER, IS_DOUBLE = 1u << SKETCH_DOUBLE, IS_TEXT = 1u << SKETCH_TEXT,
    IS_ARRAY = 1u << SKETCH_ARRAY, IS_OBJECT = 1u << SKETCH_OBJECT
};

typedef struct inference {
    gen_unit    unit;
    const char *samples, *output;
    gen_watch   watch;
    gen_samples from;
    gen_sketch *root;
} inference;

/* ---- deciding ---------------------------------------------------------------------------- */

static bool looks_like_data(const char *key)
{
    size_t digits = 0, length = strlen(key);
    for (const char *at = key; *at != 0; at++)
        digits += isdigit((unsigned char)*at) != 0;
    return length == 0 || isdigit((unsigned char)key[0]) || digits * 2 > length;
}

/* Keys that are data: numbers and the like, or many of which none is common. */
static bool is_map(const gen_sketch *at)
{
    size_t like_data = 0;
    bool any_common = false;
    for (const gen_sketch *member = at->members; member != NULL; member = member->next) {
        like_data += looks_like_data(member->key);
        any_common |= member->seen * 2 > at->counts[SKETCH_OBJECT];
    }
    return (at->member_count >= 2 && like_data == at->member_count) || (at->member_count >= MAP_KEYS && !any_common);
}

static bool is_number(unsigned kinds)
{
    return kinds != 0 && (kinds & ~(unsigned)(IS_INTEGER | IS_DOUBLE)) == 0;
}

static bool is_whole(const gen_sketch *at)
{
    return gen_sketch_kinds(at) == IS_INTEGER && !(at->is_negative && at->is_large);
}

static const char *number_type(const gen_sketch *at)
{
    return !is_whole(at) ? "double" : at->is_large ? "uint64_t" : "int64_t";
}

/* Why a number of C does not hold them, or NULL. */
static const char *number_reason(gen_unit *unit, const gen_sketch *at)
{
    if (at->odd_numbers > 0)
        return gen_print(unit, "numbers that neither 64 bits nor a double hold: %zu", at->odd_numbers);
    if (!is_whole(at) && at->is_fine)
        return gen_print(unit, "numbers that only 64 bits hold beside others: %s", gen_sketch_counts(unit, at));
    return NULL;
}

static const char *object_reason(gen_unit *unit, const gen_sketch *at)
{
    if (at->odd_keys > 0)
        return gen_print(unit, "keys that are no names: %zu", at->odd_keys);
    if (at->too_many_keys)
        return gen_print(unit, "a map: more than %d keys in %zu objects", (int)GEN_SKETCH_KEYS_MAX, at->counts[SKETCH_OBJECT]);
    if (is_map(at))
        return gen_print(unit, "a map: its keys are data, %zu of them in %zu object%s", at->member_count, at->counts[SKETCH_OBJECT],
                         at->counts[SKETCH_OBJECT] == 1 ? "" : "s");
    return at->members == NULL ? "always an empty object" : NULL;
}

/* Of one kind, and no array. */
static const char *plain_reason(gen_unit *unit, const gen_sketch *at)
{
    unsigned kinds = gen_sketch_kinds(at);
    if (at->deep > 0)
        return gen_print(unit, "nested deeper than %d levels", (int)GEN_SKETCH_DEPTH_MAX);
    if (kinds == IS_OBJECT)
        return object_reason(unit, at);
    if (is_number(kinds))
        return number_reason(unit, at);
    return kinds == IS_TEXT && at->odd_texts > 0 ? gen_print(unit, "texts with a NUL: %zu", at->odd_texts) : NULL;
}

static bool is_one_kind(unsigned kinds)
{
    return kinds == IS_BOOL || kinds == IS_TEXT || kinds == IS_ARRAY || kinds == IS_OBJECT || is_number(kinds);
}

/* Why an array of such items is kept as its text. Texts may be NULL, other items not. */
static const char *item_reason(gen_unit *unit, const gen_sketch *item)
{
    unsigned kinds = gen_sketch_kinds(item);
    if (kinds == 0)
        return gen_print(unit, "an array of nothing but nulls: %zu", item->seen);
    if (!is_one_kind(kinds))
        return gen_print(unit, "an array of more than one kind: %s", gen_sketch_counts(unit, item));
    if (kinds == IS_ARRAY)
        return gen_print(unit, "an array of arrays: %s", gen_sketch_counts(unit, item));
    if (item->counts[SKETCH_NULL] > 0 && kinds != IS_TEXT)
        return gen_print(unit, "an array with nulls: %s", gen_sketch_counts(unit, item));
    const char *reason = plain_reason(unit, item);
    return reason != NULL ? gen_print(unit, "its items: %s", reason) : NULL;
}

/* Why the value is kept as its text, NULL when it has a type. */
static const char *raw_reason(gen_unit *unit, const gen_sketch *at)
{
    unsigned kinds = gen_sketch_kinds(at);
    if (kinds == 0)
        return "never with a value";
    if (!is_one_kind(kinds))
        return gen_print(unit, "of more than one kind: %s", gen_sketch_counts(unit, at));
    if (kinds != IS_ARRAY || at->deep > 0)
        return plain_reason(unit, at);
    return at->item == NULL ? "always an empty array" : item_reason(unit, at->item);
}

/* ---- writing ----------------------------------------------------------------------------- */

/* What a member becomes. */
typedef struct choice {
    const gen_sketch *shown;       /* of the items of an array, else the member's own */
    const char       *raw;         /* why it is text; NULL: it has a type */
    bool              is_array, is_optional, is_flagged;
} choice;

static choice choose(gen_unit *unit, const gen_sketch *object, const gen_sketch *member)
{
    choice made = { .shown = member, .raw = raw_reason(unit, member) };
    unsigned kinds = gen_sketch_kinds(member);
    bool is_scalar = made.raw == NULL && (kinds == IS_BOOL || is_number(kinds));
    made.is_array = made.raw == NULL && kinds == IS_ARRAY;
    if (made.is_array)
        made.shown = member->item;
    /* A pointer can be null; a number or a row of items cannot, and is left out. */
    made.is_optional = member->seen < object->counts[SKETCH_OBJECT] || (member->counts[SKETCH_NULL] > 0 && (is_scalar || made.is_array));
    made.is_flagged = made.is_optional && (is_scalar || (made.is_array && member->empty_arrays > 0));
    return made;
}

static bool is_object(const choice *made)
{
    return made->raw == NULL && gen_sketch_kinds(made->shown) == IS_OBJECT;
}

/* The words of HF(...), the first without its comma. */
static void put_annotation(FILE *to, const char *key, const char *name, bool is_optional, const char *words)
{
    const char *between = "";
    if (words[0] == 0 && !is_optional && strcmp(name, key) == 0)
        return;
    fputs(" HF(", to);
    if (words[0] != 0) {
        fputs(words, to);
        between = ", ";
    }
    if (strcmp(name, key) != 0) {
        fprintf(to, "%sname = \"", between);
        for (const char *at = key; *at != 0; at++)
            fprintf(to, *at == '"' || *at == '\\' || *at == '?' ? "\\%c" : (unsigned char)*at < ' ' || *at == 127 ? "\\%03o" : "%c", *at);
        fputc('"', to);
        between = ", ";
    }
    if (is_optional)
        fprintf(to, "%soptional", between);
    fputc(')', to);
}

static void put_comment(gen_unit *unit, const gen_sketch *object, const gen_sketch *member, const choice *made, FILE *to)
{
    size_t nulls = member->counts[SKETCH_NULL], item_nulls = made->is_array ? made->shown->counts[SKETCH_NULL] : 0;
    fprintf(to, " /* in %zu of %zu", member->seen, object->counts[SKETCH_OBJECT]);
    if (nulls > 0 && gen_sketch_kinds(member) != 0)
        fprintf(to, ", null in %zu%s", nulls, made->is_optional ? ": as if absent" : "");
    if (item_nulls > 0)
        fprintf(to, ", items: %s", gen_sketch_counts(unit, made->shown));
    else if (made->raw == NULL && is_number(gen_sketch_kinds(made->shown)) && made->shown->counts[SKETCH_INTEGER] > 0 && made->shown->counts[SKETCH_DOUBLE] > 0)
        fprintf(to, ", %s", gen_sketch_counts(unit, made->shown));
    fprintf(to, "%s%s */\n", made->raw != NULL ? "; " : "", made->raw != NULL ? made->raw : "");
}

static void put_member(gen_unit *unit, const gen_sketch *object, const gen_sketch *member, const char *name, FILE *to)
{
    choice made = choose(unit, object, member);
    const char *words = made.is_array ? gen_print(unit, "own, count = n_%s", name) : "";
    unsigned kinds = gen_sketch_kinds(made.shown);
    if (made.raw != NULL) {
        fprintf(to, "    char *%s", name);
        words = "own, raw";
    } else if (kinds == IS_OBJECT) {
        bool is_pointer = made.is_optional || member->counts[SKETCH_NULL] > 0;
        fprintf(to, "    struct %s %s%s", made.shown->type, made.is_array || is_pointer ? "*" : "", name);
        words = made.is_array ? words : is_pointer ? "own" : "";
    } else if (kinds == IS_TEXT) {
        fprintf(to, "    char *%s%s", made.is_array ? "*" : "", name);
        words = made.is_array ? words : "own";
    } else {
        fprintf(to, "    %s %s%s", kinds == IS_BOOL ? "bool" : number_type(made.shown), made.is_array ? "*" : "", name);
    }
    put_annotation(to, member->key, name, made.is_optional, words);
    fputc(';', to);
    put_comment(unit, object, member, &made, to);
    if (made.is_array)
        fprintf(to, "    size_t n_%s;\n", name);
    if (made.is_flagged)
        fprintf(to, "    bool has_%s;\n", name);
}

static void name_members(inference *in, const gen_sketch *object, gen_member_name *names)
{
    size_t at = 0;
    for (const gen_sketch *member = object->members; member != NULL; member = member->next, at++) {
        choice made = choose(&in->unit, object, member);
        unsigned kinds = gen_sketch_kinds(made.shown);
        names[at].is_counted = made.is_array;
        names[at].is_flagged = made.is_flagged;
        names[at].is_number = made.raw == NULL && !made.is_array && is_number(kinds) && is_whole(made.shown);
        names[at].is_bool = made.raw == NULL && !made.is_array && kinds == IS_BOOL;
        names[at].is_pointer = !made.is_array && !names[at].is_bool && (made.raw != NULL || !is_number(kinds));
        gen_name_member(&in->unit, names, at, member->key);
    }
}

/* Inner structs first. As deep as GEN_SKETCH_DEPTH_MAX. */
static void put_struct(inference *in, const gen_sketch *object, FILE *to)
{
    gen_unit *unit = &in->unit;
    gen_member_name *names = gen_take(unit, (object->member_count + 1) * sizeof *names);
    name_members(in, object, names);
    size_t at = 0;
    for (gen_sketch *member = object->members; member != NULL; member = member->next, at++) {
        choice made = choose(unit, object, member);
        if (!is_object(&made))
            continue;
        gen_sketch *inner = made.is_array ? member->item : member;
        inner->type = gen_name_inner(unit, in->root->type, object->type, names[at].name);
        put_struct(in, inner, to);
    }
    fprintf(to, "\ntypedef struct %s {\n", object->type);
    at = 0;
    for (const gen_sketch *member = object->members; member != NULL; member = member->next, at++)
        put_member(unit, object, member, names[at].name, to);
    fprintf(to, "} %s;\n", object->type);
}

static void put_header(inference *in, FILE *to)
{
    const char *base = gen_base_name(in->output != NULL && strcmp(in->output, "-") != 0 ? in->output : "sample.h");
    in->root->type = gen_name_root(&in->unit, base);
    char *guard = gen_print(&in->unit, "%s_H", in->root->type);
    for (char *at = guard; *at != 0; at++)
        *at = (char)toupper((unsigned char)*at);
    fprintf(to,
            "/* %s - inferred by `holdfast gen --from` from %llu sample%s in %s. Yours now: read it, name things, and run\n"
            " * holdfast gen on it. Each comment tells in how many of the objects a member was, and of what kinds. */\n"
            "#ifndef %s\n#define %s\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n#include <holdfast/annotate.h>\n",
            base, (unsigned long long)in->from.count, in->from.count == 1 ? "" : "s", gen_base_name(in->samples), guard, guard);
    put_struct(in, in->root, to);
    fputs("\n#endif\n", to);
}

/* ---- files ------------------------------------------------------------------------------- */

static gen_place place_in(const char *file)
{
    return (gen_place){ file, 0, 0 };
}

/* The samples themselves must be what a struct can be. */
static void need_record(inference *in)
{
    const char *reason = in->from.count == 0 ? NULL : object_reason(&in->unit, in->root);
    if (in->from.count == 0)
        gen_fail(&in->unit, HF_EMPTY, place_in(in->samples), "no samples");
    if (in->root->odd_keys > 0 || in->root->too_many_keys || in->root->members == NULL)
        gen_fail(&in->unit, HF_WRONG_KIND, place_in(in->samples), "no struct fits the samples, expected objects with keys that are names: %s", reason);
}

static void deliver(inference *in)
{
    if (in->output == NULL || strcmp(in->output, "-") == 0) {
        put_header(in, stdout);
        return;
    }
    size_t length = 0;
    gen_stream *stream = gen_stream_open(&in->unit);
    put_header(in, stream->to);
    const char *text = gen_stream_close(&in->unit, stream, &length);
    gen_file_write(&in->unit, in->output, text, length);
}

static void end_watch(const inference *in)
{
    if (in->watch.end != NULL)
        in->watch.end(in->watch.context);
}

static void infer(inference *in)
{
    hf_value sample;
    in->root = gen_sketch_make(&in->unit, "");
    gen_samples_init(&in->unit, &in->from, in->samples, in->watch);
    if (in->output != NULL && gen_file_is_same(in->output, in->samples))
        gen_fail(&in->unit, HF_MISUSE, place_in(in->output), "the header would replace the samples, expected another name");
    while (gen_samples_next(&in->unit, &in->from, &sample))
        gen_sketch_add(&in->unit, in->root, sample);
    end_watch(in);
    need_record(in);
    deliver(in);
}

/* Infers, and comes back here when a step fails. No variable of its own lives across the jump. */
static hf_status infer_or_say_why(inference *in)
{
    if (setjmp(in->unit.failed) == 0) {
        infer(in);
        return HF_OK;
    }
    gen_place place = in->unit.failed_place;
    end_watch(in);
    if (place.line != 0)
        fprintf(stderr, "%s:%u:%u: error: %s\n", place.file, place.line, place.column, in->unit.failed_text);
    else
        fprintf(stderr, "%s: error: %s\n", place.file, in->unit.failed_text);
    return in->unit.failed_status;
}

hf_status gen_infer(const char *samples, const char *output, gen_watch watch)
{
    inference *in = calloc(1, sizeof *in); /* not on the stack: its values survive the jump */
    if (in == NULL)
        return HF_NO_MEMORY;
    gen_unit_init(&in->unit, 0);
    in->samples = samples;
    in->output = output;
    in->watch = watch;
    in->from.descriptor = -1;
    hf_status status = infer_or_say_why(in);
    gen_samples_release(&in->from);
    gen_unit_release(&in->unit);
    free(in);
    return status;
}

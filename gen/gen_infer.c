/* gen_infer.c - what all samples have in common, member by member.
 *
 * A sketch grows while samples are walked: which kinds came, how often, with which members. What has
 * more than one kind, objects whose keys are data, and arrays of arrays become HF(raw): their JSON
 * text is kept, and the comment tells why. */
#include "gen_infer.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include <holdfast/read.h>
#include <holdfast/walk.h>

#include "gen_emit.h"
#include "gen_file.h"

enum { DEPTH_MAX = 100, MEMBERS_MAX = 1024, MAP_KEYS = 16 };
enum { KIND_NULL = 1, KIND_BOOL = 2, KIND_INT = 4, KIND_UINT = 8, KIND_DOUBLE = 16, KIND_TEXT = 32, KIND_ARRAY = 64, KIND_OBJECT = 128 };

typedef struct sketch {
    struct sketch *next;    /* among the members of its object */
    const char    *key;
    struct sketch *members, **members_end;
    struct sketch *item;
    size_t         seen, nulls, objects, member_count;
    unsigned       kinds;   /* null apart */
    bool           too_many_members;
} sketch;

typedef struct inference {
    gen_unit    unit;
    const char *samples, *output;
    hf_document *document;
    char        *text;
    sketch      *root;
    size_t       count;
} inference;

/* ---- gathering --------------------------------------------------------------------------- */

static sketch *new_sketch(inference *in, const char *key)
{
    sketch *made = gen_take(&in->unit, sizeof *made);
    made->key = key;
    made->members_end = &made->members;
    return made;
}

static sketch *member_of(inference *in, sketch *object, hf_text key)
{
    for (sketch *member = object->members; member != NULL; member = member->next)
        if (hf_text_equal(hf_text_from_cstr(member->key), key))
            return member;
    if (object->member_count == MEMBERS_MAX) {
        object->too_many_members = true;
        return NULL;
    }
    sketch *added = new_sketch(in, gen_print(&in->unit, "%.*s", (int)key.length, key.bytes));
    *object->members_end = added;
    object->members_end = &added->next;
    object->member_count++;
    return added;
}

static unsigned kind_bit(hf_value value)
{
    switch (hf_kind_of(value)) {
    case HF_KIND_BOOL: return KIND_BOOL;
    case HF_KIND_INT64: return KIND_INT;
    case HF_KIND_UINT64: return KIND_UINT;
    case HF_KIND_DOUBLE: case HF_KIND_NUMBER_TEXT: return KIND_DOUBLE;
    case HF_KIND_TEXT: return KIND_TEXT;
    case HF_KIND_ARRAY: return KIND_ARRAY;
    case HF_KIND_OBJECT: return KIND_OBJECT;
    default: return KIND_NULL;
    }
}

static void note_value(sketch *at, hf_value value)
{
    unsigned kind = kind_bit(value);
    at->seen++;
    if (kind == KIND_NULL)
        at->nulls++;
    else
        at->kinds |= kind;
    at->objects += kind == KIND_OBJECT;
}

static void add_sample(inference *in, hf_value sample)
{
    sketch *open[DEPTH_MAX + 2] = { NULL };
    hf_walk walk;
    hf_walk_init(&walk, sample, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        sketch *above = walk.depth == 0 ? NULL : open[walk.depth - 1], *at = in->root;
        if (walk.depth > 0 && walk.key.bytes != NULL) {
            at = member_of(in, above, walk.key);
        } else if (walk.depth > 0) {
            if (above->item == NULL)
                above->item = new_sketch(in, "item");
            at = above->item;
        }
        if (at != NULL)
            note_value(at, walk.value);
        if (walk.event == HF_ENTER && at == NULL)
            hf_walk_prune(&walk);
        else if (walk.event == HF_ENTER)
            open[walk.depth] = at;
    }
    hf_walk_finish(&walk);
    in->count++;
}

/* ---- deciding ---------------------------------------------------------------------------- */

static bool looks_like_data(const char *key)
{
    size_t digits = 0, length = strlen(key);
    for (const char *at = key; *at != 0; at++)
        digits += isdigit((unsigned char)*at) != 0;
    return length == 0 || isdigit((unsigned char)key[0]) || digits * 2 > length;
}

/* Keys that are data: numbers and the like, or many of which none is common. */
static bool is_map(const sketch *at)
{
    size_t like_data = 0;
    bool any_common = false;
    for (const sketch *member = at->members; member != NULL; member = member->next) {
        like_data += looks_like_data(member->key);
        any_common |= member->seen * 2 > at->objects;
    }
    return at->too_many_members || (at->member_count >= 2 && like_data == at->member_count) ||
           (at->member_count >= MAP_KEYS && !any_common);
}

static const char *number_type(unsigned kinds)
{
    if ((kinds & KIND_DOUBLE) != 0)
        return "double";
    if (kinds == KIND_UINT)
        return "uint64_t";
    return kinds == KIND_INT ? "int64_t" : "double"; /* both signs at full width */
}

static bool is_number(unsigned kinds)
{
    return kinds != 0 && (kinds & ~(unsigned)(KIND_INT | KIND_UINT | KIND_DOUBLE)) == 0;
}

/* Why the value is kept as its text, NULL when it has a type. */
static const char *raw_reason(const sketch *at)
{
    if (at->kinds == 0)
        return "never with a value";
    if (at->kinds == KIND_OBJECT)
        return is_map(at) ? "a map: its keys are data" : at->members == NULL ? "always an empty object" : NULL;
    if (at->kinds == KIND_ARRAY) {
        const sketch *item = at->item;
        if (item == NULL)
            return "always an empty array";
        if (item->nulls > 0 || (item->kinds & KIND_ARRAY) != 0)
            return item->nulls > 0 ? "an array with nulls" : "an array of arrays";
        return raw_reason(item);
    }
    return at->kinds == KIND_BOOL || at->kinds == KIND_TEXT || is_number(at->kinds) ? NULL : "of more than one kind";
}

/* ---- writing ----------------------------------------------------------------------------- */

static bool is_reserved(const char *name)
{
    static const char *const words[] = {
        "auto", "bool", "break", "case", "char", "class", "const", "continue", "default", "delete", "do", "double", "else", "enum",
        "extern", "false", "float", "for", "goto", "if", "inline", "int", "long", "namespace", "new", "operator", "private",
        "protected", "public", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch",
        "template", "this", "true", "typedef", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "HF",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* A key as a C name that no member before it has; "n_x" and "has_x" beside members are taken too. */
static const char *c_name(gen_unit *unit, const sketch *object, const sketch *member, const char *const *names)
{
    char *name = gen_print(unit, "%s%s", isalpha((unsigned char)member->key[0]) || member->key[0] == '_' ? "" : "_", member->key);
    for (char *at = name; *at != 0; at++)
        if (!isalnum((unsigned char)*at))
            *at = '_';
    if (is_reserved(name))
        name = gen_print(unit, "%s_", name);
    for (unsigned suffix = 2;; suffix++) {
        bool taken = false;
        size_t i = 0;
        for (const sketch *other = object->members; other != member; other = other->next, i++)
            taken |= strcmp(names[i], name) == 0 || strcmp(gen_print(unit, "n_%s", names[i]), name) == 0 ||
                     strcmp(gen_print(unit, "has_%s", names[i]), name) == 0 || strcmp(names[i], gen_print(unit, "n_%s", name)) == 0 ||
                     strcmp(names[i], gen_print(unit, "has_%s", name)) == 0;
        if (!taken)
            return name;
        name = gen_print(unit, "%s_%u", name, suffix);
    }
}

/* The words of HF(...), the first without its comma. */
static void put_annotation(FILE *to, const sketch *member, const char *name, bool is_optional, const char *words)
{
    const char *between = "";
    if (words[0] == 0 && !is_optional && strcmp(name, member->key) == 0)
        return;
    fputs(" HF(", to);
    if (words[0] != 0) {
        fputs(words, to);
        between = ", ";
    }
    if (strcmp(name, member->key) != 0) {
        fprintf(to, "%sname = \"", between);
        for (const char *at = member->key; *at != 0; at++)
            fprintf(to, *at == '"' || *at == '\\' ? "\\%c" : (unsigned char)*at < ' ' ? "\\%03o" : "%c", *at);
        fputc('"', to);
        between = ", ";
    }
    if (is_optional)
        fprintf(to, "%soptional", between);
    fputc(')', to);
}

static void put_member(inference *in, const sketch *object, const sketch *member, const char *type, const char *name, FILE *to)
{
    gen_unit *unit = &in->unit;
    bool is_optional = member->seen < object->objects || member->nulls > 0;
    const char *raw = raw_reason(member), *words = "", *child = gen_print(unit, "%s_%s", type, name);
    const sketch *shown = member->kinds == KIND_ARRAY && raw == NULL ? member->item : member;
    bool is_array = shown != member;
    if (is_array)
        words = gen_print(unit, "own, count = n_%s", name);
    if (raw != NULL) {
        fprintf(to, "    char *%s", name);
        words = "own, raw";
    } else if (shown->kinds == KIND_OBJECT) {
        fprintf(to, "    struct %s %s%s", child, is_array || is_optional ? "*" : "", name);
        words = is_array ? words : is_optional ? "own" : "";
    } else if (shown->kinds == KIND_TEXT) {
        fprintf(to, "    char *%s%s", is_array ? "*" : "", name);
        words = is_array ? words : "own";
    } else {
        fprintf(to, "    %s %s%s", shown->kinds == KIND_BOOL ? "bool" : number_type(shown->kinds), is_array ? "*" : "", name);
    }
    put_annotation(to, member, name, is_optional, words);
    fprintf(to, "; /* in %zu of %zu%s%s%s */\n", member->seen, object->objects, member->nulls > 0 ? ", null in some" : "",
            raw != NULL ? "; " : "", raw != NULL ? raw : "");
    if (is_array)
        fprintf(to, "    size_t n_%s;\n", name);
    else if (is_optional && raw == NULL && shown->kinds != KIND_TEXT && shown->kinds != KIND_OBJECT)
        fprintf(to, "    bool has_%s;\n", name);
}

/* Inner structs first. As deep as the samples, which DEPTH_MAX bounds. */
static void put_struct(inference *in, const sketch *object, const char *type, FILE *to)
{
    const char **names = gen_take(&in->unit, (object->member_count + 1) * sizeof *names);
    size_t i = 0;
    for (const sketch *member = object->members; member != NULL; member = member->next, i++) {
        names[i] = c_name(&in->unit, object, member, names);
        const sketch *shown = member->kinds == KIND_ARRAY ? member->item : member;
        if (raw_reason(member) == NULL && shown->kinds == KIND_OBJECT)
            put_struct(in, shown, gen_print(&in->unit, "%s_%s", type, names[i]), to);
    }
    fprintf(to, "\ntypedef struct %s {\n", type);
    i = 0;
    for (const sketch *member = object->members; member != NULL; member = member->next, i++)
        put_member(in, object, member, type, names[i], to);
    fprintf(to, "} %s;\n", type);
}

static void put_header(inference *in, FILE *to)
{
    const char *base = gen_base_name(in->output != NULL && strcmp(in->output, "-") != 0 ? in->output : "sample.h");
    char *type = gen_print(&in->unit, "%.*s", (int)strcspn(base, "."), base);
    for (char *at = type; *at != 0; at++)
        if (!isalnum((unsigned char)*at) || (at == type && isdigit((unsigned char)*at)))
            *at = '_';
    char *guard = gen_print(&in->unit, "%s_H", type);
    for (char *at = guard; *at != 0; at++)
        *at = (char)toupper((unsigned char)*at);
    fprintf(to,
            "/* %s - inferred by `holdfast gen --from` from %zu sample%s in %s. Yours now: read it, name things, and run\n"
            " * holdfast gen on it. Each comment tells in how many of the objects a member was. */\n"
            "#ifndef %s\n#define %s\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n#include <holdfast/annotate.h>\n",
            base, in->count, in->count == 1 ? "" : "s", gen_base_name(in->samples), guard, guard);
    put_struct(in, in->root, type[0] != 0 ? type : "sample", to);
    fputs("\n#endif\n", to);
}

/* ---- files ------------------------------------------------------------------------------- */

static gen_place place_in(const char *file)
{
    return (gen_place){ file, 0, 0 };
}

static void read_text(inference *in, size_t *ret_length)
{
    FILE *file = strcmp(in->samples, "-") == 0 ? stdin : fopen(in->samples, "rb");
    if (file == NULL)
        gen_fail(&in->unit, HF_IO, place_in(in->samples), "cannot be read: %s", strerror(errno));
    size_t room = 1 << 16, length = 0, got;
    in->text = malloc(room);
    while (in->text != NULL && (got = fread(in->text + length, 1, room - length, file)) > 0) {
        length += got;
        char *grown = length == room ? realloc(in->text, room *= 2) : in->text;
        if (grown == NULL)
            free(in->text);
        in->text = grown;
    }
    bool failed = ferror(file) != 0;
    if (file != stdin)
        fclose(file);
    if (failed || in->text == NULL)
        gen_fail(&in->unit, failed ? HF_IO : HF_NO_MEMORY, place_in(in->samples), "cannot be read");
    *ret_length = length;
}

static void need_object(inference *in, hf_value value, size_t line)
{
    if (!hf_is_object(value))
        gen_fail(&in->unit, HF_WRONG_KIND, (gen_place){ in->samples, (uint32_t)line, 1 }, "%s, expected an object as a sample",
                 hf_kind_name(hf_kind_of(value)));
}

/* The whole text as one value: an object, or an array of samples. False when it is not one value. */
static bool read_whole(inference *in, hf_text text)
{
    hf_read_options how = { .depth_max = DEPTH_MAX };
    if (hf_read(text, &how, &in->document, NULL) != HF_OK)
        return false;
    hf_value root = hf_root(in->document);
    if (!hf_is_array(root)) {
        need_object(in, root, 1);
        add_sample(in, root);
        return true;
    }
    hf_iter iter;
    hf_iter_init(&iter, root);
    while (hf_iter_next(&iter)) {
        need_object(in, iter.value, 1);
        add_sample(in, iter.value);
    }
    return true;
}

static void read_lines(inference *in, hf_text text)
{
    const char *end = text.bytes + text.length;
    size_t line = 1;
    for (const char *at = text.bytes; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        hf_text one = hf_text_of(at, (size_t)((stop != NULL ? stop : end) - at));
        hf_error error;
        at = stop != NULL ? stop + 1 : end;
        if (strspn(one.bytes, " \t\r") >= one.length)
            continue;
        if (hf_read(one, &(hf_read_options){ .depth_max = DEPTH_MAX }, &in->document, &error) != HF_OK)
            gen_fail(&in->unit, error.status, (gen_place){ in->samples, (uint32_t)line, (uint32_t)error.column }, "%s%s%s",
                     hf_status_text(error.status), error.detail[0] != 0 ? ": " : "", error.detail);
        need_object(in, hf_root(in->document), line);
        add_sample(in, hf_root(in->document));
        hf_document_drop(in->document);
        in->document = NULL;
    }
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

static void infer(inference *in)
{
    size_t length = 0;
    read_text(in, &length);
    in->root = new_sketch(in, "");
    if (!read_whole(in, hf_text_of(in->text, length)))
        read_lines(in, hf_text_of(in->text, length));
    if (in->count == 0)
        gen_fail(&in->unit, HF_EMPTY, place_in(in->samples), "no samples");
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
    if (place.line != 0)
        fprintf(stderr, "%s:%u:%u: error: %s\n", place.file, place.line, place.column, in->unit.failed_text);
    else
        fprintf(stderr, "%s: error: %s\n", place.file, in->unit.failed_text);
    return in->unit.failed_status;
}

hf_status gen_infer(const char *samples, const char *output)
{
    inference *in = calloc(1, sizeof *in); /* not on the stack: its values survive the jump */
    if (in == NULL)
        return HF_NO_MEMORY;
    gen_unit_init(&in->unit, 0);
    in->samples = samples;
    in->output = output;
    hf_status status = infer_or_say_why(in);
    hf_document_drop(in->document);
    free(in->text);
    gen_unit_release(&in->unit);
    free(in);
    return status;
}

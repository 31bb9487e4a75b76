/* gen_annotate.c - reading HF(...). The table `words` is the whole vocabulary. */
#include "gen_annotate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen_nearest.h"

typedef enum word_syntax { FLAG, TEXT, VALUE, NUMBER, NAME, NAME_OR_NOTHING, LENGTH, LIST, FORM, PARTS, DEPTH } word_syntax;

typedef enum word_id {
    W_NAME, W_ALIAS, W_OPTIONAL, W_DEFAULT, W_SKIP, W_COUNT, W_OWN, W_REF, W_SHARED, W_STATIC, W_TAG_OF, W_WHEN,
    W_AS, W_MIN, W_MAX, W_LEN, W_PATTERN, W_ONEOF, W_FLATTEN, W_RAW, W_DERIVE, W_CLOSED, W_MAX_DEPTH, W_END
} word_id;

static const struct word {
    const char *word;
    word_syntax syntax;
    unsigned    targets;
    bool        may_repeat;
} words[W_END] = {
    [W_NAME] = { "name", TEXT, GEN_ON_MEMBER | GEN_ON_ENUMERATOR, false },
    [W_ALIAS] = { "alias", TEXT, GEN_ON_MEMBER | GEN_ON_ENUMERATOR, true },
    [W_OPTIONAL] = { "optional", FLAG, GEN_ON_MEMBER, false },
    [W_DEFAULT] = { "default", VALUE, GEN_ON_MEMBER, false },
    [W_SKIP] = { "skip", FLAG, GEN_ON_MEMBER, false },
    [W_COUNT] = { "count", NAME, GEN_ON_MEMBER, false },
    [W_OWN] = { "own", FLAG, GEN_ON_MEMBER, false },
    [W_REF] = { "ref", FLAG, GEN_ON_MEMBER, false },
    [W_SHARED] = { "shared", FLAG, GEN_ON_MEMBER, false },
    [W_STATIC] = { "static", FLAG, GEN_ON_MEMBER, false },
    [W_TAG_OF] = { "tag_of", NAME_OR_NOTHING, GEN_ON_MEMBER, false },
    [W_WHEN] = { "when", VALUE, GEN_ON_MEMBER, true },
    [W_AS] = { "as", FORM, GEN_ON_MEMBER, false },
    [W_MIN] = { "min", NUMBER, GEN_ON_MEMBER, false },
    [W_MAX] = { "max", NUMBER, GEN_ON_MEMBER, false },
    [W_LEN] = { "len", LENGTH, GEN_ON_MEMBER, true },
    [W_PATTERN] = { "pattern", TEXT, GEN_ON_MEMBER, false },
    [W_ONEOF] = { "oneof", LIST, GEN_ON_MEMBER, false },
    [W_FLATTEN] = { "flatten", FLAG, GEN_ON_MEMBER, false },
    [W_RAW] = { "raw", FLAG, GEN_ON_MEMBER, false },
    [W_DERIVE] = { "derive", PARTS, GEN_ON_RECORD, false },
    [W_CLOSED] = { "closed", FLAG, GEN_ON_RECORD | GEN_ON_ENUM, false },
    [W_MAX_DEPTH] = { "max_depth", DEPTH, GEN_ON_RECORD, false },
};

static const char *const forms[] = { "base64", "hex", "epoch", "string", NULL };
static const gen_form form_values[] = { GEN_AS_BASE64, GEN_AS_HEX, GEN_AS_EPOCH, GEN_AS_STRING };
static const char *const parts[] = { "copy", "release", "size", "walk", "json", "equal", "hash", "value", NULL };

/* ---- reading ----------------------------------------------------------------------------- */

typedef struct note_reader {
    gen_unit        *unit;
    const gen_token *at, *end;
    gen_annotation  *into;
    unsigned         seen; /* bit per word_id */
} note_reader;

static gen_place place_of(const note_reader *from)
{
    return gen_place_of(from->at);
}

_Noreturn static void wrong(note_reader *from, const char *expected)
{
    if (from->at >= from->end)
        gen_fail(from->unit, HF_BAD_DECLARATION, gen_place_of(from->end), "the annotation ends, expected %s", expected);
    gen_fail(from->unit, HF_BAD_DECLARATION, place_of(from), "unexpected '%.*s' in the annotation, expected %s",
             (int)(from->at->length > 40 ? 40 : from->at->length), from->at->text, expected);
}

static bool at_mark(const note_reader *from, char mark)
{
    return from->at < from->end && gen_is_mark(from->at, mark);
}

static bool accept(note_reader *from, char mark)
{
    if (!at_mark(from, mark))
        return false;
    from->at++;
    return true;
}

static void need(note_reader *from, char mark, const char *expected)
{
    if (!accept(from, mark))
        wrong(from, expected);
}

static unsigned hex_value(char c)
{
    return c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
}
static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* One escape behind the backslash; *at moves past it. */
static char read_escape(note_reader *from, const char **at, const char *end)
{
    static const char letters[] = "ntrabfv\\\"'?", values[] = "\n\t\r\a\b\f\v\\\"'?";
    char c = *(*at)++;
    const char *found = memchr(letters, c, sizeof letters - 1);
    unsigned value = 0;
    if (found != NULL)
        return values[found - letters];
    if (c == 'x' && *at < end && is_hex(**at)) {
        while (*at < end && is_hex(**at))
            value = value * 16 + hex_value(*(*at)++);
        return (char)value;
    }
    if (c < '0' || c > '7')
        wrong(from, "an escape of C");
    for (int digits = 0; digits < 3; digits++) {
        value = value * 8 + (unsigned)(c - '0');
        if (*at >= end || **at < '0' || **at > '7')
            break;
        c = *(*at)++;
        if (digits == 2)
            (*at)--;
    }
    return (char)value;
}

/* Neighbouring string literals are one, as in C. */
static gen_literal *read_string(note_reader *from)
{
    gen_literal *literal = gen_take(from->unit, sizeof *literal);
    literal->kind = GEN_LITERAL_STRING;
    literal->place = place_of(from);
    size_t room = 1;
    for (const gen_token *token = from->at; token < from->end && token->kind == GEN_STRING; token++)
        room += token->length;
    char *bytes = gen_take(from->unit, room);
    for (; from->at < from->end && from->at->kind == GEN_STRING; from->at++) {
        const char *at = memchr(from->at->text, '"', from->at->length) , *end = from->at->text + from->at->length - 1;
        for (at++; at < end;)
            bytes[literal->length++] = *at == '\\' ? (at++, read_escape(from, &at, end)) : *at++;
    }
    if (memchr(bytes, 0, literal->length) != NULL)
        gen_fail(from->unit, HF_BAD_DECLARATION, literal->place, "a NUL byte in a text of an annotation");
    literal->text = bytes;
    return literal;
}

/* Whether the bytes from `at` on begin with a character of UTF-8 that is as short as can be; its length, or 0. */
static size_t character_of(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    if (bytes[0] < 0x80)
        return 1;
    size_t length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    uint32_t code = bytes[0] & (0xffu >> (length + 1));
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fu);
    }
    bool is_right = bytes[0] >= 0xc2 && code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return is_right ? length : 0;
}

/* A text that JSON can have. */
static gen_literal *read_text(note_reader *from)
{
    gen_literal *literal = read_string(from);
    size_t length = 0;
    for (const char *at = literal->text; *at != 0; at += length) {
        length = character_of(at);
        if (length == 0)
            gen_fail(from->unit, HF_BAD_DECLARATION, literal->place, "the text is not UTF-8 at its byte %zu, so no JSON can have it",
                     (size_t)(at - literal->text));
    }
    return literal;
}

static gen_literal *read_number(note_reader *from)
{
    gen_literal *literal = gen_take(from->unit, sizeof *literal);
    literal->kind = GEN_LITERAL_NUMBER;
    literal->place = place_of(from);
    literal->is_negative = accept(from, '-');
    if (!literal->is_negative)
        accept(from, '+');
    if (from->at >= from->end || from->at->kind != GEN_NUMBER)
        wrong(from, "a number");
    const char *text = gen_print(from->unit, "%.*s", (int)from->at->length, from->at->text);
    char *end;
    errno = 0;
    uint64_t magnitude = strtoull(text, &end, 0);
    literal->is_whole = *end == 0 || strspn(end, "uUlL") == strlen(end);
    if (literal->is_whole && (errno != 0 || (literal->is_negative && magnitude > (uint64_t)1 << 63)))
        wrong(from, "a number of at most 64 bits");
    if (!literal->is_whole) {
        double value = strtod(text, &end);
        if (*end != 0 || value - value != 0 || strspn(text, "0123456789") == strlen(text)) /* 08 is nothing in C */
            wrong(from, "a number");
    }
    if (literal->is_whole) /* the suffix is ours to choose */
        text = gen_print(from->unit, "%.*s", (int)(strcspn(text, "uUlL")), text);
    literal->text = text;
    literal->length = strlen(text);
    from->at++;
    return literal;
}

static gen_literal *read_value(note_reader *from)
{
    if (from->at >= from->end)
        wrong(from, "a value");
    if (from->at->kind == GEN_STRING)
        return read_text(from);
    if (from->at->kind != GEN_WORD)
        return read_number(from);
    gen_literal *literal = gen_take(from->unit, sizeof *literal);
    const gen_symbol *word = from->at->symbol;
    literal->place = place_of(from);
    literal->text = word->text;
    literal->length = word->length;
    literal->is_true = strcmp(word->text, "true") == 0;
    literal->kind = literal->is_true || strcmp(word->text, "false") == 0 ? GEN_LITERAL_BOOL
                    : strcmp(word->text, "null") == 0                    ? GEN_LITERAL_NULL
                                                                         : GEN_LITERAL_NAME;
    from->at++;
    return literal;
}

/* A value that a tag can have. */
static gen_literal *read_tag(note_reader *from)
{
    gen_literal *value = read_value(from);
    if (value->kind == GEN_LITERAL_STRING || value->kind == GEN_LITERAL_NULL || (value->kind == GEN_LITERAL_NUMBER && !value->is_whole))
        gen_fail(from->unit, HF_BAD_DECLARATION, value->place, "'%s' is no value of a tag, expected a whole number or an enumerator", value->text);
    return value;
}

static const gen_symbol *read_name(note_reader *from, const char *expected)
{
    if (from->at >= from->end || from->at->kind != GEN_WORD)
        wrong(from, expected);
    return (from->at++)->symbol;
}

static gen_literal **end_of(gen_literal **list)
{
    while (*list != NULL)
        list = &(*list)->next;
    return list;
}

static void read_list(note_reader *from, gen_literal **list)
{
    need(from, '(', "'(' and a list of values");
    do
        *end_of(list) = read_value(from);
    while (accept(from, ','));
    need(from, ')', "',' or ')'");
}

static size_t read_size(note_reader *from)
{
    gen_literal *number = read_number(from);
    if (!number->is_whole || number->is_negative)
        gen_fail(from->unit, HF_BAD_DECLARATION, number->place, "'%s' is no length, expected a whole number", number->text);
    return (size_t)strtoull(number->text, NULL, 0);
}

static uint32_t read_depth(note_reader *from)
{
    gen_place place = place_of(from);
    size_t depth = read_size(from);
    if (depth == 0 || depth > UINT32_MAX)
        gen_fail(from->unit, HF_BAD_DECLARATION, place, "expected a depth from 1 to %llu", (unsigned long long)UINT32_MAX);
    return (uint32_t)depth;
}

static void read_length(note_reader *from)
{
    gen_annotation *into = from->into;
    gen_place place = place_of(from);
    bool at_most = accept(from, '<'), at_least = !at_most && accept(from, '>');
    need(from, '=', "'=', '<=' or '>=' after len");
    size_t length = read_size(from);
    if (!into->has_len) {
        into->len_min = 0;
        into->len_max = SIZE_MAX;
    }
    into->has_len = true;
    if (!at_most)
        into->len_min = length;
    if (!at_least)
        into->len_max = length;
    if (into->len_min > into->len_max)
        gen_fail(from->unit, HF_BAD_DECLARATION, place, "no length is both at least %zu and at most %zu",
                 into->len_min, into->len_max);
}

_Noreturn static void unknown(note_reader *from, const char *what, const char *const *known)
{
    const gen_token *token = from->at;
    const char *nearest = token->kind == GEN_WORD ? gen_nearest(token->symbol->text, token->symbol->length, known) : NULL;
    if (nearest != NULL)
        gen_fail(from->unit, HF_BAD_DECLARATION, place_of(from), "unknown %s '%.*s', did you mean '%s'?", what,
                 (int)(token->length > 40 ? 40 : token->length), token->text, nearest);
    char list[240] = "";
    for (size_t used = 0; *known != NULL && used + strlen(*known) + 3 < sizeof list; known++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", *known);
    gen_fail(from->unit, HF_BAD_DECLARATION, place_of(from), "unknown %s '%.*s', expected one of: %s", what,
             (int)(token->length > 40 ? 40 : token->length), token->text, list);
}

static size_t read_choice(note_reader *from, const char *what, const char *const *known)
{
    if (from->at >= from->end)
        wrong(from, what);
    for (size_t i = 0; known[i] != NULL; i++)
        if (from->at->kind == GEN_WORD && strcmp(from->at->symbol->text, known[i]) == 0) {
            from->at++;
            return i;
        }
    unknown(from, what, known);
}

static void read_parts(note_reader *from)
{
    need(from, '(', "'(' and what to derive");
    from->into->derive = 0;
    do
        from->into->derive |= 1u << read_choice(from, "part", parts);
    while (accept(from, ','));
    need(from, ')', "',' or ')'");
}

static void set_ownership(note_reader *from, gen_ownership ownership, gen_place place)
{
    if (from->into->ownership != GEN_OWNERSHIP_OPEN)
        gen_fail(from->unit, HF_BAD_DECLARATION, place, "only one of own, ref, shared and static can hold");
    from->into->ownership = ownership;
}

static void read_value_of(note_reader *from, word_id id, gen_place place)
{
    gen_annotation *into = from->into;
    word_syntax syntax = words[id].syntax;
    if (syntax == TEXT || syntax == VALUE || syntax == NUMBER || syntax == NAME || syntax == FORM || syntax == DEPTH)
        need(from, '=', "'=' and a value");
    if (syntax == TEXT && (from->at >= from->end || from->at->kind != GEN_STRING))
        wrong(from, "a text in quotes");
    switch (id) {
    case W_NAME: into->name = read_text(from)->text; break;
    case W_ALIAS: *end_of(&into->aliases) = read_text(from); break;
    case W_OPTIONAL: into->optional = true; break;
    case W_DEFAULT: into->default_value = read_value(from); break;
    case W_SKIP: into->skip = true; break;
    case W_COUNT: into->count = read_name(from, "the name of the member that counts"); break;
    case W_OWN: set_ownership(from, GEN_OWN, place); break;
    case W_REF: set_ownership(from, GEN_REF, place); break;
    case W_SHARED: set_ownership(from, GEN_SHARED, place); break;
    case W_STATIC: set_ownership(from, GEN_STATIC, place); break;
    case W_TAG_OF:
        if (accept(from, '='))
            into->tag_of = read_name(from, "the name of the union");
        else
            into->tags_anonymous = true;
        break;
    case W_WHEN: *end_of(&into->when) = read_tag(from); break;
    case W_AS: into->form = form_values[read_choice(from, "form", forms)]; break;
    case W_MIN: into->min = read_number(from); break;
    case W_MAX: into->max = read_number(from); break;
    case W_LEN: read_length(from); break;
    case W_PATTERN:
        into->pattern_place = place_of(from);
        into->pattern = read_string(from)->text;
        break;
    case W_ONEOF: read_list(from, &into->oneof); break;
    case W_FLATTEN: into->flatten = true; break;
    case W_RAW: into->raw = true; break;
    case W_DERIVE: read_parts(from); break;
    case W_CLOSED: into->closed = true; break;
    case W_MAX_DEPTH: into->depth_max = read_depth(from); break;
    case W_END: break;
    }
}

static void read_item(note_reader *from, gen_target target)
{
    const char *vocabulary[W_END + 1] = { NULL };
    for (word_id known = 0; known < W_END; known++)
        vocabulary[known] = words[known].word;
    gen_place place = place_of(from);
    if (from->at->kind != GEN_WORD)
        wrong(from, "a word such as optional, count or name");
    const gen_token *begin = from->at;
    word_id id = (word_id)read_choice(from, "word", vocabulary);
    if ((words[id].targets & target) == 0) {
        from->at = begin;
        gen_fail(from->unit, HF_BAD_DECLARATION, place, "'%s' does not belong on %s", words[id].word,
                 target == GEN_ON_MEMBER   ? "a member"
                 : target == GEN_ON_RECORD ? "a struct or union"
                 : target == GEN_ON_ENUM   ? "an enum"
                                           : "an enumerator");
    }
    if (!words[id].may_repeat && (from->seen & 1u << id) != 0)
        gen_fail(from->unit, HF_BAD_DECLARATION, place, "'%s' is said twice", words[id].word);
    from->seen |= 1u << id;
    read_value_of(from, id, place);
}

gen_annotation *gen_annotation_read(gen_unit *unit, const gen_annotation_range *ranges, gen_target target)
{
    note_reader from = { .unit = unit, .into = gen_take(unit, sizeof(gen_annotation)) };
    from.into->derive = GEN_DERIVE_ALL;
    for (; ranges != NULL; ranges = ranges->next) {
        from.at = ranges->begin;
        from.end = ranges->end;
        while (from.at < from.end) {
            read_item(&from, target);
            if (from.at < from.end)
                need(&from, ',', "','");
        }
    }
    gen_annotation *into = from.into;
    if (into->skip && (from.seen & ~(1u << W_SKIP)) != 0)
        gen_fail(unit, HF_BAD_DECLARATION, gen_place_of(from.end), "'skip' leaves nothing for the other words to say");
    return into;
}

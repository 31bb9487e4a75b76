/* gen_declare.c - file scope: which declarations there are, and what a typedef names. */
#include "gen_declare.h"

void gen_expected(gen_reader *reader, const char *what)
{
    const gen_token *at = reader->at;
    if (at->kind == GEN_END)
        gen_fail(reader->unit, HF_BAD_END, gen_place_of(at), "the text ends, expected %s", what);
    gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(at), "unexpected '%.*s', expected %s",
             (int)(at->length > 60 ? 60 : at->length), at->text, what);
}

bool gen_accept(gen_reader *reader, char mark)
{
    if (!gen_is_mark(reader->at, mark))
        return false;
    reader->at++;
    return true;
}

void gen_enter(gen_reader *reader)
{
    if (++reader->depth > GEN_NESTING_MAX)
        gen_fail(reader->unit, HF_LIMIT_DEPTH, gen_place_of(reader->at), "nested deeper than %d levels",
                 (int)GEN_NESTING_MAX);
}

void gen_leave(gen_reader *reader)
{
    reader->depth--;
}

/* At an opening bracket of any kind: moves behind the one that closes it. */
void gen_skip_balanced(gen_reader *reader)
{
    const gen_token *begin = reader->at;
    size_t depth = 0;
    do {
        char mark = reader->at->mark;
        if (reader->at->kind == GEN_END)
            gen_fail(reader->unit, HF_BAD_END, gen_place_of(begin), "this '%c' is never closed", begin->mark);
        if (mark == '(' || mark == '[' || mark == '{')
            depth++;
        else if (mark == ')' || mark == ']' || mark == '}')
            depth--;
        reader->at++;
    } while (depth > 0);
}

void gen_skip_static_assert(gen_reader *reader)
{
    reader->at++;
    if (!gen_is_mark(reader->at, '('))
        gen_expected(reader, "'(' after _Static_assert");
    gen_skip_balanced(reader);
    gen_accept(reader, ';');
}

/* ---- attributes and annotations ---------------------------------------------------------- */

static bool word_is(const gen_token *token, const char *word)
{
    if (token->kind != GEN_WORD)
        return false;
    const char *text = token->symbol->text;
    size_t length = token->symbol->length, word_length = strlen(word);
    if (length == word_length + 4 && memcmp(text, "__", 2) == 0 && memcmp(text + length - 2, "__", 2) == 0)
        return memcmp(text + 2, word, word_length) == 0;
    return length == word_length && memcmp(text, word, length) == 0;
}

void gen_annotations_join(gen_annotation_range **list, gen_annotation_range *more)
{
    while (*list != NULL) /* rarely more than one */
        list = &(*list)->next;
    *list = more;
}

void gen_need_none(gen_reader *reader, const gen_annotation_range *annotations)
{
    if (annotations != NULL)
        gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(annotations->end),
                 "an annotation here speaks of nothing, expected it on a member or a type");
}

static void add_annotation(gen_reader *reader, gen_specifiers *gathered, const gen_token *begin, const gen_token *end)
{
    gen_annotation_range *range = gen_take(reader->unit, sizeof *range);
    range->begin = begin;
    range->end = end;
    gen_annotations_join(&gathered->annotations, range);
}

/* What the argument of `mode` makes of an integer is one still. */
static bool is_integer_mode(const gen_token *at)
{
    return word_is(at, "QI") || word_is(at, "HI") || word_is(at, "SI") || word_is(at, "DI") || word_is(at, "byte") || word_is(at, "word") ||
           word_is(at, "pointer") || word_is(at, "unwind_word");
}

/* Inside __attribute__((...)): the few attributes that change what we decide. */
static void look_at_attributes(gen_reader *reader, gen_specifiers *gathered, const gen_token *begin, const gen_token *end)
{
    for (const gen_token *at = begin; at < end; at++) {
        reader->unit->has_deprecated |= word_is(at, "deprecated") && !at->file->is_system;
        if (word_is(at, "packed"))
            gathered->is_packed = true;
        else if (word_is(at, "vector_size") || (word_is(at, "mode") && gen_is_mark(at + 1, '(') && !is_integer_mode(at + 2)))
            gathered->is_opaque = true;
        else if (word_is(at, "scalar_storage_order"))
            gathered->is_reversed = true;
        else if (word_is(at, "counted_by") && gen_is_mark(at + 1, '(') && at[2].kind == GEN_WORD)
            gathered->counted_by = at[2].symbol;
    }
}

/* The comma behind an attribute of a list, or the list's end. */
static const gen_token *end_of_attribute(const gen_token *at, const gen_token *end)
{
    size_t depth = 0;
    for (; at < end; at++) {
        depth += at->mark == '(' || at->mark == '[' || at->mark == '{';
        depth -= at->mark == ')' || at->mark == ']' || at->mark == '}';
        if (depth == 0 && gen_is_mark(at, ','))
            return at;
    }
    return end;
}

/* [[holdfast::own, gnu::unused]]: ours are annotations; every other C23 attribute is passed over. */
static void read_bracket_attribute(gen_reader *reader, gen_specifiers *gathered)
{
    const gen_token *at = reader->at + 2;
    gen_skip_balanced(reader);
    for (const gen_token *end = reader->at - 2, *stop; at < end; at = stop + 1) {
        stop = end_of_attribute(at, end);
        if (word_is(at, "holdfast") && gen_is_mark(at + 1, ':') && gen_is_mark(at + 2, ':'))
            add_annotation(reader, gathered, at + 3, stop);
        else if (stop - at > 1 && at->kind == GEN_WORD && gen_is_mark(at + 1, '='))
            gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(at), "'%.*s' is no attribute, expected holdfast:: in front of each of ours",
                     (int)at->length, at->text);
        else
            look_at_attributes(reader, gathered, at, stop);
    }
}

static bool is_double_bracket(const gen_token *at)
{
    return gen_is_mark(at, '[') && gen_is_mark(at + 1, '[');
}

static void need_parenthesis(gen_reader *reader, const char *what)
{
    reader->at++;
    if (!gen_is_mark(reader->at, '('))
        gen_expected(reader, what);
}

bool gen_read_attributes(gen_reader *reader, gen_specifiers *gathered)
{
    for (bool any = false;; any = true) {
        const gen_token *begin = reader->at;
        switch (gen_keyword_of(begin)) {
        case GEN_ATTRIBUTE:
            need_parenthesis(reader, "'((' after __attribute__");
            gen_skip_balanced(reader);
            look_at_attributes(reader, gathered, begin, reader->at);
            break;
        case GEN_HF:
            need_parenthesis(reader, "'(' after HF");
            gen_skip_balanced(reader);
            add_annotation(reader, gathered, begin + 2, reader->at - 1);
            break;
        case GEN_ASM:
            for (reader->at++; gen_keyword_of(reader->at) == GEN_VOLATILE;)
                reader->at++;
            if (!gen_is_mark(reader->at, '('))
                gen_expected(reader, "'(' after asm");
            gen_skip_balanced(reader);
            break;
        case GEN_IGNORED_CALL:
            need_parenthesis(reader, "'('");
            gen_skip_balanced(reader);
            break;
        default:
            if (!is_double_bracket(begin))
                return any;
            read_bracket_attribute(reader, gathered);
        }
    }
}

/* ---- declarations ------------------------------------------------------------------------ */

static void name_typedef(gen_reader *reader, const gen_declarator *declarator)
{
    if (declarator->name == NULL)
        return;
    gen_symbol *symbol = gen_symbol_of(reader->unit, declarator->name->text, declarator->name->length);
    symbol->type = declarator->type;
    if (symbol->keyword == GEN_SOFT_BOOL || symbol->keyword == GEN_WIDE_FLOAT)
        symbol->keyword = GEN_PLAIN;
    reader->unit->typedef_count++;
    gen_record *record = declarator->type->kind == GEN_RECORD ? declarator->type->record : NULL;
    gen_enum *enumeration = declarator->type->kind == GEN_ENUMERATION ? declarator->type->enumeration : NULL;
    if (record != NULL && (record->typedef_name == NULL || record->tag == symbol))
        record->typedef_name = symbol;
    if (enumeration != NULL && (enumeration->typedef_name == NULL || enumeration->tag == symbol))
        enumeration->typedef_name = symbol;
}

/* At file scope an annotation speaks of the struct, union or enum that a typedef names. */
static void give_annotations(gen_reader *reader, const gen_specifiers *specifiers, const gen_declarator *declarator)
{
    const gen_type *type = declarator->type;
    if (specifiers->is_typedef && type->kind == GEN_RECORD)
        gen_annotations_join(&type->record->annotations, declarator->annotations);
    else if (specifiers->is_typedef && type->kind == GEN_ENUMERATION)
        gen_annotations_join(&type->enumeration->annotations, declarator->annotations);
    else
        gen_need_none(reader, declarator->annotations);
}

static void skip_initializer(gen_reader *reader)
{
    while (!gen_is_mark(reader->at, ',') && !gen_is_mark(reader->at, ';')) {
        char mark = reader->at->mark;
        if (reader->at->kind == GEN_END || mark == ')' || mark == ']' || mark == '}')
            gen_expected(reader, "';' after the initialiser");
        if (mark == '(' || mark == '[' || mark == '{')
            gen_skip_balanced(reader);
        else
            reader->at++;
    }
}

/* The parameters of an old-style function stand between its declarator and its body. */
static void skip_old_parameters(gen_reader *reader)
{
    while (reader->at->kind == GEN_WORD || gen_is_mark(reader->at, '*') || gen_is_mark(reader->at, ',') ||
           gen_is_mark(reader->at, ';') || gen_is_mark(reader->at, '[') || gen_is_mark(reader->at, '(')) {
        if (gen_is_mark(reader->at, '[') || gen_is_mark(reader->at, '('))
            gen_skip_balanced(reader);
        else
            reader->at++;
    }
    if (!gen_is_mark(reader->at, '{'))
        gen_expected(reader, "the body of the function");
}

static void read_declaration(gen_reader *reader)
{
    gen_specifiers specifiers = { 0 };
    gen_read_specifiers(reader, &specifiers);
    if (gen_accept(reader, ';')) {
        gen_need_none(reader, specifiers.annotations);
        return;
    }
    do {
        gen_declarator declarator = { 0 };
        gen_read_declarator(reader, &specifiers, &declarator);
        if (specifiers.is_typedef) {
            if (declarator.name == NULL)
                gen_expected(reader, "the name of the typedef");
            name_typedef(reader, &declarator);
        } else if (declarator.name != NULL) {
            gen_symbol_of(reader->unit, declarator.name->text, declarator.name->length)->is_declared = true;
        }
        give_annotations(reader, &specifiers, &declarator);
        bool is_function = declarator.type->kind == GEN_FUNCTION && !specifiers.is_typedef;
        if (is_function && reader->at->kind == GEN_WORD)
            skip_old_parameters(reader);
        if (is_function && gen_is_mark(reader->at, '{')) {
            gen_skip_balanced(reader);
            return;
        }
        if (gen_accept(reader, '='))
            skip_initializer(reader);
    } while (gen_accept(reader, ','));
    if (!gen_accept(reader, ';'))
        gen_expected(reader, "';' after the declaration");
}

void gen_declarations_read(gen_unit *unit)
{
    gen_reader reader = { .unit = unit, .at = unit->tokens };
    while (reader.at->kind != GEN_END) {
        gen_specifiers stray = { 0 };
        if (gen_accept(&reader, ';'))
            continue;
        gen_keyword keyword = gen_keyword_of(reader.at);
        if (keyword == GEN_STATIC_ASSERT)
            gen_skip_static_assert(&reader);
        else if (keyword == GEN_ASM)
            gen_read_attributes(&reader, &stray);
        else
            read_declaration(&reader);
    }
}

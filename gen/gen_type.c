/* gen_type.c - specifiers and declarators: what type a name gets. */
#include "gen_declare.h"

gen_type *gen_type_make(gen_unit *unit, gen_kind kind, gen_type *target)
{
    gen_type *type = gen_take(unit, sizeof *type);
    type->kind = kind;
    type->target = target;
    return type;
}

/* ---- specifiers -------------------------------------------------------------------------- */

/* How often each basic word came. */
typedef struct basic_words {
    unsigned void_, char_, short_, int_, long_, float_, double_, signed_, unsigned_, bool_, complex_, wide_,
        int128, opaque;
    bool any;
} basic_words;

static bool take_basic_word(basic_words *words, gen_keyword keyword)
{
    switch (keyword) {
    case GEN_VOID_WORD: words->void_++; break;
    case GEN_CHAR_WORD: words->char_++; break;
    case GEN_SHORT: words->short_++; break;
    case GEN_INT_WORD: words->int_++; break;
    case GEN_LONG: words->long_++; break;
    case GEN_FLOAT_WORD: words->float_++; break;
    case GEN_DOUBLE: words->double_++; break;
    case GEN_SIGNED: words->signed_++; break;
    case GEN_UNSIGNED: words->unsigned_++; break;
    case GEN_BOOL_WORD: words->bool_++; break;
    case GEN_SOFT_BOOL:
        if (words->any)
            return false; /* typedef unsigned char bool; */
        words->bool_++;
        break;
    case GEN_COMPLEX: words->complex_++; break;
    case GEN_WIDE_FLOAT:
        if (words->any && words->complex_ == 0)
            return false; /* typedef float _Float32; */
        words->wide_++;
        break;
    case GEN_INT128: words->int128++; break;
    case GEN_OPAQUE_WORD: words->opaque++; break;
    default: return false;
    }
    words->any = true;
    return true;
}

static const char *integer_spelling(const basic_words *words)
{
    bool is_unsigned = words->unsigned_ > 0;
    if (words->char_ > 0)
        return is_unsigned ? "unsigned char" : words->signed_ > 0 ? "signed char" : "char";
    if (words->short_ > 0)
        return is_unsigned ? "unsigned short" : "short";
    if (words->long_ >= 2)
        return is_unsigned ? "unsigned long long" : "long long";
    if (words->long_ == 1)
        return is_unsigned ? "unsigned long" : "long";
    return is_unsigned ? "unsigned int" : "int";
}

static gen_type *basic_type(gen_reader *reader, const basic_words *words, const gen_token *begin)
{
    gen_type *type = gen_type_make(reader->unit, GEN_INT, NULL);
    unsigned kinds = (words->void_ > 0) + (words->char_ > 0) + (words->float_ > 0) + (words->double_ > 0) +
                     (words->bool_ > 0) + (words->wide_ > 0) + (words->int128 > 0) + (words->opaque > 0);
    if (kinds > 1 || words->long_ > 2 || (words->short_ > 0 && (words->long_ > 0 || kinds > 0)))
        gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(begin), "these words do not make one type");
    type->is_unsigned = words->unsigned_ > 0;
    type->is_signed = words->signed_ > 0;
    if (words->complex_ > 0 || words->int128 > 0 || words->opaque > 0) {
        type->kind = GEN_OPAQUE;
    } else if (words->void_ > 0) {
        type->kind = GEN_VOID;
        type->spelling = "void";
    } else if (words->bool_ > 0) {
        type->kind = GEN_BOOL;
        type->spelling = "_Bool";
    } else if (words->float_ + words->double_ + words->wide_ > 0) {
        type->kind = GEN_FLOAT;
        type->is_wide_float = words->wide_ > 0 || (words->double_ > 0 && words->long_ > 0);
        type->spelling = words->float_ > 0 ? "float" : words->long_ > 0 ? "long double" : "double";
    } else {
        type->kind = words->char_ > 0 ? GEN_CHAR : GEN_INT;
        type->spelling = integer_spelling(words);
    }
    return type;
}

gen_type *gen_type_qualify(gen_unit *unit, gen_type *type, const gen_type *by)
{
    if (!by->is_const && !by->is_volatile && !by->is_atomic)
        return type;
    gen_type *qualified = gen_type_make(unit, type->kind, type->target);
    *qualified = *type;
    qualified->is_const |= by->is_const;
    qualified->is_volatile |= by->is_volatile;
    qualified->is_atomic |= by->is_atomic;
    return qualified;
}

static bool take_qualifier(gen_type *into, gen_keyword keyword)
{
    into->is_const |= keyword == GEN_CONST;
    into->is_volatile |= keyword == GEN_VOLATILE;
    into->is_atomic |= keyword == GEN_ATOMIC;
    return keyword == GEN_CONST || keyword == GEN_VOLATILE || keyword == GEN_ATOMIC || keyword == GEN_IGNORED;
}

/* A type up to the ')' that ends it. */
static gen_type *read_type_name(gen_reader *reader, const char *expected)
{
    gen_specifiers inner = { 0 };
    gen_enter(reader);
    gen_read_specifiers(reader, &inner);
    gen_declarator declarator = { 0 };
    gen_read_declarator(reader, &inner, &declarator);
    gen_leave(reader);
    if (!gen_accept(reader, ')'))
        gen_expected(reader, expected);
    return declarator.type;
}

static gen_type *read_atomic(gen_reader *reader)
{
    reader->at++;
    if (!gen_accept(reader, '('))
        return NULL; /* the qualifier: the type stands elsewhere */
    return read_type_name(reader, "')' after the atomic type");
}

/* `_BitInt(17)`, which signed or unsigned may stand before or behind. */
static void skip_width(gen_reader *reader)
{
    reader->at++;
    if (!gen_is_mark(reader->at, '('))
        gen_expected(reader, "'(' after _BitInt");
    gen_skip_balanced(reader);
}

static bool begins_type(const gen_token *token)
{
    basic_words words = { 0 };
    gen_keyword keyword = gen_keyword_of(token);
    gen_type qualified = { 0 };
    return take_basic_word(&words, keyword) || keyword == GEN_STRUCT || keyword == GEN_UNION || keyword == GEN_ENUM ||
           (keyword != GEN_IGNORED && take_qualifier(&qualified, keyword)) || (token->kind == GEN_WORD && token->symbol->type != NULL);
}

/* The type that is named; of an expression nobody but the compiler knows it. */
static gen_type *read_typeof(gen_reader *reader)
{
    const gen_token *begin = reader->at;
    if (gen_is_mark(begin + 1, '(') && begins_type(begin + 2)) {
        reader->at += 2;
        return read_type_name(reader, "')' after the type");
    }
    reader->at++;
    if (!gen_is_mark(reader->at, '('))
        gen_expected(reader, "'(' after typeof");
    gen_skip_balanced(reader);
    gen_type *type = gen_type_make(reader->unit, GEN_OPAQUE, NULL);
    type->is_unknown = true;
    return type;
}

/* A word that is none of the language's: the name of a type when none came yet. */
static gen_type *read_named(gen_reader *reader)
{
    const gen_token *token = reader->at;
    if (token->kind != GEN_WORD || token->symbol->type == NULL)
        return NULL;
    reader->at++;
    gen_type *type = gen_type_make(reader->unit, GEN_NAMED, token->symbol->type);
    type->name = token->symbol;
    return type;
}

void gen_read_specifiers(gen_reader *reader, gen_specifiers *ret_specifiers)
{
    gen_specifiers *got = ret_specifiers;
    basic_words words = { 0 };
    const gen_token *begin = reader->at;
    gen_type *type = NULL;
    gen_type qualified = { 0 };
    for (;;) {
        if (gen_read_attributes(reader, got))
            continue;
        gen_keyword keyword = gen_keyword_of(reader->at);
        if (type == NULL && take_basic_word(&words, keyword)) {
            reader->at++;
            continue;
        }
        if (type == NULL && keyword == GEN_BIT_INT) {
            skip_width(reader);
            words.opaque++;
            words.any = true;
            continue;
        }
        bool may_begin = type == NULL && !words.any;
        gen_type *found = NULL;
        if (keyword == GEN_ATOMIC) {
            qualified.is_atomic = true;
            found = read_atomic(reader);
            if (found == NULL)
                continue;
        } else if (keyword == GEN_TYPEDEF || take_qualifier(&qualified, keyword)) {
            got->is_typedef |= keyword == GEN_TYPEDEF;
            reader->at++;
            continue;
        } else if (may_begin && (keyword == GEN_STRUCT || keyword == GEN_UNION || keyword == GEN_ENUM)) {
            found = gen_read_tagged(reader, got);
        } else if (may_begin && keyword == GEN_TYPEOF) {
            found = read_typeof(reader);
        } else if (may_begin) {
            found = read_named(reader);
        }
        if (found == NULL)
            break;
        type = found;
    }
    if (type == NULL && !words.any) {
        if (reader->at->kind == GEN_WORD)
            gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(reader->at),
                     "unknown type name '%.*s', expected a declaration", (int)reader->at->symbol->length,
                     reader->at->symbol->text);
        gen_expected(reader, "a declaration");
    }
    if (type == NULL)
        type = basic_type(reader, &words, begin);
    if (got->is_opaque)
        type = gen_type_make(reader->unit, GEN_OPAQUE, NULL);
    got->type = gen_type_qualify(reader->unit, type, &qualified);
}

/* ---- declarators ------------------------------------------------------------------------- */

static bool is_zero(const gen_token *begin, const gen_token *end)
{
    return end - begin == 1 && begin->kind == GEN_NUMBER && begin->length == 1 && begin->text[0] == '0';
}

/* The arrays and parameter lists behind a name, outermost first: `[3][4]` is an array of 3 arrays
 * of 4. Built from the left with a hole at the end, so no recursion is needed. */
static gen_type *read_suffixes(gen_reader *reader, gen_type *base, gen_specifiers *gathered)
{
    gen_type *first = NULL, **hole = &first;
    for (;;) {
        gen_read_attributes(reader, gathered);
        const gen_token *begin = reader->at;
        gen_type *type;
        if (gen_is_mark(begin, '[')) {
            gen_skip_balanced(reader);
            type = gen_type_make(reader->unit, GEN_ARRAY, NULL);
            type->is_flexible = reader->at - begin == 2;
            type->is_zero_length = is_zero(begin + 1, reader->at - 1);
        } else if (gen_is_mark(begin, '(')) {
            gen_skip_balanced(reader);
            type = gen_type_make(reader->unit, GEN_FUNCTION, NULL);
        } else {
            break;
        }
        *hole = type;
        hole = &type->target;
    }
    *hole = base;
    return first;
}

static gen_type *read_pointers(gen_reader *reader, gen_type *type, gen_specifiers *gathered)
{
    for (;;) {
        gen_keyword keyword = gen_keyword_of(reader->at);
        if (gen_is_mark(reader->at, '*') || gen_is_mark(reader->at, '^')) {
            reader->at++;
            type = gen_type_make(reader->unit, GEN_POINTER, type);
            continue;
        }
        gen_type qualified = { 0 };
        if (take_qualifier(&qualified, keyword)) {
            type = gen_type_qualify(reader->unit, type, &qualified);
            reader->at++;
        } else if (!gen_read_attributes(reader, gathered)) {
            return type;
        }
    }
}

/* After '(': a declarator in parentheses, or the parameters of a function without a name? */
static bool opens_declarator(const gen_token *at)
{
    if (at->mark == '*' || at->mark == '^' || at->mark == '(')
        return true;
    gen_keyword keyword = gen_keyword_of(at);
    if (keyword == GEN_ATTRIBUTE || keyword == GEN_IGNORED)
        return true; /* (__stdcall *name) */
    return at->kind == GEN_WORD && keyword == GEN_PLAIN && at->symbol->type == NULL;
}

static gen_type *read_declarator(gen_reader *reader, gen_type *type, gen_specifiers *gathered, const gen_token **ret_name)
{
    type = read_pointers(reader, type, gathered);
    if (gen_is_mark(reader->at, '(') && opens_declarator(reader->at + 1)) {
        /* What stands behind the parenthesis binds to the inside, so it is read first. */
        gen_reader inside = *reader;
        inside.at++;
        gen_skip_balanced(reader);
        gen_type *outer = read_suffixes(reader, type, gathered);
        gen_enter(&inside);
        gen_type *whole = read_declarator(&inside, outer, gathered, ret_name);
        if (!gen_is_mark(inside.at, ')'))
            gen_expected(&inside, "')'");
        return whole;
    }
    if (reader->at->kind == GEN_WORD) {
        gen_keyword keyword = gen_keyword_of(reader->at);
        if (keyword != GEN_PLAIN && keyword != GEN_SOFT_BOOL && keyword != GEN_WIDE_FLOAT)
            gen_expected(reader, "a name");
        *ret_name = reader->at++;
    }
    return read_suffixes(reader, type, gathered);
}

void gen_read_declarator(gen_reader *reader, const gen_specifiers *specifiers, gen_declarator *ret_declarator)
{
    gen_specifiers gathered = { .counted_by = specifiers->counted_by };
    const gen_token *name = NULL;
    gen_type *type = read_declarator(reader, specifiers->type, &gathered, &name);
    gen_read_attributes(reader, &gathered);
    if (gathered.is_opaque)
        type = gen_type_make(reader->unit, GEN_OPAQUE, NULL);
    ret_declarator->type = type;
    ret_declarator->name = name;
    ret_declarator->counted_by = gathered.counted_by;
    /* The specifiers' annotations hold for every declarator: copied, since lists share no links. */
    gen_annotation_range **last = &ret_declarator->annotations;
    for (const gen_annotation_range *from = specifiers->annotations; from != NULL; from = from->next) {
        *last = gen_take(reader->unit, sizeof **last);
        **last = (gen_annotation_range){ NULL, from->begin, from->end };
        last = &(*last)->next;
    }
    *last = gathered.annotations;
}

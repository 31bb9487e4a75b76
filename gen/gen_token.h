/* gen_token.h - preprocessed C as a row of tokens, each with its place in the user's files.
 *
 * Every operator is one token per character: the declaration reader never needs "<=" or "->" as
 * one, and "[[" stays two brackets. Identifiers are symbols: two with the same name are the same
 * pointer. Line markers ("# 12 "model.h" 3") set the place and the system-header mark. */
#ifndef HOLDFAST_GEN_TOKEN_H
#define HOLDFAST_GEN_TOKEN_H

#include "gen_unit.h"

typedef struct gen_type gen_type;

typedef enum gen_token_kind { GEN_END, GEN_WORD, GEN_NUMBER, GEN_STRING, GEN_CHARACTER, GEN_PUNCTUATION } gen_token_kind;

/* What a word means to the declaration reader. Several spellings share one meaning. */
typedef enum gen_keyword {
    GEN_PLAIN, /* an ordinary identifier */
    GEN_STRUCT, GEN_UNION, GEN_ENUM, GEN_TYPEDEF,
    GEN_CONST, GEN_VOLATILE, GEN_IGNORED /* static, inline, restrict, __extension__ ... */,
    GEN_IGNORED_CALL /* __asm__, _Alignas, __declspec: with a parenthesis to skip */,
    GEN_ATTRIBUTE, GEN_HF, GEN_ATOMIC, GEN_TYPEOF, GEN_BIT_INT, GEN_STATIC_ASSERT, GEN_ASM,
    GEN_VOID_WORD, GEN_CHAR_WORD, GEN_SHORT, GEN_INT_WORD, GEN_LONG, GEN_FLOAT_WORD, GEN_DOUBLE,
    GEN_SIGNED, GEN_UNSIGNED, GEN_BOOL_WORD, GEN_SOFT_BOOL /* bool: a type unless redefined */,
    GEN_COMPLEX, GEN_WIDE_FLOAT /* __float128 and friends */, GEN_INT128, GEN_OPAQUE_WORD /* __builtin_va_list */
} gen_keyword;

struct gen_symbol {
    const char *text; /* terminated */
    uint32_t    length, hash;
    gen_keyword keyword;
    gen_type   *type;   /* what a typedef of this name means at file scope */
    bool        is_declared; /* a function, object or enumerator at file scope */
    bool        is_emitted;  /* the output has a function of this name */
    gen_record *record; /* struct or union of this tag */
    gen_enum   *enumeration;
};

struct gen_file {
    struct gen_file *next;
    const char      *name;      /* a symbol's text: one pointer for one name */
    bool             is_system; /* the marker said so: a system header */
};

struct gen_token {
    const char      *text;
    const gen_symbol *symbol; /* of a word */
    const gen_file  *file;
    uint32_t         length, line, column;
    uint8_t          kind;  /* gen_token_kind */
    char             mark;  /* of punctuation: the character; else 0 */
};

/* Reads `length` bytes at `text`, which must live as long as the unit. Fails on an unterminated
 * string and past the unit's limit of bytes. */
void gen_tokens_read(gen_unit *unit, const char *text, size_t length, const char *name);

/* The symbol of a name, made when new. */
gen_symbol *gen_symbol_of(gen_unit *unit, const char *text, size_t length);

static inline gen_place gen_place_of(const gen_token *token)
{
    return (gen_place){ token->file->name, token->line, token->column };
}
static inline bool gen_is_mark(const gen_token *token, char mark)
{
    return token->mark == mark && mark != 0;
}
static inline gen_keyword gen_keyword_of(const gen_token *token)
{
    return token->kind == GEN_WORD ? token->symbol->keyword : GEN_PLAIN;
}

#endif

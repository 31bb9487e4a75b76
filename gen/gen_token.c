/* gen_token.c - from preprocessed text to tokens. */
#include "gen_token.h"

#include <string.h>

static const struct { const char *word; gen_keyword keyword; } keywords[] = {
    { "struct", GEN_STRUCT }, { "union", GEN_UNION }, { "enum", GEN_ENUM }, { "typedef", GEN_TYPEDEF },
    { "const", GEN_CONST }, { "__const", GEN_CONST }, { "__const__", GEN_CONST },
    { "volatile", GEN_VOLATILE }, { "__volatile", GEN_VOLATILE }, { "__volatile__", GEN_VOLATILE },
    { "extern", GEN_IGNORED }, { "static", GEN_IGNORED }, { "inline", GEN_IGNORED },
    { "__inline", GEN_IGNORED }, { "__inline__", GEN_IGNORED }, { "register", GEN_IGNORED },
    { "auto", GEN_IGNORED }, { "restrict", GEN_IGNORED }, { "__restrict", GEN_IGNORED },
    { "__restrict__", GEN_IGNORED }, { "_Noreturn", GEN_IGNORED }, { "_Thread_local", GEN_IGNORED },
    { "thread_local", GEN_IGNORED }, { "__thread", GEN_IGNORED }, { "constexpr", GEN_IGNORED },
    { "__extension__", GEN_IGNORED }, { "_Nullable", GEN_IGNORED }, { "_Nonnull", GEN_IGNORED },
    { "_Null_unspecified", GEN_IGNORED }, { "__cdecl", GEN_IGNORED }, { "__stdcall", GEN_IGNORED },
    { "__asm__", GEN_ASM }, { "__asm", GEN_ASM }, { "asm", GEN_ASM },
    { "_Alignas", GEN_IGNORED_CALL }, { "alignas", GEN_IGNORED_CALL }, { "__declspec", GEN_IGNORED_CALL },
    { "__attribute__", GEN_ATTRIBUTE }, { "__attribute", GEN_ATTRIBUTE }, { "__hf__", GEN_HF },
    { "_Atomic", GEN_ATOMIC }, { "typeof", GEN_TYPEOF }, { "__typeof__", GEN_TYPEOF },
    { "__typeof", GEN_TYPEOF }, { "typeof_unqual", GEN_TYPEOF }, { "_BitInt", GEN_BIT_INT },
    { "_Static_assert", GEN_STATIC_ASSERT }, { "static_assert", GEN_STATIC_ASSERT },
    { "void", GEN_VOID_WORD }, { "char", GEN_CHAR_WORD }, { "short", GEN_SHORT }, { "int", GEN_INT_WORD },
    { "long", GEN_LONG }, { "float", GEN_FLOAT_WORD }, { "double", GEN_DOUBLE },
    { "signed", GEN_SIGNED }, { "__signed", GEN_SIGNED }, { "__signed__", GEN_SIGNED },
    { "unsigned", GEN_UNSIGNED }, { "__unsigned__", GEN_UNSIGNED }, { "_Bool", GEN_BOOL_WORD },
    { "bool", GEN_SOFT_BOOL }, { "_Complex", GEN_COMPLEX }, { "__complex__", GEN_COMPLEX },
    { "__complex", GEN_COMPLEX }, { "_Imaginary", GEN_COMPLEX },
    { "__int128", GEN_INT128 }, { "__int128_t", GEN_INT128 }, { "__uint128_t", GEN_INT128 },
    { "__float128", GEN_WIDE_FLOAT }, { "__float80", GEN_WIDE_FLOAT }, { "__ibm128", GEN_WIDE_FLOAT },
    { "_Float16", GEN_WIDE_FLOAT }, { "__fp16", GEN_WIDE_FLOAT }, { "__bf16", GEN_WIDE_FLOAT },
    { "_Float32", GEN_WIDE_FLOAT }, { "_Float64", GEN_WIDE_FLOAT }, { "_Float128", GEN_WIDE_FLOAT },
    { "_Float32x", GEN_WIDE_FLOAT }, { "_Float64x", GEN_WIDE_FLOAT }, { "_Float128x", GEN_WIDE_FLOAT },
    { "_Decimal32", GEN_WIDE_FLOAT }, { "_Decimal64", GEN_WIDE_FLOAT }, { "_Decimal128", GEN_WIDE_FLOAT },
    { "__builtin_va_list", GEN_OPAQUE_WORD }, { "__builtin_ms_va_list", GEN_OPAQUE_WORD },
    { "__auto_type", GEN_OPAQUE_WORD },
};

/* ---- symbols ----------------------------------------------------------------------------- */

static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static void grow_symbols(gen_unit *unit)
{
    size_t size = unit->symbols == NULL ? 4096 : (unit->symbol_mask + 1) * 2;
    gen_symbol **table = gen_take(unit, size * sizeof *table);
    for (size_t i = 0; unit->symbols != NULL && i <= unit->symbol_mask; i++) {
        gen_symbol *symbol = unit->symbols[i];
        if (symbol == NULL)
            continue;
        size_t at = symbol->hash & (size - 1);
        while (table[at] != NULL)
            at = (at + 1) & (size - 1);
        table[at] = symbol;
    }
    unit->symbols = table;
    unit->symbol_mask = size - 1;
}

gen_symbol *gen_symbol_of(gen_unit *unit, const char *text, size_t length)
{
    if (unit->symbol_count * 2 >= unit->symbol_mask)
        grow_symbols(unit);
    uint32_t hash = hash_of(text, length);
    size_t at = hash & unit->symbol_mask;
    for (gen_symbol *symbol; (symbol = unit->symbols[at]) != NULL; at = (at + 1) & unit->symbol_mask)
        if (symbol->hash == hash && symbol->length == length && memcmp(symbol->text, text, length) == 0)
            return symbol;
    gen_symbol *symbol = gen_take(unit, sizeof *symbol);
    char *copy = gen_take(unit, length + 1);
    memcpy(copy, text, length);
    symbol->text = copy;
    symbol->length = (uint32_t)length;
    symbol->hash = hash;
    unit->symbols[at] = symbol;
    unit->symbol_count++;
    return symbol;
}

static void add_keywords(gen_unit *unit)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        gen_symbol_of(unit, keywords[i].word, strlen(keywords[i].word))->keyword = keywords[i].keyword;
}

/* ---- text to tokens ---------------------------------------------------------------------- */

/* The text being read. `at` never passes `end`. */
typedef struct scan {
    gen_unit       *unit;
    const char     *at, *end, *line_begin;
    const gen_file *file;
    uint32_t        line;
    gen_token      *tokens; /* the current run; runs double */
    size_t          count, capacity;
} scan;

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80) != 0;
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static gen_place here(const scan *from)
{
    return (gen_place){ from->file->name, from->line, (uint32_t)(from->at - from->line_begin) + 1 };
}

static char peek(const scan *from, size_t ahead)
{
    return (size_t)(from->end - from->at) > ahead ? from->at[ahead] : 0;
}

static void next_line(scan *from)
{
    from->line++;
    from->line_begin = from->at;
}

static const gen_file *file_of(scan *from, const char *name, size_t length, bool is_system)
{
    gen_unit *unit = from->unit;
    const char *text = gen_symbol_of(unit, name, length)->text;
    for (gen_file *known = unit->files; known != NULL; known = known->next)
        if (known->name == text && known->is_system == is_system)
            return known;
    gen_file *file = gen_take(unit, sizeof *file);
    *file = (gen_file){ NULL, text, is_system };
    *unit->files_end = file;
    unit->files_end = &file->next;
    return file;
}

static bool is_octal(char digit, char last)
{
    return digit >= '0' && digit <= last;
}

/* The name between the quotes of a marker, without its escapes: \" \\ \303. NULL when there is none. */
static const char *marked_name(scan *from, const char *at, const char *end, size_t *ret_length, const char **ret_end)
{
    at = memchr(at, '"', (size_t)(end - at));
    if (at == NULL)
        return NULL;
    char *name = gen_take(from->unit, (size_t)(end - at));
    size_t length = 0;
    for (at++; at < end && *at != '"'; at++) {
        bool is_escape = *at == '\\' && end - at > 1;
        if (is_escape && end - at > 3 && is_octal(at[1], '3') && is_octal(at[2], '7') && is_octal(at[3], '7')) {
            name[length++] = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            at += 3;
        } else {
            at += is_escape;
            name[length++] = *at;
        }
    }
    *ret_length = length;
    *ret_end = at;
    return at < end ? name : NULL;
}

/* `# 12 "model.h" 1 3`, `#line 12 "model.h"`, or a pragma; ends before the line feed. */
static void read_marker(scan *from)
{
    const char *end = memchr(from->at, '\n', (size_t)(from->end - from->at));
    if (end == NULL)
        end = from->end;
    const char *at = from->at + 1;
    while (at < end && is_blank(*at))
        at++;
    if (end - at > 4 && memcmp(at, "line", 4) == 0)
        for (at += 4; at < end && is_blank(*at); at++) {}
    uint32_t line = 0;
    const char *digits = at;
    for (; at < end && is_digit(*at); at++)
        line = line * 10 + (uint32_t)(*at - '0');
    from->at = end;
    if (at == digits) {
        bool is_pragma = end - at > 6 && memcmp(at, "pragma", 6) == 0 && !from->file->is_system;
        for (; is_pragma && end - at >= 4; at++)
            from->unit->has_packing |= memcmp(at, "pack", 4) == 0;
        return;
    }
    from->line = line - 1; /* the line feed behind the marker adds one */
    size_t length = 0;
    const char *name_end = NULL, *name = marked_name(from, at, end, &length, &name_end);
    if (name == NULL)
        return;
    bool is_system = false;
    for (const char *flag = name_end + 1; flag < end; flag++)
        is_system |= *flag == '3';
    from->file = file_of(from, name, length, is_system);
}

static void skip_comment(scan *from)
{
    bool is_block = from->at[1] == '*';
    gen_place begin = here(from);
    from->at += 2;
    while (from->at < from->end) {
        if (is_block && from->at[0] == '*' && peek(from, 1) == '/') {
            from->at += 2;
            return;
        }
        if (*from->at == '\n') {
            if (!is_block)
                return;
            from->at++;
            next_line(from);
        } else {
            from->at++;
        }
    }
    if (is_block)
        gen_fail(from->unit, HF_BAD_END, begin, "this comment has no end, expected '*/'");
}

static void skip_quoted(scan *from, gen_place begin)
{
    char quote = *from->at++;
    while (from->at < from->end && *from->at != quote && *from->at != '\n')
        from->at += *from->at == '\\' && from->end - from->at > 1 ? 2 : 1;
    if (from->at >= from->end || *from->at != quote)
        gen_fail(from->unit, HF_BAD_END, begin, "this literal has no end, expected %c", quote);
    from->at++;
}

static void skip_number(scan *from)
{
    while (from->at < from->end) {
        char c = *from->at;
        bool is_sign = (c == '+' || c == '-') && strchr("eEpP", from->at[-1]) != NULL;
        bool is_separator = c == '\'' && is_digit(peek(from, 1));
        if (!is_word_start(c) && !is_digit(c) && c != '.' && !is_sign && !is_separator)
            return;
        from->at++;
    }
}

static gen_token *add_token(scan *from)
{
    if (from->count == from->capacity) {
        size_t capacity = from->capacity == 0 ? 1024 : from->capacity * 2;
        gen_token *tokens = gen_take(from->unit, capacity * sizeof *tokens);
        if (from->count > 0)
            memcpy(tokens, from->tokens, from->count * sizeof *tokens);
        from->tokens = tokens;
        from->capacity = capacity;
    }
    gen_token *token = &from->tokens[from->count++];
    gen_place place = here(from);
    *token = (gen_token){ .text = from->at, .file = from->file, .line = place.line, .column = place.column };
    return token;
}

/* The other spellings of brackets: <: :> <% %> */
static char bracket_of(char c, char next)
{
    if (c == '<')
        return next == ':' ? '[' : next == '%' ? '{' : 0;
    return next != '>' ? 0 : c == ':' ? ']' : c == '%' ? '}' : 0;
}

static void read_token(scan *from)
{
    gen_place begin = here(from);
    gen_token *token = add_token(from);
    char c = *from->at;
    if (is_word_start(c)) {
        while (from->at < from->end && (is_word_start(*from->at) || is_digit(*from->at)))
            from->at++;
        size_t length = (size_t)(from->at - token->text);
        char quote = peek(from, 0);
        if (length <= 2 && (quote == '"' || quote == '\'')) { /* L"x", u8"x" */
            skip_quoted(from, begin);
            token->kind = quote == '"' ? GEN_STRING : GEN_CHARACTER;
        } else {
            token->kind = GEN_WORD;
            token->symbol = gen_symbol_of(from->unit, token->text, length);
        }
    } else if (is_digit(c) || (c == '.' && is_digit(peek(from, 1)))) {
        token->kind = GEN_NUMBER;
        from->at++;
        skip_number(from);
    } else if (c == '"' || c == '\'') {
        token->kind = c == '"' ? GEN_STRING : GEN_CHARACTER;
        skip_quoted(from, begin);
    } else {
        char digraph = bracket_of(c, peek(from, 1));
        token->kind = GEN_PUNCTUATION;
        token->mark = digraph != 0 ? digraph : c;
        from->at += digraph != 0 ? 2 : 1;
    }
    token->length = (uint32_t)(from->at - token->text);
}

void gen_tokens_read(gen_unit *unit, const char *text, size_t length, const char *name)
{
    scan from = { .unit = unit, .at = text, .end = text + length, .line_begin = text, .line = 1 };
    if (unit->symbol_count == 0)
        add_keywords(unit);
    from.file = file_of(&from, name, strlen(name), false);
    if (length > UINT32_MAX)
        gen_fail(unit, HF_LIMIT_BYTES, here(&from), "more than 4 GB of preprocessed text");
    bool line_is_empty = true;
    while (from.at < from.end) {
        char c = *from.at;
        if (c == '\n') {
            from.at++;
            next_line(&from);
            line_is_empty = true;
        } else if (is_blank(c)) {
            from.at++;
        } else if (c == '\\' && peek(&from, 1) == '\n') {
            from.at += 2;
            next_line(&from);
        } else if (c == '#' && line_is_empty) {
            read_marker(&from);
        } else if (c == '/' && (peek(&from, 1) == '/' || peek(&from, 1) == '*')) {
            skip_comment(&from);
        } else if (c == 0) {
            gen_fail(unit, HF_BAD_DECLARATION, here(&from), "a NUL byte, expected preprocessed C");
        } else {
            line_is_empty = false;
            read_token(&from);
        }
    }
    gen_token *last = add_token(&from);
    last->text = "";
    last->kind = GEN_END;
    unit->tokens = from.tokens;
    unit->token_count = from.count;
}

/* gen_infer_name.c - keys are any text; names in C are few, and some of them mean something already. */
#include "gen_infer_name.h"

#include <ctype.h>
#include <string.h>

#include "gen_token.h"

static bool is_among(const char *name, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, name) == 0)
            return true;
    return false;
}

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), end_length = strlen(end);
    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

/* Words of C and C++, macros that compilers and the headers here define, types that members are declared with. */
static bool is_reserved(const char *name)
{
    static const char *const words[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t",
        "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval",
        "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum",
        "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable",
        "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
        "register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert",
        "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename",
        "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
        "int64_t", "uint64_t", "size_t", "offsetof", "errno", "stdin", "stdout", "stderr", "unix", "linux", "i386", "HF", "NULL",
        "EOF", "BUFSIZ", "NDEBUG", NULL
    };
    bool is_like_macro = ends_with(name, "_MAX") || ends_with(name, "_MIN") || strncmp(name, "HF_", 3) == 0 || strncmp(name, "SEEK_", 5) == 0;
    bool is_compilers = name[0] == '_' && (name[1] == '_' || isupper((unsigned char)name[1]));
    return is_like_macro || is_compilers || is_among(name, words);
}

static char *as_identifier(gen_unit *unit, const char *text)
{
    char *name = gen_print(unit, "%s%s", isalpha((unsigned char)text[0]) || text[0] == '_' ? "" : "_", text);
    for (char *at = name; *at != 0; at++)
        if (!isalnum((unsigned char)*at))
            *at = '_';
    return is_reserved(name) ? gen_print(unit, "%s_", name) : name;
}

/* ---- members ----------------------------------------------------------------------------- */

/* The forms of gen_plan.c: a number that is called so is taken as what counts a pointer. */
static bool counts_by_name(gen_unit *unit, const char *number, const char *pointer)
{
    static const char *const begins[] = { "n_", "num_", "n", NULL }, *const ends[] = { "_len", "_count", "_n", "_length", "_size", NULL };
    for (size_t i = 0; begins[i] != NULL; i++)
        if (strcmp(number, gen_print(unit, "%s%s", begins[i], pointer)) == 0)
            return true;
    for (size_t i = 0; ends[i] != NULL; i++)
        if (strcmp(number, gen_print(unit, "%s%s", pointer, ends[i])) == 0)
            return true;
    return false;
}

/* Whether `one`, or what is written beside it, is called `name`. */
static bool takes_name(gen_unit *unit, const gen_member_name *one, const char *name)
{
    return strcmp(one->name, name) == 0 || (one->is_counted && strcmp(gen_print(unit, "n_%s", one->name), name) == 0) ||
           (one->is_flagged && strcmp(gen_print(unit, "has_%s", one->name), name) == 0);
}

static bool meet(gen_unit *unit, const gen_member_name *a, const gen_member_name *b)
{
    return takes_name(unit, a, b->name) || (b->is_counted && takes_name(unit, a, gen_print(unit, "n_%s", b->name))) ||
           (b->is_flagged && takes_name(unit, a, gen_print(unit, "has_%s", b->name))) ||
           (a->is_number && b->is_pointer && counts_by_name(unit, a->name, b->name)) ||
           (a->is_counted && b->is_pointer && counts_by_name(unit, gen_print(unit, "n_%s", a->name), b->name)) ||
           (a->is_bool && strcmp(a->name, gen_print(unit, "has_%s", b->name)) == 0);
}

void gen_name_member(gen_unit *unit, gen_member_name *list, size_t at, const char *key)
{
    const char *base = as_identifier(unit, key);
    list[at].name = base;
    for (unsigned suffix = 2;; suffix++) {
        bool is_free = true;
        for (size_t i = 0; is_free && i < at; i++)
            is_free = !meet(unit, &list[i], &list[at]) && !meet(unit, &list[at], &list[i]);
        if (is_free)
            return;
        list[at].name = gen_print(unit, "%s_%u", base, suffix);
    }
}

/* ---- types ------------------------------------------------------------------------------- */

/* Takes a name that no type has yet. */
static const char *take_type(gen_unit *unit, const char *base)
{
    const char *name = base;
    for (unsigned suffix = 2;; suffix++) {
        gen_symbol *symbol = gen_symbol_of(unit, name, strlen(name));
        if (!symbol->is_declared) {
            symbol->is_declared = true;
            return name;
        }
        name = gen_print(unit, "%s_%u", base, suffix);
    }
}

const char *gen_name_root(gen_unit *unit, const char *base)
{
    /* Functions that the headers here, or those that they include, declare. */
    static const char *const functions[] = {
        "abs", "access", "close", "div", "exit", "index", "kill", "link", "open", "pause", "pipe", "random", "read", "remove", "rename",
        "rindex", "select", "signal", "sleep", "stat", "sync", "system", "time", "truncate", "unlink", "wait", "write", NULL
    };
    const char *name = as_identifier(unit, gen_print(unit, "%.*s", (int)strcspn(base, "."), base));
    if (name[strspn(name, "_")] == 0)
        name = "sample";
    return take_type(unit, is_among(name, functions) ? gen_print(unit, "%s_", name) : name);
}

const char *gen_name_inner(gen_unit *unit, const char *root, const char *owner, const char *name)
{
    enum { LONG = 60 };
    static const char *const calls[] = { "init", "release", "destroy", "copy", "equal", "hash", "size", "size_report", "walk", "decode",
                                         "encode", "from_value", "to_value", "hf_type", NULL };
    bool is_call = is_among(name, calls) || strncmp(name, "v_", 2) == 0;
    for (size_t i = 0; calls[i] != NULL; i++)
        is_call |= ends_with(name, gen_print(unit, "_%s", calls[i]));
    return take_type(unit, gen_print(unit, "%s_%s%s", strlen(owner) > LONG ? root : owner, name,
                                     is_call || strcmp(name, "v") == 0 || ends_with(name, "_v") ? "_" : ""));
}

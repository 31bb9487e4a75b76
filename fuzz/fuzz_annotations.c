/* fuzz_annotations.c - the input is the inside of HF(...), on a member of every kind, on an enumerator, an
 * enum, a struct and a union; see generate_all.h. */
/* fuzz parts: holdfast_gen */
#include <stddef.h>
#include <stdint.h>

#include "generate_all.h"

#define MEMBER(member)      "enum e { A, B = 4 }; struct s { int n; _Bool has_x; enum e kind; " member "; };"
#define UNION_MEMBER(union) "enum e { A, B = 4 }; struct s { int n; _Bool has_x; enum e kind __hf__(tag_of = x); union " union "; };"

/* '@' is where it stands. What can be counted, told, chosen or referred to is there. */
static const char *const places[] = {
    MEMBER("int x @"),
    MEMBER("unsigned short x @"),
    MEMBER("char x @"),
    MEMBER("double x @"),
    MEMBER("_Bool x @"),
    MEMBER("enum e x @"),
    MEMBER("unsigned x : 3 @"),
    MEMBER("char *x @"),
    MEMBER("char x[8] @"),
    MEMBER("int *x @"),
    MEMBER("unsigned char *x @"),
    MEMBER("char **x @, *y[2] @"),
    MEMBER("struct s *x @"),
    MEMBER("float x[2][2] @"),
    MEMBER("struct { int deep @; char *text __hf__(own); } x @"),
    MEMBER("void *x @, (*y)(int) @"),
    MEMBER("unsigned char x[] @"),
    UNION_MEMBER("{ int a __hf__(when = A); char *b __hf__(own, when = B); } x @"),
    UNION_MEMBER("{ int a @; char *b __hf__(own, when = B); } x"),
    UNION_MEMBER("{ int a __hf__(when = A); struct s *b @; } x __hf__(flatten)"),
    "struct s { int kind @; union { int a __hf__(when = 1); char *b __hf__(own, when = 2); }; union { int c __hf__(when = 1); } x; };",
    "struct s { enum e { A @, B = 4 } x __hf__(as = string); };",
    "enum e { A __hf__(name = \"a\"), B } @; struct s { enum e x; };",
    "struct s { int n; struct s *x; } @;",
    "struct s { int n __hf__(tag_of = x); union { int a __hf__(when = 1); } x; }; union u { struct s a; } @;",
};

static size_t put(char *to, const char *from, size_t length)
{
    memcpy(to, from, length);
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[16384];
    if (size > 4096)
        return 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t used = 0;
        for (const char *at = places[i]; *at != 0; at++) {
            if (*at != '@') {
                text[used++] = *at;
                continue;
            }
            used += put(text + used, "__hf__(", 7);
            used += put(text + used, (const char *)data, size);
            text[used++] = ')';
        }
        generate_all(text, used);
    }
    return 0;
}

/* test_gen_declare.c - what the declaration reader finds, and where it complains. */
#include "gen_case.h"

static void test_declare__shapes_of_members(void **state)
{
    (void)state;
    assert_true(case_begin("typedef unsigned long size_t;\n"
                           "enum color { RED, GREEN = (1 << 3), BLUE };\n"
                           "typedef struct { double x, y; } point;\n"
                           "struct all { _Bool b; unsigned long long u; signed char sc; char c; float f;\n"
                           "  enum color color; point at, path[4]; char name[32]; int matrix[3][4];\n"
                           "  unsigned low : 3, high : 5; long double ld; int (*callback)(int, void *);\n"
                           "  struct { int major, minor; } version; int : 0; };"));
    assert_int_equal(case_member("all", "b")->item.shape, SHAPE_BOOL);
    assert_int_equal(case_member("all", "u")->item.shape, SHAPE_UINT);
    assert_int_equal(case_member("all", "sc")->item.shape, SHAPE_INT);
    assert_int_equal(case_member("all", "c")->item.shape, SHAPE_CHARACTER);
    assert_int_equal(case_member("all", "f")->item.shape, SHAPE_FLOAT);
    assert_int_equal(case_member("all", "color")->item.shape, SHAPE_ENUM);
    assert_int_equal(case_member("all", "path")->item.item->shape, SHAPE_RECORD);
    assert_int_equal(case_member("all", "name")->item.shape, SHAPE_CHARS);
    assert_int_equal(case_member("all", "matrix")->item.item->item->shape, SHAPE_INT);
    assert_true(case_member("all", "high")->is_bits);
    assert_int_equal(case_member("all", "ld")->item.shape, SHAPE_OPAQUE);
    assert_int_equal(case_member("all", "callback")->item.shape, SHAPE_OPAQUE);
    assert_string_equal(case_member("all", "version")->item.plan->name, "all_version");
    assert_int_equal(gen_plan_find(&case_plans, "all")->member_count, 15);
    assert_true(gen_plan_find(&case_plans, "all")->is_flat);
    case_end();
}

static void test_declare__declarators_bind_inside_out(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { int *(*table[2])(void); char *(*names)[3]; int (*(*deep)(int))[4];\n"
                           "  const char *const *list; unsigned n_list; };"));
    assert_int_equal(case_member("s", "table")->item.shape, SHAPE_ARRAY);
    assert_int_equal(case_member("s", "table")->item.item->shape, SHAPE_OPAQUE);
    assert_int_equal(case_member("s", "names")->item.shape, SHAPE_POINTER);
    assert_int_equal(case_member("s", "names")->item.item->shape, SHAPE_ARRAY);
    assert_int_equal(case_member("s", "names")->item.item->item->shape, SHAPE_STRING);
    assert_int_equal(case_member("s", "deep")->item.shape, SHAPE_OPAQUE);
    assert_int_equal(case_member("s", "list")->item.shape, SHAPE_VECTOR);
    case_end();
}

static void test_declare__skips_what_is_no_declaration_of_a_type(void **state)
{
    (void)state;
    assert_true(case_begin("# 1 \"case.h\"\n"
                           "extern int printf(const char *restrict format, ...) __attribute__((format(printf, 1, 2)));\n"
                           "static inline int twice(int x) { struct hidden { int y; } h = { x }; return h.y * 2; }\n"
                           "_Static_assert(sizeof(int) == 4, \"int\"); __asm__(\".globl x\");\n"
                           "int table[] = { [0] = 1, [1] = (2, 3) }, other = 4;\n"
                           "__extension__ typedef long long wide; typedef unsigned char bool;\n"
                           "[[deprecated]] int old(void); int k_and_r(a, b) int a; char *b; { return a; }\n"
                           "typedef __typeof__(sizeof(0)) measured; typedef float v4 __attribute__((vector_size(16)));\n"
                           "struct s { wide w; bool flag; __int128 big; v4 lanes; _Atomic(int) a; _Atomic int b; };\n"));
    assert_int_equal(case_member("s", "flag")->item.shape, SHAPE_UINT);
    assert_int_equal(case_member("s", "big")->item.shape, SHAPE_OPAQUE);
    assert_int_equal(case_member("s", "lanes")->item.shape, SHAPE_OPAQUE);
    assert_int_equal(case_member("s", "a")->item.shape, SHAPE_INT);
    assert_null(gen_plan_find(&case_plans, "hidden"));
    case_end();
}

/* gcc writes bytes beyond ASCII in the names of files as three octal digits; what is none stands for itself. */
static void test_declare__names_of_files_are_read_without_their_escapes(void **state)
{
    (void)state;
    const char *const names[][2] = { { "h\\303\\266he.h", "h\303\266he.h" }, { "a\\\"b.h", "a\"b.h" }, { "c:\\\\d.h", "c:\\d.h" },
                                     { "e\\1\306\306.h", "e1\306\306.h" }, { "f\\189.h", "f189.h" } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[128];
        snprintf(text, sizeof text, "# 1 \"%s\"\nstruct s { int x; };\n", names[i][0]);
        assert_true(case_begin(text));
        const gen_file *file = case_unit.files;
        while (file != NULL && strcmp(file->name, names[i][1]) != 0)
            file = file->next;
        assert_non_null(file);
        case_end();
    }
}

static void test_declare__anonymous_members_are_promoted(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { int a; struct { int b; struct { int c; }; }; enum { X, Y } kind\n"
                           "  __hf__(tag_of); union { int x; char *y __hf__(own); }; };"));
    assert_int_equal(case_member("s", "c")->item.shape, SHAPE_INT);
    gen_member *one_of = case_member("s", "one_of_x");
    assert_true(one_of->is_anonymous);
    assert_string_equal(one_of->tag->name, "kind");
    assert_string_equal(one_of->arms->when->text, "X");
    assert_string_equal(one_of->arms->next->when->text, "Y");
    case_end();
}

/* In C, `struct inner;` and `struct inner { ... };` only declare; Microsoft's and Plan 9's compilers hold one. */
static void test_declare__tagged_members_without_a_name(void **state)
{
    (void)state;
    static const char text[] = "struct base { int id; }; typedef struct other { int o; } other; typedef struct { int b; } bare;\n"
                               "struct s { struct base; other; const bare; struct in { int i; struct base; }; union of { int u; }; int x; };\n";
    assert_true(case_begin(text));
    assert_int_equal(gen_plan_find(&case_plans, "s")->member_count, 1);
    assert_int_equal(gen_plan_find(&case_plans, "in")->member_count, 1);
    case_end();
    case_promotes_named = true;
    assert_true(case_begin("struct base { int id; }; typedef struct other { int o; } other; typedef struct { int b; } bare;\n"
                           "struct s { struct base; other; const bare; struct in { int i; }; union of { int u; }; int x; };\n"));
    const gen_plan *plan = gen_plan_find(&case_plans, "s");
    const char *const names[] = { "id", "o", "b", "i", "one_of_u", "x" };
    assert_int_equal(plan->member_count, sizeof names / sizeof *names);
    for (size_t i = 0; i < plan->member_count; i++)
        assert_int_equal(case_member("s", names[i])->index, i);
    case_end();
    case_promotes_named = true;
    case_refused("struct later; struct s { struct later; };", 1, 26, "incomplete type");
    /* Each brings what the one before brings twice: refused before anything is as large. */
    enum { LEVELS = 60, LINE = 64 };
    static char doubled[LEVELS * LINE];
    char *at = doubled + sprintf(doubled, "struct s0 { int a, b; };");
    for (int i = 1; i < LEVELS; i++)
        at += sprintf(at, "struct s%d { struct s%d; struct s%d; };", i, i - 1, i - 1);
    case_promotes_named = true;
    assert_false(case_begin(doubled));
    assert_int_equal(case_unit.failed_status, HF_LIMIT_VALUES);
    case_end();
}

static void test_declare__annotations_without_a_member_are_refused(void **state)
{
    (void)state;
    case_refused("__hf__(closed) struct s { int a; };", 1, 14, "speaks of nothing");
    case_refused("struct s __hf__(closed); struct s { int a; };", 1, 23, "speaks of nothing");
    case_refused("struct s { __hf__(skip) struct { int a; }; };", 1, 23, "speaks of nothing");
    case_refused("struct t { int a; }; struct s { struct t __hf__(skip); int b; };", 1, 53, "speaks of nothing");
    case_refused("struct s { int a; int : 3 __hf__(skip); };", 1, 38, "speaks of nothing");
    case_refused("enum e __hf__(closed); enum e { A };", 1, 21, "speaks of nothing");
    case_refused("struct s { int *a [[holdfast::own, count = n]]; int n; };", 1, 36, "expected holdfast:: in front");
}

/* Between the type and the declarators: for all of them, as in front of the type. */
static void test_declare__annotations_behind_a_tag(void **state)
{
    (void)state;
    assert_true(case_begin("enum e { A, B }; struct s { struct s __hf__(own) *left, *right __hf__(optional); __hf__(shared) struct s *all;\n"
                           "  enum e __hf__(as = string) e; };"));
    assert_int_equal(case_member("s", "left")->says->ownership, GEN_OWN);
    assert_int_equal(case_member("s", "right")->says->ownership, GEN_OWN);
    assert_true(case_member("s", "right")->says->optional);
    assert_int_equal(case_member("s", "all")->says->ownership, GEN_SHARED);
    assert_int_equal(case_member("s", "e")->says->form, GEN_AS_STRING);
    case_end();
    assert_true(case_begin("struct s { char *a [[gnu::unused, holdfast::own, holdfast::optional, deprecated(\"x, y\"), gnu::packed]];\n"
                           "  char *b [[holdfast::own, holdfast::len <= 3, gnu::unused]]; };\n"
                           "typedef struct t t __hf__(closed); struct t { int a; } __hf__(max_depth = 3);"));
    assert_int_equal(case_member("s", "a")->says->ownership, GEN_OWN);
    assert_true(case_member("s", "a")->says->optional);
    assert_int_equal(case_member("s", "b")->says->len_max, 3);
    assert_true(gen_plan_find(&case_plans, "t")->says->closed);
    assert_int_equal(gen_plan_find(&case_plans, "t")->says->depth_max, 3);
    case_end();
}

static void test_declare__errors_have_a_place(void **state)
{
    (void)state;
    case_refused("struct s {\n  int a\n  int b;\n};", 3, 3, "unexpected 'int', expected ';'");
    case_refused("struct s {\n  foo_t a;\n};", 2, 3, "unknown type name 'foo_t'");
    case_refused("struct s { int a;", 1, 18, "the text ends");
    case_refused("struct s { void *p; };", 1, 18, "pointer to void");
    case_refused("struct t; struct s { struct t *p; };", 1, 32, "not defined here");
    case_refused("# 7 \"other.h\"\nint x = (1;\n", 7, 9, "never closed");
    case_refused("struct s { int n; int data[]; char c[]; };", 1, 23, "nothing counts");
    case_refused("struct s { int a; }; union s { int b; };", 1, 22, "declared as a struct before");
    case_refused("struct s { int a; struct s b; };", 1, 28, "'b' would hold the struct that it stands in, expected a pointer");
    case_refused("struct s { union { int a; struct s b[2]; } one; };", 1, 36, "would hold the struct");
    case_refused("typedef struct s s_t; struct t { s_t s; }; struct s { struct t t; };", 1, 38, "'s' has an incomplete type");
    case_refused("struct s { char *s = \"abc", 1, 22, "no end");
    case_refused("/* never", 1, 1, "no end");
}

static void test_declare__nesting_has_a_limit(void **state)
{
    (void)state;
    static char text[3000];
    memset(text, 0, sizeof text);
    memcpy(text, "int ", 4);
    memset(text + 4, '(', 1000);
    text[1004] = 'x';
    memset(text + 1005, ')', 1000);
    text[2005] = ';';
    assert_false(case_begin(text));
    assert_int_equal(case_unit.failed_status, HF_LIMIT_DEPTH);
    case_end();
}

static void test_declare__many_types_in_a_chain_need_no_stack(void **state)
{
    (void)state;
    enum { CHAIN = 20000 };
    char *text = malloc(CHAIN * 64), *at = text;
    assert_non_null(text);
    for (int i = CHAIN; i > 0; i--)
        at += sprintf(at, "struct s%d; ", i);
    for (int i = 1; i <= CHAIN; i++)
        at += sprintf(at, "struct s%d { struct s%d *p; };", i, i % CHAIN + 1);
    assert_true(case_begin(text));
    assert_int_equal(case_plans.count, CHAIN);
    assert_true(gen_plan_find(&case_plans, "s1")->in_cycle);
    case_end();
    free(text);
}

/* Each record holds the one before twice: what looks through them looks at each once. */
static void test_declare__records_held_in_records_have_a_limit(void **state)
{
    (void)state;
    enum { LEVELS = 100, TOO_MANY = 300, LINE = 64 };
    char *text = malloc(TOO_MANY * LINE);
    assert_non_null(text);
    for (int levels = LEVELS; levels <= TOO_MANY; levels += TOO_MANY - LEVELS) {
        char *at = text + sprintf(text, "struct s0 { int n; };");
        for (int i = 1; i < levels; i++)
            at += sprintf(at, "struct s%d { struct s%d a, b; };", i, i - 1);
        sprintf(at, "struct top { union { struct s%d s; int n; } either; };", levels - 1);
        assert_int_equal(case_begin(text), levels == LEVELS);
        assert_int_equal(case_unit.failed_status, levels == LEVELS ? HF_OK : HF_LIMIT_DEPTH);
        case_end();
    }
    free(text);
}

static void test_declare__memory_has_a_limit(void **state)
{
    (void)state;
    gen_unit_init(&case_unit, 300000);
    char *text = malloc(200001);
    assert_non_null(text);
    memset(text, ';', 200000);
    text[200000] = 0;
    bool failed = false;
    if (setjmp(case_unit.failed) == 0)
        gen_tokens_read(&case_unit, text, 200000, "case.h");
    else
        failed = true;
    assert_true(failed);
    assert_int_equal(case_unit.failed_status, HF_NO_MEMORY);
    case_end();
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declare__shapes_of_members),
        cmocka_unit_test(test_declare__declarators_bind_inside_out),
        cmocka_unit_test(test_declare__skips_what_is_no_declaration_of_a_type),
        cmocka_unit_test(test_declare__names_of_files_are_read_without_their_escapes),
        cmocka_unit_test(test_declare__anonymous_members_are_promoted),
        cmocka_unit_test(test_declare__tagged_members_without_a_name),
        cmocka_unit_test(test_declare__annotations_without_a_member_are_refused),
        cmocka_unit_test(test_declare__annotations_behind_a_tag),
        cmocka_unit_test(test_declare__errors_have_a_place),
        cmocka_unit_test(test_declare__nesting_has_a_limit),
        cmocka_unit_test(test_declare__many_types_in_a_chain_need_no_stack),
        cmocka_unit_test(test_declare__records_held_in_records_have_a_limit),
        cmocka_unit_test(test_declare__memory_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_gen_plan.c - annotations, conventions, and what the type graph decides. */
#include "gen_case.h"

#include "gen_code.h"

static void test_plan__annotations_are_read(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { char *a __hf__(own, name = \"x\" \"y\", alias = \"p\", alias = \"q\", optional, len <= 9, len >= 2,\n"
                           "  pattern = \"[a-z]+\\\\.\", oneof(\"ab\", \"cd\"));\n"
                           "  int has; unsigned char *b __hf__(count = n, as = base64); unsigned n;\n"
                           "  int c __hf__(min = -3, max = 0x10, default = 4); } __hf__(closed, max_depth = 7, derive(copy, json));"));
    const gen_annotation *a = case_member("s", "a")->says;
    assert_string_equal(case_member("s", "a")->key, "xy");
    assert_string_equal(a->aliases->next->text, "q");
    assert_true(a->optional);
    assert_int_equal(a->len_min, 2);
    assert_int_equal(a->len_max, 9);
    assert_string_equal(a->pattern, "[a-z]+\\.");
    assert_string_equal(a->oneof->next->text, "cd");
    assert_int_equal(case_member("s", "b")->says->form, GEN_AS_BASE64);
    assert_ptr_equal(case_member("s", "b")->counter, case_member("s", "n"));
    assert_true(case_member("s", "c")->says->min->is_negative);
    const gen_annotation *type = gen_plan_find(&case_plans, "s")->says;
    assert_true(type->closed);
    assert_int_equal(type->depth_max, 7);
    assert_int_equal(type->derive, GEN_DERIVE_COPY | GEN_DERIVE_JSON);
    case_end();
}

static void test_plan__unknown_words_get_suggestions(void **state)
{
    (void)state;
    case_refused("struct s { int a __hf__(optionl); };", 1, 25, "did you mean 'optional'");
    case_refused("struct s { int a __hf__(xyzzy); };", 1, 25, "expected one of: name, alias");
    case_refused("struct s { int *a __hf__(own, ref); };", 1, 31, "only one of");
    case_refused("struct s { int a __hf__(closed); };", 1, 25, "does not belong on a member");
    case_refused("struct s { int a __hf__(min = 1, min = 2); };", 1, 34, "said twice");
    case_refused("struct s { int a __hf__(min 1); };", 1, 29, "expected '='");
    case_refused("struct s { int a __hf__(as = bas64); };", 1, 30, "did you mean 'base64'");
    case_refused("struct s { int a __hf__(name = x); };", 1, 32, "a text in quotes");
    case_refused("struct s { char *a __hf__(len <= 3, len >= 4); };", 1, 41, "no length is both");
    case_refused("struct s { int n_items; int *items __hf__(count = n_item); };", 1, 30, "did you mean 'n_items'");
    case_refused("struct s { int a __hf__(pattern = \"x\"); };", 1, 16, "no text");
    case_refused("struct s { int a; } __hf__(derive(all)); typedef struct t { int a; } t __hf__(closd);", 1, 35, "expected one of: copy");
    case_refused("struct s { int a; }; typedef struct t { int a; } t __hf__(closd);", 1, 59, "did you mean 'closed'");
    case_refused("struct s { int a; }; extern int x __hf__(closed);", 1, 48, "speaks of nothing");
    case_refused("struct s { int a __hf__(skip, own); };", 1, 34, "leaves nothing");
}

static void test_plan__words_that_no_value_keeps_are_refused(void **state)
{
    (void)state;
    case_refused("struct s { int a __hf__(min = 3, max = -3); };", 1, 31, "no number is both");
    case_refused("struct s { int a __hf__(oneof(1, \"b\")); };", 1, 34, "no value of 'a'");
    case_refused("struct s { char *a __hf__(oneof(1)); };", 1, 33, "no value of 'a'");
    case_refused("struct s { _Bool a __hf__(oneof(1)); };", 1, 33, "oneof does not fit");
    case_refused("struct s { int a __hf__(min = 99999999999999999999); };", 1, 31, "at most 64 bits");
    case_refused("struct s { int a __hf__(min = -9223372036854775809); };", 1, 32, "at most 64 bits");
    case_refused("struct s { int a __hf__(name = \"\xff\"); };", 1, 32, "not UTF-8");
    case_refused("struct s { int a __hf__(alias = \"a\\355\\240\\200\"); };", 1, 33, "not UTF-8"); /* a surrogate */
    case_refused("struct s { char *a __hf__(default = \"\xc3\"); };", 1, 37, "not UTF-8");
    case_refused("struct s { char *a __hf__(oneof(\"\xf4\x90\x80\x80\")); };", 1, 33, "not UTF-8");
    case_refused("struct s { int a __hf__(min = 08); };", 1, 31, "expected a number");
    case_refused("struct s { int k __hf__(tag_of = u); union { int a __hf__(when = \"x\"); } u; };", 1, 66, "no value of a tag");
    case_refused("struct s { int k __hf__(tag_of = u); union { int a __hf__(when = 1.5); } u; };", 1, 66, "no value of a tag");
    case_refused("struct s { int *a __hf__(own, count = n); int n __hf__(max = 3); };", 1, 47, "say HF(len <= ...)");
}

/* What would be taken without a word, and not be so. */
static void test_plan__words_that_cannot_hold_are_refused(void **state)
{
    (void)state;
    case_refused("struct s { int k __hf__(tag_of = u); union { char *a __hf__(when = 1, default = \"x\"); } u; };", 1, 52, "so default does not fit");
    case_refused("struct s { int k __hf__(tag_of = u); union { char *a __hf__(when = 1, optional); } u; };", 1, 52, "so optional does not fit");
    case_refused("struct s { int *a __hf__(own, count = n), n __hf__(skip); };", 1, 43, "cannot be skipped");
    case_refused("struct s { int k __hf__(tag_of = u); union { int *a __hf__(when = 1, count = b); int b __hf__(when = 2); } u; };", 1, 51, "a struct around both");
    case_refused("struct s { struct { int x; } a __hf__(flatten, optional); };", 1, 30, "optional does not fit");
    case_refused("struct s { struct { int x; } a __hf__(flatten, name = \"b\"); };", 1, 30, "name does not fit");
    case_refused("struct s { struct { int x; } a __hf__(flatten, alias = \"b\"); };", 1, 30, "alias does not fit");
    case_refused("struct s { int a; } __hf__(max_depth = 4294967297);", 1, 40, "expected a depth");
    case_refused("struct s { int a; } __hf__(max_depth = 0);", 1, 40, "expected a depth");
    case_refused("struct s { int a __hf__(own); };", 1, 16, "has no pointer");
    case_refused("struct s { int a[2][3] __hf__(shared); };", 1, 16, "has no pointer");
    case_refused("struct s { int a __hf__(when = 1); };", 1, 16, "no arm of a union");
    case_refused("struct s { int k __hf__(tag_of); union { int a; } u; };", 1, 16, "no union without a name");
    case_refused("struct s { union { int a __hf__(when = 1); } u; };", 1, 24, "nothing tells when 'a' holds");
    case_refused("struct s { int a __hf__(default = 3, min = 5); };", 1, 35, "the default of 'a' is none");
    case_refused("struct s { double a __hf__(default = 3.5, max = 3); };", 1, 38, "the default of 'a' is none");
    case_refused("struct s { int a __hf__(default = 3, oneof(1, 5)); };", 1, 35, "the default of 'a' is none");
    case_refused("struct s { char *a __hf__(own, default = \"x\", oneof(\"y\", \"xy\")); };", 1, 42, "the default of 'a' is none");
    case_refused("struct s { char a[9] __hf__(default = \"x\", len >= 2); };", 1, 39, "the default of 'a' is none");
    case_refused("struct s { int a; }; enum e { A __hf__(name = \"x\"), B __hf__(name = \"x\") };", 1, 53, "two enumerators are called 'x'");
    case_refused("struct s { int a; }; enum e { A, B __hf__(alias = \"A\") };", 1, 34, "two enumerators are called 'A'");
    case_refused("struct s { int a; }; enum e { A __hf__(nme = \"x\") };", 1, 40, "did you mean 'name'");
    assert_true(case_begin("enum e { A, B }; struct s { enum e a __hf__(default = A, oneof(B, 0), min = 0); int b __hf__(default = 0x10, oneof(16));\n"
                           "  char c[9] __hf__(default = \"ab\", len = 2); void *d __hf__(ref); char *e[2] __hf__(own); };"));
    case_end();
    case_refused("struct s { int a __hf__(name = \"a\\xff\"); };", 1, 32, "not UTF-8 at its byte 1");
    case_refused("struct s { int a __hf__(alias = \"\\355\\240\\200\"); };", 1, 33, "not UTF-8 at its byte 0");
    case_refused("struct f { int n, v[] __hf__(count = n); }; struct s { struct f f; int a; };", 1, 65, "ends in a flexible array");
    case_refused("struct f { int n, v[] __hf__(count = n); }; struct s { struct f *f __hf__(own, count = n); int n; };", 1, 66, "ends in a flexible array");
    case_refused("struct f { int n, v[] __hf__(count = n); }; struct s { struct f *(*f)[2] __hf__(own), g[2]; };", 1, 87, "ends in a flexible array");
    case_refused("union u { int n; char *t __hf__(own); }; struct s { union u *p __hf__(own); };", 1, 62, "nothing tells which arm");
    case_refused("union u { int n; char *t; }; struct s { union u p[2]; };", 1, 49, "nothing tells which arm");
    case_refused("struct s { double a __hf__(max = 1e999); };", 1, 34, "expected a number");
    assert_true(case_begin("struct s { int a __hf__(optional); _Bool has_a __hf__(skip); union { struct { int *v __hf__(ref, count = n), n; }; long x; } u; };"));
    assert_null(case_member("s", "a")->presence);
    case_end();
    assert_true(case_begin("struct s { int k __hf__(tag_of = u); union { int *a __hf__(own, when = 1); int n_a __hf__(when = 2); } u; };"));
    assert_null(case_member("s_u", "a")->counter);
    case_end();
}

/* The tables have 16 bits for lengths of names and places of members. */
static void test_plan__names_and_members_have_limits(void **state)
{
    (void)state;
    enum { MANY = 66000, LINE = 32 };
    char *text = calloc(MANY, LINE), *at = text;
    assert_non_null(text);
    at += sprintf(at, "struct s { int ");
    memset(at, 'x', MANY);
    memcpy(at + MANY, "; };", 4);
    assert_false(case_begin(text));
    assert_int_equal(case_unit.failed_status, HF_LIMIT_BYTES);
    case_end();
    memset(text, 0, (size_t)MANY * LINE);
    at = text + sprintf(text, "struct s {");
    for (int i = 0; i < MANY; i++)
        at += sprintf(at, "void (*a%d)(void);", i);
    sprintf(at, "};");
    assert_false(case_begin(text));
    assert_int_equal(case_unit.failed_status, HF_LIMIT_COUNT);
    case_end();
    free(text);
}

/* Whatever counts or tells, does it for members that cannot be at odds. */
static void test_plan__one_member_tells_of_one(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { int *a __hf__(own, count = n), *b __hf__(own, count = n); int n; int *c __hf__(own); int n_c; };"));
    assert_true(case_member("s", "a")->shares_counter && case_member("s", "b")->shares_counter);
    assert_false(case_member("s", "c")->shares_counter);
    case_end();
    case_refused("struct s { int n; int *a __hf__(own, count = n); int b[] __hf__(count = n); };", 1, 54, "needs a counter of its own");
    case_refused("struct s { int k __hf__(tag_of); union { int a __hf__(when = 1); }; union { int b __hf__(when = 1); }; };", 1, 16, "tells of");
    case_refused("struct s { int k __hf__(tag_of = u); int *a __hf__(own, count = k); union { int b __hf__(when = 1); } u; };", 1, 16, "tells of");
    case_refused("struct s { int k __hf__(tag_of = a); int a; };", 1, 16, "'a' is no union");
    case_refused("struct s { int k __hf__(tag_of = u); union { unsigned a : 3 __hf__(when = 1); } u; };", 1, 55, "is a bit-field and an arm");
}

static void test_plan__types_that_only_the_compiler_knows(void **state)
{
    (void)state;
    assert_true(case_begin("int v; struct s { typeof(int *) a __hf__(own); __typeof__(struct s) *b __hf__(own); typeof(v) c __hf__(skip); };"));
    assert_int_equal(case_member("s", "a")->item.shape, SHAPE_POINTER);
    assert_ptr_equal(case_member("s", "b")->item.item->plan, gen_plan_find(&case_plans, "s"));
    case_end();
    case_refused("char *v; struct s { typeof(v) c; };", 1, 31, "only the compiler knows");
    case_refused("struct s { union { struct { char *text; } a; int b; } u; };", 1, 55, "owns memory");
    char deep[400] = "struct s { int ";
    for (int i = 0; i < 61; i++)
        strcat(deep, "*");
    strcat(deep, "x; };");
    case_refused(deep, 1, 77, "more than 60 pointers and arrays");
}

static void test_plan__names_without_a_meeting(void **state)
{
    (void)state;
    assert_true(case_begin("typedef struct a { struct { int x; } b; struct { int y; } c; } a; struct a_b { int x; }; void a_c(void); void a_init(a *self);"));
    assert_string_equal(case_member("a", "b")->item.plan->name, "a_b_");
    assert_string_equal(case_member("a", "c")->item.plan->name, "a_c_");
    assert_true(gen_symbol_of(&case_unit, "a_init", 6)->is_declared);
    assert_false(gen_symbol_of(&case_unit, "a", 1)->is_declared);
    case_end();
}

static void test_plan__ownership_is_never_guessed_silently(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { char *a; const char *b; int *c; int n_c; int *d __hf__(own); char *e __hf__(static); };"));
    assert_true(case_has_note("'a' is taken as owned;"));
    assert_true(case_has_note("'b' is taken as owned although it points to const"));
    assert_true(case_has_note("'c' is taken as counted by 'n_c'"));
    assert_false(case_has_note("'d'"));
    assert_false(case_has_note("'e'"));
    assert_int_equal(case_unit.strict_errors, 4);
    case_end();
}

static void test_plan__tree_by_own_needs_no_memo(void **state)
{
    (void)state;
    assert_true(case_begin("struct node { int v; struct node *left, *right __hf__(own); struct node *first __hf__(own); };\n"
                           "struct tree { struct tree *l __hf__(own), *r __hf__(own); };\n"
                           "struct back { struct back *child __hf__(own), *parent __hf__(ref); };\n"
                           "struct plain { struct tree *t __hf__(own); };"));
    assert_true(gen_plan_find(&case_plans, "node")->needs_memo);
    assert_int_equal(case_member("node", "left")->item.ownership, GEN_SHARED);
    assert_true(case_has_note("'left' may lead back"));
    assert_false(gen_plan_find(&case_plans, "tree")->needs_memo);
    assert_true(gen_plan_find(&case_plans, "tree")->in_cycle);
    assert_true(gen_plan_find(&case_plans, "back")->needs_memo);
    assert_false(gen_plan_find(&case_plans, "plain")->needs_memo);
    assert_false(gen_plan_find(&case_plans, "plain")->in_cycle);
    case_end();
}

static void test_plan__cycles_through_several_types(void **state)
{
    (void)state;
    assert_true(case_begin("struct c; struct a { struct b *b; }; struct b { struct c *items; int n_items; };\n"
                           "struct c { struct { struct a *a; } in; }; struct d { struct a *a; };"));
    assert_int_equal(gen_plan_find(&case_plans, "a")->component, gen_plan_find(&case_plans, "c")->component);
    assert_int_equal(case_member("b", "items")->item.ownership, GEN_SHARED);
    assert_int_equal(case_member("d", "a")->item.ownership, GEN_OWN);
    assert_true(gen_plan_find(&case_plans, "d")->needs_memo);
    assert_false(gen_plan_find(&case_plans, "d")->in_cycle);
    case_end();
}

static void test_plan__unions_need_a_tag(void **state)
{
    (void)state;
    assert_true(case_begin("enum kind { K_INT, K_TEXT }; struct s { enum kind kind __hf__(tag_of = u);\n"
                           "  union { long i __hf__(when = K_INT); char *text __hf__(own); } u; union { int a; float b; } raw; };"));
    assert_string_equal(case_member("s", "u")->arms->next->when->text, "K_TEXT");
    assert_int_equal(case_member("s", "raw")->item.shape, SHAPE_OPAQUE);
    assert_true(case_has_note("union without a tag"));
    case_end();
    case_refused("struct s { union { int a; char *b; } u; };", 1, 38, "nothing tells which arm");
    case_refused("struct s { int k __hf__(tag_of = u); union { int a; } u; };", 1, 50, "expected HF(when = VALUE)");
    case_refused("struct s { int k __hf__(tag_of); union { struct { int a __hf__(when = 1); int b __hf__(when = 2); }; double d __hf__(when = 3); }; };", 1, 55,
                 "lies in a struct without a name");
    case_refused("struct s { int k __hf__(tag_of = v); union { int a; } u; };", 1, 16, "there is no member 'v'");
}

static void test_plan__optional_members_find_their_flag(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { int a __hf__(optional); _Bool has_a; int b __hf__(optional); };"));
    assert_ptr_equal(case_member("s", "a")->presence, case_member("s", "has_a"));
    assert_null(case_member("s", "b")->presence);
    assert_true(case_member("s", "has_a")->is_implied);
    case_end();
}

static void test_plan__odd_records_are_left_to_tables(void **state)
{
    (void)state;
    static const char *const texts[] = { "struct a { char c; double d; };", "#pragma pack(1)\nstruct a { char c; double d; };",
                                         "struct a { char c; double d; } __attribute__((packed));", "struct a { volatile char c; double d; };",
                                         "typedef int volatile v; struct a { v *const *c; };", "struct a { _Atomic(int) c; };", "struct a { const int c; };" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(case_begin(texts[i]));
        gen_plan *plan = gen_plan_find(&case_plans, "a");
        gen_keys_list(&case_unit, plan);
        gen_code_decide(&case_unit, &case_plans);
        assert_int_equal(plan->reads, i == 0);
        case_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__annotations_are_read),
        cmocka_unit_test(test_plan__unknown_words_get_suggestions),
        cmocka_unit_test(test_plan__words_that_no_value_keeps_are_refused),
        cmocka_unit_test(test_plan__words_that_cannot_hold_are_refused),
        cmocka_unit_test(test_plan__names_and_members_have_limits),
        cmocka_unit_test(test_plan__one_member_tells_of_one),
        cmocka_unit_test(test_plan__types_that_only_the_compiler_knows),
        cmocka_unit_test(test_plan__names_without_a_meeting),
        cmocka_unit_test(test_plan__ownership_is_never_guessed_silently),
        cmocka_unit_test(test_plan__tree_by_own_needs_no_memo),
        cmocka_unit_test(test_plan__cycles_through_several_types),
        cmocka_unit_test(test_plan__unions_need_a_tag),
        cmocka_unit_test(test_plan__optional_members_find_their_flag),
        cmocka_unit_test(test_plan__odd_records_are_left_to_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

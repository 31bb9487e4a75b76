/* test_gen_explain.c - what `--explain` says of types that own, refer, share, lead back and are chosen by a tag; each text was
 * held against the declarations by hand. */
#include "gen_case.h"

static void expect_explained(const char *type, const char *expected)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    gen_explain(&case_unit, &case_plans, gen_plan_find(&case_plans, type), stream);
    fclose(stream);
    assert_string_equal(text, expected);
    free(text);
}

static void test_explain__trees(void **state)
{
    (void)state;
    assert_true(case_begin("struct flat { int a; double b[2]; };\n"
                           "struct list { struct list *next __hf__(own); struct flat in; };\n"
                           "struct file; struct folder { char *name __hf__(own); struct file *files __hf__(own, count = n); int n; };\n"
                           "struct file { struct folder *inner __hf__(own, optional); struct list *lists[2] __hf__(own); };\n"));
    expect_explained("flat", "struct flat (case.h:1)\n"
                             "  owns nothing outside of itself: copied by assignment\n"
                             "  a                    integer\n"
                             "  b                    array in place of floating number\n");
    expect_explained("list", "struct list (case.h:2)\n"
                             "  reaches itself: list.next -> list\n"
                             "  a tree: copied straight, without a memo, since what leads back is owned by the one that leads there\n"
                             "  next                 pointer (owned) of struct list\n"
                             "  in                   struct flat\n");
    expect_explained("folder", "struct folder (case.h:3)\n"
                               "  reaches itself: folder.files -> file.inner -> folder\n"
                               "  a tree: copied straight, without a memo, since what leads back is owned by the one that leads there\n"
                               "  name                 string (owned)\n"
                               "  files                vector counted by 'n' (owned) of struct file\n"
                               "  n                    integer, implied by another member in JSON\n");
    case_end();
}

/* One type alone leads back, one reaches it, one refers, one shares what cannot lead back, one is guessed. */
static void test_explain__graphs(void **state)
{
    (void)state;
    assert_true(case_begin("struct group; struct user { char *name __hf__(shared); struct group *group __hf__(shared);\n"
                           "  struct user *boss __hf__(ref); };\n"
                           "struct group { struct { struct user **users __hf__(shared, count = n_users); int n_users; } all; };\n"
                           "struct site { struct group first; struct word *words[3] __hf__(shared); char *title __hf__(own); };\n"
                           "struct word { int w; };\n"
                           "struct node { struct node *next, *other; int *weight; const char *label; };\n"
                           "struct back { struct back *child __hf__(own); struct back *parent __hf__(ref); char *mark __hf__(ref); };\n"));
    expect_explained("user", "struct user (case.h:1)\n"
                             "  reaches itself: user.group -> group.all -> group_all.users -> user\n"
                             "  a graph: copied with a memo, because\n"
                             "    user.name is shared\n"
                             "    user.group is shared\n"
                             "    user.boss refers to what others own\n"
                             "  name                 string (shared: several may point to it)\n"
                             "  group                pointer (shared: several may point to it) of struct group\n"
                             "  boss                 pointer (a reference to what others own) of struct user\n");
    expect_explained("site", "struct site (case.h:4)\n"
                             "  a graph: copied with a memo, because\n"
                             "    site.first reaches group, and group.all reaches group_all, and group_all.users is shared\n"
                             "    site.words is shared\n"
                             "  first                struct group\n"
                             "  words                array in place of pointer (shared: several may point to it) of struct word\n"
                             "  title                string (owned)\n");
    expect_explained("node", "struct node (case.h:6)\n"
                             "  reaches itself: node.next -> node\n"
                             "  a graph: copied with a memo, because\n"
                             "    node.next is shared\n"
                             "    node.other is shared\n"
                             "  next                 pointer (shared: several may point to it) of struct node\n"
                             "  other                pointer (shared: several may point to it) of struct node\n"
                             "  weight               pointer (owned) of integer\n"
                             "  label                string (owned)\n"
                             "  guessed at line 6: 'next' may lead back to its own struct, taken as shared; say HF(own), HF(shared) or HF(ref)\n"
                             "  guessed at line 6: 'other' may lead back to its own struct, taken as shared; say HF(own), HF(shared) or HF(ref)\n"
                             "  guessed at line 6: 'weight' is taken as owned; say HF(own), HF(shared), HF(ref) or HF(static)\n"
                             "  guessed at line 6: 'label' is taken as owned although it points to const; say HF(own), HF(shared), HF(ref) or "
                             "HF(static)\n");
    expect_explained("back", "struct back (case.h:7)\n"
                             "  reaches itself: back.child -> back\n"
                             "  a graph: copied with a memo, because\n"
                             "    back.parent refers to what others own\n"
                             "  child                pointer (owned) of struct back\n"
                             "  parent               pointer (a reference to what others own) of struct back\n"
                             "  mark                 string (a reference to what others own)\n");
    case_end();
}

static void test_explain__unions(void **state)
{
    (void)state;
    assert_true(case_begin("enum kind { KIND_ONE, KIND_LIST };\n"
                           "struct shape { enum kind kind __hf__(tag_of = u);\n"
                           "  union { double one;\n"
                           "    struct { struct shape *list __hf__(own); int n_list; } list __hf__(when = KIND_LIST, when = -2); } u;\n"
                           "  union { int a; float b; } bits; void *user __hf__(skip); };\n"));
    expect_explained("shape", "struct shape (case.h:2)\n"
                              "  reaches itself: shape.u -> shape_u.list -> shape_u_list.list -> shape\n"
                              "  a tree: copied straight, without a memo, since what leads back is owned by the one that leads there\n"
                              "  kind                 enum, implied by another member in JSON\n"
                              "  u                    union chosen by 'kind'\n"
                              "    one                floating number, when KIND_ONE\n"
                              "    list               shape_u_list, when KIND_LIST or -2\n"
                              "  bits                 bytes, copied as they are\n"
                              "  user                 skipped: zero in copies\n"
                              "  guessed at line 3: 'one' is taken as chosen by KIND_ONE because of its name; say HF(when = KIND_ONE)\n"
                              "  noted at line 5: 'bits' is a union without a tag: copied as bytes, not in JSON\n");
    case_end();
}

/* What is counted by a word, with none about whose it is, is guessed as well. */
static void test_explain__what_is_counted_may_be_anybodys(void **state)
{
    (void)state;
    assert_true(case_begin("struct s { int *rows __hf__(count = n); int n; };"));
    assert_true(case_has_note("'rows' is taken as owned"));
    assert_int_equal(case_unit.strict_errors, 1);
    case_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain__trees),
        cmocka_unit_test(test_explain__graphs),
        cmocka_unit_test(test_explain__unions),
        cmocka_unit_test(test_explain__what_is_counted_may_be_anybodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

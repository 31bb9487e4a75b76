/* test_ended.c - use after the owner's end: debug builds say what was used, and trap. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/live_documents.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/misuse.h"
#include "draft_support.h"
#include "failing_allocator.h"
#include "memory/poison.h"

static const char sample[] = "{\"a\":[1,2.5,\"a text that is longer than a slot\"],\"b\":{\"c\":true},\"d\":\"short\"}";

/* What the child process of `mistake` says before it traps, into `said`. */
static void run_child(void (*mistake)(void), char said[4096])
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL); /* the test's own handler is not the child's */
        mistake();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; length < 4095 && (got = read(ends[0], said + length, 4095 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
        fail_msg("no trap; the child said: %s", said);
}

static void expect_trap(void (*mistake)(void), const char *words)
{
    char said[4096];
    run_child(mistake, said);
    if (strstr(said, words) == NULL)
        fail_msg("expected \"%s\", the child said: %s", words, said);
}

#define SKIP_IN_RELEASE_BUILDS() \
    do {                         \
        if (!HF__DEBUG)          \
            skip();              \
    } while (0)

/* ---- documents --------------------------------------------------------------------------- */

static hf_document *ended_document(hf_value *ret_value, const char *pointer)
{
    hf_document *document = read_text(sample);
    hf_value value = hf_root(document);
    for (const char *at = pointer; *at != 0; at++)
        value = *at >= '0' && *at <= '9' ? hf_at(value, (uint64_t)(*at - '0')) : hf_get(value, hf_text_of(at, 1));
    *ret_value = value;
    hf_document_drop(document);
    return document;
}

static void drop_twice(void)
{
    hf_value value;
    hf_document_drop(ended_document(&value, ""));
}
static void hold_dropped(void)
{
    hf_value value;
    hf_document_drop(hf_document_hold(ended_document(&value, "")));
}
static void root_of_dropped(void)
{
    hf_value value;
    (void)hf_root(ended_document(&value, ""));
}
static void edit_dropped(void)
{
    hf_value value;
    hf_draft *draft = NULL;
    (void)!hf_edit(ended_document(&value, ""), &draft, NULL);
}
static void save_dropped(void)
{
    hf_value value;
    hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
    (void)!hf_save_to_buffer(ended_document(&value, ""), &buffer, NULL);
}
static void get_from_dropped(void)
{
    hf_value value;
    ended_document(&value, "b");
    (void)hf_get(value, HF_T("c"));
}
static void at_of_dropped(void)
{
    hf_value value;
    ended_document(&value, "a");
    (void)hf_at(value, 1);
}
static void number_of_dropped(void)
{
    hf_value value;
    int64_t number;
    ended_document(&value, "a0");
    (void)!hf_to_i64(value, &number);
}
static void walk_dropped(void)
{
    hf_value value;
    hf_walk walk;
    ended_document(&value, "a");
    hf_walk_init(&walk, value, NULL);
}
static void write_dropped(void)
{
    hf_value value;
    hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
    ended_document(&value, "a");
    (void)!hf_write(value, NULL, &buffer, NULL);
}
static void compare_dropped(void)
{
    hf_value value, other;
    bool is_equal;
    hf_document *document = read_text(sample);
    other = hf_root(document);
    ended_document(&value, "");
    (void)!hf_equal(other, value, &is_equal);
}
static void measure_dropped(void)
{
    hf_value value;
    hf_size size;
    ended_document(&value, "a");
    (void)!hf_measure(value, &size, NULL);
}
static void mount_dropped(void)
{
    hf_value value;
    hf_draft *draft = NULL;
    ended_document(&value, "b");
    (void)!hf_draft_create(NULL, &draft, NULL);
    (void)hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_mount(value), NULL);
}

static void test_ended__dropped_documents_are_named(void **state)
{
    (void)state;
    SKIP_IN_RELEASE_BUILDS();
    static void (*const mistakes[])(void) = { drop_twice,       hold_dropped,  root_of_dropped,   edit_dropped, save_dropped,
                                              get_from_dropped, at_of_dropped, number_of_dropped, walk_dropped, write_dropped,
                                              compare_dropped,  measure_dropped, mount_dropped };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        expect_trap(mistakes[i], "misuse: a document that was dropped is used");
}

static void use_of_a_place(void)
{
    hf_document *document = NULL;
    (void)!HF_AT(hf_read(hf_text_from_cstr(sample), NULL, &document, NULL));
    hf_value root = hf_root(document);
    hf_document_drop(document);
    (void)hf_get(root, HF_T("a"));
}

static void test_ended__the_place_of_its_making_is_named(void **state)
{
    (void)state;
    SKIP_IN_RELEASE_BUILDS();
    char said[4096];
    run_child(use_of_a_place, said);
    assert_non_null(strstr(said, "made at "));
    assert_non_null(strstr(said, "test_ended.c:"));
}

/* ---- inline accessors -------------------------------------------------------------------- */

static void text_of_dropped(void)
{
    hf_value value;
    ended_document(&value, "d");
    (void)hf_as_text(value, HF_T("?"));
}
static void kind_of_dropped(void)
{
    hf_value value;
    ended_document(&value, "b");
    (void)hf_is_object(value);
}
static void iterate_dropped(void)
{
    hf_value value;
    hf_iter iter;
    hf_document *document = read_text(sample);
    value = hf_root(document);
    hf_iter_init(&iter, value);
    hf_document_drop(document);
    while (hf_iter_next(&iter))
        continue;
}
static void text_of_ended_draft(void)
{
    hf_draft *draft = NULL;
    (void)!hf_draft_create(NULL, &draft, NULL);
    (void)!hf_set_text(draft, HF_T(""), HF_T("inline"), NULL);
    hf_value root = hf_draft_root(draft);
    hf_draft_destroy(draft);
    (void)hf_as_text(root, HF_T("?"));
}

static void test_ended__inline_accessors_notice_it_too(void **state)
{
    (void)state;
    SKIP_IN_RELEASE_BUILDS();
    if (HF__ASAN) /* the sanitizer names the place itself */
        skip();
    expect_trap(text_of_dropped, "a document that was dropped is used");
    expect_trap(kind_of_dropped, "a document that was dropped is used");
    expect_trap(iterate_dropped, "a document that was dropped is used");
    expect_trap(text_of_ended_draft, "a draft that was destroyed is used");
}

/* ---- drafts ------------------------------------------------------------------------------ */

static hf_draft *frozen_draft(hf_value *ret_root)
{
    hf_draft *draft = NULL, *kept;
    hf_document *document = read_text(sample), *next = NULL;
    (void)!hf_edit(document, &draft, NULL);
    (void)!hf_set_i64(draft, HF_T("/b/c"), 1, NULL);
    *ret_root = hf_draft_root(kept = draft);
    (void)!hf_freeze(&draft, &next, NULL);
    return kept;
}
static hf_draft *destroyed_draft(void)
{
    hf_draft *draft = NULL;
    hf_document *document = read_text(sample);
    (void)!hf_edit(document, &draft, NULL);
    hf_draft_destroy(draft);
    return draft;
}

static void set_frozen(void)
{
    hf_value root;
    (void)hf_set_null(frozen_draft(&root), HF_T("/b"), NULL);
}
static void get_of_frozen(void)
{
    hf_value root;
    frozen_draft(&root);
    (void)hf_get(root, HF_T("b"));
}
static void freeze_again(void)
{
    hf_value root;
    hf_draft *draft = frozen_draft(&root);
    hf_document *next = NULL;
    (void)!hf_freeze(&draft, &next, NULL);
}
static void destroy_frozen(void)
{
    hf_value root;
    hf_draft_destroy(frozen_draft(&root));
}
static void link_frozen(void)
{
    hf_value root;
    (void)!hf_draft_link(frozen_draft(&root), hf_place_at(HF_T("/d")), hf_place_at(HF_T("/a")), NULL);
}

static void destroy_twice(void) { hf_draft_destroy(destroyed_draft()); }
static void root_of_destroyed(void) { (void)hf_draft_root(destroyed_draft()); }
static void move_destroyed(void)
{
    (void)hf_draft_move(destroyed_draft(), hf_place_at(HF_T("/a")), hf_place_at(HF_T("/d")), NULL);
}
static void compact_destroyed(void) { (void)hf_draft_compact(destroyed_draft(), NULL); }
static void handle_of_destroyed(void)
{
    hf_handle handle;
    (void)!hf_draft_handle(destroyed_draft(), hf_place_at(HF_T("/a")), &handle, NULL);
}
static void next_of_destroyed(void)
{
    hf_draft *draft = NULL;
    hf_draft_iter iter;
    hf_document *document = read_text(sample);
    (void)!hf_edit(document, &draft, NULL);
    (void)!hf_draft_iter_init(draft, hf_place_at(HF_T("/a")), &iter, NULL);
    hf_draft_destroy(draft);
    (void)hf_draft_iter_next(&iter);
}
static void info_of_destroyed(void) { (void)hf_draft_get_info(destroyed_draft()); }

static void test_ended__drafts_are_named(void **state)
{
    (void)state;
    SKIP_IN_RELEASE_BUILDS();
    static void (*const frozen[])(void) = { set_frozen, get_of_frozen, freeze_again, destroy_frozen, link_frozen };
    static void (*const destroyed[])(void) = { destroy_twice,       root_of_destroyed, move_destroyed,   compact_destroyed,
                                               handle_of_destroyed, next_of_destroyed, info_of_destroyed };
    for (size_t i = 0; i < sizeof frozen / sizeof *frozen; i++)
        expect_trap(frozen[i], "misuse: a draft that was frozen is used");
    for (size_t i = 0; i < sizeof destroyed / sizeof *destroyed; i++)
        expect_trap(destroyed[i], "misuse: a draft that was destroyed is used");
}

/* ---- what is no mistake ------------------------------------------------------------------ */

/* Addresses come again: a document made where another one ended is a document. */
static void test_ended__addresses_may_come_again(void **state)
{
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    hf_read_options options = { .allocator = &memory.base };
    for (int i = 0; i < 3000; i++) {
        hf_document *document = NULL, *next = NULL;
        hf_draft *draft = NULL;
        assert_int_equal(hf_read(hf_text_from_cstr(sample), i % 2 ? &options : NULL, &document, NULL), HF_OK);
        assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T("/b/c"), i, NULL), HF_OK);
        hf_document_drop(document);
        assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
        assert_int_equal(hf_as_i64(hf_get(hf_get(hf_root(next), HF_T("b")), HF_T("c")), -1), i);
        hf_document_drop(next);
    }
    assert_int_equal(test_allocator_release(&memory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ended__dropped_documents_are_named),
        cmocka_unit_test(test_ended__the_place_of_its_making_is_named),
        cmocka_unit_test(test_ended__inline_accessors_notice_it_too),
        cmocka_unit_test(test_ended__drafts_are_named),
        cmocka_unit_test(test_ended__addresses_may_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_walk.c - the cursor: events, limits, pruning, cleanups, resuming, depth. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <stdlib.h>

#include "deep_stack.h"
#include "documents.h"

static const char sample[] = "{\"a\":[1,{\"b\":[2,3]},[]],\"c\":{\"d\":4,\"secret\":{\"e\":5}},\"f\":6}";

/* The events as text: ( and ) with keys, scalars by value. */
static void transcript(hf_walk *walk, char *out, size_t size, const char *prune_at)
{
    size_t length = 0;
    while (hf_walk_next(walk)) {
        length += (size_t)snprintf(out + length, size - length, "%.*s", HF_ARG(walk->key));
        if (walk->event == HF_ENTER || walk->event == HF_LEAVE)
            length += (size_t)snprintf(out + length, size - length, "%c", walk->event == HF_ENTER ? '(' : ')');
        else
            length += (size_t)snprintf(out + length, size - length, "=%lld,", (long long)hf_as_i64(walk->value, -1));
        if (prune_at != NULL && walk->event != HF_LEAVE && hf_text_equal(walk->key, hf_text_from_cstr(prune_at)))
            hf_walk_prune(walk);
    }
}

static void test_walk__events_in_order(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    char out[256] = "";
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    transcript(&walk, out, sizeof out, NULL);
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    assert_string_equal(out, "(a(=1,(b(=2,=3,b))()a)c(d=4,secret(e=5,secret)c)f=6,)");
    assert_int_equal(walk.values, 13);
    hf_walk_init(&walk, hf_get(hf_root(document), HF_T("f")), NULL);
    HF_EXPECT(hf_walk_next(&walk) && walk.event == HF_VALUE && walk.key.bytes == NULL);
    HF_EXPECT(!hf_walk_next(&walk) && !hf_walk_next(&walk));
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    hf_walk_init(&walk, hf_absent(), NULL);
    HF_EXPECT(!hf_walk_next(&walk) && hf_walk_finish(&walk) == HF_WALK_DONE);
    hf_document_drop(document);
}

static void test_walk__prune_skips_and_still_leaves(void **state)
{
    (void)state;
    static const struct { const char *at, *expected; } cases[] = {
        { "secret", "(a(=1,(b(=2,=3,b))()a)c(d=4,secret(secret)c)f=6,)" },
        { "a", "(a(a)c(d=4,secret(e=5,secret)c)f=6,)" },
        { "d", "(a(=1,(b(=2,=3,b))()a)c(d=4,c)f=6,)" },
        { "f", "(a(=1,(b(=2,=3,b))()a)c(d=4,secret(e=5,secret)c)f=6,)" },
    };
    hf_document *document = test_read(sample);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[256] = "";
        hf_walk walk;
        hf_walk_init(&walk, hf_root(document), NULL);
        transcript(&walk, out, sizeof out, cases[i].at);
        HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
        assert_string_equal(out, cases[i].expected);
    }
    hf_document_drop(document);
}

static void test_walk__skip_leaves_a_container_out(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    char out[256] = "";
    size_t length = 0;
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_ENTER && (hf_text_equal(walk.key, HF_T("b")) || hf_text_equal(walk.key, HF_T("secret")))) {
            hf_walk_skip(&walk);
            continue;
        }
        length += (size_t)snprintf(out + length, sizeof out - length, "%.*s%s", HF_ARG(walk.key),
                                   walk.event == HF_ENTER ? "(" : walk.event == HF_LEAVE ? ")" : "=,");
    }
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    assert_string_equal(out, "(a(=,()()a)c(d=,c)f=,)");
    hf_walk_init(&walk, hf_root(document), NULL);
    HF_EXPECT(hf_walk_next(&walk));
    hf_walk_skip(&walk);
    HF_EXPECT(!hf_walk_next(&walk) && hf_walk_finish(&walk) == HF_WALK_DONE);
    hf_document_drop(document);
}

static void test_walk__pointer_of_each_value(void **state)
{
    (void)state;
    static const char *const expected[] = { "", "/a", "/a/0", "/a/1", "/a/1/b", "/a/1/b/0", "/a/1/b/1", "/a/2", "/c", "/c/d",
                                            "/c/secret", "/c/secret/e", "/f" };
    hf_document *document = test_read(sample);
    hf_walk walk;
    int at = 0;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (hf_walk_next(&walk)) {
        char path[64], cut[4];
        if (walk.event == HF_LEAVE)
            continue;
        assert_int_equal(hf_walk_pointer(&walk, path, sizeof path), strlen(expected[at]));
        assert_string_equal(path, expected[at]);
        assert_int_equal(hf_walk_pointer(&walk, cut, sizeof cut), strlen(expected[at]));
        assert_memory_equal(cut, expected[at], strlen(cut));
        at++;
    }
    assert_int_equal(at, 13);
    hf_document_drop(document);
}

static void test_walk__resumes_at_every_place(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    char whole[256] = "";
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    transcript(&walk, whole, sizeof whole, NULL);
    for (int stop = 1; stop < 20; stop++) {
        char out[256] = "";
        hf_walk_position position;
        hf_walk first, second;
        hf_walk_init(&first, hf_root(document), NULL);
        size_t length = 0;
        for (int i = 0; i < stop && hf_walk_next(&first); i++) {
            length += (size_t)snprintf(out + length, sizeof out - length, "%.*s", HF_ARG(first.key));
            if (first.event == HF_ENTER || first.event == HF_LEAVE)
                length += (size_t)snprintf(out + length, sizeof out - length, "%c", first.event == HF_ENTER ? '(' : ')');
            else
                length += (size_t)snprintf(out + length, sizeof out - length, "=%lld,", (long long)hf_as_i64(first.value, -1));
        }
        HF_EXPECT(hf_walk_get_position(&first, &position) == HF_OK);
        hf_walk_stop(&first);
        HF_EXPECT(hf_walk_finish(&first) == HF_WALK_STOPPED);
        hf_walk_resume(&second, &position, NULL);
        transcript(&second, out + length, sizeof out - length, NULL);
        HF_EXPECT(hf_walk_finish(&second) == HF_WALK_DONE);
        assert_string_equal(out, whole);
    }
    hf_document_drop(document);
}

/* ---- limits and cleanups ----------------------------------------------------------------- */

static char log_of_cleanups[64];
static void note(void *context)
{
    strcat(log_of_cleanups, context);
}

/* Defers "r" at the root, "a" in /a, "b" in /a/1/b, and ends with `options`. */
static hf_walk_end walk_with_cleanups(hf_value root, const hf_walk_options *options, bool stop_in_b)
{
    hf_walk walk;
    log_of_cleanups[0] = 0;
    hf_walk_init(&walk, root, options);
    while (hf_walk_next(&walk)) {
        if (walk.event != HF_ENTER)
            continue;
        const char *name = walk.depth == 0 ? "r" : hf_text_equal(walk.key, HF_T("a")) ? "a"
                                               : hf_text_equal(walk.key, HF_T("b"))   ? "b" : NULL;
        if (name != NULL)
            HF_EXPECT(hf_walk_defer(&walk, note, (void *)(uintptr_t)name) == HF_OK);
        if (stop_in_b && name != NULL && name[0] == 'b')
            hf_walk_stop(&walk);
    }
    if (walk.reason == HF_WALK_STOPPED)
        assert_string_equal(log_of_cleanups, ""); /* they wait for finish */
    else
        HF_EXPECT(strlen(log_of_cleanups) == 3 || walk.reason == HF_WALK_UNFINISHED); /* they ran at once */
    return hf_walk_finish(&walk);
}

static void test_walk__limits_end_it_and_cleanups_run_once(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    hf_value root = hf_root(document);
    HF_EXPECT(walk_with_cleanups(root, NULL, false) == HF_WALK_DONE);
    assert_string_equal(log_of_cleanups, "bar");
    HF_EXPECT(walk_with_cleanups(root, NULL, true) == HF_WALK_STOPPED);
    assert_string_equal(log_of_cleanups, "bar");
    HF_EXPECT(walk_with_cleanups(root, &(hf_walk_options){ .values_max = 6 }, false) == HF_WALK_LIMIT_VALUES);
    assert_string_equal(log_of_cleanups, "bar");
    HF_EXPECT(walk_with_cleanups(root, &(hf_walk_options){ .bytes_max = 32 * 4 + 16 * 2 }, false) == HF_WALK_LIMIT_BYTES);
    assert_string_equal(log_of_cleanups, "bar");
    hf_document_drop(document);
}

static void test_walk__values_limit_is_exact(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    for (uint64_t limit = 1; limit <= 14; limit++) {
        hf_walk walk;
        uint64_t seen = 0;
        hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .values_max = limit });
        while (hf_walk_next(&walk))
            seen += walk.event != HF_LEAVE;
        HF_EXPECT(hf_walk_finish(&walk) == (limit < 13 ? HF_WALK_LIMIT_VALUES : HF_WALK_DONE));
        assert_int_equal(seen, limit < 13 ? limit : 13);
    }
    hf_document_drop(document);
}

static void test_walk__depth_time_memory_and_cancel(void **state)
{
    (void)state;
    hf_document *document = test_deep(3000, 'm');
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .depth_max = 10 });
    uint32_t deepest = 0;
    while (hf_walk_next(&walk))
        deepest = walk.depth > deepest ? walk.depth : deepest;
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_LIMIT_DEPTH && deepest == 9);

    hf_cancel cancel;
    memset(&cancel, 0, sizeof cancel);
    hf_cancel_request(&cancel);
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .cancel = &cancel });
    while (hf_walk_next(&walk)) {}
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_CANCELLED && walk.values <= HF__WALK_CHECK_EVERY);

    hf_arena *arena = NULL;
    HF_EXPECT(hf_arena_create(NULL, &arena, NULL) == HF_OK);
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .watch_arena = arena, .watch_arena_bytes = 4096 });
    while (hf_walk_next(&walk))
        HF_EXPECT(hf_arena_allocate(arena, 64, 16) != NULL);
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_LIMIT_MEMORY && walk.values <= HF__WALK_CHECK_EVERY);
    hf_arena_destroy(arena);
    hf_document_drop(document);
}

/* ---- a million levels -------------------------------------------------------------------- */

static const char *whole_life(void *context)
{
    hf_document *document = context, *copy = NULL, *part = NULL;
    hf_value root = hf_root(document);
    hf_walk walk;
    uint64_t events = 0;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        events++;
    if (hf_walk_finish(&walk) != HF_WALK_DONE || events != 2 * 1000000 + 1)
        return "walk";
    if (hf_document_clone(document, NULL, NULL, &copy, NULL) != HF_OK ||
        hf_clone_part(hf_at(root, 0), NULL, NULL, &part, NULL) != HF_OK)
        return "clone";
    bool equal = false;
    if (hf_equal(root, hf_root(copy), &equal) != HF_OK || !equal || hf_equal(root, hf_root(part), &equal) != HF_OK || equal)
        return "equal";
    int order = 1;
    if (hf_order(root, hf_root(copy), &order) != HF_OK || order != 0)
        return "order";
    if (hf_hash(root) != hf_hash(hf_root(copy)) || hf_hash(root) == hf_hash(hf_root(part)))
        return "hash";
    hf_size size;
    if (hf_measure(root, &size, NULL) != HF_OK || size.depth != 1000000 || size.values != 1000001)
        return "size";
    hf_document_drop(copy);
    hf_document_drop(part);
    hf_document_drop(document);
    return NULL;
}

static void test_walk__a_million_levels_on_a_small_stack(void **state)
{
    (void)state;
    for (const char *form = "aom"; *form != 0; form++) {
        const char *failed = deep_stack_run(whole_life, test_deep(1000000, *form));
        if (failed != NULL)
            fail_msg("%s at a million levels of %c", failed, *form);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk__events_in_order),
        cmocka_unit_test(test_walk__prune_skips_and_still_leaves),
        cmocka_unit_test(test_walk__skip_leaves_a_container_out),
        cmocka_unit_test(test_walk__pointer_of_each_value),
        cmocka_unit_test(test_walk__resumes_at_every_place),
        cmocka_unit_test(test_walk__limits_end_it_and_cleanups_run_once),
        cmocka_unit_test(test_walk__values_limit_is_exact),
        cmocka_unit_test(test_walk__depth_time_memory_and_cancel),
        cmocka_unit_test(test_walk__a_million_levels_on_a_small_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

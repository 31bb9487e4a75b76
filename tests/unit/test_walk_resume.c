/* test_walk_resume.c - going on where a walk ended: after every limit, at every place, over mounts and
 * drafts, and a million levels down. Slices joined together are the whole walk, event by event. */
#include "unit.h"

#include <holdfast/draft.h>
#include <holdfast/visit.h>
#include <stdlib.h>
#include <string.h>

#include "deep_stack.h"
#include "documents.h"

enum { EVENTS_MAX = 20000, DEEP_LEVELS = 1000000 };

typedef struct seen {
    hf_event        event;
    const hf__slot *slot;
    const char     *key;
    uint32_t        depth;
} seen;

typedef struct record {
    seen   events[EVENTS_MAX];
    size_t used;
} record;

static void note_event(record *transcript, const hf_walk *walk)
{
    HF_EXPECT(transcript->used < EVENTS_MAX);
    transcript->events[transcript->used++] = (seen){ walk->event, walk->value.slot, walk->key.bytes, walk->depth };
}

/* The whole walk in slices, each ended as `options` say; returns how many slices it took. */
static unsigned walk_in_slices(hf_value root, const hf_walk_options *options, record *transcript, hf_walk_end expected)
{
    hf_walk walk;
    unsigned slices = 0;
    transcript->used = 0;
    hf_walk_init(&walk, root, options);
    for (;;) {
        while (hf_walk_next(&walk))
            note_event(transcript, &walk);
        slices++;
        hf_walk_position position;
        hf_status status = slices % 2 == 0 ? hf_walk_get_position(&walk, &position) : HF_OK; /* before or after finish */
        hf_walk_end end = hf_walk_finish(&walk);
        if (slices % 2 != 0)
            status = hf_walk_get_position(&walk, &position);
        HF_EXPECT(status == HF_OK);
        if (end == HF_WALK_DONE)
            return slices;
        assert_int_equal(end, expected);
        hf_walk_resume(&walk, &position, options);
    }
}

static void expect_same(const record *sliced, const record *whole)
{
    assert_int_equal(sliced->used, whole->used);
    for (size_t i = 0; i < whole->used; i++)
        if (memcmp(&sliced->events[i].event, &whole->events[i].event, sizeof(hf_event)) != 0 ||
            sliced->events[i].slot != whole->events[i].slot || sliced->events[i].key != whole->events[i].key ||
            sliced->events[i].depth != whole->events[i].depth)
            fail_msg("event %zu of %zu is another one", i, whole->used);
}

static void expect_slices_join(hf_value root)
{
    static record whole, sliced;
    assert_int_equal(walk_in_slices(root, NULL, &whole, HF_WALK_DONE), 1);
    for (uint64_t values = 1; values < 40; values++) {
        walk_in_slices(root, &(hf_walk_options){ .values_max = values }, &sliced, HF_WALK_LIMIT_VALUES);
        expect_same(&sliced, &whole);
    }
    for (uint64_t bytes = 64; bytes < 400; bytes += 16) {
        walk_in_slices(root, &(hf_walk_options){ .bytes_max = bytes }, &sliced, HF_WALK_LIMIT_BYTES);
        expect_same(&sliced, &whole);
    }
}

static const char sample[] = "{\"a\":[1,{\"b\":[2,3]},[]],\"c\":{\"d\":4,\"e\":{\"f\":5}},\"g\":6,\"h\":[[[]],\"x\"]}";

static void test_walk_resume__after_values_and_bytes(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    expect_slices_join(hf_root(document));
    expect_slices_join(hf_get(hf_root(document), HF_T("c")));
    expect_slices_join(hf_get(hf_root(document), HF_T("g")));
    expect_slices_join(hf_absent());
    hf_document_drop(document);
}

static void test_walk_resume__over_mounts_and_drafts(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *scalar = test_read("7"), *inner = NULL, *outer = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/a/1/b/0"), scalar, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/c/new"), document, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/c/one"), scalar, NULL) == HF_OK);
    expect_slices_join(hf_draft_root(draft));
    HF_EXPECT(hf_freeze(&draft, &inner, NULL) == HF_OK);
    expect_slices_join(hf_root(inner));
    HF_EXPECT(hf_edit(inner, &draft, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/g"), inner, NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/c/new/h/0"), inner, NULL) == HF_OK);
    expect_slices_join(hf_draft_root(draft));
    HF_EXPECT(hf_freeze(&draft, &outer, NULL) == HF_OK);
    expect_slices_join(hf_root(outer));
    expect_slices_join(hf_get(hf_root(outer), HF_T("g")));
    hf_document_drop(outer);
    hf_document_drop(inner);
    hf_document_drop(scalar);
    hf_document_drop(document);
}

static hf_document *wide(void)
{
    static char text[2 * 5000 + 100];
    size_t at = (size_t)sprintf(text, "[{\"k\":[");
    for (int i = 0; i < 4500; i++)
        at += (size_t)sprintf(text + at, i > 0 ? ",0" : "0");
    sprintf(text + at, "]},1]");
    return test_read(text);
}

static void test_walk_resume__after_what_is_looked_at_now_and_then(void **state)
{
    (void)state;
    static record whole, sliced;
    hf_document *document = wide();
    walk_in_slices(hf_root(document), NULL, &whole, HF_WALK_DONE);
    hf_cancel cancelled, late;
    hf_cancel_init(&cancelled, NULL, 0);
    hf_cancel_request(&cancelled);
    hf_cancel_init(&late, NULL, 1);
    late.deadline_ns = 1;
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    HF_EXPECT(hf_arena_allocate(&arena, 100, 1) != NULL);
    const struct { hf_walk_options options; hf_walk_end end; } cases[] = {
        { { .cancel = &cancelled }, HF_WALK_CANCELLED },
        { { .cancel = &late }, HF_WALK_LIMIT_TIME },
        { { .watch_arena = &arena, .watch_arena_bytes = 10 }, HF_WALK_LIMIT_MEMORY },
        { { .cancel = &late, .bytes_max = UINT64_MAX }, HF_WALK_LIMIT_TIME },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned slices = walk_in_slices(hf_root(document), &cases[i].options, &sliced, cases[i].end);
        expect_same(&sliced, &whole);
        assert_int_equal(slices, 3); /* 4504 values, 2047 in each slice but the last */
    }
    hf_arena_release(&arena);
    hf_document_drop(document);
}

/* Deeper and deeper: each slice ends at a container that its limit leaves out, the next one enters it. */
static void test_walk_resume__after_depth(void **state)
{
    (void)state;
    static record whole, sliced;
    hf_document *document = test_deep(50, 'm');
    walk_in_slices(hf_root(document), NULL, &whole, HF_WALK_DONE);
    hf_walk walk;
    hf_walk_position position;
    sliced.used = 0;
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .depth_max = 1 });
    for (uint32_t depth = 1; depth <= 50; depth++) {
        while (hf_walk_next(&walk))
            note_event(&sliced, &walk);
        HF_EXPECT(hf_walk_get_position(&walk, &position) == HF_OK);
        HF_EXPECT(hf_walk_finish(&walk) == (depth < 50 ? HF_WALK_LIMIT_DEPTH : HF_WALK_DONE));
        hf_walk_resume(&walk, &position, &(hf_walk_options){ .depth_max = depth + 1 });
    }
    HF_EXPECT(!hf_walk_next(&walk) && hf_walk_finish(&walk) == HF_WALK_DONE);
    expect_same(&sliced, &whole);
    hf_document_drop(document);
}

static void test_walk_resume__after_a_stop_and_an_abandoned_walk(void **state)
{
    (void)state;
    static record whole, sliced;
    hf_document *document = test_read(sample);
    walk_in_slices(hf_root(document), NULL, &whole, HF_WALK_DONE);
    for (size_t at = 0; at <= whole.used; at++)
        for (int stops = 0; stops < 2; stops++) {
            hf_walk walk;
            hf_walk_position position;
            sliced.used = 0;
            hf_walk_init(&walk, hf_root(document), NULL);
            for (size_t i = 0; i < at && hf_walk_next(&walk); i++)
                note_event(&sliced, &walk);
            if (stops)
                hf_walk_stop(&walk);
            hf_walk_end end = hf_walk_finish(&walk);
            HF_EXPECT(end == (stops ? HF_WALK_STOPPED : at == whole.used ? HF_WALK_DONE : HF_WALK_UNFINISHED));
            HF_EXPECT(!hf_walk_next(&walk) && hf_walk_finish(&walk) == end);
            HF_EXPECT(hf_walk_get_position(&walk, &position) == HF_OK);
            hf_walk_resume(&walk, &position, NULL);
            while (hf_walk_next(&walk))
                note_event(&sliced, &walk);
            HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
            expect_same(&sliced, &whole);
        }
    hf_walk following;
    hf_walk_position position;
    hf_walk_init(&following, hf_root(document), &(hf_walk_options){ .follow_links = true });
    HF_EXPECT(hf_walk_get_position(&following, &position) == HF_MISUSE);
    HF_EXPECT(hf_walk_finish(&following) == HF_WALK_UNFINISHED);
    hf_document_drop(document);
}

/* ---- a million levels -------------------------------------------------------------------- */

static uint64_t cleanups_run;
static void count_cleanup(void *context)
{
    cleanups_run += context != NULL;
}

static hf_visit_answer visit_deep(hf_walk *walk, void *context)
{
    if (walk->event == HF_ENTER)
        *(hf_status *)context |= hf_walk_defer(walk, count_cleanup, walk);
    return walk->depth == DEEP_LEVELS - 1 && walk->event == HF_ENTER ? HF_VISIT_PRUNE : HF_VISIT_ON;
}

static const char *limited_life(void *context)
{
    hf_value root = hf_root(context);
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    hf_walk_options options = { .values_max = 300001, .arena = &arena };
    hf_walk walk;
    hf_walk_position position;
    uint64_t events = 0, deferred = 0;
    hf_walk_init(&walk, root, &options);
    hf_walk_end end;
    do {
        while (hf_walk_next(&walk)) {
            events++;
            if (walk.event == HF_ENTER)
                deferred += hf_walk_defer(&walk, count_cleanup, &walk) == HF_OK;
        }
        if (hf_walk_get_position(&walk, &position) != HF_OK)
            return "position";
        end = hf_walk_finish(&walk);
        hf_walk_resume(&walk, &position, &options);
    } while (end == HF_WALK_LIMIT_VALUES);
    if (end != HF_WALK_DONE || events != 2 * DEEP_LEVELS + 1)
        return "walk in slices";
    if (deferred != DEEP_LEVELS || cleanups_run != DEEP_LEVELS)
        return "cleanups";
    cleanups_run = 0;
    hf_status status = HF_OK;
    options.values_max = 0;
    if (hf_visit(root, &options, visit_deep, &status) != HF_WALK_DONE || status != HF_OK || cleanups_run != DEEP_LEVELS)
        return "visit";
    uint64_t count = 0;
    if (hf_count_values(root, &(hf_walk_options){ .depth_max = DEEP_LEVELS }, NULL, NULL, &count) != HF_WALK_DONE ||
        count != DEEP_LEVELS + 1)
        return "count";
    if (hf_count_values(root, &(hf_walk_options){ .depth_max = DEEP_LEVELS - 1 }, NULL, NULL, &count) != HF_WALK_LIMIT_DEPTH)
        return "depth limit";
    hf_arena_reset(&arena);
    hf_value *values = NULL;
    size_t collected = 0;
    if (hf_collect(root, NULL, NULL, NULL, &arena, &values, &collected) != HF_WALK_DONE || collected != DEEP_LEVELS + 1)
        return "collect";
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk) && walk.event != HF_VALUE) {}
    if (hf_walk_pointer(&walk, NULL, 0) != DEEP_LEVELS * 2)
        return "pointer";
    if (hf_walk_finish(&walk) != HF_WALK_UNFINISHED)
        return "finish";
    hf_arena_release(&arena);
    return NULL;
}

static void test_walk_resume__a_million_levels_on_a_small_stack(void **state)
{
    (void)state;
    hf_document *document = test_deep(DEEP_LEVELS, 'm');
    const char *failed = deep_stack_run(limited_life, document);
    hf_document_drop(document);
    if (failed != NULL)
        fail_msg("%s at a million levels", failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_resume__after_values_and_bytes),
        cmocka_unit_test(test_walk_resume__over_mounts_and_drafts),
        cmocka_unit_test(test_walk_resume__after_what_is_looked_at_now_and_then),
        cmocka_unit_test(test_walk_resume__after_depth),
        cmocka_unit_test(test_walk_resume__after_a_stop_and_an_abandoned_walk),
        cmocka_unit_test(test_walk_resume__a_million_levels_on_a_small_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

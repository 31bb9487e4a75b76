/* test_walk_ends.c - every row of the table in walk.h: what ends a walk, what was visited by then, which
 * cleanups run and when; with cleanups that walk themselves, that fail, and that leave by longjmp.
 *
 * Each row walks the same value with six cleanups waiting (one outside of any container, one each in the
 * root, /a and /a/b, then two more in /a/b) and ends in its own way. Nothing depends on how fast the
 * machine is: a deadline is slept past, a budget refuses, an arena has no room. */
#include "unit.h"

#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/visit.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "documents.h"
#include "nth.h"

enum {
    LEAVES = 6000,                    /* elements of /a/b */
    BEFORE_CHECK = HF__WALK_CHECK_EVERY - 1, /* values reported when the first look at a clock ends a walk */
    CHAIN = 80,                       /* arrays that link each to the next one */
    CONTAINER_BYTES = 32, SCALAR_BYTES = 16
};

/* ---- what cleanups do -------------------------------------------------------------------- */

typedef enum manner { PLAIN, WALKS, FAILS, JUMPS } manner;

typedef struct scene {
    hf_document *document; /* {"a":{"b":[0,0,...]},"z":1} */
    hf_document *linked;   /* the same with a link in /a/b to a chain of links */
    hf_arena    *arena;
    hf_budget   *budget;
    hf_cancel    cancel, parent;
    manner       behaviour;
    char         order[64]; /* the cleanups that ran, by name */
    unsigned     nested_walks, nested_cleanups, failures;
    jmp_buf      out;
} scene;

typedef struct waiting {
    scene *fixture;
    char     name;
    bool     jumped;
} waiting;

static void count_nested(void *context)
{
    ((scene *)context)->nested_cleanups++;
}

/* A whole walk of its own, with a cleanup of its own, ended by a limit. */
static void walk_inside(scene *fixture)
{
    hf_walk walk;
    hf_walk_init(&walk, hf_root(fixture->document), &(hf_walk_options){ .values_max = 10 });
    while (hf_walk_next(&walk))
        if (walk.event == HF_ENTER)
            HF_EXPECT(hf_walk_defer(&walk, count_nested, fixture) == HF_OK);
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_LIMIT_VALUES);
    fixture->nested_walks++;
}

/* What it set out to do is refused: no links without an arena, no bytes from a budget without any. */
static void fail_inside(scene *fixture)
{
    hf_walk walk;
    hf_walk_init(&walk, hf_root(fixture->linked), &(hf_walk_options){ .follow_links = true });
    fixture->failures += !hf_walk_next(&walk) && hf_walk_finish(&walk) == HF_WALK_NO_MEMORY;
    hf_budget *empty = NULL;
    HF_EXPECT(hf_budget_create(&(hf_budget_options){ .bytes_max = 1 }, &empty, NULL) == HF_OK);
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .budget = empty });
    fixture->failures += hf_arena_allocate(&arena, 100, 1) == NULL;
    hf_arena_release(&arena);
    hf_budget_drop(empty);
}

static void clean(void *context)
{
    waiting *cleanup = context;
    scene *fixture = cleanup->fixture;
    size_t length = strlen(fixture->order);
    HF_EXPECT(length + 1 < sizeof fixture->order);
    fixture->order[length] = cleanup->name;
    if (fixture->behaviour == WALKS)
        walk_inside(fixture);
    else if (fixture->behaviour == FAILS)
        fail_inside(fixture);
    else if (fixture->behaviour == JUMPS && cleanup->name == 'b') {
        HF_EXPECT(!cleanup->jumped);
        cleanup->jumped = true;
        longjmp(fixture->out, 1);
    }
}

/* ---- the rows ---------------------------------------------------------------------------- */

typedef struct ending {
    const char *name;
    hf_walk_end end;
    uint64_t    visited;
    const char *order; /* of cleanups, inner first */
    bool        waits; /* cleanups wait for hf_walk_finish */
    void (*arm)(scene *fixture, hf_walk_options *options);
    bool (*at_event)(scene *fixture, hf_walk *walk); /* false: the caller walks no further */
} ending;

static void sleep_past_a_deadline(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
}

static void arm_values(scene *fixture, hf_walk_options *options) { (void)fixture, options->values_max = 200; }
static void arm_depth(scene *fixture, hf_walk_options *options) { (void)fixture, options->depth_max = 2; }
static void arm_bytes(scene *fixture, hf_walk_options *options)
{
    (void)fixture;
    options->bytes_max = 3 * CONTAINER_BYTES + 100 * SCALAR_BYTES + SCALAR_BYTES - 1;
}
static void arm_time(scene *fixture, hf_walk_options *options) { (void)fixture, options->time_ms = 1; }
static void arm_time_and_bytes(scene *fixture, hf_walk_options *options)
{
    arm_time(fixture, options);
    options->bytes_max = UINT64_MAX;
}
static void arm_time_and_values(scene *fixture, hf_walk_options *options)
{
    arm_time(fixture, options);
    options->values_max = 4000;
}
static void arm_token_time(scene *fixture, hf_walk_options *options)
{
    hf_cancel_init(&fixture->parent, NULL, 1);
    hf_cancel_init(&fixture->cancel, &fixture->parent, 0);
    options->cancel = &fixture->cancel;
}
static void arm_token(scene *fixture, hf_walk_options *options)
{
    hf_cancel_init(&fixture->parent, NULL, 0);
    hf_cancel_init(&fixture->cancel, &fixture->parent, 0);
    options->cancel = &fixture->cancel;
}
static void arm_arena(scene *fixture, hf_walk_options *options)
{
    hf_arena_reset(fixture->arena);
    options->watch_arena = fixture->arena;
    options->watch_arena_bytes = 4096;
}
static void arm_budget(scene *fixture, hf_walk_options *options)
{
    options->watch_budget = fixture->budget;
    options->watch_budget_bytes = hf_budget_count(fixture->budget).current + 4096;
}
static void arm_no_arena(scene *fixture, hf_walk_options *options) { (void)fixture, options->follow_links = true; }
/* The marks of what links lead to fit, a longer way back does not. */
static void arm_small_arena(scene *fixture, hf_walk_options *options)
{
    (void)fixture;
    static hf_arena small;
    hf_arena_release(&small);
    hf_arena_init(&small, &(hf_arena_options){ .block_bytes = 1024, .bytes_max = 7168 });
    options->arena = &small;
    options->follow_links = true;
}

static bool is_tenth_leaf(const hf_walk *walk) { return walk->depth == 3 && walk->values == 13; }

static bool stop_at_ten(scene *fixture, hf_walk *walk)
{
    (void)fixture;
    if (is_tenth_leaf(walk))
        hf_walk_stop(walk);
    return true;
}
static bool leave_at_ten(scene *fixture, hf_walk *walk) { return (void)fixture, !is_tenth_leaf(walk); }
static bool sleep_at_ten(scene *fixture, hf_walk *walk)
{
    (void)fixture;
    if (is_tenth_leaf(walk))
        sleep_past_a_deadline();
    return true;
}
static bool cancel_at_ten(scene *fixture, hf_walk *walk)
{
    if (is_tenth_leaf(walk))
        hf_cancel_request(&fixture->cancel);
    return true;
}
static bool cancel_parent_at_ten(scene *fixture, hf_walk *walk)
{
    if (is_tenth_leaf(walk))
        hf_cancel_request(&fixture->parent);
    return true;
}
static bool fill_arena_at_ten(scene *fixture, hf_walk *walk)
{
    return !is_tenth_leaf(walk) || hf_arena_allocate(fixture->arena, 4097, 1) != NULL;
}
static bool fill_budget_at_ten(scene *fixture, hf_walk *walk)
{
    return !is_tenth_leaf(walk) || hf_budget_charge(fixture->budget, 4097, NULL) == HF_OK;
}

static const ending rows[] = {
    { "done", HF_WALK_DONE, LEAVES + 4, "dcbaro", false, NULL, NULL },
    { "stopped", HF_WALK_STOPPED, 13, "dcbaro", true, NULL, stop_at_ten },
    { "values", HF_WALK_LIMIT_VALUES, 200, "dcbaro", false, arm_values, NULL },
    { "depth", HF_WALK_LIMIT_DEPTH, 2, "aro", false, arm_depth, NULL },
    { "bytes", HF_WALK_LIMIT_BYTES, 103, "dcbaro", false, arm_bytes, NULL },
    { "time", HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time, sleep_at_ten },
    { "time beside bytes", HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time_and_bytes, sleep_at_ten },
    { "time beside values", HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time_and_values, sleep_at_ten },
    { "time of a token", HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_token_time, sleep_at_ten },
    { "memory of an arena", HF_WALK_LIMIT_MEMORY, BEFORE_CHECK, "dcbaro", false, arm_arena, fill_arena_at_ten },
    { "memory of a budget", HF_WALK_LIMIT_MEMORY, BEFORE_CHECK, "dcbaro", false, arm_budget, fill_budget_at_ten },
    { "cancelled", HF_WALK_CANCELLED, BEFORE_CHECK, "dcbaro", false, arm_token, cancel_at_ten },
    { "cancelled above", HF_WALK_CANCELLED, BEFORE_CHECK, "dcbaro", false, arm_token, cancel_parent_at_ten },
    { "no arena", HF_WALK_NO_MEMORY, 0, "o", false, arm_no_arena, NULL },
    { "no room in the arena", HF_WALK_NO_MEMORY, 3 + HF__WALK_RETURNS, "dcbaro", false, arm_small_arena, NULL },
    { "unfinished", HF_WALK_UNFINISHED, 13, "dcbaro", true, NULL, leave_at_ten },
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool is_refused_memory(const ending *row) { return row->end == HF_WALK_NO_MEMORY; }

static void setup(scene *fixture, manner behaviour)
{
    static char text[2 * LEAVES + 100], chain[64 * CHAIN + 200];
    size_t at = (size_t)sprintf(text, "{\"a\":{\"b\":[");
    for (int i = 0; i < LEAVES; i++)
        at += (size_t)sprintf(text + at, i > 0 ? ",0" : "0");
    sprintf(text + at, "]},\"z\":1}");
    at = (size_t)sprintf(chain, "{\"a\":{\"b\":[{\"$ref\":\"#/c0\"}]}");
    for (int i = 0; i < CHAIN; i++)
        at += (size_t)sprintf(chain + at, ",\"c%d\":[{\"$ref\":\"#/c%d\"}]", i, (i + 1) % CHAIN);
    sprintf(chain + at, "}");
    memset(fixture, 0, sizeof *fixture);
    fixture->behaviour = behaviour;
    fixture->document = test_read(text);
    hf_document *references = test_read(chain);
    HF_EXPECT(hf_references_to_links(references, &fixture->linked, NULL, NULL) == HF_OK);
    hf_document_drop(references);
    HF_EXPECT(hf_arena_create(NULL, &fixture->arena, NULL) == HF_OK);
    HF_EXPECT(hf_budget_create(NULL, &fixture->budget, NULL) == HF_OK);
}

static void teardown(scene *fixture)
{
    hf_document_drop(fixture->document);
    hf_document_drop(fixture->linked);
    hf_arena_destroy(fixture->arena);
    uint64_t charged = hf_budget_count(fixture->budget).current;
    HF_EXPECT(hf_budget_release(fixture->budget, charged) == HF_OK);
    hf_budget_drop(fixture->budget);
}

static void defer(hf_walk *walk, waiting *cleanup)
{
    HF_EXPECT(hf_walk_defer(walk, clean, cleanup) == HF_OK);
}

/* Walks to the end of the row; returns the values that were reported. */
static uint64_t walk_row(const ending *row, scene *fixture, hf_walk *walk, waiting cleanups[6])
{
    uint64_t visited = 0;
    while (hf_walk_next(walk)) {
        visited += walk->event != HF_LEAVE && walk->event != HF_AGAIN;
        if (walk->event == HF_ENTER && walk->depth <= 2 && walk->returns_used == 0) {
            defer(walk, &cleanups[1 + walk->depth]);
            for (int i = 4; walk->depth == 2 && i < 6; i++)
                defer(walk, &cleanups[i]);
        }
        if (row->at_event != NULL && !row->at_event(fixture, walk))
            break;
    }
    return visited;
}

static void run_row(const ending *row, manner behaviour)
{
    static scene fixture;
    static hf_walk walk;
    setup(&fixture, behaviour);
    waiting cleanups[6];
    for (int i = 0; i < 6; i++)
        cleanups[i] = (waiting){ &fixture, "orabcd"[i], false };
    hf_walk_options options = { 0 };
    if (row->arm != NULL)
        row->arm(&fixture, &options);
    hf_walk_init(&walk, hf_root(is_refused_memory(row) ? fixture.linked : fixture.document), &options);
    defer(&walk, &cleanups[0]);

    if (setjmp(fixture.out) == 0) {
        uint64_t visited = walk_row(row, &fixture, &walk, cleanups);
        assert_int_equal(visited, row->visited);
        if (row->end != HF_WALK_UNFINISHED)
            assert_int_equal(walk.values, visited);
        assert_string_equal(fixture.order, row->waits ? "" : row->order);
    }
    if (setjmp(fixture.out) == 0)
        HF_EXPECT(hf_walk_finish(&walk) == row->end || (behaviour == JUMPS && row->end == HF_WALK_DONE));
    HF_EXPECT(!hf_walk_next(&walk) && !hf_walk_next(&walk));
    /* Left by a jump out of its last LEAVE but two, a walk is not done: it was abandoned. */
    hf_walk_end end = behaviour == JUMPS && row->end == HF_WALK_DONE ? HF_WALK_UNFINISHED : row->end;
    assert_int_equal(hf_walk_finish(&walk), end);
    assert_int_equal(hf_walk_finish(&walk), end);
    assert_string_equal(fixture.order, row->order);

    size_t ran = strlen(row->order);
    assert_int_equal(fixture.nested_walks, behaviour == WALKS ? ran : 0);
    assert_int_equal(fixture.nested_cleanups, behaviour == WALKS ? 3 * ran : 0);
    assert_int_equal(fixture.failures, behaviour == FAILS ? 2 * ran : 0);
    teardown(&fixture);
}

static void run_rows(manner behaviour)
{
    for (int i = 0; i < ROWS; i++) {
        run_row(&rows[i], behaviour);
    }
}

static void test_walk_ends__each_row_of_the_table(void **state)
{
    (void)state;
    unsigned covered = 0;
    for (int i = 0; i < ROWS; i++)
        covered |= 1u << rows[i].end;
    assert_int_equal(covered, (2u << HF_WALK_UNFINISHED) - 1);
    run_rows(PLAIN);
}

static void test_walk_ends__cleanups_may_walk(void **state)
{
    (void)state;
    run_rows(WALKS);
}

static void test_walk_ends__cleanups_may_fail(void **state)
{
    (void)state;
    run_rows(FAILS);
}

static void test_walk_ends__a_cleanup_that_jumps_out_runs_once(void **state)
{
    (void)state;
    run_rows(JUMPS);
}

/* ---- limits side by side ----------------------------------------------------------------- */

static uint64_t visited_under(hf_value root, const hf_walk_options *options, hf_walk_end *ret_end)
{
    hf_walk walk;
    uint64_t visited = 0;
    hf_walk_init(&walk, root, options);
    while (hf_walk_next(&walk))
        visited += walk.event != HF_LEAVE;
    *ret_end = hf_walk_finish(&walk);
    return visited;
}

static void test_walk_ends__bytes_and_depth_are_exact(void **state)
{
    (void)state;
    hf_document *document = test_read("[1,[2,[3,[4,[5]]]],\"text\"]");
    hf_value root = hf_root(document);
    uint64_t bytes = 0, visited = 0;
    hf_walk_end end;
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        bytes += hf_value_bytes(walk.value);
        assert_int_equal(visited_under(root, &(hf_walk_options){ .bytes_max = bytes - 1 }, &end), visited);
        HF_EXPECT(end == HF_WALK_LIMIT_BYTES);
        assert_int_equal(visited_under(root, &(hf_walk_options){ .bytes_max = bytes }, &end), ++visited);
    }
    HF_EXPECT(end == HF_WALK_DONE);
    static const uint64_t by_depth[] = { 0, 2, 4, 6, 8, 11 };
    for (uint32_t depth = 1; depth <= 5; depth++) {
        assert_int_equal(visited_under(root, &(hf_walk_options){ .depth_max = depth }, &end), by_depth[depth]);
        HF_EXPECT(end == (depth < 5 ? HF_WALK_LIMIT_DEPTH : HF_WALK_DONE));
    }
    hf_document_drop(document);
}

/* A limit that is not passed ends nothing, also when it is met exactly. */
static void test_walk_ends__limits_that_are_met_exactly(void **state)
{
    (void)state;
    static scene fixture;
    setup(&fixture, PLAIN);
    hf_cancel_init(&fixture.cancel, NULL, 3600000);
    HF_EXPECT(hf_arena_allocate(fixture.arena, 4096, 1) != NULL);
    HF_EXPECT(hf_budget_charge(fixture.budget, 4096, NULL) == HF_OK);
    hf_walk_options options = {
        .values_max = LEAVES + 4, .bytes_max = 3 * CONTAINER_BYTES + (LEAVES + 1) * SCALAR_BYTES, .depth_max = 3,
        .time_ms = 3600000, .cancel = &fixture.cancel, .watch_arena = fixture.arena,
        .watch_arena_bytes = hf_arena_count(fixture.arena).used, .watch_budget = fixture.budget, .watch_budget_bytes = 4096
    };
    hf_walk_end end;
    assert_int_equal(visited_under(hf_root(fixture.document), &options, &end), LEAVES + 4);
    HF_EXPECT(end == HF_WALK_DONE);
    teardown(&fixture);
}

/* ---- pruning, skipping, waiting cleanups --------------------------------------------------- */

static void test_walk_ends__prune_and_skip_run_what_was_deferred_inside(void **state)
{
    (void)state;
    static scene fixture;
    static hf_walk walk;
    for (int skips = 0; skips < 2; skips++) {
        setup(&fixture, WALKS);
        waiting inner = { &fixture, 'i', false }, outer = { &fixture, 'r', false };
        hf_walk_init(&walk, hf_root(fixture.document), NULL);
        HF_EXPECT(hf_walk_next(&walk));
        defer(&walk, &outer);
        HF_EXPECT(hf_walk_next(&walk) && hf_text_equal(walk.key, HF_T("a")));
        defer(&walk, &inner);
        if (skips) {
            hf_walk_skip(&walk);
            assert_string_equal(fixture.order, "i");
        } else {
            hf_walk_prune(&walk);
            assert_string_equal(fixture.order, "");
            HF_EXPECT(hf_walk_next(&walk) && walk.event == HF_LEAVE && hf_text_equal(walk.key, HF_T("a")));
            assert_string_equal(fixture.order, "i");
        }
        HF_EXPECT(hf_walk_next(&walk) && hf_text_equal(walk.key, HF_T("z")));
        HF_EXPECT(hf_walk_next(&walk) && walk.event == HF_LEAVE);
        assert_string_equal(fixture.order, "ir");
        HF_EXPECT(!hf_walk_next(&walk) && hf_walk_finish(&walk) == HF_WALK_DONE);
        assert_string_equal(fixture.order, "ir");
        teardown(&fixture);
    }
}

static unsigned counted;
static void count(void *context)
{
    (void)context;
    counted++;
}

/* Defers `wanted` cleanups in the root; returns how many were taken. All that were taken run once. */
static unsigned taken_of(hf_value root, hf_arena *arena, unsigned wanted)
{
    hf_walk walk;
    unsigned taken = 0;
    counted = 0;
    hf_walk_init(&walk, root, &(hf_walk_options){ .arena = arena });
    HF_EXPECT(hf_walk_next(&walk));
    for (unsigned i = 0; i < wanted; i++) {
        hf_status status = hf_walk_defer(&walk, count, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        taken += status == HF_OK;
    }
    while (hf_walk_next(&walk)) {}
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE); /* a refused cleanup does not end the walk */
    assert_int_equal(counted, taken);
    return taken;
}

static void test_walk_ends__a_refused_cleanup_is_not_taken(void **state)
{
    (void)state;
    hf_document *document = test_read("[1,2,3]");
    assert_int_equal(taken_of(hf_root(document), NULL, 8), 8);
    assert_int_equal(taken_of(hf_root(document), NULL, 20), 8);
    hf_arena arena;
    hf_arena_init(&arena, NULL);
    assert_int_equal(taken_of(hf_root(document), &arena, 5000), 5000);
    hf_arena_release(&arena);
    hf_arena_init(&arena, &(hf_arena_options){ .block_bytes = 1024, .bytes_max = 1024 });
    unsigned taken = taken_of(hf_root(document), &arena, 5000);
    HF_EXPECT(taken >= 16 && taken < 64);
    hf_arena_release(&arena);
    hf_document_drop(document);
}

static void test_walk_ends__each_failure_is_clean(void **state)
{
    (void)state;
    static scene fixture;
    setup(&fixture, PLAIN);
    NTH_LOOP(nth) {
        hf_arena arena;
        hf_arena_init(&arena, &(hf_arena_options){ .allocator = &nth.allocator, .block_bytes = 256 });
        hf_walk walk;
        uint64_t visited = 0;
        unsigned taken = 0;
        counted = 0;
        hf_walk_init(&walk, hf_root(fixture.linked), &(hf_walk_options){ .arena = &arena, .follow_links = true });
        while (hf_walk_next(&walk)) {
            visited += walk.event == HF_ENTER;
            if (walk.event == HF_ENTER)
                taken += hf_walk_defer(&walk, count, NULL) == HF_OK;
        }
        hf_walk_end end = hf_walk_finish(&walk);
        nth_expect(&nth, end == HF_WALK_DONE && taken == visited ? HF_OK : HF_NO_MEMORY);
        HF_EXPECT(end == HF_WALK_NO_MEMORY || (end == HF_WALK_DONE && visited == CHAIN + 3));
        assert_int_equal(counted, taken);
        hf_arena_release(&arena);
    }
    teardown(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_ends__each_row_of_the_table),
        cmocka_unit_test(test_walk_ends__cleanups_may_walk),
        cmocka_unit_test(test_walk_ends__cleanups_may_fail),
        cmocka_unit_test(test_walk_ends__a_cleanup_that_jumps_out_runs_once),
        cmocka_unit_test(test_walk_ends__bytes_and_depth_are_exact),
        cmocka_unit_test(test_walk_ends__limits_that_are_met_exactly),
        cmocka_unit_test(test_walk_ends__prune_and_skip_run_what_was_deferred_inside),
        cmocka_unit_test(test_walk_ends__a_refused_cleanup_is_not_taken),
        cmocka_unit_test(test_walk_ends__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

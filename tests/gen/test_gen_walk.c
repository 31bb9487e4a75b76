/* test_gen_walk.c - the cursor over structs: every row of the table in walk.h, with cleanups waiting; prune,
 * skip and resume at every place; with refused memory, and a million deep.
 *
 * The rows walk one struct with six cleanups waiting (one outside of any container, one each in the root,
 * /group and /group/scores, then two more there) and end in their own ways. Nothing depends on how fast
 * the machine is: a deadline is slept past, a budget is charged, an allocator refuses. */
#include "unit.h"
#include "deep_stack.h"
#include "failing_allocator.h"

#include <stdio.h>
#include <time.h>

#include "shapes_sample.h"

enum {
    LEAVES = 6000,                           /* items of /group/scores */
    IN_FRONT = 10,                           /* values before the first of them */
    BEFORE_CHECK = HF__WALK_CHECK_EVERY - 1, /* values shown when the first look at a clock ends a walk */
    BYTES_IN_FRONT = 8 + 3 * sizeof(void *) + 2 * sizeof(void *)
};

/* ---- what cleanups do -------------------------------------------------------------------- */

typedef enum manner { PLAIN, WALKS, JUMPS } manner;

typedef struct scene {
    node        top;
    group       below;
    double      scores[LEAVES];
    hf_arena   *arena;
    hf_budget  *budget;
    hf_cancel   cancel;
    test_allocator allocator;
    manner      behaviour;
    char        order[64]; /* the cleanups that ran, by name */
    unsigned    nested_walks;
    jmp_buf     out;
} scene;

typedef struct waiting {
    scene *fixture;
    char   name;
    bool   jumped;
} waiting;

static void clean(void *context)
{
    waiting *cleanup = context;
    scene *fixture = cleanup->fixture;
    size_t length = strlen(fixture->order);
    HF_EXPECT(length + 1 < sizeof fixture->order);
    fixture->order[length] = cleanup->name;
    if (fixture->behaviour == WALKS) {
        hf_struct_walk walk;
        node_walk(&walk, &fixture->top, &(hf_struct_walk_options){ .values_max = 10 });
        while (hf_struct_walk_next(&walk)) {}
        fixture->nested_walks += hf_struct_walk_finish(&walk) == HF_WALK_LIMIT_VALUES;
    } else if (fixture->behaviour == JUMPS && cleanup->name == 'b') {
        HF_EXPECT(!cleanup->jumped);
        cleanup->jumped = true;
        longjmp(fixture->out, 1);
    }
}

/* ---- the rows ---------------------------------------------------------------------------- */

typedef struct ending {
    hf_walk_end end;
    uint64_t    visited;
    const char *order; /* of cleanups, inner first */
    bool        waits; /* cleanups wait for hf_struct_walk_finish */
    void (*arm)(scene *fixture, hf_struct_walk_options *options);
    bool (*at_leaf)(scene *fixture, hf_struct_walk *walk); /* at the tenth; false: the caller walks no further */
} ending;

static void arm_values(scene *fixture, hf_struct_walk_options *options) { (void)fixture, options->values_max = 200; }
static void arm_depth(scene *fixture, hf_struct_walk_options *options) { (void)fixture, options->depth_max = 2; }
static void arm_bytes(scene *fixture, hf_struct_walk_options *options)
{
    (void)fixture;
    options->bytes_max = BYTES_IN_FRONT + 100 * sizeof(double) + sizeof(double) - 1;
}
static void arm_time(scene *fixture, hf_struct_walk_options *options) { (void)fixture, options->time_ms = 1; }
static void arm_time_and_bytes(scene *fixture, hf_struct_walk_options *options)
{
    arm_time(fixture, options);
    options->bytes_max = UINT64_MAX;
}
static void arm_time_and_values(scene *fixture, hf_struct_walk_options *options)
{
    arm_time(fixture, options);
    options->values_max = 4000;
}
static void arm_arena(scene *fixture, hf_struct_walk_options *options)
{
    options->watch_arena = fixture->arena;
    options->watch_arena_bytes = 4096;
}
static void arm_budget(scene *fixture, hf_struct_walk_options *options)
{
    options->watch_budget = fixture->budget;
    options->watch_budget_bytes = 4096;
}
static void arm_token(scene *fixture, hf_struct_walk_options *options)
{
    hf_cancel_init(&fixture->cancel, NULL, 0);
    options->cancel = &fixture->cancel;
}
/* The walk and its first frames fit; the memo of what was met does not. */
static void arm_refusal(scene *fixture, hf_struct_walk_options *options)
{
    test_allocator_fail(&fixture->allocator, 3, true);
    options->allocator = &fixture->allocator.base;
}

static bool stop(scene *fixture, hf_struct_walk *walk)
{
    (void)fixture;
    hf_struct_walk_stop(walk);
    return true;
}
static bool go_away(scene *fixture, hf_struct_walk *walk) { return (void)fixture, (void)walk, false; }
static bool sleep_long(scene *fixture, hf_struct_walk *walk)
{
    (void)fixture, (void)walk;
    nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
    return true;
}
static bool cancel(scene *fixture, hf_struct_walk *walk)
{
    (void)walk;
    hf_cancel_request(&fixture->cancel);
    return true;
}
static bool fill_arena(scene *fixture, hf_struct_walk *walk)
{
    (void)walk;
    return hf_arena_allocate(fixture->arena, 4097, 1) != NULL;
}
static bool charge(scene *fixture, hf_struct_walk *walk)
{
    (void)walk;
    return hf_budget_charge(fixture->budget, 4097, NULL) == HF_OK;
}

static const ending rows[] = {
    { HF_WALK_DONE, LEAVES + IN_FRONT, "dcbaro", false, NULL, NULL },
    { HF_WALK_STOPPED, IN_FRONT + 10, "dcbaro", true, NULL, stop },
    { HF_WALK_LIMIT_VALUES, 200, "dcbaro", false, arm_values, NULL },
    { HF_WALK_LIMIT_DEPTH, IN_FRONT - 1, "aro", false, arm_depth, NULL },
    { HF_WALK_LIMIT_BYTES, IN_FRONT + 100, "dcbaro", false, arm_bytes, NULL },
    { HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time, sleep_long },
    { HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time_and_bytes, sleep_long },
    { HF_WALK_LIMIT_TIME, BEFORE_CHECK, "dcbaro", false, arm_time_and_values, sleep_long },
    { HF_WALK_LIMIT_MEMORY, BEFORE_CHECK, "dcbaro", false, arm_arena, fill_arena },
    { HF_WALK_LIMIT_MEMORY, BEFORE_CHECK, "dcbaro", false, arm_budget, charge },
    { HF_WALK_CANCELLED, BEFORE_CHECK, "dcbaro", false, arm_token, cancel },
    { HF_WALK_NO_MEMORY, 0, "o", false, arm_refusal, NULL },
    { HF_WALK_UNFINISHED, IN_FRONT + 10, "dcbaro", true, NULL, go_away },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void setup(scene *fixture, manner behaviour)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->behaviour = behaviour;
    fixture->top.group = &fixture->below;
    fixture->below.scores = fixture->scores;
    fixture->below.n_scores = LEAVES;
    test_allocator_init(&fixture->allocator);
    HF_EXPECT(hf_arena_create(NULL, &fixture->arena, NULL) == HF_OK);
    HF_EXPECT(hf_budget_create(NULL, &fixture->budget, NULL) == HF_OK);
}

static void teardown(scene *fixture)
{
    hf_arena_destroy(fixture->arena);
    HF_EXPECT(hf_budget_release(fixture->budget, hf_budget_count(fixture->budget).current) == HF_OK);
    hf_budget_drop(fixture->budget);
    HF_EXPECT(test_allocator_release(&fixture->allocator) == 0);
}

static void defer(hf_struct_walk *walk, waiting *cleanup)
{
    HF_EXPECT(hf_struct_walk_defer(walk, clean, cleanup) == HF_OK);
}

/* Walks to the end of the row; returns the values that were shown. */
static uint64_t walk_row(const ending *row, scene *fixture, hf_struct_walk *walk, waiting cleanups[6])
{
    uint64_t visited = 0;
    while (hf_struct_walk_next(walk)) {
        visited += walk->event != HF_LEAVE;
        bool is_on_the_way = walk->depth == 0 || hf_text_equal(walk->key, HF_T("group")) || hf_text_equal(walk->key, HF_T("scores"));
        if (walk->event == HF_ENTER && is_on_the_way) {
            defer(walk, &cleanups[1 + walk->depth]);
            for (int i = 4; walk->depth == 2 && i < 6; i++)
                defer(walk, &cleanups[i]);
        }
        if (row->at_leaf != NULL && walk->depth == 3 && walk->index == 9 && !row->at_leaf(fixture, walk))
            break;
    }
    return visited;
}

/* Left by a jump out of its last LEAVE but two, a walk is not done: it was abandoned. */
static hf_walk_end end_of(const ending *row, manner behaviour)
{
    return behaviour == JUMPS && row->end == HF_WALK_DONE ? HF_WALK_UNFINISHED : row->end;
}

static void run_row(const ending *row, manner behaviour)
{
    static scene fixture;
    static hf_struct_walk walk;
    setup(&fixture, behaviour);
    waiting cleanups[6];
    for (int i = 0; i < 6; i++)
        cleanups[i] = (waiting){ &fixture, "orabcd"[i], false };
    hf_struct_walk_options options = { .allocator = &fixture.allocator.base };
    if (row->arm != NULL)
        row->arm(&fixture, &options);
    node_walk(&walk, &fixture.top, &options);
    if (row->end == HF_WALK_NO_MEMORY)
        test_allocator_fail(&fixture.allocator, 1, true);
    defer(&walk, &cleanups[0]);
    if (setjmp(fixture.out) == 0) {
        uint64_t visited = walk_row(row, &fixture, &walk, cleanups);
        assert_int_equal(visited, row->visited);
        assert_int_equal(walk.values, visited);
        assert_string_equal(fixture.order, row->waits ? "" : row->order);
    }
    if (setjmp(fixture.out) == 0)
        HF_EXPECT(hf_struct_walk_finish(&walk) == end_of(row, behaviour));
    assert_int_equal(hf_struct_walk_finish(&walk), end_of(row, behaviour)); /* after a jump out of finish, this one ends it */
    HF_EXPECT(!hf_struct_walk_next(&walk));
    assert_string_equal(fixture.order, row->order);
    assert_int_equal(fixture.nested_walks, behaviour == WALKS ? strlen(row->order) : 0);
    teardown(&fixture);
}

static void test_struct_walk__each_row_of_the_table(void **state)
{
    (void)state;
    unsigned covered = 0;
    for (int i = 0; i < ROWS; i++) {
        covered |= 1u << rows[i].end;
        run_row(&rows[i], PLAIN);
    }
    assert_int_equal(covered, (1u << (HF_WALK_UNFINISHED + 1)) - 1);
}

static void test_struct_walk__cleanups_may_walk(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++)
        run_row(&rows[i], WALKS);
}

static void test_struct_walk__a_cleanup_that_jumps_out_runs_once(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++)
        run_row(&rows[i], JUMPS);
}

static void test_struct_walk__more_cleanups_than_have_room(void **state)
{
    (void)state;
    enum { MANY = 3 * HF__WALK_DEFERS };
    waiting cleanups[MANY];
    HF_OOM_LOOP(nth) {
        static scene fixture;
        memset(fixture.order, 0, sizeof fixture.order);
        struct point p = { 1, 2 };
        hf_struct_walk walk;
        point_walk(&walk, &p, &(hf_struct_walk_options){ .allocator = nth });
        int taken = 0;
        for (int i = 0; i < MANY; i++) {
            cleanups[i] = (waiting){ &fixture, (char)('a' + i), false };
            hf_status status = hf_struct_walk_defer(&walk, clean, &cleanups[i]);
            HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
            taken += status == HF_OK;
        }
        while (hf_struct_walk_next(&walk)) {}
        hf_walk_end end = hf_struct_walk_finish(&walk);
        HF_EXPECT(end == HF_WALK_DONE || end == HF_WALK_NO_MEMORY);
        HF_EXPECT(strlen(fixture.order) == (size_t)taken);
    }
}

/* ---- the same story in parts ------------------------------------------------------------- */

enum { STORY_BYTES = 1 << 14 };

/* One line per event: its kind, and where. */
static void tell(char *story, const hf_struct_walk *walk)
{
    size_t length = strlen(story);
    HF_EXPECT(length + 200 < STORY_BYTES);
    length += (size_t)sprintf(story + length, "%d %u ", (int)walk->event, walk->depth);
    length += hf_struct_walk_pointer(walk, story + length, 150);
    strcpy(story + length, "\n");
}

static void tell_all(const hf_type *type, const void *object, char *story)
{
    hf_struct_walk walk;
    *story = 0;
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk))
        tell(story, &walk);
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
}

/* Goes on with these limits, again and again, until it is done. Answers how often. */
static unsigned tell_on(hf_struct_walk *walk, hf_struct_walk_options limits, char *story)
{
    unsigned times = 0;
    for (;; times++, limits.depth_max += limits.depth_max != 0) {
        while (hf_struct_walk_next(walk))
            tell(story, walk);
        if (walk->end == HF_WALK_DONE)
            return times;
        HF_EXPECT(times < 1000);
        if (limits.bytes_max != 0)
            limits.bytes_max++; /* a text may need more than there was */
        hf_struct_walk_resume(walk, &limits);
    }
}

static void expect_resumes(const hf_type *type, const void *object)
{
    static char whole[STORY_BYTES], parts[STORY_BYTES];
    tell_all(type, object, whole);
    static const hf_struct_walk_options limits[] = {
        { .values_max = 1 }, { .values_max = 2 }, { .values_max = 7 }, { .depth_max = 1 }, { .bytes_max = 1 }, { .bytes_max = 16, .depth_max = 2 },
        { .values_max = 3, .bytes_max = 8, .depth_max = 1 },
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        hf_struct_walk walk;
        *parts = 0;
        hf_struct_walk_init(&walk, type, object, &limits[i]);
        HF_EXPECT(tell_on(&walk, limits[i], parts) > 0);
        assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
        assert_string_equal(parts, whole);
    }
    hf_struct_walk walk; /* stopped after each event */
    *parts = 0;
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk)) {
        tell(parts, &walk);
        hf_struct_walk_stop(&walk);
        HF_EXPECT(!hf_struct_walk_next(&walk));
        hf_struct_walk_resume(&walk, NULL);
    }
    hf_struct_walk_resume(&walk, NULL); /* done is done */
    HF_EXPECT(!hf_struct_walk_next(&walk));
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    assert_string_equal(parts, whole);
}

static void test_struct_walk__goes_on_after_every_limit(void **state)
{
    (void)state;
    record *r = sample_record();
    shape *s = sample_shape();
    node *a = sample_graph();
    expect_resumes(&record_hf_type, r);
    expect_resumes(&shape_hf_type, s);
    expect_resumes(&node_hf_type, a);
    record_destroy(r, NULL);
    shape_destroy(s, NULL);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

static void test_struct_walk__goes_on_when_there_is_memory_again(void **state)
{
    (void)state;
    static char whole[STORY_BYTES], parts[STORY_BYTES];
    node *a = sample_graph();
    tell_all(&node_hf_type, a, whole);
    HF_OOM_LOOP(nth) {
        hf_struct_walk walk;
        *parts = 0;
        node_walk(&walk, a, &(hf_struct_walk_options){ .allocator = nth });
        bool has_begun = walk.work != NULL;
        while (hf_struct_walk_next(&walk))
            tell(parts, &walk);
        if (walk.end == HF_WALK_NO_MEMORY && has_begun) {
            test_allocator *refusing = (test_allocator *)(void *)(uintptr_t)nth;
            uint64_t fail_at = refusing->fail_at;
            refusing->fail_at = 0;
            hf_struct_walk_resume(&walk, NULL);
            while (hf_struct_walk_next(&walk))
                tell(parts, &walk);
            refusing->fail_at = fail_at;
        }
        HF_EXPECT(hf_struct_walk_finish(&walk) == (has_begun ? HF_WALK_DONE : HF_WALK_NO_MEMORY));
        if (has_begun)
            assert_string_equal(parts, whole);
    }
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* ---- leaving out ------------------------------------------------------------------------- */

static void test_struct_walk__prune_and_skip(void **state)
{
    (void)state;
    char story[STORY_BYTES] = "";
    tree low = { .value = 3 }, left = { .value = 2, .left = &low }, top = { .value = 1, .left = &left, .right = &low };
    scene *fixture = sample_take(sizeof *fixture);
    waiting inner = { fixture, 'i', false };
    hf_struct_walk walk;
    tree_walk(&walk, &top, NULL);
    while (hf_struct_walk_next(&walk)) {
        tell(story, &walk);
        if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("left"))) {
            HF_EXPECT(hf_struct_walk_defer(&walk, clean, &inner) == HF_OK);
            hf_struct_walk_prune(&walk);
            assert_string_equal(fixture->order, "");
        } else if (walk.event == HF_LEAVE && walk.depth == 1) {
            assert_string_equal(fixture->order, "i");
        } else if (walk.event == HF_VALUE && walk.depth == 2) {
            hf_struct_walk_prune(&walk); /* the rest of what is around */
        }
    }
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    assert_string_equal(story, "1 0 \n3 1 /value\n1 1 /left\n2 1 /left\n1 1 /right\n3 2 /right/value\n2 1 /right\n2 0 \n");
    *story = 0;
    memset(fixture->order, 0, sizeof fixture->order);
    tree_walk(&walk, &top, NULL);
    while (hf_struct_walk_next(&walk)) {
        tell(story, &walk);
        if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("left"))) {
            HF_EXPECT(hf_struct_walk_defer(&walk, clean, &inner) == HF_OK);
            hf_struct_walk_skip(&walk);
            assert_string_equal(fixture->order, "i");
            hf_struct_walk_skip(&walk); /* nothing now */
        }
    }
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    assert_string_equal(story, "1 0 \n3 1 /value\n1 1 /left\n1 1 /right\n3 2 /right/value\n3 2 /right/left\n3 2 /right/right\n2 1 /right\n2 0 \n");
    tree_walk(&walk, &top, NULL);
    HF_EXPECT(hf_struct_walk_next(&walk));
    hf_struct_walk_skip(&walk); /* the root */
    HF_EXPECT(!hf_struct_walk_next(&walk));
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    free(fixture);
}

/* ---- a million levels -------------------------------------------------------------------- */

static const char *walk_deep(void *context)
{
    enum { LEVELS = 1000000 };
    hf_arena *arena = context;
    list *first = NULL;
    for (int i = 0; i < LEVELS; i++) {
        list *link = hf_arena_allocate(arena, sizeof *link, _Alignof(list));
        if (link == NULL)
            return "no memory";
        *link = (list){ .value = i, .next = first };
        first = link;
    }
    hf_struct_walk walk;
    uint32_t deepest = 0;
    list_walk(&walk, first, NULL);
    while (hf_struct_walk_next(&walk))
        deepest = walk.depth > deepest ? walk.depth : deepest;
    uint64_t values = walk.values;
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE)
        return "it is not done";
    return values == 2 * (uint64_t)LEVELS && deepest == LEVELS ? NULL : "not all was shown";
}

static void test_struct_walk__a_million_levels_on_a_small_stack(void **state)
{
    (void)state;
    hf_arena *arena = NULL;
    assert_int_equal(hf_arena_create(NULL, &arena, NULL), HF_OK);
    const char *wrong = deep_stack_run(walk_deep, arena);
    if (wrong != NULL)
        fail_msg("%s", wrong);
    hf_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_struct_walk__each_row_of_the_table),
        cmocka_unit_test(test_struct_walk__cleanups_may_walk),
        cmocka_unit_test(test_struct_walk__a_cleanup_that_jumps_out_runs_once),
        cmocka_unit_test(test_struct_walk__more_cleanups_than_have_room),
        cmocka_unit_test(test_struct_walk__goes_on_after_every_limit),
        cmocka_unit_test(test_struct_walk__goes_on_when_there_is_memory_again),
        cmocka_unit_test(test_struct_walk__prune_and_skip),
        cmocka_unit_test(test_struct_walk__a_million_levels_on_a_small_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

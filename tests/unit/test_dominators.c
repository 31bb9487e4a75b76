/* test_dominators.c - the algorithm beside the definition: whoever is taken away, what cannot be reached then
 * is what it dominates. */
#include "unit.h"

#include <stdlib.h>

#include "failing_allocator.h"
#include "random.h"
#include "walk/dominators.h"

enum { OBJECTS_MAX = 40, EDGES_MAX = 160 };

static const hf__memory heap = { NULL, NULL };

/* Whether each object is reached from the root when `without` is taken away. */
static void reach(const hf__size_object *objects, uint32_t count, const hf__size_edge *again, uint32_t again_count, uint32_t without,
                  bool *ret_reached)
{
    memset(ret_reached, 0, count);
    ret_reached[0] = without != 0;
    for (bool is_done = false; !is_done;) {
        is_done = true;
        for (uint32_t i = 1; i < count; i++)
            if (!ret_reached[i] && i != without && ret_reached[objects[i].parent])
                ret_reached[i] = true, is_done = false;
        for (uint32_t e = 0; e < again_count; e++)
            if (!ret_reached[again[e].to] && again[e].to != without && ret_reached[again[e].from])
                ret_reached[again[e].to] = true, is_done = false;
    }
}

static void expect_by_definition(const hf__size_object *objects, uint32_t count, const hf__size_edge *again, uint32_t again_count)
{
    uint32_t dominators[OBJECTS_MAX];
    bool reached[OBJECTS_MAX], dominates[OBJECTS_MAX][OBJECTS_MAX] = { { false } };
    assert_int_equal(hf__dominators(&heap, objects, count, again, again_count, dominators, NULL), HF_OK);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t at = i; ; at = dominators[at]) {
            dominates[at][i] = true;
            if (at == 0)
                break;
            assert_true(dominators[at] < at); /* by which size_retained.c adds up */
        }
    for (uint32_t without = 0; without < count; without++) {
        reach(objects, count, again, again_count, without, reached);
        for (uint32_t i = 0; i < count; i++)
            if (reached[i] == dominates[without][i])
                fail_msg("%u objects, %u further edges: %u without %u", count, again_count, i, without);
    }
}

static void test_dominators__random_graphs(void **state)
{
    (void)state;
    uint64_t random = 20261123;
    for (int round = 0; round < random_rounds(3000); round++) {
        hf__size_object objects[OBJECTS_MAX] = { { 0, 0, 0, 0 } };
        hf__size_edge again[EDGES_MAX];
        uint32_t count = 2 + (uint32_t)(random_next(&random) % (OBJECTS_MAX - 1));
        uint32_t edges = (uint32_t)(random_next(&random) % (round % 3 == 0 ? EDGES_MAX : OBJECTS_MAX));
        for (uint32_t i = 1; i < count; i++) /* bushy, and long and thin */
            objects[i].parent = round % 2 == 0 ? (uint32_t)(random_next(&random) % i) : i - 1 - (uint32_t)(random_next(&random) % (i < 3 ? i : 3));
        for (uint32_t e = 0; e < edges; e++)
            again[e] = (hf__size_edge){ (uint32_t)(random_next(&random) % count), (uint32_t)(random_next(&random) % count) };
        expect_by_definition(objects, count, again, edges);
    }
}

/* A list whose every item leads to the one group, and back to the item before: quadratic for algorithms that
 * go up one by one. */
static void test_dominators__long_lists_take_no_square(void **state)
{
    (void)state;
    enum { MANY = 300000 };
    hf__size_object *objects = calloc(MANY + 2, sizeof *objects);
    hf__size_edge *again = calloc(2 * (size_t)MANY, sizeof *again);
    uint32_t *dominators = calloc(MANY + 2, sizeof *dominators), count = 0;
    for (uint32_t i = 1; i <= MANY; i++)
        objects[i].parent = i - 1;
    objects[MANY + 1].parent = MANY; /* the group, met from the last, and led to from all */
    for (uint32_t i = 1; i < MANY; i++) {
        again[count++] = (hf__size_edge){ i, MANY + 1 };
        again[count++] = (hf__size_edge){ i + 1, i };
    }
    assert_int_equal(hf__dominators(&heap, objects, MANY + 2, again, count, dominators, NULL), HF_OK);
    assert_int_equal(dominators[MANY + 1], 1);
    for (uint32_t i = 1; i <= MANY; i++)
        assert_int_equal(dominators[i], i - 1);
    free(objects);
    free(again);
    free(dominators);
}

static void test_dominators__memory_may_fail(void **state)
{
    (void)state;
    const hf__size_object objects[4] = { { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 } };
    const hf__size_edge again[] = { { 3, 2 } };
    HF_OOM_LOOP(nth) {
        uint32_t dominators[4];
        hf_status status = hf__dominators(&(hf__memory){ nth, NULL }, objects, 4, again, 1, dominators, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        HF_EXPECT(status != HF_OK || (dominators[1] == 0 && dominators[2] == 0 && dominators[3] == 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dominators__random_graphs),
        cmocka_unit_test(test_dominators__long_lists_take_no_square),
        cmocka_unit_test(test_dominators__memory_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_window_blocks.c - the table of living blocks against a plain array, while it moves from one size to the next. */
#include "unit.h"

#include <stdlib.h>

#include "random.h"
#include "room.h"
#include "window_blocks.h"

enum { PROCESSES = 3, ADDRESSES = 30000, STEPS = 400000 };

static hf__window_block block_of(uint32_t process, uint32_t number, uint32_t stack)
{
    return (hf__window_block){ .address = ((uint64_t)number + 1) * 48, .process = process, .stack = stack, .size = number, .weight = 1 };
}

static void check_all(const hf__window_blocks *blocks, const uint32_t *stacks)
{
    size_t seen = 0, there = 0;
    for (size_t i = 0; i < (size_t)PROCESSES * ADDRESSES; i++)
        there += stacks[i] != 0;
    for (const hf__window_block *at = NULL; (at = hf__window_blocks_next(blocks, at)) != NULL; seen++)
        assert_int_equal(stacks[at->process * ADDRESSES + at->address / 48 - 1], at->stack);
    assert_int_equal(seen, there);
    assert_int_equal(blocks->now.count + blocks->before.count, there);
}

/* Grows and shrinks again and again, so that blocks come and go in both tables. */
static void test_window_blocks__agrees_with_an_array(void **state)
{
    (void)state;
    hf__window_blocks blocks = { 0 };
    uint32_t *stacks = calloc((size_t)PROCESSES * ADDRESSES, sizeof *stacks);
    uint64_t seed = 7;
    size_t moving = 0;
    assert_non_null(stacks);
    for (uint32_t step = 1; step <= STEPS; step++) {
        uint32_t process = (uint32_t)random_below(&seed, PROCESSES), number = (uint32_t)random_below(&seed, ADDRESSES);
        uint32_t *stack = &stacks[process * ADDRESSES + number];
        hf__window_block *found = hf__window_blocks_find(&blocks, process, ((uint64_t)number + 1) * 48);
        assert_true((found != NULL) == (*stack != 0));
        moving += blocks.before.room > 0;
        if (found != NULL) {
            assert_int_equal(found->stack, *stack);
            assert_int_equal(found->size, number);
            hf__window_blocks_remove(&blocks, found);
            *stack = 0;
        } else {
            hf__window_block born = block_of(process, number, step);
            assert_true(hf__window_blocks_put(&blocks, &born));
            *stack = step;
        }
        if (step % (STEPS / 8) == 0)
            check_all(&blocks, stacks);
    }
    assert_true(moving > 1000);
    hf__window_blocks_release(&blocks);
    free(stacks);
}

/* No block that is put in waits for all the others: what is copied at once does not grow with the table. */
static void test_window_blocks__grows_a_few_slots_at_a_time(void **state)
{
    (void)state;
    hf__window_blocks blocks = { 0 };
    size_t most = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        size_t before = blocks.before.count, room = blocks.now.room;
        hf__window_block born = block_of(0, i, 1);
        assert_true(hf__window_blocks_put(&blocks, &born));
        if (blocks.now.room != room) /* the tables changed places: all but a few are still in the old one */
            before = i;
        most = before - blocks.before.count > most ? before - blocks.before.count : most;
    }
    assert_in_range(most, 1, 200);
    hf__window_blocks_release(&blocks);
}

static void test_window_blocks__without_memory_nothing_changes(void **state)
{
    (void)state;
    hf__window_blocks blocks = { 0 };
    uint32_t count = 0;
    hf__window_block born = block_of(1, 0, 1);
    hf__room_fail_at(1);
    assert_false(hf__window_blocks_put(&blocks, &born));
    assert_null(hf__window_blocks_find(&blocks, 1, born.address));
    assert_null(hf__window_blocks_next(&blocks, NULL));
    hf__room_fail_at(0);
    for (hf__room_fail_at(2);; count++) {
        born = block_of(1, count, 1);
        if (!hf__window_blocks_put(&blocks, &born))
            break;
    }
    hf__room_fail_at(0);
    assert_true(count > 1000);
    for (uint32_t i = 0; i < count; i++)
        assert_non_null(hf__window_blocks_find(&blocks, 1, block_of(1, i, 1).address));
    assert_null(hf__window_blocks_find(&blocks, 1, born.address));
    assert_true(hf__window_blocks_put(&blocks, &born));
    hf__window_blocks_release(&blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_blocks__agrees_with_an_array),
        cmocka_unit_test(test_window_blocks__grows_a_few_slots_at_a_time),
        cmocka_unit_test(test_window_blocks__without_memory_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_edit_model.c - long random programs on documents and drafts, against trees of plain pointers.
 *
 * The model knows nothing of slots, blocks or chunks: a node has children, a handle is a node, a
 * document is a copy. After every step the draft must answer with the model's status, and show the
 * model's tree; handles, iterations, links and foreign values must say what their nodes say. Steps
 * cover reading (text copied, borrowed, consumed), building, editing, freezing, mounting, copying,
 * dropping in any order, and allocations that fail. HOLDFAST_TEST_TIMES makes it longer,
 * HOLDFAST_TEST_SEED begins elsewhere; a failure prints the seed of its program. The model is in
 * tree_model.c, a program and what is checked of it in edit_program.c, its steps in edit_steps.c. */
#include "unit.h"

#include <stdlib.h>

#include "edit_program.h"
#include "random.h"

enum { STEPS = 160 };

static void step(program *p)
{
    if (p->fails)
        test_allocator_fail(&p->memory, below(p, 4) == 0 ? 1 + below(p, 6) : 0, below(p, 2));
    step_edit(p);
    test_allocator_fail(&p->memory, 0, false);
}

static void run_program(uint64_t seed, bool fails)
{
    program p = { .seed = seed, .random = seed * 2 + 1, .fails = fails };
    running = &p;
    test_allocator_init(&p.memory);
    long before = foreign_made - foreign_ended;
    for (int i = 0; i < STEPS; i++) {
        step(&p);
        check_all(&p);
    }
    end_program(&p);
    CHECK(foreign_made - foreign_ended == before);
    CHECK(test_allocator_release(&p.memory) == 0);
    free_nodes();
}

static void test_edit_model__random_programs(void **state)
{
    (void)state;
    uint64_t seed = random_first_seed();
    for (long i = 0; i < random_rounds(60); i++)
        run_program(seed++, false);
}

static void test_edit_model__random_programs_with_failing_allocations(void **state)
{
    (void)state;
    uint64_t seed = random_first_seed();
    for (long i = 0; i < random_rounds(60); i++)
        run_program(seed++, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edit_model__random_programs),
        cmocka_unit_test(test_edit_model__random_programs_with_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

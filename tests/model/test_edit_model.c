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
    uint64_t choice = below(p, 100);
    if (p->draft == NULL)
        choice < 40 ? read_document(p, (int)below(p, DOCUMENTS)) : begin_draft(p);
    else if (choice < 40)
        step_set(p);
    else if (choice < 46)
        step_insert_member(p);
    else if (choice < 56)
        step_remove(p);
    else if (choice < 62)
        step_rename(p);
    else if (choice < 70)
        step_move(p);
    else if (choice < 74)
        step_swap(p);
    else if (choice < 79)
        step_handle(p);
    else if (choice < 84)
        step_link(p);
    else if (choice < 92)
        step_iterate(p);
    else if (choice < 94)
        CHECK(hf_draft_compact(p->draft, NULL) == HF_OK || p->fails);
    else if (choice < 96)
        drop_document(p, (int)below(p, DOCUMENTS));
    else if (choice < 99)
        freeze_draft(p);
    else {
        end_draft(p);
        hf_draft_destroy(p->draft);
        p->draft = NULL;
        forget_buffer(p);
    }
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
    end_draft(&p);
    hf_draft_destroy(p.draft);
    p.draft = NULL;
    for (int i = 0; i < DOCUMENTS; i++)
        drop_document(&p, i);
    forget_buffer(&p);
    CHECK(foreign_made - foreign_ended == before);
    CHECK(test_allocator_release(&p.memory) == 0);
    free_nodes();
}

static uint64_t first_seed(void)
{
    const char *seed = getenv("HOLDFAST_TEST_SEED");
    return seed != NULL ? strtoull(seed, NULL, 10) : 1;
}

static void test_edit_model__random_programs(void **state)
{
    (void)state;
    uint64_t seed = first_seed();
    for (long i = 0; i < random_rounds(60); i++)
        run_program(seed++, false);
}

static void test_edit_model__random_programs_with_failing_allocations(void **state)
{
    (void)state;
    uint64_t seed = first_seed();
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

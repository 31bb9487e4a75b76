/* test_reader_model.c - long random programs that look at everything after every step.
 *
 * The programs of edit_program.h, whose documents are also held, copied, saved, mapped, published and taken back
 * into other places of the pool, so that any holder of blocks, mounts and foreign values may go first; between
 * two steps a random reader looks at a random living thing (readers.c). Some texts are so long that versions
 * share the blocks of earlier ones, which short documents never do.
 *
 * An argument makes it go on for so many seconds, from random seeds: test_reader_model 600. HOLDFAST_TEST_TIMES
 * and HOLDFAST_TEST_SEED are as for test_edit_model; a failure prints the seed of its program. */
#include "unit.h"

#include <holdfast/current.h>
#include <holdfast/read.h>
#include <holdfast/save.h>

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "edit_program.h"
#include "random.h"
#include "readers.h"

enum { STEPS = 160 };

/* ---- documents into other places --------------------------------------------------------- */

/* The version in force, and what it shows. */
static hf_current in_force;
static node      *tree_in_force;

static void put_document(program *p, int at, hf_document *document, node *tree)
{
    drop_document(p, at);
    p->documents[at] = document;
    p->trees[at] = tree;
}

/* A document that may be held beyond the place it stands in: its text is not borrowed. */
static int some_free(program *p)
{
    int at = (int)below(p, DOCUMENTS);
    return p->documents[at] != NULL && p->buffers[at] == NULL ? at : -1;
}

static void step_share(program *p)
{
    int from = some_free(p), to = (int)below(p, DOCUMENTS);
    if (from >= 0 && from != to)
        put_document(p, to, hf_document_hold(p->documents[from]), p->trees[from]);
}

static void step_publish(program *p)
{
    int from = some_free(p), to = (int)below(p, DOCUMENTS);
    if (below(p, 2) && from >= 0) {
        hf_document *held = hf_document_hold(p->documents[from]);
        hf_current_publish(&in_force, &held);
        tree_in_force = p->trees[from];
        return;
    }
    hf_document *held = hf_current_hold(&in_force);
    if (held != NULL)
        put_document(p, to, held, tree_in_force);
}

static void step_clone(program *p)
{
    int from = (int)below(p, DOCUMENTS), to = (int)below(p, DOCUMENTS);
    hf_document *copy = NULL;
    if (p->documents[from] == NULL)
        return;
    hf_status status = hf_document_clone(p->documents[from], &p->memory.base, NULL, &copy, NULL);
    CHECK(status == HF_OK || failed(p, status));
    if (status == HF_OK)
        put_document(p, to, copy, p->trees[from]);
}

/* Through a file that is mapped, or through memory. */
static hf_status save_and_load(program *p, const hf_document *document, hf_document **ret_document)
{
    hf_map_options options = { .allocator = &p->memory.base, .trusted = below(p, 2) == 0 };
    if (below(p, 2) == 0) {
        char path[] = HF_TEST_BINARY_DIR "/reader_model_XXXXXX";
        int descriptor = mkstemp(path);
        CHECK(descriptor >= 0);
        close(descriptor);
        hf_status status = hf_save(document, path, NULL);
        if (status == HF_OK)
            status = hf_map_file(path, &options, ret_document, NULL);
        unlink(path);
        return status;
    }
    hf_buffer buffer;
    hf_buffer_init(&buffer, SIZE_MAX, &p->memory.base, NULL);
    hf_status status = hf_save_to_buffer(document, &buffer, NULL);
    if (status == HF_OK)
        status = hf_load(hf_buffer_text(&buffer), &options, ret_document, NULL);
    hf_buffer_release(&buffer);
    return status;
}

static void step_save(program *p)
{
    int from = (int)below(p, DOCUMENTS), to = (int)below(p, DOCUMENTS);
    hf_document *loaded = NULL;
    if (p->documents[from] == NULL)
        return;
    bool has_foreign = has_kind(p->trees[from], FOREIGN);
    hf_status status = save_and_load(p, p->documents[from], &loaded);
    CHECK(status == (has_foreign ? HF_FOREIGN : HF_OK) || failed(p, status));
    if (status == HF_OK)
        put_document(p, to, loaded, p->trees[from]);
}

/* ---- programs ---------------------------------------------------------------------------- */

static void step(program *p)
{
    if (p->fails)
        test_allocator_fail(&p->memory, below(p, 4) == 0 ? 1 + below(p, 12) : 0, below(p, 2));
    uint64_t choice = below(p, 100);
    if (choice < 4)
        step_share(p);
    else if (choice < 8)
        step_publish(p);
    else if (choice < 11)
        step_clone(p);
    else if (choice < 14)
        step_save(p);
    else if (choice < 17)
        drop_document(p, (int)below(p, DOCUMENTS));
    else if (choice < 26 && p->draft != NULL)
        freeze_draft(p);
    else
        step_edit(p);
    read_somehow(p);
    test_allocator_fail(&p->memory, 0, false);
}

static void run_program(uint64_t seed, bool fails)
{
    program p = { .seed = seed, .random = seed * 2 + 1, .fails = fails, .has_long_text = true };
    running = &p;
    test_allocator_init(&p.memory);
    long before = foreign_made - foreign_ended;
    for (int i = 0; i < STEPS; i++)
        step(&p);
    check_all(&p);
    hf_current_release(&in_force);
    end_program(&p);
    CHECK(foreign_made - foreign_ended == before);
    CHECK(test_allocator_release(&p.memory) == 0);
    free_nodes();
}

static void test_reader_model__random_programs(void **state)
{
    (void)state;
    uint64_t seed = random_first_seed();
    for (long i = 0; i < random_rounds(40); i++)
        run_program(seed++, false);
}

static void test_reader_model__random_programs_with_failing_allocations(void **state)
{
    (void)state;
    uint64_t seed = random_first_seed();
    for (long i = 0; i < random_rounds(40); i++)
        run_program(seed++, true);
}

/* A sanitizer's report ends with the seed, too. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void name_seed(void)
{
    if (running != NULL)
        fprintf(stderr, "HOLDFAST_TEST_SEED=%llu\n", (unsigned long long)running->seed);
}

/* Programs of both kinds in turn. */
static int run_for(long seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec + (uint64_t)getpid();
    time_t end = now.tv_sec + seconds;
    long programs = 0;
    for (; now.tv_sec < end; clock_gettime(CLOCK_REALTIME, &now), programs++)
        run_program((seed >> 16) + (uint64_t)programs, programs % 2 == 1);
    printf("# cases: %ld passed, 0 failed\n", programs);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_model__random_programs),
        cmocka_unit_test(test_reader_model__random_programs_with_failing_allocations),
    };
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(name_seed);
    if (count > 1)
        return run_for(atol(arguments[1]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* edit_program.h - one random program: its documents, its draft, the model of both, and what it may check.
 *
 * Every choice comes from the seed; CHECK names it when something does not hold. */
#ifndef HOLDFAST_TEST_EDIT_PROGRAM_H
#define HOLDFAST_TEST_EDIT_PROGRAM_H

#include <holdfast/draft.h>

#include "failing_allocator.h"
#include "tree_model.h"

enum { DOCUMENTS = 5, HANDLES = 12, ITERS = 2, TREE_MAX = 220, KEYS = 24 };

typedef struct handle_pair {
    hf_handle handle;
    node     *shows; /* NULL: none */
} handle_pair;

typedef struct iteration {
    hf_draft_iter iter;
    node         *container; /* NULL: none */
} iteration;

typedef struct program {
    uint64_t     seed, random;
    test_allocator memory;
    bool         fails; /* some allocations */
    bool         has_long_text; /* so that versions share blocks, which small documents do not */
    hf_document *documents[DOCUMENTS];
    node        *trees[DOCUMENTS];
    char        *buffers[DOCUMENTS]; /* borrowed text */
    hf_draft    *draft;
    node        *tree;
    char        *draft_buffer;       /* of the document that the draft was made of */
    handle_pair  handles[HANDLES];
    iteration    iters[ITERS];
} program;

extern program *running;
/* Objects of the foreign values that were made and released. */
extern long foreign_made, foreign_ended;
void foreign_release(void *object);

#define CHECK(condition)                                                                                      \
    do {                                                                                                      \
        if (!(condition)) {                                                                                   \
            fprintf(stderr, "%s:%d: %s (HOLDFAST_TEST_SEED=%llu)\n", __FILE__, __LINE__, #condition,          \
                    (unsigned long long)running->seed);                                                       \
            abort();                                                                                          \
        }                                                                                                     \
    } while (0)

/* Random numbers, keys, nodes of a tree (NULL: no container was found). */
uint64_t below(program *p, uint64_t limit);
const char *key_of(uint64_t number, char room[64]);
node *some_node(program *p, node *top);
node *some_container(program *p, node *top);

/* What a view shows is the node: by walk, by every way of looking, by where links lead; all of the draft. */
void check_shows(hf_value value, const node *expected);
void check_lookup(hf_value value, const node *expected);
void check_links(hf_value value, const node *expected);
void check_all(program *p);

/* Documents by their number, read of random text; the draft made of one, ended, frozen into one. */
void drop_document(program *p, int at);
void read_document(program *p, int at);
void end_draft(program *p);
void forget_buffer(program *p);
void begin_draft(program *p);
void freeze_draft(program *p);

/* An item and the node it becomes; false when the step is left out. */
bool some_item(program *p, hf_item *ret_item, node **ret_node, char room[300], hf_document **ret_held);
/* The node of an item that was refused. */
void restore(node *fresh);
/* Whether memory was refused, as the program asked for. */
bool failed(program *p, hf_status status);
/* Members that moved need not be met by iterations any more. */
void forget_place(node *moved);

/* A step of any kind, on the draft or the documents. */
void step_edit(program *p);
/* Destroys the draft and drops all documents. */
void end_program(program *p);

/* One step of a kind: a call on the draft and on the model, whose answers are compared (edit_steps.c). */
void step_set(program *p);
void step_insert_member(program *p);
void step_remove(program *p);
void step_rename(program *p);
void step_move(program *p);
void step_swap(program *p);
void step_handle(program *p);
void step_link(program *p);
void step_iterate(program *p);

#endif

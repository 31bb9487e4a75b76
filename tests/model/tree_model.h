/* tree_model.h - what a value is to the model: a tree of plain pointers that knows nothing of slots.
 *
 * A node that leaves the tree is kept until the program ends (free_nodes), so that handles, links and
 * iterations may ask whether it is dead. Built for tests: memory that is not there ends the program. */
#ifndef HOLDFAST_TEST_TREE_MODEL_H
#define HOLDFAST_TEST_TREE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum kind { SCALAR, ARRAY, OBJECT, LINK, FOREIGN } kind;

typedef struct node {
    kind          kind;
    char         *text;     /* SCALAR: its JSON */
    struct node **children; /* owned */
    char        **keys;     /* OBJECT */
    size_t        count;
    struct node  *parent;
    bool          is_dead;  /* kept until the program ends, so that handles may ask */
    struct node  *target;   /* LINK */
    struct node  *copy;     /* the newest one */
    uint32_t      seen;     /* bit for each iteration that met it, or began when it was there */
    uint32_t      there;
    struct node  *next_made;
} node;

extern node *made; /* all nodes of this program, by next_made */

typedef struct output {
    char  *text;
    size_t length, room;
} output;

/* The memory, which must be there. */
void *need(void *memory);
/* Nodes without a parent. */
node *node_new(kind what);
node *scalar_new(const char *text);
/* Moving them: the child gets a parent, or loses it. */
void insert_child(node *parent, size_t at, const char *key, node *child);
size_t place_in(const node *child);
void take_child(node *child);
/* Nodes that are gone, with all below them. */
void kill_below(node *top);
void kill_node(node *top);
/* Links inside the copy lead into the copy. */
node *copy_node(node *from);
size_t size_of(const node *top);
/* The content of `to` becomes that of `from`, which is used up; `to` stays the node that it is. */
void become(node *to, node *from);
bool is_within(const node *below, const node *top);
/* Spelling: JSON with links as @ and foreign values as !, and JSON Pointers; the results are the caller's. */
void put(output *to, const char *text);
char *spell(const node *from);
void pointer_of(output *to, const node *from);
char *pointer_text(const node *from);
node *child_by_key(const node *parent, const char *key);
/* The `*number`-th node in order; NULL when there are fewer, *number less then. */
node *node_at(node *top, size_t *number);
bool has_kind(const node *top, kind what);
/* All that were made. */
void free_nodes(void);

#endif

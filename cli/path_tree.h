/* path_tree.h - where the bytes of a document are: one node for each path, array elements merged.
 *
 * The user of every status is one path, with a star for the element. Bytes of a node: everything at
 * and below it, keys included. Paths beyond a bound are gathered in one node of their parent, so that an object
 * used as a map of a million names does not make a million lines. */
#ifndef HOLDFAST_PATH_TREE_H
#define HOLDFAST_PATH_TREE_H

#include <holdfast/arena.h>
#include <holdfast/value.h>

typedef struct path_node {
    uint32_t parent, first_child, next_sibling; /* node numbers; 0 is the root and "none" */
    uint32_t depth;
    hf_text  key;        /* bound to the tree; bytes NULL: elements of an array */
    bool     is_rest;    /* the paths beyond the bound */
    uint64_t count;      /* values with this path */
    uint64_t bytes;      /* at and below */
    uint64_t hash;
} path_node;

typedef struct path_tree {
    path_node *nodes; /* nodes[0] is the root value's; children come after their parents */
    uint32_t   count, room;
    uint32_t  *cells; /* open addressing by (parent, key); node number, 0: empty */
    uint32_t   cell_count;
    uint32_t  *children; /* how many each node has */
    hf_arena   keys;
} path_tree;

enum { PATH_NODES_MAX = 1 << 20, PATH_CHILDREN_MAX = 4096 };

/* HF_NO_MEMORY. Release it also after a failure. */
hf_status path_tree_begin(path_tree *tree);
/* Counts everything below `root` in; of many documents, each root counts in the one node 0. */
hf_status path_tree_add(path_tree *tree, hf_value root);
/* Adds up the bytes; after this the tree is for reading. */
void path_tree_finish(path_tree *tree);
void path_tree_release(path_tree *tree);

/* The path of a node, with stars for elements, into `out`, terminated, middle left out when it is too long; returns `out`. */
char *path_tree_name(const path_tree *tree, uint32_t node, char *out, size_t size);

/* The `wanted` largest nodes no deeper than `depth_max`, in tree order with larger siblings first.
 * ret_nodes: an array of at most `wanted` node numbers, yours; returns how many. */
uint32_t path_tree_largest(path_tree *tree, uint32_t depth_max, uint32_t wanted, uint32_t *ret_nodes);

#endif

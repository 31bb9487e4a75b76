/* path_tree.c - see path_tree.h. One walk finds the node of each value through a hash table; then
 * bytes are added up from the children to their parents, which always come before them. */
#include "path_tree.h"

#include <holdfast/walk.h>
#include <stdlib.h>

/* ---- nodes ------------------------------------------------------------------------------- */

static uint64_t hash_of(uint32_t parent, hf_text key)
{
    uint64_t hash = parent * 0x9e3779b97f4a7c15u ^ key.length ^ (key.bytes == NULL ? 0x5555u : 0u);
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static bool grow_cells(path_tree *tree)
{
    uint32_t count = tree->cell_count == 0 ? 1024 : tree->cell_count * 2;
    uint32_t *cells = calloc(count, sizeof *cells);
    if (cells == NULL)
        return false;
    for (uint32_t i = 1; i < tree->count; i++) {
        uint32_t at = (uint32_t)(tree->nodes[i].hash & (count - 1));
        while (cells[at] != 0)
            at = (at + 1) & (count - 1);
        cells[at] = i;
    }
    free(tree->cells);
    tree->cells = cells;
    tree->cell_count = count;
    return true;
}

static bool add_node(path_tree *tree, uint32_t parent, hf_text key, uint64_t hash, bool is_rest)
{
    if (tree->count == tree->room) {
        uint32_t room = tree->room == 0 ? 256 : tree->room * 2;
        path_node *nodes = realloc(tree->nodes, room * sizeof *nodes);
        if (nodes == NULL)
            return false;
        tree->nodes = nodes;
        tree->room = room;
    }
    if (key.length > 0) {
        key.bytes = hf_arena_copy(&tree->keys, key.bytes, key.length, 1);
        if (key.bytes == NULL)
            return false;
    }
    path_node *node = &tree->nodes[tree->count];
    memset(node, 0, sizeof *node);
    node->parent = parent;
    node->key = key;
    node->is_rest = is_rest;
    node->hash = hash;
    node->depth = tree->count > 0 ? tree->nodes[parent].depth + 1 : 0;
    if (tree->count > 0) {
        node->next_sibling = tree->nodes[parent].first_child;
        tree->nodes[parent].first_child = tree->count;
    }
    tree->count++;
    return true;
}

/* The node of a child; 0 when there is no memory. */
static uint32_t child_of(path_tree *tree, uint32_t parent, hf_text key)
{
    if (tree->count * 2 >= tree->cell_count && !grow_cells(tree))
        return 0;
    bool is_rest = false;
    for (;;) {
        uint64_t hash = hash_of(parent, key) + is_rest;
        uint32_t at = (uint32_t)(hash & (tree->cell_count - 1));
        for (; tree->cells[at] != 0; at = (at + 1) & (tree->cell_count - 1)) {
            const path_node *node = &tree->nodes[tree->cells[at]];
            if (node->parent == parent && node->hash == hash && node->is_rest == is_rest &&
                (node->key.bytes == NULL) == (key.bytes == NULL) && hf_text_equal(node->key, key))
                return tree->cells[at];
        }
        bool is_full = tree->count >= PATH_NODES_MAX || tree->children[parent] >= PATH_CHILDREN_MAX;
        if (!is_full || is_rest) {
            if (!add_node(tree, parent, key, hash, is_rest))
                return 0;
            tree->children[parent]++;
            return tree->cells[at] = tree->count - 1;
        }
        is_rest = true; /* gathered with the others that came too late */
        key = hf_text_of("", 0);
    }
}

/* ---- measuring --------------------------------------------------------------------------- */

static uint64_t key_bytes(hf_text key)
{
    return key.bytes == NULL ? 0 : sizeof(hf__slot) + (key.length > HF__INLINE_MAX ? key.length : 0);
}

hf_status path_tree_begin(path_tree *tree)
{
    hf_text none = { NULL, 0 };
    memset(tree, 0, sizeof *tree);
    hf_arena_init(&tree->keys, NULL);
    tree->children = calloc(PATH_NODES_MAX * 2, sizeof *tree->children); /* pages come when they are used */
    return tree->children != NULL && add_node(tree, 0, none, 0, false) ? HF_OK : HF_NO_MEMORY;
}

hf_status path_tree_add(path_tree *tree, hf_value root)
{
    bool has_memory = true;
    uint32_t here = 0; /* the node of the innermost container */
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (has_memory && hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE) {
            here = walk.depth > 0 ? tree->nodes[here].parent : 0;
            continue;
        }
        uint32_t node = walk.depth > 0 ? child_of(tree, here, walk.key) : 0;
        has_memory = walk.depth == 0 || node != 0;
        if (!has_memory)
            break;
        tree->nodes[node].count++;
        tree->nodes[node].bytes += hf_value_bytes(walk.value) + key_bytes(walk.key);
        if (walk.event == HF_ENTER)
            here = node;
    }
    hf_walk_finish(&walk);
    return has_memory ? HF_OK : HF_NO_MEMORY;
}

void path_tree_finish(path_tree *tree)
{
    for (uint32_t i = tree->count - 1; i > 0; i--)
        tree->nodes[tree->nodes[i].parent].bytes += tree->nodes[i].bytes;
}

void path_tree_release(path_tree *tree)
{
    free(tree->nodes);
    free(tree->cells);
    free(tree->children);
    hf_arena_release(&tree->keys);
    memset(tree, 0, sizeof *tree);
}

/* ---- names ------------------------------------------------------------------------------- */

/* One token with its slash into `out`; control characters become '?'. */
static size_t token(const path_node *node, char *out, size_t size)
{
    if (node->key.bytes == NULL || node->is_rest)
        return (size_t)snprintf(out, size, node->is_rest ? "/(others)" : "/*");
    size_t length = 0;
    out[length++] = '/';
    for (size_t i = 0; i < node->key.length && length + 6 < size; i++) {
        unsigned char byte = (unsigned char)node->key.bytes[i];
        if (byte == '~' || byte == '/') {
            out[length++] = '~';
            out[length++] = byte == '~' ? '0' : '1';
        } else {
            out[length++] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
        }
    }
    return length;
}

char *path_tree_name(const path_tree *tree, uint32_t node, char *out, size_t size)
{
    /* From the end of the buffer towards its front; what does not fit is left out at the front. */
    char part[128];
    size_t at = size - 1;
    out[at] = 0;
    for (; node != 0; node = tree->nodes[node].parent) {
        size_t length = token(&tree->nodes[node], part, sizeof part);
        if (length + 4 > at) {
            at -= 4;
            memcpy(out + at, "/...", 4);
            break;
        }
        at -= length;
        memcpy(out + at, part, length);
    }
    return memmove(out, out + at, size - at);
}

/* ---- the largest ------------------------------------------------------------------------- */

static const path_tree *sorted_tree;

static int larger_first(const void *a, const void *b)
{
    const path_node *left = &sorted_tree->nodes[*(const uint32_t *)a], *right = &sorted_tree->nodes[*(const uint32_t *)b];
    if (left->bytes != right->bytes)
        return left->bytes < right->bytes ? 1 : -1;
    return (*(const uint32_t *)a > *(const uint32_t *)b) - (*(const uint32_t *)a < *(const uint32_t *)b);
}

/* Links the chosen nodes, largest first in `chosen`, into chains of siblings in that order. */
static void relink(path_tree *tree, const uint32_t *chosen, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tree->nodes[chosen[i]].first_child = tree->nodes[chosen[i]].next_sibling = 0;
    for (uint32_t i = count; i > 0; i--) {
        uint32_t node = chosen[i - 1];
        if (node == 0)
            continue;
        path_node *parent = &tree->nodes[tree->nodes[node].parent];
        tree->nodes[node].next_sibling = parent->first_child;
        parent->first_child = node;
    }
}

uint32_t path_tree_largest(path_tree *tree, uint32_t depth_max, uint32_t wanted, uint32_t *ret_nodes)
{
    uint32_t *all = malloc(tree->count * sizeof *all), count = 0, written = 0;
    if (all == NULL)
        return 0;
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].depth <= depth_max)
            all[count++] = i;
    sorted_tree = tree;
    qsort(all, count, sizeof *all, larger_first);
    count = count < wanted ? count : wanted;
    relink(tree, all, count); /* a parent is at least as large as its child, and comes before it */
    for (uint32_t node = 0; written < count;) {
        ret_nodes[written++] = node;
        if (tree->nodes[node].first_child != 0) {
            node = tree->nodes[node].first_child;
            continue;
        }
        while (node != 0 && tree->nodes[node].next_sibling == 0)
            node = tree->nodes[node].parent;
        node = tree->nodes[node].next_sibling;
        if (node == 0)
            break;
    }
    free(all);
    return written;
}

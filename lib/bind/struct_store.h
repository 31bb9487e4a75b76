/* struct_store.h - where objects and working memory come from.
 *
 * Objects: the arena of an hf_store, else its allocator, else malloc. Working memory (stacks and
 * memos, gone at return): the allocator, else malloc. */
#ifndef HOLDFAST_STRUCT_STORE_H
#define HOLDFAST_STRUCT_STORE_H

#include <holdfast/bind.h>

static inline const hf_allocator *hf__work_allocator(const hf_allocator *allocator)
{
    return allocator != NULL ? allocator : hf_allocator_libc();
}

static inline void *hf__store_take(const hf_store *store, size_t size, size_t alignment)
{
    if (store->arena != NULL)
        return hf_arena_allocate(store->arena, size, alignment);
    const hf_allocator *allocator = hf__work_allocator(store->allocator);
    return allocator->resize(allocator->context, NULL, 0, size > 0 ? size : 1, alignment);
}

static inline void *hf__store_resize(const hf_store *store, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    if (store->arena != NULL)
        return hf_arena_resize(store->arena, block, old_size, new_size, alignment);
    const hf_allocator *allocator = hf__work_allocator(store->allocator);
    return allocator->resize(allocator->context, block, old_size, new_size, alignment);
}

/* A zero-sized block is one byte: see hf__store_take. */
static inline void hf__allocator_free(const hf_allocator *allocator, void *block, size_t size, size_t alignment)
{
    if (block != NULL)
        allocator->resize(allocator->context, block, size > 0 ? size : 1, 0, alignment);
}

/* ---- lists that begin on the caller's stack ------------------------------------------------ */

/* Twice the bytes for a list, which stands in `first` until it has grown once. NULL, and nothing has changed, without
 * memory. */
void *hf__list_doubled(const hf_allocator *allocator, void *items, const void *first, size_t bytes, size_t alignment);

static inline void hf__list_end(const hf_allocator *allocator, void *items, const void *first, size_t bytes, size_t alignment)
{
    if (items != first)
        hf__allocator_free(allocator, items, bytes, alignment);
}

/* ---- a stack of blocks ------------------------------------------------------------------- */

enum { HF__STACK_FIRST = 48 };

/* Blocks that wait, last in, first out. `other` is the second of a pair, where one is needed: the copy, or
 * what is compared with. */
typedef struct hf__waiting {
    const hf_type *type;
    char          *at, *other;
    size_t         count;
} hf__waiting;

/* A stack that grows is another one: where no address of it is taken, loops keep it in registers. */
typedef struct hf__block_stack {
    const hf_allocator *allocator;
    hf__waiting        *items, *top, *end; /* top: behind the last one */
    const hf__waiting  *fixed;             /* what it begins with, which is not freed */
} hf__block_stack;

/* `fixed`: HF__STACK_FIRST entries, borrowed until the release. */
static inline hf__block_stack hf__stack_begin(hf__waiting *fixed, const hf_allocator *allocator)
{
    return (hf__block_stack){ hf__work_allocator(allocator), fixed, fixed, fixed + HF__STACK_FIRST, fixed };
}

static inline void hf__stack_release(hf__block_stack stack)
{
    hf__list_end(stack.allocator, stack.items, stack.fixed, (size_t)(stack.end - stack.items) * sizeof *stack.items, _Alignof(hf__waiting));
}

static inline size_t hf__stack_used(const hf__block_stack *stack)
{
    return (size_t)(stack->top - stack->items);
}

/* Twice as much room. Without memory the same as before. */
hf__block_stack hf__stack_grown(hf__block_stack stack);

/* False when there is no memory; the stack is then as it was. */
static inline bool hf__stack_push(hf__block_stack *stack, const hf_type *type, const char *at, char *other, size_t count)
{
    if (HF_UNLIKELY(stack->top == stack->end)) {
        *stack = hf__stack_grown(*stack);
        if (stack->top == stack->end)
            return false;
    }
    *stack->top++ = (hf__waiting){ type, (char *)at, other, count };
    return true;
}

/* ---- a memo of addresses ----------------------------------------------------------------- */

typedef struct hf__seen {
    const char    *key;    /* NULL: free */
    char          *value;  /* its copy, or its partner */
    const hf_type *type;   /* of the pointer that led to it; NULL for the root */
    size_t         bytes, count;
    bool           again;  /* more than one pointer leads to it */
} hf__seen;

/* Open addressing, a power of two, at most half full; nothing is removed. Keys are addresses of
 * blocks, which are disjoint, so an address says which. */
typedef struct hf__memo {
    const hf_allocator *allocator;
    hf__seen           *table;
    size_t              mask, used;
} hf__memo;

void hf__memo_init(hf__memo *memo, const hf_allocator *allocator);
void hf__memo_release(hf__memo *memo);
/* The entry of `key`, made when it is new, which *ret_new tells. NULL when there is no memory. It
 * may move at the next call. */
hf__seen *hf__memo_add(hf__memo *memo, const char *key, bool *ret_new);
hf__seen *hf__memo_find(const hf__memo *memo, const char *key);

#endif

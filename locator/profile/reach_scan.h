/* reach_scan.h - which blocks do pointers lead to, and from where?
 *
 * Conservative: every aligned word that holds an address within a live block counts as a pointer to
 * it, whatever its type. So "no pointer leads to it" is certain, as far as pointers are aligned and
 * kept as they are, and "a pointer was found" may be a number that happens to look like one.
 *
 * Roots are gone through in the order given, each kind to its end before the next begins: what both
 * a global and a stack lead to is the global's. Breadth first, so ways are short; no recursion. */
#ifndef HOLDFAST_REACH_SCAN_H
#define HOLDFAST_REACH_SCAN_H

#include <holdfast/base.h>

#include "trace.h"

typedef struct hf__reach_block {
    uint64_t start, size;
    uint32_t stack;  /* that asked for it: the caller's number */
    uint32_t root;   /* index + 1; 0: no pointer leads here */
    uint32_t parent; /* index + 1 of the block that points here; 0: the root does */
    bool     held;   /* no pointer leads here but from a block that is lost itself */
} hf__reach_block;

/* Memory that is looked through for pointers from the start. */
typedef struct hf__reach_range {
    uint64_t start, end;
    hf__root_kind kind;
    uint32_t thread_id;
} hf__reach_range;

/* A word that is looked at from the start, such as a register. */
typedef struct hf__reach_word {
    uint64_t value;
    uint32_t thread_id;
} hf__reach_word;

typedef struct hf__reach_root {
    uint64_t address; /* of the word; 0 for a register */
    hf__root_kind kind;
    uint32_t thread_id;
} hf__reach_root;

typedef struct hf__reach_memory {
    /* Copies memory; false where nothing is, or nothing but zeros. */
    bool (*read)(void *user, uint64_t address, void *out, size_t size);
    void *user;
    const hf__reach_range *ranges;
    size_t ranges_count;
    const hf__reach_word *words; /* of HF__ROOT_STACK */
    size_t words_count;
    /* glibc's lists of free blocks, remains of which are all over recycled memory, point at headers, and the header
     * behind a block begins within its last eight bytes: such words are not taken for pointers. */
    bool is_glibc;
} hf__reach_memory;

/* Orders `blocks` by address and fills in root, parent and held. ret_roots: owned, give to hf__room_free. */
hf_status hf__reach_scan(hf__reach_block *blocks, size_t count, const hf__reach_memory *memory,
                         hf__reach_root **ret_roots, size_t *ret_roots_count, hf_error *reterr);

/* The block that holds `address`; `count` when none does. Blocks must be ordered. */
size_t hf__reach_find(const hf__reach_block *blocks, size_t count, uint64_t address);

#endif

/* size.h - what hangs off a value: `sizeof` sees the view, this sees everything below.
 *
 * Counts are of one moment and exact. What is mounted is counted apart (shared), once for each
 * document however often it is mounted, so that sizing visits each block once. */
#ifndef HOLDFAST_SIZE_H
#define HOLDFAST_SIZE_H

#include <holdfast/document.h>

HF_EXTERN_BEGIN

enum { HF_SIZE_DEPTHS = 32 };

typedef struct hf_size {
    uint64_t shallow_bytes; /* the value itself: hf_value_bytes */
    uint64_t deep_bytes;    /* slots, text and spellings of it and all below, without mounted values */
    uint64_t shared_bytes;  /* whole documents mounted below, their own mounts included, and blocks of earlier
                               versions, each once */
    uint64_t slack_bytes;   /* of a document's root: charged for the document but neither deep nor
                               index, such as source text between the values; else 0 */
    uint64_t index_bytes;   /* of a document's root: lookup indexes; else 0 */
    uint64_t values;        /* at and below, mounted values not expanded */
    uint64_t values_expanded; /* what a reader sees; saturates */
    uint64_t keys, key_bytes, text_bytes;
    uint64_t kinds[HF_KIND_FOREIGN + 1];  /* values of each hf_kind */
    uint64_t depths[HF_SIZE_DEPTHS];      /* values at each depth below; the last counts all deeper ones */
    uint64_t depth;         /* the deepest, mounts not expanded */
    uint64_t documents;     /* distinct documents mounted below, and earlier versions whose blocks are shared */
    uint64_t reserved[8];
} hf_size;

/* Measures `value` (absent: all zero). No recursion; memory only for the set of mounted documents,
 * HF_NO_MEMORY when there is none. */
HF_API HF_NODISCARD hf_status hf_measure(hf_value value, hf_size *ret_size, hf_error *reterr);

HF_EXTERN_END

#endif

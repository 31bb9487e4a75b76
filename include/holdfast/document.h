/* document.h - frozen values: one block, counted by reference, shared without locks.
 *
 * A document is what reading gives (read.h), what a builder gives (build.h), and what freezing a
 * draft gives (draft.h). It never changes. It is counted as a whole: hold it to keep it, drop it to
 * let it go; nothing inside is freed on its own, and the last drop frees all of it in O(1) plus one
 * step for each mounted document and foreign value.
 *
 * Threads: every call here is safe from any thread.
 * fork: a child has its own copy of every document; drop there what you hold there. */
#ifndef HOLDFAST_DOCUMENT_H
#define HOLDFAST_DOCUMENT_H

#include <holdfast/memory.h>
#include <holdfast/value.h>

HF_EXTERN_BEGIN

typedef struct hf_document hf_document;

/* One more holder; the O(1) clone. Returns `document`, which NULL passes through. Allocates nothing. */
HF_API hf_document *hf_document_hold(const hf_document *document);
/* One holder less; the last one releases everything. NULL is fine. */
HF_API void hf_document_drop(hf_document *document);
/* The root value; borrowed, valid while `document` is held. Absent for NULL. */
HF_API hf_value hf_root(const hf_document *document);

/* A private copy of the whole (its own block, mounted documents copied in, borrowed text copied,
 * links kept), made with `allocator` and charged to `budget` (NULL: the default, the process budget).
 * ret_document: owned (one hold). At most 2 allocations. HF_NO_MEMORY, HF_LIMIT_BYTES,
 * HF_LIMIT_VALUES (expanded mounts), HF_FOREIGN with the place. */
HF_API HF_NODISCARD hf_status hf_document_clone(const hf_document *document, const hf_allocator *allocator,
                                                hf_budget *budget, hf_document **ret_document,
                                                hf_error *reterr);
/* The same for the part of a document or draft below `value`: detaches it from its block. */
HF_API HF_NODISCARD hf_status hf_clone_part(hf_value value, const hf_allocator *allocator, hf_budget *budget,
                                            hf_document **ret_document, hf_error *reterr);

typedef struct hf_document_info {
    uint64_t holders;        /* at this moment */
    uint64_t bytes;          /* everything charged for it, exactly: object, block, tables, indexes */
    uint64_t block_bytes;    /* the block alone */
    uint64_t text_bytes;     /* source text kept (in the block, or borrowed or consumed beside it) */
    uint64_t index_bytes;    /* lookup indexes built so far */
    uint64_t slots;          /* in its own block */
    uint64_t values;         /* its own, mounted documents not expanded */
    uint64_t values_expanded;/* what a reader sees; saturates at UINT64_MAX */
    uint32_t depth;          /* deepest value below the root, mounts expanded; the root is 0; saturates */
    uint32_t mounts;         /* documents mounted directly */
    uint32_t mount_depth;    /* deepest nesting of mounts */
    uint32_t foreigns, links;
    uint32_t reserved[7];
} hf_document_info;

/* All zero for NULL. */
HF_API hf_document_info hf_document_get_info(const hf_document *document);

/* Builds the lookup indexes of all wide containers now rather than at first use. */
HF_API HF_NODISCARD hf_status hf_document_index(const hf_document *document, hf_error *reterr);

/* For gcc and clang: drops the document when the variable goes out of scope.
 *     HF_DROPPED hf_document *config = NULL; */
#if defined(__GNUC__)
#define HF_DROPPED __attribute__((cleanup(hf__drop_cleanup)))
static inline void hf__drop_cleanup(hf_document **document) { hf_document_drop(*document); }
#endif

HF_EXTERN_END

#endif

/* current.h - the one variable that every configuration service needs: the version that is in force.
 *
 *     static hf_current config;                                  (all zero: no version)
 *     hf_current_publish(&config, &next);                        writer: consumes its hold
 *     hf_document *mine = hf_current_hold(&config);              any thread, at any rate
 *     ... hf_root(mine) ... hf_document_drop(mine);
 *
 * A reader never waits, neither for the writer nor for another reader: holding is one atomic
 * addition. It keeps its version as long as it likes; the version goes with its last holder.
 *
 * Threads: every call is safe from any thread; hf_current_release after all others.
 * Counts: hf_document_get_info(...).holders of a published version includes holds that were made
 * ready for readers. At most 2^19 readers may be inside hf_current_hold at once. */
#ifndef HOLDFAST_CURRENT_H
#define HOLDFAST_CURRENT_H

#include <holdfast/document.h>

HF_EXTERN_BEGIN

/* Yours; all zero is an empty one. May not be copied once it is in use. */
typedef struct hf_current {
    uint64_t state; /* the document's address and the holds that readers took; atomic */
    uint64_t reserved[7]; /* a cache line of its own when it is aligned to one */
} hf_current;

/* Makes *document the current version; consumes the hold and sets *document to NULL. Drops the
 * version before. NULL in *document: none from now on. */
HF_API void hf_current_publish(hf_current *current, hf_document **document);
/* The current version with a hold for you; NULL when there is none. */
HF_API HF_NODISCARD hf_document *hf_current_hold(hf_current *current);
/* Drops the current version; the variable is empty again. */
HF_API void hf_current_release(hf_current *current);

HF_EXTERN_END

#endif

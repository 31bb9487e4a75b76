/* place.h - where in a document something is, as a JSON Pointer for an error.
 *
 * Paths are found from the inside out, so they are written from the end of a small buffer towards
 * its front; when it is full the middle is left out. Nothing allocates. */
#ifndef HOLDFAST_PLACE_H
#define HOLDFAST_PLACE_H

#include <holdfast/value.h>

enum { HF__POINTER_TAIL = 120, HF__POINTER_HEAD = 120 };

/* Collects reference tokens, last one first. */
typedef struct hf__pointer_writer {
    char     tail[HF__POINTER_TAIL]; /* the end of the path, filled from the back */
    unsigned tail_at;
    bool     tail_full;
    char     head[HF__POINTER_HEAD]; /* what came after the tail was full: a window on the newest tokens */
    unsigned head_at;
    bool     elided;                 /* something fell out between head and tail */
} hf__pointer_writer;

void hf__pointer_writer_init(hf__pointer_writer *writer);
void hf__pointer_writer_key(hf__pointer_writer *writer, hf_text key);
void hf__pointer_writer_index(hf__pointer_writer *writer, uint64_t index);
/* Puts the path into reterr; NULL is fine. */
void hf__pointer_writer_finish(const hf__pointer_writer *writer, hf_error *reterr);

/* The JSON Pointer of `slot` (a value, or a key for its member) within the frozen slots that begin
 * with `root`. Goes through the siblings behind the slot on each level: O(width * depth). */
void hf__place_of(const hf__slot *root, const hf__slot *slot, hf_error *reterr);

#endif

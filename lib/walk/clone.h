/* clone.h - the pieces of copying shared by clone.c and expand.c. */
#ifndef HOLDFAST_CLONE_H
#define HOLDFAST_CLONE_H

#include "memory/allocate.h"
#include "value/home.h"

/* Copies what `value` shows, mounts expanded, chunks of drafts flattened, into one block. */
hf_status hf__clone_expanded(hf_value value, const hf__memory *memory, hf_document **ret_document, hf_error *reterr);

/* HF_LIMIT_VALUES when `value` shows more than 2^32 values: known from what is stored, before anything is walked. */
hf_status hf__check_expansion(hf_value value, hf_error *reterr);

/* A document around the block; block and tables are consumed, also on failure. */
hf_status hf__clone_finish(hf__block_header *block, const hf__memory *memory, const hf__tables *tables,
                           hf_document **ret_document, hf_error *reterr);

/* A foreign value of its own by the clone hook; HF_FOREIGN without one. */
hf_status hf__foreign_clone(hf__foreign *to, const hf__foreign *from, hf_error *reterr);
void hf__foreigns_drop(hf__foreign *foreigns, uint32_t count);

#endif

/* builder.h - the builder's state, shared by build.c and build_copy.c. */
#ifndef HOLDFAST_BUILDER_H
#define HOLDFAST_BUILDER_H

#include <holdfast/build.h>

#include "memory/allocate.h"
#include "value/home.h"

struct hf_builder {
    hf_build_options options; /* limits filled in; the budget is held */
    hf__memory       memory;
    hf__slot        *slots;
    char            *text;
    hf__mount       *mounts;
    uint64_t         slot_count, slot_capacity;
    uint64_t         text_length, text_capacity;
    uint32_t         mount_count, mount_capacity;
    uint64_t         open;   /* the innermost open container's slot; 0 also when none is open */
    uint64_t         values;
    uint32_t         depth;  /* open containers */
    uint32_t         deepest;
    bool             has_key; /* a key waits for its value */
    hf_error         failure; /* the first one; status HF_OK so far */
};

/* Makes the builder fail with `status`, unless it did before. Returns the status that sticks. */
hf_status hf__builder_refuse(hf_builder *builder, hf_status status, const char *detail);

/* Room for so many more slots and bytes of text; checks the limit of bytes. */
hf_status hf__builder_reserve(hf_builder *builder, uint64_t slots, uint64_t text);

/* The text of a slot that is being built. */
hf_text hf__builder_text(const hf_builder *builder, const hf__slot *slot);

/* HF__ESCAPE and HF__NONASCII as the text needs them. */
uint64_t hf__text_flags(hf_text text);

/* The second of two equal keys in one object somewhere below `root`, or NULL. Linear; wide objects
 * need a table while it runs, taken from `memory`. */
hf_status hf__duplicate_find(const hf__slot *root, const hf__memory *memory, const hf__slot **ret_key,
                             hf_error *reterr);

#endif

/* chains.h - the own functions of each path, innermost first, each once: what groups are made of. */
#ifndef HOLDFAST_CHAINS_H
#define HOLDFAST_CHAINS_H

#include "model.h"

typedef struct hf__chain {
    uint32_t first, count;   /* into functions and lines; count is at least 1 */
    uint32_t recursion, depth_max; /* the function that occurs most often, where more than once; else HF_NONE */
} hf__chain;

typedef struct hf__chains {
    hf__chain *chains;    /* one for each path */
    uint32_t  *functions; /* as blamed; HF_NONE is "unknown code" */
    uint32_t  *lines;
    size_t     count, functions_count, functions_room, lines_room;
} hf__chains;

/* focus: a function at which every chain through it begins, or NULL. */
hf_status hf__chains_make(const hf__model *model, const char *focus, hf__chains *ret_chains, hf_error *reterr);
void      hf__chains_release(hf__chains *chains);

static inline uint32_t hf__chain_at(const hf__chains *chains, uint32_t path, size_t index)
{
    const hf__chain *chain = &chains->chains[path];
    return index < chain->count ? chains->functions[chain->first + index] : HF_NONE;
}

/* Where `function` stands in the chain of `path`; its count when it does not. */
static inline size_t hf__chain_find(const hf__chains *chains, uint32_t path, uint32_t function)
{
    const hf__chain *chain = &chains->chains[path];
    size_t index = 0;
    while (index < chain->count && chains->functions[chain->first + index] != function)
        index++;
    return index;
}

#endif

/* compact.c - memory given back: after each change where it is cheap, and on demand. */
#include "edit/draft_state.h"

void hf__draft_settle(hf_draft *draft)
{
    hf__scratch_trim(draft);
}

hf_status hf_draft_compact(hf_draft *draft, hf_error *reterr)
{
    (void)reterr;
    for (uint32_t i = 0; i < draft->chunk_count; i++)
        if (!((uintptr_t)draft->chunks[i] & 1))
            hf__chunk_trim(draft, draft->chunks[i]);
    return HF_OK;
}

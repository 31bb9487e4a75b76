/* chains.c - from stacks to chains of the program's own functions. */
#include "chains.h"

#include "base/fail.h"
#include "room.h"

/* For each function: in which path it was last seen, and how often there. */
typedef struct seen {
    uint32_t path, times;
} seen;

typedef struct maker {
    const hf__model *model;
    hf__chains      *chains;
    seen            *seen;
    uint32_t         focus; /* a name, or HF_NONE */
} maker;

static bool put(hf__chains *chains, uint32_t function, uint32_t line)
{
    if (!HF_RESERVE(chains->functions, chains->functions_room, chains->functions_count + 1) ||
        !HF_RESERVE(chains->lines, chains->lines_room, chains->functions_count + 1))
        return false;
    chains->functions[chains->functions_count] = function;
    chains->lines[chains->functions_count++] = line;
    return true;
}

/* The outermost frame that is anything but a thread's start: whom to name where no code is the program's own. */
static uint32_t outermost(const hf__model *model, uint32_t frame)
{
    uint32_t best = frame;
    for (; frame != 0; frame = model->frames[frame].parent)
        if (model->functions[model->frames[frame].function].origin == HF_ORIGIN_LIBRARY)
            best = frame;
    return best;
}

static bool make_chain(maker *at, uint32_t path)
{
    const hf__model *model = at->model;
    hf__chains *chains = at->chains;
    hf__chain chain = { .first = (uint32_t)chains->functions_count, .recursion = HF_NONE };
    for (uint32_t frame = model->paths[path].frame; frame != 0; frame = model->frames[frame].parent) {
        uint32_t function = model->frames[frame].function;
        if (model->functions[function].origin != HF_ORIGIN_OWN)
            continue;
        seen *here = &at->seen[function];
        if (here->path != path + 1)
            *here = (seen){ path + 1, 0 };
        if (++here->times > 1) {
            if (here->times > chain.depth_max)
                chain.depth_max = here->times, chain.recursion = function;
            continue;
        }
        if (model->functions[function].name == at->focus)
            chains->functions_count = chain.first;
        if (!put(chains, function, model->frames[frame].line))
            return false;
    }
    if (chains->functions_count == chain.first) {
        uint32_t frame = model->paths[path].frame != 0 ? outermost(model, model->paths[path].frame) : 0;
        if (!put(chains, frame != 0 ? model->frames[frame].function : HF_NONE, frame != 0 ? model->frames[frame].line : 0))
            return false;
    }
    chain.count = (uint32_t)(chains->functions_count - chain.first);
    chains->chains[path] = chain;
    return true;
}

hf_status hf__chains_make(const hf__model *model, const char *focus, hf__chains *ret_chains, hf_error *reterr)
{
    hf__chains chains = { .count = model->paths_count };
    maker at = { .model = model, .chains = &chains, .focus = HF_NONE };
    chains.chains = hf__room_zeroed(model->paths_count, sizeof *chains.chains);
    at.seen = hf__room_zeroed(model->functions_count, sizeof *at.seen);
    bool fine = chains.chains != NULL && at.seen != NULL;
    for (uint32_t i = 0; focus != NULL && i < model->functions_count; i++)
        if (hf_text_equal(hf__model_name(model, i), hf_text_from_cstr(focus)))
            at.focus = model->functions[i].name;
    for (uint32_t path = 0; fine && path < model->paths_count; path++)
        fine = make_chain(&at, path);
    hf__room_free(at.seen);
    if (!fine) {
        hf__chains_release(&chains);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    *ret_chains = chains;
    return HF_OK;
}

void hf__chains_release(hf__chains *chains)
{
    hf__room_free(chains->chains);
    hf__room_free(chains->functions);
    hf__room_free(chains->lines);
    *chains = (hf__chains){ 0 };
}

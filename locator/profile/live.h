/* live.h - which blocks are alive: address to size, path and birth, 24 bytes each.
 *
 * Feeds a model: hf__live_born and hf__live_died as events come, hf__live_checkpoint at each
 * checkpoint. A birth at an address that is alive ends the block before (its death was not seen);
 * a death at an address that is not alive is counted in `strangers` and changes nothing.
 *
 * A realloc comes in two halves of one thread: hf__live_lift takes the block from its address, alive as before, and
 * hf__live_resize puts it down where it goes on (layers.h), hf__live_restore where it was. Whatever else the thread
 * does to blocks in between says that there is no second half: hf__live_settle, and the block is dead.
 *
 * Weights: a sampled block stands for `weight` blocks of its size, see HF_LIVE_WEIGHT_ONE. */
#ifndef HOLDFAST_LIVE_H
#define HOLDFAST_LIVE_H

#include "layers.h"
#include "model.h"

/* Weights are kept as multiples of 1/1024, up to 2^22 (sizes up to 2^42). */
typedef struct hf__block {
    uint64_t address;     /* 0 marks a free slot */
    uint64_t size_path;   /* size in the upper 42 bits, path in the lower 22 */
    uint32_t born;        /* number of the checkpoint that closes the window of its birth; HF_LIVE_LAYERED: layers */
    uint32_t weight;      /* HF_LIVE_WEIGHT_ONE for a block that stands for itself */
} hf__block;

enum { HF_LIVE_WEIGHT_ONE = 1024, HF_LIVE_PATHS_MAX = 1 << 22 };
#define HF_LIVE_LAYERED (UINT32_C(1) << 31) /* the other bits of `born` are the top of its layers, whose `when` is such a number */

/* What a path holds now and what happened to it since the last checkpoint. */
typedef struct hf__live_path {
    int64_t  bytes, blocks;
    uint64_t born_bytes, born_blocks, died_bytes, died_blocks;
    double   variance; /* of `bytes`, from sampling */
    bool     touched;
} hf__live_path;

typedef struct hf__cohort {
    uint64_t key; /* path + 1 in the upper half, number of the birth's checkpoint in the lower; 0 is free */
    int64_t  bytes, blocks;
} hf__cohort;

typedef struct hf__live {
    hf__model     *model; /* borrowed */
    hf__block     *blocks;
    size_t         blocks_count, slots_count;
    hf__live_path *paths;
    size_t         paths_count, paths_room;
    uint32_t      *touched;
    size_t         touched_count, touched_room;
    hf__cohort    *cohorts;
    size_t         cohorts_count, cohort_slots;
    hf__layers     layers;
    size_t         lifted; /* blocks between the halves of a realloc */
    uint64_t       strangers, replaced;
    bool           failed;
} hf__live;

hf_status hf__live_init(hf__live *live, hf__model *model, hf_error *reterr);
void      hf__live_release(hf__live *live);

void hf__live_born(hf__live *live, uint64_t address, uint64_t size, uint32_t path, uint32_t weight);
/* False when nothing lives at `address`. */
bool hf__live_died(hf__live *live, uint64_t address);
/* The first half of a realloc by `thread`. False when nothing lives at `address`. */
bool hf__live_lift(hf__live *live, uint32_t thread, uint64_t address);
/* The second half: false when this thread has lifted nothing that can go on as this block, which is then born, or
 * not, for the caller to say. */
bool hf__live_resize(hf__live *live, uint32_t thread, uint64_t address, uint64_t size, uint32_t path, uint32_t weight);
/* The realloc failed. False when this thread has lifted nothing. */
bool hf__live_restore(hf__live *live, uint32_t thread, uint64_t address);
/* What this thread has lifted is dead: there is no second half. */
void hf__live_settle(hf__live *live, uint32_t thread);
/* Many births and deaths of blocks that stand for themselves, in their order. */
typedef struct hf__live_change {
    uint64_t address, size;
    uint32_t path;
    bool     dies;        /* size and path do not count */
} hf__live_change;
void hf__live_play(hf__live *live, const hf__live_change *changes, size_t count);
/* The block at `address`, borrowed until the next call, or NULL. */
const hf__block *hf__live_find(const hf__live *live, uint64_t address);
/* hf__model_rebase, for the model and the births that are remembered here. Returns the shift that was. */
unsigned hf__live_rebase(hf__live *live);
/* The points of the window that is being filled; hf__live_checkpoint does this too. */
void hf__live_flush(hf__live *live);
void hf__live_checkpoint(hf__live *live, double seconds, const hf__memory *memory, uint32_t flags);

/* The variance that sampling by one in `period` bytes brings to each byte of a sum of blocks of this mean
 * size: a block stands for w = 1 / (1 - exp(-s / period)) of its kind, and brings s^2 w (w - 1) to the
 * variance for s w bytes. 0 when every block is there. */
double hf__sampling_noise(double bytes, double blocks, double period);

static inline uint64_t hf__block_size(const hf__block *block)
{
    return block->size_path >> 22;
}
static inline uint32_t hf__block_path(const hf__block *block)
{
    return (uint32_t)(block->size_path & (HF_LIVE_PATHS_MAX - 1));
}

#endif

/* layers.h - blocks that realloc made larger: which path added what, and when.
 *
 * A realloc of a live block continues that block. What it adds belongs to the path that asked for it, from then on,
 * and the rest stays where it was; but a realloc that at least doubles a block takes the whole over, with its births:
 * what was there was a start. What a realloc gives back is what was added last; the block stays where it was.
 *
 * A block has layers from the first time on that it grew in a later window than that of its birth, or by a small part
 * from another path. They are a chain from the youngest to the oldest, which is the block as it was born and stands
 * for its count. A chain stays short however often a block grows: what was added in one window is one layer for each
 * path, and chains that get long are put together by time. */
#ifndef HOLDFAST_LAYERS_H
#define HOLDFAST_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hf__layer {
    uint64_t when;          /* in whatever unit the owner counts time */
    double   bytes;
    uint32_t path, below;   /* below: 0 for the block as it was born */
    uint32_t length;        /* of the chain from here on */
} hf__layer;

/* Zeroed: empty. */
typedef struct hf__layers {
    hf__layer *items;       /* the first one is not used */
    size_t     count, room;
    uint32_t   free;        /* chain of those that are not in use, by `below` */
} hf__layers;

/* A block, unpacked. */
typedef struct hf__layered {
    uint32_t top;           /* its layers; 0: none */
    uint32_t path;          /* of its count, and of all of it when it has no layers */
    uint64_t when;          /* of its birth, when it has no layers */
    double   bytes, blocks; /* that it stands for */
} hf__layered;

typedef enum hf__layer_change {
    HF_LAYER_ADDED,         /* in the present window */
    HF_LAYER_GONE,          /* given back to the allocator */
    HF_LAYER_LEFT,          /* for another path, where it arrives */
    HF_LAYER_ARRIVED,
} hf__layer_change;

/* Who keeps the account of paths. */
typedef struct hf__ledger {
    void *user;
    void (*change)(void *user, hf__layer_change change, uint32_t path, uint64_t when, double bytes, double blocks);
} hf__ledger;

typedef struct hf__resize {
    double   bytes, blocks; /* that the block stands for from here on */
    uint32_t path;          /* that asked for it */
    bool     takes_over;
    uint64_t now, window;   /* window: when the present one began */
    uint64_t cell;          /* of time, that chains are put together by when they get long; 0: a part of their own age */
} hf__resize;

/* The block goes on with another size. False when memory is out: then what was added counts as of its birth. */
bool hf__layers_resize(hf__layers *layers, hf__layered *block, const hf__resize *to, const hf__ledger *ledger);
/* The block is gone, and its layers with it. */
void hf__layers_end(hf__layers *layers, const hf__layered *block, const hf__ledger *ledger);
void hf__layers_release(hf__layers *layers);

#endif

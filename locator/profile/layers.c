/* layers.c - chains in one array, with a chain of those that are free. */
#include "layers.h"

#include "room.h"

enum { LOOK_BACK = 16, TIDY_FROM = 128, TIDY_EACH = 64, TIDY_PARTS = 64 };

static void tell(const hf__ledger *ledger, hf__layer_change change, uint32_t path, uint64_t when, double bytes, double blocks)
{
    if (bytes > 0 || blocks > 0)
        ledger->change(ledger->user, change, path, when, bytes, blocks);
}

/* 0 when memory is out. */
static uint32_t put(hf__layers *layers, uint32_t below, uint64_t when, uint32_t path, double bytes)
{
    uint32_t place = layers->free;
    if (place != 0) {
        layers->free = layers->items[place].below;
    } else {
        size_t next = layers->count > 0 ? layers->count : 1;
        if (next >= UINT32_MAX / 2 || !HF_RESERVE(layers->items, layers->room, next + 1))
            return 0;
        layers->count = next + 1;
        place = (uint32_t)next;
    }
    uint32_t length = below != 0 ? layers->items[below].length + 1 : 1;
    layers->items[place] = (hf__layer){ .when = when, .bytes = bytes, .path = path, .below = below, .length = length };
    return place;
}

static uint32_t pop(hf__layers *layers, uint32_t top)
{
    uint32_t below = layers->items[top].below;
    layers->items[top].below = layers->free;
    layers->free = top;
    return below;
}

static hf__layer *oldest(const hf__layers *layers, uint32_t top)
{
    while (layers->items[top].below != 0)
        top = layers->items[top].below;
    return &layers->items[top];
}

/* The layer of a path among the youngest, none of them older than `from`; 0 for none. */
static uint32_t find(const hf__layers *layers, uint32_t top, uint32_t path, uint64_t from)
{
    for (int i = 0; i < LOOK_BACK && top != 0 && layers->items[top].when >= from; i++, top = layers->items[top].below)
        if (layers->items[top].path == path)
            return top;
    return 0;
}

/* Layers of one path in one cell of time become one, and take the time of the older. */
static uint32_t tidy(hf__layers *layers, uint32_t top, uint64_t now, uint64_t cell)
{
    hf__layer *items = layers->items;
    uint32_t turned = 0, built = 0;
    while (top != 0) {
        uint32_t below = items[top].below;
        items[top].below = turned;
        turned = top;
        top = below;
    }
    if (cell == 0)
        cell = (now - items[turned].when) / TIDY_PARTS;
    cell = cell > 0 ? cell : 1;
    while (turned != 0) {
        uint32_t next = items[turned].below;
        uint32_t same = find(layers, built, items[turned].path, items[turned].when / cell * cell);
        if (same != 0) {
            items[same].bytes += items[turned].bytes;
            pop(layers, turned);
        } else {
            items[turned].below = built;
            items[turned].length = built != 0 ? items[built].length + 1 : 1;
            built = turned;
        }
        turned = next;
    }
    return built;
}

/* A sampled block stands for another number of blocks when its size has changed: it did so from its birth on. */
static void recount(hf__layers *layers, hf__layered *block, double blocks, const hf__ledger *ledger)
{
    uint64_t when = block->top != 0 ? oldest(layers, block->top)->when : block->when;
    if (blocks > block->blocks)
        tell(ledger, HF_LAYER_ARRIVED, block->path, when, 0, blocks - block->blocks);
    else
        tell(ledger, HF_LAYER_LEFT, block->path, when, 0, block->blocks - blocks);
    block->blocks = blocks;
}

static void shrink(hf__layers *layers, hf__layered *block, double bytes, const hf__ledger *ledger)
{
    double gone = block->bytes - bytes;
    block->bytes = bytes;
    if (block->top == 0) {
        tell(ledger, HF_LAYER_GONE, block->path, block->when, gone, 0);
        return;
    }
    while (gone > 0) {
        hf__layer *layer = &layers->items[block->top];
        double part = gone < layer->bytes || layer->below == 0 ? gone : layer->bytes;
        tell(ledger, HF_LAYER_GONE, layer->path, layer->when, part, 0);
        layer->bytes -= part;
        gone -= part;
        if (layer->bytes <= 0 && layer->below != 0)
            block->top = pop(layers, block->top);
    }
    if (layers->items[block->top].below == 0) {      /* as it was born, or less */
        block->when = layers->items[block->top].when;
        block->top = pop(layers, block->top);
    }
}

static void move(uint32_t from, uint32_t to, uint64_t when, double bytes, double blocks, const hf__ledger *ledger)
{
    if (from == to)
        return;
    tell(ledger, HF_LAYER_LEFT, from, when, bytes, blocks);
    tell(ledger, HF_LAYER_ARRIVED, to, when, bytes, blocks);
}

static void take_over(hf__layers *layers, hf__layered *block, uint32_t path, const hf__ledger *ledger)
{
    if (block->top == 0)
        move(block->path, path, block->when, block->bytes, block->blocks, ledger);
    for (uint32_t at = block->top; at != 0; at = layers->items[at].below) {
        hf__layer *layer = &layers->items[at];
        move(layer->path, path, layer->when, layer->bytes, layer->below == 0 ? block->blocks : 0, ledger);
        layer->path = path;
    }
    block->path = path;
}

static bool grow(hf__layers *layers, hf__layered *block, const hf__resize *to, const hf__ledger *ledger)
{
    double added = to->bytes - block->bytes;
    bool fine = true;
    if (block->top == 0 && (block->when < to->window || block->path != to->path)) {
        block->top = put(layers, 0, block->when, block->path, block->bytes);
        fine = block->top != 0;
    }
    block->bytes = to->bytes;
    if (block->top == 0) {
        tell(ledger, HF_LAYER_ADDED, block->path, to->now, added, 0);
        return fine;
    }
    uint32_t same = find(layers, block->top, to->path, to->window);
    uint32_t place = same != 0 ? same : put(layers, block->top, to->now, to->path, 0);
    if (place == 0) {
        fine = false;
        place = block->top;
    }
    if (same == 0 && fine)
        block->top = place;
    layers->items[place].bytes += added;
    tell(ledger, HF_LAYER_ADDED, layers->items[place].path, to->now, added, 0);
    uint32_t length = layers->items[block->top].length;
    if (same == 0 && length >= TIDY_FROM && length % TIDY_EACH == 0)
        block->top = tidy(layers, block->top, to->now, to->cell);
    return fine;
}

bool hf__layers_resize(hf__layers *layers, hf__layered *block, const hf__resize *to, const hf__ledger *ledger)
{
    if (to->blocks != block->blocks)
        recount(layers, block, to->blocks, ledger);
    if (to->bytes < block->bytes) {
        shrink(layers, block, to->bytes, ledger);
        return true;
    }
    if (to->takes_over)
        take_over(layers, block, to->path, ledger);
    return !(to->bytes > block->bytes) || grow(layers, block, to, ledger);
}

void hf__layers_end(hf__layers *layers, const hf__layered *block, const hf__ledger *ledger)
{
    if (block->top == 0)
        tell(ledger, HF_LAYER_GONE, block->path, block->when, block->bytes, block->blocks);
    for (uint32_t at = block->top; at != 0; at = pop(layers, at)) {
        const hf__layer *layer = &layers->items[at];
        tell(ledger, HF_LAYER_GONE, layer->path, layer->when, layer->bytes, layer->below == 0 ? block->blocks : 0);
    }
}

void hf__layers_release(hf__layers *layers)
{
    hf__room_free(layers->items);
    *layers = (hf__layers){ 0 };
}

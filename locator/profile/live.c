/* live.c - the table of live blocks: open addressing, at most three quarters full (half, while it is
 * small enough for a processor's cache), deletion by moving back what follows, so that there are no
 * tombstones however long a program runs. */
#include "live.h"

#include <math.h>

#include "base/fail.h"
#include "room.h"

enum { FIRST_SLOTS = 1 << 12, CACHED_SLOTS = 1 << 16, FIRST_COHORTS = 1 << 8 };
#define SIZE_LIMIT ((UINT64_C(1) << 42) - 1)

static size_t home_of(uint64_t address, size_t slots_count)
{
    return (size_t)((address >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 24) & (slots_count - 1);
}

hf_status hf__live_init(hf__live *live, hf__model *model, hf_error *reterr)
{
    memset(live, 0, sizeof *live);
    live->model = model;
    live->blocks = hf__room_zeroed(FIRST_SLOTS, sizeof *live->blocks);
    live->cohorts = hf__room_zeroed(FIRST_COHORTS, sizeof *live->cohorts);
    if (live->blocks == NULL || live->cohorts == NULL) {
        hf__live_release(live);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    live->slots_count = FIRST_SLOTS;
    live->cohort_slots = FIRST_COHORTS;
    return HF_OK;
}

void hf__live_release(hf__live *live)
{
    hf__room_free(live->blocks);
    hf__room_free(live->paths);
    hf__room_free(live->touched);
    hf__room_free(live->cohorts);
    hf__layers_release(&live->layers);
    memset(live, 0, sizeof *live);
}

static inline bool is_full(const hf__live *live)
{
    size_t quarters = live->slots_count <= CACHED_SLOTS ? 2 : 3;
    return (live->blocks_count + 1) * 4 > live->slots_count * quarters;
}

static bool grow_blocks(hf__live *live)
{
    size_t grown = live->slots_count * 2;
    hf__block *blocks = hf__room_zeroed(grown, sizeof *blocks);
    if (blocks == NULL)
        return false;
    for (size_t i = 0; i < live->slots_count; i++) {
        if (live->blocks[i].address == 0)
            continue;
        size_t slot = home_of(live->blocks[i].address, grown);
        while (blocks[slot].address != 0)
            slot = (slot + 1) & (grown - 1);
        blocks[slot] = live->blocks[i];
    }
    hf__room_free(live->blocks);
    live->blocks = blocks;
    live->slots_count = grown;
    return true;
}

/* The first time that a path is seen in a window, or at all. */
static __attribute__((noinline)) hf__live_path *touch_path(hf__live *live, uint32_t path)
{
    if (path >= live->paths_count) {
        if (!HF_RESERVE(live->paths, live->paths_room, (size_t)path + 1))
            return NULL;
        memset(live->paths + live->paths_count, 0, (path + 1 - live->paths_count) * sizeof *live->paths);
        live->paths_count = (size_t)path + 1;
    }
    hf__live_path *state = &live->paths[path];
    if (!state->touched) {
        if (!HF_RESERVE(live->touched, live->touched_room, live->touched_count + 1))
            return NULL;
        live->touched[live->touched_count++] = path;
        state->touched = true;
    }
    return state;
}

static inline hf__live_path *path_at(hf__live *live, uint32_t path)
{
    if (__builtin_expect(path < live->paths_count && live->paths[path].touched, 1))
        return &live->paths[path];
    return touch_path(live, path);
}

static uint64_t weighted(uint64_t amount, uint32_t weight)
{
    return weight == HF_LIVE_WEIGHT_ONE ? amount : (uint64_t)((double)amount * weight / HF_LIVE_WEIGHT_ONE + 0.5);
}

/* Variance that one sampled block brings into a sum: (s w)^2 (1 - 1/w). */
static double variance_of(uint64_t size, uint32_t weight)
{
    double factor = (double)weight / HF_LIVE_WEIGHT_ONE;
    return (double)size * (double)size * factor * (factor - 1);
}

static bool grow_cohorts(hf__live *live)
{
    size_t grown = live->cohort_slots * 2;
    hf__cohort *cohorts = hf__room_zeroed(grown, sizeof *cohorts);
    if (cohorts == NULL)
        return false;
    for (size_t i = 0; i < live->cohort_slots; i++) {
        if (live->cohorts[i].key == 0)
            continue;
        size_t slot = home_of(live->cohorts[i].key << 4, grown);
        while (cohorts[slot].key != 0)
            slot = (slot + 1) & (grown - 1);
        cohorts[slot] = live->cohorts[i];
    }
    hf__room_free(live->cohorts);
    live->cohorts = cohorts;
    live->cohort_slots = grown;
    return true;
}

/* Less than nothing is what has arrived from another path. */
static void note_death(hf__live *live, uint32_t path, uint32_t born, int64_t bytes, int64_t blocks)
{
    if ((live->cohorts_count + 1) * 2 > live->cohort_slots && !grow_cohorts(live)) {
        live->failed = true;
        return;
    }
    uint64_t key = ((uint64_t)path + 1) << 32 | born;
    size_t slot = home_of(key << 4, live->cohort_slots);
    while (live->cohorts[slot].key != 0 && live->cohorts[slot].key != key)
        slot = (slot + 1) & (live->cohort_slots - 1);
    hf__cohort *cohort = &live->cohorts[slot];
    if (cohort->key == 0) {
        cohort->key = key;
        live->cohorts_count++;
    }
    cohort->bytes += bytes;
    cohort->blocks += blocks;
}

static uint64_t window_began(const hf__live *live)
{
    return (uint64_t)hf__model_window(live->model) << live->model->shift;
}

/* What layers tell, in the account of a path. Births move along only within the window of a birth: no other can be
 * changed; the cohorts say the rest. */
static void change_path(void *user, hf__layer_change change, uint32_t path, uint64_t when, double bytes, double blocks)
{
    hf__live *live = user;
    hf__live_path *state = path_at(live, path);
    if (state == NULL) {
        live->failed = true;
        return;
    }
    int64_t by_bytes = (int64_t)fmin(bytes, 1e18), by_blocks = (int64_t)fmin(blocks, 1e18);
    bool young = when >= window_began(live);
    if (change == HF_LAYER_GONE || change == HF_LAYER_LEFT)
        by_bytes = -by_bytes, by_blocks = -by_blocks;
    state->bytes += by_bytes;
    state->blocks += by_blocks;
    if (change == HF_LAYER_ADDED || (change != HF_LAYER_GONE && young)) {
        state->born_bytes += (uint64_t)by_bytes;
        state->born_blocks += (uint64_t)by_blocks;
    } else {
        state->died_bytes -= change == HF_LAYER_GONE ? (uint64_t)by_bytes : 0;
        state->died_blocks -= change == HF_LAYER_GONE ? (uint64_t)by_blocks : 0;
        if (!young)
            note_death(live, path, (uint32_t)when, -by_bytes, -by_blocks);
    }
}

static hf__layered unpacked(const hf__block *block)
{
    bool layered = (block->born & HF_LIVE_LAYERED) != 0;
    return (hf__layered){ .top = layered ? block->born & ~HF_LIVE_LAYERED : 0, .path = hf__block_path(block),
                          .when = layered ? 0 : block->born, .bytes = (double)weighted(hf__block_size(block), block->weight),
                          .blocks = (double)weighted(1, block->weight) };
}

static __attribute__((noinline)) void account_layers(hf__live *live, const hf__block *block)
{
    hf__layered layered = unpacked(block);
    hf__live_path *state = path_at(live, layered.path);
    if (state == NULL) {
        live->failed = true;
        return;
    }
    if (block->weight != HF_LIVE_WEIGHT_ONE)
        state->variance -= variance_of(hf__block_size(block), block->weight);
    hf__layers_end(&live->layers, &layered, &(hf__ledger){ live, change_path });
}

static inline void account_death(hf__live *live, const hf__block *block)
{
    if (__builtin_expect((block->born & HF_LIVE_LAYERED) != 0, 0)) {
        account_layers(live, block);
        return;
    }
    uint32_t path = hf__block_path(block);
    uint64_t bytes = weighted(hf__block_size(block), block->weight), blocks = weighted(1, block->weight);
    hf__live_path *state = path_at(live, path);
    if (state == NULL) {
        live->failed = true;
        return;
    }
    state->bytes -= (int64_t)bytes;
    state->blocks -= (int64_t)blocks;
    state->died_bytes += bytes;
    state->died_blocks += blocks;
    if (block->weight != HF_LIVE_WEIGHT_ONE)
        state->variance -= variance_of(hf__block_size(block), block->weight);
    if (block->born < live->model->checkpoints_seen)
        note_death(live, path, block->born, (int64_t)bytes, (int64_t)blocks);
}

static uint64_t size_path_of(uint64_t size, uint32_t path)
{
    return (size < SIZE_LIMIT ? size : SIZE_LIMIT) << 22 | path;
}

static size_t slot_of(const hf__live *live, uint64_t address)
{
    size_t slot = home_of(address, live->slots_count);
    while (live->blocks[slot].address != 0 && live->blocks[slot].address != address)
        slot = (slot + 1) & (live->slots_count - 1);
    return slot;
}

/* The slot for what comes to an address: what is there has died unseen. NULL when memory is out. */
static inline hf__block *make_slot(hf__live *live, uint64_t address)
{
    if (is_full(live) && !grow_blocks(live)) {
        live->failed = true;
        return NULL;
    }
    size_t slot = slot_of(live, address);
    if (live->blocks[slot].address != 0) {
        live->replaced++;
        account_death(live, &live->blocks[slot]);
    } else {
        live->blocks_count++;
    }
    return &live->blocks[slot];
}

static inline void born(hf__live *live, uint64_t address, uint64_t size, uint32_t path, uint32_t weight)
{
    if (address == 0 || path >= HF_LIVE_PATHS_MAX || live->failed) {
        live->failed |= path == HF_NONE;
        return;
    }
    hf__block *slot = make_slot(live, address);
    if (slot == NULL)
        return;
    *slot = (hf__block){ .address = address, .size_path = size_path_of(size, path), .born = (uint32_t)live->model->checkpoints_seen,
                         .weight = weight };
    hf__live_path *state = path_at(live, path);
    if (state == NULL) {
        live->failed = true;
        return;
    }
    uint64_t bytes = weighted(size, weight), blocks = weighted(1, weight);
    state->bytes += (int64_t)bytes;
    state->blocks += (int64_t)blocks;
    state->born_bytes += bytes;
    state->born_blocks += blocks;
    if (weight != HF_LIVE_WEIGHT_ONE)
        state->variance += variance_of(size, weight);
}

void hf__live_born(hf__live *live, uint64_t address, uint64_t size, uint32_t path, uint32_t weight)
{
    born(live, address, size, path, weight);
}

static inline void remove_at(hf__live *live, size_t slot)
{
    live->blocks_count--;
    size_t mask = live->slots_count - 1, hole = slot;
    for (size_t next = (hole + 1) & mask; live->blocks[next].address != 0; next = (next + 1) & mask) {
        size_t home = home_of(live->blocks[next].address, live->slots_count);
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            live->blocks[hole] = live->blocks[next];
            hole = next;
        }
    }
    live->blocks[hole].address = 0;
}

static inline bool died(hf__live *live, uint64_t address)
{
    size_t slot = address != 0 ? slot_of(live, address) : 0;
    if (address == 0 || live->blocks[slot].address == 0) {
        live->strangers++;
        return false;
    }
    account_death(live, &live->blocks[slot]);
    remove_at(live, slot);
    return true;
}

bool hf__live_died(hf__live *live, uint64_t address)
{
    return died(live, address);
}

const hf__block *hf__live_find(const hf__live *live, uint64_t address)
{
    size_t slot = address != 0 ? slot_of(live, address) : 0;
    return address != 0 && live->blocks[slot].address != 0 ? &live->blocks[slot] : NULL;
}

/* ---- the halves of a realloc -------------------------------------------------------------------- */

/* Where a block lies that a thread has lifted: no block has such an address. */
static uint64_t lifted_by(uint32_t thread)
{
    return UINT64_C(1) << 63 | (uint64_t)thread << 5 | 3;
}

static bool take(hf__live *live, uint64_t address, hf__block *ret_block)
{
    size_t slot = slot_of(live, address);
    if (live->blocks[slot].address == 0)
        return false;
    *ret_block = live->blocks[slot];
    remove_at(live, slot);
    return true;
}

static void put_down(hf__live *live, uint64_t address, hf__block block)
{
    hf__block *slot = make_slot(live, address);
    if (slot == NULL)
        return;
    *slot = block;
    slot->address = address;
}

void hf__live_settle(hf__live *live, uint32_t thread)
{
    if (live->lifted > 0 && hf__live_find(live, lifted_by(thread)) != NULL) {
        live->lifted--;
        died(live, lifted_by(thread));
    }
}

bool hf__live_lift(hf__live *live, uint32_t thread, uint64_t address)
{
    hf__block block;
    hf__live_settle(live, thread);
    if (address == 0 || !take(live, address, &block)) {
        live->strangers++;
        return false;
    }
    put_down(live, lifted_by(thread), block);
    live->lifted++;
    return true;
}

bool hf__live_restore(hf__live *live, uint32_t thread, uint64_t address)
{
    hf__block block;
    if (live->lifted == 0 || address == 0 || !take(live, lifted_by(thread), &block))
        return false;
    live->lifted--;
    put_down(live, address, block);
    return true;
}

/* Of a sampled block it is not known whether two halves belong together: each may be of another realloc, the other half of
 * which was not sampled. Those of one path may go on as each other. */
static bool may_go_on(const hf__block *block, uint32_t path, uint32_t weight)
{
    bool exact = block->weight == HF_LIVE_WEIGHT_ONE && weight == HF_LIVE_WEIGHT_ONE;
    return exact || hf__block_path(block) == path;
}

bool hf__live_resize(hf__live *live, uint32_t thread, uint64_t address, uint64_t size, uint32_t path, uint32_t weight)
{
    hf__block block;
    if (live->lifted == 0 || address == 0 || path >= HF_LIVE_PATHS_MAX || live->failed)
        return false;
    const hf__block *lifted = hf__live_find(live, lifted_by(thread));
    if (lifted == NULL || !may_go_on(lifted, path, weight))
        return false;
    size = size < SIZE_LIMIT ? size : SIZE_LIMIT;
    take(live, lifted_by(thread), &block);
    live->lifted--;
    hf__layered layered = unpacked(&block);
    hf__resize to = { .bytes = (double)weighted(size, weight), .blocks = (double)weighted(1, weight), .path = path,
                      .takes_over = size / 2 >= hf__block_size(&block), .now = live->model->checkpoints_seen,
                      .window = window_began(live), .cell = UINT64_C(1) << live->model->shift };
    hf__live_path *before = path_at(live, layered.path);
    if (before != NULL && block.weight != HF_LIVE_WEIGHT_ONE)
        before->variance -= variance_of(hf__block_size(&block), block.weight);
    live->failed |= !hf__layers_resize(&live->layers, &layered, &to, &(hf__ledger){ live, change_path }) || before == NULL;
    hf__live_path *after = path_at(live, layered.path);
    if (after != NULL && weight != HF_LIVE_WEIGHT_ONE)
        after->variance += variance_of(size, weight);
    block.size_path = size_path_of(size, layered.path);
    block.born = layered.top != 0 ? layered.top | HF_LIVE_LAYERED : (uint32_t)layered.when;
    block.weight = weight;
    put_down(live, address, block);
    return true;
}

/* ---- many at once ------------------------------------------------------------------------------- */

void hf__live_play(hf__live *live, const hf__live_change *changes, size_t count)
{
    enum { AHEAD = 8 };   /* so many changes later the slot is asked for: its cache line is fetched meanwhile */
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&live->blocks[home_of(changes[i + AHEAD].address, live->slots_count)], 1);
        if (changes[i].dies)
            died(live, changes[i].address);
        else
            born(live, changes[i].address, changes[i].size, changes[i].path, HF_LIVE_WEIGHT_ONE);
    }
}

/* ---- windows ------------------------------------------------------------------------------------ */

static void flush_cohorts(hf__live *live)
{
    for (size_t i = 0; i < live->cohort_slots && live->cohorts_count > 0; i++) {
        hf__cohort *cohort = &live->cohorts[i];
        if (cohort->key == 0)
            continue;
        hf__model_death(live->model, (uint32_t)(cohort->key >> 32) - 1, (uint32_t)cohort->key, cohort->bytes, cohort->blocks);
        *cohort = (hf__cohort){ 0 };
        live->cohorts_count--;
    }
}

double hf__sampling_noise(double bytes, double blocks, double period)
{
    if (!(period > 1) || !(blocks > 0))
        return 0;
    double size = bytes / blocks, chance = -expm1(-size / period);
    return chance > 0 ? size * (1 - chance) / chance : period;
}

void hf__live_flush(hf__live *live)
{
    flush_cohorts(live);
    for (size_t i = 0; i < live->touched_count; i++) {
        uint32_t path = live->touched[i];
        hf__live_path *state = &live->paths[path];
        hf__model_point(live->model, path, state->bytes, state->blocks, state->born_bytes, state->born_blocks,
                        state->died_bytes, state->died_blocks);
        if (state->bytes > 0 && state->variance > 0)
            live->model->paths[path].noise_bytes = state->variance / (double)state->bytes;
        state->born_bytes = state->born_blocks = state->died_bytes = state->died_blocks = 0;
        state->touched = false;
    }
    live->touched_count = 0;
    live->model->failed |= live->failed;
}

unsigned hf__live_rebase(hf__live *live)
{
    hf__live_flush(live);
    unsigned shift = hf__model_rebase(live->model);
    for (size_t i = 0; i < live->slots_count; i++)
        if ((live->blocks[i].born & HF_LIVE_LAYERED) == 0)
            live->blocks[i].born >>= shift;
    for (size_t i = 0; i < live->layers.count; i++)
        live->layers.items[i].when >>= shift;
    return shift;
}

void hf__live_checkpoint(hf__live *live, double seconds, const hf__memory *memory, uint32_t flags)
{
    hf__live_flush(live);
    hf__model_checkpoint(live->model, seconds, memory, flags);
}

/* value_hash.c - a hash of what a value shows, in one pass without a stack.
 *
 * The hash is linear over the field of integers modulo 2^61 - 1. A value at the path p adds
 *
 *     M(p) * (h, g)    h, g: two hashes of what is there (kind and count, or scalar)
 *                      M(p): the product of a 2x2 matrix for each step of the path, made from the
 *                            key; in arrays a fixed one for going in and one for
 *                            each element passed
 *
 * and the sum's first number is the hash. The matrices are products of two shears: they do not
 * commute, so a/b is not b/a, and stepping back on leaving a container is a multiplication by an
 * inverse that is as cheap, so the way back needs no memory. Members add up in any order. A mounted
 * value with the sum s counts M(p) * s, so each is hashed once, whatever it expands to; documents
 * and mount entries keep it, and parts are noted while it runs. The stack below is for mounts in mounts
 * only. */
#include <holdfast/compare.h>

#include "base/hash.h"
#include "base/number_compare.h"
#include "value/ended.h"
#include "value/home.h"
#include "value/key.h"
#include "value/part_memo.h"

#define FIELD (((uint64_t)1 << 61) - 1)

typedef struct row {
    uint64_t x, y;
} row;

/* (1 s)(1 0)
 * (0 1)(t 1)   as two shears. */
typedef struct shears {
    uint64_t s, t;
} shears;

static uint64_t reduce(uint64_t a)
{
    a = (a & FIELD) + (a >> 61);
    return a >= FIELD ? a - FIELD : a;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    hf__u128 product = (hf__u128)a * b;
    return reduce((uint64_t)(product & FIELD) + (uint64_t)(product >> 61));
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return reduce(a + b);
}

static uint64_t subtract(uint64_t a, uint64_t b)
{
    return a >= b ? a - b : a + FIELD - b;
}

/* row * matrix, and back. */
static row step(row place, shears by)
{
    place.y = add(place.y, multiply(place.x, by.s));
    place.x = add(place.x, multiply(place.y, by.t));
    return place;
}

static row step_back(row place, shears by)
{
    place.x = subtract(place.x, multiply(place.y, by.t));
    place.y = subtract(place.y, multiply(place.x, by.s));
    return place;
}

static shears shears_of(uint64_t hash)
{
    shears by = { reduce(hash | 1), reduce(hf__hash_fold(hash ^ HF__HASH_B, HF__HASH_D) | 1) };
    return by;
}

static shears shears_of_key(const hf__slot *key, uint64_t seed)
{
    hf_text text = hf__slot_text(key);
    return shears_of(hf__hash_bytes(text.bytes, text.length, seed ^ HF__HASH_A));
}

/* `count` steps of an array undone at once: the inverse matrix to that power, by squaring. */
static row elements_back(row place, shears by, uint64_t count)
{
    /* The columns of the inverse matrix are where (1,0) and (0,1) go. */
    row first = step_back((row){ 1, 0 }, by), second = step_back((row){ 0, 1 }, by);
    for (; count > 0; count /= 2) {
        if (count % 2 == 1) {
            row moved = { add(multiply(place.x, first.x), multiply(place.y, second.x)),
                          add(multiply(place.x, first.y), multiply(place.y, second.y)) };
            place = moved;
        }
        row first_twice = { add(multiply(first.x, first.x), multiply(first.y, second.x)),
                            add(multiply(first.x, first.y), multiply(first.y, second.y)) };
        row second_twice = { add(multiply(second.x, first.x), multiply(second.y, second.x)),
                             add(multiply(second.x, first.y), multiply(second.y, second.y)) };
        first = first_twice;
        second = second_twice;
    }
    return place;
}

/* ---- what is at a place ------------------------------------------------------------------ */

/* Kinds that can be equal hash alike: all numbers by value, both texts, both ways of being bytes. */
static uint64_t hash_slot(const hf__home *home, const hf__slot *slot, uint64_t seed)
{
    hf__slot_kind kind = hf__kind(slot);
    switch (kind) {
    case HF__BOOL:
        return hf__hash_words(HF__BOOL, (slot->lo & HF__TRUE) != 0, seed);
    case HF__INT64:
    case HF__UINT64:
    case HF__DOUBLE:
    case HF__NUMTEXT: {
        hf_text text = hf__number_source(slot);
        hf__number number = { (hf__number_kind)kind, slot->hi, text.bytes, text.length };
        return hf__number_hash(number, seed ^ HF__INT64);
    }
    case HF__TEXT:
    case HF__LONG_TEXT:
    case HF__BYTES: {
        hf_text text = hf__slot_text(slot);
        return hf__hash_bytes(text.bytes, text.length, seed ^ (kind == HF__BYTES ? HF__HASH_B : HF__HASH_C));
    }
    case HF__ARRAY:
    case HF__OBJECT:
        return hf__hash_words(kind, hf__count(slot), seed);
    case HF__EXTENSION:
        return hf__hash_words(kind, (uintptr_t)home->foreigns[(uint32_t)slot->hi].object, seed);
    default: /* null; links, which are equal by the paths of their targets */
        return hf__hash_words(kind, 0, seed);
    }
}

/* ---- the pass ---------------------------------------------------------------------------- */

/* A value on the way down a chain of mounts. */
typedef struct frame {
    const hf__home *home;
    const hf__slot *top, *at, *end;
    row             first, second; /* the rows of M for the place of `at` */
    row             sum;
    hf__hash_cache *cache;         /* where the sum is kept; NULL: with the parts */
} frame;

/* The fixed matrices: into an array, and on to its next element. Without the first, [[1],2] would
 * have the places of [[2],1]. */
typedef struct fixed {
    shears into, next;
} fixed;

static fixed fixed_shears(void)
{
    return (fixed){ shears_of(hf__hash_words(HF__ARRAY, 0, hf__hash_seed())),
                    shears_of(hf__hash_words(HF__ARRAY, 1, hf__hash_seed())) };
}

static void begin(frame *at, hf_value value, hf__hash_cache *cache)
{
    *at = (frame){ value.home, value.slot, value.slot, hf__behind(value.slot), { 1, 0 }, { 0, 1 }, { 0, 0 }, cache };
}

/* sum += M * (x, y) */
static void count_in(frame *here, row first, row second, row what)
{
    here->sum.x = add(here->sum.x, add(multiply(first.x, what.x), multiply(first.y, what.y)));
    here->sum.y = add(here->sum.y, add(multiply(second.x, what.x), multiply(second.y, what.y)));
}

static row hashes_of(const hf__home *home, const hf__slot *slot)
{
    uint64_t hash = hash_slot(home, slot, hf__hash_seed());
    return (row){ reduce(hash), reduce(hf__hash_fold(hash ^ HF__HASH_C, HF__HASH_A)) };
}

/* Steps over a closing slot: undoes the elements, then the key. */
static void leave(frame *here, const fixed *by)
{
    const hf__slot *close = here->at;
    bool is_edited = (close->lo & HF__EDITED) != 0;
    const hf__slot *open = is_edited ? here->home->chunks->owner(here->home, close) : close - hf__way_back(close);
    if (hf__kind(open) == HF__ARRAY) {
        here->first = step_back(elements_back(here->first, by->next, hf__count(open)), by->into);
        here->second = step_back(elements_back(here->second, by->next, hf__count(open)), by->into);
    }
    if (open != here->top && hf__is_key(open - 1)) {
        shears key = shears_of_key(open - 1, hf__hash_seed());
        here->first = step_back(here->first, key);
        here->second = step_back(here->second, key);
    }
    here->at = is_edited ? open + 1 : close + 1;
}

/* One value, at a place that is stepped to already. A container keeps the place for its children. */
static void visit(frame *here, const hf__slot *slot, row first, row second, const fixed *by)
{
    count_in(here, first, second, hashes_of(here->home, slot));
    if (hf__is_container(slot)) {
        bool is_array = hf__kind(slot) == HF__ARRAY;
        here->first = is_array ? step(first, by->into) : first;
        here->second = is_array ? step(second, by->into) : second;
        here->at = hf__first_child((hf_value){ here->home, slot });
    } else {
        here->at = slot + 1;
    }
}

/* Where the sum of what is mounted at `mount` is kept. */
static hf__hash_cache *cache_of(const hf__home *home, const hf__slot *mount, hf_value target)
{
    if (target.home->kind == HF__HOME_DOCUMENT && target.slot == target.home->slots)
        return &((hf_document *)(uintptr_t)hf__home_document(target.home))->hash;
    return hf__byte1(mount) == HF__MOUNT_ENTRY ? &home->mounts[(uint32_t)mount->hi].hash : NULL;
}

static bool is_known(const hf__hash_cache *cache, const hf__part_memo *memo, hf_value target, row *ret_sum)
{
    if (cache != NULL)
        return hf__hash_cache_get(cache, &ret_sum->x, &ret_sum->y);
    return hf__part_is_noted(target) && hf__part_memo_get(memo, target.slot, NULL, &ret_sum->x, &ret_sum->y);
}

static void keep_sum(const frame *here, hf__part_memo *memo)
{
    if (here->cache != NULL)
        hf__hash_cache_set(here->cache, here->sum.x, here->sum.y);
    else if (!(here->top->lo & HF__EDITED) && hf__part_is_noted((hf_value){ here->home, here->top }))
        hf__part_memo_put(memo, &(hf__part_note){ here->top, NULL, here->sum.x, here->sum.y });
}

/* Goes on until the frame is through, or a mounted value must be hashed first: then that is put
 * into *ret_below and true returned; the same slot is looked at again afterwards. */
static bool run(frame *here, frame *ret_below, const row *below_sum, const hf__part_memo *memo, const fixed *by)
{
    while (here->at != here->end) {
        const hf__slot *slot = here->at;
        if (hf__is_close(slot)) {
            leave(here, by);
            continue;
        }
        row first = here->first, second = here->second;
        bool is_element = slot != here->top && !hf__is_key(slot);
        if (hf__is_key(slot)) {
            shears key = shears_of_key(slot, hf__hash_seed());
            first = step(first, key);
            second = step(second, key);
            slot++;
        } else if (is_element) {
            first = step(first, by->next);
            second = step(second, by->next);
        }
        row sum;
        if (hf__kind(slot) == HF__MOUNT) {
            hf_value target = hf__mount_target(here->home, slot);
            hf__hash_cache *cache = cache_of(here->home, slot, target);
            if (below_sum != NULL) {
                sum = *below_sum;
                below_sum = NULL;
            } else if (!is_known(cache, memo, target, &sum)) {
                begin(ret_below, target, cache);
                return true;
            }
            count_in(here, first, second, sum);
            here->at = slot + 1;
        } else {
            visit(here, slot, first, second, by);
        }
        if (is_element && !hf__is_container(slot)) { /* the next element steps on from here */
            here->first = first;
            here->second = second;
        }
    }
    return false;
}

uint64_t hf_hash(hf_value value)
{
    if (hf__view_is_none(value))
        return 0;
    const fixed by = fixed_shears();
    frame frames[HF__HOPS_MAX + 1];
    unsigned used = 1;
    row sum, *below = NULL;
    hf__part_memo memo;
    hf__part_memo_init(&memo);
    begin(&frames[0], value, NULL);
    while (used > 0) {
        frame *here = &frames[used - 1];
        if (run(here, &frames[used], below, &memo, &by)) {
            used++;
            below = NULL;
            continue;
        }
        sum = here->sum;
        keep_sum(here, &memo);
        below = &sum;
        used--;
    }
    hf__part_memo_release(&memo);
    return hf__hash_words(sum.x, sum.y, hf__hash_seed());
}

/* page.c - mmap behind size classes and a bounded table of recycled blocks.
 *
 * The table holds freed blocks, one atomic word each: the address, whose low 12 bits are free,
 * with the class in them; 0 is an empty place. Taking a block is one compare-and-swap of its
 * word to 0, keeping one is a compare-and-swap of 0 to its word. A block is owned by whoever
 * swapped its word out, so there are no locks, nothing to repair after fork (a block that
 * another thread held at that moment is merely not recycled in the child), and no way to see a
 * half-changed list.
 *
 * Invariants: kept_bytes is raised before a word is published and lowered after it was swapped
 * out, hence it is never below the bytes in the table and never above the bound.
 * mapped_bytes is raised after the system gave memory and lowered after it took it. */
#define _GNU_SOURCE
#include "page.h"
#include "poison.h"
#include "quarantine.h"
#include "region.h"

#include <errno.h>
#include <holdfast/memory.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

/* Eight classes per doubling, beginning with the smallest block; ends where addresses do. */
enum { CLASS_BITS_MIN = 18, CLASS_BITS_MAX = 46, PLACES = 128 };
#define KEPT_BYTES_MAX ((uint64_t)64 << 20)

bool (*hf__page_fail_hook)(size_t bytes);

static struct {
    _Atomic uintptr_t words[PLACES];
    _Atomic uint64_t  stamps[PLACES]; /* when the word was published; for choosing the oldest */
    _Atomic uint64_t  clock;
    _Atomic uint64_t  kept_bytes, kept_blocks, kept_bytes_max;
    _Atomic uint64_t  mapped_bytes, mapped_bytes_peak;
    _Atomic uint64_t  maps, unmaps, moves, recycled, refused;
} source = { .kept_bytes_max = KEPT_BYTES_MAX };

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* ---- size classes ------------------------------------------------------------------------ */

static unsigned bits_of(size_t size)
{
    return 63 - (unsigned)__builtin_clzll(size);
}

size_t hf__page_round(size_t size)
{
    if (size < HF__PAGE_BLOCK_BYTES)
        return HF__PAGE_BLOCK_BYTES;
    if (size > (size_t)1 << CLASS_BITS_MAX)
        return SIZE_MAX;
    size_t step = (size_t)1 << (bits_of(size) - 3);
    return (size + step - 1) & ~(step - 1);
}

/* From 1, so that a word is never 0 for want of a class. */
static unsigned class_of(size_t bytes)
{
    unsigned bits = bits_of(bytes);
    return (bits - CLASS_BITS_MIN) * 8 + ((unsigned)(bytes >> (bits - 3)) & 7) + 1;
}

static size_t class_bytes(unsigned class)
{
    unsigned bits = CLASS_BITS_MIN + (class - 1) / 8;
    return (size_t)(8 + (class - 1) % 8) << (bits - 3);
}

/* ---- the system -------------------------------------------------------------------------- */

static bool system_refuses(size_t bytes)
{
    return hf__page_fail_hook != NULL && hf__page_fail_hook(bytes);
}

static void count_mapped(size_t bytes)
{
    uint64_t now = atomic_fetch_add(&source.mapped_bytes, bytes) + bytes;
    uint64_t peak = atomic_load(&source.mapped_bytes_peak);
    while (now > peak && !atomic_compare_exchange_weak(&source.mapped_bytes_peak, &peak, now)) {
    }
}

static void unmap(void *block, size_t bytes)
{
    HF__UNPOISON(block, bytes);
    int errno_kept = errno;
    count(&source.unmaps);
    if (munmap(block, bytes) == 0)
        atomic_fetch_sub(&source.mapped_bytes, bytes);
    else /* Too many mappings to split one: the addresses stay, the memory goes. */
        madvise(block, bytes, MADV_DONTNEED);
    errno = errno_kept;
}

/* Addresses for `bytes`, aligned for huge pages when they are worth it. */
static void *reserve(size_t bytes, int protection)
{
    int   flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *block = mmap(NULL, bytes, protection, flags, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    if (bytes < HF__PAGE_HUGE_BYTES || ((uintptr_t)block & (HF__PAGE_HUGE_BYTES - 1)) == 0)
        return block;
    munmap(block, bytes);
    size_t wide = bytes + HF__PAGE_HUGE_BYTES;
    block = mmap(NULL, wide, protection, flags, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    size_t head = -(uintptr_t)block & (HF__PAGE_HUGE_BYTES - 1);
    if (head > 0)
        munmap(block, head);
    munmap(block + head + bytes, wide - head - bytes);
    return block + head;
}

static void *map_once(size_t bytes)
{
    if (system_refuses(bytes))
        return NULL;
    void *block = reserve(bytes, PROT_READ | PROT_WRITE);
    if (block == NULL)
        return NULL;
    if (bytes >= HF__PAGE_HUGE_BYTES)
        madvise(block, bytes, MADV_HUGEPAGE);
    count(&source.maps);
    count_mapped(bytes);
    return block;
}

/* Lets the system change the size: in place where it can, else by moving the page tables.
 * A block that needs huge pages moves to an aligned place, or its huge pages would be split. */
static void *remap_once(void *block, size_t old_bytes, size_t new_bytes)
{
    if (system_refuses(new_bytes))
        return NULL;
    void *moved = MAP_FAILED;
    if (new_bytes < HF__PAGE_HUGE_BYTES) {
        moved = mremap(block, old_bytes, new_bytes, MREMAP_MAYMOVE);
    } else {
        if (old_bytes >= HF__PAGE_HUGE_BYTES)
            moved = mremap(block, old_bytes, new_bytes, 0);
        if (moved == MAP_FAILED) {
            void *place = reserve(new_bytes, PROT_NONE);
            if (place == NULL)
                return NULL;
            moved = mremap(block, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
            if (moved == MAP_FAILED)
                munmap(place, new_bytes);
        }
    }
    if (moved == MAP_FAILED)
        return NULL;
    if (new_bytes >= HF__PAGE_HUGE_BYTES && old_bytes < HF__PAGE_HUGE_BYTES)
        madvise(moved, new_bytes, MADV_HUGEPAGE);
    count(&source.moves);
    if (new_bytes > old_bytes)
        count_mapped(new_bytes - old_bytes);
    else
        atomic_fetch_sub(&source.mapped_bytes, old_bytes - new_bytes);
    return moved;
}

/* ---- the table --------------------------------------------------------------------------- */

/* Where the search for a class begins: spread, so that classes do not wait for each other. */
static unsigned place_of(unsigned class)
{
    return class * 37 % PLACES;
}

static void *word_block(uintptr_t word)
{
    return (void *)(word & ~(uintptr_t)4095);
}

static unsigned word_class(uintptr_t word)
{
    return (unsigned)(word & 4095);
}

/* Makes the caller the owner of the word's block, or says that somebody was faster. */
static bool swap_out(unsigned place, uintptr_t word)
{
    if (!atomic_compare_exchange_strong(&source.words[place], &word, 0))
        return false;
    atomic_fetch_sub(&source.kept_blocks, 1);
    atomic_fetch_sub(&source.kept_bytes, class_bytes(word_class(word)));
    return true;
}

static void *take_kept(unsigned class)
{
    if (atomic_load_explicit(&source.kept_blocks, memory_order_relaxed) == 0)
        return NULL;
    for (unsigned i = 0, place = place_of(class); i < PLACES; i++, place = (place + 1) % PLACES) {
        uintptr_t word = atomic_load_explicit(&source.words[place], memory_order_relaxed);
        if (word_class(word) == class && swap_out(place, word)) {
            HF__UNPOISON(word_block(word), class_bytes(class));
            count(&source.recycled);
            return word_block(word);
        }
    }
    return NULL;
}

size_t hf__page_kept_size(size_t size, size_t most)
{
    size_t least = hf__page_round(size), best = SIZE_MAX;
    if (atomic_load_explicit(&source.kept_blocks, memory_order_relaxed) == 0)
        return least;
    for (unsigned place = 0; place < PLACES && best != least; place++) {
        uintptr_t word = atomic_load_explicit(&source.words[place], memory_order_relaxed);
        size_t    bytes = word != 0 ? class_bytes(word_class(word)) : 0;
        if (bytes >= least && bytes <= most && bytes < best)
            best = bytes;
    }
    return best != SIZE_MAX ? best : least;
}

/* Gives the block kept longest back to the system. False when the table is empty. */
static bool unmap_oldest(uint64_t *freed)
{
    for (;;) {
        unsigned  oldest = PLACES;
        uintptr_t oldest_word = 0;
        uint64_t  oldest_stamp = UINT64_MAX;
        for (unsigned place = 0; place < PLACES; place++) {
            uintptr_t word = atomic_load(&source.words[place]);
            uint64_t  stamp = atomic_load_explicit(&source.stamps[place], memory_order_relaxed);
            if (word != 0 && stamp < oldest_stamp) {
                oldest = place;
                oldest_word = word;
                oldest_stamp = stamp;
            }
        }
        if (oldest == PLACES)
            return false;
        if (swap_out(oldest, oldest_word)) {
            size_t bytes = class_bytes(word_class(oldest_word));
            unmap(word_block(oldest_word), bytes);
            *freed += bytes;
            return true;
        }
    }
}

uint64_t hf_page_trim(uint64_t bytes_kept)
{
    uint64_t freed = 0;
    if (bytes_kept == 0)
        hf__quarantine_flush();
    while (atomic_load(&source.kept_bytes) > bytes_kept && unmap_oldest(&freed)) {
    }
    return freed;
}

/* Room for `bytes` under the bound, made by unmapping older blocks. */
static bool reserve_room(size_t bytes)
{
    uint64_t kept = atomic_load(&source.kept_bytes), freed = 0;
    for (;;) {
        uint64_t bound = atomic_load(&source.kept_bytes_max);
        if (bytes > bound)
            return false;
        if (kept <= bound - bytes) {
            if (atomic_compare_exchange_weak(&source.kept_bytes, &kept, kept + bytes))
                return true;
        } else {
            if (!unmap_oldest(&freed))
                return false;
            kept = atomic_load(&source.kept_bytes);
        }
    }
}

static bool publish(void *block, unsigned class)
{
    uintptr_t word = (uintptr_t)block | class;
    uint64_t  freed = 0;
    do {
        for (unsigned i = 0, place = place_of(class); i < PLACES; i++, place = (place + 1) % PLACES) {
            uintptr_t empty = 0;
            if (atomic_load_explicit(&source.words[place], memory_order_relaxed) != 0)
                continue;
            uint64_t stamp = atomic_fetch_add_explicit(&source.clock, 1, memory_order_relaxed);
            atomic_fetch_add(&source.kept_blocks, 1);
            if (atomic_compare_exchange_strong(&source.words[place], &empty, word)) {
                atomic_store_explicit(&source.stamps[place], stamp, memory_order_relaxed);
                return true;
            }
            atomic_fetch_sub(&source.kept_blocks, 1);
        }
    } while (unmap_oldest(&freed));
    return false;
}

static void keep_or_unmap(void *block, size_t bytes)
{
    if (reserve_room(bytes)) {
        HF__POISON(block, bytes);
        if (publish(block, class_of(bytes))) {
            hf_page_trim(atomic_load(&source.kept_bytes_max)); /* the bound may have been lowered meanwhile */
            return;
        }
        atomic_fetch_sub(&source.kept_bytes, bytes);
    }
    unmap(block, bytes);
}

/* The largest kept block of at least half the size, made larger: its pages need not be fresh ones. */
static void *stretch_kept(size_t bytes)
{
    if (atomic_load_explicit(&source.kept_blocks, memory_order_relaxed) == 0)
        return NULL;
    unsigned  best = PLACES;
    uintptr_t best_word = 0;
    size_t    best_bytes = bytes / 2;
    for (unsigned place = 0; place < PLACES; place++) {
        uintptr_t word = atomic_load_explicit(&source.words[place], memory_order_relaxed);
        size_t    kept = word != 0 ? class_bytes(word_class(word)) : 0;
        if (kept >= best_bytes && kept < bytes) {
            best = place;
            best_word = word;
            best_bytes = kept;
        }
    }
    if (best == PLACES || !swap_out(best, best_word))
        return NULL;
    void *block = word_block(best_word);
    HF__UNPOISON(block, best_bytes);
    void *stretched = remap_once(block, best_bytes, bytes);
    if (stretched == NULL)
        keep_or_unmap(block, best_bytes);
    else
        count(&source.recycled);
    return stretched;
}

/* ---- calls ------------------------------------------------------------------------------- */

/* To the recorder of `holdfast run`: what is mapped, and how much of that is not merely kept. */
static void tell_recorder(void)
{
    static _Atomic uint32_t region;
    if (HF_LIKELY(hf__recorder_region == NULL))
        return;
    uint32_t known = atomic_load(&region);
    if (known == 0) {
        uint32_t made = hf__region_begin("pages of libholdfast");
        known = atomic_compare_exchange_strong(&region, &known, made) ? made : known;
    }
    uint64_t kept = atomic_load(&source.kept_bytes), mapped = atomic_load(&source.mapped_bytes);
    hf__region_tell(known, HF__TOLD_USE, mapped > kept ? mapped - kept : 0, mapped, 0);
}

void *hf__page_take(size_t size)
{
    size_t bytes = hf__page_round(size);
    void  *block = NULL;
    if (bytes != SIZE_MAX) {
        block = take_kept(class_of(bytes));
        if (block == NULL)
            block = stretch_kept(bytes);
        if (block == NULL)
            block = map_once(bytes);
        /* What is kept may be what is missing, under a limit on addresses for example. */
        if (block == NULL && hf_page_trim(0) > 0)
            block = map_once(bytes);
    }
    if (block == NULL)
        count(&source.refused);
    tell_recorder();
    return block;
}

void hf__page_give(void *block, size_t size)
{
    keep_or_unmap(block, hf__page_round(size));
    tell_recorder();
}

void *hf__page_resize(void *block, size_t old_size, size_t new_size)
{
    size_t old_bytes = hf__page_round(old_size), new_bytes = hf__page_round(new_size);
    if (old_bytes == new_bytes)
        return block;
    void *moved = NULL;
    if (new_bytes != SIZE_MAX) {
        /* Where huge pages move, a few page tables change; small ones cost more, and fresh ones to go
         * with them more than a used block and a copy. */
        if (old_bytes < HF__PAGE_HUGE_BYTES)
            moved = take_kept(class_of(new_bytes));
        if (moved != NULL) {
            memcpy(moved, block, old_size < new_size ? old_size : new_size);
            keep_or_unmap(block, old_bytes);
            tell_recorder();
            return moved;
        }
        moved = remap_once(block, old_bytes, new_bytes);
        if (moved == NULL && hf_page_trim(0) > 0)
            moved = remap_once(block, old_bytes, new_bytes);
    }
    if (moved == NULL)
        count(&source.refused);
    tell_recorder();
    return moved;
}

/* Whole pages of [from, to). */
static void discard(char *block, size_t from, size_t to)
{
    from = (from + HF__PAGE_BYTES - 1) & ~(HF__PAGE_BYTES - 1);
    to &= ~(HF__PAGE_BYTES - 1);
    if (from < to)
        madvise(block + from, to - from, MADV_DONTNEED);
}

void hf__page_give_back(void *block, size_t from, size_t to)
{
    const size_t huge = HF__PAGE_HUGE_BYTES - 1;
    size_t       next = (from + huge) & ~huge, last = to & ~huge;
    if (to < HF__PAGE_HUGE_BYTES) /* no huge page, or one that is in use on both sides */
        return;
    int errno_kept = errno;
    discard(block, from, next < to ? next : to);
    if (last > next)
        discard(block, last, to);
    errno = errno_kept;
}

void hf_page_keep(uint64_t bytes_max)
{
    atomic_store(&source.kept_bytes_max, bytes_max);
    hf_page_trim(bytes_max);
}

hf_page_counts hf_page_count(void)
{
    hf_page_counts counts = {
        .mapped_bytes = atomic_load(&source.mapped_bytes),
        .mapped_bytes_peak = atomic_load(&source.mapped_bytes_peak),
        .kept_bytes = atomic_load(&source.kept_bytes),
        .kept_blocks = atomic_load(&source.kept_blocks),
        .kept_bytes_max = atomic_load(&source.kept_bytes_max),
        .maps = atomic_load(&source.maps),
        .unmaps = atomic_load(&source.unmaps),
        .moves = atomic_load(&source.moves),
        .recycled = atomic_load(&source.recycled),
        .refused = atomic_load(&source.refused),
    };
    return counts;
}

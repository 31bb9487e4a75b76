/* reach_roots.c - which memory of a stopped process holds roots?
 *
 * Data of the program and its libraries; what each thread has for itself; stacks from where they
 * stand, and registers; mappings. Not: memory of the allocator, whose free blocks are full of old
 * pointers; stacks of threads that ended, which libc keeps for later; the recorder's own. */
#include "reach_process.h"

#include <elf.h>
#include <stdlib.h>

#include "base/fail.h"
#include "room.h"
#include "trace_session.h"

#define PAGE             ((uint64_t)4096)
#define ARENA_ALIGN      ((uint64_t)64 << 20) /* glibc: heaps of arenas but the main one begin at multiples of this */
#define RANGE_BYTES_MAX  ((uint64_t)64 << 30) /* a reservation of address space, no memory with pointers in it */
#define THREAD_BYTES_MAX ((uint64_t)1 << 20)  /* of the variables of one thread, below its thread pointer */
#define RED_ZONE         ((uint64_t)128)

typedef struct finder {
    const hf__stopped     *stopped;
    const hf__reach_maps  *maps;
    const hf__reach_about *about;
    const hf__reach_block *blocks;
    size_t                 blocks_count;
    hf__reach_roots       *roots;
    bool                   failed;
} finder;

static void put(finder *at, hf__reach_range range)
{
    hf__reach_roots *roots = at->roots;
    if (range.start >= range.end || range.end - range.start > RANGE_BYTES_MAX)
        return;
    if (!HF_RESERVE(roots->ranges, roots->ranges_room, roots->ranges_count + 1)) {
        at->failed = true;
        return;
    }
    roots->ranges[roots->ranges_count++] = range;
}

static const char *name_of(const finder *at, const hf__reach_map *map)
{
    const char *path = at->maps->paths + map->path, *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_file_data(const hf__reach_map *map)
{
    return map->path != 0 && map->readable && map->writable && !map->shared;
}

/* Data that is zero at first has no file, but follows data that has. */
static bool is_data(const finder *at, size_t index)
{
    const hf__reach_map *map = &at->maps->maps[index];
    if (is_file_data(map))
        return true;
    return index > 0 && map->path == 0 && !map->is_heap && !map->is_stack && map->readable && map->writable && !map->shared &&
           is_file_data(map - 1) && map[-1].end == map->start;
}

static void put_globals(finder *at)
{
    for (size_t i = 0; i < at->maps->maps_count; i++) {
        const hf__reach_map *map = &at->maps->maps[i];
        if (!is_data(at, i))
            continue;
        const char *name = name_of(at, map->path != 0 ? map : map - 1);
        if (strstr(name, "libholdfast_recorder") != NULL)
            continue;
        put(at, (hf__reach_range){ map->start, map->end, HF__ROOT_GLOBAL, 0 });
    }
}

static const hf__reach_map *map_at(const finder *at, uint64_t address)
{
    for (size_t i = 0; i < at->maps->maps_count; i++)
        if (address >= at->maps->maps[i].start && address < at->maps->maps[i].end)
            return &at->maps->maps[i];
    return NULL;
}

static uint64_t stack_of(const finder *at, const hf__stopped_thread *thread)
{
    return at->about->waiting_thread == (uint32_t)thread->tid ? at->about->waiting_stack : thread->stack - RED_ZONE;
}

/* The variables of one thread that come with the module mapped at `address`. */
static uint64_t thread_bytes_of(const finder *at, uint64_t address)
{
    Elf64_Ehdr header;
    Elf64_Phdr parts[32];
    if (!hf__stopped_read((void *)at->stopped, address, &header, sizeof header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_phentsize != sizeof parts[0])
        return 0;
    size_t count = header.e_phnum < 32 ? header.e_phnum : 32;
    if (!hf__stopped_read((void *)at->stopped, address + header.e_phoff, parts, count * sizeof parts[0]))
        return 0;
    for (size_t i = 0; i < count; i++)
        if (parts[i].p_type == PT_TLS)
            return parts[i].p_memsz + parts[i].p_align;
    return 0;
}

static uint64_t thread_bytes(const finder *at)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < at->maps->maps_count; i++) {
        const hf__reach_map *map = &at->maps->maps[i];
        if (map->path != 0 && map->readable && (i == 0 || map[-1].path != map->path))
            sum += thread_bytes_of(at, map->start);
    }
    return sum < THREAD_BYTES_MAX ? sum : THREAD_BYTES_MAX;
}

/* glibc puts a thread's variables below its thread pointer: at the far end of its stack, or in a mapping. */
static void put_threads(finder *at)
{
    uint64_t bytes = thread_bytes(at);
    for (size_t i = 0; i < at->stopped->threads_count; i++) {
        const hf__stopped_thread *thread = &at->stopped->threads[i];
        const hf__reach_map *map = map_at(at, thread->thread_pointer);
        if (map == NULL || !map->readable)
            continue;
        uint64_t from = thread->thread_pointer - bytes;
        uint64_t used = map_at(at, thread->stack) == map ? stack_of(at, thread) : map->start;
        from = from > map->start ? from : map->start;
        put(at, (hf__reach_range){ from > used ? from : used, map->end < thread->thread_pointer + PAGE ? map->end : thread->thread_pointer + PAGE,
                                   HF__ROOT_THREAD, (uint32_t)thread->tid });
    }
}

static void put_registers(finder *at, const hf__stopped_thread *thread)
{
    hf__reach_roots *roots = at->roots;
    if (!HF_RESERVE(roots->words, roots->words_room, roots->words_count + HF_REACH_REGISTERS)) {
        at->failed = true;
        return;
    }
    for (size_t r = 0; r < HF_REACH_REGISTERS; r++)
        roots->words[roots->words_count++] = (hf__reach_word){ thread->registers[r], (uint32_t)thread->tid };
}

static void put_stacks(finder *at)
{
    for (size_t i = 0; i < at->stopped->threads_count; i++) {
        const hf__stopped_thread *thread = &at->stopped->threads[i];
        uint64_t from = stack_of(at, thread);
        const hf__reach_map *map = map_at(at, thread->stack);
        if (at->about->waiting_thread != (uint32_t)thread->tid)
            put_registers(at, thread);
        if (map == NULL || !map->readable)
            continue;
        uint64_t end = map->end;
        size_t block = hf__reach_find(at->blocks, at->blocks_count, thread->stack);
        if (block < at->blocks_count) /* a stack that the program allocated itself */
            end = at->blocks[block].start + at->blocks[block].size;
        put(at, (hf__reach_range){ from > map->start ? from : map->start, end, HF__ROOT_STACK, (uint32_t)thread->tid });
    }
}

static size_t first_block_from(const finder *at, uint64_t address)
{
    size_t low = 0, high = at->blocks_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (at->blocks[middle].start < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_stack_of_any(const finder *at, const hf__reach_map *map)
{
    for (size_t i = 0; i < at->stopped->threads_count; i++)
        if (at->stopped->threads[i].stack >= map->start && at->stopped->threads[i].stack < map->end)
            return true;
    return false;
}

/* What the allocator mapped for itself, and libc for threads that are gone. */
static bool is_kept_by_libc(const finder *at, size_t index)
{
    const hf__reach_map *map = &at->maps->maps[index];
    bool behind_guard = index > 0 && map[-1].end == map->start && map[-1].path == 0 && !map[-1].readable && !map[-1].writable;
    if (behind_guard && map->path == 0)
        return true;
    size_t first = first_block_from(at, map->start);
    bool has_blocks = first < at->blocks_count && at->blocks[first].start < map->end;
    return at->about->is_glibc ? map->path == 0 && map->start % ARENA_ALIGN == 0 : has_blocks;
}

/* The first piece of the recorder's own memory in [start, end); NULL when there is none. */
static const hf__own_map *first_own(const finder *at, uint64_t start, uint64_t end)
{
    const hf__own_map *first = NULL;
    for (size_t i = 0; i < at->about->own_maps_count; i++) {
        const hf__own_map *own = &at->about->own_maps[i];
        if (own->address < end && own->address + own->size > start && (first == NULL || own->address < first->address))
            first = own;
    }
    return first;
}

static void put_without_own(finder *at, uint64_t start, uint64_t end)
{
    const hf__own_map *own;
    for (; start < end && (own = first_own(at, start, end)) != NULL; start = (own->address + own->size + PAGE - 1) & ~(PAGE - 1))
        if (own->address > start)
            put(at, (hf__reach_range){ start, own->address, HF__ROOT_MAPPING, 0 });
    if (start < end)
        put(at, (hf__reach_range){ start, end, HF__ROOT_MAPPING, 0 });
}

/* A mapping without the large blocks that lie in it: their content counts only when they are reached. */
static void put_mapping(finder *at, const hf__reach_map *map)
{
    uint64_t start = map->start;
    for (size_t i = first_block_from(at, map->start); i < at->blocks_count && at->blocks[i].start < map->end; i++) {
        uint64_t from = (at->blocks[i].start - 16) & ~(PAGE - 1);
        uint64_t to = (at->blocks[i].start + at->blocks[i].size + PAGE - 1) & ~(PAGE - 1);
        if (from > start)
            put_without_own(at, start, from);
        start = to > start ? to : start;
    }
    if (start < map->end)
        put_without_own(at, start, map->end);
}

static void put_mappings(finder *at)
{
    for (size_t i = 0; i < at->maps->maps_count; i++) {
        const hf__reach_map *map = &at->maps->maps[i];
        if (!map->readable || !map->writable || map->is_heap || map->is_stack || is_data(at, i) || is_stack_of_any(at, map) ||
            is_kept_by_libc(at, i) || strstr(at->maps->paths + map->path, "memfd:holdfast") != NULL)
            continue;
        put_mapping(at, map);
    }
}

hf_status hf__reach_roots_find(const hf__stopped *stopped, const hf__reach_maps *maps, const hf__reach_about *about,
                               const hf__reach_block *blocks, size_t blocks_count, hf__reach_roots *ret_roots, hf_error *reterr)
{
    hf__reach_roots roots = { 0 };
    finder at = { stopped, maps, about, blocks, blocks_count, &roots, false };
    put_globals(&at);
    put_threads(&at);
    put_stacks(&at);
    put_mappings(&at);
    if (at.failed) {
        hf__reach_roots_release(&roots);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    *ret_roots = roots;
    return HF_OK;
}

void hf__reach_roots_release(hf__reach_roots *roots)
{
    hf__room_free(roots->ranges);
    hf__room_free(roots->words);
    *roots = (hf__reach_roots){ 0 };
}

/* nth.c - the failing and checking allocator. Each block carries a header with what was asked. */
#include "nth.h"

#include "memory/page.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct header {
    void  *raw;
    size_t size, alignment;
} header;

static nth_allocator *map_watcher;

static bool counts_and_fails(nth_allocator *nth, bool all_after)
{
    long request = ++nth->requests;
    bool fails = nth->fail_at != 0 && (all_after ? request >= nth->fail_at : request == nth->fail_at);
    nth->failures += fails;
    return fails;
}

static bool fail_map(size_t bytes)
{
    (void)bytes;
    return counts_and_fails(map_watcher, map_watcher->mode == NTH_ALL_MAPS_AFTER);
}

static void wrong(const char *what, size_t told, size_t real)
{
    fprintf(stderr, "nth: %s told as %zu, really %zu\n", what, told, real);
    abort();
}

static void *take(nth_allocator *nth, size_t size, size_t alignment)
{
    size_t room = alignment > sizeof(header) ? alignment : sizeof(header);
    char  *raw = malloc(room + alignment + size);
    if (raw == NULL)
        return NULL;
    uintptr_t begin = ((uintptr_t)raw + room + alignment - 1) & ~(uintptr_t)(alignment - 1);
    char     *block = raw + (begin - (uintptr_t)raw);
    header    head = { raw, size, alignment };
    memcpy(block - sizeof head, &head, sizeof head);
    memset(block, 0xA5, size);
    nth->live_blocks++;
    nth->live_bytes += size;
    return block;
}

static void *nth_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    nth_allocator *nth = context;
    header         head = { NULL, 0, alignment };
    if (block != NULL)
        memcpy(&head, (char *)block - sizeof head, sizeof head);
    if (head.size != old_size)
        wrong("old size", old_size, head.size);
    if (head.alignment != alignment)
        wrong("alignment", alignment, head.alignment);
    void *moved = NULL;
    if (new_size != 0) {
        bool fails = nth->mode <= NTH_ALL_AFTER && counts_and_fails(nth, nth->mode == NTH_ALL_AFTER);
        if (fails || (moved = take(nth, new_size, alignment)) == NULL)
            return NULL;
    }
    if (block != NULL) {
        if (moved != NULL)
            memcpy(moved, block, old_size < new_size ? old_size : new_size);
        memset(block, 0xDB, old_size);
        free(head.raw);
        nth->live_blocks--;
        nth->live_bytes -= old_size;
    }
    return moved;
}

static void *default_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    (void)context;
    return hf_allocator_default()->resize(NULL, block, old_size, new_size, alignment);
}

void nth_init(nth_allocator *nth)
{
    memset(nth, 0, sizeof *nth);
    nth->allocator = (hf_allocator){ nth, nth_resize };
}

static void begin_run(nth_allocator *nth)
{
    bool maps = nth->mode == NTH_ONE_MAP || nth->mode == NTH_ALL_MAPS_AFTER;
    nth->requests = nth->failures = 0;
    nth->budget_begin = hf_budget_count(NULL).current;
    nth->allocator = maps ? (hf_allocator){ NULL, default_resize } : (hf_allocator){ nth, nth_resize };
    hf_page_trim(0);
    map_watcher = nth;
    hf__page_fail_hook = maps ? fail_map : NULL;
}

bool nth_next(nth_allocator *nth)
{
    if (nth->mode == NTH_START) {
        nth->mode = NTH_ONE;
        nth->fail_at = 1;
    } else {
        hf__page_fail_hook = NULL;
        assert_int_equal(nth->live_blocks, 0);
        assert_int_equal(nth->live_bytes, 0);
        assert_int_equal(hf_budget_count(NULL).current, nth->budget_begin);
        if (nth->failures > 0) {
            nth->fail_at++;
        } else {
            nth->mode++;
            nth->fail_at = 1;
        }
        if (nth->mode == NTH_END)
            return false;
    }
    begin_run(nth);
    return true;
}

void nth_expect(const nth_allocator *nth, hf_status status)
{
    if (status != HF_OK && nth->failures == 0)
        fail_msg("%s without a failing allocation", hf_status_name(status));
    if (status != HF_OK && status != HF_NO_MEMORY)
        fail_msg("%s where memory is missing", hf_status_name(status));
}

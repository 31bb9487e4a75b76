/* system_failure.h - makes malloc and mmap themselves fail, inside the library and nowhere else.
 *
 * Test programs are linked with --wrap for the malloc family, mmap and mremap: calls from the
 * library (static) and from the test come here, those of the C library and of cmocka do not. This
 * reaches what an hf_allocator cannot: the default allocator and the page source.
 *
 *   HF_SYSTEM_OOM_LOOP(n) {
 *       hf_arena *arena = NULL;
 *       hf_status status = hf_arena_create(NULL, &arena, NULL);
 *       HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
 *       hf_arena_destroy(arena);
 *   }
 *
 * The body runs once undisturbed (what is built once per process is built then), then with exactly
 * the n-th request failing, then with all from the n-th on. After each run as many blocks and
 * mappings must be live as before; kept pages are trimmed first. The body itself may not
 * allocate except through the library, unless it is ready for NULL. One thread only. */
#ifndef HOLDFAST_TEST_SYSTEM_FAILURE_H
#define HOLDFAST_TEST_SYSTEM_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The C library's own, never failing on purpose, never counted. */
void *system_malloc(size_t size);
void *system_calloc(size_t count, size_t size);
void *system_aligned_alloc(size_t alignment, size_t size);
void  system_free(void *block);

/* Requests and failures since system_failure_set. */
typedef struct system_counts {
    uint64_t requests, refused;
    int64_t  live_blocks, live_bytes; /* of the malloc family, taken since system_failure_set */
    int64_t  mapped_bytes;            /* by mmap and mremap; below 0 when older ones went */
    uint64_t mallocs, maps;           /* granted */
} system_counts;

/* Begins to count from zero and fails the request number `fail_at` (0: none), `onwards` all after it. */
void system_failure_set(uint64_t fail_at, bool onwards);
/* Ends counting and failing; returns what was counted. Blocks that are live stay so, uncounted. */
system_counts system_failure_end(void);
/* What was counted so far. */
system_counts system_failure_count(void);

typedef struct system_loop {
    uint64_t fail_at;
    bool     onwards, started;
} system_loop;

bool system_loop_next(system_loop *loop, const char *file, int line);

#define HF_SYSTEM_OOM_LOOP(nth)                               \
    for (system_loop nth##_state = { .started = false };      \
         system_loop_next(&nth##_state, __FILE__, __LINE__);) \
        for (uint64_t nth = nth##_state.fail_at, nth##_once = 1; nth##_once != 0; nth##_once = 0, (void)nth)

#endif

/* nth.h - makes each allocation fail in turn, malloc and mmap alike, and notices what leaks.
 *
 *   NTH_LOOP(nth) {
 *       hf_document *document = NULL;
 *       hf_status status = hf_read(text, &(hf_read_options){ .allocator = &nth.allocator }, ...);
 *       nth_expect(&nth, status);              HF_OK, or HF_NO_MEMORY where something failed
 *       hf_document_drop(document);
 *   }
 *
 * The body runs with the 1st request failing, then the 2nd, until none was reached; then again
 * with all requests from the n-th on; then both ways with the system's mmap failing instead and
 * the blocks from the default allocator. After each run every block must be gone and the process
 * budget back where it was. A block whose old size or alignment is told wrongly fails the test. */
#ifndef HOLDFAST_TEST_NTH_H
#define HOLDFAST_TEST_NTH_H

#include <holdfast/memory.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum nth_mode { NTH_START, NTH_ONE, NTH_ALL_AFTER, NTH_ONE_MAP, NTH_ALL_MAPS_AFTER, NTH_END };

typedef struct nth_allocator {
    hf_allocator     allocator;
    enum nth_mode    mode;
    long             fail_at; /* from 1; 0 is never */
    _Atomic long     requests, failures, live_blocks;
    _Atomic uint64_t live_bytes;
    uint64_t         budget_begin;
} nth_allocator;

/* An allocator that only counts and checks; for pinning the number of requests. */
void nth_init(nth_allocator *nth);

/* The next run of the loop, false at the end. Checks the run before. */
bool nth_next(nth_allocator *nth);

/* HF_OK unless a request failed; HF_OK or HF_NO_MEMORY when one did. */
void nth_expect(const nth_allocator *nth, hf_status status);

#define NTH_LOOP(nth) for (nth_allocator nth = { .mode = NTH_START }; nth_next(&nth);)

#endif

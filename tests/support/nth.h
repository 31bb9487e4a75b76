/* nth.h - makes each allocation fail in turn, through an allocator and then in the page source, beside threads too.
 *
 *   NTH_LOOP(nth) {
 *       hf_document *document = NULL;
 *       hf_status status = hf_read(text, &(hf_read_options){ .allocator = &nth.allocator }, ...);
 *       nth_expect(&nth, status);              HF_OK, or HF_NO_MEMORY where something failed
 *       hf_document_drop(document);
 *   }
 *
 * The body runs with the 1st request failing, then the 2nd, until none was reached; then again
 * with all requests from the n-th on; then both ways with the mmap of pages failing instead and
 * the blocks from the default allocator. After each run every block must be gone and the process
 * budget back where it was; at the end something must have failed. What the allocator checks is in
 * failing_allocator.h.
 *
 * Why beside the other two: HF_OOM_LOOP (failing_allocator.h) is enough where all memory comes through the
 * allocator that was given, as for values and text. This loop is for what lies below and beside: pages,
 * budgets, arenas, pools, and calls that start threads, where HF_SYSTEM_OOM_LOOP (system_failure.h), which is
 * for a single thread, cannot be used. */
#ifndef HOLDFAST_TEST_NTH_H
#define HOLDFAST_TEST_NTH_H

#include <holdfast/memory.h>
#include <stdatomic.h>

#include "failing_allocator.h"

enum nth_mode { NTH_START, NTH_ONE, NTH_ALL_AFTER, NTH_ONE_MAP, NTH_ALL_MAPS_AFTER, NTH_END };

typedef struct nth_allocator {
    hf_allocator     allocator;
    test_allocator   checked;
    enum nth_mode    mode;
    uint64_t         fail_at; /* from 1 */
    uint64_t         failed;  /* runs in which something did */
    _Atomic uint64_t maps, maps_refused;
    uint64_t         budget_begin;
} nth_allocator;

/* The next run of the loop, false at the end. Checks the run before. */
bool nth_next(nth_allocator *nth);

/* HF_OK unless a request failed; HF_OK or HF_NO_MEMORY when one did. */
void nth_expect(nth_allocator *nth, hf_status status);

#define NTH_LOOP(nth) for (nth_allocator nth = { .mode = NTH_START }; nth_next(&nth);)

#endif

/* failing_allocator.h - an hf_allocator that counts, refuses on demand and knows what is live.
 *
 * It moves every block that is resized, fills new bytes with garbage, and stops the program when a
 * size, an alignment or an address is not what it gave out: whoever miscounts is found at once.
 *
 *   HF_OOM_LOOP(nth) {                        the 1st allocation fails, then the 2nd, ...
 *       hf_document *document = NULL;
 *       hf_status status = hf_read(text, &(hf_read_options){ .allocator = nth }, &document, NULL);
 *       HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
 *       hf_document_drop(document);
 *   }
 *
 * The loop runs its body with exactly the n-th request failing, n = 1, 2, ... until none is left to
 * fail, then with all from the n-th on failing. After each run nothing may be live: a leak ends
 * the program with the number of the failed request. Freeing never fails; shrinking may, as with
 * any allocator. What goes to the default allocator instead is covered by HF_SYSTEM_OOM_LOOP
 * (system_failure.h); pages, budgets and threads by NTH_LOOP (nth.h), which says when which one. */
#ifndef HOLDFAST_TEST_FAILING_ALLOCATOR_H
#define HOLDFAST_TEST_FAILING_ALLOCATOR_H

#include <holdfast/memory.h>
#include <pthread.h>

#include "block_table.h"

typedef struct test_allocator {
    hf_allocator    base;
    pthread_mutex_t lock;
    block_table     live;
    uint64_t        requests; /* that get, grow or shrink, refused ones included */
    uint64_t        refused;
    uint64_t        bytes_peak;
    uint64_t        fail_at;      /* the number of the request that fails, from 1; 0: none */
    bool            fail_onwards; /* and all after it */
    bool            started;
} test_allocator;

/* Fields of your own struct; the allocator is &allocator->base and may not move. */
void test_allocator_init(test_allocator *allocator);
/* Number of live blocks, which are then forgotten (and, as leaks, left to the sanitizer). */
size_t test_allocator_release(test_allocator *allocator);

/* Requests refused since test_allocator_fail; for use beside threads that ask on. */
uint64_t test_allocator_refused(test_allocator *allocator);

/* Sets the counters to 0 and says which request fails. */
void test_allocator_fail(test_allocator *allocator, uint64_t fail_at, bool fail_onwards);

/* Goes on to the next run of HF_OOM_LOOP; false at the end. */
bool test_allocator_next(test_allocator *allocator, const char *file, int line);

#define HF_OOM_LOOP(nth)                                         \
    for (test_allocator nth##_state = { .started = false };      \
         test_allocator_next(&nth##_state, __FILE__, __LINE__);) \
        for (const hf_allocator *nth = &nth##_state.base; nth != NULL; nth = NULL)

#endif

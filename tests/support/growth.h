/* growth.h - does a repeated job keep memory? Two independent sources say so.
 *
 *   growth_meter meter;
 *   growth_begin(&meter);                    after a few rounds of warm-up
 *   for (...) { round(); growth_check(&meter) must be 0 bytes; }
 *   growth_resident(&meter) <= GROWTH_RESIDENT_MAX
 *
 * The allocator's own count (mallinfo2: heap in use and mapped blocks) must be equal after every
 * round; resident memory (VmRSS) may move by GROWTH_RESIDENT_MAX. Sanitizers replace the allocator
 * and keep freed blocks: there, the live bytes are asked from the sanitizer and the resident
 * figure means nothing (growth_resident returns 0).
 *
 * A test that uses this runs alone: write the `ctest: serial` comment that cmake/HoldfastTests.cmake
 * describes into its file. */
#ifndef HOLDFAST_TEST_GROWTH_H
#define HOLDFAST_TEST_GROWTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GROWTH_RESIDENT_MAX = 64 * 1024 };

typedef struct growth_meter {
    size_t  heap_begin;
    int64_t resident_begin;
} growth_meter;

/* Whether resident memory is the program's alone: not under sanitizers and emulators. */
bool growth_resident_is_ours(void);
/* Bytes of the allocator that are in use now, over all threads. */
size_t growth_heap_bytes(void);
/* Resident bytes of this process now. */
int64_t growth_resident_bytes(void);

void growth_begin(growth_meter *meter);
/* Bytes in use now minus those at growth_begin. */
int64_t growth_check(const growth_meter *meter);
/* Resident bytes now minus those at growth_begin; 0 where they are not only ours. */
int64_t growth_resident(const growth_meter *meter);

#endif

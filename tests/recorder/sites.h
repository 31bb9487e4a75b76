/* sites.h - compares what programs count for themselves with what was recorded. */
#ifndef HOLDFAST_TEST_SITES_H
#define HOLDFAST_TEST_SITES_H

#include "record.h"

typedef struct site {
    uint64_t start, end;
    int64_t  blocks, bytes, seen_blocks, seen_bytes;
} site;

enum { SITES_MAX = 32 };

/* Lines "site START END BLOCKS BYTES" of a program's output. */
size_t sites_read(const char *text, site *sites);
/* Adds the live blocks of all processes to the innermost site on their stacks. */
void sites_count(const replayed *all, site *sites, size_t count);
/* One case for each site. */
void sites_check(const char *program, const site *sites, size_t count);

#endif

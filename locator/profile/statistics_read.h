/* statistics_read.h - memory statistics that a program's allocator or runtime has written down.
 *
 * Read are: Go's MemStats as JSON, alone or inside the whole answer of expvar; jemalloc's
 * statistics as text (malloc_stats_print), as JSON, or as lines of mallctl names and numbers;
 * tcmalloc's MallocExtension text, of gperftools and of Google. What a source does not tell stays
 * -1. Sources: https://pkg.go.dev/runtime#MemStats, https://jemalloc.net/jemalloc.3.html,
 * https://gperftools.github.io/gperftools/tcmalloc.html */
#ifndef HOLDFAST_STATISTICS_READ_H
#define HOLDFAST_STATISTICS_READ_H

#include "model.h"

/* HF_NOT_FOUND when the text is none of these (it may be somebody else's file); HF_BAD_PROFILE when it
 * is one of them and lacks its numbers; an error of the JSON reader, with its place, when damaged.
 * `name` is for errors, may be NULL. */
hf_status hf__statistics_read(hf_text text, const char *name, hf__memory *ret_memory, hf_error *reterr);

#endif

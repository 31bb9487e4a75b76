/* profiles.h - profiles captured over time, of Go, jemalloc or tcmalloc, as one model.
 *
 * Files of one checkpoint share their name up to the first dot: 0007.heap.pb.gz,
 * 0007.memstats.json, 0007.goroutine.pb.gz. What a file is, its content says: a pprof with sample
 * type inuse_space is a heap profile, one with goroutine/count a goroutine profile; statistics are
 * those of statistics_read.h. Anything else is left alone and counted. The time is the profile's
 * own; without one, the file's.
 *
 * A program that was restarted in between (its total of allocated bytes fell) is judged over its
 * longest stretch, and a note says so. */
#ifndef HOLDFAST_PROFILES_H
#define HOLDFAST_PROFILES_H

#include "model.h"

enum { HF_PROFILES_MAX = 100000, HF_NOTE_MAX = 200 };

typedef struct hf__profiles_report {
    size_t files, left_alone;   /* read, and not recognised */
    size_t restarts;
    char   note[HF_NOTE_MAX];   /* "" or one line for the reader */
} hf__profiles_report;

/* paths: folders, whose files are taken, and files. ret_model: yours, sealed; release it.
 * HF_BAD_PROFILE with the file's name for a damaged profile; HF_IO; HF_NOT_FOUND when there is no heap profile. */
hf_status hf__profiles_read(const char *const *paths, size_t paths_count, hf__model *ret_model,
                            hf__profiles_report *ret_report, hf_error *reterr);

/* Reads a whole file of at most `bytes_max`; *ret_bytes is owned (hf__room_free). */
hf_status hf__file_read(const char *path, size_t bytes_max, char **ret_bytes, size_t *ret_length, hf_error *reterr);

#endif

/* series.h - the dense series of one group of paths, as the judge looks at it. */
#ifndef HOLDFAST_SERIES_H
#define HOLDFAST_SERIES_H

#include "model.h"

/* Window i ends at seconds[i] and begins where window i-1 ends (window 0 at `begin_s`). */
typedef struct hf__series {
    size_t count;               /* windows */
    size_t end;                 /* windows before main returned; <= count, and count where that is not known */
    size_t first;               /* windows before this one are not judged */
    double begin_s;
    double seconds[HF_WINDOWS_MAX];
    double live_bytes[HF_WINDOWS_MAX], live_blocks[HF_WINDOWS_MAX];   /* at the end of the window */
    double born_bytes[HF_WINDOWS_MAX], born_blocks[HF_WINDOWS_MAX];   /* within it */
    double died_bytes[HF_WINDOWS_MAX], died_blocks[HF_WINDOWS_MAX];
    const double *active;       /* blocks born and died in the whole program, within each window; NULL where not known */
    bool   has_cohorts;
    bool   waited;              /* the program was kept waiting for a processor: time is what the scheduler left it */
    const hf__death *deaths;    /* of all paths of the group, in any order; their `path` is not looked at */
    size_t deaths_count;
    double noise_bytes;         /* variance of a sum, for each byte of it; 0 when exact */
    hf__path_kind kind;
} hf__series;

#endif

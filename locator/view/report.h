/* report.h - `holdfast report`, and what `holdfast run` does at its end: read, judge, show.
 *
 * Talk goes to standard error; with --json standard output ends with one line, or a file gets it. */
#ifndef HOLDFAST_REPORT_H
#define HOLDFAST_REPORT_H

#include <holdfast/base.h>

#include "baseline.h"
#include "focus.h"
#include "recording_read.h"

typedef enum hf__fail_on { HF_FAIL_ON_LEAK, HF_FAIL_ON_UNDECIDED, HF_FAIL_ON_NOTHING } hf__fail_on;

typedef struct hf__report_options {
    const char *const *paths; /* a recording, or profiles and folders of profiles */
    size_t      paths_count;
    const hf__recording *recording; /* of the one path, when it was read already; or NULL. Borrowed */
    const char *json;         /* "-": standard output; else a file; NULL: none */
    const char *pprof, *junit, *sarif;            /* files, or NULL */
    const char *baseline, *write_baseline;        /* files, or NULL */
    hf__baseline accepted;    /* what `baseline` lists: by hf__report_begin */
    const char *diff;         /* a recording or folder to compare with: shows what grew since, or NULL */
    const char *focus;        /* a function to lay blame at, or NULL */
    hf__nearest_call nearest; /* finds what was meant by a name of none; or NULL */
    double      since_s;      /* judge only what happened after; 0 for all */
    size_t      top;          /* 0 for 10 */
    bool        ages, quiet;  /* quiet: no text */
    bool        colour;       /* of the text */
    /* Writes `bytes` to `path`, "-" for standard output, whole or not at all; returns 0, or the exit code after a
     * message. */
    int       (*put)(const char *path, hf_text bytes);
    hf__fail_on fail_on;
} hf__report_options;

/* Before there is anything to judge, since what is wrong with the baseline must not cost a recording: reads it. 0, or
 * the exit code after a message. hf__report_end in any case. */
int  hf__report_begin(hf__report_options *options);
void hf__report_end(hf__report_options *options);

/* The command's exit code: 0 no leak, 1 a leak, 3 undecided, 4 cannot go on, 5 bad data or not to be read.
 * Errors are told on standard error. */
int hf__report(const hf__report_options *options);
/* What that does when a recording cannot be read: tells, and gives the exit code. */
int hf__report_failed(const hf_error *error);

#endif

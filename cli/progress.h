/* progress.h - how far a file is read: one line on standard error, on a terminal and after 200 ms. */
#ifndef HOLDFAST_PROGRESS_H
#define HOLDFAST_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool        is_shown; /* standard error is a terminal */
    bool        is_there; /* a line stands there to be overwritten */
    double      begin, next;
    uint64_t    bytes_total; /* 0: not known */
    const char *things;   /* what is counted: "documents", of which one lacks the s */
} progress;

struct stat;

/* facts: of the file, for its size; NULL: not known. */
void progress_begin(progress *line, const struct stat *facts, const char *things);
/* Writes the line again, five times a second at most. */
void progress_show(progress *line, uint64_t bytes, uint64_t count);
/* Before anything else is written there, and at the end. */
void progress_clear(progress *line);

#endif

/* stream_scan.h - where does a value end? Without reading it: quotes, brackets and comments only.
 *
 * The scan stops behind the last byte of the value, or at the end of what there is and goes on from
 * there when more has come: each byte is looked at once. A malformed value ends somewhere too;
 * reading it then says what is wrong. */
#ifndef HOLDFAST_STREAM_SCAN_H
#define HOLDFAST_STREAM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum hf__stream_state {
    HF__STREAM_BETWEEN, /* before the value: blanks and comments */
    HF__STREAM_INSIDE,  /* of containers */
    HF__STREAM_SCALAR,  /* of a number or literal at the top, or of what cannot begin a value */
    HF__STREAM_TEXT,
    HF__STREAM_ESCAPE,  /* behind a backslash in text */
    HF__STREAM_SLASH,   /* behind a slash that may begin a comment */
    HF__STREAM_LINE,    /* in a comment to the end of the line */
    HF__STREAM_BLOCK,   /* in a comment */
    HF__STREAM_STAR     /* behind a star in it */
} hf__stream_state;

typedef struct hf__stream_scan {
    hf__stream_state state, outer; /* outer: where a comment goes back to */
    uint64_t         depth;        /* open brackets of any kind */
    size_t           at;           /* bytes looked at, from the beginning of the value's text */
    bool             comments;     /* are comments */
} hf__stream_scan;

/* Goes on in text[scan->at, length). True: the value ends at scan->at. */
bool hf__stream_find_end(hf__stream_scan *scan, const char *text, size_t length);

/* Where the first value begins, behind blanks and, if they are allowed, comments; 0 when none does. */
size_t hf__stream_find_begin(bool comments, const char *text, size_t length);

#endif

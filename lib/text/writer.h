/* writer.h - what the files of the JSON writer share.
 *
 *     writer.c         the calls, and the place of errors
 *     writer_slots.c   the loop over slots
 *     writer_canonical.c  the same in the order of RFC 8785
 *     writer_rare.c    links, bytes, mounted documents, foreign values
 *     writer_output.c  room, pieces, text and source of any length
 *
 * Output goes to a window [begin, end) with the next byte at `to`, which the loop keeps in a register.
 * Two ways:
 *   direct: the window is the caller's buffer, grown as needed.
 *   pieces: the window is a block of our own, sent on when full, but for its last byte: a comma may
 *           have to be taken back. Also where the buffer has no room for slack: then what is
 *           appended is exact, and so is the limit.
 * The bytes at and behind `to` are always writable up to `end`, whatever they hold. */
#ifndef HOLDFAST_WRITER_H
#define HOLDFAST_WRITER_H

#include <holdfast/write.h>

#include "value/home.h"

enum {
    HF__WRITE_SLACK = 1536, /* room for one slot with its line and indentation, text aside */
    HF__WRITE_INDENT_LEVELS = 100,
    HF__WRITE_INDENT_MAX = 10,
    HF__WRITE_RETURNS = HF__MOUNT_DEPTH_MAX + 32, /* foreign values may bring documents that mount, too */
    HF__WRITE_OVERREAD = 32 /* a short spelling is copied as so many bytes where the block allows */
};

/* The way back from a mounted value or from a document that stands for a foreign one. */
typedef struct hf__write_return {
    const hf__home *home;
    const hf__slot *at, *end;
    hf_document    *owned; /* dropped on return; NULL: none */
} hf__write_return;

typedef struct hf__writer {
    hf_write_options options;
    char            *begin, *to, *end;
    hf_buffer       *buffer;      /* direct; else NULL */
    size_t           buffer_base; /* its length before */
    hf_write_sink    sink;
    void            *context;
    uint64_t         sent; /* bytes that left in pieces */
    uint64_t         bytes_max;

    const hf__home *home;
    const hf__slot *at, *end_slot;
    bool            from_source; /* clean containers of this block can be minified from their source */
    uintptr_t       easy_begin;  /* spellings in [easy_begin, easy_begin + easy_bytes) may be over-read */
    size_t          easy_bytes;

    uint32_t         returns_used;
    hf_status        status;
    const hf__slot  *fault; /* the value that cannot be written */
    hf_error        *reterr;
    hf__write_return returns[HF__WRITE_RETURNS];
    char             small[4096]; /* the window where a buffer has no room for slack */
} hf__writer;

/* Makes room for `need` bytes at `to`, or as much as the window can have, at least HF__WRITE_SLACK.
 * Returns where to go on, or NULL with w->status set. */
char *hf__writer_room(hf__writer *w, char *to, size_t need);

/* Sends everything on. False with w->status set. */
bool hf__writer_flush(hf__writer *w, char *to);

/* Text of any length, escaped or as it is; leaves room for slack. NULL on failure. */
char *hf__writer_text(hf__writer *w, char *to, hf_text text, bool escape);

/* JSON text without its blanks; leaves room for slack. NULL on failure. */
char *hf__writer_source(hf__writer *w, char *to, hf_text source);

/* A value that is neither scalar nor container: writes it, or makes its document the current one.
 * NULL on failure. */
char *hf__writer_rare(hf__writer *w, char *to, const hf__slot *slot);

/* The current values become those of `value`; on return, the way back is w->at and w->end_slot. */
bool hf__writer_enter(hf__writer *w, hf_value value, hf_document *owned);
/* Back to behind the mounted value. False at the end of all. */
bool hf__writer_return(hf__writer *w);
/* What is known about the block of `slot`, a value of `home`. */
void hf__writer_set_home(hf__writer *w, const hf__home *home, const hf__slot *slot);

/* Remembers the failure and which value it is about; returns NULL. */
char *hf__writer_fail(hf__writer *w, hf_status status, const hf__slot *slot, const char *words);

/* Writes all from w->at to the end. False with w->status set. */
bool hf__writer_minified(hf__writer *w);
bool hf__writer_pretty(hf__writer *w);
bool hf__writer_canonical(hf__writer *w);

#endif

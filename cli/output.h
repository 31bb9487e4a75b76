/* output.h - where results go: standard output, or a file that appears whole or not at all. */
#ifndef HOLDFAST_OUTPUT_H
#define HOLDFAST_OUTPUT_H

#include <holdfast/write.h>
#include <sys/stat.h>

#include "stream_input.h"

enum { OUTPUT_ROOM = 256 * 1024 };

/* Fields of your own: between output_begin and output_end. Bytes are gathered and written in large
 * pieces, of a value that is refused nothing. A file is written beside its place and renamed over it at the end;
 * it is taken away when somebody interrupts the command. Devices and pipes are written as they are. */
typedef struct output {
    const char *path;   /* NULL: standard output */
    const char *from;   /* what was read, for errors; NULL: they say so themselves */
    char       *place;  /* where it leads to; NULL: written as it is */
    char       *beside; /* the file being written; NULL: likewise */
    struct stat there;  /* what is there already, if something is */
    bool        replaces;
    int         descriptor;
    char       *bytes;
    size_t      length;
    hf_buffer   canonical; /* a document in canonical form, which may be refused at its last value */
    bool        is_closed; /* whoever read our standard output went away: the rest is not wanted */
    bool        is_broken; /* a write has failed, and that was told */
} output;

/* Each returns the exit code to end with, EXIT_DONE when all is well; the error is told.
 * path NULL or "-" is standard output; `here` is the document of a stream that the value is of, or NULL. */
int output_begin(output *to, const char *path);
int output_put(output *to, hf_value value, const hf_write_options *options, stream_here *here);
int output_put_text(output *to, hf_text text);
/* What was gathered goes out now, in case somebody waits for it; not into a file, which appears at the end.
 * EXIT_FINDING when nobody wants more. */
int output_show(output *to);
/* Writes what is left. With `code` not EXIT_DONE a file is not put in its place. Returns `code`, or
 * what went wrong here. */
int output_end(output *to, int code);

/* All of it for one value, read from the file `from`: NULL or "-" is standard input. */
int output_write(hf_value value, const hf_write_options *options, const char *path, const char *from);

/* The same for bytes. */
int output_put_file(const char *path, hf_text bytes);

/* At the very end: what stdio still holds for standard output goes out. Returns `code`, or what went wrong. */
int output_flush(int code);

/* Is this descriptor a terminal that wants colour (NO_COLOR unset or empty)? */
bool output_has_colour(int descriptor);

#endif

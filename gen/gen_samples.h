/* gen_samples.h - samples of JSON from a file, one at a time: a value on each line, values one after the other, or
 * the elements of one array. What is kept is one piece of the file and the largest sample. */
#ifndef HOLDFAST_GEN_SAMPLES_H
#define HOLDFAST_GEN_SAMPLES_H

#include <holdfast/stream.h>

#include "gen_unit.h"

/* Whoever looks on. Either call may be NULL. */
typedef struct gen_watch {
    void (*see)(uint64_t bytes, uint64_t samples, void *context); /* after each piece of the file */
    void (*end)(void *context); /* all is read, or something went wrong and is told next */
    void  *context;
} gen_watch;

/* Where the file is in the array that it is, when it is one. */
typedef enum gen_samples_state {
    SAMPLES_NO_ARRAY, SAMPLES_BEFORE_ARRAY, SAMPLES_NO_ELEMENT, SAMPLES_WANT_ELEMENT, SAMPLES_IN_ELEMENT, SAMPLES_BEHIND_ELEMENT,
    SAMPLES_BEHIND_ARRAY
} gen_samples_state;

typedef struct gen_samples {
    const char       *path;     /* "-": standard input */
    int               descriptor;
    gen_watch         watch;
    hf_stream        *stream;   /* NULL before the form of the file is known */
    hf_document      *document; /* the sample that came last */
    char             *piece;    /* its first `length` bytes were read and not given to the stream yet */
    size_t            length, room;
    uint64_t          count;
    bool              is_at_end;
    gen_samples_state state;
    uint32_t          line, column; /* of the scan of an array */
    size_t            depth;        /* in an element */
    bool              in_text, is_escaped;
    const char       *wrong;        /* what the scan met; told once the samples before it are taken */
} gen_samples;

/* Fails the unit when the file cannot be opened. gen_samples_release in any case. */
void gen_samples_init(gen_unit *unit, gen_samples *samples, const char *path, gen_watch watch);
void gen_samples_release(gen_samples *samples);

/* The next sample, an object in which no key comes twice; borrowed until the next call. False at the end. Fails the unit
 * with the place of what is none. */
bool gen_samples_next(gen_unit *unit, gen_samples *samples, hf_value *ret_sample);

#endif

/* demo.h - the parts of `make demo`: one recursive job, done in several ways, each watched.
 *
 * The job of one round, for every input text, the same in every form:
 *   read     the text
 *   walk     the value: every key's bytes and every value go into the checksum
 *   leave    out subtrees: a copy without every tenth container met in order (demo_leaves_out)
 *   clone    that copy, as a private whole
 *   share    the clone in two places of a new object: {"first": clone, "again": clone}
 *   walk     and measure what came of it: values, containers, depth, bytes of text
 *   write    it as minified JSON
 *   release  everything
 * Checksums must agree between rounds and between forms; a number counts as the double it is.
 *
 * Each form runs in a process of its own, started afresh, so that none inherits another's heap. */
#ifndef HOLDFAST_DEMO_H
#define HOLDFAST_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- input ---------------------------------------------------------------------------------- */

enum { DEMO_TEXTS_MAX = 32 };

typedef struct demo_text {
    char   name[64];
    char  *bytes; /* `length` bytes and a NUL */
    size_t length;
} demo_text;

typedef struct demo_input {
    demo_text texts[DEMO_TEXTS_MAX];
    size_t    count, bytes;
} demo_input;

/* Reads one file, or with path NULL those of Debian's package iso-codes. On failure prints why. */
bool demo_input_load(const char *path, demo_input *ret_input);
void demo_input_release(demo_input *input);

/* ---- a form ----------------------------------------------------------------------------------- */

/* What one round found out. */
typedef struct demo_result {
    uint64_t checksum;
    uint64_t values, containers, depth_max, text_bytes; /* of the shared wholes, each place counted */
    uint64_t written_bytes;
} demo_result;

/* One way to do the job. `state` is what init returned. */
typedef struct demo_form {
    const char *name;                                    /* one line of the table */
    const char *explanation;                             /* one sentence */
    bool        growth_fails;                            /* the demo fails when this form's memory grows */
    void *(*init)(const demo_input *input);              /* NULL when it cannot start; it has said why */
    bool (*round)(void *state, demo_result *ret_result); /* false when it failed; it has said why */
    int64_t (*live_bytes)(void *state); /* the form's own exact count now; NULL when it has none */
    void (*finish)(void *state);
} demo_form;

/* In the order of the table; `demo_forms_count` of them. */
extern const demo_form *const demo_forms[];
extern const size_t           demo_forms_count;

/* Is the container with this number (from 1, in the order of the walk, left-out subtrees not
 * looked into) left out of the copy? Never the root, which is number 1. */
static inline bool demo_leaves_out(uint64_t container_number)
{
    return container_number % 10 == 0;
}

/* ---- watching ----------------------------------------------------------------------------------- */

/* One reading between two rounds. */
typedef struct demo_sample {
    double   seconds;
    uint64_t rounds;
    int64_t  resident_bytes;
} demo_sample;

typedef struct demo_outcome {
    bool        failed;        /* it did not run to its end */
    bool        stopped_early; /* it passed the memory it is allowed */
    uint64_t    rounds;
    double      round_ms;   /* mean over the rounds after warm-up */
    int64_t     peak_bytes; /* resident, at the highest */
    int64_t     resident_warm, resident_end;
    int64_t     heap_growth_max; /* by the allocator's count, over the rounds after warm-up */
    int64_t     live_warm, live_end, live_growth_max; /* the form's own count; -1: none */
    demo_result result;
} demo_outcome;

typedef struct demo_run {
    const demo_form *form;
    demo_outcome     outcome;
    demo_sample     *samples; /* owned, free() */
    size_t           samples_count, samples_room;
} demo_run;

typedef struct demo_settings {
    const char *program;   /* to start again for each form */
    const char *input;     /* NULL: iso-codes */
    double      seconds;   /* per form */
    int64_t     bytes_max; /* a form that holds more is stopped */
} demo_settings;

/* Runs form number `number` in a process of its own. False, after a message, when it cannot start. */
bool demo_watch(const demo_settings *settings, size_t number, demo_run *ret_run);
/* The other side: runs the form and writes samples and outcome to `output`. Returns main's status. */
int demo_child(const demo_settings *settings, size_t number, int output);

/* ---- telling ------------------------------------------------------------------------------------- */

enum { DEMO_RESIDENT_NOISE = 64 * 1024 };

/* Resident growth beyond noise, or any growth of the allocator's count or the form's own. */
bool demo_has_grown(const demo_outcome *outcome);
void demo_print_table(const demo_run *runs, size_t count);
void demo_print_chart(const demo_run *runs, size_t count);
/* False, after a message, when the file cannot be written. */
bool demo_write_svg(const char *path, const demo_run *runs, size_t count);

#endif

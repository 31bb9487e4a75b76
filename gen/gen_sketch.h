/* gen_sketch.h - what samples of JSON have in common: of each place which kinds came there, and how often.
 *
 * A sketch is of one place: of all samples, of a member of all objects at one place, of all items of all arrays at
 * one. It grows while samples are walked and owns nothing: everything is bound to the unit. */
#ifndef HOLDFAST_GEN_SKETCH_H
#define HOLDFAST_GEN_SKETCH_H

#include <holdfast/document.h>

#include "gen_unit.h"

enum { GEN_SKETCH_DEPTH_MAX = 100, GEN_SKETCH_KEYS_MAX = 256, GEN_SKETCH_KEY_BYTES_MAX = 200 };

typedef enum gen_sketch_kind {
    SKETCH_NULL, SKETCH_BOOL, SKETCH_INTEGER, SKETCH_DOUBLE, SKETCH_TEXT, SKETCH_ARRAY, SKETCH_OBJECT, SKETCH_KINDS
} gen_sketch_kind;

typedef struct gen_sketch {
    struct gen_sketch *next;        /* among the members of its object */
    const char        *key;         /* of a member; terminated */
    struct gen_sketch *members, **members_end;
    struct gen_sketch *guess;       /* the member that is likely to come next */
    struct gen_sketch *item;        /* NULL: no array here has any */
    size_t             counts[SKETCH_KINDS];
    size_t             seen;        /* values of any kind */
    size_t             member_count;
    size_t             empty_arrays;
    size_t             odd_numbers; /* that 64 bits or a double do not hold */
    size_t             odd_texts;   /* with a NUL */
    size_t             odd_keys;    /* with a NUL, or very long */
    size_t             deep;        /* containers that were not looked into */
    bool               is_negative, is_large /* beyond INT64_MAX */, is_fine /* a whole number that no double holds */;
    bool               too_many_keys;
    const char        *type;        /* of an object: what its struct is called */
} gen_sketch;

gen_sketch *gen_sketch_make(gen_unit *unit, const char *key);
/* Takes in one sample, which stands at `root`. */
void gen_sketch_add(gen_unit *unit, gen_sketch *root, hf_value sample);

/* A bit for each kind that came, null apart. */
unsigned gen_sketch_kinds(const gen_sketch *at);
/* "integer 3, text 1", null included. */
const char *gen_sketch_counts(gen_unit *unit, const gen_sketch *at);

#endif

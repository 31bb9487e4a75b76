/* gen_infer_name.h - names of C for what samples call otherwise. */
#ifndef HOLDFAST_GEN_INFER_NAME_H
#define HOLDFAST_GEN_INFER_NAME_H

#include "gen_sketch.h"

/* How a member that is written takes names: its own, and of a member beside it. */
typedef struct gen_member_name {
    const char *name;
    bool        is_counted;   /* "n_x" stands beside it */
    bool        is_flagged;   /* "has_x" does */
    bool        is_pointer;   /* and nothing counts it: a number called like its counter would be taken for one */
    bool        is_number, is_bool;
} gen_member_name;

/* Names the member `at` of the list, whose other fields are set: like `key` where that is a name of C and C++ and meets
 * none of the members before it. */
void gen_name_member(gen_unit *unit, gen_member_name *list, size_t at, const char *key);
/* A name for the type of all samples, after the file `base`. */
const char *gen_name_root(gen_unit *unit, const char *base);
/* A name for the struct that the member `name` of the struct `owner` holds: no other type's, and none that `holdfast
 * gen` gives to a function. */
const char *gen_name_inner(gen_unit *unit, const char *root, const char *owner, const char *name);

#endif

/* struct_scalar.h - a value of a struct as what JSON has for it. */
#ifndef HOLDFAST_STRUCT_SCALAR_H
#define HOLDFAST_STRUCT_SCALAR_H

#include <holdfast/buffer.h>

#include "bind/struct_access.h"

typedef struct hf__scalar {
    enum { HF__SCALAR_NULL, HF__SCALAR_BOOL, HF__SCALAR_I64, HF__SCALAR_U64, HF__SCALAR_DOUBLE, HF__SCALAR_TEXT, HF__SCALAR_RAW } kind;
    union {
        bool     boolean;
        int64_t  i64;
        uint64_t u64;
        double   f64;
        hf_text  text; /* borrowed from the struct or from the room */
    } is;
} hf__scalar;

/* `room`: for texts that have to be made; emptied first. Fails when the value has no such form. */
hf_status hf__scalar_of(const hf_struct_place *place, hf_buffer *room, hf__scalar *ret_scalar, hf_error *reterr);

/* A walk that begins at any place, such as a member, whose form then holds. */
void hf__struct_walk_at(hf_struct_walk *walk, const hf_struct_place *place, const hf_struct_walk_options *options);

/* HF_OK when the text is one JSON value and nothing else. */
hf_status hf__json_check(hf_text json, const hf_allocator *allocator, hf_error *reterr);

#endif

/* binder.h - values arriving one by one, put where a type says.
 *
 * The reader of JSON text and the reader of values call these in the order of the text. A target says
 * where the next value goes; a level is an open object or array. A vector grows beside its place and is
 * put there when it is complete, so that at any failure what hangs on the root is a tree, and what is
 * growing hangs on the levels. Details of errors are filled in here; the caller adds the place. */
#ifndef HOLDFAST_BINDER_H
#define HOLDFAST_BINDER_H

#include "base/number_read.h"

#include "bind/struct_release.h"
#include "bind/struct_rule.h"

typedef struct hf__target {
    const hf_type   *type;        /* NULL: the value is passed over */
    char            *at;
    char            *record;      /* that holds the member; NULL at the root and for items */
    const hf_type   *record_type;
    const hf_member *member;      /* whose form and rule hold; items know the form of their vector */
    const hf_member *tag_of;      /* the flattened union whose tag it is; NULL: none */
    bool             is_direct;   /* the member itself, not an item of it */
} hf__target;

typedef struct hf__level {
    const hf_type *type;      /* a record, union, vector, array or flexible array; NULL: passed over */
    char          *at;        /* the record; the items */
    char          *place;     /* of the pointer that leads to a record; NULL: the root, or in place */
    hf__target     home;      /* of the array, or of the union */
    size_t         count, room;
    hf_text        key;       /* the last one, for the pointer of errors; borrowed from the text */
    uint32_t       key_next;  /* the key that probably comes next */
    bool           is_object, is_closing;
    uint64_t       seen[HF_KEY_WORDS];
} hf__level;

typedef struct hf__binder {
    hf_store      store;
    hf_error     *reterr;
    const hf_type *type;
    char         *root;
    hf__level    *levels;
    size_t        level_count, level_room;
    uint32_t      depth_max;
    hf__target    target;
} hf__binder;

/* Makes the root; the first value goes into it. */
hf_status hf__bind_begin(hf__binder *binder, const hf_type *type, const hf_decode_options *options, hf_error *reterr);
/* Frees what the binder worked with; the root too unless `keep`. */
void hf__bind_end(hf__binder *binder, bool keep);

/* Each takes the value for binder->target. */
hf_status hf__bind_null(hf__binder *binder);
hf_status hf__bind_bool(hf__binder *binder, bool value);
/* begin, end: its spelling; NULL where there is none. */
hf_status hf__bind_number(hf__binder *binder, hf__number_kind kind, uint64_t bits, const char *begin, const char *end);
hf_status hf__bind_text(hf__binder *binder, hf_text text);
/* A value kept as its JSON text. */
hf_status hf__bind_raw(hf__binder *binder, hf_text json);
hf_status hf__bind_open(hf__binder *binder, bool is_object);
hf_status hf__bind_close(hf__binder *binder);
/* The target becomes the member `text` of the open object, or the next item of the open array. */
hf_status hf__bind_key(hf__binder *binder, hf_text text);
hf_status hf__bind_item(hf__binder *binder);

/* ---- between binder.c and bind_scalar.c ---- */

hf_status hf__bind_no_memory(hf__binder *binder);
/* `met` where the target's type wants something else. */
hf_status hf__bind_wrong_kind(hf__binder *binder, const char *met);
/* A text that is not given, as its default. */
hf_status hf__bind_default(hf__binder *binder, const hf_rule_value *value, char *at);
/* Opens the vector or flexible array that a text of bytes stands for: no level of the JSON. */
hf_status hf__bind_open_bytes(hf__binder *binder);
/* Follows the pointers of the target, making what they lead to. */
hf_status hf__bind_reach(hf__binder *binder);

/* Whether the target wants the JSON text of its value. */
static inline bool hf__bind_wants_raw(const hf__binder *binder)
{
    const hf__target *target = &binder->target;
    return target->is_direct && target->member->form == HF_AS_RAW;
}

/* The JSON Pointer of where the binder stands, into the error. */
void hf__bind_tell_place(const hf__binder *binder, hf_error *reterr);

#endif

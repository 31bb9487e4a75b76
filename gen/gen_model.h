/* gen_model.h - what the declarations of a header say, before anything is decided about them.
 *
 * A type is a chain: pointer to array of a record. A typedef is a link of its own (GEN_NAMED), so
 * that the output can spell types as their author did. Nothing here knows a size or an offset:
 * the compiler of the generated code does. */
#ifndef HOLDFAST_GEN_MODEL_H
#define HOLDFAST_GEN_MODEL_H

#include "gen_token.h"

typedef enum gen_kind {
    GEN_VOID, GEN_BOOL, GEN_CHAR, GEN_INT, GEN_FLOAT,
    GEN_OPAQUE,   /* complex, __int128, vectors, va_list: bytes without a meaning here */
    GEN_ENUMERATION, GEN_RECORD, GEN_NAMED, GEN_POINTER, GEN_ARRAY, GEN_FUNCTION
} gen_kind;

struct gen_type {
    gen_kind      kind;
    bool          is_const, is_volatile, is_unsigned, is_signed /* said so: matters for char */, is_atomic;
    bool          is_unknown;    /* opaque, and may be anything: typeof of an expression */
    bool          is_flexible;   /* an array without a bound */
    bool          is_zero_length;/* an array [0]: the older way to say flexible */
    bool          is_wide_float; /* long double, __float128 */
    gen_type     *target;        /* of a typedef, pointer, array, function */
    gen_record   *record;
    gen_enum     *enumeration;
    const gen_symbol *name;      /* of a typedef */
    const char   *spelling;      /* of a basic type: "unsigned long" */
};

/* A run of annotation tokens, the parenthesis not included. */
typedef struct gen_annotation_range {
    struct gen_annotation_range *next;
    const gen_token             *begin, *end;
} gen_annotation_range;

typedef struct gen_annotation gen_annotation; /* gen_annotate.h */

typedef struct gen_field {
    struct gen_field     *next;
    const gen_symbol     *name;   /* NULL: an anonymous struct or union, or padding bits */
    gen_type             *type;
    gen_place             place;
    bool                  is_bits;
    const gen_symbol     *counted_by; /* the compiler's own attribute */
    gen_annotation_range *annotations;
    gen_record           *owner;
} gen_field;

struct gen_record {
    gen_record           *next;
    bool                  is_union, is_defined, is_packed, is_reversed /* scalar_storage_order */, is_system;
    bool                  is_complete;  /* its members are all read: from here on others may hold one */
    unsigned              held_deep;    /* records that lie in one another below it */
    size_t                brought;      /* members that records without a name bring along */
    const gen_symbol     *tag;          /* NULL: none */
    const gen_symbol     *typedef_name; /* the first typedef that names it directly */
    gen_place             place;
    gen_field            *fields;
    size_t                field_count;
    gen_annotation_range *annotations;
    struct gen_plan      *plan;         /* what was decided about it; gen_plan.h */
};

typedef struct gen_enumerator {
    struct gen_enumerator *next;
    const gen_symbol      *name;
    gen_place              place;
    gen_annotation_range  *annotations;
} gen_enumerator;

struct gen_enum {
    gen_enum             *next;
    bool                  is_defined;
    const gen_symbol     *tag, *typedef_name;
    gen_place             place;
    gen_enumerator       *enumerators;
    size_t                enumerator_count;
    gen_annotation_range *annotations;
};

/* Whether it, or anything that its pointers and arrays lead to, is volatile. */
static inline bool gen_type_has_volatile(const gen_type *type)
{
    bool is_volatile = type->is_volatile;
    while (type->kind == GEN_NAMED || type->kind == GEN_POINTER || type->kind == GEN_ARRAY) {
        type = type->target;
        is_volatile |= type->is_volatile;
    }
    return is_volatile;
}

/* The type with its typedef names taken off; const anywhere on the way is kept in *ret_const
 * (may be NULL). */
static inline gen_type *gen_type_bare(gen_type *type, bool *ret_const)
{
    bool is_const = type->is_const;
    while (type->kind == GEN_NAMED) {
        type = type->target;
        is_const |= type->is_const;
    }
    if (ret_const != NULL)
        *ret_const = is_const;
    return type;
}

#endif

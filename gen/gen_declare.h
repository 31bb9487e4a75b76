/* gen_declare.h - the declaration reader: tokens in, records, enums and typedefs out.
 *
 * Reads all of C11's declarations and the common GNU and C23 attributes. Function bodies,
 * initialisers, parameter lists and constant expressions are skipped by their brackets. */
#ifndef HOLDFAST_GEN_DECLARE_H
#define HOLDFAST_GEN_DECLARE_H

#include "gen_model.h"

enum { GEN_NESTING_MAX = 200 }; /* of parentheses in a declarator, and of records in records */

/* Where the reader stands, and what the specifiers under way have gathered. */
typedef struct gen_reader {
    gen_unit        *unit;
    const gen_token *at;
    unsigned         depth;
} gen_reader;

/* What stands in front of the declarators of one declaration. */
typedef struct gen_specifiers {
    gen_type             *type;
    bool                  is_typedef, is_opaque /* vector_size and the like */, is_packed, is_reversed /* scalar_storage_order */;
    const gen_symbol     *counted_by;
    gen_annotation_range *annotations;
} gen_specifiers;

typedef struct gen_declarator {
    gen_type             *type;
    const gen_token      *name; /* NULL: none */
    const gen_symbol     *counted_by;
    gen_annotation_range *annotations; /* its own and the specifiers' */
} gen_declarator;

/* Reads every declaration of the unit's tokens. Fails the unit at the first that is none. */
void gen_declarations_read(gen_unit *unit);

/* ---- between gen_declare.c, gen_type.c and gen_record.c ---- */

void gen_expected(gen_reader *reader, const char *what);
bool gen_accept(gen_reader *reader, char mark);
void gen_skip_balanced(gen_reader *reader);
/* Skips attributes, assembler names and annotations, gathering what matters into *gathered. */
bool gen_read_attributes(gen_reader *reader, gen_specifiers *gathered);
void gen_read_specifiers(gen_reader *reader, gen_specifiers *ret_specifiers);
void gen_read_declarator(gen_reader *reader, const gen_specifiers *specifiers, gen_declarator *ret_declarator);
/* Appends `more` to the list: both stay in the order they stand. */
void gen_annotations_join(gen_annotation_range **list, gen_annotation_range *more);
/* Fails when there are annotations where none says anything. */
void gen_need_none(gen_reader *reader, const gen_annotation_range *annotations);
/* At `struct`, `union` or `enum`. Annotations that do not belong to the type go to *outer. */
gen_type *gen_read_tagged(gen_reader *reader, gen_specifiers *outer);
gen_type *gen_type_make(gen_unit *unit, gen_kind kind, gen_type *target);
/* `type`, or a copy of it, since others use it too, that also has the qualifiers of `by`. */
gen_type *gen_type_qualify(gen_unit *unit, gen_type *type, const gen_type *by);
void gen_enter(gen_reader *reader);
void gen_leave(gen_reader *reader);
void gen_skip_static_assert(gen_reader *reader);

#endif

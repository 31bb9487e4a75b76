/* gen_emit.h - the output: a header with typed calls and a source with tables.
 *
 * Deterministic: the same declarations and options give the same bytes. */
#ifndef HOLDFAST_GEN_EMIT_H
#define HOLDFAST_GEN_EMIT_H

#include "gen_plan.h"

typedef struct gen_output {
    const char *model;   /* how the output includes the user's header */
    const char *header;  /* how the source includes its header */
    const char *title;   /* base name, for the first lines: "model" */
    bool        tables_only; /* no specialised code */
} gen_output;

void gen_emit_header(gen_unit *unit, const gen_plans *plans, const gen_output *output, FILE *stream);
void gen_emit_source(gen_unit *unit, const gen_plans *plans, const gen_output *output, FILE *stream);

/* ---- between the gen_emit files ---- */

/* The C expression whose type is the member's: "((user *)0)->name". */
const char *gen_member_expression(gen_unit *unit, const gen_member *member);
static inline const char *gen_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
/* What is made for one member: "user_hf_name_type". The member's name stands between words of ours, so that what
 * belongs to `b_c` of `a` is not called like what belongs to `c` of `a_b`, nor like a type of the user. */
static inline const char *gen_made_for(gen_unit *unit, const gen_member *member, const char *what)
{
    return gen_print(unit, "%s_hf_%s_%s", member->owner->name, member->name, what);
}
/* The first field that begins where the record does and has an address, through structs and unions without a name;
 * NULL when there is none. */
const gen_field *gen_leading_field(const gen_record *record);
/* A text as a C string literal. */
const char *gen_quoted(gen_unit *unit, const char *text);
/* A number as C spells it. */
const char *gen_spelled_number(gen_unit *unit, const gen_literal *literal);
/* The value of a tag: "(int64_t)-1", "(int64_t)KIND". */
const char *gen_spelled_tag(gen_unit *unit, const gen_literal *when);
/* The rule table of a member, written to `stream`; its name, or NULL when nothing is asked. */
const char *gen_emit_rule(gen_unit *unit, const gen_member *member, FILE *to);
/* Fills in the keys of a record or union: how it looks as a JSON object. */
void gen_keys_list(gen_unit *unit, gen_plan *plan);
/* The key table, written to `stream`. ret_required: a bit for each slot that must be there. Returns the
 * number of keys. */
size_t gen_emit_keys(gen_unit *unit, const gen_plan *plan, FILE *stream, uint64_t ret_required[4]);

#endif

/* gen_code.h - what is written beside the tables: a row for each key, by which JSON is read and written, and how
 * a record with defaults begins.
 *
 * What is rarely used is left to the tables, member by member, or for a whole record; --explain tells
 * which and why. All else goes by the tables. */
#ifndef HOLDFAST_GEN_CODE_H
#define HOLDFAST_GEN_CODE_H

#include "gen_emit.h"

#include <string.h>

/* Decides for each plan what is written beside its tables. */
void gen_code_decide(gen_unit *unit, gen_plans *plans);
/* The functions, and a table of them for each plan. */
void gen_emit_code(gen_unit *unit, const gen_plans *plans, FILE *stream);

/* ---- between the gen_code files ---- */

void gen_emit_code_keys(gen_unit *unit, const gen_plan *plan, FILE *stream);
/* What reading and writing do with the value of a key. */
void gen_emit_row(gen_unit *unit, const gen_plan *plan, const gen_key *key, FILE *stream);
/* What stands in JSON for a member that a row can describe, how its key is read, and how it is written, as constants. */
const char *gen_kind_of(gen_unit *unit, const gen_member *member);
const char *gen_read_kind(gen_unit *unit, const gen_key *key);
const char *gen_write_kind(gen_unit *unit, const gen_key *key);
/* What writing asks for in front of a record. */
size_t gen_write_room(const gen_plan *plan);

/* A plan that has a table of functions. */
static inline bool gen_has_code(const gen_plan *plan)
{
    return plan->begins || plan->reads || plan->writes;
}

/* Whether a record held in place, or anything in it, begins with more than zeroes. */
bool gen_has_defaults(const gen_plan *plan);
/* A whole number that a literal says; false when it is none, or beyond int64_t and uint64_t. */
bool gen_literal_number(const gen_literal *literal, uint64_t *ret_magnitude);

/* Whether the key looks in JSON text as it does in C. */
static inline bool gen_is_plain_key(const char *text)
{
    for (; *text != 0; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text >= 128 || *text == '"' || *text == '\\')
            return false;
    return true;
}

#endif

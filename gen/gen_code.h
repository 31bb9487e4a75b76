/* gen_code.h - specialised code beside the tables: straight C for each record.
 *
 * What is rarely used is left to the tables, member by member, or for a whole record; --explain tells
 * which and why. Reading and writing call each other along the types; inside a circle of types they enter
 * each other by a list of frames instead. Copying and measuring put what a pointer leads to on a list. */
#ifndef HOLDFAST_GEN_CODE_H
#define HOLDFAST_GEN_CODE_H

#include "gen_emit.h"

#include <string.h>

/* Decides for each plan what is written as straight code. */
void gen_code_decide(gen_unit *unit, gen_plans *plans);
/* The functions, and a table of them for each plan. */
void gen_emit_code(gen_unit *unit, const gen_plans *plans, FILE *stream);

/* ---- between the gen_code files ---- */

void gen_emit_code_keys(gen_unit *unit, const gen_plan *plan, FILE *stream);
/* What a reader does with the value of a key. */
void gen_emit_read_row(gen_unit *unit, const gen_plan *plan, const gen_key *key, FILE *stream);
void gen_emit_write(gen_unit *unit, const gen_plan *plan, FILE *stream);
void gen_emit_copy(gen_unit *unit, const gen_plan *plan, FILE *stream);
void gen_emit_measure(gen_unit *unit, const gen_plan *plan, FILE *stream);
/* Comparing, hashing, releasing; whether they fit the record. */
void gen_emit_look(gen_unit *unit, const gen_plan *plan, FILE *stream);
bool gen_can_look(const gen_unit *unit, const gen_plan *plan);

/* A plan that has a table of functions. */
static inline bool gen_has_code(const gen_plan *plan)
{
    return plan->begins || plan->reads || plan->writes || plan->copies || plan->looks;
}

/* Whether a value, or what a pointer or vector leads to, is a record of the same circle of types: its reader and
 * writer are not called but entered, so that nothing recurses. */
static inline bool gen_leads_back(const gen_plan *plan, const gen_item *item)
{
    if (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR)
        item = item->item;
    return plan->in_cycle && item->shape == SHAPE_RECORD && item->plan->component == plan->component;
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

/* "self->inner.x" */
static inline const char *gen_spelled_place(gen_unit *unit, const gen_key *key)
{
    return gen_print(unit, "self->%s%s", key->prefix, key->member->name);
}

/* A member beside the key's own: a counter, or has_x. */
static inline const char *gen_beside(gen_unit *unit, const gen_key *key, const gen_member *member)
{
    return gen_print(unit, "self->%s%s", key->prefix, member->name);
}

/* The record that holds the key's member, as an address. */
static inline const char *gen_record_of(gen_unit *unit, const gen_key *key)
{
    size_t length = strlen(key->prefix);
    return length == 0 ? "self" : gen_print(unit, "&self->%.*s", (int)length - 1, key->prefix);
}

#endif

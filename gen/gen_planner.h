/* gen_planner.h - between the files that plan: gen_plan.c (records), gen_plan_item.c (what a type becomes),
 * gen_plan_told.c (members that are told by others) and gen_plan_check.c (words that do not fit). */
#ifndef HOLDFAST_GEN_PLANNER_H
#define HOLDFAST_GEN_PLANNER_H

#include "gen_plan.h"

/* What planning one unit needs at hand. */
typedef struct gen_planner {
    gen_unit  *unit;
    gen_plans *plans;
    size_t     enum_capacity;
} gen_planner;

/* ---- gen_plan.c ---- */

/* The record's plan, made when new. `holder`: the member whose type it is, NULL for a record that is asked for by
 * name. A record without a name of its own is called after its holder. */
gen_plan *gen_plan_of(gen_planner *with, gen_record *record, const gen_member *holder);
/* The plan's member called `name`, or NULL. */
gen_member *gen_member_called(const gen_plan *plan, const char *name);

/* ---- gen_plan_item.c ---- */

/* Fills member->item, from its type and what counts it. Records it reaches are planned. */
void gen_plan_item(gen_planner *with, gen_member *member);

/* ---- gen_plan_told.c ---- */

bool gen_is_integer(const gen_type *type);
/* The member `name`, which another one asks for as its `what`; fails with the nearest name. */
gen_member *gen_need_member(gen_planner *with, const gen_member *asking, const gen_symbol *name, const char *what);
/* What counts a pointer or flexible array: as is said, or by its name. */
void gen_find_counter(gen_planner *with, gen_member *member);
/* Once all members are planned: vectors of one length. */
void gen_find_shared_counters(gen_planner *with, gen_plan *plan);
/* has_x of an optional x. */
void gen_find_presence(gen_planner *with, gen_member *member);
/* Of a union: the member that tells which arm holds, and what chooses each arm; without one it is bytes. */
void gen_find_tag(gen_planner *with, gen_member *member);
/* Unions in arrays and behind pointers, which nothing can tell of, are bytes. */
void gen_settle_unions(gen_planner *with, gen_member *member);

/* ---- gen_plan_check.c ---- */

/* Fails on words that do not fit what the member is. */
void gen_check_member(gen_planner *with, const gen_member *member);
/* The same of an enum and its enumerators. */
void gen_check_enum(gen_unit *unit, const gen_enum *enumeration);

#endif

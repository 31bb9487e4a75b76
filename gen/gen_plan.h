/* gen_plan.h - what was decided about each type: how a member is laid out, who owns what it points
 * to, how it looks in JSON, and whether the type can share or cycle.
 *
 * One gen_plan per record that the output covers, in the order of their definitions. A plan's
 * members are those of the record with anonymous structs opened up. */
#ifndef HOLDFAST_GEN_PLAN_H
#define HOLDFAST_GEN_PLAN_H

#include <stdio.h>

#include "gen_annotate.h"

typedef enum gen_shape {
    SHAPE_BOOL, SHAPE_INT, SHAPE_UINT, SHAPE_CHARACTER /* plain char: signed as the compiler says */, SHAPE_FLOAT, SHAPE_ENUM,
    SHAPE_CHARS,   /* char [N]: a string in place */
    SHAPE_STRING,  /* char *: terminated */
    SHAPE_RECORD, SHAPE_UNION,
    SHAPE_POINTER, /* to one item */
    SHAPE_VECTOR,  /* to as many items as another member says */
    SHAPE_ARRAY,   /* a fixed number of items in place */
    SHAPE_FLEX,    /* items at the end of the record, as many as another member says */
    SHAPE_OPAQUE   /* bytes that are copied and compared as they are */
} gen_shape;

typedef struct gen_plan   gen_plan;
typedef struct gen_member gen_member;

typedef struct gen_item {
    gen_shape        shape;
    gen_ownership    ownership;  /* of a pointer, string or vector; settled */
    bool             is_const;   /* what a pointer points to is const: output needs a cast */
    struct gen_item *item;       /* of pointers, vectors and arrays */
    gen_plan        *plan;       /* of records and unions */
    gen_enum        *enumeration;
} gen_item;

typedef struct gen_arm {
    struct gen_arm *next;
    gen_member     *member;
    gen_literal    *when;        /* tag values that choose it */
} gen_arm;

struct gen_member {
    gen_member     *next;
    gen_plan       *owner;
    gen_field      *field;
    const char     *name;        /* in C; unique in the record */
    const char     *key;         /* in JSON */
    gen_annotation *says;
    gen_item        item;
    bool            is_bits;
    bool            is_skipped;  /* not data */
    gen_member     *counter;     /* of a vector or flexible array */
    bool            shares_counter; /* with another vector */
    gen_member     *presence;    /* has_x of an optional member */
    gen_member     *tag;         /* of a union */
    gen_arm        *arms;        /* of a union */
    bool            is_implied;  /* a counter, presence or tag: not a member of the JSON object */
    bool            is_anonymous;/* a union without a name */
    size_t          index;       /* in the table of the output */
};

/* One key of the JSON object that stands for a record; those of flattened records are among them. */
typedef struct gen_key {
    struct gen_key   *next;
    const gen_member *member, *chosen; /* chosen: the flattened union whose arm or tag it is */
    const gen_plan   *record;          /* whose member it is */
    const char       *text, *flags;
    const char       *offset, *prefix; /* of that record in the one that has the key, as expressions in C */
    size_t            slot;
    bool              is_alias, is_required, is_written_only;
} gen_key;

struct gen_plan {
    gen_plan       *next;
    gen_record     *record;
    const char     *name;        /* T: what the functions begin with */
    const char     *spelling;    /* "struct node", "user" */
    const gen_member *reached_by; /* the member that led to it first; NULL when it was asked for */
    const gen_member *holder;    /* of an anonymous record: the member whose type it is; else NULL */
    bool            is_respelled;/* the output has a typedef of its own for it */
    gen_annotation *says;
    gen_member     *members;
    size_t          member_count;
    bool            is_union;
    bool            is_wanted;   /* gets functions of its own, not only a table */
    bool            is_reached;  /* from a wanted one: others are not in the output */
    bool            has_flex;
    bool            may_own, was_asked; /* something in place in it owns memory, or may; known once it was asked */
    /* Filled by gen_graph.c */
    bool            in_cycle;    /* reaches itself over owning or shared edges */
    bool            needs_memo;  /* copying needs to know what was copied */
    bool            is_flat;     /* owns nothing outside of itself */
    bool            has_links;   /* copying it is more than memcpy */
    unsigned        depth_in_place; /* of records held in records */
    const char     *memo_reason; /* the first there is */
    unsigned        component;
    struct gen_edge *edges, **edges_end; /* to the plans that its members reach, in their order */
    size_t           order;      /* of the search */
    /* Filled by gen_emit_keys.c */
    gen_key         *keys;
    size_t           slot_count;
    /* Filled by gen_code.c: what is written beside the tables, and what keeps JSON from rows */
    bool             begins, reads, writes;
    const char      *tables_reason;
};

typedef struct gen_plans {
    gen_plan *first, **end;
    size_t    count;
    /* Filled by gen_plans_make: the enums in use. */
    gen_enum **enums;
    size_t     enum_count;
} gen_plans;

/* A union without a name: its arms are members of the record that holds it. */
static inline bool gen_is_promoted(const gen_plan *plan)
{
    return plan->holder != NULL && plan->holder->is_anonymous;
}

/* Plans every record defined in `main_file`, and what those reach. `types`: NULL, or the names
 * wanted, ended by NULL; then those and what they reach. Fails on what cannot be decided. */
void gen_plans_make(gen_unit *unit, const char *main_file, const char *const *types, gen_plans *ret_plans);

/* Decides for each plan whether it is flat, cyclic, and needs a memo. */
void gen_graph_decide(gen_unit *unit, gen_plans *plans);

/* A shortest way of a plan back to itself, over the members that own or share: "team.members -> person.team -> team".
 * NULL: there is none. */
const char *gen_graph_circle(gen_unit *unit, const gen_plans *plans, const gen_plan *plan);

/* Why a member asks for a memo, by itself or by what it reaches; NULL when it does not. */
const char *gen_graph_memo_reason(gen_unit *unit, const gen_member *member);

/* The plan called `name`, or NULL. */
gen_plan *gen_plan_find(const gen_plans *plans, const char *name);

/* Whether the tag or typedef of a struct or union that is defined is called so. */
bool gen_is_record(const gen_unit *unit, const char *name);
/* Fails: nothing is called `name`, with what is called nearly so. */
_Noreturn void gen_plan_missing(gen_unit *unit, const char *main_file, const char *name);

/* For people: what was decided about one type and why, printed to `stream`. */
void gen_explain(gen_unit *unit, const gen_plans *plans, const gen_plan *plan, FILE *stream);

#endif

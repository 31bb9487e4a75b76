/* gen_code_look.c - comparing, hashing and releasing: a step for each record.
 *
 * A step does what lies in place by itself and hands over what pointers lead to; the library knows what has
 * to wait, and what was met before. Comparing looks at numbers first: they tell most structs apart, and the
 * counters of vectors are among them. Hashing keeps the order of the members, as the tables do. */
#include "gen_code.h"

#include <string.h>

typedef enum task { TASK_EQUAL, TASK_HASH, TASK_RELEASE } task;

typedef struct looker {
    gen_unit   *unit;
    FILE       *to;
    task        task;
    gen_stream *body; /* of the function being written, until its end */
} looker;

/* ---- what there is ----------------------------------------------------------------------- */

static bool is_number(const gen_item *item)
{
    return item->shape <= SHAPE_ENUM;
}

static bool is_pointer(const gen_item *item)
{
    return item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
}

static bool is_owned(const gen_item *item)
{
    return item->ownership != GEN_REF && item->ownership != GEN_STATIC;
}

/* Whether releasing has anything to do with a value in place. */
static bool holds_blocks(const gen_item *item)
{
    while (item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX)
        item = item->item;
    if (item->shape == SHAPE_RECORD || item->shape == SHAPE_UNION)
        return item->plan->has_links;
    return (item->shape == SHAPE_STRING || is_pointer(item)) && is_owned(item);
}

bool gen_can_look(const gen_unit *unit, const gen_plan *plan)
{
    if (plan->is_union || plan->record->is_packed || unit->has_packing)
        return false;
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_type *type = gen_type_bare(member->field->type, NULL);
        for (; type->kind == GEN_ARRAY; type = gen_type_bare(type->target, NULL))
            continue;
        if (type->is_atomic || member->field->type->is_atomic || gen_type_has_volatile(member->field->type))
            return false;
        const gen_plan *arms = member->item.shape == SHAPE_UNION ? member->item.plan : NULL;
        for (const gen_member *arm = arms != NULL ? arms->members : NULL; arm != NULL; arm = arm->next)
            if (arm->item.shape == SHAPE_VECTOR || arm->item.shape == SHAPE_UNION || arm->is_anonymous)
                return false;
    }
    return true;
}

/* ---- one value --------------------------------------------------------------------------- */

static void say(looker *with, int indent, const char *statement)
{
    if (with->task == TASK_EQUAL)
        fprintf(with->to, "%*sif (%s)\n%*sreturn false;\n", indent, "", statement, indent + 4, "");
    else
        fprintf(with->to, "%*s%s;\n", indent, "", statement);
}

/* "other->x" for "self->x" */
static const char *in_other(looker *with, const char *place)
{
    return gen_print(with->unit, "other%s", place + strlen("self"));
}

static const char *equal_words(looker *with, const gen_item *item, const char *place, const char *type, const char *count)
{
    gen_unit *unit = with->unit;
    const char *other = in_other(with, place);
    if (is_pointer(item))
        return is_owned(item) ? gen_print(unit, "!hf__equal_objects(with, %s.item, %s, %s, %s)", type, place, other, count)
                              : gen_print(unit, "!hf__equal_ref(with, %s, %s)", place, other);
    switch (item->shape) {
    case SHAPE_FLOAT: return gen_print(unit, "!hf__same_double(%s, %s)", place, other);
    case SHAPE_CHARS: return gen_print(unit, "strncmp(%s, %s, sizeof %s) != 0", place, other, place);
    case SHAPE_STRING: return gen_print(unit, "!hf__equal_string(%s, %s)", place, other);
    case SHAPE_OPAQUE: return gen_print(unit, "memcmp(&%s, &%s, %s.size) != 0", place, other, type);
    case SHAPE_RECORD:
        return item->plan->looks ? gen_print(unit, "!%s_hf_equal(with, &%s, &%s)", item->plan->name, place, other)
                                 : gen_print(unit, "!hf__equal_by_tables(with, &%s_hf_type, &%s, &%s)", item->plan->name, place, other);
    default: return gen_print(unit, "%s != %s", place, other);
    }
}

static const char *hash_words(looker *with, const gen_item *item, const char *place, const char *type, const char *count)
{
    gen_unit *unit = with->unit;
    if (is_pointer(item))
        return gen_print(unit, "hash = hf__mix_objects(with, hash, %s.item, %s, %s)", type, place, count);
    switch (item->shape) {
    case SHAPE_FLOAT: return gen_print(unit, "hash = hf__mix_double(hash, %s)", place);
    case SHAPE_CHARS: return gen_print(unit, "hash = hf__mix_chars(hash, %s, sizeof %s)", place, place);
    case SHAPE_STRING: return gen_print(unit, "hash = hf__mix_string(hash, %s)", place);
    case SHAPE_OPAQUE: return gen_print(unit, "hash = hf__mix_bytes(hash, &%s, %s.size)", place, type);
    case SHAPE_RECORD:
        return item->plan->looks ? gen_print(unit, "hash = %s_hf_hash(with, hash, &%s)", item->plan->name, place)
                                 : gen_print(unit, "hash = hf__mix_by_tables(with, hash, &%s_hf_type, &%s)", item->plan->name, place);
    default: return gen_print(unit, "hash = hf__mix_word(hash, (uint64_t)%s)", place);
    }
}

static const char *release_words(looker *with, const gen_item *item, const char *place, const char *type, const char *count)
{
    gen_unit *unit = with->unit;
    if (item->shape == SHAPE_STRING)
        return gen_print(unit, "hf__release_string(with, %s)", place);
    if (item->shape != SHAPE_RECORD)
        return gen_print(unit, "hf__release_objects(with, %s.item, %s, %s)", type, place, count);
    return item->plan->looks ? gen_print(unit, "%s_hf_release(with, &%s)", item->plan->name, place)
                             : gen_print(unit, "hf__release_by_tables(with, &%s_hf_type, &%s)", item->plan->name, place);
}

/* `type`: the table of the value; its item's when the value is an item. */
static void emit_value(looker *with, const gen_item *item, const char *place, const char *type, const char *count, int indent)
{
    if (with->task == TASK_RELEASE && !holds_blocks(item))
        return;
    if (with->task == TASK_HASH && is_pointer(item) && !is_owned(item))
        return; /* a ref does not count */
    const char *words = with->task == TASK_EQUAL  ? equal_words(with, item, place, type, count)
                        : with->task == TASK_HASH ? hash_words(with, item, place, type, count)
                                                  : release_words(with, item, place, type, count);
    say(with, indent, words);
}

/* ---- one member -------------------------------------------------------------------------- */

/* An array in place that is equal when its bytes are. */
static bool is_run_of_integers(const gen_item *item)
{
    if (item->shape != SHAPE_ARRAY)
        return false;
    while (item->shape == SHAPE_ARRAY)
        item = item->item;
    return is_number(item) && item->shape != SHAPE_FLOAT;
}

/* Loops for arrays around the value. `counter`: of a vector, or of a flexible array. */
static void emit_items(looker *with, const gen_item *item, const char *place, const char *type, const char *counter, int indent)
{
    int depth = 0;
    if (with->task == TASK_RELEASE && !holds_blocks(item))
        return;
    if (with->task == TASK_EQUAL && is_run_of_integers(item)) {
        say(with, indent, gen_print(with->unit, "memcmp(%s, %s, sizeof %s) != 0", place, in_other(with, place), place));
        return;
    }
    for (; item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX; item = item->item, depth++) {
        const char *room = item->shape == SHAPE_FLEX ? counter : gen_print(with->unit, "sizeof %s / sizeof *%s", place, place);
        fprintf(with->to, "%*sfor (size_t i%d = 0; i%d < %s; i%d++) {\n", indent + 4 * depth, "", depth, depth, room, depth);
        place = gen_print(with->unit, "%s[i%d]", place, depth);
        type = gen_print(with->unit, "%s_item", type);
    }
    emit_value(with, item, place, type, item->shape == SHAPE_VECTOR ? counter : "1", indent + 4 * depth);
    while (depth-- > 0)
        fprintf(with->to, "%*s}\n", indent + 4 * depth, "");
}

static void emit_union(looker *with, const gen_member *member, const char *prefix)
{
    size_t number = 0;
    if (with->task == TASK_RELEASE && !holds_blocks(&member->item))
        return;
    fprintf(with->to, "    switch (%s(self)) {\n", gen_made_for(with->unit, member, "arm"));
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next) {
        number++;
        if (with->task == TASK_RELEASE && !holds_blocks(&arm->member->item))
            continue;
        const char *place = member->is_anonymous ? gen_print(with->unit, "%s%s", prefix, arm->member->name)
                                                 : gen_print(with->unit, "%s%s.%s", prefix, member->name, arm->member->name);
        fprintf(with->to, "    case %zu: /* %s */\n", number, arm->member->name);
        if (!arm->member->is_skipped)
            emit_items(with, &arm->member->item, place, gen_made_for(with->unit, arm->member, "type"), "1", 8);
        fputs("        break;\n", with->to);
    }
    fputs("    default: break;\n    }\n", with->to);
}

/* Where a member's bytes begin: those of a union without a name at its first arm. */
static const char *place_of(looker *with, const gen_member *member)
{
    bool is_nameless = member->is_anonymous && member->item.plan == NULL;
    return gen_print(with->unit, "self->%s", is_nameless ? gen_leading_field(member->field->type->record)->name->text : member->name);
}

static void emit_member(looker *with, const gen_member *member)
{
    if (member->is_skipped)
        return;
    if (member->item.shape == SHAPE_UNION) {
        emit_union(with, member, "self->");
        return;
    }
    const char *counter = member->counter != NULL ? gen_print(with->unit, "HF__COUNT(self->%s)", member->counter->name) : "1";
    emit_items(with, &member->item, place_of(with, member), gen_made_for(with->unit, member, "type"), counter, 4);
}

/* ---- one record -------------------------------------------------------------------------- */

/* The arm of a union is asked for three times. */
static void emit_arms(looker *with, const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        size_t number = 0;
        if (member->item.shape != SHAPE_UNION)
            continue;
        fprintf(with->to, "\n/* Which arm holds, by %s: the first is 1; 0 for none. */\nstatic unsigned %s(const %s *self)\n{\n"
                "    switch ((int64_t)self->%s) {\n", member->tag->name, gen_made_for(with->unit, member, "arm"), plan->spelling, member->tag->name);
        for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next) {
            number++;
            for (const gen_literal *when = arm->when; when != NULL; when = when->next)
                fprintf(with->to, "    case %s: return %zu; /* %s */\n", gen_spelled_tag(with->unit, when), number, arm->member->name);
        }
        fputs("    default: return 0;\n    }\n}\n", with->to);
    }
}

/* ---- whole functions --------------------------------------------------------------------- */

/* What is said from here on is a function's body. */
static FILE *open_body(looker *with, task what)
{
    FILE *to = with->to;
    with->body = gen_stream_open(with->unit);
    with->task = what;
    with->to = with->body->to;
    return to;
}

/* The body, behind a line for each parameter that it leaves alone. */
static void close_body(looker *with, FILE *to, const char *last)
{
    const char *body = gen_stream_close(with->unit, with->body, NULL);
    with->to = to;
    if (strstr(body, "(with") == NULL)
        fputs("    (void)with;\n", to);
    if (strstr(body, "self") == NULL)
        fputs("    (void)self;\n", to);
    if (with->task == TASK_EQUAL && strstr(body, "other") == NULL)
        fputs("    (void)other;\n", to);
    fprintf(to, "%s%s}\n", body, last);
}

static bool is_number_in_place(const gen_member *member)
{
    return is_number(&member->item) && !member->is_skipped;
}

/* All numbers in one question. */
static void emit_equal_numbers(looker *with, const gen_plan *plan)
{
    const char *opening = "    if (";
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        if (!is_number_in_place(member))
            continue;
        fprintf(with->to, "%s%s", opening, equal_words(with, &member->item, place_of(with, member), "", ""));
        opening = " ||\n        ";
    }
    if (opening[0] == ' ' && opening[1] == '|')
        fputs(")\n        return false;\n", with->to);
}

static void emit_equal(looker *with, const gen_plan *plan)
{
    fprintf(with->to, "\nstatic bool %s_hf_equal(hf__comparer *with, const void *a, const void *b)\n{\n    const %s *self = a, *other = b;\n\n",
            plan->name, plan->spelling);
    FILE *to = open_body(with, TASK_EQUAL);
    emit_equal_numbers(with, plan);
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        if (!is_number_in_place(member))
            emit_member(with, member);
    close_body(with, to, "    return true;\n");
}

static void emit_hash(looker *with, const gen_plan *plan)
{
    fprintf(with->to, "\nstatic uint64_t %s_hf_hash(hf__hasher *with, uint64_t hash, const void *object)\n{\n    const %s *self = object;\n\n",
            plan->name, plan->spelling);
    FILE *to = open_body(with, TASK_HASH);
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        emit_member(with, member);
    close_body(with, to, "    return hash;\n");
}

static void emit_release(looker *with, const gen_plan *plan)
{
    fprintf(with->to, "\nstatic void %s_hf_release(hf__releaser *with, void *object)\n{\n    %s *self = object;\n\n", plan->name, plan->spelling);
    FILE *to = open_body(with, TASK_RELEASE);
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        emit_member(with, member);
    close_body(with, to, "");
}

void gen_emit_look(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    looker with = { unit, stream, TASK_EQUAL, NULL };
    emit_arms(&with, plan);
    emit_equal(&with, plan);
    emit_hash(&with, plan);
    if (plan->has_links)
        emit_release(&with, plan);
}

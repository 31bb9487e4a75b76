/* gen_code_write.c - writers of JSON text: keys are literals, joined with what stands around them. */
#include "gen_code.h"

#include <string.h>

typedef struct writer {
    gen_unit       *unit;
    const gen_plan *plan;
    FILE           *to;
    bool            is_first; /* nothing was certainly written in this object */
    const char     *opening;  /* "{" until it is written */
    size_t          room;     /* bytes that there is certainly room for */
    bool            is_often; /* room is asked for in a loop */
} writer;

enum { AHEAD = 256, NUMBER = 48 }; /* HF__OUT_AHEAD, HF__OUT_NUMBER */

/* ---- values ------------------------------------------------------------------------------ */

static bool is_whole(const gen_item *item)
{
    return item->shape == SHAPE_INT || item->shape == SHAPE_UINT || item->shape == SHAPE_CHARACTER || item->shape == SHAPE_ENUM;
}

static bool is_number(const gen_item *item)
{
    return item->shape == SHAPE_BOOL || item->shape == SHAPE_FLOAT || is_whole(item);
}

static bool is_simple(const gen_item *item)
{
    if (item->shape == SHAPE_RECORD)
        return item->plan->writes;
    return item->shape == SHAPE_BOOL || is_whole(item) || item->shape == SHAPE_FLOAT || item->shape == SHAPE_STRING;
}

static bool is_straight(const gen_plan *plan, const gen_member *member)
{
    const gen_item *item = &member->item;
    if (member->says->form != GEN_AS_IS || member->says->raw)
        return false;
    switch (item->shape) {
    case SHAPE_CHARS: return true;
    case SHAPE_POINTER: return is_simple(item->item) && item->item->shape != SHAPE_STRING;
    case SHAPE_VECTOR: return is_simple(item->item) && item->item->shape != SHAPE_CHARACTER && !member->counter->is_bits;
    case SHAPE_ARRAY: return is_simple(item->item) && item->item->shape != SHAPE_CHARACTER && !gen_leads_back(plan, item->item);
    default: return is_simple(item);
    }
}

/* The step that writes a simple value. */
static const char *step_of(writer *with, const gen_item *item, const char *place)
{
    gen_unit *unit = with->unit;
    switch (item->shape) {
    case SHAPE_STRING: return gen_print(unit, "hf__out_string(out, at, %s)", place);
    case SHAPE_CHARS: return gen_print(unit, "hf__out_chars(out, at, %s, sizeof %s)", place, place);
    case SHAPE_RECORD: return gen_print(unit, "%s_hf_write(out, at, &%s)", item->plan->name, place);
    default: break;
    }
    return item->shape == SHAPE_BOOL    ? gen_print(unit, "hf__out_bool(at, %s)", place)
           : item->shape == SHAPE_FLOAT ? gen_print(unit, "hf__out_double(out, at, (double)%s)", place)
                                        : gen_print(unit, "HF__OUT_INTEGER(at, %s)", place);
}

static void emit_step(writer *with, const gen_item *item, const char *place, const char *indent)
{
    fprintf(with->to, "%sat = %s;\n", indent, step_of(with, item, place));
    if (item->shape == SHAPE_STRING || item->shape == SHAPE_CHARS)
        with->room = AHEAD;
    else if (item->shape == SHAPE_RECORD)
        with->room = 0;
}

/* Asks for room, unless what was asked for before is enough. At most AHEAD bytes. By a call where it is rare, which
 * compiles faster than a branch. */
static void need_room(writer *with, size_t bytes, const char *indent)
{
    if (with->room < bytes) {
        with->room = AHEAD;
        fprintf(with->to, with->is_often || with->plan->in_cycle ? "%sat = hf__out_room(out, at, HF__OUT_AHEAD);\n" : "%sat = hf__out_ahead(out, at);\n",
                indent);
    }
    with->room -= bytes;
}

/* Room for a literal and, behind it, a number where one comes. */
static void emit_literal(writer *with, const char *text, bool before_number, const char *indent)
{
    size_t length = strlen(text);
    if (length > AHEAD - NUMBER) {
        fprintf(with->to, "%sat = hf__out_literal(out, at, %s, %zu);\n", indent, gen_quoted(with->unit, text), length);
        with->room = AHEAD - (before_number ? NUMBER : 0);
        return;
    }
    need_room(with, length + (before_number ? NUMBER : 0), indent);
    if (length > 0)
        fprintf(with->to, "%sat = HF__OUT(at, %s);\n", indent, gen_quoted(with->unit, text));
}

static void emit_items(writer *with, const gen_member *member, const char *place, const char *count, const char *indent)
{
    const gen_item *item = member->item.item;
    const char *inner = gen_print(with->unit, "%s    ", indent), *one = gen_print(with->unit, "%s[i]", place);
    const char *goes_on = is_number(item) ? "" : " && !out->has_failed";
    fprintf(with->to, "%sfor (size_t i = 0, count = %s; i < count%s; i++) {\n", indent, count, goes_on);
    with->room = 0;
    with->is_often = true;
    need_room(with, 1 + NUMBER, inner);
    with->is_often = false;
    fprintf(with->to, "%sif (i > 0)\n%s    *at++ = ',';\n", inner, inner);
    emit_step(with, item, one, inner);
    fprintf(with->to, "%s}\n", indent);
    with->room = 0;
    emit_literal(with, "]", false, indent);
}

/* ---- members ----------------------------------------------------------------------------- */

/* When a member is left out: the opposite of this condition; NULL: never. */
static const char *shown_when(writer *with, const gen_key *key)
{
    const gen_member *member = key->member;
    const char *place = gen_spelled_place(with->unit, key);
    if (key->is_written_only)
        return gen_print(with->unit, "%s != NULL", place);
    if (!member->says->optional)
        return NULL;
    if (member->presence != NULL)
        return gen_print(with->unit, "%s", gen_beside(with->unit, key, member->presence));
    if (member->item.shape == SHAPE_VECTOR)
        return gen_print(with->unit, "%s != NULL && HF__COUNT(%s) > 0", place, gen_beside(with->unit, key, member->counter));
    if (member->item.shape == SHAPE_POINTER || member->item.shape == SHAPE_STRING)
        return gen_print(with->unit, "%s != NULL", place);
    return NULL;
}

/* A value of the record's own circle: the step returns, and goes on at a label of its own; vectors item by item. */
static void emit_entered(writer *with, const gen_key *key, const char *spelled, const char *indent)
{
    const gen_item *item = &key->member->item;
    const char *place = gen_spelled_place(with->unit, key), *inner = gen_print(with->unit, "%s    ", indent);
    const gen_plan *plan = item->shape == SHAPE_RECORD ? item->plan : item->item->plan;
    if (item->shape == SHAPE_VECTOR) {
        emit_literal(with, gen_print(with->unit, "%s[", spelled), false, indent);
        fprintf(with->to, "%shf__out_top(out)->index = 0;\nback_%zu:\n%sif (%s != NULL && hf__out_top(out)->index < HF__COUNT(%s)) {\n", indent, key->slot,
                indent, place, gen_beside(with->unit, key, key->member->counter));
        with->room = 0;
        need_room(with, 1, inner);
        fprintf(with->to, "%sif (hf__out_top(out)->index > 0)\n%s    *at++ = ',';\n%shf__out_top(out)->next = %zu;\n"
                "%sreturn hf__out_enter(out, at, %s_hf_write_step, &%s[hf__out_top(out)->index++]);\n%s}\n",
                inner, inner, inner, key->slot + 1, inner, plan->name, place, indent);
        with->room = 0;
        emit_literal(with, "]", false, indent);
        return;
    }
    emit_literal(with, spelled, true, indent);
    if (item->shape == SHAPE_POINTER)
        fprintf(with->to, "%sif (%s == NULL) {\n%sat = HF__OUT(at, \"null\");\n%s} else {\n", indent, place, inner, indent);
    else
        inner = indent;
    fprintf(with->to, "%shf__out_top(out)->next = %zu;\n%sreturn hf__out_enter(out, at, %s_hf_write_step, %s%s);\n", inner, key->slot + 1, inner,
            plan->name, item->shape == SHAPE_POINTER ? "" : "&", place);
    if (item->shape == SHAPE_POINTER)
        fprintf(with->to, "%s}\n", indent);
    fprintf(with->to, "back_%zu:\n", key->slot);
    with->room = 0;
    emit_literal(with, "", true, indent); /* asks for room: a statement behind the label */
}

static void emit_value(writer *with, const gen_key *key, const char *spelled, const char *indent)
{
    const gen_member *member = key->member;
    const gen_item *item = &member->item;
    const char *place = gen_spelled_place(with->unit, key), *inner = gen_print(with->unit, "%s    ", indent);
    if (is_straight(with->plan, member) && gen_leads_back(with->plan, item)) {
        emit_entered(with, key, spelled, indent);
    } else if (!is_straight(with->plan, member)) {
        emit_literal(with, spelled, false, indent);
        fprintf(with->to, "%sat = hf__out_member(out, at, &%s_hf_type, %zu, %s);\n", indent, key->record->name, member->index,
                gen_record_of(with->unit, key));
        with->room = 0;
    } else if (item->shape == SHAPE_POINTER) {
        emit_literal(with, spelled, true, indent);
        const char *target = gen_print(with->unit, item->item->shape == SHAPE_RECORD ? "(*%s)" : "*%s", place);
        fprintf(with->to, "%sif (%s == NULL) {\n%sat = HF__OUT(at, \"null\");\n%s} else {\n", indent, place, inner, indent);
        if (item->item->shape == SHAPE_RECORD)
            fprintf(with->to, "%sat = %s_hf_write(out, at, %s);\n", inner, item->item->plan->name, place);
        else
            emit_step(with, item->item, target, inner);
        fprintf(with->to, "%s}\n", indent);
        with->room = 0;
    } else if (item->shape == SHAPE_VECTOR) {
        emit_literal(with, gen_print(with->unit, "%s[", spelled), false, indent);
        emit_items(with, member, place, gen_print(with->unit, "%s != NULL ? HF__COUNT(%s) : 0", place, gen_beside(with->unit, key, member->counter)),
                   indent);
    } else if (item->shape == SHAPE_ARRAY) {
        emit_literal(with, gen_print(with->unit, "%s[", spelled), false, indent);
        emit_items(with, member, place, gen_print(with->unit, "sizeof %s / sizeof *%s", place, place), indent);
    } else {
        emit_literal(with, spelled, is_number(item), indent);
        if (member->is_bits && item->shape != SHAPE_BOOL)
            fprintf(with->to, "%sat = %s(at, %s);\n", indent, item->shape == SHAPE_UINT ? "hf__out_u64" : "hf__out_i64", place);
        else
            emit_step(with, item, place, indent);
    }
}

static void emit_member(writer *with, const gen_key *key)
{
    const char *shown = shown_when(with, key), *key_text = gen_print(with->unit, "\"%s\":", key->text), *indent = shown != NULL ? "        " : "    ";
    if (shown != NULL && with->is_first && with->opening[0] != 0) {
        emit_literal(with, with->opening, false, "    ");
        with->opening = "";
    }
    size_t room = with->room;
    if (shown != NULL)
        fprintf(with->to, "    if (%s) {\n", shown);
    if (with->is_first && with->opening[0] == 0) {
        need_room(with, 1, indent);
        fprintf(with->to, "%sat = hf__out_comma(at);\n", indent);
        emit_value(with, key, key_text, indent);
    } else {
        emit_value(with, key, gen_print(with->unit, "%s%s", with->is_first ? "{" : ",", key_text), indent);
    }
    if (shown != NULL) {
        fputs("    }\n", with->to);
        with->room = room < with->room ? room : with->room; /* whichever way it went */
    } else {
        with->is_first = false;
    }
}

/* The writer, and the beginning of its step. */
static void emit_step_begin(writer *with)
{
    const gen_plan *plan = with->plan;
    fprintf(with->to, "\nstatic char *%s_hf_write(hf__out *out, char *at, const void *object)\n{\n"
            "    return hf__out_run(out, at, %s_hf_write_step, object);\n}\n"
            "\nstatic char *%s_hf_write_step(hf__out *out, char *at)\n{\n    const %s *self = hf__out_top(out)->object;\n\n",
            plan->name, plan->name, plan->name, plan->spelling);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        if (!key->is_alias && is_straight(plan, key->member) && gen_leads_back(plan, &key->member->item))
            fprintf(with->to, "    if (hf__out_top(out)->next == %zu)\n        goto back_%zu;\n", key->slot + 1, key->slot);
}

void gen_emit_write(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    writer with = { unit, plan, stream, true, "{", 0, false };
    if (plan->in_cycle)
        emit_step_begin(&with);
    else
        fprintf(stream, "\nstatic char *%s_hf_write(hf__out *out, char *at, const void *object)\n{\n    const %s *self = object;\n\n", plan->name,
                plan->spelling);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        if (!key->is_alias)
            emit_member(&with, key);
    emit_literal(&with, "}", false, "    ");
    fputs("    return at;\n}\n", stream);
}

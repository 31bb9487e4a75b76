/* gen_code.c - which records get rows, and how those with defaults begin. */
#include "gen_code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- deciding ---------------------------------------------------------------------------- */

/* What a member is, or its items are when it is an array. */
static const gen_item *in_place(const gen_item *item)
{
    while (item->shape == SHAPE_ARRAY)
        item = item->item;
    return item;
}

bool gen_has_defaults(const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_literal *value = member->says->default_value;
        if (value != NULL && value->kind != GEN_LITERAL_NULL &&
            !(member->item.shape == SHAPE_STRING && member->item.ownership != GEN_STATIC))
            return true;
        const gen_item *item = in_place(&member->item);
        if (item->shape == SHAPE_RECORD && gen_has_defaults(item->plan))
            return true; /* as deep as records are held in place */
    }
    return false;
}

bool gen_literal_number(const gen_literal *literal, uint64_t *ret_magnitude)
{
    char *end = NULL;
    if (literal->kind != GEN_LITERAL_NUMBER || !literal->is_whole)
        return false;
    errno = 0;
    *ret_magnitude = strtoull(literal->text, &end, 10);
    return errno == 0 && end != NULL && *end == 0 && (literal->text[0] != '0' || literal->length == 1);
}

/* Why no rows fit the record; NULL when they do. */
static const char *why_tables(gen_unit *unit, const gen_plan *plan)
{
    if (plan->is_union)
        return "a union";
    if (plan->record->is_packed || unit->has_packing)
        return "it is packed, or may be";
    if (plan->has_flex)
        return "it ends in a flexible array";
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        bool is_const = false;
        const gen_type *type = gen_type_bare(member->field->type, &is_const);
        for (; type->kind == GEN_ARRAY; type = gen_type_bare(type->target, NULL))
            is_const |= type->target->is_const;
        if (is_const || type->is_atomic || member->field->type->is_atomic || gen_type_has_volatile(member->field->type))
            return gen_print(unit, "'%s' is const, atomic or volatile", member->name);
    }
    return NULL;
}

/* Why reading and writing are left to the tables. */
static const char *why_json_by_tables(gen_unit *unit, const gen_plan *plan)
{
    if (plan->keys == NULL)
        return "it has no members in JSON";
    if (plan->slot_count > 64)
        return "it has more than 64 members in JSON";
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        if (key->chosen != NULL)
            return gen_print(unit, "the arms of '%s' stand among its members", key->chosen->name);
    return NULL;
}

void gen_code_decide(gen_unit *unit, gen_plans *plans)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next) {
        plan->tables_reason = why_tables(unit, plan);
        plan->begins = plan->tables_reason == NULL && gen_has_defaults(plan);
        if (plan->tables_reason == NULL)
            plan->tables_reason = why_json_by_tables(unit, plan);
        plan->reads = plan->tables_reason == NULL;
        plan->writes = plan->reads && !plan->needs_memo;
        for (const gen_key *key = plan->keys; key != NULL; key = key->next)
            plan->writes &= gen_is_plain_key(key->text);
    }
}

/* ---- beginning --------------------------------------------------------------------------- */

static void emit_default(gen_unit *unit, const gen_member *member, FILE *to)
{
    const gen_literal *value = member->says->default_value;
    switch (value->kind) {
    case GEN_LITERAL_STRING:
        if (member->item.shape == SHAPE_CHARS)
            fprintf(to, "    memcpy(self->%s, %s, %zu);\n", member->name, gen_quoted(unit, value->text), value->length);
        else
            fprintf(to, "    self->%s = %s;\n", member->name, gen_quoted(unit, value->text));
        break;
    case GEN_LITERAL_NUMBER:
        if (member->item.shape == SHAPE_BOOL) {
            fprintf(to, "    self->%s = %s;\n", member->name, value->text[0] == '0' ? "false" : "true");
            break;
        }
        fprintf(to, "    self->%s = %s%s;\n", member->name, gen_spelled_number(unit, value), member->item.shape == SHAPE_UINT && value->is_whole ? "u" : "");
        break;
    case GEN_LITERAL_NAME: case GEN_LITERAL_BOOL: fprintf(to, "    self->%s = %s;\n", member->name, value->text); break;
    case GEN_LITERAL_NULL: break;
    }
}

/* A record held in place, or an array of them. */
static void emit_begin_records(gen_unit *unit, const gen_member *member, FILE *to)
{
    const char *place = gen_print(unit, "self->%s", member->name);
    int depth = 0;
    for (const gen_item *item = &member->item; item->shape == SHAPE_ARRAY; item = item->item, depth++) {
        fprintf(to, "%*sfor (size_t i%d = 0; i%d < sizeof %s / sizeof *%s; i%d++)\n", 4 + 4 * depth, "", depth, depth, place, place, depth);
        place = gen_print(unit, "%s[i%d]", place, depth);
    }
    fprintf(to, "%*shf_struct_init(&%s_hf_type, &%s);\n", 4 + 4 * depth, "", in_place(&member->item)->plan->name, place);
}

static void emit_begin(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    fprintf(to, "\nstatic void %s_hf_begin(void *object)\n{\n    %s *self = object;\n\n    memset(self, 0, sizeof *self);\n", plan->name,
            plan->spelling);
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        bool is_own_text = member->item.shape == SHAPE_STRING && member->item.ownership != GEN_STATIC;
        const gen_item *item = in_place(&member->item);
        if (item->shape == SHAPE_RECORD && gen_has_defaults(item->plan))
            emit_begin_records(unit, member, to);
        else if (member->says->default_value != NULL && !is_own_text)
            emit_default(unit, member, to);
    }
    fputs("}\n", to);
}

/* ---- all --------------------------------------------------------------------------------- */

static void emit_table(const gen_plan *plan, FILE *to)
{
    fprintf(to, "\nstatic const hf_code %s_hf_code = {\n", plan->name);
    if (plan->begins)
        fprintf(to, "    .begin = %s_hf_begin,\n", plan->name);
    if (plan->reads)
        fprintf(to, "    .read = &%s_hf_keys,\n", plan->name);
    if (plan->writes)
        fprintf(to, "    .write = &%s_hf_keys,\n", plan->name);
    fputs("};\n", to);
}

void gen_emit_code(gen_unit *unit, const gen_plans *plans, FILE *stream)
{
    fputs("\n/* ---- keys, of which any may lead to any others ---- */\n\n", stream);
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (plan->reads)
            fprintf(stream, "static const hf__keys %s_hf_keys;\n", plan->name);
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next) {
        if (!gen_has_code(plan))
            continue;
        fprintf(stream, "\n/* ---- %s (%s:%u)%s%s ---- */\n", plan->spelling, gen_base_name(plan->record->place.file), plan->record->place.line,
                plan->tables_reason != NULL ? ": JSON by tables, since " : "", plan->tables_reason != NULL ? plan->tables_reason : "");
        if (plan->begins)
            emit_begin(unit, plan, stream);
        if (plan->reads)
            gen_emit_code_keys(unit, plan, stream);
        emit_table(plan, stream);
    }
}

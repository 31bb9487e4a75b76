/* gen_plan.c - from declarations to decisions: which records the output covers, what they are called, their members. */
#include "gen_planner.h"

#include <string.h>

#include "gen_declare.h"
#include "gen_nearest.h"

/* ---- names ------------------------------------------------------------------------------- */

static const char *record_name(const gen_record *record)
{
    if (record->tag != NULL)
        return record->tag->text;
    return record->typedef_name->text;
}

/* Whether the output calls a variable so, which hides a typedef of that name. */
static bool is_word_of_output(const char *name)
{
    static const char *const words[] = {
        "a", "all", "allocator", "at", "b", "bits", "buffer", "bytes", "copy", "count", "done", "end", "error", "fallback", "first", "from", "hash",
        "how", "i", "in", "index", "is_malloced", "item", "items", "json", "key", "last", "left", "length", "level", "made", "member", "name", "next",
        "number", "object", "one", "other", "out", "place", "record", "report", "reterr", "room", "row", "seen", "self", "size", "status", "step",
        "stop", "tag", "text", "to", "type", "value", "walk", "with", NULL
    };
    static const char *const begins[] = { "back_", "i", "key_", "ret_", NULL };
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    for (size_t i = 0; begins[i] != NULL; i++) {
        size_t length = strlen(begins[i]);
        if (strncmp(begins[i], name, length) == 0 && (strcmp(begins[i], "ret_") == 0 || strspn(name + length, "0123456789") == strlen(name + length)))
            return true;
    }
    return false;
}

static const char *record_spelling(gen_planner *with, const gen_record *record)
{
    if (record->typedef_name != NULL && !is_word_of_output(record->typedef_name->text))
        return record->typedef_name->text;
    if (record->tag == NULL)
        return gen_print(with->unit, "%s_hf_self", record->typedef_name->text);
    return gen_print(with->unit, "%s %s", record->is_union ? "union" : "struct", record->tag->text);
}

enum { NAME_BYTES_MAX = 65535, MEMBERS_MAX = 65534 }; /* as hf_member has a length, and the place of another member */

/* ---- members ----------------------------------------------------------------------------- */

gen_member *gen_member_called(const gen_plan *plan, const char *name)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

static gen_member *add_member(gen_planner *with, gen_plan *plan, gen_field *field, gen_member ***end)
{
    gen_member *member = gen_take(with->unit, sizeof *member);
    if (field->name != NULL && field->name->length > NAME_BYTES_MAX)
        gen_fail(with->unit, HF_LIMIT_BYTES, field->place, "a name of more than %d bytes", (int)NAME_BYTES_MAX);
    if (plan->member_count >= MEMBERS_MAX)
        gen_fail(with->unit, HF_LIMIT_COUNT, field->place, "more than %d members", (int)MEMBERS_MAX);
    member->owner = plan;
    member->field = field;
    member->name = field->name != NULL ? field->name->text : "";
    member->is_bits = field->is_bits;
    member->says = gen_annotation_read(with->unit, field->annotations, GEN_ON_MEMBER);
    member->key = member->says->name != NULL ? member->says->name : member->name;
    member->index = plan->member_count++;
    **end = member;
    *end = &member->next;
    return member;
}

/* The first field that has a name, in it or in what has none; "" without any. Nesting is bounded by the reader. */
static const char *first_name(const gen_record *record)
{
    for (const gen_field *field = record->fields; field != NULL; field = field->next) {
        const char *name = field->name != NULL ? field->name->text : !field->is_bits && field->type->kind == GEN_RECORD ? first_name(field->type->record) : "";
        if (name[0] != 0)
            return name;
    }
    return "";
}

/* The field as it is in what holds its struct: `const struct { int a; };` makes `a` const, and only there. */
static gen_field *qualified(gen_planner *with, gen_field *field, const gen_type *by)
{
    if (by == NULL || (!by->is_const && !by->is_volatile && !by->is_atomic))
        return field;
    gen_field *made = gen_take(with->unit, sizeof *made);
    *made = *field;
    made->type = gen_type_qualify(with->unit, field->type, by);
    return made;
}

/* Members of the record, those of structs without a name in place, with the qualifiers `by` these have; NULL: none.
 * Nesting is bounded by the reader. */
static void collect_members(gen_planner *with, gen_plan *plan, gen_record *record, const gen_type *by, gen_member ***end)
{
    for (gen_field *field = record->fields; field != NULL; field = field->next) {
        gen_type *type = field->type;
        bool is_anonymous = field->name == NULL && !field->is_bits && type->kind == GEN_RECORD;
        if (field->name == NULL && !is_anonymous)
            continue; /* padding bits */
        if (is_anonymous && !type->record->is_union) {
            collect_members(with, plan, type->record, by == NULL ? type : gen_type_qualify(with->unit, type, by), end);
            continue;
        }
        gen_member *member = add_member(with, plan, qualified(with, field, by), end);
        member->is_anonymous = is_anonymous;
        if (is_anonymous)
            member->name = gen_print(with->unit, "one_of_%s", first_name(type->record));
    }
}

static void plan_members(gen_planner *with, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        gen_find_counter(with, member);
        gen_find_presence(with, member);
    }
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        member->is_skipped = member->says->skip;
        if (member->is_skipped)
            member->item.shape = SHAPE_OPAQUE;
        else
            gen_plan_item(with, member);
    }
    gen_find_shared_counters(with, plan);
}

/* What needs the members of other plans: the arms of unions, and what annotations ask for. */
static void finish_members(gen_planner *with, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        if (member->item.shape == SHAPE_UNION)
            gen_find_tag(with, member);
        gen_settle_unions(with, member);
        gen_check_member(with, member);
    }
}

/* ---- records ----------------------------------------------------------------------------- */

/* A name that nothing in the header has, and no other record without a name of its own. */
static const char *free_name(gen_planner *with, const char *name)
{
    for (;;) {
        const gen_symbol *symbol = gen_symbol_of(with->unit, name, strlen(name));
        if (symbol->type == NULL && symbol->record == NULL && symbol->enumeration == NULL && !symbol->is_declared &&
            gen_plan_find(with->plans, name) == NULL)
            return name;
        name = gen_print(with->unit, "%s_", name);
    }
}

gen_plan *gen_plan_of(gen_planner *with, gen_record *record, const gen_member *holder)
{
    if (record->plan != NULL)
        return record->plan;
    if (record->is_reversed)
        gen_fail(with->unit, HF_BAD_DECLARATION, record->place, "scalar_storage_order: members in another order of bytes have no address, expected the usual one");
    gen_plan *plan = gen_take(with->unit, sizeof *plan);
    record->plan = plan;
    plan->record = record;
    plan->reached_by = holder;
    plan->is_union = record->is_union;
    plan->says = gen_annotation_read(with->unit, record->annotations, GEN_ON_RECORD);
    if (record->tag == NULL && record->typedef_name == NULL) {
        plan->holder = holder;
        plan->name = free_name(with, gen_print(with->unit, "%s_%s", holder->owner->name, holder->name));
        plan->spelling = plan->name;
    } else {
        plan->name = record_name(record);
        plan->spelling = record_spelling(with, record);
        plan->is_respelled = record->tag == NULL && strcmp(plan->spelling, plan->name) != 0;
    }
    gen_member **end = &plan->members;
    collect_members(with, plan, record, NULL, &end);
    *with->plans->end = plan;
    with->plans->end = &plan->next;
    with->plans->count++;
    return plan;
}

static bool is_named_in(const gen_record *record, const char *const *types, bool *found)
{
    for (size_t i = 0; types[i] != NULL; i++)
        if ((record->tag != NULL && strcmp(record->tag->text, types[i]) == 0) ||
            (record->typedef_name != NULL && strcmp(record->typedef_name->text, types[i]) == 0)) {
            found[i] = true;
            return true;
        }
    return false;
}

gen_plan *gen_plan_find(const gen_plans *plans, const char *name)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (strcmp(plan->name, name) == 0 || strcmp(plan->spelling, name) == 0 ||
            (plan->record->typedef_name != NULL && strcmp(plan->record->typedef_name->text, name) == 0))
            return plan;
    return NULL;
}

bool gen_is_record(const gen_unit *unit, const char *name)
{
    const char *const names[] = { name, NULL };
    bool found = false;
    for (const gen_record *record = unit->records; record != NULL && !found; record = record->next)
        if (record->is_defined)
            is_named_in(record, names, &found);
    return found;
}

_Noreturn void gen_plan_missing(gen_unit *unit, const char *main_file, const char *name)
{
    const char *known[256] = { NULL };
    size_t count = 0;
    for (gen_record *record = unit->records; record != NULL && count < 255; record = record->next)
        if (record->is_defined && !record->is_system && (record->tag != NULL || record->typedef_name != NULL))
            known[count++] = record_name(record);
    const char *nearest = gen_nearest(name, strlen(name), known);
    gen_fail(unit, HF_MISUSE, (gen_place){ main_file, 0, 0 }, "no struct or union is called '%s'%s%s%s", name,
             nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* A union without a tag is bytes: its own plan, and what only that reaches, is not for the output. */
static void drop_unreached(gen_plans *plans)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        plan->is_reached = plan->is_wanted;
    for (bool changed = true; changed;) { /* marks at least one, or ends */
        changed = false;
        for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
            for (const gen_member *member = plan->is_reached ? plan->members : NULL; member != NULL; member = member->next)
                for (const gen_item *item = &member->item; item != NULL; item = item->item)
                    if (item->plan != NULL && !item->plan->is_reached)
                        changed = item->plan->is_reached = true;
    }
    gen_plan **at = &plans->first;
    while (*at != NULL) {
        if ((*at)->is_reached) {
            at = &(*at)->next;
            continue;
        }
        *at = (*at)->next;
        plans->count--;
    }
    plans->end = at;
}

void gen_plans_make(gen_unit *unit, const char *main_file, const char *const *types, gen_plans *ret_plans)
{
    *ret_plans = (gen_plans){ .first = NULL };
    ret_plans->end = &ret_plans->first;
    gen_planner with = { .unit = unit, .plans = ret_plans };
    size_t type_count = 0;
    while (types != NULL && types[type_count] != NULL)
        type_count++;
    bool *found = gen_take(unit, type_count + 1);
    for (gen_record *record = unit->records; record != NULL; record = record->next) {
        bool is_anonymous = record->tag == NULL && record->typedef_name == NULL;
        if (!record->is_defined || is_anonymous)
            continue;
        bool wanted = types != NULL ? is_named_in(record, types, found) : strcmp(record->place.file, main_file) == 0 && !record->is_union;
        if (wanted)
            gen_plan_of(&with, record, NULL)->is_wanted = true;
    }
    if (types != NULL)
        for (size_t i = 0; types[i] != NULL; i++)
            if (!found[i])
                gen_plan_missing(unit, main_file, types[i]);
    for (gen_plan *plan = ret_plans->first; plan != NULL; plan = plan->next)
        plan_members(&with, plan); /* adds what it reaches to the list's end */
    for (gen_plan *plan = ret_plans->first; plan != NULL; plan = plan->next)
        finish_members(&with, plan);
    for (const gen_enum *enumeration = unit->enums; enumeration != NULL; enumeration = enumeration->next)
        gen_check_enum(unit, enumeration);
    drop_unreached(ret_plans);
}

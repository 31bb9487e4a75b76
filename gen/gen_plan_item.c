/* gen_plan_item.c - what a member's type becomes: values in place, texts, pointers to one or to many, records. What
 * C does not tell, and no word does, is refused here. */
#include "gen_planner.h"

#include <string.h>

static void use_enum(gen_planner *with, gen_enum *enumeration)
{
    gen_plans *plans = with->plans;
    for (size_t i = 0; i < plans->enum_count; i++)
        if (plans->enums[i] == enumeration)
            return;
    if (plans->enum_count == with->enum_capacity) {
        size_t capacity = with->enum_capacity == 0 ? 16 : with->enum_capacity * 2;
        gen_enum **enums = gen_take(with->unit, capacity * sizeof(gen_enum *));
        if (plans->enum_count > 0)
            memcpy(enums, plans->enums, plans->enum_count * sizeof *enums);
        plans->enums = enums;
        with->enum_capacity = capacity;
    }
    plans->enums[plans->enum_count++] = enumeration;
}

/* Of a record of the system's, the words are missing where your own record holds it. */
_Noreturn static void refuse(gen_planner *with, const gen_member *member, const char *what)
{
    const gen_member *holder = member;
    while (holder->owner->record->is_system && holder->owner->reached_by != NULL)
        holder = holder->owner->reached_by;
    if (holder != member)
        gen_fail(with->unit, HF_BAD_DECLARATION, holder->field->place, "in '%s', '%s' is %s, expected HF(skip), HF(ref) or HF(static)", holder->name,
                 member->name, what);
    gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is %s, expected HF(skip), HF(ref) or HF(static)",
             member->name, what);
}

static void plan_type(gen_planner *with, gen_member *member, gen_type *type, gen_item *ret_item, bool is_outermost);

static gen_item *plan_target(gen_planner *with, gen_member *member, gen_type *type)
{
    gen_item *item = gen_take(with->unit, sizeof *item);
    plan_type(with, member, type, item, false);
    return item;
}

/* A word about ownership speaks of the last pointer, the one to the data; those before it lead to
 * blocks of pointers, which are owned. What nothing says stays open until the graph is known. */
static gen_ownership ownership_of(const gen_member *member, const gen_type *target)
{
    return target->kind == GEN_POINTER ? GEN_OWN : member->says->ownership;
}

static void plan_pointer(gen_planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    gen_type *target = gen_type_bare(type->target, &item->is_const);
    item->ownership = ownership_of(member, target);
    bool is_borrowed = item->ownership == GEN_REF || item->ownership == GEN_STATIC;
    if (target->kind == GEN_FUNCTION) {
        item->shape = SHAPE_OPAQUE; /* code is nobody's: copied as it is */
        return;
    }
    bool is_foreign = target->kind == GEN_RECORD && (!target->record->is_defined || target->record->is_system);
    if (target->kind == GEN_VOID || target->kind == GEN_OPAQUE || is_foreign) {
        if (!is_borrowed)
            refuse(with, member, target->kind == GEN_VOID ? "a pointer to void"
                                 : is_foreign             ? "a pointer to a record that is not defined here"
                                                          : "a pointer to a type without a meaning here");
        item->shape = SHAPE_OPAQUE;
        return;
    }
    bool is_counted = is_outermost && member->counter != NULL;
    bool is_text = target->kind == GEN_CHAR && !target->is_unsigned && !target->is_signed;
    if (is_text && !is_counted) {
        item->shape = SHAPE_STRING;
        return;
    }
    item->shape = is_counted ? SHAPE_VECTOR : SHAPE_POINTER;
    item->item = plan_target(with, member, type->target);
}

static void plan_array(gen_planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    gen_type *target = gen_type_bare(type->target, NULL);
    if (type->is_flexible || type->is_zero_length) {
        if (!is_outermost)
            refuse(with, member, "a flexible array inside of an array");
        item->shape = SHAPE_FLEX;
        item->item = plan_target(with, member, type->target);
        member->owner->has_flex = true;
        if (member->counter == NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place,
                     "nothing counts the flexible array '%s', expected HF(count = member)", member->name);
        return;
    }
    if (target->kind == GEN_CHAR && !target->is_unsigned && !target->is_signed && member->says->form == GEN_AS_IS) {
        item->shape = SHAPE_CHARS;
        return;
    }
    if (target->kind == GEN_RECORD && target->record->is_defined && target->record->fields == NULL)
        refuse(with, member, "an array of structs without members, which has no count");
    item->shape = SHAPE_ARRAY;
    item->item = plan_target(with, member, type->target);
}

static void plan_record_item(gen_planner *with, const gen_member *member, const gen_type *type, gen_item *item)
{
    if (!type->record->is_defined)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' has an incomplete type", member->name);
    item->plan = gen_plan_of(with, type->record, member);
    item->shape = type->record->is_union ? SHAPE_UNION : SHAPE_RECORD;
}

/* Pointers and arrays in a row: what goes through them recurses. */
static void need_short_chain(gen_planner *with, const gen_member *member)
{
    enum { CHAIN_MAX = 60 };
    int count = 0;
    for (const gen_type *type = member->field->type; type->kind == GEN_NAMED || type->kind == GEN_POINTER || type->kind == GEN_ARRAY; type = type->target)
        if (type->kind != GEN_NAMED && ++count > CHAIN_MAX)
            gen_fail(with->unit, HF_LIMIT_DEPTH, member->field->place, "more than %d pointers and arrays in the type of '%s'", (int)CHAIN_MAX, member->name);
}

/* Recursion is bounded by need_short_chain; records wait for their turn in the list of plans. */
static void plan_type(gen_planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    bool is_const = false;
    type = gen_type_bare(type, &is_const);
    if (member->is_bits && is_const)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is a const bit-field, which nothing can set, expected one without const",
                 member->name);
    switch (type->kind) {
    case GEN_BOOL: item->shape = SHAPE_BOOL; break;
    case GEN_CHAR:
        item->shape = type->is_unsigned ? SHAPE_UINT : type->is_signed ? SHAPE_INT : SHAPE_CHARACTER;
        break;
    case GEN_INT: item->shape = type->is_unsigned ? SHAPE_UINT : SHAPE_INT; break;
    case GEN_FLOAT: item->shape = type->is_wide_float ? SHAPE_OPAQUE : SHAPE_FLOAT; break;
    case GEN_ENUMERATION:
        item->shape = SHAPE_ENUM;
        item->enumeration = type->enumeration;
        use_enum(with, type->enumeration);
        break;
    case GEN_RECORD: plan_record_item(with, member, type, item); break;
    case GEN_POINTER: plan_pointer(with, member, type, item, is_outermost); break;
    case GEN_ARRAY: plan_array(with, member, type, item, is_outermost); break;
    case GEN_OPAQUE:
        if (type->is_unknown && member->says->ownership != GEN_REF && member->says->ownership != GEN_STATIC)
            refuse(with, member, "of a type that only the compiler knows");
        item->shape = SHAPE_OPAQUE;
        break;
    case GEN_FUNCTION: case GEN_VOID: case GEN_NAMED: item->shape = SHAPE_OPAQUE; break;
    }
}

void gen_plan_item(gen_planner *with, gen_member *member)
{
    need_short_chain(with, member);
    plan_type(with, member, member->field->type, &member->item, true);
}

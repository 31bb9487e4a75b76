/* gen_code_copy.c - copying and measuring: a step for each record, which asks for its parts.
 *
 * A copying step takes the bits first and cuts what they lead to, so that a copy is a whole tree
 * whenever memory ends. */
#include "gen_code.h"

#include <string.h>

typedef struct copyist {
    gen_unit *unit;
    FILE     *to;
} copyist;

static bool points(const gen_item *item)
{
    return item->shape == SHAPE_STRING || item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
}

static bool is_followed(const gen_item *item)
{
    return points(item) && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED);
}

/* A borrowed pointer that finds its copy; a borrowed text is as its bits are. */
static bool is_ref(const gen_item *item)
{
    return (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR) && item->ownership == GEN_REF;
}

/* Whether the bits of a value in place are not all there is to its copy. */
static bool has_parts(const gen_member *member, const gen_item *item)
{
    while (item->shape == SHAPE_ARRAY)
        item = item->item;
    return member->is_skipped || is_followed(item) || is_ref(item) || (item->shape == SHAPE_RECORD && item->plan->has_links);
}

/* ---- cutting ----------------------------------------------------------------------------- */

/* Opens a loop for each array; the place of one item. */
static const char *open_loops(copyist *with, const gen_item **item, const char *place, int *ret_depth)
{
    int depth = 0;
    for (; (*item)->shape == SHAPE_ARRAY; *item = (*item)->item, depth++) {
        fprintf(with->to, "%*sfor (size_t i%d = 0; i%d < sizeof %s / sizeof *%s; i%d++) {\n", 4 + 4 * depth, "", depth, depth, place, place, depth);
        place = gen_print(with->unit, "%s[i%d]", place, depth);
    }
    *ret_depth = depth;
    return place;
}

static void close_loops(copyist *with, int depth)
{
    while (depth-- > 0)
        fprintf(with->to, "%*s}\n", 4 + 4 * depth, "");
}

static void emit_cut(copyist *with, const gen_plan *plan)
{
    fprintf(with->to, "\n/* What the copied bits lead to is not the copy's. */\nstatic void %s_hf_cut(%s *to)\n{\n", plan->name, plan->spelling);
    size_t count = 0;
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_item *item = &member->item;
        const char *place = gen_print(with->unit, "to->%s", member->name);
        int depth = 0;
        while (item->shape == SHAPE_ARRAY)
            item = item->item;
        if (member->is_skipped)
            fprintf(with->to, "    memset(&%s, 0, sizeof %s);\n", place, place);
        else if (is_followed(item) || (item->shape == SHAPE_RECORD && item->plan->has_links)) {
            item = &member->item;
            place = open_loops(with, &item, place, &depth);
            if (item->shape == SHAPE_RECORD)
                fprintf(with->to, "%*s%s_hf_cut(&%s);\n", 4 + 4 * depth, "", item->plan->name, place);
            else
                fprintf(with->to, "%*s%s = NULL;\n", 4 + 4 * depth, "", place);
            close_loops(with, depth);
        } else {
            continue;
        }
        count++;
    }
    if (count == 0)
        fputs("    (void)to;\n", with->to);
    fputs("}\n", with->to);
}

/* ---- parts ------------------------------------------------------------------------------- */

/* Whether it leads to pointers, of which each needs a step: `T **p`. */
static bool leads_to_pointers(const gen_item *item)
{
    return (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR) && item->item->shape == SHAPE_POINTER &&
           item->item->ownership != GEN_STATIC;
}

static const gen_item *bare_item(const gen_member *member)
{
    const gen_item *item = &member->item;
    while (item->shape == SHAPE_ARRAY)
        item = item->item;
    return item;
}

static const char *count_of(copyist *with, const gen_member *member, const gen_item *item)
{
    return item->shape == SHAPE_VECTOR ? gen_print(with->unit, "HF__COUNT(from->%s)", member->counter->name) : "1";
}

/* The step that copies one part; NULL when the bits are enough. */
static const char *copy_step(copyist *with, const gen_member *member, const gen_item *item, const char *from, const char *to)
{
    gen_unit *unit = with->unit;
    if (is_ref(item))
        return gen_print(unit, "hf__copy_ref(with, %s, &%s)", from, to);
    if (item->shape == SHAPE_RECORD)
        return gen_print(unit, "%s_hf_copy(with, &%s, &%s)", item->plan->name, from, to);
    if (item->shape == SHAPE_STRING)
        return gen_print(unit, "hf__copy_string(with, %s, &%s)", from, to);
    const gen_item *target = item->item;
    const char *sizes = target->shape == SHAPE_POINTER || target->shape == SHAPE_STRING
                            ? gen_print(unit, "%s, sizeof(void *), _Alignof(void *)", count_of(with, member, item))
                            : gen_print(unit, "%s, sizeof *%s, _Alignof(__typeof__(*%s))", count_of(with, member, item), from, from);
    if (target->shape == SHAPE_STRING && (target->ownership == GEN_OWN || target->ownership == GEN_SHARED))
        return gen_print(unit, "hf__copy_objects(with, %s, &%s, %s, hf__copy_string_step)", from, to, sizes);
    if (target->shape == SHAPE_RECORD && target->plan->has_links)
        return gen_print(unit, "hf__copy_objects(with, %s, &%s, %s, %s_hf_copy)", from, to, sizes, target->plan->name);
    if (leads_to_pointers(item))
        return gen_print(unit, "hf__copy_objects(with, %s, &%s, %s, %s_hf_copy_%s)", from, to, sizes, member->owner->name, member->name);
    return gen_print(unit, "hf__copy_bytes(with, %s, &%s, %s)", from, to, sizes);
}

/* One of the pointers that a member leads to. */
static void emit_copy_pointer(copyist *with, const gen_member *member)
{
    const gen_item *pointer = bare_item(member)->item;
    const char *type = gen_print(with->unit, "%s *", pointer->item->plan->spelling);
    bool is_borrowed = pointer->ownership == GEN_REF;
    fprintf(with->to, "\n/* One of %s.%s. */\nstatic bool %s_hf_copy_%s(hf__copier *with, const void *object, void *copy)\n{\n"
            "    %sconst *from = object;\n    %s*to = copy;\n\n    *to = %s;\n    return %s;\n}\n",
            member->owner->name, member->name, member->owner->name, member->name, type, type, is_borrowed ? "*from" : "NULL",
            copy_step(with, member, pointer, "(*from)", "(*to)"));
}

static void emit_pointer_steps(copyist *with, const gen_plan *plan, void (*emit)(copyist *, const gen_member *))
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_item *item = bare_item(member);
        if (!member->is_skipped && is_followed(item) && leads_to_pointers(item))
            emit(with, member);
    }
}

/* Whether there is a text in place or in an array that is copied. */
static bool has_texts(const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        if (!member->is_skipped && bare_item(member)->shape == SHAPE_STRING && is_followed(bare_item(member)))
            return true;
    return false;
}

void gen_emit_copy(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    copyist with = { unit, stream };
    emit_cut(&with, plan);
    emit_pointer_steps(&with, plan, emit_copy_pointer);
    fprintf(stream, "\nstatic bool %s_hf_copy(hf__copier *with, const void *object, void *copy)\n{\n"
            "    const %s *from = object;\n    %s *to = copy;\n%s\n    *to = *from;\n    %s_hf_cut(to);\n",
            plan->name, plan->spelling, plan->spelling, has_texts(plan) ? "    bool is_whole = true;\n" : "", plan->name);
    size_t count = 0;
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_item *item = &member->item;
        int depth = 0;
        if (member->is_skipped || !has_parts(member, item))
            continue;
        count++;
        const char *place = open_loops(&with, &item, gen_print(unit, "from->%s", member->name), &depth);
        const char *is_there = points(item) ? gen_print(unit, "%s != NULL && ", place) : "";
        const char *step = copy_step(&with, member, item, place, gen_print(unit, "to%s", place + strlen("from")));
        if (item->shape == SHAPE_STRING) /* a branch less; a copy that lacks something is a tree all the same */
            fprintf(stream, "%*sis_whole &= %s;\n", 4 + 4 * depth, "", step);
        else
            fprintf(stream, "%*sif (%s!%s)\n%*sreturn false;\n", 4 + 4 * depth, "", is_there, step, 8 + 4 * depth, "");
        close_loops(&with, depth);
    }
    fputs(count == 0 ? "    (void)with;\n    return true;\n}\n" : has_texts(plan) ? "    return is_whole;\n}\n" : "    return true;\n}\n", stream);
}

/* ---- measuring --------------------------------------------------------------------------- */

static const char *measure_step(copyist *with, const gen_member *member, const gen_item *item, const char *from)
{
    gen_unit *unit = with->unit;
    if (item->shape == SHAPE_RECORD)
        return gen_print(unit, "%s_hf_measure(with, &%s)", item->plan->name, from);
    if (item->shape == SHAPE_STRING)
        return gen_print(unit, "hf__measure_string(with, %s)", from);
    const gen_item *target = item->item;
    const char *step = "NULL";
    if (target->shape == SHAPE_STRING && (target->ownership == GEN_OWN || target->ownership == GEN_SHARED))
        step = "hf__measure_string_step";
    else if (target->shape == SHAPE_RECORD && target->plan->has_links)
        step = gen_print(unit, "%s_hf_measure", target->plan->name);
    else if (leads_to_pointers(item) && target->ownership != GEN_REF)
        step = gen_print(unit, "%s_hf_measure_%s", member->owner->name, member->name);
    const char *size = target->shape == SHAPE_POINTER || target->shape == SHAPE_STRING ? "(void *)" : gen_print(unit, " *%s", from);
    return gen_print(unit, "hf__measure_objects(with, %s, %s, sizeof%s, %s)", from, count_of(with, member, item), size, step);
}

static void emit_measure_pointer(copyist *with, const gen_member *member)
{
    const gen_item *pointer = bare_item(member)->item;
    if (pointer->ownership == GEN_REF)
        return;
    fprintf(with->to, "\nstatic void %s_hf_measure_%s(hf__measurer *with, const void *object)\n{\n    %s *const *from = object;\n\n    %s;\n}\n",
            member->owner->name, member->name, pointer->item->plan->spelling, measure_step(with, member, pointer, "(*from)"));
}

void gen_emit_measure(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    copyist with = { unit, stream };
    size_t count = 0;
    emit_pointer_steps(&with, plan, emit_measure_pointer);
    fprintf(stream, "\nstatic void %s_hf_measure(hf__measurer *with, const void *object)\n{\n    const %s *from = object;\n\n", plan->name,
            plan->spelling);
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_item *item = &member->item;
        int depth = 0;
        if (member->is_skipped || !has_parts(member, item))
            continue;
        while (item->shape == SHAPE_ARRAY)
            item = item->item;
        if (is_ref(item))
            continue;
        item = &member->item;
        const char *place = open_loops(&with, &item, gen_print(unit, "from->%s", member->name), &depth);
        fprintf(stream, "%*s%s;\n", 4 + 4 * depth, "", measure_step(&with, member, item, place));
        close_loops(&with, depth);
        count++;
    }
    if (count == 0)
        fputs("    (void)with;\n    (void)from;\n", stream);
    fputs("}\n", stream);
}

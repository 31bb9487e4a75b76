/* gen_emit_keys.c - how a record looks as a JSON object: keys in order, with those of flattened
 * records and unions in their place. */
#include "gen_emit.h"

#include <string.h>

typedef struct key_list {
    gen_unit   *unit;
    gen_plan   *plan;
    FILE       *to;
    const char *keys[1024]; /* texts so far: two members with one key would lose one */
    size_t      count, slots;
    uint64_t   *required;
} key_list;

static void need_new_key(key_list *list, const gen_member *member, const char *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->keys[i], key) == 0)
            gen_fail(list->unit, HF_DUPLICATE_KEY, member->field->place, "two members of '%s' are called '%s' in JSON",
                     list->plan->name, key);
    if (list->count >= sizeof list->keys / sizeof *list->keys)
        gen_fail(list->unit, HF_LIMIT_COUNT, member->field->place, "more than %zu keys in '%s'", list->count, list->plan->name);
    list->keys[list->count++] = key;
}

/* The element of a member table. */
static const char *row_of(gen_unit *unit, const gen_member *member)
{
    return gen_print(unit, "&%s_members[%zu]", member->owner->name, member->index);
}

static void add_row(key_list *list, const gen_member *member, const char *key, size_t slot, const char *flags,
                    const char *offset, const gen_plan *record, const gen_member *chosen)
{
    need_new_key(list, member, key);
    fprintf(list->to, "    { .text = %s, .length = %zu, .slot = %zu, .flags = %s, .member = %s,\n      .record = &%s_hf_type, .offset = %s",
            gen_quoted(list->unit, key), strlen(key), slot, flags, row_of(list->unit, member), record->name, offset);
    if (chosen != NULL)
        fprintf(list->to, ", .chosen = %s", row_of(list->unit, chosen));
    fputs(" },\n", list->to);
}

static void add_key(key_list *list, const gen_member *member, const char *flags, const char *offset, const gen_plan *record,
                    const gen_member *chosen, bool is_required)
{
    size_t slot = list->slots++;
    if (slot >= 256)
        gen_fail(list->unit, HF_LIMIT_COUNT, member->field->place, "more than 256 keys in '%s'", list->plan->name);
    add_row(list, member, member->key, slot, flags, offset, record, chosen);
    for (const gen_literal *alias = member->says->aliases; alias != NULL; alias = alias->next)
        add_row(list, member, alias->text, slot, "HF_KEY_ALIAS", offset, record, chosen);
    if (is_required)
        list->required[slot / 64] |= (uint64_t)1 << slot % 64;
}

static bool is_shown(const gen_member *member)
{
    const gen_item *item = &member->item;
    for (; item->item != NULL; item = item->item)
        if (item->shape != SHAPE_ARRAY && item->shape != SHAPE_FLEX && (item->ownership == GEN_REF || item->ownership == GEN_STATIC))
            return false;
    return item->shape != SHAPE_OPAQUE && !(item->shape == SHAPE_STRING && item->ownership == GEN_REF);
}

/* A flattened union: its arms, and the tag for when none holds. */
static void add_arms(key_list *list, const gen_member *member, const char *offset)
{
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
        if (is_shown(arm->member))
            add_key(list, arm->member, "0", offset, member->owner, member, false);
    add_key(list, member->tag, "HF_KEY_TAG", offset, member->owner, member, false);
}

/* Nesting is bounded by depth_in_place. */
static void add_members(key_list *list, const gen_plan *plan, const char *offset)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        bool is_union = member->item.shape == SHAPE_UNION;
        if (member->is_implied || !is_shown(member))
            continue;
        if (is_union && (member->is_anonymous || member->says->flatten)) {
            add_arms(list, member, offset);
            continue;
        }
        if (member->item.shape == SHAPE_RECORD && member->says->flatten) {
            add_members(list, member->item.plan,
                        gen_print(list->unit, "%s + offsetof(%s, %s)", offset, plan->spelling, member->name));
            continue;
        }
        bool is_written_only = member->item.shape == SHAPE_STRING && member->item.ownership == GEN_STATIC;
        bool is_required = !member->says->optional && member->says->default_value == NULL && !is_written_only;
        add_key(list, member, is_written_only ? "HF_KEY_WRITTEN" : "0", offset, plan, NULL, is_required);
    }
}

size_t gen_emit_keys(gen_unit *unit, gen_plan *plan, FILE *stream, uint64_t ret_required[4])
{
    key_list list = { .unit = unit, .plan = plan, .to = stream, .required = ret_required };
    fprintf(stream, "static const hf_key %s_keys[] = {\n", plan->name);
    if (!plan->is_union) {
        add_members(&list, plan, "0");
    } else {
        /* The arms of a union that has a name: the record beside it is known only at run time. */
        for (const gen_member *arm = plan->members; arm != NULL; arm = arm->next)
            if (is_shown(arm))
                add_key(&list, arm, "0", "0", plan, NULL, false);
    }
    if (list.count == 0)
        fputs("    { .text = NULL }, /* none */\n", stream);
    fputs("};\n", stream);
    return list.count;
}

/* gen_emit_keys.c - how a record looks as a JSON object: keys in order, with those of flattened
 * records and unions in their place. */
#include "gen_emit.h"

#include <string.h>

enum { KEY_BYTES_MAX = 65535 }; /* as hf_key has its length */

typedef struct key_list {
    gen_unit *unit;
    gen_plan *plan;
    gen_key **end;
    size_t    count;
} key_list;

static void need_new_key(const key_list *list, const gen_member *member, const char *text)
{
    if (strlen(text) > KEY_BYTES_MAX)
        gen_fail(list->unit, HF_LIMIT_BYTES, member->field->place, "a key of more than %d bytes", (int)KEY_BYTES_MAX);
    for (const gen_key *key = list->plan->keys; key != NULL; key = key->next)
        if (strcmp(key->text, text) == 0)
            gen_fail(list->unit, HF_DUPLICATE_KEY, member->field->place, "two members of '%s' are called '%s' in JSON",
                     list->plan->name, text);
    if (list->count >= 1024)
        gen_fail(list->unit, HF_LIMIT_COUNT, member->field->place, "more than %zu keys in '%s'", list->count, list->plan->name);
}

static void add_one(key_list *list, const gen_key *like, const char *text, const char *flags)
{
    gen_key *key = gen_take(list->unit, sizeof *key);
    need_new_key(list, like->member, text);
    *key = *like;
    key->text = text;
    key->flags = flags;
    *list->end = key;
    list->end = &key->next;
    list->count++;
}

static void add_key(key_list *list, gen_key like, const char *flags)
{
    like.slot = list->plan->slot_count++;
    if (like.slot >= 256)
        gen_fail(list->unit, HF_LIMIT_COUNT, like.member->field->place, "more than 256 keys in '%s'", list->plan->name);
    add_one(list, &like, like.member->key, flags);
    like.is_alias = true;
    for (const gen_literal *alias = like.member->says->aliases; alias != NULL; alias = alias->next)
        add_one(list, &like, alias->text, flags[0] == '0' ? "HF_KEY_ALIAS" : gen_print(list->unit, "%s | HF_KEY_ALIAS", flags));
}

/* The element of a member table. */
static const char *row_of(gen_unit *unit, const gen_member *member)
{
    return gen_print(unit, "&%s_hf_members[%zu]", member->owner->name, member->index);
}

static bool is_shown(const gen_member *member)
{
    const gen_item *item = &member->item;
    for (; item->item != NULL; item = item->item)
        if (item->shape != SHAPE_ARRAY && item->shape != SHAPE_FLEX && (item->ownership == GEN_REF || item->ownership == GEN_STATIC))
            return false;
    return item->shape != SHAPE_OPAQUE && !(item->shape == SHAPE_STRING && item->ownership == GEN_REF);
}

/* A literal, or a run of them: nothing that is read may be put there, since nobody would release it. */
static bool is_written_only(const gen_member *member)
{
    const gen_item *item = &member->item;
    while (item->item != NULL)
        item = item->item;
    return item->shape == SHAPE_STRING && item->ownership == GEN_STATIC;
}

static const char *flags_of(const gen_member *member)
{
    return is_written_only(member) ? "HF_KEY_WRITTEN" : "0";
}

/* A flattened union: its arms, and the tag for when none holds. */
static void add_arms(key_list *list, const gen_member *member, const gen_key *above)
{
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
        if (is_shown(arm->member))
            add_key(list, (gen_key){ .member = arm->member, .record = member->owner, .chosen = member, .offset = above->offset }, flags_of(arm->member));
    add_key(list, (gen_key){ .member = member->tag, .record = member->owner, .chosen = member, .offset = above->offset }, "HF_KEY_TAG");
}

/* Nesting is bounded by depth_in_place. */
static void add_members(key_list *list, const gen_plan *plan, const gen_key *above)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        bool is_union = member->item.shape == SHAPE_UNION;
        if (member->is_implied || !is_shown(member))
            continue;
        if (is_union && (member->is_anonymous || member->says->flatten)) {
            add_arms(list, member, above);
            continue;
        }
        if (member->item.shape == SHAPE_RECORD && member->says->flatten) {
            gen_key inside = { .offset = gen_print(list->unit, "%s + offsetof(%s, %s)", above->offset, plan->spelling, member->name),
                               .prefix = gen_print(list->unit, "%s%s.", above->prefix, member->name) };
            add_members(list, member->item.plan, &inside);
            continue;
        }
        gen_key key = { .member = member, .record = plan, .offset = above->offset, .prefix = above->prefix };
        key.is_written_only = is_written_only(member);
        key.is_required = !member->says->optional && member->says->default_value == NULL && !key.is_written_only;
        add_key(list, key, flags_of(member));
    }
}

void gen_keys_list(gen_unit *unit, gen_plan *plan)
{
    key_list list = { .unit = unit, .plan = plan, .end = &plan->keys };
    if (!plan->is_union) {
        add_members(&list, plan, &(gen_key){ .offset = "0", .prefix = "" });
        return;
    }
    /* The arms of a union that has a name: the record beside it is known only at run time. */
    for (gen_member *arm = plan->members; arm != NULL; arm = arm->next)
        if (is_shown(arm))
            add_key(&list, (gen_key){ .member = arm, .record = plan, .offset = "0", .prefix = "" }, flags_of(arm));
}

size_t gen_emit_keys(gen_unit *unit, const gen_plan *plan, FILE *stream, uint64_t ret_required[4])
{
    size_t count = 0;
    fprintf(stream, "static const hf_key %s_hf_json[] = {\n", plan->name);
    for (const gen_key *key = plan->keys; key != NULL; key = key->next, count++) {
        fprintf(stream, "    { .text = %s, .length = %zu, .slot = %zu, .flags = %s, .member = %s,\n      .record = &%s_hf_type, .offset = %s",
                gen_quoted(unit, key->text), strlen(key->text), key->slot, key->flags, row_of(unit, key->member), key->record->name,
                key->offset);
        if (key->chosen != NULL)
            fprintf(stream, ", .chosen = %s", row_of(unit, key->chosen));
        fputs(" },\n", stream);
        if (key->is_required)
            ret_required[key->slot / 64] |= (uint64_t)1 << key->slot % 64;
    }
    if (count == 0)
        fputs("    { .text = NULL }, /* none */\n", stream);
    fputs("};\n", stream);
    return count;
}

/* binder.c - levels, keys and items: where values go. */
#include "bind/binder.h"

enum { ROOM_FIRST = 4, LEVELS_FIRST = 16, DEPTH_MAX = 1 << 24 };

hf_status hf__bind_no_memory(hf__binder *binder)
{
    if (binder->store.arena != NULL && hf_arena_failure(binder->store.arena, binder->reterr) == HF_LIMIT_BYTES)
        return HF_LIMIT_BYTES;
    return hf__fail(binder->reterr, HF_NO_MEMORY, NULL);
}

static void give_back(hf__binder *binder, void *block, size_t size, size_t alignment)
{
    if (binder->store.arena == NULL)
        hf__allocator_free(hf__work_allocator(binder->store.allocator), block, size, alignment);
}

/* ---- life -------------------------------------------------------------------------------- */

hf_status hf__bind_begin(hf__binder *binder, const hf_type *type, const hf_decode_options *options, hf_error *reterr)
{
    *binder = (hf__binder){ .reterr = reterr, .type = type, .depth_max = DEPTH_MAX };
    if (type->depth_max != 0)
        binder->depth_max = type->depth_max;
    if (options != NULL) {
        binder->store = options->store;
        if (options->depth_max != 0)
            binder->depth_max = options->depth_max;
    }
    binder->root = hf__store_take(&binder->store, type->size, type->alignment);
    if (binder->root == NULL)
        return hf__bind_no_memory(binder);
    hf_struct_init(type, binder->root);
    binder->target = (hf__target){ .type = type, .at = binder->root };
    return HF_OK;
}

static bool grows(const hf_type *type)
{
    return type != NULL && (type->shape == HF_SHAPE_VECTOR || type->shape == HF_SHAPE_FLEX);
}

void hf__bind_end(hf__binder *binder, bool keep)
{
    const hf_allocator *allocator = hf__work_allocator(binder->store.allocator);
    for (size_t i = binder->level_count; i-- > 0;) { /* only a failure leaves levels open */
        hf__level *level = &binder->levels[i];
        if (!grows(level->type) || level->at == NULL || binder->store.arena != NULL)
            continue;
        if ((level->type->item->flags & HF_TYPE_LINKS) != 0)
            hf__struct_release(level->type->item, level->at, level->count, allocator);
        hf__allocator_free(allocator, level->at, level->room * level->type->item->size, level->type->item->alignment);
    }
    if (binder->levels != NULL)
        hf__allocator_free(allocator, binder->levels, binder->level_room * sizeof *binder->levels, _Alignof(hf__level));
    if (keep || binder->root == NULL || binder->store.arena != NULL)
        return;
    size_t bytes = binder->type->size;
    hf__object_bytes(binder->type, binder->root, &bytes);
    hf__struct_release(binder->type, binder->root, 1, allocator);
    hf__allocator_free(allocator, binder->root, bytes, binder->type->alignment);
}

/* ---- targets ----------------------------------------------------------------------------- */

/* Follows pointers to what the value goes into, making it. */
static hf_status reach(hf__binder *binder, char **ret_place)
{
    hf__target *target = &binder->target;
    *ret_place = NULL;
    while (target->type != NULL && target->type->shape == HF_SHAPE_POINTER) {
        const hf_type *item = target->type->item;
        char *made = hf__store_take(&binder->store, item->size, item->alignment);
        if (made == NULL)
            return hf__bind_no_memory(binder);
        if (item->shape == HF_SHAPE_RECORD)
            hf_struct_init(item, made);
        else
            memset(made, 0, item->size);
        hf__pointer_set(target->at, made);
        *ret_place = target->at;
        target->type = item;
        target->at = made;
        target->is_direct = false;
        target->record = NULL;
    }
    return HF_OK;
}

static void mark_present(const hf__target *target)
{
    if (target->is_direct && target->member->presence != 0)
        hf__member_set_integer(&target->record_type->members[target->member->presence - 1], target->record, 1);
}

hf_status hf__bind_wrong_kind(hf__binder *binder, const char *met)
{
    const hf_type *type = binder->target.type;
    const char *expected = type->shape == HF_SHAPE_RECORD || type->shape == HF_SHAPE_UNION ? "an object"
                           : type->choice_count > 0                                        ? "the name or number of an enumerator"
                           : type->shape == HF_SHAPE_BOOL                                  ? "true or false"
                           : type->shape <= HF_SHAPE_FLOAT                                 ? "a number"
                           : type->shape == HF_SHAPE_CHARS || type->shape == HF_SHAPE_STRING ? "a text"
                                                                                           : "an array";
    return hf__fail(binder->reterr, HF_WRONG_KIND, "%s, expected %s", met, expected);
}

hf_status hf__bind_reach(hf__binder *binder)
{
    char *place;
    mark_present(&binder->target);
    return reach(binder, &place);
}

/* ---- levels ------------------------------------------------------------------------------ */

static hf__level *add_level(hf__binder *binder)
{
    if (binder->level_count == binder->level_room) {
        const hf_allocator *allocator = hf__work_allocator(binder->store.allocator);
        size_t room = binder->level_room == 0 ? LEVELS_FIRST : binder->level_room * 2;
        hf__level *levels = allocator->resize(allocator->context, binder->levels, binder->level_room * sizeof *levels,
                                              room * sizeof *levels, _Alignof(hf__level));
        if (levels == NULL)
            return NULL;
        binder->levels = levels;
        binder->level_room = room;
    }
    hf__level *level = &binder->levels[binder->level_count++];
    memset(level, 0, sizeof *level);
    return level;
}

static bool accepts(const hf_type *type, bool is_object)
{
    if (type == NULL)
        return true;
    if (is_object)
        return type->shape == HF_SHAPE_RECORD || type->shape == HF_SHAPE_UNION;
    return type->shape == HF_SHAPE_VECTOR || type->shape == HF_SHAPE_ARRAY || type->shape == HF_SHAPE_FLEX;
}

static bool is_text_form(const hf__target *target)
{
    return target->is_direct && (target->member->form == HF_AS_BASE64 || target->member->form == HF_AS_HEX ||
                                 (target->member->form == HF_AS_STRING && target->type->item != NULL && target->type->item->size == 1));
}

static hf_status open_target(hf__binder *binder, bool is_object, char *place)
{
    const hf__target *target = &binder->target;
    hf__level *level = add_level(binder);
    if (level == NULL)
        return hf__bind_no_memory(binder);
    level->type = target->type;
    level->is_object = is_object;
    level->home = *target;
    level->place = place;
    if (target->type != NULL && !grows(target->type))
        level->at = target->at;
    return HF_OK;
}

hf_status hf__bind_open(hf__binder *binder, bool is_object)
{
    hf__target *target = &binder->target;
    char *place = NULL;
    if (binder->level_count >= binder->depth_max)
        return hf__fail(binder->reterr, HF_LIMIT_DEPTH, "deeper than %u levels", binder->depth_max);
    if (target->type != NULL) {
        mark_present(target);
        hf_status status = reach(binder, &place);
        if (status != HF_OK)
            return status;
        if (!accepts(target->type, is_object) || (!is_object && is_text_form(target)))
            return is_text_form(target) ? hf__fail(binder->reterr, HF_WRONG_KIND, "an array, expected a text")
                                        : hf__bind_wrong_kind(binder, is_object ? "an object" : "an array");
    }
    return open_target(binder, is_object, place);
}

hf_status hf__bind_open_bytes(hf__binder *binder)
{
    return open_target(binder, false, NULL);
}

/* ---- keys -------------------------------------------------------------------------------- */

static const hf_key *find_key(hf__level *level, hf_text text)
{
    const hf_type *type = level->type;
    uint32_t at = level->key_next;
    if (at < type->key_count && type->keys[at].length == text.length && memcmp(type->keys[at].text, text.bytes, text.length) == 0) {
        level->key_next = at + 1;
        return &type->keys[at];
    }
    for (uint32_t i = 0; i < type->key_count; i++)
        if (type->keys[i].length == text.length && memcmp(type->keys[i].text, text.bytes, text.length) == 0) {
            level->key_next = i + 1;
            return &type->keys[i];
        }
    return NULL;
}

static hf_status choose_arm(hf__binder *binder, const hf_type *record_type, const hf_member *chosen, char *record,
                            const hf_member *arm)
{
    for (uint32_t i = 0; i < chosen->arm_count; i++)
        if (&chosen->type->members[chosen->arms[i].member] == arm) {
            const hf_member *tag = &record_type->members[chosen->tag - 1];
            hf__member_set_integer(tag, record, (uint64_t)chosen->arms[i].value);
            if ((int64_t)hf__member_integer(tag, record) != chosen->arms[i].value)
                return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "the tag '%s' cannot choose the arm '%s'", tag->name, arm->key);
            return HF_OK;
        }
    return hf__fail(binder->reterr, HF_WRONG_KIND, "no tag chooses the arm '%s'", arm->key);
}

/* Another arm of the same union, or its tag, that came before. */
static bool met_before(const hf__level *level, const hf_key *key)
{
    if (key->chosen == NULL && (key->flags & HF_KEY_TAG) == 0)
        return false;
    for (uint32_t i = 0; i < level->type->key_count; i++) {
        const hf_key *other = &level->type->keys[i];
        bool is_sibling = other->chosen != NULL && other->chosen == key->chosen && other->offset == key->offset;
        if (is_sibling && (level->seen[other->slot / 64] >> other->slot % 64 & 1) != 0)
            return true;
    }
    return false;
}

static void pass_over(hf__binder *binder)
{
    binder->target = (hf__target){ .type = NULL };
}

hf_status hf__bind_key(hf__binder *binder, hf_text text)
{
    hf__level *level = &binder->levels[binder->level_count - 1];
    level->key = text;
    if (level->type == NULL) {
        pass_over(binder);
        return HF_OK;
    }
    const hf_key *key = find_key(level, text);
    if (key == NULL && (level->type->flags & HF_TYPE_CLOSED) != 0)
        return hf__fail(binder->reterr, HF_WRONG_KIND, "no member of '%s' is called '%.*s'", level->type->name, HF_ARG(text));
    bool is_arm = level->type->shape == HF_SHAPE_UNION || (key != NULL && key->chosen != NULL);
    if (key == NULL || ((key->flags & HF_KEY_WRITTEN) != 0 && !is_arm)) {
        pass_over(binder);
        return HF_OK;
    }
    uint64_t bit = (uint64_t)1 << key->slot % 64;
    if ((level->seen[key->slot / 64] & bit) != 0)
        return hf__fail(binder->reterr, HF_DUPLICATE_KEY, "'%.*s'", HF_ARG(text));
    if (level->type->shape == HF_SHAPE_UNION ? level->count > 0 : met_before(level, key))
        return hf__fail(binder->reterr, HF_DUPLICATE_KEY, "a second arm of one union");
    level->seen[key->slot / 64] |= bit;
    level->count++;
    char *record = level->at + key->offset;
    hf_status status = HF_OK;
    size_t offset = key->member->offset;
    if (level->type->shape == HF_SHAPE_UNION)
        status = choose_arm(binder, level->home.record_type, level->home.member, level->home.record, key->member);
    else if (key->chosen != NULL && (key->flags & HF_KEY_TAG) == 0) {
        status = choose_arm(binder, key->record, key->chosen, record, key->member);
        offset = key->chosen->offset;
    }
    binder->target = (hf__target){ key->member->type, record + offset, record, key->record, key->member,
                                    (key->flags & HF_KEY_TAG) != 0 ? key->chosen : NULL, true };
    if (status == HF_OK && (key->flags & HF_KEY_WRITTEN) != 0)
        pass_over(binder); /* it tells which arm holds, and no more */
    return status;
}

/* ---- items ------------------------------------------------------------------------------- */

static hf_status grow_items(hf__binder *binder, hf__level *level)
{
    const hf_type *item = level->type->item;
    size_t room = level->room == 0 ? ROOM_FIRST : level->room * 2, bytes;
    if (!hf__size_multiply(room, item->size, &bytes))
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "more items than memory can hold");
    char *grown = level->at == NULL ? hf__store_take(&binder->store, bytes, item->alignment)
                                    : hf__store_resize(&binder->store, level->at, level->room * item->size, bytes, item->alignment);
    if (grown == NULL)
        return hf__bind_no_memory(binder);
    level->at = grown;
    level->room = room;
    return HF_OK;
}

hf_status hf__bind_item(hf__binder *binder)
{
    hf__level *level = &binder->levels[binder->level_count - 1];
    if (level->type == NULL) {
        level->count++;
        pass_over(binder);
        return HF_OK;
    }
    const hf_type *item = level->type->item;
    if (level->type->shape == HF_SHAPE_ARRAY && level->count >= level->type->count)
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "more than %zu items", level->type->count);
    if (grows(level->type) && level->count == level->room) {
        hf_status status = grow_items(binder, level);
        if (status != HF_OK)
            return status;
    }
    char *at = level->at + level->count++ * item->size;
    if (item->shape == HF_SHAPE_RECORD)
        hf_struct_init(item, at);
    else
        memset(at, 0, item->size);
    binder->target = (hf__target){ .type = item, .at = at, .member = level->home.member };
    return HF_OK;
}

/* ---- closing ----------------------------------------------------------------------------- */

static hf_status missing(hf__binder *binder, const hf__level *level)
{
    for (uint32_t i = 0; i < level->type->key_count; i++) {
        const hf_key *key = &level->type->keys[i];
        uint64_t bit = (uint64_t)1 << key->slot % 64;
        if ((level->type->required[key->slot / 64] & bit) != 0 && (level->seen[key->slot / 64] & bit) == 0)
            return hf__fail(binder->reterr, HF_NOT_FOUND, "the member '%.*s' is missing", (int)key->length, key->text);
    }
    return HF_OK;
}

hf_status hf__bind_default(hf__binder *binder, const hf_rule_value *value, char *at)
{
    char *copy = hf__store_take(&binder->store, value->length + 1, 1);
    if (copy == NULL)
        return hf__bind_no_memory(binder);
    memcpy(copy, value->text, value->length + 1);
    hf__pointer_set(at, copy);
    return HF_OK;
}

/* Texts that were left out and have a default of their own memory. */
static hf_status add_defaults(hf__binder *binder, const hf__level *level)
{
    for (uint32_t i = 0; i < level->type->key_count; i++) {
        const hf_key *key = &level->type->keys[i];
        const hf_rule *rule = key->member->rule;
        bool is_seen = (level->seen[key->slot / 64] >> key->slot % 64 & 1) != 0;
        if (is_seen || rule == NULL || (rule->checks & HF_RULE_DEFAULT) == 0 || key->member->type->shape != HF_SHAPE_STRING ||
            (key->flags & (HF_KEY_ALIAS | HF_KEY_WRITTEN)) != 0)
            continue;
        hf_status status = hf__bind_default(binder, &rule->default_value, level->at + key->offset + key->member->offset);
        if (status != HF_OK)
            return status;
    }
    return HF_OK;
}

static hf_status close_record(hf__binder *binder, const hf__level *level)
{
    const uint64_t *need = level->type->required, *seen = level->seen;
    uint64_t lacking = (need[0] & ~seen[0]) | (need[1] & ~seen[1]) | (need[2] & ~seen[2]) | (need[3] & ~seen[3]);
    if (lacking != 0)
        return missing(binder, level);
    return (level->type->flags & HF_TYPE_DEFAULTS) != 0 ? add_defaults(binder, level) : HF_OK;
}

static bool counter_holds(const hf_member *counter, char *record, size_t count)
{
    hf__member_set_integer(counter, record, count);
    return hf__member_integer(counter, record) == count;
}

/* Items that grew beside the record move behind it. */
static hf_status put_flex(hf__binder *binder, hf__level *level)
{
    hf__level *owner = level - 1;
    const hf_member *flex = level->home.member;
    size_t old_bytes = owner->type->size, items = level->count * level->type->item->size, bytes;
    if (!hf__size_add(flex->offset, items, &bytes))
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "more items than memory can hold");
    if (bytes > old_bytes) {
        char *grown = hf__store_resize(&binder->store, owner->at, old_bytes, bytes, owner->type->alignment);
        if (grown == NULL)
            return hf__bind_no_memory(binder);
        if (owner->place != NULL)
            hf__pointer_set(owner->place, grown);
        else
            binder->root = grown;
        owner->at = grown;
    }
    if (items > 0)
        memcpy(owner->at + flex->offset, level->at, items);
    hf__member_set_integer(&owner->type->members[flex->counter - 1], owner->at, level->count);
    give_back(binder, level->at, level->room * level->type->item->size, level->type->item->alignment);
    level->at = NULL;
    return HF_OK;
}

static hf_status put_vector(hf__binder *binder, hf__level *level)
{
    const hf_type *item = level->type->item;
    const hf__target *home = &level->home;
    if (level->count == 0 && (home->member->flags & HF_MEMBER_COUNT_SHARED) != 0)
        return HF_OK; /* what counts the others stays; it has no block yet */
    if (level->count < level->room && level->count > 0) {
        char *fitting = hf__store_resize(&binder->store, level->at, level->room * item->size, level->count * item->size, item->alignment);
        if (fitting == NULL)
            return hf__bind_no_memory(binder);
        level->at = fitting;
        level->room = level->count;
    }
    hf__member_set_integer(&home->record_type->members[home->member->counter - 1], home->record, level->count);
    if (level->count > 0)
        hf__pointer_set(home->at, level->at);
    level->at = NULL;
    return HF_OK;
}

static hf_status close_items(hf__binder *binder, hf__level *level)
{
    const hf__target *home = &level->home;
    if (level->type->shape == HF_SHAPE_ARRAY)
        return level->count == level->type->count
                   ? HF_OK
                   : hf__fail(binder->reterr, HF_OUT_OF_RANGE, "%zu items, expected %zu", level->count, level->type->count);
    if (home->member->rule != NULL) {
        hf_status status = hf__rule_check_count(home->member->rule, level->count, binder->reterr);
        if (status != HF_OK)
            return status;
    }
    const hf_member *counter = &home->record_type->members[home->member->counter - 1];
    uint64_t before = hf__member_integer(counter, home->record); /* of a vector with the same counter; else 0 */
    bool fits = counter_holds(counter, home->record, level->count);
    hf__member_set_integer(counter, home->record, before);
    if ((home->member->flags & HF_MEMBER_COUNT_SHARED) != 0 && level->count > 0 && before != 0 && before != level->count)
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "%zu items, expected %llu as others that '%s' counts", level->count,
                        (unsigned long long)before, counter->name);
    if (!fits)
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "%zu items are more than '%s' can count", level->count, counter->name);
    return level->type->shape == HF_SHAPE_FLEX ? put_flex(binder, level) : put_vector(binder, level);
}

hf_status hf__bind_close(hf__binder *binder)
{
    hf__level *level = &binder->levels[binder->level_count - 1];
    hf_status status = HF_OK;
    level->is_closing = true; /* what is wrong now is wrong with the whole */
    if (level->type != NULL && level->type->shape == HF_SHAPE_RECORD)
        status = close_record(binder, level);
    else if (level->type != NULL && level->type->shape == HF_SHAPE_UNION)
        status = level->count == 1 ? HF_OK : hf__fail(binder->reterr, HF_WRONG_KIND, "no arm of the union, expected one");
    else if (level->type != NULL)
        status = close_items(binder, level);
    if (status == HF_OK)
        binder->level_count--;
    return status;
}

/* ---- where ------------------------------------------------------------------------------- */

/* One reference token, written so that it ends at `end`. Returns its begin; NULL when it has no room. */
static char *put_token(const hf__level *level, char *begin, char *end)
{
    char number[24];
    hf_text token = level->key;
    if (!level->is_object)
        token = hf_text_of(number, (size_t)snprintf(number, sizeof number, "%zu", level->count > 0 ? level->count - 1 : 0));
    for (size_t i = token.length; i-- > 0;) {
        char c = token.bytes[i];
        bool is_special = c == '~' || c == '/';
        if (end - begin < 4)
            return NULL;
        *--end = is_special ? (c == '~' ? '0' : '1') : c;
        if (is_special)
            *--end = '~';
    }
    *--end = '/';
    return end;
}

void hf__bind_tell_place(const hf__binder *binder, hf_error *reterr)
{
    char text[2 * HF_ERROR_POINTER_MAX], *begin = text + 8, *at = text + sizeof text;
    for (size_t i = binder->level_count; i-- > 0;) {
        const hf__level *level = &binder->levels[i];
        if (level->is_closing || (level->is_object ? level->key.bytes == NULL : level->count == 0))
            continue;
        char *next = put_token(level, begin, at);
        if (next == NULL) { /* the end of a long pointer tells more than its beginning */
            memcpy(at - 4, "/...", 4);
            at -= 4;
            break;
        }
        at = next;
    }
    hf__error_set_pointer(reterr, at, (size_t)(text + sizeof text - at));
}

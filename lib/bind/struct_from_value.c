/* struct_from_value.c - dynamic values into structs: a walk over the value feeds the binder. Generated code goes first,
 * where there is any: it reads what is right and usual, and leaves the rest to the walk, which knows every form and
 * every error. */
#include <holdfast/write.h>

#include "bind/binder.h"
#include "bind/code_from_value.h"

/* A container that a member keeps as its JSON text, while the walk is in it. */
typedef struct raw_part {
    hf_value   value;
    hf__target target;
    size_t     level;     /* how many levels were open before it */
    bool       is_open;   /* what is in it is passed over, and only its depth counts */
    bool       is_pruned; /* for it is not too deep */
} raw_part;

static hf_status bind_raw(hf__binder *binder, hf_value value)
{
    hf_buffer json = { .bytes_max = SIZE_MAX, .allocator = hf__work_allocator(binder->store.allocator) };
    hf_status status = hf_write(value, NULL, &json, binder->reterr);
    if (status == HF_OK)
        status = hf__bind_raw(binder, hf_buffer_text(&json));
    hf_buffer_release(&json);
    return status;
}

static hf_status bind_number_text(hf__binder *binder, hf_value value)
{
    hf_text spelling = hf_number_text(value);
    hf__number_kind kind;
    uint64_t bits;
    if (spelling.length == 0 || !hf__number_read(spelling.bytes, spelling.bytes + spelling.length, &kind, &bits))
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "a number without its spelling");
    return hf__bind_number(binder, kind, bits, spelling.bytes, spelling.bytes + spelling.length);
}

static hf_status bind_scalar(hf__binder *binder, hf_value value)
{
    double f64;
    uint64_t bits;
    switch (hf_kind_of(value)) {
    case HF_KIND_NULL: return hf__bind_null(binder);
    case HF_KIND_BOOL: return hf__bind_bool(binder, hf_as_bool(value, false));
    case HF_KIND_INT64: return hf__bind_number(binder, HF__NUMBER_INT64, (uint64_t)hf_as_i64(value, 0), NULL, NULL);
    case HF_KIND_UINT64: return hf__bind_number(binder, HF__NUMBER_UINT64, hf_as_u64(value, 0), NULL, NULL);
    case HF_KIND_DOUBLE:
        f64 = hf_as_double(value, 0);
        memcpy(&bits, &f64, sizeof bits);
        return hf__bind_number(binder, HF__NUMBER_DOUBLE, bits, NULL, NULL);
    case HF_KIND_NUMBER_TEXT: return bind_number_text(binder, value);
    case HF_KIND_TEXT: return hf__bind_text(binder, hf_as_text(value, HF_T("")));
    default: return binder->target.type == NULL ? HF_OK : hf__bind_wrong_kind(binder, hf_kind_name(hf_kind_of(value)));
    }
}

/* The target of the next value: a member, an item, or the root as it stands. */
static hf_status aim(hf__binder *binder, const hf_walk *walk)
{
    if (binder->level_count == 0)
        return HF_OK;
    return binder->levels[binder->level_count - 1].is_object ? hf__bind_key(binder, walk->key) : hf__bind_item(binder);
}

/* A value that is kept as its JSON text. As in text, its depth counts. */
static hf_status enter_raw(hf__binder *binder, hf_walk *walk, raw_part *raw)
{
    hf_value value = walk->value;
    raw->is_pruned = walk->event == HF_ENTER && hf__value_is_within(value, binder->depth_max - (uint32_t)binder->level_count);
    if (raw->is_pruned)
        hf_walk_prune(walk);
    if (walk->event != HF_ENTER || raw->is_pruned)
        return bind_raw(binder, value);
    *raw = (raw_part){ .value = value, .target = binder->target, .level = binder->level_count, .is_open = true };
    binder->target = (hf__target){ .type = NULL };
    return hf__bind_open(binder, hf_is_object(value));
}

static hf_status leave(hf__binder *binder, raw_part *raw)
{
    if (raw->is_pruned) {
        raw->is_pruned = false;
        return HF_OK;
    }
    hf_status status = hf__bind_close(binder);
    if (status != HF_OK || !raw->is_open || binder->level_count != raw->level)
        return status;
    raw->is_open = false;
    binder->target = raw->target;
    return bind_raw(binder, raw->value);
}

static hf_status bind_event(hf__binder *binder, hf_walk *walk, raw_part *raw)
{
    if (walk->event == HF_LEAVE)
        return leave(binder, raw);
    hf_status status = aim(binder, walk);
    if (status != HF_OK)
        return status;
    if (binder->target.type != NULL && hf__bind_wants_raw(binder))
        return enter_raw(binder, walk, raw);
    if (walk->event == HF_ENTER)
        return hf__bind_open(binder, hf_is_object(walk->value));
    return bind_scalar(binder, walk->value);
}

/* All of the value, from the target as it stands. */
static hf_status bind_value(hf__binder *binder, hf_value value)
{
    hf_walk walk;
    raw_part raw = { .is_open = false };
    hf_status status = HF_OK;
    hf_walk_init(&walk, value, NULL);
    while (status == HF_OK && hf_walk_next(&walk))
        status = bind_event(binder, &walk, &raw);
    if (status != HF_OK)
        hf_walk_stop(&walk);
    hf_walk_finish(&walk);
    return status;
}

bool hf__from_value_member(const hf_store *store, uint32_t depth_left, hf_value value, const hf_key *row, char *object)
{
    const hf_member *member = row->member;
    char *record = object + row->offset;
    hf__binder binder = { .store = *store, .depth_max = depth_left };
    binder.target = (hf__target){ .type = member->type, .at = record + member->offset, .record = record, .record_type = row->record,
                                  .member = member, .is_direct = true };
    hf_status status = hf_is_container(value) || hf__bind_wants_raw(&binder) ? bind_value(&binder, value) : bind_scalar(&binder, value);
    hf__bind_end(&binder, false);
    return status == HF_OK;
}

/* What generated code gives up is taken back. */
static hf_status bind_whole(hf__binder *binder, const hf_type *type, hf_value value)
{
    const hf_store *store = &binder->store;
    hf_mark mark = { 0 };
    if (type->code == NULL || type->code->read == NULL)
        return bind_value(binder, value);
    if (store->arena != NULL)
        mark = hf_arena_mark(store->arena);
    if (hf__from_value(type->code, value, binder->depth_max, store, binder->root))
        return HF_OK;
    if (store->arena != NULL)
        hf_arena_rewind(store->arena, mark);
    else
        hf__struct_release(type, binder->root, 1, hf__work_allocator(store->allocator));
    hf_struct_init(type, binder->root);
    return bind_value(binder, value);
}

hf_status hf_struct_from_value(const hf_type *type, hf_value value, const hf_decode_options *options, void **ret_object,
                               hf_error *reterr)
{
    hf__binder binder;
    hf_mark mark = { 0 };
    if (hf_is_absent(value))
        return hf__fail(reterr, HF_NOT_FOUND, "the value is absent");
    if (options != NULL && options->store.arena != NULL)
        mark = hf_arena_mark(options->store.arena);
    hf_status status = hf__bind_begin(&binder, type, options, reterr);
    if (status == HF_OK)
        status = bind_whole(&binder, type, value);
    if (status != HF_OK && status != HF_NO_MEMORY && status != HF_LIMIT_BYTES)
        hf__bind_tell_place(&binder, reterr);
    hf__bind_end(&binder, status == HF_OK);
    if (status == HF_OK)
        *ret_object = binder.root;
    else if (options != NULL && options->store.arena != NULL)
        hf_arena_rewind(options->store.arena, mark);
    return status;
}

/* build_copy.c - copying a value into a builder: one walk, one builder call for each event. */
#include <holdfast/walk.h>

#include "base/fail.h"
#include "value/builder.h"
#include "walk/clone.h"

static hf_status copy_scalar(hf_builder *builder, hf_value value)
{
    const hf__slot *slot = value.slot;
    hf_text source = hf_number_text(value);
    if (source.length > 0)
        return hf_build_number(builder, source);
    switch (hf__kind(slot)) {
    case HF__NULL:
        return hf_build_null(builder);
    case HF__BOOL:
        return hf_build_bool(builder, hf_as_bool(value, false));
    case HF__INT64:
        return hf_build_i64(builder, (int64_t)slot->hi);
    case HF__UINT64:
        return hf_build_u64(builder, slot->hi);
    case HF__DOUBLE:
        return hf_build_double(builder, hf__double(slot));
    case HF__TEXT:
    case HF__LONG_TEXT:
        return hf_build_text(builder, hf__slot_text(slot));
    case HF__BYTES:
        return hf_build_bytes(builder, hf__slot_text(slot));
    case HF__EXTENSION:
        return hf__builder_refuse(builder, HF_FOREIGN, hf_foreign_hooks_of(value)->name);
    default:
        return hf__builder_refuse(builder, HF_LINK_LEAVES, "a link is no value to copy");
    }
}

hf_status hf_build_copy(hf_builder *builder, hf_value value)
{
    hf_status status = hf_builder_status(builder);
    if (status == HF_OK && hf_is_absent(value))
        return hf__builder_refuse(builder, HF_MISUSE, "an absent value");
    if (status == HF_OK && (status = hf__check_expansion(value, NULL)) != HF_OK)
        return hf__builder_refuse(builder, status, "mounted values expand too far to copy");
    if (status == HF_OK && (status = hf__text_check_all(value.home, NULL)) != HF_OK)
        return hf__builder_refuse(builder, status, "borrowed text changed");
    hf_walk walk;
    hf_walk_init(&walk, value, NULL);
    while (status == HF_OK && hf_walk_next(&walk)) {
        if (walk.key.bytes != NULL && walk.event != HF_LEAVE)
            status = hf_build_key(builder, walk.key);
        if (status != HF_OK)
            break;
        if (walk.event == HF_ENTER)
            status = hf_is_object(walk.value) ? hf_build_object(builder) : hf_build_array(builder);
        else if (walk.event == HF_LEAVE)
            status = hf_build_end(builder);
        else
            status = copy_scalar(builder, walk.value);
    }
    hf_walk_finish(&walk);
    return status;
}

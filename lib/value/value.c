/* value.c - the accessors that are not inline: numbers of another kind, strict forms, elements by
 * position. */
#include <holdfast/value.h>

#include "base/number_read.h"
#include "value/ended.h"
#include "value/home.h"

const char hf__layout_1 = 1;

const char *hf_kind_name(hf_kind kind)
{
    static const char *const names[] = { "absent", "null",  "bool",  "int64",  "uint64", "double",  "number",
                                         "text",   "bytes", "array", "object", "link",   "foreign" };
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* A number slot as int64, uint64, double, or text that none of them holds. */
static hf__slot converted(const hf__slot *number)
{
    hf__slot result = { hf__kind(number), number->hi };
    if (hf__kind(number) == HF__NUMTEXT) {
        hf_text source = hf__number_source(number);
        hf__number_kind kind; /* has the values of the slot kinds */
        uint64_t bits;
        if (hf__number_read(source.bytes, source.bytes + source.length, &kind, &bits)) {
            result.lo = (uint64_t)kind;
            result.hi = bits;
        }
    }
    return result;
}

static hf_status to_i64(const hf__slot *slot, int64_t *ret_number)
{
    hf__slot number = converted(slot);
    switch (hf__kind(&number)) {
    case HF__INT64:
        *ret_number = (int64_t)number.hi;
        return HF_OK;
    case HF__DOUBLE: {
        double value = hf__double(&number);
        /* Both bounds are exact doubles; the upper one itself does not fit. */
        if (value < -9223372036854775808.0 || value >= 9223372036854775808.0 || value != (double)(int64_t)value)
            return HF_OUT_OF_RANGE;
        *ret_number = (int64_t)value;
        return HF_OK;
    }
    default:
        return HF_OUT_OF_RANGE;
    }
}

static hf_status to_u64(const hf__slot *slot, uint64_t *ret_number)
{
    hf__slot number = converted(slot);
    switch (hf__kind(&number)) {
    case HF__UINT64:
        *ret_number = number.hi;
        return HF_OK;
    case HF__INT64:
        if ((int64_t)number.hi < 0)
            return HF_OUT_OF_RANGE;
        *ret_number = number.hi;
        return HF_OK;
    case HF__DOUBLE: {
        double value = hf__double(&number);
        if (value < 0.0 || value >= 18446744073709551616.0 || value != (double)(uint64_t)value)
            return HF_OUT_OF_RANGE;
        *ret_number = (uint64_t)value;
        return HF_OK;
    }
    default:
        return HF_OUT_OF_RANGE;
    }
}

static hf_status to_double(const hf__slot *slot, double *ret_number)
{
    hf__slot number = converted(slot);
    switch (hf__kind(&number)) {
    case HF__INT64:
        *ret_number = (double)(int64_t)number.hi;
        return HF_OK;
    case HF__UINT64:
        *ret_number = (double)number.hi;
        return HF_OK;
    case HF__DOUBLE:
        *ret_number = hf__double(&number);
        return HF_OK;
    default: { /* an integer of many digits still has a nearest double */
        hf_text source = hf__number_source(slot);
        double nearest = hf__number_nearest(source.bytes, source.bytes + source.length);
        if (nearest > 1.7976931348623157e308 || nearest < -1.7976931348623157e308)
            return HF_OUT_OF_RANGE;
        *ret_number = nearest;
        return HF_OK;
    }
    }
}

int64_t hf__as_i64_slow(const hf__slot *slot, int64_t fallback)
{
    int64_t number;
    return slot != NULL && hf__is_number(slot) && to_i64(slot, &number) == HF_OK ? number : fallback;
}

uint64_t hf__as_u64_slow(const hf__slot *slot, uint64_t fallback)
{
    uint64_t number;
    return slot != NULL && hf__is_number(slot) && to_u64(slot, &number) == HF_OK ? number : fallback;
}

double hf__as_double_slow(const hf__slot *slot, double fallback)
{
    double number;
    return slot != NULL && hf__is_number(slot) && to_double(slot, &number) == HF_OK ? number : fallback;
}

static hf_status not_a(hf_value value)
{
    return hf_is_absent(value) ? HF_NOT_FOUND : HF_WRONG_KIND;
}

hf_status hf_to_bool(hf_value value, bool *ret_bool)
{
    if (hf__view_has_ended(value))
        return HF_MISUSE;
    if (!hf_is_bool(value))
        return not_a(value);
    *ret_bool = (value.slot->lo & HF__TRUE) != 0;
    return HF_OK;
}

hf_status hf_to_i64(hf_value value, int64_t *ret_number)
{
    if (hf__view_has_ended(value))
        return HF_MISUSE;
    return hf_is_number(value) ? to_i64(value.slot, ret_number) : not_a(value);
}

hf_status hf_to_u64(hf_value value, uint64_t *ret_number)
{
    if (hf__view_has_ended(value))
        return HF_MISUSE;
    return hf_is_number(value) ? to_u64(value.slot, ret_number) : not_a(value);
}

hf_status hf_to_double(hf_value value, double *ret_number)
{
    if (hf__view_has_ended(value))
        return HF_MISUSE;
    return hf_is_number(value) ? to_double(value.slot, ret_number) : not_a(value);
}

hf_status hf_to_text(hf_value value, hf_text *ret_text)
{
    if (hf__view_has_ended(value))
        return HF_MISUSE;
    if (!hf_is_text(value))
        return not_a(value);
    *ret_text = hf__slot_text(value.slot);
    return HF_OK;
}

/* ---- elements ---------------------------------------------------------------------------- */

hf_value hf__resolve(hf_value value)
{
    while (hf__kind(value.slot) == HF__MOUNT) /* a mount leads to an older document: this ends */
        value = hf__mount_target(value.home, value.slot);
    return value;
}

const hf__slot *hf__first_child(hf_value container)
{
    return container.slot->lo & HF__EDITED ? container.home->chunks->first_child(container.home, container.slot)
                                           : container.slot + 1;
}

/* The first slot of member or element `index`: its key in an object. NULL beyond the end. */
static const hf__slot *child_slot(hf_value container, uint64_t index)
{
    if (hf__view_has_ended(container) || index >= hf_count(container))
        return NULL;
    const hf__slot *open = container.slot;
    bool is_object = hf__kind(open) == HF__OBJECT;
    if (open->lo & HF__EDITED)
        return container.home->chunks->child_at(container.home, open, index);
    if (hf__span(open) == (uint64_t)hf__count(open) * (is_object ? 2 : 1) + 2)
        return open + 1 + (is_object ? 2 * index : index); /* all children are single slots */
    const hf__slot *at = open + 1;
    uint64_t at_index = 0;
    if (hf__wide_number(open) != 0)
        at = hf__index_at(container.home, open, index, &at_index);
    for (; at_index < index; at_index++)
        at = hf__behind(at + is_object);
    return at;
}

hf_value hf_at(hf_value container, uint64_t index)
{
    const hf__slot *child = child_slot(container, index);
    if (child == NULL)
        return hf_absent();
    hf_value value = { container.home, child + hf_is_object(container) };
    return hf__resolve(value);
}

hf_text hf_key_at(hf_value object, uint64_t index)
{
    hf_text none = { NULL, 0 };
    const hf__slot *child = !hf__view_has_ended(object) && hf_is_object(object) ? child_slot(object, index) : NULL;
    return child != NULL ? hf__slot_text(child) : none;
}

hf_value hf_get(hf_value object, hf_text key)
{
    if (hf__view_has_ended(object) || !hf_is_object(object))
        return hf_absent();
    const hf__slot *found = object.slot->lo & HF__EDITED
                                ? object.home->chunks->find(object.home, object.slot, key)
                                : hf__index_find(object.home, object.slot, key);
    if (found == NULL)
        return hf_absent();
    hf_value value = { object.home, found + 1 };
    return HF_LIKELY(hf__kind(value.slot) != HF__MOUNT) ? value : hf__resolve(value);
}

/* value_near.c - the lookup behind a place that was not where it was last time. */
#include <holdfast/bind.h>

hf_value hf__get_near_slow(hf_value object, hf_text key, uint32_t *place)
{
    hf_value value = hf_get(object, key);
    if (!hf_is_absent(value) && value.home == object.home && (object.slot->lo & HF__EDITED) == 0) {
        ptrdiff_t at = value.slot - object.slot - 1;
        if (at > 0 && at < UINT32_MAX && hf__span(object.slot) == 2 * (uint64_t)hf__count(object.slot) + 2)
            __atomic_store_n(place, (uint32_t)at, __ATOMIC_RELAXED);
    }
    return value;
}

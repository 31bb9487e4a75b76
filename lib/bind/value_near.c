/* value_near.c - the lookup behind a place that was not where it was last time.
 *
 * In a small object without containers every key is compared, two words each, without a branch between
 * them: which key it is cannot be foreseen here. The last one counts, as for hf_get. */
#include <holdfast/bind.h>

enum { MEMBERS_MAX = 16 };

static uint32_t find_slot(const hf__slot *object, uint32_t slots, hf__slot words)
{
    uint32_t found = 0;
    for (uint32_t at = 1; at < slots - 1; at += 2) {
        uint64_t differs = ((object[at].lo & ~(uint64_t)HF__FLAGS) ^ words.lo) | (object[at].hi ^ words.hi);
        found = differs == 0 ? at : found;
    }
    return found;
}

static hf_value look_up(hf_value object, hf_text key, uint32_t *place)
{
    hf_value value = hf_get(object, key);
    if (!hf_is_absent(value) && value.home == object.home && (object.slot->lo & HF__EDITED) == 0) {
        ptrdiff_t at = value.slot - object.slot - 1;
        if (at > 0 && at < UINT32_MAX && hf__span(object.slot) == 2 * (uint64_t)hf__count(object.slot) + 2)
            __atomic_store_n(place, (uint32_t)at, __ATOMIC_RELAXED);
    }
    return value;
}

hf_value hf__get_near_slow(hf_value object, hf_text key, hf__slot words, uint32_t *place)
{
    uint64_t count = object.slot != NULL ? hf__count(object.slot) : MEMBERS_MAX + 1, slots = 2 * count + 2;
    if (key.length > HF__INLINE_MAX || count > MEMBERS_MAX || !hf__is_flat_object(object.slot, slots))
        return look_up(object, key, place);
    uint32_t at = find_slot(object.slot, (uint32_t)slots, words);
    if (at == 0 || hf__kind(object.slot + at + 1) == HF__MOUNT)
        return look_up(object, key, place);
    __atomic_store_n(place, at, __ATOMIC_RELAXED);
    return (hf_value){ object.home, object.slot + at + 1 };
}

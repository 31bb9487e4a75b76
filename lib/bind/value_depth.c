/* value_depth.c - how deep a value is that is passed over: seldom more than a look at its size. */
#include "bind/code_from_value.h"

#include "value/home.h"

bool hf__value_is_within(hf_value value, uint32_t depth_left)
{
    uint64_t values;
    uint32_t depth;
    if (hf__kind(value.slot) == HF__MOUNT)
        value = hf__resolve(value);
    if (!hf__is_container(value.slot))
        return true;
    if ((value.slot->lo & HF__EDITED) != 0)
        return false;
    const hf__home *home = value.home;
    bool is_plain = home->kind == HF__HOME_DOCUMENT && home->mount_count == 0 && home->base_count == 0;
    if (is_plain && hf__span(value.slot) / 2 <= depth_left) /* a container has two slots */
        return true;
    hf__value_expanded(value, &values, &depth);
    return depth < depth_left;
}

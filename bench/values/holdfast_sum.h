/* holdfast_sum.h - Holdfast's two ways to walk a document, with one consumer: the checksum of checksum.h. */
#ifndef HOLDFAST_BENCH_HOLDFAST_SUM_H
#define HOLDFAST_BENCH_HOLDFAST_SUM_H

#include <holdfast/each.h>

#include "checksum.h"

namespace bench {

/* Inlined, so that the sums stay in registers, as they may in a loop. */
[[gnu::always_inline]] inline void add_event(Sum &sum, hf_event event, hf_text key, hf_value value)
{
    if (event == HF_LEAVE)
        return;
    if (key.bytes != nullptr)
        sum.key(key.bytes, key.length);
    if (event == HF_ENTER) {
        sum.container(hf_count(value));
    } else if (hf_is_text(value)) {
        hf_text text = hf_as_text(value, hf_text());
        sum.text(text.bytes, text.length);
    } else if (hf_is_number(value)) {
        sum.number(hf_as_double(value, 0));
    } else {
        sum.literal(hf_is_bool(value) ? 2 + hf_as_bool(value, false) : 1);
    }
}

/* By the cursor. */
inline Sum sum_walk(hf_value root)
{
    Sum     sum;
    hf_walk walk;
    hf_walk_init(&walk, root, nullptr);
    while (hf_walk_next(&walk))
        add_event(sum, walk.event, walk.key, walk.value);
    hf_walk_finish(&walk);
    return sum;
}

HF_OBSERVER hf_visit_answer add_seen(hf_seen seen, void *sum)
{
    add_event(*static_cast<Sum *>(sum), seen.event, seen.key, seen.value);
    return HF_VISIT_ON;
}

/* With the consumer compiled into the loop. */
inline Sum sum_each(hf_value root)
{
    Sum sum;
    hf_each(root, add_seen, &sum);
    return sum;
}

} // namespace bench

#endif

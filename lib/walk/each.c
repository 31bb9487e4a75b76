/* each.c - the parts of each.h that are not compiled into the loop: what the loop may look at, and a cursor
 * for the rest. */
#include <holdfast/each.h>

#include "value/ended.h"
#include "value/home.h"

bool hf__each_is_plain(hf_value root)
{
    return !hf__view_is_none(root) && !hf__is_rare(root.slot) && root.home->kind != HF__HOME_DRAFT;
}

hf_visit_answer hf__each_other(hf_value value, uint32_t depth, hf_text key, hf_observer *observe, void *context)
{
    hf_visit_answer answer = HF_VISIT_ON;
    hf_walk walk;
    hf_walk_init(&walk, value, NULL);
    while (answer != HF_VISIT_STOP && hf_walk_next(&walk)) {
        bool    is_top = walk.depth == 0;
        hf_seen seen = { walk.event, depth + walk.depth, walk.value, is_top ? key : walk.key };
        answer = observe(seen, context);
        if (answer == HF_VISIT_SKIP)
            hf_walk_skip(&walk);
        if (answer == HF_VISIT_PRUNE && (!is_top || walk.event == HF_ENTER)) {
            hf_walk_prune(&walk);
            answer = HF_VISIT_ON; /* it is done; of the top's last event it concerns the container around */
        }
    }
    hf_walk_finish(&walk);
    return answer == HF_VISIT_SKIP ? HF_VISIT_ON : answer;
}

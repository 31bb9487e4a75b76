/* walk_limits.c - see walk_limits.h. */
#include "walk/walk_limits.h"

#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t hf__walk_deadline(const hf_walk_options *limits)
{
    return limits->time_ms != 0 ? now_ns() + (uint64_t)limits->time_ms * 1000000u : 0;
}

hf_walk_end hf__walk_ask(const hf_walk_options *limits, uint64_t deadline_ns)
{
    if (deadline_ns != 0 && now_ns() >= deadline_ns)
        return HF_WALK_LIMIT_TIME;
    if ((limits->watch_arena != NULL && hf_arena_count(limits->watch_arena).used > limits->watch_arena_bytes) ||
        (limits->watch_budget != NULL && hf_budget_count(limits->watch_budget).current > limits->watch_budget_bytes))
        return HF_WALK_LIMIT_MEMORY;
    hf_status asked = hf_cancel_check(limits->cancel);
    if (asked == HF_OK)
        return HF_WALK_UNFINISHED;
    return asked == HF_LIMIT_TIME ? HF_WALK_LIMIT_TIME : HF_WALK_CANCELLED;
}

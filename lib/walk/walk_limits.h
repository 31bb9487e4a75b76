/* walk_limits.h - what every cursor looks at now and then: a deadline, watched memory, a token; and the
 * cleanups that wait.
 *
 * The cursor over documents and the one over structs keep their own counts of values, bytes and depth,
 * since those are theirs to know, and share the rest. */
#ifndef HOLDFAST_WALK_LIMITS_H
#define HOLDFAST_WALK_LIMITS_H

#include <holdfast/walk.h>

/* When a walk that begins now has to end; 0 for no deadline. */
uint64_t hf__walk_deadline(const hf_walk_options *limits);

/* Whether there is anything to ask for. */
static inline bool hf__walk_asks(const hf_walk_options *limits, uint64_t deadline_ns)
{
    return deadline_ns != 0 || limits->watch_arena != NULL || limits->watch_budget != NULL || limits->cancel != NULL;
}

/* HF_WALK_UNFINISHED: it may go on. Else HF_WALK_LIMIT_TIME, HF_WALK_LIMIT_MEMORY or HF_WALK_CANCELLED. */
hf_walk_end hf__walk_ask(const hf_walk_options *limits, uint64_t deadline_ns);

/* Runs the cleanups of containers at `depth` and deeper, the last one first, each once: one that leaves by
 * longjmp is off the list already. */
static inline void hf__walk_run_defers(hf__walk_defer *defers, uint32_t *used, uint64_t depth)
{
    while (*used > 0 && defers[*used - 1].depth >= depth) {
        hf__walk_defer waiting = defers[--*used];
        waiting.cleanup(waiting.context);
    }
}

#endif

/* checkpoint.h - one line in a program that is recorded by `holdfast run`: "look at memory now".
 *
 *     #include <holdfast/checkpoint.h>
 *     ...
 *     hf_checkpoint("request 17");
 *
 * Arenas of libholdfast show up by their names as well: hf_arena_name (arena.h).
 *
 * Costs a test of one address when the program is not recorded. Nothing has to be linked.
 * Safe from any thread. Not safe in a signal handler. */
#ifndef HOLDFAST_CHECKPOINT_H
#define HOLDFAST_CHECKPOINT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Defined by the recorder when it is loaded. */
extern void hf__recorder_checkpoint(const char *name) __attribute__((weak));

/* Takes a checkpoint. `name`: copied, at most 64 bytes are kept; NULL for none. */
static inline void hf_checkpoint(const char *name)
{
    if (hf__recorder_checkpoint)
        hf__recorder_checkpoint(name);
}

#ifdef __cplusplus
}
#endif

#endif

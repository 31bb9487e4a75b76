/* clock.h - time that only goes forward. */
#ifndef HOLDFAST_CLOCK_H
#define HOLDFAST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t hf__clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A moment `time_ms` after `now_ns`, at the end of time when that is too far. */
static inline uint64_t hf__clock_after_ms(uint64_t now_ns, uint64_t time_ms)
{
    uint64_t span, moment;
    if (__builtin_mul_overflow(time_ms, (uint64_t)1000000, &span) ||
        __builtin_add_overflow(now_ns, span, &moment))
        return UINT64_MAX;
    return moment;
}

#endif

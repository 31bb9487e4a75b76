/* rounding.h - whether this thread divides as it does by default. */
#ifndef HOLDFAST_ROUNDING_H
#define HOLDFAST_ROUNDING_H

#include <float.h>
#include <stdbool.h>

/* A tenth and minus a tenth: no other mode rounds both away from zero. */
static inline bool hf__divides_to_nearest(void)
{
#if FLT_EVAL_METHOD == 0
    volatile double one = 1, ten = 10;
    return one / ten == 0x1.999999999999ap-4 && -one / ten == -0x1.999999999999ap-4;
#else
    return false;
#endif
}

#endif

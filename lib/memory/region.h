/* region.h - what arenas with names, and the page source, tell the recorder of `holdfast run`.
 *
 * The recorder defines these functions when it is loaded; else their addresses are NULL, and that is all that is
 * looked at. A region's number is 0 when nothing is recorded. */
#ifndef HOLDFAST_REGION_H
#define HOLDFAST_REGION_H

#include <stddef.h>
#include <stdint.h>

/* The same numbers as hf__region_change of locator/trace/trace.h. */
typedef enum hf__region_told { HF__TOLD_USE = 0, HF__TOLD_REWOUND = 1, HF__TOLD_RESET = 2, HF__TOLD_GONE = 3 } hf__region_told;

extern uint32_t hf__recorder_region(const char *name) __attribute__((weak));
extern void     hf__recorder_region_use(uint32_t region, uint32_t change, uint64_t used, uint64_t reserved, uint64_t most)
    __attribute__((weak));

static inline uint32_t hf__region_begin(const char *name)
{
    return name != NULL && hf__recorder_region != NULL ? hf__recorder_region(name) : 0;
}

/* `most` was in use since it was last told. */
static inline void hf__region_tell(uint32_t region, hf__region_told change, uint64_t used, uint64_t reserved, uint64_t most)
{
    if (region != 0 && hf__recorder_region_use != NULL)
        hf__recorder_region_use(region, (uint32_t)change, used, reserved, most > used ? most : used);
}

#endif

/* region.c - arenas of libholdfast that have a name, and its pages: told by the library itself.
 *
 * What is in use is told whenever the library looks at it, by whichever thread owns the arena then; so these
 * events are put in order as those about one address are. */
#include "recorder.h"

#include <errno.h>
#include <string.h>

HF__EXPORT uint32_t hf__recorder_region(const char *name);
HF__EXPORT void     hf__recorder_region_use(uint32_t region, uint32_t change, uint64_t used, uint64_t reserved, uint64_t most);

static uint8_t *put_code(uint8_t *at, hf__other_event code)
{
    return hf__varint_put(at, (uint64_t)code << 2 | HF__EVENT_OTHER);
}

/* A new region; 0 when nothing is recorded. */
uint32_t hf__recorder_region(const char *name)
{
    static _Atomic uint32_t last;
    hf__registers from = HF__CALLER_REGISTERS();
    uint32_t region = 0;
    int saved = errno;
    hf__context *context = hf__enter();
    if (context != NULL) {
        region = atomic_fetch_add(&last, 1) + 1;
        uint32_t stack = hf__stack_here(context, from);
        size_t length = strlen(name);
        length = length < HF__TRACE_NAME_MAX ? length : HF__TRACE_NAME_MAX;
        if (hf__segment_open(context)) {
            uint8_t *begin = hf__event_begin(context);
            uint8_t *at = put_code(begin, HF__OTHER_REGION);
            at = hf__varint_put(at, region);
            at = hf__varint_put(at, stack);
            at = hf__varint_put(at, length);
            memcpy(at, name, length);
            hf__event_end(context, begin, at + length);
        }
        hf__leave(context);
    }
    errno = saved;
    return region;
}

void hf__recorder_region_use(uint32_t region, uint32_t change, uint64_t used, uint64_t reserved, uint64_t most)
{
    int saved = errno;
    hf__context *context = hf__enter();
    if (context != NULL) {
        /* The number stands for an address: its page says whose turn it was last. */
        if (hf__room(context) && hf__own_shard(context, (uint64_t)region << 12)) {
            uint8_t *begin = hf__event_begin(context);
            uint8_t *at = put_code(begin, HF__OTHER_REGION_USE);
            at = hf__varint_put(at, region);
            at = hf__varint_put(at, change);
            at = hf__varint_put(at, used);
            at = hf__varint_put(at, reserved);
            hf__event_end(context, begin, hf__varint_put(at, most));
        }
        hf__leave(context);
    }
    errno = saved;
}

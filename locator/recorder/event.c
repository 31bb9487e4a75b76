/* event.c - writing events into the ring of the calling thread. */
#include "recorder.h"

enum { UNIT = 16 };  /* addresses are counted in these */

static bool sample_due(size_t size, uint64_t period)
{
    hf__thread_local *thread = &hf__thread;
    thread->until_sample -= (int64_t)(size != 0 ? size : 1);
    if (HF__LIKELY(thread->until_sample > 0))
        return false;
    thread->until_sample = hf__sample_distance(&thread->random, period);
    return true;
}

/* Bytes of an event that names an address in units of 16, or in bytes after an escape. */
static uint8_t *put_address(uint8_t *at, hf__context *context, uint64_t address, uint32_t flags, unsigned plain,
                            hf__other_event escaped)
{
    int64_t delta = (int64_t)(address - context->last_address);
    if (HF__LIKELY((delta & (UNIT - 1)) == 0 && flags == 0)) {
        at = hf__varint_put(at, hf__zigzag(delta / UNIT) << 2 | plain);
    } else {
        at = hf__varint_put(at, (uint64_t)escaped << 2 | HF__EVENT_OTHER);
        at = hf__varint_put(at, flags);
        at = hf__varint_put(at, hf__zigzag(delta));
    }
    context->last_address = address;
    return at;
}

static void write_allocation(hf__context *context, uint64_t address, uint64_t size, uint32_t stack, uint32_t flags)
{
    uint8_t *at = hf__event_begin(context);
    bool repeated = size == context->last_size && stack == context->last_stack && flags == 0 &&
                    ((address - context->last_address) & (UNIT - 1)) == 0;
    at = put_address(at, context, address, flags, repeated ? HF__EVENT_REPEATED : HF__EVENT_ALLOCATE,
                     HF__OTHER_ALLOCATE);
    if (!repeated) {
        at = hf__varint_put(at, size);
        at = hf__varint_put(at, stack);
        context->last_size = size;
        context->last_stack = stack;
    }
    hf__event_end(context, at);
}

/* In sampled mode the set of sampled blocks decides which releases are told. Too many: sample less. */
static bool remember_sample(hf__context *context, uint64_t address)
{
    if (hf__self.keeps_releases || hf__sample_add(address))
        return true;
    uint64_t period = context->period;
    atomic_compare_exchange_strong(&hf__self.slot->period, &period, period * 2);
    context->until_stamp = 1;
    return false;
}

static void record_allocation(hf__context *context, const void *block, size_t size, uint32_t flags,
                              hf__registers from)
{
    hf__ring *ring = context->ring;
    hf__add(&ring->allocations, 1);
    hf__add(&ring->requested_bytes, size);
    if (HF__LIKELY(hf__real.usable != NULL))
        hf__add(&ring->usable_bytes, hf__real.usable((void *)block));
    uint64_t period = context->period;
    bool due = period == 0 || sample_due(size, period);
    if (!due && context->tick == atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed))
        return;
    context->may_ask = true;
    bool room = hf__room(context);
    context->may_ask = false;
    if (!room)
        return;
    if (context->period != period)  /* a new one came with the new segment */
        due = context->period == 0 || sample_due(size, context->period);
    if (!due)
        return;
    uint32_t stack = hf__stack_here(context, from);
    if (context->period != 0 && !remember_sample(context, (uint64_t)block))
        return;
    if (hf__own_shard(context, (uint64_t)block))
        write_allocation(context, (uint64_t)block, size, stack, flags);
}

void hf__record_allocation(const void *block, size_t size, uint32_t flags, hf__registers from)
{
    hf__context *context = hf__enter();
    if (HF__UNLIKELY(context == NULL))
        return;
    if (HF__UNLIKELY(hf__thread.level > 1))
        flags |= HF__FROM_SIGNAL;
    record_allocation(context, block, size, flags, from);
    hf__leave(context);
}

void hf__record_release(void *block, uint32_t flags)
{
    hf__context *context = hf__enter();
    if (HF__UNLIKELY(context == NULL))
        return;
    uint64_t address = (uint64_t)block;
    hf__add(&context->ring->releases, 1);
    if (HF__LIKELY(hf__real.usable != NULL))
        hf__add(&context->ring->released_bytes, hf__real.usable(block));
    if (HF__UNLIKELY(hf__thread.level > 1))
        flags |= HF__FROM_SIGNAL;
    if (!hf__self.keeps_releases &&
        (atomic_load_explicit(&hf__sample_counts[hf__sample_home(address)], memory_order_relaxed) == 0 ||
         !hf__sample_remove(address))) {
        hf__leave(context);
        return;
    }
    if (hf__room(context) && hf__own_shard(context, address)) {
        uint8_t *at = hf__event_begin(context);
        at = put_address(at, context, address, flags, HF__EVENT_RELEASE, HF__OTHER_RELEASE);
        hf__event_end(context, at);
    }
    hf__leave(context);
}

void hf__record_restore(const void *block)
{
    hf__context *context = hf__enter();
    if (context == NULL)
        return;
    uint64_t address = (uint64_t)block;
    /* The release was counted; take it back. */
    atomic_fetch_sub_explicit(&context->ring->releases, 1, memory_order_relaxed);
    if (hf__real.usable != NULL)
        atomic_fetch_sub_explicit(&context->ring->released_bytes, hf__real.usable((void *)block), memory_order_relaxed);
    if (hf__room(context) && hf__own_shard(context, address)) {
        uint8_t *at = hf__event_begin(context);
        at = hf__varint_put(at, (uint64_t)HF__OTHER_RESTORE << 2 | HF__EVENT_OTHER);
        at = hf__varint_put(at, hf__zigzag((int64_t)(address - context->last_address)));
        context->last_address = address;
        hf__event_end(context, at);
        /* Sampled mode may have forgotten the block; a reader ignores a restore without its release. */
        if (!hf__self.keeps_releases)
            (void)hf__sample_add(address);
    }
    hf__leave(context);
}

void hf__record_other(hf__other_event code, const uint64_t *numbers, unsigned count)
{
    hf__context *context = hf__enter();
    if (context == NULL)
        return;
    if (hf__segment_open(context)) {
        uint8_t *at = hf__event_begin(context);
        at = hf__varint_put(at, (uint64_t)code << 2 | HF__EVENT_OTHER);
        for (unsigned i = 0; i < count; i++)
            at = hf__varint_put(at, numbers[i]);
        hf__event_end(context, at);
    }
    hf__leave(context);
}

void hf__record_map(const void *address, size_t size, uint32_t flags, hf__registers from)
{
    hf__context *context = hf__enter();
    if (context == NULL)
        return;
    uint32_t stack = hf__stack_here(context, from);
    hf__leave(context);
    const uint64_t numbers[] = { flags, (uint64_t)address, size, stack };
    hf__record_other(HF__OTHER_MAP, numbers, 4);
}

void hf__record_unmap(const void *address, size_t size)
{
    const uint64_t numbers[] = { (uint64_t)address, size };
    hf__record_other(HF__OTHER_UNMAP, numbers, 2);
}

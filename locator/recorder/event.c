/* event.c - writing events into the ring of the calling thread.
 *
 * An event is counted right after it was published, before the call goes on: a thread that is killed while it waits
 * for room has done neither, and counters that a checkpoint reads agree with the events before it. */
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
static inline uint8_t *put_address(uint8_t *at, hf__context *context, uint64_t address, uint32_t flags, unsigned plain,
                                   hf__other_event escaped)
{
    int64_t  delta = (int64_t)(address - context->last_address);
    uint64_t word = hf__zigzag(delta / UNIT) << 2 | plain;
    context->last_address = address;
    if (HF__LIKELY((delta & (UNIT - 1)) == 0 && flags == 0))
        return HF__LIKELY(word < 1 << 28) ? hf__varint_put_28(at, (uint32_t)word) : hf__varint_put(at, word);
    at = hf__varint_put(at, (uint64_t)escaped << 2 | HF__EVENT_OTHER);
    at = hf__varint_put(at, flags);
    return hf__varint_put(at, hf__zigzag(delta));
}

static inline void write_allocation(hf__context *context, uint64_t address, uint64_t size, uint32_t stack, uint32_t flags)
{
    uint8_t *begin = hf__event_begin(context);
    bool repeated = size == context->last_size && stack == context->last_stack && flags == 0 &&
                    ((address - context->last_address) & (UNIT - 1)) == 0;
    uint8_t *at = put_address(begin, context, address, flags, repeated ? HF__EVENT_REPEATED : HF__EVENT_ALLOCATE,
                              HF__OTHER_ALLOCATE);
    if (!repeated) {
        at = hf__varint_put(at, size);
        at = hf__varint_put(at, stack);
        context->last_size = size;
        context->last_stack = stack;
    }
    hf__event_end(context, begin, at);
}

/* In sampled mode the set of sampled blocks decides which releases are told. Too many: sample less. */
static bool remember_sample(hf__context *context, uint64_t address)
{
    if (hf__self.keeps_releases || hf__sample_add(address))
        return true;
    uint64_t period = context->period;
    atomic_compare_exchange_strong(&hf__self.slot->period, &period, period * 2);
    hf__stamp_after(context, 1);
    return false;
}

/* Room for an event that follows a call of the allocator. */
static inline bool room_after_call(hf__context *context)
{
    if (HF__LIKELY(hf__has_room(context)))
        return true;
    context->may_ask = true;
    bool room = hf__room_slowly(context);
    context->may_ask = false;
    return room;
}

static inline __attribute__((always_inline)) void write_with_stack(hf__context *context, void *block, size_t size, uint32_t flags, const uint64_t *frame)
{
    uint32_t stack = hf__stack_here(context, hf__caller_of(frame));
    if (HF__UNLIKELY(context->period != 0) && !remember_sample(context, (uint64_t)block))
        return;
    if (hf__own_shard(context, (uint64_t)block))
        write_allocation(context, (uint64_t)block, size, stack, flags);
}

static HF__COLD void record_sample(hf__context *context, void *block, size_t size, uint32_t flags, const uint64_t *frame)
{
    uint64_t period = context->period;
    bool due = sample_due(size, period);
    if (!due && context->tick == atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed))
        return;
    if (!room_after_call(context))
        return;
    if (context->period != period)  /* a new one came with the new segment */
        due = context->period == 0 || sample_due(size, context->period);
    if (due)
        write_with_stack(context, block, size, flags, frame);
}

void hf__record_allocation(void *block, size_t size, uint32_t flags, const uint64_t *frame)
{
    hf__context *context = hf__enter();
    if (HF__UNLIKELY(context == NULL))
        return;
    if (HF__UNLIKELY(context->level != 0))
        flags |= HF__FROM_SIGNAL;
    if (HF__UNLIKELY(context->period != 0))
        record_sample(context, block, size, flags, frame);
    else if (room_after_call(context) && (HF__LIKELY(context->period == 0) || sample_due(size, context->period)))
        write_with_stack(context, block, size, flags, frame);
    hf__count_allocation(context->ring, block, size);
    hf__leave(context);
}

void hf__record_release(void *block, uint32_t flags)
{
    hf__context *context = hf__enter();
    if (HF__UNLIKELY(context == NULL))
        return;
    uint64_t address = (uint64_t)block;
    if (HF__UNLIKELY(context->level != 0))
        flags |= HF__FROM_SIGNAL;
    bool told = HF__LIKELY(hf__self.keeps_releases) ||
                (atomic_load_explicit(&hf__sample_counts[hf__sample_home(address)], memory_order_relaxed) != 0 &&
                 hf__sample_remove(address));
    if (told && hf__room(context) && hf__own_shard(context, address)) {
        uint8_t *begin = hf__event_begin(context);
        hf__event_end(context, begin, put_address(begin, context, address, flags, HF__EVENT_RELEASE, HF__OTHER_RELEASE));
    }
    hf__count_release(context->ring, block);
    hf__leave(context);
}

void hf__record_restore(const void *block)
{
    hf__context *context = hf__enter();
    if (context == NULL)
        return;
    uint64_t address = (uint64_t)block;
    if (hf__room(context) && hf__own_shard(context, address)) {
        uint8_t *begin = hf__event_begin(context);
        uint8_t *at = hf__varint_put(begin, (uint64_t)HF__OTHER_RESTORE << 2 | HF__EVENT_OTHER);
        at = hf__varint_put(at, hf__zigzag((int64_t)(address - context->last_address)));
        context->last_address = address;
        hf__event_end(context, begin, at);
        /* Sampled mode may have forgotten the block; a reader ignores a restore without its release. */
        if (!hf__self.keeps_releases)
            (void)hf__sample_add(address);
    }
    /* The release was counted; take it back. */
    hf__add(&context->ring->releases, (uint64_t)-1);
    hf__add(&context->ring->released_bytes, -hf__usable((void *)block));
    hf__leave(context);
}

void hf__record_other(hf__other_event code, const uint64_t *numbers, unsigned count)
{
    hf__context *context = hf__enter();
    if (context == NULL)
        return;
    if (hf__segment_open(context)) {
        uint8_t *begin = hf__event_begin(context);
        uint8_t *at = hf__varint_put(begin, (uint64_t)code << 2 | HF__EVENT_OTHER);
        for (unsigned i = 0; i < count; i++)
            at = hf__varint_put(at, numbers[i]);
        hf__event_end(context, begin, at);
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

/* context.c - contexts of threads, rings, segments and shards: everything of an event's path that
 * does not happen each time. */
#define _GNU_SOURCE
#include "recorder.h"
#include "system.h"

#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { MS = 1000000, MEASURED_SEGMENTS = 4 /* one in so many */,
       EVENTS_PER_MS_MIN = 10 /* one that took longer was interrupted by other work of the machine */ };

/* ---- rings ------------------------------------------------------------------------------- */

static bool ring_claim(hf__session *session, uint32_t number, uint32_t from)
{
    return atomic_load_explicit(&session->rings[number].state, memory_order_relaxed) == from &&
           atomic_compare_exchange_strong(&session->rings[number].state, &from, HF__RING_OWNED);
}

/* A ring that an ended thread of this process left, or a new one. -1: there is none. */
static int32_t ring_take(hf__session *session)
{
    uint32_t used = atomic_load(&session->rings_used);
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++) {
        if (atomic_load_explicit(&session->rings[i].process, memory_order_relaxed) == hf__self.number &&
            ring_claim(session, i, HF__RING_IDLE))
            return (int32_t)i;
    }
    for (uint32_t i = 0; i < HF__RINGS_MAX; i++) {
        if (!ring_claim(session, i, HF__RING_FREE))
            continue;
        while (used <= i && !atomic_compare_exchange_weak(&session->rings_used, &used, i + 1))
            continue;
        atomic_store(&session->rings[i].slot, hf__self.slot_number);
        atomic_store(&session->rings[i].process, hf__self.number);
        return (int32_t)i;
    }
    return -1;
}

static void lock(_Atomic uint32_t *word)
{
    while (atomic_exchange_explicit(word, 1, memory_order_acquire) != 0)
        syscall(SYS_sched_yield);
}

static void unlock(_Atomic uint32_t *word)
{
    atomic_store_explicit(word, 0, memory_order_release);
}

/* A new one. What it remembers looks like pointers of the program, so a scan of memory must know where it lies. */
static hf__context *context_map(void)
{
    hf__context *context = hf__map_memory(sizeof *context);
    hf__process_slot *slot = hf__self.slot;
    uint32_t place = context != NULL ? atomic_fetch_add(&slot->own_maps_count, 1) : HF__OWN_MAPS_MAX;
    if (place < HF__OWN_MAPS_MAX)
        slot->own_maps[place] = (hf__own_map){ (uint64_t)context, sizeof *context };
    return context;
}

/* Signals must stay away while the list is locked: a handler of this thread would wait for itself. */
static hf__context *context_take(void)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    lock(&hf__self.contexts_lock);
    hf__context *context = hf__self.contexts_unused;
    if (context != NULL)
        hf__self.contexts_unused = context->next;
    unlock(&hf__self.contexts_lock);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return context != NULL ? context : context_map();
}

static void context_give(hf__context *context)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    lock(&hf__self.contexts_lock);
    context->next = hf__self.contexts_unused;
    hf__self.contexts_unused = context;
    unlock(&hf__self.contexts_lock);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void context_bind(hf__context *context, uint32_t number, uint32_t level)
{
    hf__session *session = hf__self.session;
    uint8_t *memory = (uint8_t *)session + hf__ring_offset(number);
    context->ring = &session->rings[number];
    context->bytes = memory;
    context->stamps = (hf__stamp *)(memory + HF__RING_BYTES);
    context->position = atomic_load(&context->ring->head);
    context->floor = 0;
    context->limit = 0;              /* the first event opens a segment */
    context->until_stamp = context->stamp_set = 1;
    context->segment_events = 0;
    context->event_cost = 0;
    context->token = number + 1;
    context->level = level;
    context->period = 0;
    context->lost = 0;
    context->measured_from = 0;
    context->measure_next = false;
    context->impatient = context->begun = false;
    context->range_epoch = UINT32_MAX;
    hf__walker_bind(&context->walker, hf__thread.stack);
    atomic_store(&context->ring->tid, (uint32_t)syscall(SYS_gettid));
    atomic_store(&context->ring->level, level);
}

static hf__context *context_create(uint32_t level, uint64_t sp)
{
    if (hf__thread.stack.high == 0) {
        if (sp >= hf__self.main_stack.low && sp < hf__self.main_stack.high)
            hf__thread.stack = hf__self.main_stack;
        else if (!hf__range_of(sp, &hf__thread.stack))
            hf__thread.stack = (hf__stack_range){ 0, 0 };
    }
    int32_t ring = ring_take(hf__self.session);
    if (ring < 0) {
        atomic_fetch_or(&hf__self.slot->flags, HF__PROCESS_THREADS_FULL);
        return NULL;
    }
    hf__context *context = context_take();
    if (context == NULL) {
        atomic_store(&hf__self.session->rings[ring].state, HF__RING_IDLE);
        return NULL;
    }
    context_bind(context, (uint32_t)ring, level);
    return context;
}

void hf__contexts_drop(void)
{
    hf__thread_local *thread = &hf__thread;
    if (thread->generation != atomic_load(hf__live))
        return;
    thread->counts_allocations = thread->counts_releases = NULL;
    for (uint32_t level = 0; level < HF__LEVELS_MAX; level++) {
        hf__context *context = thread->contexts[level];
        thread->contexts[level] = NULL;
        if (context == NULL)
            continue;
        atomic_store(&context->ring->tid, 0);   /* the next one has claimed it before it says who it is */
        atomic_store_explicit(&context->ring->state, HF__RING_IDLE, memory_order_release);
        context_give(context);
    }
}

/* ---- entering ------------------------------------------------------------------------------ */

uint32_t hf__levels_entered(const hf__thread_local *thread)
{
    uint32_t level = HF__LEVELS_MAX;
    while (level > 0 && thread->entered_at[level - 1] == 0)
        level--;
    return level;
}

/* A level whose frame lies below the current one was left by longjmp, or by a thread's unwinding:
 * frames above the stack pointer are gone. Only told apart on the thread's own stack. */
static void drop_abandoned(hf__thread_local *thread, uint64_t sp)
{
    const hf__stack_range *own = &thread->stack;
    for (uint32_t level; (level = hf__levels_entered(thread)) > 0;) {
        uint64_t entered = thread->entered_at[level - 1];
        bool comparable = sp >= own->low && sp < own->high && entered >= own->low && entered < own->high;
        if (!comparable || entered >= sp)
            return;
        hf__context *context = thread->contexts[level - 1];
        if (context != NULL) {
            /* What was published counts, what was being written does not. Start over from there. */
            context->position = atomic_load(&context->ring->head);
            context->begun = false;
            context->measured_from = 0;
            hf__stamp_after(context, 1);
            context->walker.count = 0;
            context->walker.epoch--;   /* a kept step may be half written: forget them all */
        }
        thread->entered_at[level - 1] = 0;
    }
}

static hf__context *enter(uint64_t sp)
{
    hf__thread_local *thread = &hf__thread;
    if (!hf__process_ready())
        return NULL;
    uint32_t generation = atomic_load(hf__live);
    if (thread->generation != generation) {
        memset(thread->contexts, 0, sizeof thread->contexts); /* the parent's, or none */
        thread->counts_allocations = thread->counts_releases = NULL;
        memset(thread->entered_at, 0, sizeof thread->entered_at);
        if (thread->generation != 0)
            atomic_store(&thread->number, 0);                   /* the parent's */
        thread->random = (uint64_t)thread ^ hf__ticks_now() * 0x9e3779b97f4a7c15u;
        thread->random |= 1;
        thread->until_sample = 0;
        thread->generation = generation;
        hf__thread_watch();
    }
    drop_abandoned(thread, sp);
    uint32_t level = hf__levels_entered(thread);
    if (level >= HF__LEVELS_MAX) {
        atomic_fetch_add(&hf__self.slot->refused_events, 1);
        return NULL;
    }
    thread->entered_at[level] = sp;
    atomic_signal_fence(memory_order_seq_cst);
    if (thread->contexts[level] == NULL)
        thread->contexts[level] = context_create(level, sp);
    if (thread->contexts[level] == NULL) {
        atomic_fetch_add(&hf__self.slot->refused_events, 1);
        thread->entered_at[level] = 0;
    }
    return thread->contexts[level];
}

HF__COLD hf__context *hf__enter_slowly(uint64_t sp)
{
    int saved = errno;
    hf__context *context = enter(sp);
    errno = saved;
    return context;
}

uint32_t hf__thread_number(hf__thread_local *thread)
{
    uint32_t number = atomic_load(&thread->number);
    if (number != 0)
        return number;
    uint32_t made = atomic_fetch_add(&hf__self.session->next_thread, 1) + 1;
    return atomic_compare_exchange_strong(&thread->number, &number, made) ? made : number;
}

/* ---- room -------------------------------------------------------------------------------- */

void hf__ring_doorbell(void)
{
    hf__session *session = hf__self.session;
    atomic_fetch_add(&session->doorbell, 1);
    /* The first to find it asleep wakes it: that takes a while, and calls the kernel. */
    if (atomic_load(&session->collector_sleeps) != 0 && atomic_exchange(&session->collector_sleeps, 0) != 0)
        syscall(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint64_t taken(const hf__context *context)
{
    uint64_t tail = atomic_load_explicit(&context->ring->tail, memory_order_acquire);
    return tail > context->floor ? tail : context->floor;
}

/* Where the next segment would start; segments do not wrap around. Fills *ret_limit. */
static bool find_room(hf__context *context, uint64_t *ret_start, uint64_t *ret_limit)
{
    const uint64_t size = HF__RING_BYTES;
    uint64_t start = context->position, tail = taken(context);
    if (tail == start) {
        /* All was taken: begin at the front again, so that quiet threads touch little memory. */
        start = (start + size - 1) & ~(size - 1);
        context->floor = tail = start;
    }
    uint64_t end_of_bytes = (start & ~(size - 1)) + size;
    if (end_of_bytes - start < 2 * HF__EVENT_MAX) {
        start = end_of_bytes;
        end_of_bytes += size;
    }
    uint64_t room_end = tail + size < end_of_bytes ? tail + size : end_of_bytes;
    uint64_t stamps = atomic_load_explicit(&context->ring->stamp_head, memory_order_relaxed) -
                      atomic_load_explicit(&context->ring->stamp_tail, memory_order_acquire);
    if (room_end < start + 2 * HF__EVENT_MAX || stamps >= HF__RING_STAMPS - 1)
        return false;
    *ret_start = start;
    *ret_limit = room_end - HF__EVENT_MAX;
    return true;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / MS;
}

/* The ring is full: wait for the collector, for a bounded time, once. Some pauses in any case: the clock goes on while
 * the whole machine, collector and all, stands still. */
static bool wait_for_room(hf__context *context, uint64_t *ret_start, uint64_t *ret_limit)
{
    hf__session *session = hf__self.session;
    if (find_room(context, ret_start, ret_limit)) {
        context->impatient = false;
        return true;
    }
    if (context->impatient)
        return false;
    enum { PAUSES_MIN = 20 };
    uint64_t until = now_ms() + session->wait_ms_max;
    for (uint32_t pauses = 0; (pauses < PAUSES_MIN || now_ms() < until) && atomic_load(&session->open) != 0; pauses++) {
        const struct timespec pause = { 0, 2 * MS };
        atomic_store(&context->ring->waits, 1);
        hf__ring_doorbell();
        if (find_room(context, ret_start, ret_limit))
            return true;
        syscall(SYS_futex, &context->ring->waits, FUTEX_WAIT, 1, &pause, NULL, 0);
        if (find_room(context, ret_start, ret_limit))
            return true;
    }
    context->impatient = true;
    if (syscall(SYS_kill, (pid_t)session->collector_pid, 0) != 0 && errno == ESRCH)
        hf__process_stop(NULL);
    return false;
}

enum { THINNED_PERIOD = 1 << 16, THINNED_PERIOD_MAX = 1 << 24 };

/* Recording cannot keep up: fewer allocations from here on, for the whole process. */
static void thin(void)
{
    uint64_t period = atomic_load(&hf__self.slot->period);
    uint64_t thinner = period == 0 ? THINNED_PERIOD : period * 4;
    if (thinner <= THINNED_PERIOD_MAX)
        atomic_compare_exchange_strong(&hf__self.slot->period, &period, thinner);
}

static void write_numbers(hf__context *context, hf__other_event code, const uint64_t *numbers, unsigned count)
{
    uint8_t *begin = hf__event_begin(context);
    uint8_t *at = hf__varint_put(begin, (uint64_t)code << 2 | HF__EVENT_OTHER);
    for (unsigned i = 0; i < count; i++)
        at = hf__varint_put(at, numbers[i]);
    hf__event_end(context, begin, at);
}

/* Lets the hooks of this thread count without entering, as far as the mode allows. */
static void allow_only_counting(hf__context *context)
{
    hf__thread_local *thread = &hf__thread;
    if (context != thread->contexts[0])
        return;
    thread->counts_allocations = context->period != 0 ? context : NULL;
    thread->counts_releases = context->period != 0 && !hf__self.keeps_releases ? context : NULL;
}

/* Events that belong at the start of a segment: who writes, what was lost, how it is sampled. */
static void write_news(hf__context *context)
{
    if (!context->begun) {
        const uint64_t begin[] = { hf__self.number, hf__thread_number(&hf__thread), atomic_load(&context->ring->tid),
                                   atomic_load(&context->ring->level) };
        write_numbers(context, HF__OTHER_BEGIN, begin, 4);
        context->begun = true;
        context->last_address = context->last_size = context->last_stack = 0;
        context->period = 0;
    }
    if (context->lost != 0) {
        write_numbers(context, HF__OTHER_LOST, &context->lost, 1);
        hf__add(&context->ring->lost_told, context->lost);
        context->lost = 0;
    }
    uint64_t period = atomic_load_explicit(&hf__self.slot->period, memory_order_relaxed);
    if (period != context->period) {
        uint64_t asked = hf__self.session->period;
        const uint64_t sampling[] = { period, period == asked ? HF__SAMPLING_ASKED
                                              : hf__self.keeps_releases ? HF__SAMPLING_RING_FULL : HF__SAMPLING_BUDGET };
        write_numbers(context, HF__OTHER_SAMPLING, sampling, 2);
        hf__thread.until_sample = hf__sample_distance(&hf__thread.random, period != 0 ? period : 1);
        context->period = period;
        allow_only_counting(context);
    }
}

static void answer_request(hf__context *context)
{
    uint32_t request = atomic_load_explicit(&hf__self.session->checkpoint_request, memory_order_acquire);
    uint32_t answered = atomic_load_explicit(&hf__self.slot->checkpoint_answered, memory_order_relaxed);
    /* Only right after an allocation: there, no lock of the allocator is held by this thread, as it
     * might be by what a signal handler interrupted. */
    if (request == answered || !context->may_ask || context->level != 0 || hf__thread.inside != 0)
        return;
    if (atomic_compare_exchange_strong(&hf__self.slot->checkpoint_answered, &answered, request))
        hf__checkpoint_write(context, (hf__checkpoint_reason)atomic_load(&hf__self.session->checkpoint_reason), NULL);
}

/* For the events of the segment that ends, and for opening the next. */
static void count_own_time(hf__context *context)
{
    enum { STAMP_TICKS = 200 };   /* opening a segment, about */
    hf__add(&context->ring->own_ticks, context->segment_events * (uint64_t)context->event_cost / 16 + STAMP_TICKS);
    context->segment_events = 0;
}

static bool segment_open(hf__context *context)
{
    uint64_t start, limit;
    uint32_t tick = atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed);
    hf__stamp_after(context, 1);            /* come here again unless it succeeds */
    count_own_time(context);
    if (HF__UNLIKELY(!wait_for_room(context, &start, &limit))) {
        context->lost++;
        hf__add(&context->ring->lost, 1);
        thin();
        return false;
    }
    context->impatient = false;
    uint64_t stamps = atomic_load_explicit(&context->ring->stamp_head, memory_order_relaxed);
    if (stamps != 0)
        context->stamps[(stamps - 1) % HF__RING_STAMPS].end = (uint32_t)context->position;
    context->segment_ticks = hf__ticks_now();
    context->stamps[stamps % HF__RING_STAMPS] = (hf__stamp){ context->segment_ticks, (uint32_t)start, (uint32_t)start };
    atomic_store_explicit(&context->ring->stamp_head, stamps + 1, memory_order_release);
    context->position = start;
    context->limit = limit;
    atomic_store_explicit(&context->ring->head, start, memory_order_release);
    context->tick = tick;
    context->measure_next = stamps % MEASURED_SEGMENTS == 0;
    hf__stamp_after(context, context->measure_next ? 2 : HF__SEGMENT_EVENTS_MAX);
    /* Threads that hand blocks to each other open a segment for nearly every event: then stamps run out first. */
    uint64_t waiting = stamps - atomic_load_explicit(&context->ring->stamp_tail, memory_order_relaxed);
    if (start - taken(context) > HF__RING_BYTES / 2 || waiting > HF__RING_STAMPS / 2)
        hf__ring_doorbell();
    write_news(context);
    return true;
}

/* The third event of some segments is measured. */
static bool measure_begins(hf__context *context)
{
    bool due = context->measure_next && context->position < context->limit &&
               context->tick == atomic_load_explicit(&hf__self.session->tick, memory_order_relaxed);
    context->measure_next = false;
    if (due) {
        hf__stamp_after(context, HF__SEGMENT_EVENTS_MAX - 2);
        context->measured_from = hf__ticks_now();
    }
    return due;
}

void hf__measure_end(hf__context *context)
{
    uint64_t passed = hf__ticks_now() - context->measured_from;
    uint64_t most = hf__self.session->ticks_per_ms / EVENTS_PER_MS_MIN;
    passed -= passed > hf__self.clock_ticks ? hf__self.clock_ticks : passed;
    int64_t cost = (int64_t)(passed < most ? passed : most) * 16;
    context->measured_from = 0;
    context->event_cost += context->event_cost == 0 ? cost : (cost - context->event_cost) / 8;
}

HF__COLD bool hf__room_slowly(hf__context *context)
{
    return measure_begins(context) || hf__segment_open(context);
}

HF__COLD bool hf__segment_open(hf__context *context)
{
    int saved = errno;
    bool opened = segment_open(context);
    if (opened) {
        answer_request(context);
        /* The answer is long; what follows needs room of its own. */
        if (context->position >= context->limit)
            opened = segment_open(context);
    }
    errno = saved;
    return opened;
}

/* Whoever takes it between the two steps may open its segment before ours, and would tell what comes after our event in it:
 * so it must still be ours once our segment is open. */
HF__COLD bool hf__shard_take(hf__context *context, _Atomic uint16_t *shard)
{
    do {
        atomic_exchange(shard, (uint16_t)context->token);
        if (!hf__segment_open(context))
            return false;
    } while (atomic_load(shard) != context->token);
    return true;
}

/* ---- ranges of foreign stacks -------------------------------------------------------------- */

/* One line of /proc/self/maps at a time: "low-high rwxp ...". */
static bool scan_maps(uint64_t sp, hf__stack_range *ret_range)
{
    char     buffer[512];
    uint64_t low = 0, high = 0;
    enum { LOW, HIGH, REST } part = LOW;
    bool     found = false;
    int file = hf__open("/proc/self/maps", O_RDONLY);
    if (file < 0)
        return false;
    for (ssize_t length; !found && (length = hf__read(file, buffer, sizeof buffer)) > 0;) {
        for (ssize_t i = 0; i < length && !found; i++) {
            unsigned char c = (unsigned char)buffer[i];
            uint64_t *number = part == LOW ? &low : &high;
            if (c == '\n') {
                part = LOW;
                low = high = 0;
            } else if (part == REST) {
                continue;
            } else if (c == '-') {
                part = HIGH;
            } else if (c == ' ') {
                part = REST;
                found = sp >= low && sp < high;
            } else {
                *number = *number << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
            }
        }
    }
    hf__close(file);
    if (found)
        *ret_range = (hf__stack_range){ low, high };
    return found;
}

bool hf__range_of(uint64_t sp, hf__stack_range *ret_range)
{
    uint32_t level = hf__levels_entered(&hf__thread);
    hf__context *context = level > 0 ? hf__thread.contexts[level - 1] : NULL;
    uint32_t epoch = atomic_load(&hf__self.range_epoch);
    if (context == NULL)
        return scan_maps(sp, ret_range);
    if (context->range_epoch != epoch) {
        memset(context->ranges, 0, sizeof context->ranges);
        context->range_epoch = epoch;
    }
    for (unsigned i = 0; i < HF__RANGES_KEPT; i++) {
        if (sp >= context->ranges[i].low && sp < context->ranges[i].high) {
            *ret_range = context->ranges[i];
            return true;
        }
    }
    int saved = errno;
    bool found = scan_maps(sp, ret_range);
    errno = saved;
    if (found)
        context->ranges[context->range_next++ % HF__RANGES_KEPT] = *ret_range;
    return found;
}

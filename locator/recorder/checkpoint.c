/* checkpoint.c - what the process knows about its memory, written down between two events.
 *
 * Asked of the allocator only when this thread is not inside of it, nor inside of fork, which holds
 * all of its locks: a handler that interrupted these would wait for ever. Where asking takes long
 * (glibc looks at every free block) it is done less often, so that it stays within half a percent of the time. */
#define _GNU_SOURCE
#include "recorder.h"
#include "system.h"

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* Of other allocators, found when they are linked. */
extern int mallctl(const char *, void *, size_t *, void *, size_t) __attribute__((weak));
extern int MallocExtension_GetNumericProperty(const char *, size_t *) __attribute__((weak));
extern void mi_process_info(size_t *, size_t *, size_t *, size_t *, size_t *, size_t *, size_t *, size_t *)
    __attribute__((weak));

static uint64_t jemalloc_number(const char *name)
{
    size_t value = 0, size = sizeof value;
    return mallctl(name, &value, &size, NULL, 0) == 0 ? value : 0;
}

static uint64_t tcmalloc_number(const char *name)
{
    size_t value = 0;
    return MallocExtension_GetNumericProperty(name, &value) ? value : 0;
}

/* allocated, free, mapped, footprint, releasable. */
static bool ask_allocator(uint64_t statistics[5])
{
    memset(statistics, 0, 5 * sizeof *statistics);
    if (hf__real.allocator == HF__ALLOCATOR_GLIBC) {
        struct mallinfo2 info = mallinfo2();
        statistics[0] = info.uordblks + info.hblkhd;
        statistics[1] = info.fordblks;
        statistics[2] = info.hblkhd;
        statistics[3] = info.arena + info.hblkhd;
        statistics[4] = info.keepcost;
        return true;
    }
    if (hf__real.allocator == HF__ALLOCATOR_JEMALLOC && mallctl != NULL) {
        uint64_t epoch = 1;
        size_t size = sizeof epoch;
        (void)mallctl("epoch", &epoch, &size, &epoch, size);
        statistics[0] = jemalloc_number("stats.allocated");
        statistics[3] = jemalloc_number("stats.mapped");
        uint64_t active = jemalloc_number("stats.active");
        statistics[1] = active > statistics[0] ? active - statistics[0] : 0;
        return true;
    }
    if (hf__real.allocator == HF__ALLOCATOR_TCMALLOC && MallocExtension_GetNumericProperty != NULL) {
        statistics[0] = tcmalloc_number("generic.current_allocated_bytes");
        statistics[3] = tcmalloc_number("generic.heap_size");
        statistics[4] = tcmalloc_number("tcmalloc.pageheap_free_bytes");
        statistics[1] = statistics[3] > statistics[0] ? statistics[3] - statistics[0] : 0;
        return true;
    }
    if (hf__real.allocator == HF__ALLOCATOR_MIMALLOC && mi_process_info != NULL) {
        size_t commit = 0, none;
        mi_process_info(&none, &none, &none, &none, &none, &commit, &none, &none);
        statistics[3] = commit;
        return true;
    }
    return false;
}

/* "size resident shared ..." in pages. */
static void read_resident(uint64_t *ret_rss, uint64_t *ret_anonymous)
{
    char text[128];
    ssize_t length = hf__read_file("/proc/self/statm", text, sizeof text);
    if (length <= 0)
        return;
    const char *at = text, *end = text + length;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    (void)hf__parse_decimal(&at, end);
    at++;
    uint64_t resident = hf__parse_decimal(&at, end);
    at++;
    uint64_t shared = hf__parse_decimal(&at, end);
    *ret_rss = resident * page;
    *ret_anonymous = resident > shared ? (resident - shared) * page : 0;
}

/* Sums the counters of this process's rings, and what the rings and the recorder take. */
static void sum_counters(hf__wire_checkpoint *checkpoint, uint64_t *ret_own_ticks)
{
    hf__session *session = hf__self.session;
    uint32_t used = atomic_load(&session->rings_used);
    uint64_t own_ticks = 0, own = sizeof(hf__trie_node) * atomic_load(&hf__self.trie->count);
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++) {
        hf__ring *ring = &session->rings[i];
        if (atomic_load_explicit(&ring->process, memory_order_relaxed) != hf__self.number)
            continue;
        _Atomic uint64_t *counters = &ring->allocations;
        for (int k = 0; k < 6; k++)
            checkpoint->counters[k] += atomic_load_explicit(&counters[k], memory_order_relaxed);
        own_ticks += atomic_load_explicit(&ring->own_ticks, memory_order_relaxed);
        uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        own += head < HF__RING_BYTES ? head : HF__RING_BYTES;
    }
    checkpoint->own_bytes = own;
    *ret_own_ticks = own_ticks;
}

static bool ask_seldom(uint64_t statistics[5], hf__checkpoint_reason reason)
{
    static _Atomic uint64_t next_ticks;
    uint64_t from = hf__ticks_now();
    if (reason == HF__CHECKPOINT_TIME && from < atomic_load_explicit(&next_ticks, memory_order_relaxed))
        return false;
    bool answered = ask_allocator(statistics);
    uint64_t to = hf__ticks_now();
    atomic_store_explicit(&next_ticks, to + 200 * (to - from), memory_order_relaxed);
    return answered;
}

void hf__checkpoint_write(hf__context *context, hf__checkpoint_reason reason, const char *name)
{
    hf__wire_checkpoint checkpoint = { 0 };
    struct timespec cpu = { 0, 0 };
    uint64_t own_ticks = 0;
    checkpoint.number = atomic_fetch_add(&hf__self.slot->checkpoint_number, 1) + 1;
    checkpoint.reason = reason;
    checkpoint.has_usable = hf__real.usable != NULL;
    checkpoint.allocator = hf__real.allocator;
    checkpoint.present = hf__thread.inside == 0 && context->level == 0 && ask_seldom(checkpoint.statistics, reason);
    sum_counters(&checkpoint, &own_ticks);
    read_resident(&checkpoint.rss, &checkpoint.anonymous);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    checkpoint.cpu_ns = (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
    checkpoint.own_ns = hf__self.session->ticks_per_ms != 0 ? own_ticks / hf__self.session->ticks_per_ms * 1000000 : 0;
    size_t length = name != NULL ? strlen(name) : 0;
    checkpoint.name_length = length < HF__TRACE_NAME_MAX ? length : HF__TRACE_NAME_MAX;
    memcpy(checkpoint.name, name != NULL ? name : "", checkpoint.name_length);
    uint8_t *begin = hf__event_begin(context);
    uint8_t *at = hf__varint_put(begin, (uint64_t)HF__OTHER_CHECKPOINT << 2 | HF__EVENT_OTHER);
    hf__event_end(context, begin, hf__wire_put_checkpoint(at, &checkpoint));
    hf__stamp_after(context, 1);   /* what follows is later: the checkpoint took its time */
}

/* What include/holdfast/checkpoint.h calls when the program is recorded. */
HF__EXPORT void hf__recorder_checkpoint(const char *name);
void hf__recorder_checkpoint(const char *name)
{
    int saved = errno;
    hf__context *context = hf__enter();
    if (context != NULL) {
        if (hf__segment_open(context))
            hf__checkpoint_write(context, HF__CHECKPOINT_PROGRAM, name);
        hf__leave(context);
    }
    errno = saved;
}

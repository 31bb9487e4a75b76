/* trace_decode.c - what threads and the collector wrote, as events. trace_wire.h has the layout. */
#include "trace_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNIT = 16, THREADS_MAX = 1 << 26 };

bool hf__trace_decode_checkpoint(hf__trace_bytes *bytes, hf__trace_event *event)
{
    uint64_t n[HF__WIRE_CHECKPOINT_NUMBERS];
    for (int i = 0; i < HF__WIRE_CHECKPOINT_NUMBERS; i++)
        n[i] = hf__trace_number(bytes);
    event->kind = HF__TRACE_CHECKPOINT;
    event->checkpoint.number = (uint32_t)n[0];
    event->checkpoint.reason = (hf__checkpoint_reason)n[1];
    event->checkpoint.counters = (hf__trace_counters){ n[2], n[3], n[4], n[5], n[6], n[7], n[8] != 0 };
    event->checkpoint.statistics =
        (hf__trace_allocator_statistics){ (hf__allocator)n[9], n[10] != 0, n[11], n[12], n[13], n[14], n[15] };
    event->checkpoint.rss = n[16];
    event->checkpoint.anonymous = n[17];
    event->checkpoint.own_bytes = n[18];
    event->checkpoint.own_ns = n[19];
    event->checkpoint.cpu_ns = n[20];
    event->checkpoint.name = (hf__trace_text){ "", 0 };
    if (n[0] > UINT32_MAX || n[1] > HF__CHECKPOINT_MAIN_RETURNED || n[9] > HF__ALLOCATOR_MIMALLOC ||
        n[21] > HF__TRACE_NAME_MAX || bytes->bad || n[21] > (uint64_t)(bytes->end - bytes->at))
        return false;
    event->checkpoint.name = (hf__trace_text){ (const char *)bytes->at, (size_t)n[21] };
    bytes->at += n[21];
    return true;
}

/* ---- events of a ring ---------------------------------------------------------------------- */

/* A stack by its number in the process; 0 when it was never defined. */
static uint32_t stack_of(const hf__process_read *process, uint64_t local)
{
    return local < process->stacks.room ? process->stacks.items[local] : 0;
}

static double weight_of(uint64_t size, uint64_t period)
{
    if (period <= 1)
        return 1.0;
    double probability = -expm1(-(double)(size != 0 ? size : 1) / (double)period);
    return probability > 0 ? 1.0 / probability : 1.0;
}

static hf__decoded finish_allocation(hf__ring_read *ring, const hf__process_read *process, uint64_t size,
                                     uint64_t stack, uint32_t flags, hf__trace_event *event)
{
    ring->last_size = size;
    ring->last_stack = (uint32_t)stack;
    event->kind = HF__TRACE_ALLOCATE;
    event->allocate.address = ring->last_address;
    event->allocate.size = size;
    event->allocate.usable = 0;
    event->allocate.stack = stack_of(process, stack);
    event->allocate.flags = flags;
    event->allocate.weight = weight_of(size, ring->period);
    return HF__DECODED_EVENT;
}

static hf__decoded begin_ring(hf__trace_state *state, hf__ring_read *ring, hf__trace_bytes *bytes)
{
    uint64_t process = hf__trace_number(bytes);
    uint64_t thread = hf__trace_number_to(bytes, THREADS_MAX);
    uint64_t tid = hf__trace_number_to(bytes, UINT32_MAX);
    uint64_t level = hf__trace_number_to(bytes, 16);
    if (bytes->bad || thread == 0 || hf__trace_process(state, process, false) == NULL)
        return HF__DECODED_BAD;
    *ring = (hf__ring_read){ .process = (uint32_t)process, .thread = (uint32_t)thread, .tid = (uint32_t)tid,
                             .level = (uint32_t)level };
    ring->start_pending = (hf__numbers_get(&state->threads, thread) & HF__THREAD_KNOWN_STARTED) == 0;
    return HF__DECODED_NOTHING;
}

/* `bytes` NULL: the thread is known by an event of its own only. */
static hf__decoded start_thread(hf__trace_state *state, hf__ring_read *ring, const hf__process_read *process,
                                hf__trace_bytes *bytes, hf__trace_event *event)
{
    uint64_t creator = bytes != NULL ? hf__trace_number_to(bytes, UINT32_MAX) : 0;
    uint64_t stack = bytes != NULL ? hf__trace_number_to(bytes, UINT32_MAX) : 0;
    uint64_t size = bytes != NULL ? hf__trace_number(bytes) : 0;
    uint64_t detached = bytes != NULL ? hf__trace_number_to(bytes, 1) : 0;
    uint32_t known = hf__numbers_get(&state->threads, ring->thread);
    if (!hf__numbers_set(&state->threads, ring->thread, known | HF__THREAD_KNOWN_STARTED))
        return HF__DECODED_NO_MEMORY;
    ring->start_pending = false;
    event->kind = HF__TRACE_THREAD_START;
    event->thread_start.stack = stack_of(process, stack);
    event->thread_start.creator = (uint32_t)creator;
    event->thread_start.tid = ring->tid;
    event->thread_start.stack_bytes = size;
    event->thread_start.detached = detached != 0 || (known & HF__THREAD_KNOWN_DETACHED) != 0;
    return HF__DECODED_EVENT;
}

static hf__decoded change_thread(hf__trace_state *state, hf__trace_bytes *bytes, hf__trace_event *event)
{
    uint64_t thread = hf__trace_number_to(bytes, THREADS_MAX);
    uint64_t change = hf__trace_number(bytes);
    if (bytes->bad || thread == 0 || change < HF__THREAD_JOINED || change > HF__THREAD_DETACHED)
        return HF__DECODED_BAD;
    if (change == HF__THREAD_DETACHED && hf__numbers_get(&state->threads, thread) == 0)
        return hf__numbers_set(&state->threads, thread, HF__THREAD_KNOWN_DETACHED) ? HF__DECODED_NOTHING
                                                                                  : HF__DECODED_NO_MEMORY;
    event->kind = HF__TRACE_THREAD_STATE;
    event->thread = (uint32_t)thread;
    event->thread_state.state = (hf__thread_state)change;
    return HF__DECODED_EVENT;
}

static const char *sampling_words(uint64_t reason)
{
    switch (reason) {
    case HF__SAMPLING_RING_FULL: return "the program allocates faster than its events can be taken";
    case HF__SAMPLING_BUDGET: return "to keep to the budget of time";
    case HF__SAMPLING_TABLE_FULL: return "too many sampled blocks are alive";
    default: return "asked for";
    }
}

static hf__trace_text own_text(hf__trace_state *state, const char *text)
{
    int length = snprintf(state->text, sizeof state->text, "%s", text);
    return (hf__trace_text){ state->text, (size_t)length };
}

static hf__decoded decode_map(const hf__process_read *process, hf__trace_bytes *bytes, bool is_map, hf__trace_event *event)
{
    event->kind = is_map ? HF__TRACE_MAP : HF__TRACE_UNMAP;
    event->map.flags = is_map ? (uint32_t)hf__trace_number_to(bytes, 255) : 0;
    event->map.address = hf__trace_number(bytes);
    event->map.size = hf__trace_number(bytes);
    event->map.stack = is_map ? stack_of(process, hf__trace_number(bytes)) : 0;
    return HF__DECODED_EVENT;
}

static hf__decoded decode_block(hf__ring_read *ring, const hf__process_read *process, hf__other_event code,
                                hf__trace_bytes *bytes, hf__trace_event *event)
{
    uint32_t flags = code == HF__OTHER_RESTORE ? 0 : (uint32_t)hf__trace_number_to(bytes, 255);
    ring->last_address += (uint64_t)hf__unzigzag(hf__trace_number(bytes));
    if (code == HF__OTHER_ALLOCATE) {
        uint64_t size = hf__trace_number(bytes);
        uint64_t stack = hf__trace_number_to(bytes, UINT32_MAX);
        return finish_allocation(ring, process, size, stack, flags, event);
    }
    event->kind = code == HF__OTHER_RELEASE ? HF__TRACE_RELEASE : HF__TRACE_RESTORE;
    event->release.address = ring->last_address;
    event->release.flags = flags;
    return HF__DECODED_EVENT;
}

static hf__decoded decode_region(const hf__process_read *process, hf__trace_bytes *bytes, hf__trace_event *event)
{
    event->kind = HF__TRACE_REGION;
    event->region.region = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->region.stack = stack_of(process, hf__trace_number_to(bytes, UINT32_MAX));
    event->region.name = hf__trace_text_of(bytes, HF__TRACE_NAME_MAX);
    return bytes->bad || event->region.region == 0 ? HF__DECODED_BAD : HF__DECODED_EVENT;
}

static hf__decoded decode_region_use(hf__trace_bytes *bytes, hf__trace_event *event)
{
    event->kind = HF__TRACE_REGION_USE;
    event->region_use.region = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->region_use.change = (hf__region_change)hf__trace_number_to(bytes, HF__REGION_GONE);
    event->region_use.used = hf__trace_number(bytes);
    event->region_use.reserved = hf__trace_number(bytes);
    event->region_use.most = hf__trace_number(bytes);
    return bytes->bad || event->region_use.region == 0 ? HF__DECODED_BAD : HF__DECODED_EVENT;
}

static hf__decoded decode_other(hf__trace_state *state, hf__ring_read *ring, const hf__process_read *process, uint64_t code,
                                hf__trace_bytes *bytes, hf__trace_event *event)
{
    switch (code) {
    case HF__OTHER_ALLOCATE:
    case HF__OTHER_RELEASE:
    case HF__OTHER_RESTORE: return decode_block(ring, process, (hf__other_event)code, bytes, event);
    case HF__OTHER_MAP: return decode_map(process, bytes, true, event);
    case HF__OTHER_UNMAP: return decode_map(process, bytes, false, event);
    case HF__OTHER_THREAD_START: return start_thread(state, ring, process, bytes, event);
    case HF__OTHER_THREAD_STATE: return change_thread(state, bytes, event);
    case HF__OTHER_THREAD_END: event->kind = HF__TRACE_THREAD_END; return HF__DECODED_EVENT;
    case HF__OTHER_SAMPLING:
        ring->period = hf__trace_number(bytes);
        event->kind = HF__TRACE_SAMPLING;
        event->sampling.period = ring->period;
        event->sampling.text = own_text(state, sampling_words(hf__trace_number(bytes)));
        return HF__DECODED_EVENT;
    case HF__OTHER_CHECKPOINT:
        return hf__trace_decode_checkpoint(bytes, event) ? HF__DECODED_EVENT : HF__DECODED_BAD;
    case HF__OTHER_LOST:
        event->kind = HF__TRACE_LOST;
        event->lost.events = hf__trace_number(bytes);
        event->lost.text = own_text(state, "events of a thread whose ring stayed full");
        return HF__DECODED_EVENT;
    case HF__OTHER_REGION: return decode_region(process, bytes, event);
    case HF__OTHER_REGION_USE: return decode_region_use(bytes, event);
    default: return HF__DECODED_BAD;
    }
}

static bool needs_start(const hf__ring_read *ring, uint64_t first)
{
    uint64_t code = first >> 2;
    return ring->start_pending && !((first & 3) == HF__EVENT_OTHER &&
                                    (code == HF__OTHER_THREAD_START || code == HF__OTHER_SAMPLING ||
                                     code == HF__OTHER_LOST || code == HF__OTHER_BEGIN || code == HF__OTHER_CHECKPOINT));
}

static hf__decoded decode_plain(hf__ring_read *ring, const hf__process_read *process, uint64_t first,
                                hf__trace_bytes *bytes, hf__trace_event *event)
{
    ring->last_address += (uint64_t)hf__unzigzag(first >> 2) * UNIT;
    if ((first & 3) == HF__EVENT_RELEASE) {
        event->kind = HF__TRACE_RELEASE;
        event->release.address = ring->last_address;
        event->release.flags = 0;
        return HF__DECODED_EVENT;
    }
    if ((first & 3) == HF__EVENT_REPEATED)
        return finish_allocation(ring, process, ring->last_size, ring->last_stack, 0, event);
    uint64_t size = hf__trace_number(bytes);
    return finish_allocation(ring, process, size, hf__trace_number_to(bytes, UINT32_MAX), 0, event);
}

hf__decoded hf__trace_decode_event(hf__trace_state *state, hf__ring_read *ring, hf__trace_bytes *bytes,
                                   hf__trace_event *event)
{
    const uint8_t *start = bytes->at;
    uint64_t first = hf__trace_number(bytes);
    if (bytes->bad)
        return HF__DECODED_BAD;
    if (first == ((uint64_t)HF__OTHER_BEGIN << 2 | HF__EVENT_OTHER))
        return begin_ring(state, ring, bytes);
    hf__process_read *process = hf__trace_process(state, ring->process, false);
    if (process == NULL)
        return HF__DECODED_BAD;
    event->process = ring->process;
    event->thread = ring->thread;
    event->time_ns = state->time_ns;
    hf__decoded decoded;
    if (needs_start(ring, first)) {
        bytes->at = start;             /* the event itself comes next */
        return start_thread(state, ring, process, NULL, event);
    }
    if ((first & 3) == HF__EVENT_OTHER)
        decoded = decode_other(state, ring, process, first >> 2, bytes, event);
    else
        decoded = decode_plain(ring, process, first, bytes, event);
    return bytes->bad ? HF__DECODED_BAD : decoded;
}

/* ---- many events at once ---------------------------------------------------------------------- */

/* The seven low bits of each byte, together. */
static inline uint64_t squeeze(uint64_t word)
{
    word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
    word = (word & 0x00003fff00003fffu) | (word & 0x3fff00003fff0000u) >> 2;
    return (word & 0x000000000fffffffu) | (word & 0x0fffffff00000000u) >> 4;
}

static inline uint64_t word_at(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);                    /* little endian, as is the format */
    return word;
}

/* One bit for each byte that ends a number. */
static inline uint64_t ends_of(uint64_t word)
{
    return ~word & 0x8080808080808080u;
}

/* A number of at most 8 bytes, without a branch on its length; false when it is longer. 8 bytes are read. */
static inline bool number_at(const uint8_t **at, uint64_t *ret_value)
{
    uint64_t word = word_at(*at), ends = ends_of(word);
    if (__builtin_expect(ends == 0, 0))
        return false;
    *at += ((unsigned)__builtin_ctzll(ends) >> 3) + 1;
    *ret_value = squeeze(word & (ends ^ (ends - 1)));  /* up to the first byte that ends a number */
    return true;
}

/* Three numbers, which fit into 8 bytes nearly always: then one load tells where all of them end. */
static inline bool numbers_at(const uint8_t **at, uint64_t *ret_first, uint64_t *ret_second, uint64_t *ret_third)
{
    uint64_t word = word_at(*at), ends = ends_of(word), two = ends & (ends - 1), three = two & (two - 1);
    if (__builtin_expect(three == 0, 0))
        return number_at(at, ret_first) && number_at(at, ret_second) && number_at(at, ret_third);
    unsigned first = (unsigned)__builtin_ctzll(ends) + 1, second = (unsigned)__builtin_ctzll(two) + 1;
    *ret_first = squeeze(word & (ends ^ (ends - 1)));
    *ret_second = squeeze((word & (two ^ (two - 1))) >> first);
    *ret_third = squeeze((word & (three ^ (three - 1))) >> second);
    *at += ((unsigned)__builtin_ctzll(three) >> 3) + 1;
    return true;
}

size_t hf__trace_decode_plain(hf__trace_state *state, hf__ring_read *ring, hf__trace_bytes *bytes, hf__trace_plain *ret_plain,
                              size_t room)
{
    const hf__process_read *process = hf__trace_process(state, ring->process, false);
    if (process == NULL || ring->start_pending || ring->period > 1 || bytes->bad)
        return 0;
    uint64_t address = ring->last_address, size = ring->last_size, local = ring->last_stack;
    uint32_t stack = stack_of(process, local);
    const uint8_t *at = bytes->at;
    size_t count = 0;
    while (count < room && at < bytes->end) {
        const uint8_t *next = at;
        uint64_t first, new_size = size, new_local = local;
        bool all = (*at & 3) == HF__EVENT_ALLOCATE;
        if (!(all ? numbers_at(&next, &first, &new_size, &new_local) : number_at(&next, &first)))
            break;
        if ((first & 3) == HF__EVENT_OTHER || new_local > UINT32_MAX || next > bytes->end)
            break;
        if (new_local != local)
            stack = stack_of(process, new_local);
        address += (uint64_t)hf__unzigzag(first >> 2) * UNIT;
        size = new_size;
        local = new_local;
        at = next;
        ret_plain[count++] = (hf__trace_plain){ address, size, stack, (first & 3) == HF__EVENT_RELEASE };
    }
    bytes->at = at;
    ring->last_address = address;
    ring->last_size = size;
    ring->last_stack = (uint32_t)local;
    return count;
}

/* ---- records of the collector ---------------------------------------------------------------- */

static hf__decoded decode_module(hf__trace_state *state, hf__process_read *process, hf__trace_bytes *bytes,
                                 hf__trace_event *event)
{
    uint64_t local = hf__trace_number_to(bytes, HF__TRACE_MODULES_MAX);
    event->kind = HF__TRACE_MODULE_LOAD;
    event->module_load.base = hf__trace_number(bytes);
    event->module_load.start = hf__trace_number(bytes);
    event->module_load.end = hf__trace_number(bytes);
    event->module_load.path = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    hf__trace_text id = hf__trace_text_of(bytes, HF__BUILD_ID_MAX);
    memcpy(event->module_load.build_id, id.bytes, id.length);
    event->module_load.build_id_length = (uint32_t)id.length;
    event->module_load.segment_count = (uint32_t)hf__trace_number_to(bytes, HF__SEGMENTS_MAX);
    for (uint32_t i = 0; i < event->module_load.segment_count; i++) {
        hf__trace_segment *segment = &event->module_load.segments[i];
        segment->start = hf__trace_number(bytes);
        segment->end = segment->start + hf__trace_number(bytes);
        segment->file_offset = hf__trace_number(bytes);
    }
    if (bytes->bad || local == 0)
        return HF__DECODED_BAD;
    event->module_load.module = ++state->modules_count;
    return hf__numbers_set(&process->modules, local, state->modules_count) ? HF__DECODED_EVENT : HF__DECODED_NO_MEMORY;
}

static hf__decoded decode_stack(hf__trace_state *state, hf__process_read *process, hf__trace_bytes *bytes,
                                hf__trace_event *event)
{
    uint64_t local = hf__trace_number_to(bytes, 1 << 24);
    uint64_t up = hf__trace_number(bytes);
    uint64_t flags = hf__trace_number_to(bytes, 3);
    uint64_t module = hf__trace_number_to(bytes, HF__TRACE_MODULES_MAX);
    process->last_address += (uint64_t)hf__unzigzag(hf__trace_number(bytes));
    if (bytes->bad || local == 0 || up == 0 || up > local || stack_of(process, local) != 0)
        return HF__DECODED_BAD;
    uint32_t parent = stack_of(process, local - up);
    if (parent == 0 && up != local)
        return HF__DECODED_BAD;
    event->kind = HF__TRACE_STACK;
    event->stack.stack = ++state->stacks_count;
    event->stack.parent = parent;
    event->stack.flags = (uint32_t)flags;
    event->stack.module = hf__numbers_get(&process->modules, module);
    event->stack.address = process->last_address;
    return hf__numbers_set(&process->stacks, local, state->stacks_count) ? HF__DECODED_EVENT : HF__DECODED_NO_MEMORY;
}

static hf__decoded decode_start(hf__trace_state *state, hf__trace_bytes *bytes, hf__trace_event *event)
{
    uint64_t number = hf__trace_number(bytes);
    event->kind = HF__TRACE_PROCESS_START;
    event->process = (uint32_t)number;
    event->process_start.pid = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->process_start.parent_pid = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->process_start.parent_process = (uint32_t)hf__trace_number_to(bytes, HF__TRACE_PROCESSES_MAX);
    event->process_start.origin = (hf__process_origin)hf__trace_number_to(bytes, HF__PROCESS_EXEC);
    event->process_start.allocator = (hf__allocator)hf__trace_number_to(bytes, HF__ALLOCATOR_MIMALLOC);
    event->process_start.path = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    if (bytes->bad || number == 0 || number > HF__TRACE_PROCESSES_MAX)
        return HF__DECODED_BAD;
    hf__process_read *process = hf__trace_process(state, number, true);
    if (process == NULL)
        return HF__DECODED_NO_MEMORY;
    if (process->started)
        return HF__DECODED_BAD;
    process->started = true;
    return HF__DECODED_EVENT;
}

static hf__decoded decode_window(hf__process_read *process, hf__trace_bytes *bytes, hf__trace_event *event)
{
    event->kind = HF__TRACE_PATH_WINDOW;
    event->path_window.stack = stack_of(process, hf__trace_number(bytes));
    event->path_window.births = hf__trace_number(bytes);
    event->path_window.birth_bytes = hf__trace_number(bytes);
    event->path_window.deaths = hf__trace_number(bytes);
    event->path_window.death_bytes = hf__trace_number(bytes);
    event->path_window.live = hf__trace_number(bytes);
    event->path_window.live_bytes = hf__trace_number(bytes);
    return HF__DECODED_EVENT;
}

static hf__decoded decode_cohort(hf__process_read *process, hf__trace_bytes *bytes, bool is_signed, hf__trace_event *event)
{
    event->kind = HF__TRACE_PATH_COHORT;
    event->path_cohort.stack = stack_of(process, hf__trace_number(bytes));
    event->path_cohort.from_ns = hf__trace_number(bytes);
    event->path_cohort.span_ns = hf__trace_number(bytes);
    uint64_t deaths = hf__trace_number_to(bytes, is_signed ? UINT64_MAX : INT64_MAX);
    uint64_t death_bytes = hf__trace_number_to(bytes, is_signed ? UINT64_MAX : INT64_MAX);
    event->path_cohort.deaths = is_signed ? hf__unzigzag(deaths) : (int64_t)deaths;
    event->path_cohort.death_bytes = is_signed ? hf__unzigzag(death_bytes) : (int64_t)death_bytes;
    return HF__DECODED_EVENT;
}

static hf__decoded decode_reach(hf__process_read *process, hf__trace_bytes *bytes, hf__trace_event *event)
{
    event->kind = HF__TRACE_REACH;
    event->reach.stack = stack_of(process, hf__trace_number(bytes));
    event->reach.look = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->reach.lost = hf__trace_number(bytes);
    event->reach.lost_bytes = hf__trace_number(bytes);
    event->reach.held = hf__trace_number(bytes);
    event->reach.kept = hf__trace_number(bytes);
    event->reach.kept_bytes = hf__trace_number(bytes);
    event->reach.root = (hf__root_kind)hf__trace_number_to(bytes, HF__ROOT_MAPPING);
    event->reach.address = hf__trace_number(bytes);
    event->reach.module = hf__numbers_get(&process->modules, hf__trace_number_to(bytes, HF__TRACE_MODULES_MAX));
    event->reach.thread_id = (uint32_t)hf__trace_number_to(bytes, UINT32_MAX);
    event->reach.via = stack_of(process, hf__trace_number(bytes));
    event->reach.file = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    return HF__DECODED_EVENT;
}

static hf__decoded decode_notice(hf__record tag, hf__trace_bytes *bytes, hf__trace_event *event)
{
    if (tag == HF__RECORD_SAMPLING) {
        event->kind = HF__TRACE_SAMPLING;
        event->sampling.period = hf__trace_number(bytes);
        event->sampling.text = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    } else if (tag == HF__RECORD_LOST) {
        event->kind = HF__TRACE_LOST;
        event->lost.events = hf__trace_number(bytes);
        event->lost.text = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    } else {
        event->kind = HF__TRACE_NOTICE;
        event->notice.text = hf__trace_text_of(bytes, HF__TRACE_TEXT_MAX);
    }
    return HF__DECODED_EVENT;
}

static hf__decoded decode_of_process(hf__trace_state *state, hf__record tag, hf__trace_bytes *bytes,
                                     hf__trace_event *event)
{
    uint64_t number = hf__trace_number(bytes);
    hf__process_read *process = hf__trace_process(state, number, false);
    event->process = (uint32_t)number;
    if (number == 0 && (tag == HF__RECORD_NOTICE || tag == HF__RECORD_LOST))
        return decode_notice(tag, bytes, event);
    if (process == NULL)
        return HF__DECODED_BAD;
    switch (tag) {
    case HF__RECORD_PROCESS_END:
        event->kind = HF__TRACE_PROCESS_END;
        event->process_end.how = (hf__process_ending)hf__trace_number_to(bytes, HF__ENDED_RUNNING);
        event->process_end.value = (int32_t)hf__unzigzag(hf__trace_number(bytes));
        return HF__DECODED_EVENT;
    case HF__RECORD_MODULE_LOAD: return decode_module(state, process, bytes, event);
    case HF__RECORD_MODULE_UNLOAD:
        event->kind = HF__TRACE_MODULE_UNLOAD;
        event->module_unload.module = hf__numbers_get(&process->modules, hf__trace_number(bytes));
        return HF__DECODED_EVENT;
    case HF__RECORD_STACK: return decode_stack(state, process, bytes, event);
    case HF__RECORD_CHECKPOINT:
        return hf__trace_decode_checkpoint(bytes, event) ? HF__DECODED_EVENT : HF__DECODED_BAD;
    case HF__RECORD_PATH_WINDOW: return decode_window(process, bytes, event);
    case HF__RECORD_REACH: return decode_reach(process, bytes, event);
    case HF__RECORD_PATH_COHORT:
    case HF__RECORD_PATH_SHIFT: return decode_cohort(process, bytes, tag == HF__RECORD_PATH_SHIFT, event);
    case HF__RECORD_REGION_USE: return decode_region_use(bytes, event);
    case HF__RECORD_WAITED:
        event->kind = HF__TRACE_WAITED;
        event->waited.ns = hf__trace_number(bytes);
        return HF__DECODED_EVENT;
    case HF__RECORD_SAMPLING:
    case HF__RECORD_LOST:
    case HF__RECORD_NOTICE: return decode_notice(tag, bytes, event);
    default: return HF__DECODED_BAD;
    }
}

hf__decoded hf__trace_decode_record(hf__trace_state *state, hf__record tag, hf__trace_bytes *bytes,
                                    hf__trace_event *event)
{
    event->thread = 0;
    event->time_ns = state->time_ns;
    hf__decoded decoded;
    if (tag == HF__RECORD_CLOCK) {
        uint64_t ns = hf__trace_number(bytes);
        uint64_t rate = hf__trace_number(bytes);
        if (bytes->bad || rate == 0 || ns > (uint64_t)1 << 62)
            return HF__DECODED_BAD;
        state->clock_ns = ns;
        state->ticks_per_second = rate;
        return HF__DECODED_NOTHING;    /* the caller sets clock_ticks */
    }
    decoded = tag == HF__RECORD_PROCESS_START ? decode_start(state, bytes, event)
                                              : decode_of_process(state, tag, bytes, event);
    return bytes->bad ? HF__DECODED_BAD : decoded;
}

/* collect_drain.c - out of the rings, into order, into the recording.
 *
 * Rounds: each takes what every ring has published. What arrived in a round is written in a later
 * one, when everything that happened before it is at hand too (trace_session.h tells why the order of
 * ticks is the order of events). Pieces of this round with earlier ticks hold it back: they may be
 * what happened before it, and what happened before them may still be on its way, from a thread that
 * was kept from running in the middle of an event. */
#define _GNU_SOURCE
#include "collect_inside.h"

#include "room.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE_MAX_DEFAULT ((uint64_t)256 << 20)

/* Segments end with every tick, so that pieces wait no longer than about two of them; unless a program has
 * destroyed the stamps of a ring. */
enum { WAITING_MAX = 64 << 20 };

/* ---- pieces ------------------------------------------------------------------------------- */

static bool batch_begin(hf__collector *collector)
{
    size_t i = 0;
    while (i < collector->batches_count && collector->batches[i].waiting != 0)
        i++;
    if (i == collector->batches_count) {
        if (!HF_RESERVE(collector->batches, collector->batches_room, i + 1)) {
            collector->out_of_memory = true;
            return false;
        }
        collector->batches[collector->batches_count++] = (hf__batch){ .bytes = NULL };
    }
    collector->batches[i].filled = 0;
    collector->current = i;
    return true;
}

static uint8_t *batch_room(hf__collector *collector, size_t size)
{
    if (collector->batches_count == 0 && !batch_begin(collector))
        return NULL;
    hf__batch *batch = &collector->batches[collector->current];
    if (!HF_RESERVE(batch->bytes, batch->room, batch->filled + size)) {
        collector->out_of_memory = true;
        return NULL;
    }
    return batch->bytes + batch->filled;
}

static void add_piece(hf__collector *collector, hf__record tag, uint64_t ticks, uint32_t ring, const void *bytes,
                      size_t size)
{
    if (!HF_RESERVE(collector->pieces, collector->pieces_room, collector->pieces_count + 1)) {
        collector->out_of_memory = true;
        return;
    }
    uint8_t *copy = batch_room(collector, size);
    if (copy == NULL)
        return;
    if (size != 0)
        memcpy(copy, bytes, size);
    hf__batch *batch = &collector->batches[collector->current];
    collector->pieces[collector->pieces_count++] =
        (hf__piece){ ticks, collector->pieces_numbered++, tag, ring, (uint32_t)collector->current, batch->filled, size, false };
    collector->pieces_bytes += size;
    batch->filled += size;
    batch->waiting++;
}

void hf__put_ordered(hf__collector *collector, hf__record tag, uint64_t ticks, const void *fields, size_t size)
{
    add_piece(collector, tag, ticks, 0, fields, size);
}

static int compare_pieces(const void *a, const void *b)
{
    const hf__piece *x = a, *y = b;
    if (x->ticks != y->ticks)
        return x->ticks < y->ticks ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static size_t take_ring(hf__collector *collector, uint32_t number);

static size_t take_rings(hf__collector *collector)
{
    size_t taken = 0;
    uint32_t used = atomic_load(&collector->session->rings_used);
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++)
        if (atomic_load_explicit(&collector->session->rings[i].process, memory_order_acquire) != 0)
            taken += take_ring(collector, i);
    return taken;
}

/* While the recording is read, the rings must not fill. */
static void meanwhile(void *user)
{
    (void)take_rings(user);
}

/* Past its size, a recording gets windows instead of events. */
static void bound_size(hf__collector *collector)
{
    uint64_t size_max = collector->options->size_max != 0 ? collector->options->size_max : SIZE_MAX_DEFAULT;
    if (collector->windows != NULL || hf__recording_size(collector->recording) < size_max)
        return;
    if (hf__recording_flush(collector->recording, NULL) != HF_OK)
        return;
    if (hf__windows_create(collector->options->file, collector->recording, meanwhile, collector, &collector->windows,
                            NULL) != HF_OK) {
        collector->out_of_memory = true;
        return;
    }
    hf__notice(collector, 0, "the recording reached its size: from here on it has windows instead of single events");
}

static void put_record(hf__collector *collector, hf__record tag, uint64_t ticks, const void *fields, size_t size)
{
    if (collector->windows == NULL)
        hf__recording_put(collector->recording, tag, ticks, fields, size);
    else if (!hf__windows_record(collector->windows, tag, ticks, fields, size))
        collector->out_of_memory = true;
}

void hf__put_now(hf__collector *collector, hf__record tag, const uint8_t *fields, const uint8_t *end)
{
    put_record(collector, tag, hf__recording_ticks(collector->recording), fields, (size_t)(end - fields));
}

static void put_segment(hf__collector *collector, const hf__piece *piece, const uint8_t *bytes)
{
    if (collector->windows == NULL)
        hf__recording_put_segment(collector->recording, piece->ticks, piece->ring, bytes, piece->size);
    else if (!hf__windows_segment(collector->windows, piece->ticks, piece->ring, bytes, piece->size))
        collector->out_of_memory = true;
}

static void write_piece(hf__collector *collector, const hf__piece *piece)
{
    hf__batch *batch = &collector->batches[piece->batch];
    if (piece->tag == HF__RECORD_SEGMENT)
        put_segment(collector, piece, batch->bytes + piece->start);
    else
        put_record(collector, piece->tag, piece->ticks, batch->bytes + piece->start, piece->size);
    collector->pieces_bytes -= piece->size;
    batch->waiting--;
}

/* In order, up to the first that arrived in this round; or all. The rest waits. */
static void write_pieces(hf__collector *collector, bool all)
{
    size_t count = 0;
    all |= collector->pieces_bytes > WAITING_MAX;
    if (collector->pieces_count == 0)
        return;
    qsort(collector->pieces, collector->pieces_count, sizeof *collector->pieces, compare_pieces);
    for (; count < collector->pieces_count && (all || collector->pieces[count].older); count++)
        write_piece(collector, &collector->pieces[count]);
    collector->pieces_count -= count;
    memmove(collector->pieces, collector->pieces + count, collector->pieces_count * sizeof *collector->pieces);
    for (size_t i = 0; i < collector->pieces_count; i++)
        collector->pieces[i].older = true;
    (void)batch_begin(collector);
}

void hf__drain_release(hf__collector *collector)
{
    for (size_t i = 0; i < collector->batches_count; i++)
        hf__room_free(collector->batches[i].bytes);
    hf__room_free(collector->batches);
    hf__room_free(collector->pieces);
}

/* ---- rings -------------------------------------------------------------------------------- */

/* Adds [start, end) of a ring; neither bytes nor length are taken on trust. */
static size_t take_bytes(hf__collector *collector, uint32_t number, uint64_t ticks, uint32_t start, uint32_t end)
{
    const uint8_t *bytes = (const uint8_t *)collector->session + hf__ring_offset(number);
    uint32_t place = start & (HF__RING_BYTES - 1), size = end - start;
    if ((int32_t)size <= 0 || size > HF__RING_BYTES - place)
        return 0;
    add_piece(collector, HF__RECORD_SEGMENT, ticks, number, bytes + place, size);
    return size;
}

static size_t take_ring(hf__collector *collector, uint32_t number)
{
    hf__ring *ring = &collector->session->rings[number];
    const hf__stamp *stamps =
        (const hf__stamp *)((const uint8_t *)collector->session + hf__ring_offset(number) + HF__RING_BYTES);
    uint64_t stamp_head, head, tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t stamp = atomic_load_explicit(&ring->stamp_tail, memory_order_relaxed);
    do {
        stamp_head = atomic_load_explicit(&ring->stamp_head, memory_order_acquire);
        head = atomic_load_explicit(&ring->head, memory_order_acquire);
    } while (stamp_head != atomic_load_explicit(&ring->stamp_head, memory_order_acquire));
    if (head == tail && stamp + 1 >= stamp_head)
        return 0;
    size_t taken = 0;
    if (stamp_head - stamp > HF__RING_STAMPS)
        stamp = stamp_head;                 /* damaged by the program: nothing there can be used */
    for (; stamp < stamp_head; stamp++) {
        hf__stamp at = stamps[stamp % HF__RING_STAMPS];
        bool is_open = stamp + 1 == stamp_head;
        uint32_t start = (int32_t)((uint32_t)tail - at.start) > 0 ? (uint32_t)tail : at.start;
        taken += take_bytes(collector, number, at.ticks, start, is_open ? (uint32_t)head : at.end);
    }
    atomic_store_explicit(&ring->stamp_tail, stamp_head > 0 ? stamp_head - 1 : 0, memory_order_release);
    atomic_store_explicit(&ring->tail, head, memory_order_release);
    if (atomic_exchange(&ring->waits, 0) != 0)
        syscall(SYS_futex, &ring->waits, FUTEX_WAKE, 1, NULL, NULL, 0);
    return taken;
}

void hf__drain_dead_threads(hf__collector *collector)
{
    uint32_t used = atomic_load(&collector->session->rings_used);
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++) {
        hf__ring *ring = &collector->session->rings[i];
        uint32_t slot = atomic_load(&ring->slot), owned = HF__RING_OWNED;
        if (atomic_load(&ring->state) != HF__RING_OWNED || atomic_load(&ring->process) == 0 ||
            slot >= HF__PROCESSES_MAX || !collector->processes[slot].known || collector->processes[slot].ended)
            continue;
        pid_t pid = (pid_t)collector->processes[slot].pid;
        uint32_t tid = atomic_load(&ring->tid);
        /* An idle ring has no thread's number: else who claims it next would seem gone until it has put its own. */
        if (tid != 0 && syscall(SYS_tgkill, pid, (pid_t)tid, 0) != 0 && atomic_compare_exchange_strong(&ring->tid, &tid, 0))
            atomic_compare_exchange_strong(&ring->state, &owned, HF__RING_IDLE);
    }
}

static void free_ring(hf__collector *collector, uint32_t number)
{
    hf__ring *ring = &collector->session->rings[number];
    atomic_store(&ring->process, 0);
    atomic_store(&ring->tid, 0);
    hf__session_punch(collector, hf__ring_offset(number), HF__RING_SIZE);
    _Atomic uint64_t *counters[] = { &ring->allocations, &ring->releases, &ring->requested_bytes, &ring->usable_bytes,
                                     &ring->released_bytes, &ring->foreign_releases, &ring->own_ticks, &ring->lost, &ring->lost_told,
                                     &ring->head, &ring->stamp_head, &ring->tail, &ring->stamp_tail };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        atomic_store(counters[i], 0);
    atomic_store(&ring->waits, 0);
    atomic_store_explicit(&ring->state, HF__RING_FREE, memory_order_release);
}

static void count_lost(hf__collector *collector, const hf__ring *ring)
{
    uint64_t lost = atomic_load(&ring->lost);
    collector->lost_events += lost;
    collector->processes[atomic_load(&ring->slot) % HF__PROCESSES_MAX].lost_untold += lost - atomic_load(&ring->lost_told);
}

void hf__drain_process(hf__collector *collector, uint32_t slot, bool gone)
{
    uint32_t used = atomic_load(&collector->session->rings_used);
    uint32_t number = collector->processes[slot].number;
    for (uint32_t i = 0; i < used && i < HF__RINGS_MAX; i++) {
        if (atomic_load(&collector->session->rings[i].process) != number)
            continue;
        (void)take_ring(collector, i);
        count_lost(collector, &collector->session->rings[i]);
        if (gone)
            free_ring(collector, i);
    }
}

/* ---- modules and stacks --------------------------------------------------------------------- */

static uint8_t *put_text(uint8_t *at, const char *bytes, uint32_t length)
{
    at = hf__varint_put(at, length);
    memcpy(at, bytes, length);
    return at + length;
}

static void tell_load(hf__collector *collector, hf__collected *process, const hf__module_entry *entry)
{
    uint8_t fields[1024], *at = fields;
    uint32_t path = entry->path_length <= HF__MODULE_PATH_MAX ? entry->path_length : 0;
    uint32_t id = entry->build_id_length <= HF__BUILD_ID_MAX ? entry->build_id_length : 0;
    uint32_t segments = entry->segment_count <= HF__SEGMENTS_MAX ? entry->segment_count : 0;
    if (process->modules_count < HF__MODULES_MAX)
        process->modules[process->modules_count++] = (hf__known_module){ entry->start, entry->end, entry->number };
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, entry->number);
    at = hf__varint_put(at, entry->base);
    at = hf__varint_put(at, entry->start);
    at = hf__varint_put(at, entry->end);
    at = put_text(at, entry->path, path);
    at = put_text(at, (const char *)entry->build_id, id);
    at = hf__varint_put(at, segments);
    for (uint32_t i = 0; i < segments; i++) {
        at = hf__varint_put(at, entry->segments[i].start);
        at = hf__varint_put(at, entry->segments[i].end - entry->segments[i].start);
        at = hf__varint_put(at, entry->segments[i].file_offset);
    }
    hf__put_now(collector, HF__RECORD_MODULE_LOAD, fields, at);
}

static void tell_unload(hf__collector *collector, hf__collected *process, uint32_t number)
{
    uint8_t fields[32], *at = fields;
    for (uint32_t i = 0; i < process->modules_count; i++)
        if (process->modules[i].number == number)
            process->modules[i--] = process->modules[--process->modules_count];
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, number);
    hf__put_now(collector, HF__RECORD_MODULE_UNLOAD, fields, at);
}

static uint32_t module_at(const hf__collected *process, uint64_t address)
{
    for (uint32_t i = process->modules_count; i-- > 0;)
        if (address - process->modules[i].start < process->modules[i].end - process->modules[i].start)
            return process->modules[i].number;
    return 0;
}

/* False when the node is not complete yet. */
static bool tell_node(hf__collector *collector, uint32_t slot, uint32_t number)
{
    hf__collected *process = &collector->processes[slot];
    hf__trie_node *node = &hf__collector_trie(collector, slot)->nodes[number];
    uint32_t parent_and_flags = atomic_load_explicit(&node->parent_and_flags, memory_order_acquire);
    uint8_t fields[64], *at = fields;
    if ((parent_and_flags & HF__NODE_READY) == 0)
        return false;
    uint32_t parent = parent_and_flags & HF__TRIE_PARENT_MASK;
    if (parent >= number)
        return true;                        /* damaged by the program */
    uint32_t flags = (parent_and_flags & HF__NODE_EXACT ? HF__STACK_EXACT : 0u) |
                     (parent_and_flags & HF__NODE_TRUNCATED ? HF__STACK_TRUNCATED : 0u);
    at = hf__varint_put(at, process->number);
    at = hf__varint_put(at, number);
    at = hf__varint_put(at, number - parent);
    at = hf__varint_put(at, flags);
    at = hf__varint_put(at, module_at(process, node->address - (flags & HF__STACK_EXACT ? 0 : 1)));
    at = hf__varint_put(at, hf__zigzag((int64_t)(node->address - process->last_address)));
    process->last_address = node->address;
    hf__put_now(collector, HF__RECORD_STACK, fields, at);
    return true;
}

/* Nodes that were not ready when they were looked at. */
static void tell_holes(hf__collector *collector, uint32_t slot)
{
    hf__collected *process = &collector->processes[slot];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < process->holes_count; i++)
        if (!tell_node(collector, slot, process->holes[i]))
            process->holes[kept++] = process->holes[i];
    process->holes_count = kept;
}

/* Changes of modules that were made before node `node`. Code that was unloaded had made its nodes ready before. */
static void tell_modules(hf__collector *collector, uint32_t slot, uint32_t node)
{
    hf__process_slot *shared = &collector->session->processes[slot];
    hf__collected *process = &collector->processes[slot];
    uint32_t head = atomic_load_explicit(&shared->module_head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&shared->module_tail, memory_order_relaxed);
    for (; tail != head; tail++) {
        const hf__module_entry *entry = &hf__collector_modules(collector, slot)[tail % HF__MODULES_MAX];
        if (entry->node > node)
            break;
        if (entry->change == HF__MODULE_LOADED) {
            tell_load(collector, process, entry);
        } else {
            tell_holes(collector, slot);
            tell_unload(collector, process, entry->number);
        }
    }
    atomic_store_explicit(&shared->module_tail, tail, memory_order_release);
}

/* Changes of modules wait for the nodes that were made before them: those may be more than `made` by now. */
void hf__tell_definitions(hf__collector *collector, uint32_t slot)
{
    hf__collected *process = &collector->processes[slot];
    uint32_t made = atomic_load_explicit(&hf__collector_trie(collector, slot)->count, memory_order_acquire);
    uint32_t count = made < HF__TRIE_NODES_MAX ? made : HF__TRIE_NODES_MAX - 1;
    tell_holes(collector, slot);
    for (uint32_t number = process->nodes + 1; number <= count; number++) {
        tell_modules(collector, slot, number);
        if (!tell_node(collector, slot, number)) {
            if (process->holes_count == sizeof process->holes / sizeof process->holes[0])
                return;                     /* come back to this one in the next round */
            process->holes[process->holes_count++] = number;
        }
        process->nodes = number;
    }
    tell_modules(collector, slot, made + 1);
}

/* ---- rounds -------------------------------------------------------------------------------- */

static void write_round(hf__collector *collector, bool all)
{
    /* After the rings: whatever their events name was made before. */
    hf__processes_look(collector);
    for (uint32_t slot = 0; slot < hf__slots_used(collector); slot++)
        if (collector->processes[slot].known && !collector->processes[slot].ended)
            hf__tell_definitions(collector, slot);
    write_pieces(collector, all);
    bound_size(collector);
}

size_t hf__drain_round(hf__collector *collector)
{
    size_t taken = take_rings(collector);
    write_round(collector, false);
    return taken;
}

static bool waits_for(const hf__collector *collector, uint64_t number)
{
    for (size_t i = 0; i < collector->pieces_count; i++)
        if (collector->pieces[i].number < number)
            return true;
    return false;
}

void hf__drain_settle(hf__collector *collector)
{
    enum { ROUNDS_MAX = 1000 };
    (void)hf__drain_round(collector);
    uint64_t number = collector->pieces_numbered;
    for (int round = 0; round < ROUNDS_MAX && waits_for(collector, number); round++) {
        atomic_fetch_add(&collector->session->tick, 1);
        (void)hf__drain_round(collector);
    }
}

void hf__drain_last(hf__collector *collector)
{
    write_round(collector, true);
}

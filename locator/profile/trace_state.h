/* trace_state.h - what a reader of recordings remembers between events; inside of trace_read*.c.
 *
 * Numbers in a recording are local to a process; readers want them dense across the recording. */
#ifndef HOLDFAST_TRACE_STATE_H
#define HOLDFAST_TRACE_STATE_H

#include <holdfast/base.h>

#include "trace_read.h"
#include "trace_wire.h"

/* Grows by doubling; items beyond `count` are zero. */
typedef struct hf__numbers {
    uint32_t *items;
    size_t    room;
} hf__numbers;

typedef struct hf__process_read {
    bool        started;
    hf__numbers stacks, modules;
    uint64_t    last_address;
} hf__process_read;

typedef struct hf__ring_read {
    uint32_t process;       /* 0: nobody writes it yet */
    uint32_t thread, tid, level;
    bool     start_pending; /* the thread is not known to have started */
    uint64_t last_address, last_size, period;
    uint32_t last_stack;    /* local */
} hf__ring_read;

enum { HF__THREAD_KNOWN_STARTED = 1, HF__THREAD_KNOWN_DETACHED = 2 /* before it started */ };

typedef struct hf__trace_state {
    hf__process_read *processes;
    size_t            processes_room;
    hf__numbers       threads;      /* HF__THREAD_KNOWN_... */
    uint32_t          stacks_count, modules_count;
    hf__ring_read     rings[HF__TRACE_RINGS_MAX];
    uint64_t          clock_ticks, clock_ns, ticks_per_second;
    uint64_t          time_ns;      /* of the last event: never goes back */
    char              text[128];    /* of notices that the reader words itself */
} hf__trace_state;

/* Bytes of a record or event that is being decoded. Reading too far sets `bad` and gives 0. */
typedef struct hf__trace_bytes {
    const uint8_t *at, *end;
    bool           bad;
} hf__trace_bytes;

uint64_t       hf__trace_number(hf__trace_bytes *bytes);
/* A number that must be at most `max`. */
uint64_t       hf__trace_number_to(hf__trace_bytes *bytes, uint64_t max);
hf__trace_text hf__trace_text_of(hf__trace_bytes *bytes, size_t length_max);

/* NULL when memory is out or `number` is not allowed. */
hf__process_read *hf__trace_process(hf__trace_state *state, uint64_t number, bool create);
/* Remembers items[index] = value. False when memory is out. */
bool hf__numbers_set(hf__numbers *numbers, size_t index, uint32_t value);
static inline uint32_t hf__numbers_get(const hf__numbers *numbers, size_t index)
{
    return index < numbers->room ? numbers->items[index] : 0;
}
void hf__trace_set_time(hf__trace_state *state, uint64_t ticks);

/* The state of a reader, borrowed: for going on where it ended. */
struct hf__trace_reader;
hf__trace_state *hf__trace_reader_state(struct hf__trace_reader *reader);

typedef enum hf__decoded { HF__DECODED_EVENT, HF__DECODED_NOTHING, HF__DECODED_BAD, HF__DECODED_NO_MEMORY } hf__decoded;

/* Decodes one event of a segment of `ring`, or one record after its tag and ticks. */
hf__decoded hf__trace_decode_event(hf__trace_state *state, hf__ring_read *ring, hf__trace_bytes *bytes,
                                   hf__trace_event *event);
/* As many events as hf__trace_next_plain may hand out; stops before the first that is another one. Reads, but does
 * not use, up to HF__TRACE_READ_BEYOND bytes behind `bytes`. */
enum { HF__TRACE_READ_BEYOND = 32 };
size_t hf__trace_decode_plain(hf__trace_state *state, hf__ring_read *ring, hf__trace_bytes *bytes, hf__trace_plain *ret_plain,
                              size_t room);
hf__decoded hf__trace_decode_record(hf__trace_state *state, hf__record tag, hf__trace_bytes *bytes,
                                    hf__trace_event *event);
bool hf__trace_decode_checkpoint(hf__trace_bytes *bytes, hf__trace_event *event);

#endif

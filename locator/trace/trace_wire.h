/* trace_wire.h - the bytes of a recording; docs/formats/recording.md is this in words.
 *
 *   file     header | command line | block | block | ...      ends anywhere
 *   block    sizes | one zstd frame                           readable on its own, in order
 *   records  tag | ticks since the last record | fields       inside of blocks
 *   segment  a record: bytes of one ring, as a thread wrote them, all at or after the record's ticks
 *
 * Rings hold events of one thread at a time. What threads write is kept as it is: the collector
 * puts segments in order by their ticks and adds what it knows itself, but decodes nothing. */
#ifndef HOLDFAST_TRACE_WIRE_H
#define HOLDFAST_TRACE_WIRE_H

#include "trace.h"
#include "trace_varint.h"

#define HF__TRACE_MAGIC "HFTRACE1"

enum {
    HF__TRACE_VERSION      = 5,
    HF__TRACE_VERSION_FIRST = 2,         /* of those that can be read: it has no regions, 3 does not tell of waiting, and 4 takes
                                            a realloc for a death and a birth in windows */
    HF__TRACE_COMMAND_MAX  = 4096,
    HF__TRACE_TEXT_MAX     = 4096,       /* paths, notices */
    HF__TRACE_NAME_MAX     = 64,         /* of a checkpoint, of a region */
    HF__TRACE_BLOCK_MAX    = 1 << 20,    /* of a block, unpacked */
    HF__TRACE_RINGS_MAX    = 1 << 12,
    HF__TRACE_PROCESSES_MAX = 1 << 20,
    HF__TRACE_MODULES_MAX  = 1 << 20     /* of one process, over its life */
};

/* All fields little endian. `command_length` bytes follow, arguments each ended by NUL. */
typedef struct hf__trace_file_header {
    char     magic[8];
    uint32_t version;
    uint32_t command_length;
    uint64_t start_unix_ns;
    uint64_t start_ticks;
    uint64_t ticks_per_second;
    uint64_t period;             /* asked for; 0: every allocation */
} hf__trace_file_header;

typedef struct hf__trace_block_header {
    uint32_t packed_size, size;
} hf__trace_block_header;

/* Tags of records. Every record: tag, zigzag(ticks - ticks of the record before), then: */
typedef enum hf__record {
    HF__RECORD_SEGMENT = 1,      /* ring, length, bytes */
    HF__RECORD_CLOCK,            /* nanoseconds since the start at these ticks, ticks per second */
    HF__RECORD_PROCESS_START,    /* process, pid, parent pid, parent process, origin, allocator, text */
    HF__RECORD_PROCESS_END,      /* process, how, zigzag(value) */
    HF__RECORD_MODULE_LOAD,      /* process, number in it, base, start, end, text, text, n, n * (start, size, offset) */
    HF__RECORD_MODULE_UNLOAD,    /* process, number in it */
    HF__RECORD_STACK,            /* process, number in it, number - parent's, flags, module in it,
                                    zigzag(address - address of the last one) */
    HF__RECORD_CHECKPOINT,       /* process, body */
    HF__RECORD_SAMPLING,         /* process, period, text */
    HF__RECORD_LOST,             /* process, events, text */
    HF__RECORD_NOTICE,           /* process, text */
    HF__RECORD_PATH_WINDOW,      /* process, stack in it, births, bytes, deaths, bytes, live, bytes */
    HF__RECORD_REACH,            /* process, stack in it, look, lost, bytes, held, kept, bytes, root, address, module in
                                    it, thread id, stack in it between, text */
    HF__RECORD_PATH_COHORT,      /* process, stack in it, begin and span in nanoseconds, deaths, bytes */
    HF__RECORD_REGION_USE,       /* process, region, change, used, reserved, most */
    HF__RECORD_WAITED,           /* process, nanoseconds */
    HF__RECORD_PATH_SHIFT,       /* as PATH_COHORT, but zigzag(deaths), zigzag(bytes): blocks came from other paths by realloc */
    HF__RECORD_COUNT
} hf__record;

/* Events inside of a segment. Two low bits of the first number say which; addresses are counted in
 * units of 16 from the ring's last one, because nearly all blocks are aligned so. */
enum {
    HF__EVENT_RELEASE  = 0,      /* zigzag(delta) << 2 */
    HF__EVENT_ALLOCATE = 1,      /* zigzag(delta) << 2, size, stack */
    HF__EVENT_REPEATED = 2,      /* zigzag(delta) << 2: size and stack of this ring's last allocation */
    HF__EVENT_OTHER    = 3       /* code << 2, then: */
};
typedef enum hf__other_event {
    HF__OTHER_BEGIN = 0,         /* process, thread, tid, level: who writes this ring from here on; the
                                    last address, size and stack become 0 */
    HF__OTHER_ALLOCATE,          /* flags, zigzag(byte delta), size, stack */
    HF__OTHER_RELEASE,           /* flags, zigzag(byte delta) */
    HF__OTHER_RESTORE,           /* zigzag(byte delta) */
    HF__OTHER_MAP,               /* flags, address, size, stack */
    HF__OTHER_UNMAP,             /* address, size */
    HF__OTHER_THREAD_START,      /* creator, stack, stack bytes, detached */
    HF__OTHER_THREAD_STATE,      /* thread, state */
    HF__OTHER_THREAD_END,
    HF__OTHER_SAMPLING,          /* period, reason */
    HF__OTHER_CHECKPOINT,        /* body */
    HF__OTHER_LOST,              /* events */
    HF__OTHER_REGION,            /* region, stack, length, name */
    HF__OTHER_REGION_USE,        /* region, change, used, reserved, most */
    HF__OTHER_COUNT
} hf__other_event;

/* Why a process samples from here on. */
typedef enum hf__sampling_reason {
    HF__SAMPLING_ASKED = 0, HF__SAMPLING_RING_FULL = 1, HF__SAMPLING_BUDGET = 2, HF__SAMPLING_TABLE_FULL = 3
} hf__sampling_reason;

/* The longest event: a checkpoint with its name. */
enum { HF__EVENT_MAX = 32 * HF__VARINT_MAX + HF__TRACE_NAME_MAX };

/* A checkpoint as it lies in a ring or a record. */
typedef struct hf__wire_checkpoint {
    uint64_t number, reason;
    uint64_t counters[6];     /* in the order of hf__trace_counters */
    uint64_t has_usable;
    uint64_t allocator, present;
    uint64_t statistics[5];   /* in the order of hf__trace_allocator_statistics */
    uint64_t rss, anonymous, own_bytes, own_ns, cpu_ns;
    uint64_t name_length;
    char     name[HF__TRACE_NAME_MAX];
} hf__wire_checkpoint;

enum { HF__WIRE_CHECKPOINT_NUMBERS = 22 };

static inline uint8_t *hf__wire_put_checkpoint(uint8_t *at, const hf__wire_checkpoint *checkpoint)
{
    const uint64_t *numbers = &checkpoint->number;
    for (int i = 0; i < HF__WIRE_CHECKPOINT_NUMBERS; i++)
        at = hf__varint_put(at, numbers[i]);
    for (uint64_t i = 0; i < checkpoint->name_length; i++)
        *at++ = (uint8_t)checkpoint->name[i];
    return at;
}

#endif

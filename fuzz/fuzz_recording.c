/* fuzz_recording.c - damaged recordings: whatever the bytes, reading ends with events, an end, or
 * one error; never with more than the format allows.
 * The first byte chooses: 0, the rest is a file; else the rest is records, put into a block of one. */
/* fuzz libraries: zstd */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "trace_read.h"
#include "trace_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches everything that an event borrows. */
static uint64_t look_at(const hf__trace_event *event)
{
    hf__trace_text text = { "", 0 };
    uint64_t sum = event->process + event->time_ns;
    switch (event->kind) {
    case HF__TRACE_PROCESS_START: text = event->process_start.path; break;
    case HF__TRACE_MODULE_LOAD: text = event->module_load.path; break;
    case HF__TRACE_CHECKPOINT: text = event->checkpoint.name; break;
    case HF__TRACE_SAMPLING: text = event->sampling.text; break;
    case HF__TRACE_LOST: text = event->lost.text; break;
    case HF__TRACE_NOTICE: text = event->notice.text; break;
    case HF__TRACE_STACK:
        if (event->stack.parent >= event->stack.stack)
            abort();
        break;
    case HF__TRACE_ALLOCATE:
        if (!(event->allocate.weight >= 1))
            abort();
        break;
    default: break;
    }
    for (size_t i = 0; i < text.length; i++)
        sum += (uint8_t)text.bytes[i];
    return sum;
}

static void read_all(const uint8_t *bytes, size_t size)
{
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    volatile uint64_t sum = 0;
    uint64_t before = 0;
    if (hf__trace_open_memory(bytes, size, &reader, NULL) != HF_OK)
        return;
    while (hf__trace_next(reader, &event, NULL) == HF_OK) {
        if (event.time_ns < before || event.kind <= HF__TRACE_END || event.kind >= HF__TRACE_KIND_COUNT)
            abort();
        before = event.time_ns;
        sum += look_at(&event);
    }
    hf__trace_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hf__trace_file_header header = { .version = HF__TRACE_VERSION, .ticks_per_second = 1000000000 };
    hf__trace_block_header block;
    if (size < 1)
        return 0;
    if (data[0] == 0) {
        read_all(data + 1, size - 1);
        return 0;
    }
    size_t room = sizeof header + sizeof block + ZSTD_compressBound(size);
    uint8_t *file = malloc(room);
    if (file == NULL)
        return 0;
    memcpy(header.magic, HF__TRACE_MAGIC, sizeof header.magic);
    memcpy(file, &header, sizeof header);
    size_t packed = ZSTD_compress(file + sizeof header + sizeof block, room - sizeof header - sizeof block, data + 1,
                                  size - 1, -5);
    if (!ZSTD_isError(packed)) {
        block = (hf__trace_block_header){ (uint32_t)packed, (uint32_t)(size - 1) };
        memcpy(file + sizeof header, &block, sizeof block);
        read_all(file, sizeof header + sizeof block + packed);
    }
    free(file);
    return 0;
}

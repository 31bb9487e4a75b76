/* fuzz_recording.c - damaged recordings: whatever the bytes, reading ends with events, an end, or
 * one error; never with more than the format allows. Reading event by event and reading many plain
 * ones at once hand out the same.
 * The first byte chooses: 0, the rest is a file; else the rest is records, put into a block of one. */
/* fuzz libraries: zstd */
/* fuzz parts: holdfast_profile */
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

/* What was read, in order. */
typedef struct read_sum {
    uint64_t  hash;
    hf_status ended;
} read_sum;

static void add(read_sum *sum, uint64_t number)
{
    sum->hash = (sum->hash ^ number) * 0x9e3779b97f4a7c15u;
    sum->hash ^= sum->hash >> 29;
}

static void add_plain(read_sum *sum, const hf__trace_plain_common *common, const hf__trace_plain *plain)
{
    add(sum, (uint64_t)common->process << 32 | common->thread);
    add(sum, common->time_ns);
    add(sum, plain->released ? HF__TRACE_RELEASE : HF__TRACE_ALLOCATE);
    add(sum, plain->address);
    if (!plain->released) {
        add(sum, plain->size);
        add(sum, plain->stack);
    }
}

static void add_event(read_sum *sum, const hf__trace_event *event)
{
    if (event->kind == HF__TRACE_ALLOCATE || event->kind == HF__TRACE_RELEASE) {
        bool released = event->kind == HF__TRACE_RELEASE;
        hf__trace_plain_common common = { event->process, event->thread, event->time_ns };
        hf__trace_plain plain = { released ? event->release.address : event->allocate.address,
                                  released ? 0 : event->allocate.size, released ? 0 : event->allocate.stack, released };
        add_plain(sum, &common, &plain);
        return;
    }
    add(sum, event->kind);
    add(sum, look_at(event));
}

static read_sum read_all(const uint8_t *bytes, size_t size, size_t at_once)
{
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    hf__trace_plain plain[64];
    hf__trace_plain_common common;
    read_sum sum = { 0, HF_OK };
    uint64_t before = 0;
    sum.ended = hf__trace_open_memory(bytes, size, &reader, NULL);
    if (sum.ended != HF_OK)
        return sum;
    while (sum.ended == HF_OK) {
        size_t count = at_once > 0 ? hf__trace_next_plain(reader, plain, at_once, &common) : 0;
        for (size_t i = 0; i < count; i++)
            add_plain(&sum, &common, &plain[i]);
        sum.ended = hf__trace_next(reader, &event, NULL);
        if (sum.ended != HF_OK)
            break;
        if (event.time_ns < before || event.kind <= HF__TRACE_END || event.kind >= HF__TRACE_KIND_COUNT)
            abort();
        before = event.time_ns;
        add_event(&sum, &event);
    }
    hf__trace_close(reader);
    return sum;
}

static void compare_ways(const uint8_t *bytes, size_t size)
{
    read_sum one = read_all(bytes, size, 0), many = read_all(bytes, size, 64), few = read_all(bytes, size, 3);
    if (one.hash != many.hash || one.ended != many.ended || one.hash != few.hash || one.ended != few.ended)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hf__trace_file_header header = { .version = HF__TRACE_VERSION, .ticks_per_second = 1000000000 };
    hf__trace_block_header block;
    if (size < 1)
        return 0;
    if (data[0] == 0) {
        compare_ways(data + 1, size - 1);
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
        compare_ways(file, sizeof header + sizeof block + packed);
    }
    free(file);
    return 0;
}

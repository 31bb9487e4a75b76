/* trace_read.c - blocks of a recording, and the loop that hands out their events.
 *
 * A file is read block by block and never mapped: it may be growing, and memory stays that of one
 * block however long the recording is. */
#include "trace_read.h"

#include "base/fail.h"
#include "trace_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

struct hf__trace_reader {
    const uint8_t  *bytes;            /* NULL: of `file` */
    int             file;             /* -1: memory */
    bool            owns_file;
    uint64_t        length, at;       /* `at`: the next block */
    uint8_t        *packed;           /* of a file: room for the largest block */
    bool            cut;
    hf_status       failed;           /* after an error the reader stays failed */
    hf__trace_info  info;
    ZSTD_DCtx      *unpacker;
    uint64_t        ticks;
    hf__trace_bytes records;          /* of the current block */
    hf__trace_bytes segment;          /* within it */
    hf__ring_read  *ring;             /* of the segment */
    uint64_t        block_offset;
    hf__trace_state state;
    char            command[HF__TRACE_COMMAND_MAX];
    uint8_t         block[HF__TRACE_BLOCK_MAX + HF__TRACE_READ_BEYOND];
};

bool hf__trace_is_recording(const void *bytes, size_t length)
{
    return length >= 8 && memcmp(bytes, HF__TRACE_MAGIC, 8) == 0;
}

static size_t packed_max(void)
{
    return ZSTD_compressBound(HF__TRACE_BLOCK_MAX);
}

/* `size` bytes at `offset`, which lie within the length; NULL when the file has become shorter. Borrowed
 * until the next call. */
static const uint8_t *bytes_at(hf__trace_reader *reader, uint64_t offset, size_t size)
{
    if (reader->file < 0)
        return reader->bytes + offset;
    for (size_t filled = 0; filled < size;) {
        ssize_t got = pread(reader->file, reader->packed + filled, size - filled, (off_t)(offset + filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return NULL;
        filled += (size_t)got;
    }
    return reader->packed;
}

static hf_status read_header(hf__trace_reader *reader, hf_error *reterr)
{
    hf__trace_file_header header;
    const uint8_t *first = reader->length >= 8 ? bytes_at(reader, 0, 8) : NULL;
    if (first == NULL || !hf__trace_is_recording(first, 8) || reader->length < sizeof header ||
        (first = bytes_at(reader, 0, sizeof header)) == NULL)
        return hf__fail(reterr, HF_BAD_PROFILE, "not a recording");
    memcpy(&header, first, sizeof header);
    if (header.version < HF__TRACE_VERSION_FIRST || header.version > HF__TRACE_VERSION)
        return hf__fail(reterr, HF_BAD_VERSION, "recording of version %u, expected %u to %u", header.version,
                        (unsigned)HF__TRACE_VERSION_FIRST, (unsigned)HF__TRACE_VERSION);
    if (header.command_length > HF__TRACE_COMMAND_MAX || header.ticks_per_second == 0 ||
        header.command_length > reader->length - sizeof header ||
        (first = bytes_at(reader, sizeof header, header.command_length)) == NULL)
        return hf__fail(reterr, HF_BAD_PROFILE, "damaged header");
    memcpy(reader->command, first, header.command_length);
    reader->info = (hf__trace_info){ header.start_unix_ns, header.period, hf_text_of(reader->command, header.command_length) };
    reader->at = sizeof header + header.command_length;
    reader->ticks = header.start_ticks;
    reader->state.clock_ticks = header.start_ticks;
    reader->state.ticks_per_second = header.ticks_per_second;
    return HF_OK;
}

/* Memory when `file` is -1. */
static hf_status open_reader(const void *bytes, int file, uint64_t length, hf__trace_reader **ret_reader, hf_error *reterr)
{
    hf__trace_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "reading a recording");
    reader->bytes = bytes;
    reader->file = file;
    reader->length = length;
    reader->unpacker = ZSTD_createDCtx();
    if (file >= 0)
        reader->packed = malloc(packed_max());
    bool room = reader->unpacker != NULL && (file < 0 || reader->packed != NULL);
    hf_status status = room ? read_header(reader, reterr) : hf__fail(reterr, HF_NO_MEMORY, "reading a recording");
    if (status != HF_OK) {
        hf__trace_close(reader);
        return status;
    }
    *ret_reader = reader;
    return HF_OK;
}

hf_status hf__trace_open_memory(const void *bytes, size_t length, hf__trace_reader **ret_reader, hf_error *reterr)
{
    return open_reader(bytes, -1, length, ret_reader, reterr);
}

hf_status hf__trace_open_growing(int file, uint64_t length, hf__trace_reader **ret_reader, hf_error *reterr)
{
    return open_reader(NULL, file, length, ret_reader, reterr);
}

void hf__trace_grown(hf__trace_reader *reader, uint64_t length)
{
    reader->length = length;
    reader->cut = false;
}

hf_status hf__trace_open_file(const char *path, hf__trace_reader **ret_reader, hf_error *reterr)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        hf_status failed = hf__fail_system(reterr, errno, "open");
        if (file >= 0)
            close(file);
        hf__error_set_name(reterr, path);
        return failed;
    }
    hf_status opened = open_reader(NULL, file, status.st_size > 0 ? (uint64_t)status.st_size : 0, ret_reader, reterr);
    if (opened != HF_OK) {
        close(file);
        hf__error_set_name(reterr, path);
        return opened;
    }
    (*ret_reader)->owns_file = true;
    return HF_OK;
}

void hf__trace_close(hf__trace_reader *reader)
{
    if (reader == NULL)
        return;
    for (size_t i = 0; i < reader->state.processes_room; i++) {
        free(reader->state.processes[i].stacks.items);
        free(reader->state.processes[i].modules.items);
    }
    free(reader->state.processes);
    free(reader->state.threads.items);
    ZSTD_freeDCtx(reader->unpacker);
    if (reader->owns_file)
        close(reader->file);
    free(reader->packed);
    free(reader);
}

const hf__trace_info *hf__trace_get_info(const hf__trace_reader *reader)
{
    return &reader->info;
}

hf__trace_state *hf__trace_reader_state(hf__trace_reader *reader)
{
    return &reader->state;
}

bool hf__trace_was_cut(const hf__trace_reader *reader)
{
    return reader->cut;
}

static hf_status fail_at(hf__trace_reader *reader, const char *what, hf_error *reterr)
{
    hf_status status = hf__fail(reterr, HF_BAD_PROFILE, "%s", what);
    if (reterr != NULL)
        reterr->offset = reader->block_offset;
    reader->failed = status;
    return status;
}

/* Unpacks the next block. HF_END when there is no whole one. */
static hf_status next_block(hf__trace_reader *reader, hf_error *reterr)
{
    hf__trace_block_header head;
    uint64_t left = reader->length - reader->at;
    const uint8_t *from = left >= sizeof head ? bytes_at(reader, reader->at, sizeof head) : NULL;
    reader->block_offset = reader->at;
    if (from == NULL) {
        reader->cut = left != 0;
        return HF_END;
    }
    memcpy(&head, from, sizeof head);
    if (head.size > HF__TRACE_BLOCK_MAX || head.packed_size > packed_max())
        return fail_at(reader, "a block is larger than the format allows", reterr);
    from = head.packed_size <= left - sizeof head ? bytes_at(reader, reader->at + sizeof head, head.packed_size) : NULL;
    if (from == NULL) {
        reader->cut = true;
        return HF_END;
    }
    size_t size = ZSTD_decompressDCtx(reader->unpacker, reader->block, HF__TRACE_BLOCK_MAX, from, head.packed_size);
    if (ZSTD_isError(size) || size != head.size)
        return fail_at(reader, "a block cannot be unpacked", reterr);
    reader->at += sizeof head + head.packed_size;
    reader->records = (hf__trace_bytes){ reader->block, reader->block + size, false };
    return HF_OK;
}

static hf__decoded open_segment(hf__trace_reader *reader)
{
    uint64_t ring = hf__trace_number_to(&reader->records, HF__TRACE_RINGS_MAX - 1);
    uint64_t length = hf__trace_number(&reader->records);
    if (reader->records.bad || length > (uint64_t)(reader->records.end - reader->records.at))
        return HF__DECODED_BAD;
    reader->ring = &reader->state.rings[ring];
    reader->segment = (hf__trace_bytes){ reader->records.at, reader->records.at + length, false };
    reader->records.at += length;
    return HF__DECODED_NOTHING;
}

static hf__decoded next_record(hf__trace_reader *reader, hf__trace_event *event)
{
    uint64_t tag = hf__trace_number(&reader->records);
    reader->ticks += (uint64_t)hf__unzigzag(hf__trace_number(&reader->records));
    if (reader->records.bad || tag == 0 || tag >= HF__RECORD_COUNT)
        return HF__DECODED_BAD;
    hf__trace_set_time(&reader->state, reader->ticks);
    if (tag == HF__RECORD_SEGMENT)
        return open_segment(reader);
    hf__decoded decoded = hf__trace_decode_record(&reader->state, (hf__record)tag, &reader->records, event);
    if (tag == HF__RECORD_CLOCK)
        reader->state.clock_ticks = reader->ticks;
    return decoded;
}

size_t hf__trace_next_plain(hf__trace_reader *reader, hf__trace_plain *ret_plain, size_t room, hf__trace_plain_common *ret_common)
{
    if (reader->failed != HF_OK || reader->segment.at >= reader->segment.end)
        return 0;
    *ret_common = (hf__trace_plain_common){ reader->ring->process, reader->ring->thread, reader->state.time_ns };
    return hf__trace_decode_plain(&reader->state, reader->ring, &reader->segment, ret_plain, room);
}

hf_status hf__trace_next(hf__trace_reader *reader, hf__trace_event *ret_event, hf_error *reterr)
{
    if (reader->failed != HF_OK)
        return fail_at(reader, "reading failed before", reterr);
    for (;;) {
        hf__decoded decoded;
        if (reader->segment.at < reader->segment.end) {
            decoded = hf__trace_decode_event(&reader->state, reader->ring, &reader->segment, ret_event);
        } else if (reader->records.at < reader->records.end) {
            decoded = next_record(reader, ret_event);
        } else {
            hf_status status = next_block(reader, reterr);
            if (status != HF_OK)
                return status;
            continue;
        }
        switch (decoded) {
        case HF__DECODED_EVENT: return HF_OK;
        case HF__DECODED_NOTHING: break;
        case HF__DECODED_NO_MEMORY:
            reader->failed = HF_NO_MEMORY;
            return hf__fail(reterr, HF_NO_MEMORY, "reading a recording");
        case HF__DECODED_BAD:
        default: return fail_at(reader, "a record that the format does not allow", reterr);
        }
    }
}

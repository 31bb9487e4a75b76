/* recording_write.c - blocks of records, each one zstd frame. */
#include "recording_write.h"

#include "base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum { PACK_LEVEL = 1, RECORD_HEAD_MAX = 4 * HF__VARINT_MAX };

struct hf__recording {
    int        file;
    int        system_error;     /* of the first write that failed */
    uint64_t   size;
    uint64_t   ticks;
    size_t     filled;
    size_t     packed_room;
    ZSTD_CCtx *packer;
    uint8_t   *packed;           /* room for a block header and the packed block */
    uint8_t    block[HF__TRACE_BLOCK_MAX];
};

static void write_whole(hf__recording *recording, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0 && recording->system_error == 0) {
        ssize_t written = write(recording->file, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            recording->system_error = written < 0 ? errno : ENOSPC;
            return;
        }
        at += written;
        size -= (size_t)written;
        recording->size += (uint64_t)written;
    }
}

hf_status hf__recording_create(int file, const hf__trace_file_header *header, const char *command,
                               hf__recording **ret_recording, hf_error *reterr)
{
    hf__recording *recording = calloc(1, sizeof *recording);
    if (recording == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "the recording");
    recording->file = file;
    recording->ticks = header->start_ticks;
    recording->packed_room = ZSTD_compressBound(HF__TRACE_BLOCK_MAX);
    recording->packed = malloc(sizeof(hf__trace_block_header) + recording->packed_room);
    recording->packer = ZSTD_createCCtx();
    if (recording->packed == NULL || recording->packer == NULL) {
        hf__recording_destroy(recording);
        return hf__fail(reterr, HF_NO_MEMORY, "the recording");
    }
    (void)ZSTD_CCtx_setParameter(recording->packer, ZSTD_c_compressionLevel, PACK_LEVEL);
    (void)ZSTD_CCtx_setParameter(recording->packer, ZSTD_c_checksumFlag, 1);
    if (ftruncate(file, 0) != 0) /* what was there until now */
        recording->system_error = errno;
    write_whole(recording, header, sizeof *header);
    write_whole(recording, command, header->command_length);
    if (recording->system_error != 0) {
        int error = recording->system_error;
        hf__recording_destroy(recording);
        return hf__fail_system(reterr, error, "write");
    }
    *ret_recording = recording;
    return HF_OK;
}

void hf__recording_destroy(hf__recording *recording)
{
    if (recording == NULL)
        return;
    ZSTD_freeCCtx(recording->packer);
    free(recording->packed);
    free(recording);
}

static void pack(hf__recording *recording)
{
    if (recording->filled == 0 || recording->system_error != 0)
        return;
    uint8_t *body = recording->packed + sizeof(hf__trace_block_header);
    size_t size = ZSTD_compress2(recording->packer, body, recording->packed_room, recording->block, recording->filled);
    if (ZSTD_isError(size)) {
        recording->system_error = ENOMEM;
        return;
    }
    hf__trace_block_header head = { (uint32_t)size, (uint32_t)recording->filled };
    memcpy(recording->packed, &head, sizeof head);
    write_whole(recording, recording->packed, sizeof head + size);
    recording->filled = 0;
}

static uint8_t *begin_record(hf__recording *recording, hf__record tag, uint64_t ticks, size_t size)
{
    if (recording->filled + RECORD_HEAD_MAX + size > HF__TRACE_BLOCK_MAX)
        pack(recording);
    uint8_t *at = recording->block + recording->filled;
    at = hf__varint_put(at, tag);
    at = hf__varint_put(at, hf__zigzag((int64_t)(ticks - recording->ticks)));
    recording->ticks = ticks;
    return at;
}

void hf__recording_put(hf__recording *recording, hf__record tag, uint64_t ticks, const void *fields, size_t size)
{
    if (recording->system_error != 0 || size > HF__TRACE_BLOCK_MAX / 2)
        return;
    uint8_t *at = begin_record(recording, tag, ticks, size);
    memcpy(at, fields, size);
    recording->filled = (size_t)(at + size - recording->block);
}

void hf__recording_put_segment(hf__recording *recording, uint64_t ticks, uint32_t ring, const void *bytes, size_t size)
{
    if (recording->system_error != 0 || size > HF__TRACE_BLOCK_MAX / 2)
        return;
    uint8_t *at = begin_record(recording, HF__RECORD_SEGMENT, ticks, size);
    at = hf__varint_put(at, ring);
    at = hf__varint_put(at, size);
    memcpy(at, bytes, size);
    recording->filled = (size_t)(at + size - recording->block);
}

uint64_t hf__recording_ticks(const hf__recording *recording)
{
    return recording->ticks;
}

hf_status hf__recording_flush(hf__recording *recording, hf_error *reterr)
{
    pack(recording);
    if (recording->system_error != 0)
        return hf__fail_system(reterr, recording->system_error, "write the recording");
    return HF_OK;
}

size_t hf__recording_waiting(const hf__recording *recording)
{
    return recording->filled;
}

uint64_t hf__recording_size(const hf__recording *recording)
{
    return recording->size;
}

/* gzip.c - gzip in and out by zlib. */
#include "gzip.h"

#include <limits.h>
#include <zlib.h>

#include "base/fail.h"
#include "room.h"

enum { GZIP_WINDOW = 15 + 16, FIRST_BYTES = 1 << 16 };

static hf_status inflate_all(z_stream *stream, hf_text packed, size_t bytes_max, char **out, size_t *capacity,
                             size_t *length, hf_error *reterr)
{
    size_t taken = 0;
    stream->next_in = (Bytef *)(uintptr_t)packed.bytes;
    for (;;) {
        if (stream->avail_in == 0 && taken < packed.length) {
            size_t piece = packed.length - taken < INT_MAX ? packed.length - taken : INT_MAX;
            stream->avail_in = (uInt)piece;
            taken += piece;
        }
        if (*length == *capacity && !HF_RESERVE(*out, *capacity, *length + FIRST_BYTES))
            return hf__fail(reterr, HF_NO_MEMORY, NULL);
        size_t room = *capacity - *length < INT_MAX ? *capacity - *length : INT_MAX;
        stream->next_out = (Bytef *)*out + *length;
        stream->avail_out = (uInt)room;
        int answer = inflate(stream, Z_NO_FLUSH);
        *length += room - stream->avail_out;
        if (*length > bytes_max)
            return hf__fail(reterr, HF_LIMIT_BYTES, "more than %zu bytes when unpacked", bytes_max);
        if (answer == Z_STREAM_END) {
            if (stream->avail_in == 0 && taken == packed.length)
                return HF_OK;
            if (inflateReset(stream) != Z_OK)
                return hf__fail(reterr, HF_BAD_PROFILE, "gzip: cannot go on after a member");
        } else if (answer == Z_MEM_ERROR) {
            return hf__fail(reterr, HF_NO_MEMORY, NULL);
        } else if (answer != Z_OK && answer != Z_BUF_ERROR) {
            return hf__fail(reterr, HF_BAD_PROFILE, "gzip: %s", stream->msg != NULL ? stream->msg : "damaged");
        } else if (stream->avail_in == 0 && taken == packed.length && stream->avail_out > 0) {
            return hf__fail(reterr, HF_BAD_PROFILE, "gzip: cut off");
        }
    }
}

hf_status hf__gzip_read(hf_text packed, size_t bytes_max, char **ret_bytes, size_t *ret_length, hf_error *reterr)
{
    z_stream stream = { 0 };
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    char *out = NULL;
    size_t capacity = 0, length = 0;
    hf_status status = inflate_all(&stream, packed, bytes_max, &out, &capacity, &length, reterr);
    inflateEnd(&stream);
    if (status != HF_OK) {
        hf__room_free(out);
        return status;
    }
    *ret_bytes = out;
    *ret_length = length;
    return HF_OK;
}

hf_status hf__gzip_write(hf_text bytes, char **ret_packed, size_t *ret_length, hf_error *reterr)
{
    z_stream stream = { 0 };
    if (bytes.length > INT_MAX)
        return hf__fail(reterr, HF_LIMIT_BYTES, "a profile of more than 2 GiB");
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    size_t bound = deflateBound(&stream, bytes.length);
    char *packed = bound <= UINT_MAX ? hf__room_zeroed(bound, 1) : NULL;
    if (packed == NULL) {
        deflateEnd(&stream);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    stream.next_in = (Bytef *)(uintptr_t)bytes.bytes;
    stream.avail_in = (uInt)bytes.length;
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)bound;
    int answer = deflate(&stream, Z_FINISH); /* the bound makes one call enough */
    size_t length = bound - stream.avail_out;
    deflateEnd(&stream);
    if (answer != Z_STREAM_END) {
        hf__room_free(packed);
        return hf__fail(reterr, HF_NO_MEMORY, "gzip");
    }
    *ret_packed = packed;
    *ret_length = length;
    return HF_OK;
}

/* read_file.c - JSON from a file, read straight into the block that becomes the document. */
#define _GNU_SOURCE
#include "text/read_source.h"

#include "base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const hf_read_options no_options;

/* What the source part of the block holds so far. */
typedef struct source {
    size_t length, capacity;
} source;

static char *source_begin(const hf__reading *reading)
{
    return reading->block + sizeof(hf__block_header);
}

/* A block for `capacity` bytes of source and, as long as it is not read, a guess for the slots. */
static hf_status take_block(hf__reading *reading, size_t capacity)
{
    return hf__reading_begin(reading, capacity, capacity / 16 + 8, 0);
}

/* The file turned out longer than it said: a larger block, with what was read so far. */
static hf_status grow(hf__reading *reading, source *from, uint64_t bytes_max)
{
    size_t capacity = from->capacity + from->capacity / 2 + 4096;
    if (capacity > bytes_max)
        capacity = bytes_max;
    hf__reading larger = *reading;
    hf_status status = take_block(&larger, capacity);
    if (status != HF_OK)
        return status;
    memcpy(source_begin(&larger), source_begin(reading), from->length);
    hf__reading_abandon(reading);
    *reading = larger;
    from->capacity = capacity;
    return HF_OK;
}

/* Reads to the end of the file. The padding has room for the byte that shows there is more. */
static hf_status read_all(hf__reading *reading, int file, source *from, uint64_t bytes_max)
{
    for (;;) {
        size_t room = from->capacity + 1 - from->length;
        ssize_t got = read(file, source_begin(reading) + from->length, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return hf__fail_system(reading->reterr, errno, "read");
        if (got == 0)
            return HF_OK;
        from->length += (size_t)got;
        if (from->length <= from->capacity)
            continue;
        if (from->length > bytes_max)
            return hf__fail(reading->reterr, HF_LIMIT_BYTES, "more than %llu bytes of text",
                            (unsigned long long)bytes_max);
        hf_status status = grow(reading, from, bytes_max);
        if (status != HF_OK)
            return status;
    }
}

static hf_status load(hf__reading *reading, int file, uint64_t bytes_max, source *from)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return hf__fail_system(reading->reterr, errno, "stat");
    if (S_ISDIR(about.st_mode))
        return hf__fail_system(reading->reterr, EISDIR, "read");
    uint64_t size = S_ISREG(about.st_mode) && about.st_size > 0 ? (uint64_t)about.st_size : 0;
    if (size > bytes_max)
        return hf__fail(reading->reterr, HF_LIMIT_BYTES, "%llu bytes of text, at most %llu allowed",
                        (unsigned long long)size, (unsigned long long)bytes_max);
    from->length = 0;
    from->capacity = size > 0 ? (size_t)size : 4096 < bytes_max ? 4096 : (size_t)bytes_max;
    hf_status status = take_block(reading, from->capacity);
    return status == HF_OK ? read_all(reading, file, from, bytes_max) : status;
}

static hf_status read_open_file(int file, const hf_read_options *options, hf_document **ret_document, hf_error *reterr)
{
    hf__reading reading;
    source from = { 0, 0 };
    hf_status status = hf__reading_init(&reading, options, reterr);
    uint64_t bytes_max = options->bytes_max != 0 && options->bytes_max < HF__READ_BYTES_MAX ? options->bytes_max
                                                                                          : HF__READ_BYTES_MAX;
    if (status == HF_OK)
        status = load(&reading, file, bytes_max, &from);
    if (status == HF_OK)
        status = hf__reading_give_text(&reading, source_begin(&reading), from.length, true);
    if (status == HF_OK) {
        hf__reading_foresee(&reading);
        return hf__reading_run(&reading, options, ret_document, reterr);
    }
    hf__reading_abandon(&reading);
    return status;
}

hf_status hf_read_file(const char *path, const hf_read_options *options, hf_document **ret_document, hf_error *reterr)
{
    if (options == NULL)
        options = &no_options;
    hf_status status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        status = hf__fail_system(reterr, errno, "open");
    } else {
        status = read_open_file(file, options, ret_document, reterr);
        close(file);
    }
    if (status != HF_OK)
        hf__error_set_name(reterr, options->name != NULL ? options->name : path);
    return status;
}

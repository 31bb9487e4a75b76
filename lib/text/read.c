/* read.c - JSON text in: from a buffer to a document. */
#include "text/read_source.h"

#include "base/cpu.h"
#include "base/fail.h"

static const hf_read_options no_options;

static void release_text(const hf_read_options *options, hf_text text)
{
    if (options->text == HF_TEXT_CONSUMED && options->release != NULL)
        options->release(options->release_context, text.bytes, text.length);
}

/* ---- shared with files and streams ------------------------------------------------------- */

hf_status hf__reading_init(hf__reading *reading, const hf_read_options *options, hf_error *reterr)
{
    memset(reading, 0, sizeof *reading);
    if (options->numbers == HF_NUMBERS_AS_TEXT && options->drop_text)
        return hf__fail(reterr, HF_MISUSE, "numbers as text need the text that drop_text drops");
    reading->keep_text = !options->drop_text;
    reading->allow_comments = options->allow_comments;
    reading->allow_trailing_commas = options->allow_trailing_commas;
    reading->replace_surrogates = options->replace_surrogates;
    reading->numbers_as_text = options->numbers == HF_NUMBERS_AS_TEXT;
    reading->values_max = options->values_max != 0 ? options->values_max : (uint64_t)1 << 32;
    reading->depth_max = options->depth_max != 0 ? options->depth_max : (uint32_t)1 << 24;
    reading->memory.allocator = options->allocator;
    reading->memory.budget = options->budget;
    reading->reterr = reterr;
    return HF_OK;
}

static const char *other_encoding(const char *text, size_t length)
{
    static const struct {
        const char *mark;
        size_t      length;
        const char *name;
    } marks[] = { /* UTF-32 first: the marks of UTF-16 begin like them */
        { "\xff\xfe\0\0", 4, "UTF-32, little-endian" },
        { "\0\0\xfe\xff", 4, "UTF-32, big-endian" },
        { "\xff\xfe", 2, "UTF-16, little-endian" },
        { "\xfe\xff", 2, "UTF-16, big-endian" },
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (length >= marks[i].length && memcmp(text, marks[i].mark, marks[i].length) == 0)
            return marks[i].name;
    return NULL;
}

hf_status hf__reading_give_text(hf__reading *reading, const char *text, size_t length, bool is_inside)
{
    reading->skipped = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    reading->text = text + reading->skipped;
    reading->length = length - reading->skipped;
    reading->is_inside = is_inside;
    reading->is_padded = is_inside;
    const char *encoding = other_encoding(text, length);
    if (encoding == NULL)
        return HF_OK;
    hf__fail(reading->reterr, HF_BAD_ENCODING, "%s", encoding);
    hf__error_set_place(reading->reterr, text, length, 0);
    return HF_BAD_ENCODING;
}

void hf__reading_copy_later(hf__reading *reading)
{
    reading->pending = reading->text;
    reading->text = reading->block + sizeof(hf__block_header) + reading->skipped;
    reading->is_inside = true;
    reading->is_padded = true;
    memcpy(hf__reading_text(reading) - reading->skipped, reading->pending - reading->skipped, reading->skipped);
}

/* Places in the text are signed 32-bit numbers to some instructions of the stages. */
enum { STAGED_MAX = 0x7fff0000 };

/* By the reader that is the fastest for such a text on this machine. All say only that something is wrong. */
static hf_status read_at_level(hf__reading *reading)
{
#if defined(__x86_64__)
    enum hf__cpu_level level = hf__cpu_level();
    if (level == HF__CPU_AVX512 && !reading->numbers_as_text && reading->length >= HF__READ_STAGED_MIN &&
        reading->length <= STAGED_MAX)
        return hf__read_avx512(reading);
    if (level != HF__CPU_BASE)
        return hf__read_fast_avx2(reading);
#endif
    return hf__read_fast(reading);
}

/* False: the careful reader must read it. */
static bool try_fast(hf__reading *reading)
{
    if (!reading->is_padded || !reading->keep_text || reading->many || reading->allow_comments ||
        reading->allow_trailing_commas)
        return false;
    hf_error *reterr = reading->reterr;
    reading->reterr = NULL;
    hf_status status = read_at_level(reading);
    reading->reterr = reterr;
    if (status == HF_OK)
        return true;
    reading->slot_count = 0;
    reading->side_used = 0;
    reading->is_relaxed = false;
    return false;
}

static hf_status read_text(hf__reading *reading)
{
    if (try_fast(reading))
        return HF_OK;
    if (reading->pending != NULL)
        memcpy(hf__reading_text(reading), reading->pending, reading->length);
    return hf__read_careful(reading);
}

hf_status hf__reading_run(hf__reading *reading, const hf_read_options *options, hf_document **ret_document,
                          hf_error *reterr)
{
    hf_status status = read_text(reading);
    if (status == HF_OK && options->duplicates != HF_DUPLICATES_KEEP)
        status = hf__read_duplicates(reading, options->duplicates);
    if (status != HF_OK) {
        if (reading->fault.status == status)
            hf__reading_fail(reading, reterr);
        hf__reading_abandon(reading);
        return status;
    }
    hf__reading_finish(reading);
    hf__block_header *block = (hf__block_header *)(void *)reading->block;
    reading->block = NULL;
    return hf__document_create(block, reading->block_bytes, reading->memory.allocator, reading->memory.budget, ret_document,
                               reterr);
}

/* ---- from a buffer ----------------------------------------------------------------------- */

static hf_status read_buffer(hf_text text, const hf_read_options *options, hf_document **ret_document, hf_error *reterr)
{
    hf__reading reading;
    hf_status status = hf__reading_init(&reading, options, reterr);
    if (status != HF_OK)
        return status;
    uint64_t bytes_max = options->bytes_max != 0 && options->bytes_max < HF__READ_BYTES_MAX ? options->bytes_max
                                                                                          : HF__READ_BYTES_MAX;
    if (text.length > bytes_max)
        return hf__fail(reterr, HF_LIMIT_BYTES, "%zu bytes of text, at most %llu allowed", text.length,
                        (unsigned long long)bytes_max);
    bool copied = options->text == HF_TEXT_COPIED && !options->drop_text;
    size_t slots, side;
    hf__reading_estimate(&reading, text.bytes, text.length, &slots, &side);
    status = hf__reading_begin(&reading, copied ? text.length : 0, slots, side);
    if (status != HF_OK)
        return status;
    status = hf__reading_give_text(&reading, text.bytes, text.length, false);
    if (status == HF_OK && copied)
        hf__reading_copy_later(&reading);
    if (status != HF_OK) {
        hf__reading_abandon(&reading);
        return status;
    }
    return hf__reading_run(&reading, options, ret_document, reterr);
}

hf_status hf_read(hf_text text, const hf_read_options *options, hf_document **ret_document, hf_error *reterr)
{
    if (options == NULL)
        options = &no_options;
    hf_document *document = NULL;
    if (text.bytes == NULL)
        text.bytes = "";
    hf_status status = read_buffer(text, options, &document, reterr);
    if (status != HF_OK) {
        if (options->name != NULL)
            hf__error_set_name(reterr, options->name);
        release_text(options, text);
        return status;
    }
    if (options->drop_text) {
        release_text(options, text);
    } else if (options->text != HF_TEXT_COPIED) {
        document->text.bytes = text.bytes;
        document->text.length = text.length;
        if (options->text == HF_TEXT_CONSUMED) {
            document->text.release = options->release;
            document->text.context = options->release_context;
        }
        hf__text_seal(document);
    }
    *ret_document = document;
    return HF_OK;
}

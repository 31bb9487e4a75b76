/* gen_unit.c - memory, failure and notes of a unit. */
#include "gen_unit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void gen_unit_init(gen_unit *unit, size_t bytes_max)
{
    memset(unit, 0, sizeof *unit);
    unit->pool.bytes_max = bytes_max != 0 ? bytes_max : GEN_UNIT_BYTES_MAX_DEFAULT;
    unit->notes_end = &unit->notes;
    unit->records_end = &unit->records;
    unit->enums_end = &unit->enums;
    unit->files_end = &unit->files;
}

void gen_unit_release(gen_unit *unit)
{
    for (gen_stream *stream = unit->streams; stream != NULL; stream = stream->next) { /* a failure left it open */
        fclose(stream->to);
        free(stream->text);
    }
    unit->streams = NULL;
    gen_pool_release(&unit->pool);
}

static gen_place nowhere(void)
{
    return (gen_place){ "", 0, 0 };
}

void *gen_take(gen_unit *unit, size_t bytes)
{
    void *taken = gen_pool_take(&unit->pool, bytes);
    if (taken == NULL)
        gen_fail(unit, HF_NO_MEMORY, nowhere(), "the declarations need more than %zu MB of memory",
                 unit->pool.bytes_max >> 20);
    return taken;
}

static char *print_list(gen_unit *unit, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0)
        gen_fail(unit, HF_NO_MEMORY, nowhere(), "a text cannot be formatted");
    char *text = gen_take(unit, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *gen_print(gen_unit *unit, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = print_list(unit, format, arguments);
    va_end(arguments);
    return text;
}

/* ---- streams ----------------------------------------------------------------------------- */

gen_stream *gen_stream_open(gen_unit *unit)
{
    gen_stream *stream = gen_take(unit, sizeof *stream);
    stream->to = open_memstream(&stream->text, &stream->length);
    if (stream->to == NULL)
        gen_fail(unit, HF_NO_MEMORY, nowhere(), "no memory for the output");
    stream->next = unit->streams;
    unit->streams = stream;
    return stream;
}

const char *gen_stream_close(gen_unit *unit, gen_stream *stream, size_t *ret_length)
{
    bool is_whole = fflush(stream->to) == 0 && ferror(stream->to) == 0;
    char *kept = is_whole ? gen_take(unit, stream->length + 1) : NULL;
    if (kept == NULL)
        gen_fail(unit, HF_NO_MEMORY, nowhere(), "no memory for the output");
    memcpy(kept, stream->text, stream->length);
    if (ret_length != NULL)
        *ret_length = stream->length;
    unit->streams = stream->next;
    fclose(stream->to);
    free(stream->text);
    return kept;
}

/* ---- failing ----------------------------------------------------------------------------- */

void gen_fail(gen_unit *unit, hf_status status, gen_place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(unit->failed_text, sizeof unit->failed_text, format, arguments);
    va_end(arguments);
    unit->failed_place = place;
    unit->failed_status = status;
    longjmp(unit->failed, 1);
}

static void add_note(gen_unit *unit, gen_place place, const char *text, bool is_guess)
{
    gen_note *note = gen_take(unit, sizeof *note);
    note->place = place;
    note->text = text;
    note->is_guess = is_guess;
    *unit->notes_end = note;
    unit->notes_end = &note->next;
}

void gen_guess(gen_unit *unit, gen_place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_note(unit, place, print_list(unit, format, arguments), true);
    va_end(arguments);
    unit->strict_errors++;
}

void gen_remark(gen_unit *unit, gen_place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_note(unit, place, print_list(unit, format, arguments), false);
    va_end(arguments);
}

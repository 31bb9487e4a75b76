/* fail.c - filling and printing hf_error. Never allocates. */
#include "fail.h"

#include <stdarg.h>

#include "plain.h"
#include "utf8.h"

hf_status hf__fail(hf_error *reterr, hf_status status, const char *detail_format, ...)
{
    if (reterr == NULL)
        return status;
    memset(reterr, 0, sizeof *reterr);
    reterr->status = status;
    if (detail_format != NULL) {
        va_list arguments;
        va_start(arguments, detail_format);
        int length = vsnprintf(reterr->detail, sizeof reterr->detail, detail_format, arguments);
        va_end(arguments);
        if (length >= (int)sizeof reterr->detail) /* not cut within a character */
            reterr->detail[hf__utf8_step_back(reterr->detail, sizeof reterr->detail - 1)] = 0;
    }
    return status;
}

hf_status hf__fail_system(hf_error *reterr, int system_error, const char *what)
{
    if (reterr == NULL)
        return HF_IO;
    hf__fail(reterr, HF_IO, "%s: %s", what, strerror(system_error));
    reterr->system_error = system_error;
    return HF_IO;
}

/* How many bytes from `at` on, three at most, are the rest of a character. */
static size_t rest_of_character(const char *at)
{
    size_t count = 0;
    while (count < 3 && ((unsigned char)at[count] & 0xc0) == 0x80)
        count++;
    return count;
}

void hf__error_set_name(hf_error *reterr, const char *name)
{
    if (reterr == NULL)
        return;
    size_t length = strlen(name);
    if (length < sizeof reterr->name) {
        memcpy(reterr->name, name, length + 1);
        return;
    }
    /* The end of a path tells more than its beginning. */
    size_t kept = sizeof reterr->name - 4;
    kept -= rest_of_character(name + length - kept);
    memcpy(reterr->name, "...", 3);
    memcpy(reterr->name + 3, name + length - kept, kept + 1);
}

void hf__error_set_pointer(hf_error *reterr, const char *pointer, size_t length)
{
    if (reterr == NULL)
        return;
    reterr->has_pointer = true;
    size_t room = sizeof reterr->pointer - 1;
    if (length <= room) {
        if (length > 0)
            memcpy(reterr->pointer, pointer, length);
        reterr->pointer[length] = 0;
        return;
    }
    static const char gap[] = "/...";
    size_t head = room / 2 - sizeof gap;
    size_t tail = room - head - (sizeof gap - 1);
    while (head > room / 4 && pointer[head] != '/')
        head--;
    if (rest_of_character(pointer + head) > 0)
        head = hf__utf8_step_back(pointer, head);
    const char *rest = pointer + length - tail;
    while (rest < pointer + length - tail / 2 && *rest != '/')
        rest++;
    rest += rest_of_character(rest);
    tail = (size_t)(pointer + length - rest);
    memcpy(reterr->pointer, pointer, head);
    memcpy(reterr->pointer + head, gap, sizeof gap - 1);
    memcpy(reterr->pointer + head + sizeof gap - 1, rest, tail);
    reterr->pointer[head + sizeof gap - 1 + tail] = 0;
}

void hf__error_set_place(hf_error *reterr, const char *text, size_t length, uint64_t offset)
{
    if (reterr == NULL)
        return;
    if (offset > length)
        offset = length;
    uint64_t line = 1;
    const char *line_begin = text, *place = text + offset;
    for (const char *at = text; at < place && (at = memchr(at, '\n', (size_t)(place - at))) != NULL; at++) {
        line++;
        line_begin = at + 1;
    }
    reterr->offset = offset;
    reterr->line = line;
    reterr->column = (uint64_t)(place - line_begin) + 1;
}

/* A cursor over the output that counts what would not fit. */
typedef struct sink {
    char  *out;
    size_t size, length;
} sink;

static void put(sink *to, const char *format, ...) HF_PRINTF(2, 3);
static void put(sink *to, const char *format, ...)
{
    size_t room = to->length < to->size ? to->size - to->length : 0;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(room > 0 ? to->out + to->length : NULL, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        to->length += (size_t)length;
}

size_t hf_error_format(const hf_error *error, char *out, size_t size)
{
    sink to = { out, size, 0 };
    if (size > 0)
        out[0] = 0;
    if (error->name[0] != 0)
        put(&to, "%s:", error->name);
    if (error->line != 0)
        put(&to, "%llu:%llu:", (unsigned long long)error->line, (unsigned long long)error->column);
    put(&to, "%s%s", to.length > 0 ? " " : "", hf_status_text(error->status));
    if (error->detail[0] != 0)
        put(&to, "%s%s", error->status == HF_BAD_TOKEN && error->detail[0] == '\'' ? " " : ": ", error->detail);
    if (error->line != 0) {
        put(&to, " (byte %llu, ", (unsigned long long)error->offset);
        if (error->document != 0)
            put(&to, "document %llu, ", (unsigned long long)error->document);
        put(&to, "%s%s)", error->has_pointer && error->pointer[0] != 0 ? "inside " : "at the top level",
            error->has_pointer ? error->pointer : "");
    } else if (error->has_pointer) {
        put(&to, " (at %s)", error->pointer[0] != 0 ? error->pointer : "the root");
    } else if (error->status == HF_BAD_BLOCK) {
        put(&to, " (byte %llu)", (unsigned long long)error->offset);
    }
    if (size > 0)
        hf__make_plain(out);
    return to.length;
}

int hf_error_print(FILE *stream, const hf_error *error)
{
    char line[sizeof *error + 256];
    hf_error_format(error, line, sizeof line);
    fprintf(stream, "%s\n", line);
    return 1;
}

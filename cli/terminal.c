/* terminal.c - see terminal.h. */
#define _GNU_SOURCE
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

unsigned terminal_columns(void)
{
    struct winsize size;
    const char *said = getenv("COLUMNS");
    long columns = said != NULL ? strtol(said, NULL, 10) : 0;
    if (columns <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns > 0 && columns < 1000 ? (unsigned)columns : 80;
}

/* Bytes of the first `columns` characters of UTF-8, each a column wide. */
static size_t first_columns(const char *text, unsigned columns)
{
    size_t at = 0;
    for (unsigned column = 0; text[at] != 0; at++)
        if (((unsigned char)text[at] & 0xc0) != 0x80 && column++ == columns)
            break;
    return at;
}

void terminal_put_line(const char *text)
{
    fprintf(stderr, "\r\033[K%.*s", (int)first_columns(text, terminal_columns() - 1), text);
    fflush(stderr);
}

void terminal_clear_line(void)
{
    fputs("\r\033[K", stderr);
}

bool terminal_is_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != 0)
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

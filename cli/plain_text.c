/* plain_text.c - see plain_text.h. */
#include "plain_text.h"

#include <stdlib.h>

/* C0 and DEL; C1, which is two bytes. */
static size_t control_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0x20 || at[0] == 0x7f)
        return 1;
    return left > 1 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0;
}

void print_plain(FILE *out, hf_text text)
{
    for (size_t at = 0; at < text.length;) {
        size_t control = control_length((const unsigned char *)text.bytes + at, text.length - at);
        fputc(control > 0 ? '?' : text.bytes[at], out);
        at += control > 0 ? control : 1;
    }
}

/* The bytes of the character at `at`, which ends with NUL at the latest; 0 when it is none (RFC 3629). */
static size_t character_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    unsigned char least = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80, most = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[0] < 0xc2 || at[0] > 0xf4 || at[1] < least || at[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

char *utf8_name(const char *name)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *made = malloc(3 * strlen(name) + 1), *end = made;
    if (made == NULL)
        return NULL;
    while (*name != 0) {
        size_t length = character_length((const unsigned char *)name);
        memcpy(end, length > 0 ? name : replacement, length > 0 ? length : 3);
        end += length > 0 ? length : 3;
        name += length > 0 ? length : 1;
    }
    *end = 0;
    return made;
}

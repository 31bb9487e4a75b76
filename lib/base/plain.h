/* plain.h - text from outside on its way to a terminal or a log: what would move the cursor, colour the screen or
 * begin another line becomes '?'. Nothing else is changed, so that UTF-8 stays what it is. */
#ifndef HOLDFAST_PLAIN_H
#define HOLDFAST_PLAIN_H

#include <stddef.h>
#include <string.h>

/* The bytes of the control character at `at`, in text that ends with NUL: 1 for C0 and DEL, 2 for C1 (U+0080 to
 * U+009F); 0 when it is none, or the end. */
static inline size_t hf__control_length(const char *at)
{
    unsigned char first = (unsigned char)at[0], second = first == 0xc2 ? (unsigned char)at[1] : 0;
    if (second >= 0x80 && second < 0xa0)
        return 2;
    return (first < 0x20 && first != 0) || first == 0x7f;
}

static inline void hf__make_plain(char *text)
{
    for (size_t length; *text != 0; text += length > 0 ? length : 1) {
        length = hf__control_length(text);
        memset(text, '?', length);
    }
}

#endif

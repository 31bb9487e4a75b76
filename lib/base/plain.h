/* plain.h - text from outside on its way to a terminal or a log: what would move the cursor, colour the screen or
 * begin another line becomes '?'. Nothing else is changed, so that UTF-8 stays what it is. */
#ifndef HOLDFAST_PLAIN_H
#define HOLDFAST_PLAIN_H

/* Control characters: C0, DEL, and C1 (U+0080 to U+009F, of two bytes). */
static inline void hf__make_plain(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != 0; at++) {
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = at[1] = '?';
            at++;
        } else if (at[0] < 0x20 || at[0] == 0x7f) {
            at[0] = '?';
        }
    }
}

#endif

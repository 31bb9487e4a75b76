/* terminal.h - the terminal: how wide it is, a line on standard error that is written over again, its characters. */
#ifndef HOLDFAST_TERMINAL_H
#define HOLDFAST_TERMINAL_H

#include <stdbool.h>

/* How many columns a line may take without being broken: as COLUMNS says, or of the terminal; 80 where neither
 * does. */
unsigned terminal_columns(void);

/* Writes `text` over the line that stands there, cut to what fits: a line that is broken cannot be taken away. */
void terminal_put_line(const char *text);
void terminal_clear_line(void);

/* Whether block characters are shown as such, as far as the environment says. */
bool terminal_is_utf8(void);

#endif

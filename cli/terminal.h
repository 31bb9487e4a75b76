/* terminal.h - the terminal behind standard error: how wide it is, a line that is written over again. */
#ifndef HOLDFAST_TERMINAL_H
#define HOLDFAST_TERMINAL_H

#include <stdbool.h>

/* How many columns a line may take without being broken: as COLUMNS says, or of the terminal; 80 where neither
 * does. */
unsigned terminal_columns(void);

/* Writes `text` over the line that stands there, cut to what fits: a line that is broken cannot be taken away. */
void terminal_put_line(const char *text);
void terminal_clear_line(void);

#endif

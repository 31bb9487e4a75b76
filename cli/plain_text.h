/* plain_text.h - names and keys from outside, made fit for a terminal or for JSON. */
#ifndef HOLDFAST_PLAIN_TEXT_H
#define HOLDFAST_PLAIN_TEXT_H

#include <holdfast/base.h>

/* Control characters become '?': what is printed cannot move the cursor or begin another line. */
void print_plain(FILE *out, hf_text text);

/* Names of files may hold any bytes: those that are no UTF-8 become U+FFFD, each one. The caller frees it;
 * NULL without memory. */
char *utf8_name(const char *name);

#endif

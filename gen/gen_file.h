/* gen_file.h - files that appear whole or not at all. */
#ifndef HOLDFAST_GEN_FILE_H
#define HOLDFAST_GEN_FILE_H

#include "gen_unit.h"

/* Writes `length` bytes to `path`: beside its place first, then renamed over it, for a symbolic link over what it
 * leads to; into a device or a pipe as they are. An unchanged file keeps its time. Fails the unit with HF_IO. */
void gen_file_write(gen_unit *unit, const char *path, const char *text, size_t length);

/* Whether the file holds just these bytes. */
bool gen_file_equals(const char *path, const char *text, size_t length);

/* Whether both names lead to one file that is there. */
bool gen_file_is_same(const char *path, const char *other);

#endif

/* code_read.h - reading a whole text by generated code. */
#ifndef HOLDFAST_CODE_READ_H
#define HOLDFAST_CODE_READ_H

#include <holdfast/bind_code.h>

/* Reads UTF-8 that was checked, from its first byte that is no blank, into an object that has begun.
 * False: read it again by tables. What was made hangs on the object, as a tree. */
bool hf__in_read(const hf_code *code, hf_text json, uint32_t depth_max, const hf_store *store, void *object);

#endif

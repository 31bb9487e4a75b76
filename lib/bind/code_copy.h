/* code_copy.h - copying and measuring by generated steps. */
#ifndef HOLDFAST_CODE_COPY_H
#define HOLDFAST_CODE_COPY_H

#include <holdfast/bind_code.h>

/* Fills `copy`, a block for the object. On failure nothing hangs on it: all that was made is freed, or
 * is left to the arena to rewind. */
hf_status hf__copy_by_code(const hf_type *type, const void *object, const hf_copy_options *options, void *copy, hf_error *reterr);

/* ret_size: with the object itself. */
hf_status hf__measure_by_code(const hf_type *type, const void *object, bool is_malloced, hf_struct_size *ret_size);

#endif

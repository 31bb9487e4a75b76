/* code_write.h - writing a whole object by generated code. */
#ifndef HOLDFAST_CODE_WRITE_H
#define HOLDFAST_CODE_WRITE_H

#include <holdfast/bind_code.h>

/* Remembers that writing has failed; where the steps go on, which nobody reads. */
char *hf__out_fail(hf__out *out);
/* Appends the object. False: nothing was appended, and the tables are to write it. */
bool hf__out_write(const hf_code *code, const void *object, const hf_encode_options *options, hf_buffer *buffer);

#endif

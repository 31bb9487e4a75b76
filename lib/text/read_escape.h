/* read_escape.h - where an escape is wrong, and what should have stood there. For errors only. */
#ifndef HOLDFAST_READ_ESCAPE_H
#define HOLDFAST_READ_ESCAPE_H

#include <holdfast/base.h>

typedef struct hf__escape_fault {
    hf_status   status;   /* HF_OK: none is wrong; HF_BAD_ESCAPE or HF_BAD_SURROGATE */
    size_t      offset;   /* of the first wrong character; for surrogates, of the escape */
    const char *expected;
} hf__escape_fault;

/* The first wrong escape in `length` bytes from between quotes. One that is merely cut off by their
 * end counts when `whole` says that a closing quote stands there. */
hf__escape_fault hf__escape_find_fault(const char *text, size_t length, bool replace, bool whole);

#endif

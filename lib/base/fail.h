/* fail.h - how calls inside the library fill an hf_error.
 *
 * Every function here accepts reterr == NULL and returns the status it was given, so that a
 * failing call is one line: return hf__fail(reterr, HF_MISUSE, "the builder is not finished"); */
#ifndef HOLDFAST_FAIL_H
#define HOLDFAST_FAIL_H

#include <holdfast/base.h>

/* Clears *reterr and sets status and detail (printf words, cut at HF_ERROR_DETAIL_MAX - 1). */
hf_status hf__fail(hf_error *reterr, hf_status status, const char *detail_format, ...) HF_PRINTF(3, 4);

/* As hf__fail with HF_IO and errno; `what` tells what was tried, such as "open". */
hf_status hf__fail_system(hf_error *reterr, int system_error, const char *what);

/* Sets the source's name; a long one keeps its end. */
void hf__error_set_name(hf_error *reterr, const char *name);

/* Sets the JSON Pointer of the place from text that may be longer than the field: elided in
 * the middle, whole reference tokens kept where possible. */
void hf__error_set_pointer(hf_error *reterr, const char *pointer, size_t length);

/* Sets offset, line and column for a place in `text`: counts line feeds up to `offset`. */
void hf__error_set_place(hf_error *reterr, const char *text, size_t length, uint64_t offset);

#endif

/* pointer.h - JSON Pointer (RFC 6901): "/servers/2/port". */
#ifndef HOLDFAST_POINTER_H
#define HOLDFAST_POINTER_H

#include <holdfast/value.h>

HF_EXTERN_BEGIN

/* The value at `pointer` below `root`; "" is the root itself. Of equal keys the last one counts.
 * Absent when there is none, and for text that is no JSON Pointer. */
HF_API hf_value hf_at_pointer(hf_value root, hf_text pointer);

/* The same with the reason. HF_BAD_POINTER with the offset of the offending byte; HF_NOT_FOUND, or
 * HF_WRONG_KIND where a step leads into a scalar, with the pointer of the deepest value that is
 * there. "-" (behind the last element) is HF_NOT_FOUND. */
HF_API HF_NODISCARD hf_status hf_find_pointer(hf_value root, hf_text pointer, hf_value *ret_value, hf_error *reterr);

/* Takes the next reference token off `*pointer` (which begins with '/') and unescapes it into `room`
 * when it has escapes. False when it is no valid token or does not fit. For callers that walk a
 * pointer themselves. */
HF_API bool hf_pointer_next(hf_text *pointer, char *room, size_t room_size, hf_text *ret_token);

/* An array index as RFC 6901 spells it: digits without a leading zero, at most 19 of them. */
HF_API bool hf_pointer_index(hf_text token, uint64_t *ret_index);

HF_EXTERN_END

#endif

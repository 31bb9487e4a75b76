/* deep_stack.h - runs a function on a thread with a small stack.
 *
 * What passes here does not recurse over its data: 64 KiB in plain builds, 512 KiB under
 * sanitizers, whose frames are larger. A guard page below the stack turns an overflow into a crash. */
#ifndef HOLDFAST_TEST_DEEP_STACK_H
#define HOLDFAST_TEST_DEEP_STACK_H

#include <stdbool.h>
#include <stddef.h>

/* True when compiled with AddressSanitizer or ThreadSanitizer. */
bool test_is_sanitized(void);

/* The bytes of stack that deep_stack_run gives. */
size_t deep_stack_bytes(void);

/* Calls run(context) on a thread with deep_stack_bytes() of stack and waits for it. Returns what
 * run returned; cmocka's assertions may not be used inside run, since they jump across threads:
 * return a message instead, or NULL when all is well. */
const char *deep_stack_run(const char *(*run)(void *context), void *context);

#endif

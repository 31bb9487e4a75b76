/* conformance.h - where the public conformance data is, and files read whole.
 *
 * The data is no part of the project: $HOLDFAST_CONFORMANCE, else ../shared/conformance beside the
 * project's root. Without it a suite says so in one line and skips; the project's own cases
 * (tests/cases) prove the same promises in a bare clone. */
#ifndef HOLDFAST_TEST_CONFORMANCE_H
#define HOLDFAST_TEST_CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>

/* The path of `suite` ("json-parsing") in `out`; false, and one line on standard error, when absent. */
bool conformance_find(const char *suite, char *out, size_t out_size);

/* A file read whole: owned (free), of exactly its size, so that a sanitizer sees a read beyond the
 * end; one byte for an empty file. NULL with a line on standard error when it cannot be read. */
char *test_read_file(const char *path, size_t *ret_length);

/* Calls each(name, path, context) for every file of a folder whose name ends with `suffix`, in the
 * order of names. Returns the count, 0 when the folder cannot be read. */
size_t test_each_file(const char *folder, const char                                        *suffix,
                      void (*each)(const char *name, const char *path, void *context), void *context);

#endif

/* guard.h - memory that ends exactly at a page nobody may touch, so that one byte too far crashes. */
#ifndef HOLDFAST_TEST_GUARD_H
#define HOLDFAST_TEST_GUARD_H

#include <stddef.h>

/* Room for `size` bytes whose end is the guard page. NULL when there is no memory. */
char *guard_create(size_t size);

/* Takes what guard_create gave for this size. */
void guard_destroy(char *bytes, size_t size);

#endif

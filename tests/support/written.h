/* written.h - what a value is written as, or why not. */
#ifndef HOLDFAST_TEST_WRITTEN_H
#define HOLDFAST_TEST_WRITTEN_H

#include <holdfast/write.h>

/* Each fails the test when it is otherwise. */
void test_expect_written(hf_value value, const hf_write_options *options, const char *expected);
/* Refused with that status and place; what the buffer held before stays. */
void test_expect_refused(hf_value value, const hf_write_options *options, hf_status status, const char *pointer);
/* Written with all memory from `memory`, which may fail: then what the buffer held before is what it holds. */
void test_expect_written_or_kept(hf_value value, const hf_allocator *memory);

#endif

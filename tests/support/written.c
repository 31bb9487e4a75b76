/* written.c - see written.h. */
#include "written.h"

#include <stdio.h>

#include "unit.h"

void test_expect_written(hf_value value, const hf_write_options *options, const char *expected)
{
    hf_buffer buffer = HF_BUFFER_INIT(1 << 24);
    hf_error  error;
    if (hf_write(value, options, &buffer, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail_msg("not written: %s", expected);
    }
    if (!hf_text_equal(hf_buffer_text(&buffer), hf_text_from_cstr(expected)))
        fail_msg("%.*s\nexpected\n%s", (int)buffer.length, buffer.bytes, expected);
    hf_buffer_release(&buffer);
}

void test_expect_refused(hf_value value, const hf_write_options *options, hf_status status, const char *pointer)
{
    hf_buffer buffer = HF_BUFFER_INIT(1 << 20);
    hf_error  error;
    assert_int_equal(hf_buffer_append(&buffer, HF_T("kept"), NULL), HF_OK);
    assert_int_equal(hf_write(value, options, &buffer, &error), status);
    assert_int_equal(error.status, status);
    assert_true(error.has_pointer);
    assert_string_equal(error.pointer, pointer);
    assert_true(hf_text_equal(hf_buffer_text(&buffer), HF_T("kept")));
    hf_buffer_release(&buffer);
}

void test_expect_written_or_kept(hf_value value, const hf_allocator *memory)
{
    hf_write_options options = { .allocator = memory };
    hf_buffer        buffer;
    hf_buffer_init(&buffer, 1 << 24, memory, NULL);
    hf_status status = hf_buffer_append(&buffer, HF_T("kept"), NULL);
    size_t    before = buffer.length;
    if (status == HF_OK)
        status = hf_write(value, &options, &buffer, NULL);
    assert_true(status == HF_OK || (status == HF_NO_MEMORY && buffer.length == before));
    hf_buffer_release(&buffer);
}

/* read_checked.h - reading for tests: every document that comes out is checked slot by slot. */
#ifndef HOLDFAST_TEST_READ_CHECKED_H
#define HOLDFAST_TEST_READ_CHECKED_H

#include <holdfast/read.h>

/* hf_read, then hf__block_check of the result, which must pass; a failure ends the test program with
 * a message. The text is given in a buffer of exactly its size at the end of a heap block, so that
 * sanitizers see a read beyond it. */
hf_status read_checked(hf_text text, const hf_read_options *options, hf_document **ret_document, hf_error *reterr);

/* The check alone. `text` is where borrowed or consumed text lies. */
void check_document(const hf_document *document, hf_text text);

#endif

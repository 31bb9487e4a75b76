/* documents.h - making documents in tests, and checking every block that comes out. */
#ifndef HOLDFAST_TEST_DOCUMENTS_H
#define HOLDFAST_TEST_DOCUMENTS_H

#include <holdfast/read.h>

/* Reads text that must be good; drop the result. */
hf_document *test_read(const char *text);
hf_document *test_read_with(const char *text, const hf_read_options *options);

/* Stops the test unless the document's block is what value_layout.h says. */
void test_check_block(const hf_document *document);

/* A document of `levels` containers: 'a' arrays, 'o' objects, 'm' both in turn; drop it. */
hf_document *test_deep(uint64_t levels, char form);

/* "equal", "different", or the status's words. */
bool test_equal(hf_value a, hf_value b);
int test_order(hf_value a, hf_value b); /* -1, 0, 1 */

#endif

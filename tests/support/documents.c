/* documents.c - see documents.h. */
#include "documents.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <stdlib.h>

#include "value/home.h"

static void stop(const char *what, const hf_error *error)
{
    fprintf(stderr, "%s: ", what);
    hf_error_print(stderr, error);
    abort();
}

hf_document *test_read(const char *text)
{
    return test_read_with(text, NULL);
}

hf_document *test_read_with(const char *text, const hf_read_options *options)
{
    hf_document *document = NULL;
    hf_error error;
    if (hf_read(hf_text_from_cstr(text), options, &document, &error) != HF_OK)
        stop(text, &error);
    test_check_block(document);
    return document;
}

void test_check_block(const hf_document *document)
{
    hf_error error = { 0 };
    hf__block_limits limits = { .bytes = document->block->block_bytes, .mounts = document->home.mount_count,
                                .foreigns = document->home.foreign_count, .outer_text = document->text.bytes,
                                .outer_length = document->text.length, .check_utf8 = true, .check_spelling = true,
                                .home = &document->home };
    if (hf__block_check(document->block, &limits, &error) != HF_OK)
        stop("the block is not as value_layout.h says", &error);
}

hf_document *test_deep(uint64_t levels, char form)
{
    hf_builder *builder = NULL;
    hf_document *document = NULL;
    hf_error error = { 0 };
    if (hf_builder_create(NULL, &builder, &error) != HF_OK)
        stop("builder", &error);
    for (uint64_t i = 0; i < levels; i++) {
        if (form == 'o' || (form == 'm' && i % 2 == 0)) {
            hf_build_object(builder);
            hf_build_key(builder, HF_T("k"));
        } else {
            hf_build_array(builder);
        }
    }
    hf_build_i64(builder, 1);
    for (uint64_t i = 0; i < levels; i++)
        hf_build_end(builder);
    if (hf_builder_finish(&builder, &document, &error) != HF_OK)
        stop("deep document", &error);
    return document;
}

bool test_equal(hf_value a, hf_value b)
{
    bool equal = false;
    hf_error error = { .status = HF_NO_MEMORY };
    if (hf_equal(a, b, &equal) != HF_OK)
        stop("equal", &error);
    return equal;
}

int test_order(hf_value a, hf_value b)
{
    int order = 0;
    hf_error error = { .status = HF_NO_MEMORY };
    if (hf_order(a, b, &order) != HF_OK)
        stop("order", &error);
    return (order > 0) - (order < 0);
}

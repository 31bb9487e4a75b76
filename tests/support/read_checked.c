/* read_checked.c - see read_checked.h. */
#include "read_checked.h"

#include <stdlib.h>

#include "value/home.h"

void check_document(const hf_document *document, hf_text text)
{
    hf__block_limits limits = {
        .bytes = document->block_bytes, .outer_text = text.bytes, .outer_length = text.length, .check_utf8 = true
    };
    hf_error error;
    if (hf__block_check(document->block, &limits, &error) == HF_OK)
        return;
    fprintf(stderr, "a document that was read is damaged: %s at %llu\n", error.detail, (unsigned long long)error.offset);
    fprintf(stderr, "text: %.*s\n", text.length < 2000 ? (int)text.length : 2000, text.bytes);
    abort();
}

hf_status read_checked(hf_text text, const hf_read_options *options, hf_document **ret_document, hf_error *reterr)
{
    char *exact = malloc(text.length != 0 ? text.length : 1);
    if (exact == NULL)
        abort();
    if (text.length != 0)
        memcpy(exact, text.bytes, text.length);
    hf_text given = hf_text_of(exact, text.length);
    hf_document *document = NULL;
    hf_status status = hf_read(given, options, &document, reterr);
    if (status == HF_OK) {
        bool outer = options != NULL && options->text == HF_TEXT_BORROWED;
        check_document(document, given);
        if (outer) { /* ours goes now: give a copy of its own to the caller */
            hf_document *own = NULL;
            hf_read_options copied = *options;
            copied.text = HF_TEXT_COPIED;
            hf_document_drop(document);
            status = hf_read(given, &copied, &own, reterr);
            document = own;
        }
        *ret_document = document;
    }
    free(exact);
    return status;
}

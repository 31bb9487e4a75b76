/* fuzz_decode.c - text straight into structs against text into a document and from there: the same
 * acceptance, equal structs, and writing what was read gives what reads back equal. */
#include <stdlib.h>

#include <holdfast/read.h>

#include "shapes.hf.h"

static void check(const hf_type *type, hf_text json)
{
    hf_document *document = NULL;
    void *direct = NULL, *by_value = NULL, *again = NULL;
    bool equal = false;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    hf_status status = hf_struct_decode(type, json, NULL, &direct, NULL);
    hf_status other = hf_read(json, NULL, &document, NULL);
    if (other == HF_OK)
        other = hf_struct_from_value(type, hf_root(document), NULL, &by_value, NULL);
    if ((status == HF_OK) != (other == HF_OK))
        abort();
    if (status == HF_OK) {
        if (hf_struct_equal(type, direct, by_value, &equal, NULL) != HF_OK || !equal)
            abort();
        if (hf_struct_encode(type, direct, NULL, &text, NULL) != HF_OK ||
            hf_struct_decode(type, hf_buffer_text(&text), NULL, &again, NULL) != HF_OK ||
            hf_struct_equal(type, direct, again, &equal, NULL) != HF_OK || !equal)
            abort();
    }
    hf_buffer_release(&text);
    hf_document_drop(document);
    if (hf_struct_destroy(type, direct, NULL) != HF_OK || hf_struct_destroy(type, by_value, NULL) != HF_OK ||
        hf_struct_destroy(type, again, NULL) != HF_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const hf_type *const types[] = { &record_hf_type, &shape_hf_type, &packet_hf_type, &node_hf_type, &plain_hf_type, &tree_hf_type };
    if (size == 0)
        return 0;
    /* An exact copy, so that the sanitizer sees any read beyond it. */
    char *copy = malloc(size);
    if (copy == NULL)
        return 0;
    memcpy(copy, data + 1, size - 1);
    check(types[data[0] % (sizeof types / sizeof *types)], hf_text_of(copy, size - 1));
    free(copy);
    return 0;
}

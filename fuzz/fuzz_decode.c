/* fuzz_decode.c - text straight into structs against text into a document and from there: the same
 * acceptance, equal structs, and writing what was read gives what reads back equal. Straight code
 * against tables: the same errors at the same places, and the same bytes out. */
#include <stdlib.h>

#include <holdfast/read.h>

#include "shapes.hf.h"

/* The same without straight code. */
static void check_tables(const hf_type *type, hf_text json, hf_status status, const hf_error *error, const void *direct, const hf_buffer *text)
{
    hf_type tables = *type;
    hf_error other_error;
    void *object = NULL;
    bool equal = false;
    hf_buffer other_text = HF_BUFFER_INIT(SIZE_MAX);
    tables.code = NULL;
    memset(&other_error, 0, sizeof other_error);
    if (hf_struct_decode(&tables, json, NULL, &object, &other_error) != status)
        abort();
    if (status != HF_OK) {
        if (other_error.offset != error->offset || strcmp(other_error.pointer, error->pointer) != 0 || strcmp(other_error.detail, error->detail) != 0)
            abort();
        return;
    }
    if (hf_struct_equal(type, object, direct, &equal, NULL) != HF_OK || !equal ||
        hf_struct_encode(&tables, object, NULL, &other_text, NULL) != HF_OK || other_text.length != text->length ||
        memcmp(other_text.bytes, text->bytes, text->length) != 0)
        abort();
    hf_buffer_release(&other_text);
    if (hf_struct_destroy(type, object, NULL) != HF_OK)
        abort();
}

static void check(const hf_type *type, hf_text json)
{
    hf_document *document = NULL;
    void *direct = NULL, *by_value = NULL, *again = NULL;
    bool equal = false;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    hf_error error;
    memset(&error, 0, sizeof error);
    hf_status status = hf_struct_decode(type, json, NULL, &direct, &error);
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
    check_tables(type, json, status, &error, direct, &text);
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

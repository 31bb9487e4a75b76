/* fuzz_decode.c - text straight into structs against text into a document and from there: the same
 * acceptance, equal structs, and writing what was read gives what reads back equal. Straight code
 * against tables: the same errors at the same places, and the same bytes out. */
#include <stdlib.h>

#include <holdfast/read.h>

#include "shapes.hf.h"

/* Both forms say the same of two structs, and equal ones have one hash. */
static void check_look(const hf_type *type, const void *a, const void *b, bool expected)
{
    hf_type tables = *type;
    bool by_code = false, by_table = false;
    uint64_t hash_a = 0, hash_b = 0, hash_of_tables = 0;
    tables.code = NULL;
    if (hf_struct_equal(type, a, b, &by_code, NULL) != HF_OK || hf_struct_equal(&tables, a, b, &by_table, NULL) != HF_OK ||
        hf_struct_hash(type, a, &hash_a, NULL) != HF_OK || hf_struct_hash(type, b, &hash_b, NULL) != HF_OK ||
        hf_struct_hash(&tables, a, &hash_of_tables, NULL) != HF_OK)
        abort();
    if (by_code != expected || by_table != expected || hash_a != hash_of_tables || (expected && hash_a != hash_b))
        abort();
}

/* A copy in each form: equal, and released by the other form. */
static void check_copies(const hf_type *type, const void *object)
{
    hf_type tables = *type;
    void *by_code = NULL, *by_table = NULL;
    hf_struct_size size_a, size_b;
    tables.code = NULL;
    if (hf_struct_copy(type, object, NULL, &by_code, NULL) != HF_OK || hf_struct_copy(&tables, object, NULL, &by_table, NULL) != HF_OK)
        abort();
    check_look(type, by_code, by_table, true);
    check_look(type, object, by_table, true);
    if (hf_size_of(type, by_table, false, &size_a, NULL) != HF_OK || hf_size_of(&tables, by_code, false, &size_b, NULL) != HF_OK ||
        size_a.deep != size_b.deep || size_a.objects != size_b.objects)
        abort();
    if (hf_struct_destroy(&tables, by_code, NULL) != HF_OK || hf_struct_destroy(type, by_table, NULL) != HF_OK)
        abort();
}

/* A walk that ends after each value and goes on shows as many events as one that does not end. */
static void check_walk(const hf_type *type, const void *object)
{
    hf_struct_walk walk;
    uint64_t events = 0, again = 0, rounds = 0;
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk))
        events++;
    uint64_t values = walk.values;
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE)
        abort();
    hf_struct_walk_options one = { .values_max = 1 };
    hf_struct_walk_init(&walk, type, object, &one);
    for (bool is_done = false; !is_done; rounds++) {
        while (hf_struct_walk_next(&walk))
            again++;
        is_done = walk.end == HF_WALK_DONE;
        hf_struct_walk_resume(&walk, &one);
    }
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE || again != events || rounds != values)
        abort();
}

/* The same without straight code. */
static void check_tables(const hf_type *type, hf_text json, hf_status status, const hf_error *error, const void *direct, const hf_buffer *text)
{
    hf_type tables = *type;
    hf_error other_error;
    void *object = NULL;
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
    check_look(type, object, direct, true);
    check_copies(type, direct);
    check_walk(type, direct);
    if (hf_struct_encode(&tables, object, NULL, &other_text, NULL) != HF_OK || other_text.length != text->length ||
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

/* fuzz_decode.c - text straight into structs against text into a document and from there: the same
 * acceptance, equal structs, and writing what was read gives what reads back equal. Straight code
 * against tables: the same errors at the same places, and the same bytes out.
 *
 * The first byte chooses the type: all those of the two models, so every shape and annotation. Nodes are then
 * tied into a graph, in a way that the text decides: copies, sizes, hashes, walks and writing of what is shared
 * and leads in circles, in both forms. */
/* fuzz parts: gen_shapes */
#include <stdlib.h>

#include <holdfast/compare.h>
#include <holdfast/read.h>

#include "every.hf.h"
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

static hf_document *as_document(const hf_type *type, const void *object, const hf_encode_options *how)
{
    hf_document *document = NULL;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    if (hf_struct_encode(type, object, how, &text, NULL) != HF_OK ||
        hf_read(hf_buffer_text(&text), NULL, &document, NULL) != HF_OK)
        abort();
    hf_buffer_release(&text);
    return document;
}

/* Equal structs; where a member keeps a value's text (raw), which a document does not, equal values. */
static void check_values(const hf_type *type, const void *direct, const void *by_value, bool keeps_texts)
{
    bool equal = false;
    hf_document *a, *b = NULL;
    if (!keeps_texts && (hf_struct_equal(type, direct, by_value, &equal, NULL) != HF_OK || !equal))
        abort();
    a = as_document(type, direct, NULL);
    if (hf_struct_to_value(type, by_value, NULL, &b, NULL) != HF_OK || hf_equal(hf_root(a), hf_root(b), &equal) != HF_OK || !equal)
        abort();
    hf_document_drop(a);
    hf_document_drop(b);
}

/* ---- graphs ------------------------------------------------------------------------------ */

enum { NODES_MAX = 24 };

/* The nodes of a tree, breadth first. */
static size_t nodes_of(node *top, node *nodes[NODES_MAX])
{
    size_t count = 0;
    nodes[count++] = top;
    for (size_t i = 0; i < count; i++) {
        node *one = nodes[i], *below[] = { one->left, one->right, one->group != NULL ? one->group->leader : NULL };
        for (size_t j = 0; j < 3 + one->n_kids && count < NODES_MAX; j++) {
            node *next = j < 3 ? below[j] : one->kids[j - 3];
            if (next != NULL)
                nodes[count++] = next;
        }
    }
    return count;
}

/* Pointers that lead nowhere lead to other nodes now, of a tree that is whole before. */
static void tie(node *const *nodes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        node *one = nodes[i];
        seed = seed * 1103515245u + 12345u;
        node *other = nodes[(seed >> 16) % count];
        if (one->left == NULL)
            one->left = other;
        else if (one->right == NULL && (seed & 0x400) != 0)
            one->right = other;
        if (one->group == NULL && (seed & 0x800) != 0)
            one->group = other->group;
        if (one->label == NULL)
            one->label = other->label;
        if (one->n_kids > 0 && one->kids[0] == NULL)
            one->kids[0] = one;
        one->parent = other;
        if (other->group != NULL && other->group->n_scores > 0)
            one->best = other->group->scores; /* into the middle it would be equal to itself alone */
    }
}

/* Both forms put the same in place of what is met again. */
static void check_repeats(const hf_type *type, const void *object)
{
    node held = { .value = 7, .parent = &held };
    hf_type tables = *type;
    tables.code = NULL;
    for (int repeat = HF_REPEAT_NULL; repeat <= HF_REPEAT_REFUSE; repeat++) {
        const hf_copy_options how = { .repeat = (hf_repeat)repeat, .placeholder = &held };
        const hf_encode_options out = { .repeat = HF_REPEAT_NULL };
        void *by_code = NULL, *by_table = NULL;
        bool equal = false;
        hf_status status = hf_struct_copy(type, object, &how, &by_code, NULL);
        if (hf_struct_copy(&tables, object, &how, &by_table, NULL) != status || (status != HF_OK) != (by_code == NULL))
            abort();
        if (status != HF_OK)
            continue;
        hf_document *a = as_document(type, by_code, &out), *b = as_document(type, by_table, &out);
        if (hf_equal(hf_root(a), hf_root(b), &equal) != HF_OK || !equal)
            abort();
        hf_document_drop(a);
        hf_document_drop(b);
        if (hf_struct_destroy(&tables, by_code, NULL) != HF_OK || hf_struct_destroy(type, by_table, NULL) != HF_OK)
            abort();
    }
}

static void check_graph(hf_text json)
{
    node *top = NULL, *nodes[NODES_MAX];
    unsigned seed = 0;
    for (size_t i = 0; i < json.length; i++)
        seed = seed * 31 + (unsigned char)json.bytes[i];
    if (node_decode(json, NULL, &top, NULL) != HF_OK)
        return;
    tie(nodes, nodes_of(top, nodes), seed);
    check_copies(&node_hf_type, top);
    check_walk(&node_hf_type, top);
    check_repeats(&node_hf_type, top);
    if (node_destroy(top, NULL) != HF_OK)
        abort();
}

/* ---- one text ---------------------------------------------------------------------------- */

static void check(const hf_type *type, hf_text json, bool keeps_texts)
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
        check_values(type, direct, by_value, keeps_texts);
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
    static const hf_type *const types[] = {
        &record_hf_type, &shape_hf_type, &packet_hf_type, &node_hf_type, &plain_hf_type, &tree_hf_type, &list_hf_type,
        &shelf_hf_type, &counted_hf_type, &run_hf_type, &message_hf_type, &folder_hf_type, &forms_hf_type, &checks_hf_type,
        &defaults_hf_type, &album_hf_type, &frame_hf_type, &sealed_hf_type, &nest_hf_type,
    };
    if (size == 0)
        return 0;
    const hf_type *type = types[data[0] % (sizeof types / sizeof *types)];
    /* An exact copy, so that the sanitizer sees any read beyond it. */
    char *copy = malloc(size);
    if (copy == NULL)
        return 0;
    memcpy(copy, data + 1, size - 1);
    check(type, hf_text_of(copy, size - 1), type == &record_hf_type || type == &forms_hf_type);
    if (type == &node_hf_type)
        check_graph(hf_text_of(copy, size - 1));
    free(copy);
    return 0;
}

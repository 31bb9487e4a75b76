/* fuzz_get.c - JSON Pointer and lookup: the first line is a pointer, the rest a document. Whatever a
 * walk visits is found again by its own pointer, key and position. */
#include <holdfast/pointer.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_ROOM = 1 << 12, WALK_MAX = 300 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Positions and keys of one container lead to its members. */
static void check_children(hf_value container)
{
    hf_iter iter;
    uint64_t count = 0;
    hf_iter_init(&iter, container);
    while (hf_iter_next(&iter) && count++ < WALK_MAX) {
        must(hf_is_same(hf_at(container, iter.index), iter.value));
        if (!hf_is_object(container))
            continue;
        must(hf_text_equal(hf_key_at(container, iter.index), iter.key));
        /* Of equal keys the last one is found. */
        hf_value found = hf_get(container, iter.key);
        must(!hf_is_absent(found) && found.slot >= iter.value.slot);
    }
    must(hf_is_absent(hf_at(container, hf_count(container))));
}

/* Where no key stands twice, the pointer of a value leads to it. */
static void check_paths(hf_value root, bool has_duplicates)
{
    static char path[PATH_ROOM];
    hf_walk walk;
    hf_walk_init(&walk, root, &(hf_walk_options){ .values_max = WALK_MAX });
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        size_t length = hf_walk_pointer(&walk, path, sizeof path);
        if (length < sizeof path && !has_duplicates) {
            hf_value found;
            must(hf_find_pointer(root, hf_text_of(path, length), &found, NULL) == HF_OK);
            must(hf_is_same(found, walk.value));
        }
        if (walk.event == HF_ENTER)
            check_children(walk.value);
    }
    hf_walk_finish(&walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t pointer_length = line != NULL ? (size_t)(line - data) : 0;
    hf_text pointer = hf_text_of(data, pointer_length);
    hf_text text = line != NULL ? hf_text_of(line + 1, size - pointer_length - 1) : hf_text_of(data, size);
    hf_document *document = NULL;
    hf_read_options refusing = { .duplicates = HF_DUPLICATES_REFUSE };
    bool has_duplicates = hf_read(text, &refusing, &document, NULL) == HF_DUPLICATE_KEY;
    if (document == NULL && hf_read(text, NULL, &document, NULL) != HF_OK)
        return 0;
    hf_value found = hf_absent();
    hf_error error;
    hf_status status = hf_find_pointer(hf_root(document), pointer, &found, &error);
    must((status == HF_OK) == !hf_is_absent(hf_at_pointer(hf_root(document), pointer)));
    must(status == HF_OK || status == HF_NOT_FOUND || status == HF_WRONG_KIND || status == HF_BAD_POINTER);
    must(status == HF_OK || error.status == status);
    check_paths(hf_root(document), has_duplicates);
    hf_document_drop(document);
    return 0;
}

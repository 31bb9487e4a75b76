/* fuzz_size.c - measuring, cloning, comparing: counted again by going through each container, and
 * copies of the whole and of each part are equal, of one hash, and well-formed blocks. */
#include <holdfast/compare.h>
#include <holdfast/read.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>

#include <stdlib.h>

#include "value/home.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS_MAX = 40 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_alike(hf_value value, const hf_document *copy)
{
    bool equal = false;
    int order = 1;
    hf__block_limits limits = { .bytes = copy->block->block_bytes, .check_utf8 = true };
    must(hf__block_check(copy->block, &limits, NULL) == HF_OK);
    must(hf_equal(value, hf_root(copy), &equal) == HF_OK && equal);
    must(hf_order(value, hf_root(copy), &order) == HF_OK && order == 0);
    must(hf_hash(value) == hf_hash(hf_root(copy)));
    must(hf_text_equal(hf_number_text(value), hf_number_text(hf_root(copy))));
}

static void count_again(hf_value root, const hf_size *size)
{
    uint64_t values = 0, keys = 0, text_bytes = 0, depth = 0;
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        values++;
        keys += walk.key.bytes != NULL;
        text_bytes += hf_as_text(walk.value, hf_text_of(NULL, 0)).length;
        depth = walk.depth > depth ? walk.depth : depth;
    }
    must(hf_walk_finish(&walk) == HF_WALK_DONE);
    must(values == size->values && values == size->values_expanded && keys == size->keys);
    must(text_bytes == size->text_bytes && depth == size->depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hf_document *document = NULL, *copy = NULL;
    if (hf_read(hf_text_of(data, size), NULL, &document, NULL) != HF_OK)
        return 0;
    hf_size measured;
    must(hf_measure(hf_root(document), &measured, NULL) == HF_OK);
    count_again(hf_root(document), &measured);
    hf_document_info info = hf_document_get_info(document);
    must(info.values == measured.values && info.depth == measured.depth);
    must(measured.deep_bytes + measured.slack_bytes + measured.index_bytes == info.bytes);
    must(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_OK);
    must_be_alike(hf_root(document), copy);
    hf_document_drop(copy);
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .values_max = PARTS_MAX });
    while (hf_walk_next(&walk)) {
        must(hf_clone_part(walk.value, NULL, NULL, &copy, NULL) == HF_OK);
        must_be_alike(walk.value, copy);
        hf_document_drop(copy);
    }
    hf_walk_finish(&walk);
    hf_document_drop(document);
    return 0;
}

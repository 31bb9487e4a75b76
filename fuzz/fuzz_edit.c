/* fuzz_edit.c - the same changes on two drafts of equal content but another inside: one of a document
 * that was read, one that is frozen and edited again after every few changes. Their answers must be
 * the same, what they show must be equal, and what is frozen must be a well-formed block.
 *
 * Input: JSON text, a byte 0, then steps of four bytes: verb, place, place, item. */
#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdlib.h>

#include "value/home.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS_MAX = 64, VALUES_MAX = 2000, POINTER_MAX = 512 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The pointer of the value that `number` names in what `root` shows; the same for equal content. */
static hf_text pointer_at(hf_value root, unsigned number, char room[POINTER_MAX])
{
    uint64_t values = 0;
    size_t length = 0;
    hf_walk walk;
    for (int pass = 0; pass < 2; pass++) {
        uint64_t wanted = values > 0 ? number % values : 0, at = 0;
        hf_walk_init(&walk, root, NULL);
        while (hf_walk_next(&walk)) {
            if (walk.event == HF_LEAVE)
                continue;
            if (pass == 1 && at == wanted)
                length = hf_walk_pointer(&walk, room, POINTER_MAX);
            at++;
        }
        hf_walk_finish(&walk);
        values = at;
    }
    return hf_text_of(room, length < POINTER_MAX ? length : 0);
}

static hf_item item_of(unsigned byte, hf_value root)
{
    switch (byte % 9) {
    case 0: return hf_item_null();
    case 1: return hf_item_i64((int64_t)byte - 100);
    case 2: return hf_item_text(HF_T("a text that does not fit into a slot"));
    case 3: return hf_item_array();
    case 4: return hf_item_object();
    case 5: return hf_item_number(HF_T("1.2500"));
    case 6: return hf_item_text(HF_T("short"));
    case 7: return hf_item_copy(hf_at(root, byte / 9));
    default: return hf_item_bytes(HF_T("\x01\x02"));
    }
}

static hf_status change(hf_draft *draft, const uint8_t step[4])
{
    static const hf_text keys[] = { { "a", 1 }, { "a key beyond fourteen bytes", 27 }, { "k", 1 }, { "", 0 } };
    char room[POINTER_MAX], other[POINTER_MAX];
    hf_value root = hf_draft_root(draft);
    hf_place place = hf_place_at(pointer_at(root, step[1], room));
    hf_place to = hf_place_at(pointer_at(root, step[2], other));
    hf_item item = item_of(step[3], root);
    hf_text key = keys[step[2] % 4];
    hf_handle handle = { 0, 0, 0 };
    switch (step[0] % 10) {
    case 0: return hf_draft_set(draft, place, item, NULL);
    case 1: return hf_draft_insert(draft, place, item, NULL);
    case 2: return hf_draft_append(draft, place, item, NULL);
    case 3: return hf_draft_insert_member(draft, place, step[3] % 3, key, item, NULL);
    case 4: return hf_draft_rename(draft, place, key, NULL);
    case 5: return hf_draft_remove(draft, place, NULL);
    case 6: return hf_draft_move(draft, place, to, NULL);
    case 7: return hf_draft_swap(draft, place, to, NULL);
    case 8:
        if (hf_draft_handle(draft, place, &handle, NULL) != HF_OK)
            return HF_GONE;
        item = item_of(step[3], hf_draft_root(draft)); /* taking a handle opened containers: views ended */
        return hf_draft_set(draft, hf_place_member(handle, key), item, NULL);
    default: return hf_draft_compact(draft, NULL);
    }
}

/* Frozen, checked, and edited on. */
static hf_draft *renew(hf_draft *draft)
{
    hf_document *document = NULL;
    must(hf_freeze(&draft, &document, NULL) == HF_OK);
    hf__block_limits limits = { .bytes = document->block->block_bytes, .mounts = document->home.mount_count,
                                .foreigns = document->home.foreign_count, .check_utf8 = true, .home = &document->home };
    must(hf__block_check(document->block, &limits, NULL) == HF_OK);
    must(hf_edit(document, &draft, NULL) == HF_OK);
    hf_document_drop(document);
    return draft;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    hf_document *document = NULL;
    if (end == NULL || hf_read(hf_text_of(data, (size_t)(end - data)), NULL, &document, NULL) != HF_OK)
        return 0;
    hf_draft *once = NULL, *often = NULL;
    must(hf_edit(document, &once, NULL) == HF_OK && hf_edit(document, &often, NULL) == HF_OK);
    hf_document_drop(document);
    const uint8_t *step = end + 1;
    for (int i = 0; i < STEPS_MAX && (size_t)(data + size - step) >= 4; i++, step += 4) {
        hf_walk walk;
        hf_walk_init(&walk, hf_draft_root(once), &(hf_walk_options){ .values_max = VALUES_MAX });
        while (hf_walk_next(&walk))
            continue;
        if (hf_walk_finish(&walk) != HF_WALK_DONE)
            break;
        must(change(once, step) == change(often, step));
        bool is_equal = false;
        must(hf_equal(hf_draft_root(once), hf_draft_root(often), &is_equal) == HF_OK && is_equal);
        if (i % 3 == 0)
            often = renew(often);
    }
    hf_draft_destroy(renew(once));
    hf_draft_destroy(often);
    return 0;
}

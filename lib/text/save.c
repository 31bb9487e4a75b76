/* save.c - a document to a file: its block as it lies, after everything else was copied into one.
 *
 * A document that is one block with all of its text goes out without a copy, but for what lies between
 * its parts: memory is recycled, so other documents may have left something there. Zeros go out instead. */
#include <holdfast/save.h>

#include "base/fail.h"
#include "text/save_file.h"
#include "value/ended.h"
#include "value/home.h"
#include "value/place.h"

/* A document of one self-contained block that shows the same; held, drop it. */
static hf_status self_contained(const hf_document *document, hf_document **ret_document, hf_error *reterr)
{
    if (document == NULL)
        return hf__misuse(reterr, "there is no document");
    if (hf__document_has_ended(document))
        return hf__fail(reterr, HF_MISUSE, "a document that was dropped");
    const hf__home *home = &document->home;
    bool is_whole = home->mount_count == 0 && home->base_count == 0 && home->foreign_count == 0 &&
                    !(document->block->flags & HF__BLOCK_OUTER_TEXT);
    if (is_whole) {
        *ret_document = hf_document_hold(document);
        return HF_OK;
    }
    hf_document *copy;
    hf_status status = hf_clone_part(hf_root(document), document->allocator, document->budget, &copy, reterr);
    if (status != HF_OK)
        return status;
    if (copy->home.foreign_count > 0) {
        const hf__slot *at = copy->home.slots;
        while (hf__kind(at) != HF__EXTENSION)
            at++;
        status = hf__fail(reterr, HF_FOREIGN, "%s cannot be saved", copy->home.foreigns[(uint32_t)at->hi].hooks->name);
        hf__place_of(copy->home.slots, at, reterr);
        hf_document_drop(copy);
        return status;
    }
    *ret_document = copy;
    return HF_OK;
}

/* A stretch of a block. */
typedef struct part {
    uint64_t offset, bytes;
} part;

enum { PARTS = 5 };

/* The parts of a block in the order of their places. */
static void list_parts(const hf__block_header *block, part parts[PARTS])
{
    const part all[PARTS] = {
        { 0, sizeof *block },
        { block->source_offset, block->source_bytes },
        { block->slots_offset, block->slot_count * sizeof(hf__slot) },
        { block->side_offset, block->side_bytes },
        { block->links_offset, block->link_count * sizeof(hf__link_target) },
    };
    memcpy(parts, all, sizeof all);
    for (unsigned i = 1; i < PARTS; i++) {
        const part moved = parts[i];
        unsigned place = i;
        for (; place > 0 && parts[place - 1].offset > moved.offset; place--)
            parts[place] = parts[place - 1];
        parts[place] = moved;
    }
}

/* Where the bytes of a block go. */
typedef struct sink {
    const hf__save_file *file; /* when there is no buffer */
    hf_buffer           *buffer;
} sink;

static hf_status put(const sink *to, const char *bytes, uint64_t length, hf_error *reterr)
{
    return to->buffer != NULL ? hf_buffer_append(to->buffer, hf_text_of(bytes, length), reterr)
                              : hf__save_file_write(to->file, bytes, length, reterr);
}

static hf_status put_zeros(const sink *to, uint64_t length, hf_error *reterr)
{
    static const char zeros[4096];
    hf_status status = HF_OK;
    for (; length > 0 && status == HF_OK; length -= length < sizeof zeros ? length : sizeof zeros)
        status = put(to, zeros, length < sizeof zeros ? length : sizeof zeros, reterr);
    return status;
}

static hf_status put_block(const sink *to, const hf__block_header *block, hf_error *reterr)
{
    part parts[PARTS];
    list_parts(block, parts);
    uint64_t at = 0;
    hf_status status = HF_OK;
    for (unsigned i = 0; i < PARTS && status == HF_OK; i++) {
        uint64_t end = parts[i].offset + parts[i].bytes;
        if (parts[i].bytes == 0 || end <= at) /* parts overlap only where a trusted file said so */
            continue;
        if (parts[i].offset > at) {
            status = put_zeros(to, parts[i].offset - at, reterr);
            at = parts[i].offset;
        }
        if (status == HF_OK)
            status = put(to, (const char *)block + at, end - at, reterr);
        at = end;
    }
    return status == HF_OK && at < block->block_bytes ? put_zeros(to, block->block_bytes - at, reterr) : status;
}

hf_status hf_save(const hf_document *document, const char *path, hf_error *reterr)
{
    hf_document *whole = NULL;
    hf__save_file file;
    hf_status status = self_contained(document, &whole, reterr);
    if (status == HF_OK)
        status = hf__save_file_begin(&file, path, reterr);
    if (status == HF_OK) {
        const sink to = { &file, NULL };
        status = hf__save_file_end(&file, put_block(&to, whole->block, reterr), reterr);
    }
    hf_document_drop(whole);
    if (status != HF_OK)
        hf__error_set_name(reterr, path);
    return status;
}

hf_status hf_save_to_buffer(const hf_document *document, hf_buffer *buffer, hf_error *reterr)
{
    hf_document *whole = NULL;
    hf_status status = self_contained(document, &whole, reterr);
    if (status != HF_OK)
        return status;
    const sink to = { NULL, buffer };
    status = hf_buffer_reserve(buffer, whole->block->block_bytes, reterr);
    if (status == HF_OK)
        status = put_block(&to, whole->block, reterr);
    hf_document_drop(whole);
    return status;
}

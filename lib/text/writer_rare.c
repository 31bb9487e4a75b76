/* writer_rare.c - what is written in the place of links, bytes, mounted documents and foreign values. */
#include "text/writer.h"

#include <holdfast/build.h>

#include "base/fail.h"

/* ---- going into documents and back ------------------------------------------------------- */

void hf__writer_set_home(hf__writer *w, const hf__home *home, const hf__slot *slot)
{
    const hf__home *owner = hf__block_home(home, slot);
    w->home = home;
    w->from_source = false;
    w->easy_bytes = 0;
    if (owner->kind != HF__HOME_DOCUMENT) /* a draft's chunk */
        return;
    const hf__block_header *block = hf__home_document(owner)->block;
    w->from_source = (block->flags & HF__BLOCK_STRICT) != 0 && !w->options.respell;
    w->easy_begin = (uintptr_t)block;
    w->easy_bytes = block->block_bytes > HF__WRITE_OVERREAD ? block->block_bytes - HF__WRITE_OVERREAD : 0;
}

bool hf__writer_enter(hf__writer *w, hf_value value, hf_document *owned)
{
    if (w->returns_used == HF__WRITE_RETURNS) {
        hf_document_drop(owned);
        hf__writer_fail(w, HF_LIMIT_DEPTH, NULL, "documents mounted in one another too deep");
        return false;
    }
    w->returns[w->returns_used++] = (hf__write_return){ w->home, w->at, w->end_slot, owned };
    hf__writer_set_home(w, value.home, value.slot);
    w->at = value.slot;
    w->end_slot = hf__behind(value.slot);
    return true;
}

bool hf__writer_return(hf__writer *w)
{
    if (w->returns_used == 0)
        return false;
    hf__write_return *back = &w->returns[--w->returns_used];
    hf_document_drop(back->owned);
    hf__writer_set_home(w, back->home, back->at - 1);
    w->at = back->at;
    w->end_slot = back->end;
    return true;
}

/* ---- values without a JSON form ---------------------------------------------------------- */

static char *put_quoted(hf__writer *w, char *to, hf_text text)
{
    *to++ = '"';
    to = hf__writer_text(w, to, text, true);
    if (to != NULL)
        to = (char *)memcpy(to, "\",", 2) + 2;
    return to;
}

static char *put_link(hf__writer *w, char *to, const hf__slot *slot)
{
    switch (w->options.links) {
    case HF_WRITE_LINKS_NULL: return (char *)memcpy(to, "null,", 5) + 5;
    case HF_WRITE_LINKS_TEXT: return put_quoted(w, to, w->options.link_text);
    default: return hf__writer_fail(w, HF_NOT_REPRESENTABLE, slot, "a link has no JSON form");
    }
}

/* Groups of three bytes to four characters; the last group padded. */
static size_t encode_base64(char *to, const unsigned char *bytes, size_t length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char             *begin = to;
    for (; length > 0; to += 4) {
        size_t   taken = length < 3 ? length : 3;
        uint32_t group =
            (uint32_t)bytes[0] << 16 | (taken > 1 ? (uint32_t)bytes[1] << 8 : 0) | (taken > 2 ? bytes[2] : 0);
        for (int i = 0; i < 4; i++)
            to[i] = letters[group >> (18 - 6 * i) & 63];
        if (taken < 3)
            to[3] = '=';
        if (taken < 2)
            to[2] = '=';
        bytes += taken;
        length -= taken;
    }
    return (size_t)(to - begin);
}

static char *put_bytes(hf__writer *w, char *to, const hf__slot *slot)
{
    enum { STEP = 768 }; /* a multiple of three; its letters fit into the slack */
    hf_text bytes = hf__slot_text(slot);
    if (w->options.bytes != HF_WRITE_BYTES_BASE64)
        return hf__writer_fail(w, HF_NOT_REPRESENTABLE, slot, "bytes have no JSON form");
    *to++ = '"';
    while (bytes.length > 0) {
        size_t step = bytes.length < STEP ? bytes.length : STEP;
        to = hf__writer_room(w, to, HF__WRITE_SLACK);
        if (to == NULL)
            return NULL;
        to += encode_base64(to, (const unsigned char *)bytes.bytes, step);
        bytes.bytes += step;
        bytes.length -= step;
    }
    to = hf__writer_room(w, to, HF__WRITE_SLACK);
    return to != NULL ? (char *)memcpy(to, "\",", 2) + 2 : NULL;
}

/* The hook builds a document of one value, which is then written as if it were mounted here. */
static char *put_foreign(hf__writer *w, char *to, const hf__slot *slot)
{
    const hf__foreign *foreign = &w->home->foreigns[(uint32_t)slot->hi];
    if (foreign->hooks->write == NULL || foreign->object == NULL)
        return hf__writer_fail(w, HF_FOREIGN, slot, foreign->hooks->name);
    hf_build_options options = { .allocator = w->options.allocator, .budget = w->options.budget };
    hf_builder      *builder = NULL;
    hf_document     *document = NULL;
    hf_status        status = hf_builder_create(&options, &builder, w->reterr);
    if (status == HF_OK) {
        status = foreign->hooks->write(foreign->object, builder);
        if (status == HF_OK)
            status = hf_builder_finish(&builder, &document, w->reterr);
        else
            hf__fail(w->reterr, status, "%s", foreign->hooks->name);
        hf_builder_destroy(builder);
    }
    if (status != HF_OK) {
        w->status = status;
        w->fault = slot;
        return NULL;
    }
    return hf__writer_enter(w, hf_root(document), document) ? to : NULL;
}

char *hf__writer_rare(hf__writer *w, char *to, const hf__slot *slot)
{
    hf_value value = { w->home, slot };
    switch (hf__kind(slot)) {
    case HF__LINK: return put_link(w, to, slot);
    case HF__BYTES: return put_bytes(w, to, slot);
    case HF__MOUNT: return hf__writer_enter(w, hf__resolve(value), NULL) ? to : NULL;
    case HF__EXTENSION: return put_foreign(w, to, slot);
    default: return hf__writer_fail(w, HF_NOT_REPRESENTABLE, slot, "a value of unknown kind");
    }
}

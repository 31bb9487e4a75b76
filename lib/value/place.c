/* place.c - paths from the inside out; see place.h. */
#include "value/place.h"

#include "base/fail.h"

void hf__pointer_writer_init(hf__pointer_writer *writer)
{
    writer->tail_at = HF__POINTER_TAIL;
    writer->tail_full = false;
    writer->head_at = HF__POINTER_HEAD;
    writer->elided = false;
}

/* One token with its slash, escaped; long ones lose their middle. At most 64 bytes. */
static unsigned spell(char token[64], hf_text key)
{
    unsigned length = 0;
    size_t i = 0;
    token[length++] = '/';
    for (; i < key.length && length < 60; i++) {
        unsigned char byte = (unsigned char)key.bytes[i];
        if (byte == '~' || byte == '/') {
            token[length++] = '~';
            token[length++] = byte == '~' ? '0' : '1';
        } else {
            token[length++] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
        }
    }
    if (i < key.length) { /* cut before a whole character */
        while (length > 1 && ((unsigned char)token[length - 1] & 0xc0) == 0x80)
            length--;
        if (length > 1 && (unsigned char)token[length - 1] >= 0xc0)
            length--;
        memcpy(token + length, "...", 3);
        length += 3;
    }
    return length;
}

static void put_token(hf__pointer_writer *writer, const char *token, unsigned length)
{
    if (!writer->tail_full && length <= writer->tail_at) {
        writer->tail_at -= length;
        memcpy(writer->tail + writer->tail_at, token, length);
        return;
    }
    writer->tail_full = true;
    /* The head keeps what came last: older tokens fall out at its end. */
    if (length > writer->head_at) {
        unsigned used = HF__POINTER_HEAD - writer->head_at, keep = used;
        while (keep + length > HF__POINTER_HEAD) {
            unsigned cut = keep;
            do
                cut--;
            while (cut > 0 && writer->head[writer->head_at + cut] != '/');
            keep = cut;
        }
        memmove(writer->head + HF__POINTER_HEAD - keep, writer->head + writer->head_at, keep);
        writer->head_at = HF__POINTER_HEAD - keep;
        writer->elided = true;
    }
    writer->head_at -= length;
    memcpy(writer->head + writer->head_at, token, length);
}

void hf__pointer_writer_key(hf__pointer_writer *writer, hf_text key)
{
    char token[64];
    put_token(writer, token, spell(token, key));
}

void hf__pointer_writer_index(hf__pointer_writer *writer, uint64_t index)
{
    char token[32];
    put_token(writer, token, (unsigned)snprintf(token, sizeof token, "/%llu", (unsigned long long)index));
}

void hf__pointer_writer_finish(const hf__pointer_writer *writer, hf_error *reterr)
{
    if (reterr == NULL)
        return;
    char path[HF__POINTER_HEAD + HF__POINTER_TAIL + 8];
    size_t head = HF__POINTER_HEAD - writer->head_at, tail = HF__POINTER_TAIL - writer->tail_at;
    memcpy(path, writer->head + writer->head_at, head);
    if (writer->elided) {
        memcpy(path + head, "/...", 4);
        head += 4;
    }
    memcpy(path + head, writer->tail + writer->tail_at, tail);
    hf__error_set_pointer(reterr, path, head + tail);
}

void hf__place_of(const hf__slot *root, const hf__slot *slot, hf_error *reterr)
{
    hf__pointer_writer path;
    hf__pointer_writer_init(&path);
    while (slot != root) {
        /* The closing slot behind the siblings leads to the container around. */
        const hf__slot *behind = slot;
        while (!hf__is_close(behind))
            behind = hf__behind(behind);
        const hf__slot *open = behind - hf__way_back(behind);
        if (hf__kind(open) == HF__OBJECT) {
            hf__pointer_writer_key(&path, hf__slot_text(hf__is_key(slot) ? slot : slot - 1));
        } else {
            uint64_t index = 0;
            for (const hf__slot *at = open + 1; at != slot; at = hf__behind(at))
                index++;
            hf__pointer_writer_index(&path, index);
        }
        slot = open;
    }
    hf__pointer_writer_finish(&path, reterr);
}

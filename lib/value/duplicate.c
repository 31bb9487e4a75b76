/* duplicate.c - equal keys in one object, found in linear time whatever the input. */
#include "value/builder.h"

#include "base/fail.h"
#include "memory/allocate.h"
#include "value/key.h"

/* Objects up to this size are compared pair by pair. */
enum { PAIRWISE_MAX = 8 };

static const hf__slot *find_pairwise(const hf__slot *object)
{
    const hf__slot *keys[PAIRWISE_MAX];
    unsigned count = 0;
    for (const hf__slot *at = object + 1; !hf__is_close(at); at = hf__behind(at + 1)) {
        for (unsigned i = 0; i < count; i++)
            if (hf__key_equal(keys[i], at))
                return at;
        keys[count++] = at;
    }
    return NULL;
}

/* With a table of distances from the opening slot, at most half full, in `cells`. */
static const hf__slot *find_by_table(const hf__slot *object, uint64_t *cells, uint64_t mask)
{
    memset(cells, 0, (mask + 1) * sizeof *cells);
    for (const hf__slot *at = object + 1; !hf__is_close(at); at = hf__behind(at + 1)) {
        uint64_t cell = hf__key_hash(at) & mask;
        for (; cells[cell] != 0; cell = (cell + 1) & mask)
            if (hf__key_equal(object + cells[cell], at))
                return at;
        cells[cell] = (uint64_t)(at - object);
    }
    return NULL;
}

hf_status hf__duplicate_find(const hf__slot *root, const hf__memory *memory, const hf__slot **ret_key, hf_error *reterr)
{
    void *cells = NULL;
    size_t bytes = 0;
    hf_status status = HF_OK;
    const hf__slot *found = NULL;
    for (const hf__slot *at = root, *end = hf__behind(root); at < end && found == NULL; at++) {
        if (hf__kind(at) != HF__OBJECT || hf__count(at) < 2)
            continue;
        if (hf__count(at) <= PAIRWISE_MAX) {
            found = find_pairwise(at);
            continue;
        }
        size_t wanted = 32 * sizeof(uint64_t);
        while (wanted / sizeof(uint64_t) < 2 * (uint64_t)hf__count(at))
            wanted *= 2;
        if (wanted > bytes) {
            hf__memory_free(memory, cells, bytes, HF__BLOCK_ALIGNMENT);
            cells = NULL;
            status = hf__memory_allocate(memory, wanted, HF__BLOCK_ALIGNMENT, &cells, reterr);
            if (status != HF_OK)
                break;
            bytes = wanted;
        }
        found = find_by_table(at, cells, wanted / sizeof(uint64_t) - 1);
    }
    hf__memory_free(memory, cells, bytes, HF__BLOCK_ALIGNMENT);
    if (status == HF_OK)
        *ret_key = found;
    return status;
}

uint64_t hf__text_flags(hf_text text)
{
    uint64_t escape = 0, nonascii = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        escape |= (uint64_t)(byte < 0x20 || byte == '"' || byte == '\\');
        nonascii |= byte >> 7;
    }
    return (escape ? HF__ESCAPE : 0u) | (nonascii ? HF__NONASCII : 0u);
}

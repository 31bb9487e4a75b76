/* intern.h - every text once, under a number.
 *
 * Number 0 is the empty text. Numbers are dense and never change; the bytes may move when a text
 * is added, so hf__intern_text is borrowed until the next hf__intern_put. */
#ifndef HOLDFAST_INTERN_H
#define HOLDFAST_INTERN_H

#include <holdfast/base.h>

typedef struct hf__intern {
    char     *bytes;
    size_t    bytes_count, bytes_room;
    struct { uint64_t offset; uint32_t length, hash; } *texts;
    size_t    texts_count, texts_room;
    uint32_t *slots; /* open addressing; number + 1, 0 is free; at most half full */
    size_t    slots_count;
} hf__intern;

#define HF_INTERN_FAILED UINT32_MAX

/* The number of `text`, copied when new; HF_INTERN_FAILED when memory is out. */
uint32_t hf__intern_put(hf__intern *table, hf_text text);

static inline hf_text hf__intern_text(const hf__intern *table, uint32_t number)
{
    if (number >= table->texts_count)
        return hf_text_of("", 0);
    return hf_text_of(table->bytes + table->texts[number].offset, table->texts[number].length);
}

void hf__intern_release(hf__intern *table);

#endif

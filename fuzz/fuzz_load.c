/* fuzz_load.c - bytes as a saved document: refused, or safe to go through, to copy and to write as JSON
 * that reads back. Input that is JSON is saved first, then damaged where its last bytes say. Its length
 * chooses the CPU level. */
#include <holdfast/compare.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Each byte is read, as the compiler sees it. */
static volatile uint64_t sum;

static void go_through(const hf_document *document)
{
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (hf_walk_next(&walk)) {
        hf_text text = hf_as_text(walk.value, hf_as_bytes(walk.value, hf_number_text(walk.value)));
        for (size_t i = 0; i < text.length; i++)
            sum += (unsigned char)text.bytes[i];
        if (hf_is_object(walk.value) && hf_count(walk.value) > 0)
            must(!hf_is_absent(hf_get(walk.value, hf_key_at(walk.value, 0))));
    }
    hf_walk_finish(&walk);
    hf_document *copy = NULL, *again = NULL;
    bool equal = false;
    must(hf_clone_part(hf_root(document), NULL, NULL, &copy, NULL) == HF_OK);
    must(hf_equal(hf_root(document), hf_root(copy), &equal) == HF_OK && equal);
    hf_buffer out = HF_BUFFER_INIT(1 << 24);
    if (hf_write(hf_root(document), NULL, &out, NULL) == HF_OK)
        must(hf_read(hf_buffer_text(&out), NULL, &again, NULL) == HF_OK);
    hf_document_drop(again);
    hf_document_drop(copy);
    hf_buffer_release(&out);
}

static void load(hf_text bytes)
{
    hf_document *document = NULL;
    if (hf_load(bytes, NULL, &document, NULL) == HF_OK)
        go_through(document);
    hf_document_drop(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { TAIL = 8 };
    hf_document *document = NULL;
    hf__cpu_force(hf__cpu_best());
    hf__cpu_force((enum hf__cpu_level)(size % (HF__CPU_AVX512 + 1))); /* one that is not there: the best */
    load(hf_text_of(data, size));
    if (size < TAIL || hf_read(hf_text_of(data, size - TAIL), NULL, &document, NULL) != HF_OK)
        return 0;
    hf_buffer bytes = HF_BUFFER_INIT(1 << 24);
    must(hf_save_to_buffer(document, &bytes, NULL) == HF_OK);
    for (size_t i = 0; i < TAIL; i += 4) { /* place, 24 bits; what is turned over there, 8 bits */
        uint32_t word;
        memcpy(&word, data + size - TAIL + i, sizeof word);
        bytes.bytes[(word >> 8) % bytes.length] ^= (char)word;
    }
    load(hf_buffer_text(&bytes));
    hf_buffer_release(&bytes);
    hf_document_drop(document);
    return 0;
}

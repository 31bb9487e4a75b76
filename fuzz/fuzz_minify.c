/* fuzz_minify.c - minifying: all levels agree, in one piece and in several, on any bytes. */
#include "base/cpu.h"
#include "text/minify.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + (size == 0)), *plain = malloc(size + (size == 0)),
         *fast = malloc(size + (size == 0));
    if (text == NULL || plain == NULL || fast == NULL)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    hf__minifier whole = { 0, 0 };
    size_t       expected = hf__minify_base(&whole, text, size, plain);
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        if (!hf__cpu_force((enum hf__cpu_level)level))
            continue;
        hf__minifier pieces = { 0, 0 };
        size_t       length = 0;
        for (size_t at = 0; at < size; at += HF__MINIFY_STEP) {
            size_t step = size - at < HF__MINIFY_STEP ? size - at : HF__MINIFY_STEP;
            length += hf__minify_piece(&pieces, text + at, step, fast + length);
        }
        if (length != expected || memcmp(fast, plain, length) != 0)
            abort();
        if (hf__minify(text, size, fast) != expected || memcmp(fast, plain, expected) != 0)
            abort();
    }
    free(text);
    free(plain);
    free(fast);
    return 0;
}

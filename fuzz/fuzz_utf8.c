/* fuzz_utf8.c - UTF-8 validation: all levels agree with the one without vectors. */
#include "base/cpu.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + (size == 0)); /* of exactly its size */
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    size_t expected = hf__utf8_fault_base(text, size, 0);
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++)
        if (hf__cpu_force((enum hf__cpu_level)level) && hf__utf8_fault(text, size) != expected)
            abort();
    free(text);
    return 0;
}

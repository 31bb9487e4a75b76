/* fuzz_declarations.c - hostile headers: see generate_all.h. */
/* fuzz parts: holdfast_gen */
#include <stddef.h>
#include <stdint.h>

#include "generate_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    generate_all((const char *)data, size);
    return 0;
}

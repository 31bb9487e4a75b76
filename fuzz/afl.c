/* afl.c - runs a fuzzer's entry point under afl-fuzz, many inputs in one process.
 *
 * Each input lies in a heap block of exactly its size, so that a sanitizer sees a read beyond the end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUTS_EACH = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__AFL_FUZZ_INIT()

int main(void)
{
    __AFL_INIT();
    const unsigned char *shared = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(INPUTS_EACH)) {
        size_t   size = (size_t)__AFL_FUZZ_TESTCASE_LEN;
        uint8_t *data = malloc(size > 0 ? size : 1);
        if (data == NULL)
            abort();
        memcpy(data, shared, size);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    return 0;
}

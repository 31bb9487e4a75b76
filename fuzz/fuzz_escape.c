/* fuzz_escape.c - escapes: all levels agree, and what was escaped reads back. */
#include "base/cpu.h"
#include "base/escape.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static char *room(size_t size)
{
    char *bytes = malloc(size + (size == 0));
    must(bytes != NULL);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    char *text = room(size), *plain = room(size), *fast = room(size);
    char *escaped = room(hf__escape_room(size)), *other = room(hf__escape_room(size));
    if (size > 0)
        memcpy(text, data, size);
    bool          replace = size > 0 && (data[0] & 1) != 0;
    hf__unescaped expected = hf__unescape_base(text, size, plain, replace);
    must(expected.length <= size && expected.offset <= size);
    size_t length = hf__escape_base(text, size, escaped), first = hf__escape_find_base(text, size);
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        if (!hf__cpu_force((enum hf__cpu_level)level))
            continue;
        hf__unescaped got = hf__unescape(text, size, fast, replace);
        must(got.status == expected.status && got.length == expected.length && got.offset == expected.offset);
        must(got.replaced == expected.replaced && memcmp(fast, plain, got.length) == 0);
        must(hf__escape(text, size, other) == length && memcmp(other, escaped, length) == 0);
        must(hf__escape_find(text, size) == first);
        char *back = room(length);
        got = hf__unescape(escaped, length, back, false);
        must(got.status == HF_OK && got.length == size && memcmp(back, text, size) == 0);
        free(back);
    }
    free(text);
    free(plain);
    free(fast);
    free(escaped);
    free(other);
    return 0;
}

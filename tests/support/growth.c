/* growth.c - reading the allocator's and the kernel's figures without keeping memory. */
#include "growth.h"
#include "deep_stack.h"
#include "system_failure.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Present when a sanitizer's runtime is linked. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

/* glibc keeps a few freed blocks of each small size per thread and counts them as in use. Filled to
 * the brim before each reading they add the same every time, so that a block that was taken from
 * there and kept is seen too. */
static void fill_thread_cache(void)
{
    enum { SIZES = 64, BLOCKS = 7 };
    for (size_t size = 24; size < 24 + SIZES * 16; size += 16) {
        void *volatile blocks[BLOCKS];
        for (int at = 0; at < BLOCKS; at++)
            blocks[at] = system_malloc(size);
        for (int at = 0; at < BLOCKS; at++)
            system_free(blocks[at]);
    }
}

size_t growth_heap_bytes(void)
{
    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    fill_thread_cache();
    struct mallinfo2 facts = mallinfo2();
    return facts.uordblks + facts.hblkhd;
}

int64_t growth_resident_bytes(void)
{
    /* VmRSS of status sums what the faster statm may lag behind with. */
    char    text[4096];
    int     file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0)
        close(file);
    if (length <= 0)
        return -1;
    text[length] = 0;
    const char *row = strstr(text, "VmRSS:");
    return row != NULL ? strtoll(row + 6, NULL, 10) * 1024 : -1;
}

void growth_begin(growth_meter *meter)
{
    meter->resident_begin = growth_resident_bytes();
    meter->heap_begin = growth_heap_bytes();
}

int64_t growth_check(const growth_meter *meter)
{
    return (int64_t)growth_heap_bytes() - (int64_t)meter->heap_begin;
}

bool growth_resident_is_ours(void)
{
#ifdef HF_TEST_EMULATED
    return false; /* but the emulator's: code that it translated again after each mapping */
#else
    return !test_is_sanitized();
#endif
}

int64_t growth_resident(const growth_meter *meter)
{
    return growth_resident_is_ours() ? growth_resident_bytes() - meter->resident_begin : 0;
}

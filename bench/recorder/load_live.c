/* load_live.c - memory that the recorder adds: makes many blocks that live, from some thousand
 * places, and prints the largest resident size of this process in KiB.
 * usage: load_live BLOCKS */
#include <stdint.h>

#include "peak.h"

/* The way down is the number: 2^12 different stacks. */
static __attribute__((noinline)) void *descend(unsigned way, unsigned depth, size_t size)
{
    void *block;
    if (depth == 0)
        return malloc(size);
    if (way & 1)
        block = descend(way >> 1, depth - 1, size);
    else
        block = descend(way >> 1, depth - 1, size + 1);
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}

int main(int count, char **arguments)
{
    size_t blocks = count == 2 ? strtoul(arguments[1], NULL, 10) : 1000000;
    void **all = calloc(blocks, sizeof *all);
    if (all == NULL)
        return 1;
    for (size_t i = 0; i < blocks; i++)
        all[i] = descend((unsigned)(i * 2654435761u >> 20), 12, 24 + i % 100);
    printf("%ld\n", resident_most());
    for (size_t i = 0; i < blocks; i++)
        free(all[i]);
    free(all);
    return 0;
}

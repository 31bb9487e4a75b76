/* stacks_library.c - a stripped library that allocates and calls back. */
#include <stdlib.h>

void *library_allocate(int depth, size_t size);
int library_call(int (*callback)(int), int value);

__attribute__((noinline)) static void *descend(volatile int depth, size_t size)
{
    void *block = depth > 0 ? descend(depth - 1, size) : malloc(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

void *library_allocate(int depth, size_t size)
{
    void *block = descend(depth, size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

int library_call(int (*callback)(int), int value)
{
    volatile int result = callback(value) + callback(value / 2);
    return result;
}

/* load_recursion.c - W3 of the recorder's benchmark: a recursion 600 deep that holds a block in each
 * frame, so that stacks are 303 frames deep on average.
 * usage: load_recursion TIMES */
#include <stdlib.h>

enum { DEPTH = 600 };

static __attribute__((noinline)) size_t descend(size_t depth)
{
    void *block = malloc(32 + depth % 64);
    size_t sum = depth != 0 ? descend(depth - 1) + 1 : 0;
    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
    return sum;
}

int main(int count, char **arguments)
{
    size_t sum = 0;
    long   times = count == 2 ? strtol(arguments[1], NULL, 10) : 3000;
    for (long i = 0; i < times; i++)
        sum += descend(DEPTH);
    return sum == (size_t)times * DEPTH ? 0 : 1;
}

/* odd.h - programs that do odd things count what they hold, by the function that asked for it.
 *
 *     SITE(name)                 declares `void *name(size_t)`, which allocates, and its counters
 *     site_print(NAME)           prints "site START END BLOCKS BYTES" for the tests: each lies in
 *                                a section of its own, so that its end is known */
#ifndef HOLDFAST_ODD_H
#define HOLDFAST_ODD_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SITE(name)                                                                        \
    static long name##_blocks, name##_bytes;                                              \
    extern const char __start_of_##name[], __stop_of_##name[];                        \
    void *name(size_t size);                                                              \
    __attribute__((noinline, section("of_" #name))) void *name(size_t size)             \
    {                                                                                     \
        void *block = malloc(size);                                                       \
        __asm__ volatile("" : "+r"(block));                                               \
        name##_blocks++;                                                                  \
        name##_bytes += (long)size;                                                       \
        return block;                                                                     \
    }

#define SITE_GONE(name, size) (name##_blocks--, name##_bytes -= (long)(size))

/* By write: nothing is allocated or left in a buffer. */
#define site_print(name) site_print_as(__start_of_##name, __stop_of_##name, name##_blocks, name##_bytes)
static inline void site_print_as(const char *start, const char *end, long blocks, long bytes)
{
    char line[128];
    int length = snprintf(line, sizeof line, "site %lx %lx %ld %ld\n", (unsigned long)start, (unsigned long)end,
                          blocks, bytes);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(9);
}

#endif

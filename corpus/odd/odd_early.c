/* odd_early.c - allocates before main, closes every file it has not opened, clears its environment,
 * and allocates in exit handlers.
 *
 * Stated behaviour: exact; the recorder needs neither files nor environment once it has begun. */
#define _GNU_SOURCE
#include "odd.h"

SITE(before_main)
SITE(in_main)
SITE(at_end)

__attribute__((constructor(101))) static void early(void)
{
    for (int i = 0; i < 3; i++)
        before_main(70);
}

static void late(void)
{
    at_end(90);
    site_print(before_main);
    site_print(in_main);
    site_print(at_end);
}

int main(void)
{
    for (int file = 3; file < 1024; file++)
        close(file);
    clearenv();
    atexit(late);
    for (int i = 0; i < 50000; i++)
        free(malloc(100));
    for (int i = 0; i < 8; i++)
        in_main(60);
    return 0;
}

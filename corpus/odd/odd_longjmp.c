/* odd_longjmp.c - leaves deep recursions by longjmp, also out of a signal handler.
 *
 * Stated behaviour: exact. What was allocated on the abandoned frames is a leak. */
#include "odd.h"

#include <setjmp.h>
#include <signal.h>

SITE(abandoned)
SITE(of_handler)

static jmp_buf    back;
static sigjmp_buf back_from_handler;

__attribute__((noinline)) static int descend(int depth)
{
    volatile int keep = depth;
    if (depth % 10 == 0)
        abandoned(40);
    if (depth == 0)
        longjmp(back, 1);
    return descend(depth - 1) + keep;
}

static void on_signal(int number)
{
    of_handler((size_t)number + 50);
    siglongjmp(back_from_handler, 1);
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    for (volatile int i = 0; i < 300; i++) {
        if (setjmp(back) == 0)
            descend(100 + i % 7);
        if (sigsetjmp(back_from_handler, 1) == 0)
            raise(SIGUSR1);
    }
    site_print(abandoned);
    site_print(of_handler);
    return 0;
}

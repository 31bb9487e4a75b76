/* odd_coroutine.c - coroutines on stacks from malloc and mmap, unmapped and mapped again.
 *
 * Stated behaviour: exact counts. Stacks are those of the coroutine, down to its first function. */
#define _GNU_SOURCE
#include "odd.h"

#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 64 << 10 };

SITE(of_coroutine)
SITE(of_main)

static ucontext_t main_context, own_context;

__attribute__((noinline)) static void work(int depth)
{
    volatile int keep = depth;
    of_coroutine((size_t)(32 + depth));
    swapcontext(&own_context, &main_context);
    if (depth > 0)
        work(keep - 1);
    free(of_coroutine(48));
    SITE_GONE(of_coroutine, 48);
}

static void start(void)
{
    work(10);
}

static void run_on(void *stack)
{
    getcontext(&own_context);
    own_context.uc_stack.ss_sp = stack;
    own_context.uc_stack.ss_size = STACK;
    own_context.uc_link = &main_context;
    makecontext(&own_context, start, 0);
    for (int i = 0; i < 12; i++) {
        swapcontext(&main_context, &own_context);
        of_main(16);
    }
}

int main(void)
{
    for (int i = 0; i < 50; i++) {
        void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        run_on(stack);
        munmap(stack, STACK);
        stack = malloc(STACK);
        run_on(stack);
        free(stack);
    }
    site_print(of_coroutine);
    site_print(of_main);
    return 0;
}

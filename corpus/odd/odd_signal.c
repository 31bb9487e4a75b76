/* odd_signal.c - handlers that allocate, on the program's stack and on one of their own, and that
 * interrupt the program anywhere, also while it is being recorded.
 *
 * Stated behaviour: exact counts for malloc in handlers that interrupt no malloc (as the standard
 * demands); mappings made in handlers at any time are recorded. */
#define _GNU_SOURCE
#include "odd.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

SITE(in_handler)
SITE(on_own_stack)
SITE(in_main)

static volatile sig_atomic_t ticks;
static char own_stack[64 << 10];

static void on_user(int number)
{
    in_handler((size_t)number + 10);
}
static void on_user_own_stack(int number)
{
    on_own_stack((size_t)number + 20);
}
static void on_timer(int number)
{
    void *map = mmap(NULL, 32 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)number;
    if (map != MAP_FAILED)
        munmap(map, 32 << 10);
    ticks++;
}

int main(void)
{
    stack_t alternate = { .ss_sp = own_stack, .ss_size = sizeof own_stack };
    struct sigaction action = { .sa_handler = on_user_own_stack, .sa_flags = SA_ONSTACK };
    struct itimerval timer = { { 0, 200 }, { 0, 200 } };
    struct sigaction on_time = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
    sigaltstack(&alternate, NULL);
    sigaction(SIGUSR2, &action, NULL);
    signal(SIGUSR1, on_user);
    sigaction(SIGALRM, &on_time, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 200 || ticks < 50; i++) {
        raise(SIGUSR1);
        raise(SIGUSR2);
        for (int k = 0; k < 1000; k++)
            free(malloc((size_t)(k + 1)));
        in_main(30);
    }
    timer = (struct itimerval){ { 0, 0 }, { 0, 0 } };
    setitimer(ITIMER_REAL, &timer, NULL);
    site_print(in_handler);
    site_print(on_own_stack);
    site_print(in_main);
    return 0;
}

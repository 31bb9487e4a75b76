/* hooks_exit.c - the moment at which a program is done: main returns, or exit is called; and fork.
 *
 * What lives then is what the program kept; what its exit handlers release later was released only
 * to be tidy. So there is one checkpoint before any exit handler, however the program leaves. */
#define _GNU_SOURCE
#include "recorder.h"
#include "system.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <time.h>

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

HF__EXPORT int __libc_start_main(main_function *program, int count, char **arguments, void (*init)(void),
                                 void (*fini)(void), void (*loader_fini)(void), void *stack_end);
HF__EXPORT pid_t fork(void);
HF__EXPORT _Noreturn void exit(int status);
HF__EXPORT _Noreturn void _exit(int status);
HF__EXPORT _Noreturn void _Exit(int status);

static main_function   *program_main;
static _Atomic uint32_t finished;

/* The collector stops the process and looks through its memory, as it is now. Our own frames hold leftovers of the
 * program's: its stack ends above this one. */
__attribute__((noinline)) static void wait_for_scan(void)
{
    const struct timespec pause = { 0, 100 * 1000000 };
    hf__process_slot *slot = hf__self.slot;
    slot->scan_thread = (uint32_t)syscall(SYS_gettid);
    slot->scan_stack = (uint64_t)__builtin_frame_address(0);
    atomic_store(&slot->scan, HF__SCAN_WAITS);
    for (uint32_t waited = 0; waited < hf__self.session->scan_wait_ms && atomic_load(&hf__self.session->open) != 0; waited += 100) {
        hf__ring_doorbell();
        if (atomic_load(&slot->scan) == HF__SCAN_DONE)
            return;
        syscall(SYS_futex, &slot->scan, FUTEX_WAIT, HF__SCAN_WAITS, &pause, NULL, 0);
    }
}

/* Once per process image; a forked child may finish as well. */
static void checkpoint_of_end(void)
{
    __builtin_unwind_init(); /* registers of the program go to this frame, where a scan finds them */
    if (!hf__process_ready() || hf__thread.inside != 0)
        return;
    if (getpid() != (pid_t)hf__self.pid)
        return;   /* a child of vfork, that runs in our memory */
    uint32_t generation = atomic_load_explicit(hf__live, memory_order_relaxed);
    if (generation != 0 && atomic_exchange(&finished, generation) == generation)
        return;
    int saved = errno;
    hf__context *context = hf__enter();
    if (context != NULL) {
        if (hf__segment_open(context))
            hf__checkpoint_write(context, HF__CHECKPOINT_MAIN_RETURNED, NULL);
        hf__leave(context);
        if (hf__self.session->scan_wait_ms != 0)
            wait_for_scan();
    }
    errno = saved;
}

static int run_main(int count, char **arguments, char **environment)
{
    int status = program_main(count, arguments, environment);
    checkpoint_of_end();
    return status;
}

HF__EXPORT int __libc_start_main(main_function *program, int count, char **arguments, void (*init)(void),
                                 void (*fini)(void), void (*loader_fini)(void), void *stack_end)
{
    start_function *real;
    *(void **)&real = dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = program;
    return real(run_main, count, arguments, init, fini, loader_fini, stack_end);
}

HF__EXPORT void exit(int status)
{
    void (*real)(int);
    *(void **)&real = dlsym(RTLD_NEXT, "exit");
    checkpoint_of_end();
    real(status);
    __builtin_unreachable();
}

HF__EXPORT void _exit(int status)
{
    checkpoint_of_end();
    for (;;)
        syscall(SYS_exit_group, status);
}

HF__EXPORT void _Exit(int status)
{
    _exit(status);
}

/* The child is noticed by its first event (hf__live). This only marks the time during which libc
 * holds the allocator's locks. */
HF__EXPORT pid_t fork(void)
{
    pid_t (*real)(void);
    *(void **)&real = dlsym(RTLD_NEXT, "fork");
    hf__thread.inside++;
    pid_t child = real();
    hf__thread.inside--;
    return child;
}

/* deep_stack.c - a thread whose stack is mapped by hand, so that its size is exact.
 *
 * pthread keeps thread-local storage and its own block at the top of a stack it is given; the
 * stated bytes are what is left for frames, so room for those is added on top. */
#include "deep_stack.h"

#include <alloca.h>
#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define THREADS_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_WATCHED 1
#endif
#endif
#ifndef THREADS_WATCHED
#define THREADS_WATCHED 0
#endif

#if defined(__SANITIZE_ADDRESS__) || THREADS_WATCHED
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* ThreadSanitizer keeps about 0.9 MB per thread in its thread-local storage. */
enum { GUARD_BYTES = 64 * 1024, THREAD_BLOCK_BYTES = THREADS_WATCHED ? 1024 * 1024 : 16 * 1024 };

typedef struct deep_call {
    const char *(*run)(void *context);
    void       *context;
    const char *result;
    size_t      excess; /* bytes of stack above what was asked for: arm64 starts no thread with 64 KiB */
} deep_call;

bool test_is_sanitized(void)
{
    return SANITIZED;
}

size_t deep_stack_bytes(void)
{
    return SANITIZED ? 512 * 1024 : 64 * 1024;
}

static void *enter(void *argument)
{
    deep_call     *call = argument;
    volatile char *used_up = alloca(call->excess + 1);
    used_up[0] = 0;
    call->result = call->run(call->context);
    return NULL;
}

const char *deep_stack_run(const char *(*run)(void *context), void *context)
{
    size_t stack_bytes = deep_stack_bytes() + THREAD_BLOCK_BYTES;
    size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN), excess = least > stack_bytes ? least - stack_bytes : 0;
    stack_bytes += excess;
    char  *mapping = mmap(NULL, GUARD_BYTES + stack_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return "deep_stack: no memory for the stack";
    deep_call      call = { run, context, NULL, excess };
    pthread_attr_t attributes;
    pthread_t      thread;
    const char    *trouble = NULL;
    pthread_attr_init(&attributes);
    if (mprotect(mapping, GUARD_BYTES, PROT_NONE) != 0 ||
        pthread_attr_setstack(&attributes, mapping + GUARD_BYTES, stack_bytes) != 0 ||
        pthread_create(&thread, &attributes, enter, &call) != 0)
        trouble = "deep_stack: the thread cannot be started";
    else if (pthread_join(thread, NULL) != 0)
        trouble = "deep_stack: the thread cannot be waited for";
    pthread_attr_destroy(&attributes);
    munmap(mapping, GUARD_BYTES + stack_bytes);
    return trouble != NULL ? trouble : call.result;
}

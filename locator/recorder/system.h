/* system.h - small things that libc would do with stdio, locale or malloc. Inline; keep errno to the caller. */
#ifndef HOLDFAST_RECORDER_SYSTEM_H
#define HOLDFAST_RECORDER_SYSTEM_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* mmap and munmap by the system itself: the names are hooks here. NULL when it fails. */
static inline void *hf__map(size_t size, int flags, int file)
{
    long memory = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
    return memory == -1 ? NULL : (void *)memory;
}
static inline void hf__unmap(void *memory, size_t size)
{
    syscall(SYS_munmap, memory, size);
}

/* By the system itself too: libc's versions are points at which a thread may be cancelled. */
static inline int hf__open(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}
static inline ssize_t hf__read(int file, char *out, size_t size)
{
    return syscall(SYS_read, file, out, size);
}
static inline void hf__close(int file)
{
    syscall(SYS_close, file);
}

/* Reads at most `size` bytes of a file; -1 when it cannot be opened. */
static inline ssize_t hf__read_file(const char *path, char *out, size_t size)
{
    int file = hf__open(path, O_RDONLY);
    if (file < 0)
        return -1;
    size_t filled = 0;
    while (filled < size) {
        ssize_t got = hf__read(file, out + filled, size - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        filled += (size_t)got;
    }
    hf__close(file);
    return (ssize_t)filled;
}

/* A decimal number at *at; moves behind it. */
static inline uint64_t hf__parse_decimal(const char **at, const char *end)
{
    uint64_t value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        value = value * 10 + (uint64_t)(**at - '0');
    return value;
}

#endif

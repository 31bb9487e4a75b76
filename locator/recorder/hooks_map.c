/* hooks_map.c - mappings that a program makes itself, from session->map_size_min on. */
#define _GNU_SOURCE
#include "recorder.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

HF__EXPORT void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset);
HF__EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int file, off64_t offset);
HF__EXPORT int   munmap(void *address, size_t size);
HF__EXPORT void *mremap(void *address, size_t old_size, size_t new_size, int flags, ...);

static bool counts(size_t size)
{
    return hf__process_ready() && size >= hf__self.session->map_size_min;
}

static uint32_t kind_of(int protection, int flags)
{
    return (flags & MAP_ANONYMOUS ? 0 : HF__MAP_FILE) | (flags & MAP_SHARED ? HF__MAP_SHARED : 0) |
           (hf__thread.inside != 0 ? HF__MAP_ALLOCATOR : 0) | (protection == PROT_NONE ? HF__MAP_RESERVED : 0);
}

static void *map(void *address, size_t size, int protection, int flags, int file, off_t offset, hf__registers from)
{
    long memory = syscall(SYS_mmap, address, size, protection, flags, file, offset);
    if (memory != -1 && counts(size))
        hf__record_map((void *)memory, size, kind_of(protection, flags), from);
    return (void *)memory;   /* MAP_FAILED is -1 */
}

HF__EXPORT void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    return map(address, size, protection, flags, file, offset, HF__CALLER_REGISTERS());
}

HF__EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int file, off64_t offset)
{
    return map(address, size, protection, flags, file, offset, HF__CALLER_REGISTERS());
}

HF__EXPORT int munmap(void *address, size_t size)
{
    if (counts(size)) {
        hf__record_unmap(address, size);
        atomic_fetch_add(&hf__self.range_epoch, 1);
    }
    return (int)syscall(SYS_munmap, address, size);
}

HF__EXPORT void *mremap(void *address, size_t old_size, size_t new_size, int flags, ...)
{
    void *wanted = NULL;
    if (flags & MREMAP_FIXED) {
        va_list rest;
        va_start(rest, flags);
        wanted = va_arg(rest, void *);
        va_end(rest);
    }
    hf__registers from = HF__CALLER_REGISTERS();
    long memory = syscall(SYS_mremap, address, old_size, new_size, flags, wanted);
    if (memory == -1)
        return MAP_FAILED;
    /* The old range is gone or the same; a mapping that another thread made there in between is the
     * one case in which this order is wrong, and mremap offers no better. */
    if (counts(old_size) && (flags & MREMAP_DONTUNMAP) == 0)
        hf__record_unmap(address, old_size);
    if (counts(new_size))
        hf__record_map((void *)memory, new_size, hf__thread.inside != 0 ? HF__MAP_ALLOCATOR : 0, from);
    return (void *)memory;
}

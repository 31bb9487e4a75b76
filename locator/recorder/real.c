/* real.c - finds the functions behind ours, and serves calls that come before they are found.
 *
 * dlsym itself allocates (calloc), and the dynamic linker allocates before any constructor ran.
 * Such calls get memory from a small static arena that is never given back. */
#define _GNU_SOURCE
#include "recorder.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

hf__real_functions hf__real;

enum { EARLY_SIZE = 1 << 16, EARLY_ALIGNMENT = 16 };
static _Alignas(4096) uint8_t early_memory[EARLY_SIZE];
static _Atomic size_t early_used;

enum { UNRESOLVED = 0, RESOLVING, RESOLVED };
static _Atomic int resolution;

/* Each early block is preceded by its size. */
void *hf__early_allocate(size_t size, size_t alignment)
{
    if (alignment < EARLY_ALIGNMENT)
        alignment = EARLY_ALIGNMENT;
    if (size > EARLY_SIZE || alignment > EARLY_SIZE)
        return NULL;
    size_t used = atomic_load(&early_used), start, end;
    do {
        start = (used + sizeof(size_t) + alignment - 1) & ~(alignment - 1);
        end = start + size;
        if (end > EARLY_SIZE)
            return NULL;
    } while (!atomic_compare_exchange_weak(&early_used, &used, end));
    memcpy(early_memory + start - sizeof size, &size, sizeof size);
    return early_memory + start;
}

bool hf__early_owns(const void *block)
{
    return (size_t)((const uint8_t *)block - early_memory) < EARLY_SIZE;
}

size_t hf__early_size(const void *block)
{
    size_t size;
    memcpy(&size, (const uint8_t *)block - sizeof size, sizeof size);
    return size;
}

/* The module that holds a function; NULL when unknown. */
static const struct link_map *module_of(uint64_t function)
{
    struct dl_find_object found;
    if (function == 0 || _dl_find_object((void *)function, &found) != 0)
        return NULL;
    return found.dlfo_link_map;
}

static hf__allocator allocator_of(const struct link_map *module)
{
    const char *name = module != NULL && module->l_name != NULL ? module->l_name : "";
    if (strstr(name, "jemalloc") != NULL)
        return HF__ALLOCATOR_JEMALLOC;
    if (strstr(name, "tcmalloc") != NULL)
        return HF__ALLOCATOR_TCMALLOC;
    if (strstr(name, "mimalloc") != NULL)
        return HF__ALLOCATOR_MIMALLOC;
    if (strstr(name, "libc.so") != NULL || strstr(name, "libc-") != NULL)
        return HF__ALLOCATOR_GLIBC;
    return HF__ALLOCATOR_UNKNOWN;
}

/* tcmalloc allocates when it is first asked for a size, and would be asked again for that block.
 * So the first question is asked through here, and questions within it get no answer. */
static size_t (*real_usable)(void *);

static size_t usable_unknown(void *block)
{
    (void)block;
    return 0;
}

static size_t usable_first(void *block)
{
    hf__real.usable = usable_unknown;
    size_t size = real_usable(block);
    hf__real.usable = real_usable;
    return size;
}

uint64_t hf__usable_asked(void *block)
{
    if (hf__real.usable == NULL)
        return 0;
    uint64_t usable = hf__real.usable(block);
    if (hf__real.allocator == HF__ALLOCATOR_GLIBC) {
        uint64_t head = ((const uint64_t *)block)[-1];
        int32_t agreed = atomic_load(&hf__real.chunks_agreed);
        bool agrees = usable == (head & ~(uint64_t)7) - (head & 2 ? 16 : 8);
        /* One block that differs decides for good. */
        if (agreed >= 0 && agreed < HF__CHUNKS_AGREE)
            atomic_compare_exchange_strong(&hf__real.chunks_agreed, &agreed, agrees ? agreed + 1 : -1);
    }
    return usable;
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void resolve(void)
{
    hf__real_functions real = { 0 };
    *(void **)&real.calloc = next("calloc");
    *(void **)&real.malloc = next("malloc");
    *(void **)&real.realloc = next("realloc");
    *(void **)&real.free = next("free");
    *(void **)&real.memalign = next("memalign");
    *(void **)&real.aligned_alloc = next("aligned_alloc");
    *(void **)&real.posix_memalign = next("posix_memalign");
    *(void **)&real.valloc = next("valloc");
    *(void **)&real.pvalloc = next("pvalloc");
    *(void **)&real.usable = next("malloc_usable_size");
    *(void **)&real.dlclose = next("dlclose");
    const struct link_map *module = module_of((uint64_t)real.malloc);
    real_usable = real.usable;
    if (real_usable != NULL)
        real.usable = module_of((uint64_t)real_usable) == module ? usable_first : NULL;
    real.allocator = allocator_of(module);
    hf__real = real;
}

bool hf__real_ready(void)
{
    int seen = UNRESOLVED;
    if (atomic_load_explicit(&resolution, memory_order_acquire) == RESOLVED)
        return true;
    if (!atomic_compare_exchange_strong(&resolution, &seen, RESOLVING))
        return seen == RESOLVED;
    resolve();
    atomic_store_explicit(&resolution, RESOLVED, memory_order_release);
    return true;
}

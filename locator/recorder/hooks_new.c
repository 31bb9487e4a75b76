/* hooks_new.c - operator new and delete of C++, where they do not lead to malloc.
 *
 * libstdc++'s call malloc and free, which are recorded there; then these only pass on. jemalloc,
 * tcmalloc and mimalloc bring operators of their own that go past malloc: then the calls are
 * recorded here. The names are those of the Itanium C++ ABI for 64-bit size_t. */
#define _GNU_SOURCE
#include "recorder.h"

#include <dlfcn.h>
#include <link.h>

typedef void *new_plain(size_t);
typedef void *new_extra(size_t, uint64_t);              /* nothrow or alignment */
typedef void *new_both(size_t, uint64_t, const void *); /* alignment, nothrow */
typedef void  delete_any(void *, uint64_t, uint64_t);   /* size, alignment, nothrow: what the variant has */

/* Operators of a module that was loaded after us, into a scope of its own. */
static uint64_t find_elsewhere(const char *name)
{
    void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
    return library != NULL ? (uint64_t)dlsym(library, name) : 0;
}

/* The next operator of this name, and whether it belongs to the allocator itself. */
static uint64_t find_next(_Atomic uint64_t *known, const char *name, bool *ret_own)
{
    uint64_t next = atomic_load_explicit(known, memory_order_acquire);
    if (HF__UNLIKELY(next == 0)) {
        struct dl_find_object of_operator, of_malloc;
        next = (uint64_t)dlsym(RTLD_NEXT, name);
        if (next == 0)
            next = find_elsewhere(name);
        if (next == 0)
            __builtin_trap();    /* called, so it was linked against: some library has it */
        (void)hf__real_ready();
        if (_dl_find_object((void *)next, &of_operator) == 0 &&
            _dl_find_object((void *)(uint64_t)hf__real.malloc, &of_malloc) == 0 &&
            of_operator.dlfo_link_map == of_malloc.dlfo_link_map)
            next |= (uint64_t)1 << 63;
        atomic_store_explicit(known, next, memory_order_release);
    }
    *ret_own = next >> 63 != 0;
    return next << 1 >> 1;
}

#define NEW(name, type, parameters, arguments)                                                     \
    HF__EXPORT void *name parameters;                                                              \
    HF__EXPORT void *name parameters                                                               \
    {                                                                                              \
        static _Atomic uint64_t next;                                                              \
        bool own;                                                                                  \
        type *real = (type *)find_next(&next, #name, &own);                                        \
        void *block = real arguments;                                                              \
        if (own && block != NULL)                                                                  \
            hf__record_allocation(block, size, 0, HF__OWN_FRAME());                                \
        return block;                                                                              \
    }

#define DELETE(name)                                                                               \
    HF__EXPORT void name(void *block, uint64_t a, uint64_t b);                                     \
    HF__EXPORT void name(void *block, uint64_t a, uint64_t b)                                      \
    {                                                                                              \
        static _Atomic uint64_t next;                                                              \
        bool own;                                                                                  \
        delete_any *real = (delete_any *)find_next(&next, #name, &own);                            \
        if (own && block != NULL)                                                                  \
            hf__record_release(block, 0);                                                          \
        real(block, a, b);                                                                         \
    }

NEW(_Znwm, new_plain, (size_t size), (size))
NEW(_Znam, new_plain, (size_t size), (size))
NEW(_ZnwmRKSt9nothrow_t, new_extra, (size_t size, uint64_t extra), (size, extra))
NEW(_ZnamRKSt9nothrow_t, new_extra, (size_t size, uint64_t extra), (size, extra))
NEW(_ZnwmSt11align_val_t, new_extra, (size_t size, uint64_t extra), (size, extra))
NEW(_ZnamSt11align_val_t, new_extra, (size_t size, uint64_t extra), (size, extra))
NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, new_both, (size_t size, uint64_t a, const void *b), (size, a, b))
NEW(_ZnamSt11align_val_tRKSt9nothrow_t, new_both, (size_t size, uint64_t a, const void *b), (size, a, b))
DELETE(_ZdlPv)
DELETE(_ZdaPv)
DELETE(_ZdlPvm)
DELETE(_ZdaPvm)
DELETE(_ZdlPvRKSt9nothrow_t)
DELETE(_ZdaPvRKSt9nothrow_t)
DELETE(_ZdlPvSt11align_val_t)
DELETE(_ZdaPvSt11align_val_t)
DELETE(_ZdlPvmSt11align_val_t)
DELETE(_ZdaPvmSt11align_val_t)
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t)
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t)

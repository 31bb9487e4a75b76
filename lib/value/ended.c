/* ended.c - the tombstones of debug builds; see ended.h.
 *
 * A table of atomic words without locks or allocation, as in live_documents.c: a fork leaves no lock behind,
 * and a count of allocations is the same in every build. A place is shared by the addresses of one hash; the
 * newest has it. */
#include "value/ended.h"

void hf__view_ended(hf_value value)
{
    if (HF__DEBUG && !hf__ended_use(value.home))
        hf__misuse(NULL, "a view is used whose document or draft has changed or ended");
}

#if HF__DEBUG

enum { TOMBSTONES = 4096 };

typedef struct tombstone {
    _Atomic uintptr_t    home; /* 0: free */
    _Atomic uint32_t     how, line;
    _Atomic(const char *) file;
} tombstone;

static tombstone tombstones[TOMBSTONES];

static tombstone *place_of(const hf__home *home)
{
    uint64_t hash = ((uint64_t)(uintptr_t)home >> 4) * 0x9e3779b97f4a7c15u;
    return &tombstones[(hash >> 32) % TOMBSTONES];
}

void hf__ended_begin(const hf__home *home)
{
    uintptr_t earlier = (uintptr_t)home;
    atomic_compare_exchange_strong(&place_of(home)->home, &earlier, 0);
}

void hf__ended_note(const hf__home *home, hf__ending how, const char *file, uint32_t line)
{
    tombstone *place = place_of(home);
    atomic_store(&place->home, 0);
    atomic_store(&place->how, (uint32_t)how);
    atomic_store(&place->file, file);
    atomic_store(&place->line, line);
    atomic_store(&place->home, (uintptr_t)home);
}

bool hf__ended_use(const hf__home *home)
{
    static const char *const what[] = { "", "a document that was dropped", "a draft that was destroyed",
                                        "a draft that was frozen" };
    tombstone *place = place_of(home);
    if (atomic_load(&place->home) != (uintptr_t)home || home == NULL)
        return false;
    const char *file = atomic_load(&place->file);
    if (file != NULL)
        hf__misuse(NULL, "%s is used; it was made at %s:%u", what[atomic_load(&place->how)], file,
                   atomic_load(&place->line));
    else
        hf__misuse(NULL, "%s is used", what[atomic_load(&place->how)]);
    return true;
}

#endif

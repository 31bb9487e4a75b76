/* live_documents.c - the live documents of debug builds, in a table without locks or allocation.
 *
 * A document's entry lies in one of the WINDOW places from its address's hash on; where these are taken
 * it is only counted. So adding and removing look at one window, a fork leaves no lock behind, and a
 * count of allocations is the same in every build.
 *
 * Invariant: an entry with a document belongs to one live document; its other fields are written by
 * the thread that made it. */
#include <holdfast/live_documents.h>

#include "value/live_list.h"

#if HF__DEBUG

enum { ENTRIES = 4096, WINDOW = 64 };

typedef struct entry {
    _Atomic(const hf_document *) document; /* NULL: free */
    _Atomic(const char *)        file;
    _Atomic uint32_t             line;
    _Atomic uint64_t             number; /* counts what was made; 0 while being written */
} entry;

static entry            entries[ENTRIES];
static _Atomic uint64_t made, unlisted;

static _Thread_local hf_live_place current_place;

static entry *window_of(const hf_document *document)
{
    uint64_t hash = ((uint64_t)(uintptr_t)document >> 4) * 0x9e3779b97f4a7c15u;
    return &entries[(hash >> 32) % (ENTRIES - WINDOW + 1)];
}

void hf__live_add(hf_document *document)
{
    entry *window = window_of(document);
    for (size_t i = 0; i < WINDOW; i++) {
        const hf_document *none = NULL;
        if (!atomic_compare_exchange_strong(&window[i].document, &none, document))
            continue;
        atomic_store(&window[i].file, current_place.file);
        atomic_store(&window[i].line, current_place.line);
        atomic_store(&window[i].number, atomic_fetch_add(&made, 1) + 1);
        return;
    }
    atomic_fetch_add(&unlisted, 1);
}

void hf__live_remove(const hf_document *document)
{
    entry *window = window_of(document);
    for (size_t i = 0; i < WINDOW; i++) {
        if (atomic_load(&window[i].document) != document)
            continue;
        atomic_store(&window[i].number, 0);
        atomic_store(&window[i].document, NULL);
        return;
    }
    atomic_fetch_sub(&unlisted, 1);
}

hf_live_place hf__live_place_of(const hf_document *document)
{
    entry *window = window_of(document);
    for (size_t i = 0; i < WINDOW; i++)
        if (atomic_load(&window[i].document) == document)
            return (hf_live_place){ atomic_load(&window[i].file), atomic_load(&window[i].line), 0 };
    return (hf_live_place){ NULL, 0, 0 };
}

hf_live_place hf_live_at(hf_live_place place)
{
    hf_live_place before = current_place;
    current_place = place;
    return before;
}

/* The entry made next after `number`, or NULL. */
static entry *next_made(uint64_t number)
{
    entry   *next = NULL;
    uint64_t least = UINT64_MAX;
    for (entry *each = entries; each < entries + ENTRIES; each++) {
        uint64_t candidate = atomic_load(&each->number);
        if (candidate > number && candidate < least) {
            least = candidate;
            next = each;
        }
    }
    return next;
}

static void print_entry(entry *each, const hf_document *document, FILE *to)
{
    const char *file = atomic_load(&each->file);
    uint64_t    holders = atomic_load(&document->holders);
    fprintf(to, "  %llu bytes, ", (unsigned long long)atomic_load(&document->bytes));
    if (holders == 0) /* nobody's any more, but for what later versions share */
        fprintf(to, "its block kept by a later version");
    else
        fprintf(to, "%llu holder%s, %llu values", (unsigned long long)holders, holders == 1 ? "" : "s",
                (unsigned long long)document->block->values);
    if (file != NULL)
        fprintf(to, ", made at %s:%u", file, atomic_load(&each->line));
    fprintf(to, "\n");
}

uint64_t hf_live_dump(FILE *to)
{
    uint64_t count = 0, bytes = 0, more = atomic_load(&unlisted), number = 0;
    for (entry *each = entries; each < entries + ENTRIES; each++) {
        const hf_document *document = atomic_load(&each->document);
        if (document == NULL)
            continue;
        count++;
        bytes += atomic_load(&document->bytes);
    }
    fprintf(to, "holdfast: %llu live document%s, %llu bytes\n", (unsigned long long)(count + more),
            count + more == 1 ? "" : "s", (unsigned long long)bytes);
    for (entry *each; (each = next_made(number)) != NULL;) {
        number = atomic_load(&each->number);
        const hf_document *document = atomic_load(&each->document);
        if (document != NULL)
            print_entry(each, document, to);
    }
    if (more > 0)
        fprintf(to, "  and %llu more, not listed\n", (unsigned long long)more);
    return count + more;
}

#else

hf_live_place hf_live_at(hf_live_place place)
{
    return place;
}

uint64_t hf_live_dump(FILE *to)
{
    fprintf(to, "holdfast: live documents are listed by debug builds of the library only\n");
    return 0;
}

#endif

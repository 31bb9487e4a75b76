/* current.c - publishing versions: one word holds the address and a count of the holds taken from it.
 *
 *     state: [address / 16: 44 bits][taken: 20 bits]
 *
 * When a version is published, HOLDS_READY holds are counted in it in advance. A reader adds one to
 * the word: it then has the address and one of these holds, in the same instant. Whoever publishes
 * the next version exchanges the word, learns how many holds were taken, and gives the rest back.
 * (This is the split reference count of Anthony Williams, with the inner count paid in advance.)
 *
 * Invariant: the holders of the published version are its real ones plus HOLDS_READY - taken.
 * When many holds were taken, each reader that sees it makes new ones ready and takes as many off the
 * count, so that the count cannot reach its end: that would take more readers between the two steps
 * than there can be threads. */
#include <holdfast/current.h>

#include <stdatomic.h>

#include "value/ended.h"
#include "value/home.h"

enum { COUNT_BITS = 20 };
static const uint64_t holds_ready = (uint64_t)1 << COUNT_BITS, renew_at = (uint64_t)1 << (COUNT_BITS - 1);

static uint64_t word_of(const hf_document *document)
{
    return (uint64_t)(uintptr_t)document >> 4 << COUNT_BITS;
}

static hf_document *document_of(uint64_t word)
{
    return (hf_document *)(uintptr_t)(word >> COUNT_BITS << 4);
}

static uint64_t taken_of(uint64_t word)
{
    return word & (holds_ready - 1);
}

/* Takes `count` holds back from a version of which at least one is left to drop. */
static void give_back(hf_document *document, uint64_t count)
{
    atomic_fetch_sub_explicit(&document->holders, count - 1, memory_order_release);
    hf_document_drop(document);
}

void hf_current_publish(hf_current *current, hf_document **document)
{
    hf_document *next = hf__document_has_ended(*document) ? NULL : *document;
    *document = NULL;
    if (next != NULL)
        atomic_fetch_add_explicit(&next->holders, holds_ready, memory_order_relaxed);
    uint64_t before = __atomic_exchange_n(&current->state, word_of(next), __ATOMIC_ACQ_REL);
    if (document_of(before) != NULL) /* our hold, and those that nobody took */
        give_back(document_of(before), 1 + holds_ready - taken_of(before));
}

/* Makes holds ready again. `current` may show another version by now: then nothing is to be done. */
static void renew(hf_current *current, hf_document *document)
{
    atomic_fetch_add_explicit(&document->holders, renew_at, memory_order_relaxed);
    uint64_t word = __atomic_load_n(&current->state, __ATOMIC_RELAXED);
    while (document_of(word) == document && taken_of(word) >= renew_at)
        if (__atomic_compare_exchange_n(&current->state, &word, word - renew_at, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
    give_back(document, renew_at); /* somebody else did it; the caller has a hold of its own */
}

hf_document *hf_current_hold(hf_current *current)
{
    if (__atomic_load_n(&current->state, __ATOMIC_RELAXED) < holds_ready)
        return NULL; /* nothing published: do not count in an empty word */
    uint64_t before = __atomic_fetch_add(&current->state, 1, __ATOMIC_ACQ_REL);
    hf_document *document = document_of(before);
    if (document == NULL) /* emptied meanwhile; the count of an empty word means nothing */
        return NULL;
    if (taken_of(before) >= renew_at)
        renew(current, document);
    return document;
}

void hf_current_release(hf_current *current)
{
    hf_document *none = NULL;
    hf_current_publish(current, &none);
}

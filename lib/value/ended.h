/* ended.h - documents that were dropped and drafts that have ended, for debug builds: whoever uses one is told
 * which, with the trap of misuse.h.
 *
 * Two means. A tombstone keeps the address of a home that has ended until another one is made there; every
 * call that is given a home looks for one before it reads. And quarantine (memory/quarantine.h): the last homes
 * and blocks stay for a while, with slots that read as none, so that their addresses are not given out again at
 * once and that inline accessors, which ask nobody, notice them too (hf__view_ended). In release builds all of
 * it is nothing. */
#ifndef HOLDFAST_ENDED_H
#define HOLDFAST_ENDED_H

#include "base/misuse.h"
#include "memory/quarantine.h"
#include "value/home.h"

typedef enum hf__ending { HF__ENDED_NOT, HF__ENDED_DROPPED, HF__ENDED_DESTROYED, HF__ENDED_FROZEN } hf__ending;

#if HF__DEBUG
/* A home begins its life, or has ended. place: where it was made; file NULL: not known. */
void hf__ended_begin(const hf__home *home);
void hf__ended_note(const hf__home *home, hf__ending how, const char *file, uint32_t line);
/* Whether it has ended; says so then. */
bool hf__ended_use(const hf__home *home);
#else
static inline void hf__ended_begin(const hf__home *home) { (void)home; }
static inline void hf__ended_note(const hf__home *home, hf__ending how, const char *file, uint32_t line)
{
    (void)home, (void)how, (void)file, (void)line;
}
static inline bool hf__ended_use(const hf__home *home)
{
    (void)home;
    return false;
}
#endif

/* Whether the view's document or draft has ended; says so then. */
static inline bool hf__view_has_ended(hf_value value)
{
    return value.slot != NULL && hf__ended_use(value.home);
}
/* Whether there is nothing to look at: absent, or beyond its end. */
static inline bool hf__view_is_none(hf_value value)
{
    return value.slot == NULL || hf__view_has_ended(value);
}
static inline bool hf__document_has_ended(const hf_document *document)
{
    return document != NULL && hf__ended_use(&document->home);
}

#endif

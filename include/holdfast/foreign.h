/* foreign.h - values that are not ours: a pointer to a live struct, a lock, a client.
 *
 * A foreign value is an entry in its document's side table: what it is called, how it is released,
 * and if it may be copied or written at all. Copying, saving or writing one whose hook is NULL is
 * refused (HF_FOREIGN, with the place), so that no object graph is dragged along silently.
 * Each object is released exactly once, whatever way its document or draft goes, by the thread that
 * drops it last.
 *
 * A hook may use and drop other documents, publish versions, end and edit other drafts. It leaves alone
 * the draft that is being changed or ends, and it returns, in the ordinary way. Documents that are dropped
 * and drafts that end in a release hook, whose own hooks do so again, nest 16 deep; what is further inside
 * ends when those hooks have returned, so that a chain of any length needs no stack. What such chains borrow
 * (an allocator, text) must stay until then. */
#ifndef HOLDFAST_FOREIGN_H
#define HOLDFAST_FOREIGN_H

#include <holdfast/value.h>

HF_EXTERN_BEGIN

struct hf_builder;

typedef struct hf_foreign_hooks {
    const char *name;                   /* what it is, for errors and walks; static */
    void      (*release)(void *object); /* the end of it; not NULL */
    /* Another object for a private copy, not NULL; NULL: copying is refused. */
    hf_status (*clone)(void *object, void **ret_object);
    /* Builds the one value that is written in its place; NULL: writing is refused. Saving is in any case (save.h). */
    hf_status (*write)(void *object, struct hf_builder *into);
} hf_foreign_hooks;

/* The object behind a foreign value, if its hooks are `hooks`; else NULL. Borrowed, as the view. */
HF_API void *hf_foreign_object(hf_value value, const hf_foreign_hooks *hooks);
/* The hooks of a foreign value; NULL for anything else. */
HF_API const hf_foreign_hooks *hf_foreign_hooks_of(hf_value value);

HF_EXTERN_END

#endif

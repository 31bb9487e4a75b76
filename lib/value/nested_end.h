/* nested_end.h - what release hooks let go of in turn, without a stack that grows with it.
 *
 * A foreign value may own a document, whose foreign value owns the next one; so may the owner of a text. Each
 * such drop happens inside a hook that is inside a drop. The first few nest, and are done when the call returns.
 * What is let go of further inside waits, and is ended by the last of these once its hook has returned. */
#ifndef HOLDFAST_NESTED_END_H
#define HOLDFAST_NESTED_END_H

/* The first member of what ends, or in it. */
typedef struct hf__waiting_end {
    struct hf__waiting_end *next;
    void             (*end)(struct hf__waiting_end *self);
} hf__waiting_end;

enum { HF__ENDS_NEST_MAX = 16 };

/* Calls ending->end(ending), now or when the hooks around have returned. */
void hf__end_nested(hf__waiting_end *ending);

#endif

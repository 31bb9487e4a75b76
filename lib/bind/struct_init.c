/* struct_init.c - a struct at its beginning: zero, and the defaults that need no memory. */
#include <holdfast/bind_code.h>

#include "bind/struct_rule.h"

/* A record held in place, or a run of them, whose members are gone through. */
typedef struct place {
    const hf_type *type;
    char          *at;
    size_t         left;   /* records of the run, this one included */
    uint32_t       member;
    bool           any;    /* a default was set in the first one: the others have the same */
} place;

/* The records that a member holds in place. False when it holds none. */
static bool open_member(place *open, const hf_type *type, char *at)
{
    size_t count = 1;
    for (; type->shape == HF_SHAPE_ARRAY; type = type->item)
        count *= type->count;
    if (type->shape != HF_SHAPE_RECORD || count == 0)
        return false;
    *open = (place){ .type = type, .at = at, .left = count };
    return true;
}

/* The innermost record is done: the next one of its run, or the one around it. */
static size_t next_record(place *open, size_t used)
{
    place *top = &open[used - 1];
    if (used > 1)
        top[-1].any |= top->any;
    if (!top->any || --top->left == 0)
        return used - 1;
    top->at += top->type->size;
    top->member = 0;
    return used;
}

void hf_struct_init(const hf_type *type, void *object)
{
    bool is_aligned = ((uintptr_t)object & (type->alignment - 1)) == 0; /* not always in a packed record */
    if (type->code != NULL && HF_LIKELY(is_aligned)) {
        hf__record_begin(type, object);
        return;
    }
    memset(object, 0, type->size);
    /* Records held in place, innermost types last: a stack as deep as types nest, written before it is read. */
    place open[HF__PLACES_MAX];
    size_t used = open_member(&open[0], type, object) ? 1 : 0;
    while (used > 0) {
        place *top = &open[used - 1];
        if (top->member >= top->type->member_count) {
            used = next_record(open, used);
            continue;
        }
        const hf_member *member = &top->type->members[top->member++];
        if (member->rule != NULL && (member->rule->checks & HF_RULE_DEFAULT) != 0) {
            hf__rule_default_in_place(member, top->at);
            top->any = true;
        }
        if (used < HF__PLACES_MAX && open_member(&open[used], member->type, top->at + member->offset))
            used++;
    }
}

/* struct_init.c - a struct at its beginning: zero, and the defaults that need no memory. */
#include <holdfast/bind_code.h>

#include "bind/struct_rule.h"

void hf_struct_init(const hf_type *type, void *object)
{
    if (type->code != NULL && type->code->begin != NULL) {
        type->code->begin(object);
        return;
    }
    memset(object, 0, type->size);
    /* Records held in place, innermost types last: a stack as deep as types nest. */
    struct { const hf_type *type; char *at; uint32_t member; } open[HF__PLACES_MAX];
    size_t used = type->shape == HF_SHAPE_RECORD ? 1 : 0;
    open[0].type = type; /* the rest of the stack is written before it is read */
    open[0].at = object;
    open[0].member = 0;
    while (used > 0) {
        const hf_type *record = open[used - 1].type;
        char *at = open[used - 1].at;
        if (open[used - 1].member >= record->member_count) {
            used--;
            continue;
        }
        const hf_member *member = &record->members[open[used - 1].member++];
        if (member->rule != NULL && (member->rule->checks & HF_RULE_DEFAULT) != 0)
            hf__rule_default_in_place(member, at);
        if (member->type->shape == HF_SHAPE_RECORD && used < HF__PLACES_MAX) {
            open[used].type = member->type;
            open[used].at = at + member->offset;
            open[used++].member = 0;
        }
    }
}

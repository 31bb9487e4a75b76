/* struct_links.h - going through the pointers of one block, whatever is nested in it.
 *
 * A block is what one pointer leads to: `count` objects of one type. What is held in place
 * (records, arrays, the chosen arm of a union, a flexible array) belongs to the block and is looked
 * into; what a string, pointer or vector leads to is another block and is reported. The places
 * being looked into form a stack as deep as types are nested in place; the generator refuses deeper types. */
#ifndef HOLDFAST_STRUCT_LINKS_H
#define HOLDFAST_STRUCT_LINKS_H

#include "bind/struct_access.h"
#include "bind/struct_store.h"

enum { HF__PLACES_MAX = 130 }; /* one for each record and array held in place, of at most 120, and to spare */

typedef struct hf__block {
    const hf_type *type;  /* of the objects in it */
    char          *at;
    size_t         count;
} hf__block;

/* One pointer found. */
typedef struct hf__link {
    const hf_type *type;  /* HF_SHAPE_STRING, HF_SHAPE_POINTER or HF_SHAPE_VECTOR; HF_SHAPE_OPAQUE for a
                             skipped member, whose ownership is static */
    char          *place; /* where the pointer stands */
    size_t         count; /* of a vector */
    uint32_t       path;  /* as a namer says; else 0 */
} hf__link;

/* Gives numbers to the ways that lead to places, for those who ask: by a member, or to the items of an array. */
typedef struct hf__namer {
    void     *context;
    uint32_t (*member)(void *context, uint32_t path, const hf_member *member);
    uint32_t (*items)(void *context, uint32_t path);
} hf__namer;

/* Objects of one type beside each other, which are looked through. */
typedef struct hf__place {
    const hf_type   *type;
    char            *at;     /* the object whose turn it is */
    size_t           left;   /* objects behind it; that one is among them until its turn has come, unless it is a record */
    const hf_member *member; /* of a record: the next one */
    uint32_t         path;
} hf__place;

/* Where the search is. `outer` lies apart, so that the rest can be in registers. */
typedef struct hf__links {
    hf__place        in;
    const hf_member *end;   /* of the members of `in` */
    hf__place       *outer; /* what `in` lies in: places that wait */
    size_t           outer_count;
} hf__links;

/* A pointer of the most frequent kind: nothing has to be looked up. */
HF__INLINED bool hf__is_object(const hf_type *type)
{
    return (type->flags & HF_TYPE_OBJECT) != 0;
}

/* From here on the objects at `at` are looked through; there is one at least, and they have links. */
HF__INLINED void hf__links_look(hf__links *links, const hf_type *type, char *at, size_t count, uint32_t path)
{
    links->in = (hf__place){ type, at, count - (type->shape == HF_SHAPE_RECORD), type->members, path };
    links->end = hf__members_end(type);
}

/* Looks into a place, and goes on behind it later. */
HF__INLINED void hf__links_enter(hf__links *links, const hf_type *type, char *at, size_t count, uint32_t path)
{
    if ((type->flags & HF_TYPE_LINKS) == 0 || count == 0)
        return;
    links->outer[links->outer_count++] = links->in;
    hf__links_look(links, type, at, count, path);
}

/* `outer`: room for HF__PLACES_MAX. `path`: of the block, where paths are asked for. */
HF__INLINED void hf__links_begin(hf__links *links, hf__place *outer, hf__block block, uint32_t path)
{
    *links = (hf__links){ .in.type = block.type, .outer = outer };
    if ((block.type->flags & HF_TYPE_LINKS) != 0 && block.count > 0)
        hf__links_look(links, block.type, block.at, block.count, path);
}

/* Enters what a member holds in place. */
HF__INLINED void hf__links_open(hf__links *links, const hf_member *member, char *at, uint32_t path, const hf__namer *namer)
{
    const hf_type *type = member->type, *owner = links->in.type;
    const char *record = links->in.at;
    if (type->shape == HF_SHAPE_UNION) {
        const hf_member *arm = hf__chosen_arm(owner, member, record);
        if (arm != NULL)
            hf__links_enter(links, arm->type, at, 1, namer != NULL ? namer->member(namer->context, path, arm) : 0);
    } else if (type->shape == HF_SHAPE_FLEX) {
        hf__links_enter(links, type->item, at, hf__member_count(owner, member, record), namer != NULL ? namer->items(namer->context, path) : 0);
    } else {
        hf__links_enter(links, type, at, 1, path);
    }
}

/* The next pointer of the record whose turn it is; false at its end. */
HF__INLINED bool hf__links_next_member(hf__links *links, hf__link *ret_link, const hf__namer *namer)
{
    while (links->in.member != links->end) {
        const hf_member *member = links->in.member++;
        const hf_type *type = member->type;
        if ((type->flags & HF_TYPE_LINKS) == 0)
            continue;
        char *at = links->in.at + member->offset;
        uint32_t path = namer != NULL ? namer->member(namer->context, links->in.path, member) : 0;
        if (hf__is_object(type)) {
            if (hf__pointer_at(at) == NULL)
                continue;
            *ret_link = (hf__link){ type, at, 1, path };
            return true;
        }
        switch (type->shape) {
        case HF_SHAPE_STRING: case HF_SHAPE_POINTER: case HF_SHAPE_VECTOR:
            if (hf__pointer_at(at) == NULL)
                break;
            *ret_link = (hf__link){ type, at, type->shape == HF_SHAPE_VECTOR ? hf__member_count(links->in.type, member, links->in.at) : 1, path };
            return true;
        case HF_SHAPE_OPAQUE: *ret_link = (hf__link){ type, at, 1, path }; return true;
        default: hf__links_open(links, member, at, path, namer);
        }
    }
    return false;
}

/* The next pointer that is not NULL; false when there is none left. `namer` NULL, and known to be: no names. */
HF__INLINED bool hf__links_next_named(hf__links *links, hf__link *ret_link, const hf__namer *namer)
{
    for (;;) {
        if (hf__links_next_member(links, ret_link, namer))
            return true;
        const hf_type *type = links->in.type;
        char *at = links->in.at;
        if (links->in.left == 0) {
            if (links->outer_count == 0)
                return false;
            links->in = links->outer[--links->outer_count];
            links->end = hf__members_end(links->in.type);
            continue;
        }
        links->in.left--;
        links->in.at += type->size;
        links->in.member = type->members;
        if (type->shape == HF_SHAPE_ARRAY) {
            hf__links_enter(links, type->item, at, type->count, namer != NULL ? namer->items(namer->context, links->in.path) : 0);
        } else if (type->shape == HF_SHAPE_OPAQUE || (type->shape != HF_SHAPE_RECORD && hf__pointer_at(at) != NULL)) {
            *ret_link = (hf__link){ type, at, 1, links->in.path };
            return true;
        }
    }
}

HF__INLINED bool hf__links_next(hf__links *links, hf__link *ret_link)
{
    return hf__links_next_named(links, ret_link, NULL);
}

/* The block that a link leads to. Its bytes: hf__link_bytes. */
static inline hf__block hf__link_target(const hf__link *link)
{
    return (hf__block){ link->type->item, hf__pointer_at(link->place), link->count };
}

/* Bytes of the block a link leads to; false when they overflow. */
static inline bool hf__link_bytes(const hf__link *link, size_t *ret_bytes)
{
    if (hf__is_object(link->type)) {
        *ret_bytes = link->type->item->size;
        return true;
    }
    if (link->type->shape == HF_SHAPE_STRING) {
        *ret_bytes = strlen(hf__pointer_at(link->place)) + 1;
        return true;
    }
    if (link->type->shape == HF_SHAPE_VECTOR)
        return hf__size_multiply(link->count, link->type->item->size, ret_bytes);
    return hf__object_bytes(link->type->item, hf__pointer_at(link->place), ret_bytes);
}

static inline size_t hf__link_alignment(const hf__link *link)
{
    return link->type->shape == HF_SHAPE_STRING ? 1 : link->type->item->alignment;
}

/* The block that a link leads to has links of its own. */
HF__INLINED bool hf__link_leads_on(const hf__link *link)
{
    return hf__is_object(link->type) || (link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0);
}

/* Goes on with a block: at once when nothing is left of the one that is looked through, else it waits. False
 * without memory. */
HF__INLINED bool hf__links_follow(hf__links *links, hf__block_stack *stack, hf__block block)
{
    if (block.count == 0)
        return true;
    if (links->in.member != links->end || links->in.left > 0 || links->outer_count > 0)
        return HF_LIKELY(hf__stack_push(stack, block.type, block.at, NULL, block.count));
    hf__links_look(links, block.type, block.at, block.count, 0);
    return true;
}

/* Goes on with the block that waits. False when there is none. */
HF__INLINED bool hf__links_next_block(hf__links *links, hf__block_stack *stack)
{
    if (stack->top == stack->items)
        return false;
    const hf__waiting *one = --stack->top;
    hf__links_look(links, one->type, one->at, one->count, 0);
    return true;
}

#endif

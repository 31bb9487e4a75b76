/* struct_links.h - going through the pointers of one block, whatever is nested in it.
 *
 * A block is what one pointer leads to: `count` objects of one type. What is held in place
 * (records, arrays, the chosen arm of a union, a flexible array) belongs to the block and is looked
 * into; what a string, pointer or vector leads to is another block and is reported. The places
 * being looked into form a stack as deep as types are nested in place; the generator refuses deeper types. */
#ifndef HOLDFAST_STRUCT_LINKS_H
#define HOLDFAST_STRUCT_LINKS_H

#include "bind/struct_access.h"

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

typedef struct hf__links {
    struct hf__place {
        const hf_type *type;
        char          *at;
        size_t         count; /* objects still to look at, this one included */
        uint32_t       member;
        uint32_t       path;
    } places[HF__PLACES_MAX];
    uint32_t used;
} hf__links;

static inline void hf__links_add(hf__links *links, const hf_type *type, char *at, size_t count, uint32_t path)
{
    if ((type->flags & HF_TYPE_LINKS) == 0 || count == 0)
        return;
    links->places[links->used++] = (struct hf__place){ type, at, count, 0, path };
}

static inline void hf__links_begin(hf__links *links, hf__block block)
{
    links->used = 0;
    hf__links_add(links, block.type, block.at, block.count, 0);
}

/* The next pointer that is not NULL; false when there is none left. `namer` NULL, and known to be: no names. */
__attribute__((always_inline)) static inline bool hf__links_next_named(hf__links *links, hf__link *ret_link, const hf__namer *namer)
{
    while (links->used > 0) {
        struct hf__place *place = &links->places[links->used - 1];
        const hf_type *type = place->type;
        char *at = place->at;
        if (type->shape == HF_SHAPE_RECORD && place->member < type->member_count) {
            const hf_member *member = &type->members[place->member++];
            const hf_type *member_type = member->type;
            if ((member_type->flags & HF_TYPE_LINKS) == 0)
                continue;
            char *member_at = at + member->offset;
            uint32_t path = namer != NULL ? namer->member(namer->context, place->path, member) : 0;
            if (member_type->shape == HF_SHAPE_VECTOR) {
                *ret_link = (hf__link){ member_type, member_at, hf__member_count(type, member, at), path };
                if (hf__pointer_at(member_at) != NULL)
                    return true;
            } else if (member_type->shape == HF_SHAPE_FLEX) {
                hf__links_add(links, member_type->item, member_at, hf__member_count(type, member, at),
                              namer != NULL ? namer->items(namer->context, path) : 0);
            } else if (member_type->shape == HF_SHAPE_UNION) {
                const hf_member *arm = hf__chosen_arm(type, member, at);
                if (arm != NULL)
                    hf__links_add(links, arm->type, member_at, 1, namer != NULL ? namer->member(namer->context, path, arm) : 0);
            } else {
                hf__links_add(links, member_type, member_at, 1, path);
            }
            continue;
        }
        uint32_t path = place->path;
        if (--place->count == 0)
            links->used--;
        place->at += type->size;
        place->member = 0;
        if (type->shape == HF_SHAPE_ARRAY) {
            hf__links_add(links, type->item, at, type->count, namer != NULL ? namer->items(namer->context, path) : 0);
        } else if (type->shape != HF_SHAPE_RECORD) {
            *ret_link = (hf__link){ type, at, 1, path };
            if (type->shape == HF_SHAPE_OPAQUE || hf__pointer_at(at) != NULL)
                return true;
        }
    }
    return false;
}

static inline bool hf__links_next(hf__links *links, hf__link *ret_link)
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

#endif

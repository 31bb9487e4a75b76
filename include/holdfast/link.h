/* link.h - values that lead to other values of the same document, and own nothing.
 *
 * A link is how shared and cyclic data is kept: the target has one parent as ever, the link is a
 * weak reference to it. It stays good when its target moves or is given another content, and reads
 * as gone when its target is removed. Nothing follows a link unasked: a walk reports it (HF_LINK) or,
 * with follow_links, enters each container once; equality compares the paths of targets; a private
 * copy of a part keeps the links inside and refuses those that leave (HF_LINK_LEAVES).
 *
 * What a link leads to is a place: a mounted or shared value that is shown in two is another one in each.
 * A copy keeps that apart, also for the links of a document that is mounted twice, which lead into the copy
 * that they stand in. Those count by their paths in the mounted document, in a copy by their paths in the
 * copy: mounted below the root, they are not equal to it. */
#ifndef HOLDFAST_LINK_H
#define HOLDFAST_LINK_H

#include <holdfast/draft.h>

HF_EXTERN_BEGIN

static inline bool hf_is_link(hf_value value) { return value.slot != NULL && hf__kind(value.slot) == HF__LINK; }

/* The value that a link leads to; absent when it is gone, or when `link` is no link. A view, valid as
 * `link` is. May itself be a link. */
HF_API hf_value hf_link_target(hf_value link);

/* Puts a link to `target` at `place`, as hf_draft_set does. HF_CYCLE when the target lies in what the
 * link would replace. */
HF_API hf_status hf_draft_link(hf_draft *draft, hf_place place, hf_place target, hf_error *reterr);

/* ---- references as text ------------------------------------------------------------------ */

typedef struct hf_reference_counts {
    uint64_t links;      /* made, or spelled */
    uint64_t outside;    /* references that do not begin with '#': left as they are */
    uint64_t unresolved; /* that lead nowhere, into another reference, or round in circles: left */
    uint64_t targets;    /* different values that links lead to */
} hf_reference_counts;

/* A document in which each object {"$ref": "#/..."} is a link to what the JSON Pointer in it (percent
 * escapes as in a URI) leads to. Members beside "$ref" are dropped, as JSON Reference says. Mounted
 * values are copied in. ret_document: owned. ret_counts may be NULL. Allocator and budget are the
 * document's. HF_FOREIGN when foreign values must be copied and cannot. */
HF_API HF_NODISCARD hf_status hf_references_to_links(const hf_document *document, hf_document **ret_document,
                                                     hf_reference_counts *ret_counts, hf_error *reterr);
/* The way back: each link becomes {"$ref": "#/path of its target"}, one that is gone becomes null. What
 * was read with references and linked is then equal to what was read. */
HF_API HF_NODISCARD hf_status hf_links_to_references(const hf_document *document, hf_document **ret_document,
                                                     hf_reference_counts *ret_counts, hf_error *reterr);

/* ---- copying along links ----------------------------------------------------------------- */

/* What stands in a copy where a value comes again: the same container, met by another link, or around
 * itself. */
typedef enum hf_repeated {
    HF_REPEATED_LINK,  /* a link to the first copy */
    HF_REPEATED_NULL,
    HF_REPEATED_TEXT,  /* `placeholder` */
    HF_REPEATED_REFUSE /* HF_CYCLE with the place */
} hf_repeated;

typedef struct hf_expand_options {
    hf_repeated         repeated;
    hf_text             placeholder;
    const hf_allocator *allocator;  /* NULL: the default */
    hf_budget          *budget;     /* NULL: the process budget */
    uint64_t            values_max; /* 0: no limit */
    uint32_t            depth_max;  /* 0: 2^24 */
    uint32_t            reserved_32;
    uint64_t            reserved[4];
} hf_expand_options;

/* A private copy of what `value` shows with its links followed: the value that a link leads to stands in
 * its place, each container once. Ends on any graph. Links that are gone, that lead to each other only,
 * or that lie in a mounted document become null. options: NULL for
 * the defaults. ret_document: owned. HF_LIMIT_VALUES, HF_LIMIT_DEPTH, HF_CYCLE, HF_FOREIGN. */
HF_API HF_NODISCARD hf_status hf_clone_following(hf_value value, const hf_expand_options *options,
                                                 hf_document **ret_document, hf_error *reterr);

HF_EXTERN_END

#endif

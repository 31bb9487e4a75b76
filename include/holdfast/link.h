/* link.h - values that lead to other values of the same document, and own nothing.
 *
 * A link is how shared and cyclic data is kept: the target has one parent as ever, the link is a
 * weak reference to it. It stays good when its target moves or is given another content, and reads
 * as gone when its target is removed. Nothing follows a link unasked: a walk reports it (HF_LINK) or,
 * with follow_links, enters each container once; equality compares the paths of targets; a private
 * copy of a part keeps the links inside and refuses those that leave (HF_LINK_LEAVES). */
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

HF_EXTERN_END

#endif

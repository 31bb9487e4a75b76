/* walk_place.h - where in the document or draft that is walked a value stands. */
#ifndef HOLDFAST_WALK_PLACE_H
#define HOLDFAST_WALK_PLACE_H

#include <holdfast/walk.h>

/* The slot of the walk's own home by which the present value was come to: that of a mounted value is its mount,
 * so two places that show the same are two. NULL inside of mounted values. ret_can_repeat: it may be come to
 * again, being the root or the target of a link. */
const hf__slot *hf__walk_place(const hf_walk *walk, bool *ret_can_repeat);

#endif

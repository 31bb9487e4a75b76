/* special.h - shapes that are told before growth is measured: a vector that moves to ever larger blocks, and what is
 * released as a whole. */
#ifndef HOLDFAST_SPECIAL_H
#define HOLDFAST_SPECIAL_H

#include "curves.h"

/* Each says its verdict in `at->shape` and returns whether it did. */
bool hf__is_doubling(hf__look *at);
bool hf__is_released_whole(hf__look *at);

/* Has what came after the last fall lasted so long that it is no tooth of a saw like those before? */
bool hf__last_tooth_is_none(const hf__look *at);

#endif

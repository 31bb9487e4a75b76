/* value_near.h - the place of a key in a small flat object, by width. */
#ifndef HOLDFAST_VALUE_NEAR_H
#define HOLDFAST_VALUE_NEAR_H

#include <holdfast/bind.h>

enum { HF__NEAR_MEMBERS_MAX = 16 };

/* The last key with these words among `slots` slots of an object without containers; 0: none. */
uint32_t hf__near_avx512(const hf__slot *object, uint32_t slots, hf__slot words);

#endif

/* code_from_value.h - values into structs by the keys of each record, and what the tables do of it. */
#ifndef HOLDFAST_CODE_FROM_VALUE_H
#define HOLDFAST_CODE_FROM_VALUE_H

#include <holdfast/bind_code.h>

/* Reads an object into another that has begun. False: read it again by tables. What was made hangs on the object, as
 * a tree. */
bool hf__from_value(const hf_code *code, hf_value value, uint32_t depth_max, const hf_store *store, void *object);

/* A member that the tables read; false for any reason. */
bool hf__from_value_member(const hf_store *store, uint32_t depth_left, hf_value value, const hf_key *row, char *object);

/* Whether the containers of a value, and itself, are surely no deeper than that. */
bool hf__value_is_within(hf_value value, uint32_t depth_left);

#endif

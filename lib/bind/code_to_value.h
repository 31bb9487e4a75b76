/* code_to_value.h - documents of structs by the keys of each record, and what the tables do of it. */
#ifndef HOLDFAST_CODE_TO_VALUE_H
#define HOLDFAST_CODE_TO_VALUE_H

#include <holdfast/bind_code.h>
#include <holdfast/build.h>

/* Builds the object as the root of a builder that has nothing. False: the builder is of no more use, and the tables are
 * to build it. */
bool hf__to_value(const hf_code *code, const void *object, const hf_encode_options *options, hf_builder *builder);

/* A member that the tables build; its key is. */
bool hf__to_value_member(hf_builder *builder, const hf_key *row, const void *object, const hf_encode_options *options);

#endif

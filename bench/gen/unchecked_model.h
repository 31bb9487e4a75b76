/* unchecked_model.h - the same records under other names, without checks, to see what checks cost. */
#ifndef BENCH_GEN_UNCHECKED_MODEL_H
#define BENCH_GEN_UNCHECKED_MODEL_H

#undef BENCH_GEN_MODEL_H
#undef CHECK
#define CHECK(...)
#define account  unchecked_account
#define tweet    unchecked_tweet
#define timeline unchecked_timeline
#define person   unchecked_person
#define people   unchecked_people
#define leaf     unchecked_leaf
#define knot     unchecked_knot
#include "bench_model.h"
#undef account
#undef tweet
#undef timeline
#undef person
#undef people
#undef leaf
#undef knot

#endif

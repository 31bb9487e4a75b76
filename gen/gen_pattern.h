/* gen_pattern.h - HF(pattern = "...") to the tables that the library matches with.
 *
 * The pattern must match the whole text. Bytes, classes [a-z] [^...], any byte but a line feed `.`,
 * \d \w \s \D \W \S and escaped punctuation, groups ( ), choice |, repetition * + ? {m} {m,} {m,n}; `^` at the start
 * and `$` at the end are allowed and mean nothing more. At most 64 positions (letters and classes,
 * repetitions unrolled); matching is linear (Glushkov 1961). */
#ifndef HOLDFAST_GEN_PATTERN_H
#define HOLDFAST_GEN_PATTERN_H

#include "gen_unit.h"

enum { GEN_PATTERN_POSITIONS_MAX = 64 };

typedef struct gen_pattern {
    uint32_t positions;
    bool     matches_empty;
    uint64_t first, last;
    uint64_t follow[GEN_PATTERN_POSITIONS_MAX];
    uint64_t classes[GEN_PATTERN_POSITIONS_MAX][4];
} gen_pattern;

/* Fails the unit, with `place`, on what is no pattern or too large. */
void gen_pattern_compile(gen_unit *unit, gen_place place, const char *source, gen_pattern *ret_pattern);

#endif

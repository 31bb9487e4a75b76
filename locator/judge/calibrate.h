/* calibrate.h - totals come from the exact source, shares from the sampled one.
 *
 * A sampled profile wanders by some 15 % while the true heap stands still; the allocator's own count
 * does not. Where both are known for profiles over time, the count decides whether the whole grows and
 * how fast, and the profile only where. */
#ifndef HOLDFAST_CALIBRATE_H
#define HOLDFAST_CALIBRATE_H

#include "findings.h"

/* Changes verdicts and rates of sampled findings in place; a finding that the count refutes moves to
 * `dismissed`. False when memory is out. */
bool hf__calibrate(const hf__model *model, hf__judgement *judgement);

#endif

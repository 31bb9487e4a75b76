/* calibrate.h - totals come from the exact source, shares from the sampled one.
 *
 * A sampled profile wanders by some 15 % while the true heap stands still; the allocator's own count
 * does not. Where both are known for profiles over time, the count decides whether the whole grows and
 * how fast, and the profile only where. Sampled recordings follow single blocks, which is evidence by
 * itself: there the count corrects rates and pace, and sees growth that few samples tell nothing of. */
#ifndef HOLDFAST_CALIBRATE_H
#define HOLDFAST_CALIBRATE_H

#include "findings.h"

/* Where the whole grows for certain and the findings do not account for it: adds what may be behind it, as
 * undecided; nameless where no sample tells. Before findings are merged. False when memory is out. */
bool hf__calibrate_candidates(const hf__model *model, hf__judgement *judgement);

/* Changes verdicts and rates of sampled findings in place; a finding that the count refutes moves to
 * `dismissed`. False when memory is out. */
bool hf__calibrate(const hf__model *model, hf__judgement *judgement);

/* Where events were lost: a leak of no more blocks than that is undecided, and so is a program in which nothing was
 * found, unless the exact count of bytes tells. False when memory is out. */
bool hf__weigh_loss(const hf__model *model, hf__judgement *judgement);

#endif

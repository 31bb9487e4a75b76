/* calibrate.h - totals come from the exact source, shares from the sampled one.
 *
 * A sampled profile wanders by some 15 % while the true heap stands still; the allocator's own count
 * does not. Where both are known for profiles over time, the count decides whether the whole grows and
 * how fast, and the profile only where. Sampled recordings follow single blocks, which is evidence by
 * itself: there the count corrects rates and pace, and sees growth that few samples tell nothing of. */
#ifndef HOLDFAST_CALIBRATE_H
#define HOLDFAST_CALIBRATE_H

#include "findings.h"

#define HF_CALIBRATE_WHOLE 0.8 /* of the growth of the whole: what accounts for so much needs no further names beside it */
#define HF_CALIBRATE_PART  0.1 /* of the growth of the whole: a place that grew by less is not named for it */
#define HF_TIDY_SHARE      0.1 /* of the run, at its end: the time in which a program tidies up */
#define HF_PRECISE         0.07 /* error of sampling, of a growth: below it a place needs no whole to tell its rate */
#define HF_CALIBRATE_AGREE 0.5 /* the whole must have grown by so much of what the findings claim, and less than its double */

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

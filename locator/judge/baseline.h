/* baseline.h - findings that are known and accepted, so that a pipeline fails on new or faster ones only.
 *
 * A text file, one finding in a line, made to be kept beside the code and read in reviews:
 *   # holdfast.baseline/1
 *   FINGERPRINT BYTES_PER_SECOND FUNCTION
 * The fingerprint is that of the finding in JSON: of function, file name and kind, not of lines.
 * A finding is known when its fingerprint is listed and its rate is at most 1.25 times the listed
 * one, or its interval reaches below that. */
#ifndef HOLDFAST_BASELINE_H
#define HOLDFAST_BASELINE_H

#include "findings.h"

#define HF_BASELINE_FASTER 1.25 /* of the listed rate: what is no faster is known */

typedef struct hf__baseline_entry {
    uint64_t fingerprint;
    double   rate;
} hf__baseline_entry;

typedef struct hf__baseline {
    hf__baseline_entry *entries;
    size_t              count, room;
} hf__baseline;

/* HF_BAD_PROFILE with line and column when it is not a baseline. ret_baseline: yours. */
hf_status hf__baseline_read(hf_text text, hf__baseline *ret_baseline, hf_error *reterr);
void      hf__baseline_release(hf__baseline *baseline);
bool      hf__baseline_knows(const hf__baseline *baseline, const hf__finding *finding);
/* Writes leaks and undecided findings. False when the stream has failed. */
bool      hf__baseline_write(FILE *out, const hf__model *model, const hf__judgement *judgement);

#endif

/* merge.h - one bug, one finding: groups that grow together become one. */
#ifndef HOLDFAST_MERGE_H
#define HOLDFAST_MERGE_H

#include "chains.h"
#include "findings.h"
#include "gather.h"

#define HF_COURSE_APART_MAX 0.12 /* largest distance of two courses, of their whole growth */
#define HF_LOCKSTEP_MAX     0.02 /* the same block for block */

/* Merges findings of `judgement` in place. False when memory is out. */
bool hf__merge_findings(const hf__model *model, const hf__chains *chains, hf__gather *gather, hf__judgement *judgement);

#endif

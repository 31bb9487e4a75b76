/* merge.h - one bug, one finding: groups that grow together become one. */
#ifndef HOLDFAST_MERGE_H
#define HOLDFAST_MERGE_H

#include "chains.h"
#include "findings.h"
#include "gather.h"

/* Merges findings of `judgement` in place. False when memory is out. */
bool hf__merge_findings(const hf__model *model, const hf__chains *chains, hf__gather *gather, hf__judgement *judgement);

#endif

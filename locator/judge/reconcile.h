/* reconcile.h - what is recorded beside what the allocator and the system count. */
#ifndef HOLDFAST_RECONCILE_H
#define HOLDFAST_RECONCILE_H

#include "findings.h"
#include "series.h"

#define HF_FRAGMENTED_SHARE 0.5          /* of what the allocator holds, free, */
#define HF_FRAGMENTED_BYTES 4194304      /* and at least so much (4 MiB), */
#define HF_FRAGMENTED_TIME  0.25         /* over the last quarter of the run */

/* whole: the sum over all heap paths. */
void hf__reconcile(const hf__model *model, const hf__series *whole, hf__reconciled *ret_reconciled);

/* Adds a finding where the allocator holds much more than lives in it, and kept doing so. False when memory is out. */
bool hf__find_fragmentation(const hf__model *model, hf__judgement *judgement);

#endif

/* reconcile.h - what is recorded beside what the allocator and the system count. */
#ifndef HOLDFAST_RECONCILE_H
#define HOLDFAST_RECONCILE_H

#include "findings.h"
#include "series.h"

/* whole: the sum over all heap paths. */
void hf__reconcile(const hf__model *model, const hf__series *whole, hf__reconciled *ret_reconciled);

/* Adds a finding where the allocator holds much more than lives in it, and kept doing so. False when memory is out. */
bool hf__find_fragmentation(const hf__model *model, hf__judgement *judgement);

#endif

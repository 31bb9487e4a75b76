/* together.h - one bug in several processes of a recording: its rate is that of all which leak at the same time.
 *
 * Processes that come one after the other are not added up: at no time does the machine lose more than one of them does. */
#ifndef HOLDFAST_TOGETHER_H
#define HOLDFAST_TOGETHER_H

#include "findings.h"

#define HF_TOGETHER 0.5 /* of the shorter of two stretches of growth, that they have in common */

typedef struct hf__judged {
    const hf__model *model;     /* bound */
    hf__judgement   *judgement; /* bound */
} hf__judged;

/* Adds to the rate of each leak those of the same leak in the others. False when memory is out: nothing has changed. */
bool hf__add_up_processes(const hf__judged *all, size_t count);

#endif

/* nested_end.c - ends that wait for their turn; see nested_end.h. */
#include "value/nested_end.h"

#include <stddef.h>

/* Of this thread: how many ends are inside of each other, and those that wait, the newest first. */
static _Thread_local struct {
    unsigned    nested;
    hf__waiting_end *waiting;
} ends __attribute__((tls_model("initial-exec")));

void hf__end_nested(hf__waiting_end *ending)
{
    ending->next = ends.waiting;
    ends.waiting = ending;
    if (ends.nested == HF__ENDS_NEST_MAX)
        return;
    ends.nested++;
    while (ends.waiting != NULL) {
        hf__waiting_end *next = ends.waiting;
        ends.waiting = next->next;
        next->end(next);
    }
    ends.nested--;
}

/* must.h - for programs in C that measure: what fails is told, and ends the program. */
#ifndef HOLDFAST_BENCH_MUST_H
#define HOLDFAST_BENCH_MUST_H

#include <holdfast/base.h>
#include <stdlib.h>

static inline void must(hf_status status, const hf_error *error)
{
    if (status == HF_OK)
        return;
    hf_error_print(stderr, error);
    exit(1);
}

#endif

/* odd_other.h - one half of types that lead to each other from two headers. */
#ifndef HOLDFAST_TEST_ODD_OTHER_H
#define HOLDFAST_TEST_ODD_OTHER_H

#include <stddef.h>

#include <holdfast/annotate.h>

struct worker;

struct office {
    char           *city HF(own);
    struct worker **workers HF(shared, count = n_workers);
    size_t          n_workers;
};

#endif

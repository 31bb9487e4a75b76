/* pin.h - a threshold stands between two values that are treated differently.
 *
 * `under` and `over` are numbers, never the threshold itself: who moves it beyond them fails here, and so does who
 * takes away the rule, since then both are treated alike. tests/checks/thresholds.py asks for one of each. */
#ifndef HOLDFAST_TEST_PIN_H
#define HOLDFAST_TEST_PIN_H

#include "unit.h"

#define HF_PIN(threshold, under, over, says)                                                              \
    do {                                                                                                  \
        HF_EXPECT((double)(under) < (double)(threshold) && (double)(threshold) <= (double)(over));        \
        HF_EXPECT(!says(under));                                                                          \
        HF_EXPECT(says(over));                                                                            \
    } while (0)

#endif

/* misuse_hook.h - lets a test make a forbidden call and see that it was noticed.
 *
 *   EXPECT_MISUSE(hf_budget_release(budget, 1), HF_MISUSE);
 *
 * While the call runs, the trap of debug builds is a counter; exactly one must be noticed. */
#ifndef HOLDFAST_TEST_MISUSE_HOOK_H
#define HOLDFAST_TEST_MISUSE_HOOK_H

#include "base/misuse.h"
#include "unit.h"

static int misuse_noticed;

static inline void misuse_count(const char *message)
{
    assert_non_null(message);
    misuse_noticed++;
}

#define EXPECT_NOTICED(statement)                \
    do {                                         \
        misuse_noticed = 0;                      \
        hf__misuse_hook = misuse_count;          \
        statement;                               \
        hf__misuse_hook = NULL;                  \
        assert_int_equal(misuse_noticed, 1);     \
    } while (0)

#define EXPECT_MISUSE(call, status) EXPECT_NOTICED(assert_int_equal((call), (status)))

#endif

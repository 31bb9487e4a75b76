/* charged.c - one number, noted before a test and looked at after it. */
#include "charged.h"

#include <holdfast/memory.h>

static uint64_t before;

int test_charged_note(void **state)
{
    (void)state;
    before = hf_budget_count(NULL).current;
    return 0;
}

int test_charged_check(void **state)
{
    (void)state;
    return hf_budget_count(NULL).current == before ? 0 : 1;
}

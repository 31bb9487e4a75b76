/* fuzz_declarations.c - hostile headers: whatever the text, the reader and the planner end, within
 * the unit's memory, with plans or with one error that has words. */
/* fuzz parts: holdfast_gen */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "gen_declare.h"
#include "gen_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gen_unit  unit;
    static gen_plans plans;
    gen_unit_init(&unit, 64 << 20);
    if (setjmp(unit.failed) == 0) {
        gen_tokens_read(&unit, (const char *)data, size, "fuzz.h");
        gen_declarations_read(&unit);
        gen_plans_make(&unit, "fuzz.h", NULL, &plans);
        gen_graph_decide(&unit, &plans);
    } else if (unit.failed_text[0] == 0 || unit.failed_status == HF_OK) {
        abort();
    }
    gen_unit_release(&unit);
    return 0;
}

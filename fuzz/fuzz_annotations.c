/* fuzz_annotations.c - the input is the inside of HF(...), on a member of every kind. */
/* fuzz parts: holdfast_gen */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen_declare.h"
#include "gen_plan.h"

static const char *const members[] = {
    "int x", "char *x", "char x[8]", "int *x", "struct s *x", "union { int a; char b; } x", "double x", "unsigned char *x",
};

/* The caller keeps no state of its own across the jump. */
static void plan(const char *text, size_t length)
{
    static gen_unit  unit;
    static gen_plans plans;
    gen_unit_init(&unit, 64 << 20);
    if (setjmp(unit.failed) == 0) {
        gen_tokens_read(&unit, text, length, "fuzz.h");
        gen_declarations_read(&unit);
        gen_plans_make(&unit, "fuzz.h", NULL, &plans);
        gen_graph_decide(&unit, &plans);
    } else if (unit.failed_text[0] == 0 || unit.failed_status == HF_OK) {
        abort();
    }
    gen_unit_release(&unit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char text[5000];
        int length = snprintf(text, sizeof text, "struct s { int n; _Bool has_x; %s __hf__(%.*s); };", members[i],
                              (int)size, (const char *)data);
        plan(text, (size_t)length);
    }
    return 0;
}

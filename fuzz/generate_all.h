/* generate_all.h - hostile C through the whole generator: whatever the text, every step ends, within the
 * unit's memory, with output or with one error that has words. Both forms, and what --explain prints. */
#ifndef HOLDFAST_FUZZ_GENERATE_ALL_H
#define HOLDFAST_FUZZ_GENERATE_ALL_H

#include <stdlib.h>
#include <string.h>

#include "gen_code.h"
#include "gen_declare.h"

/* `names_null`: the text itself has what a NULL is printed as. */
static inline void generate_form(gen_unit *unit, gen_plans *plans, bool tables_only, bool names_null)
{
    const gen_output output = { .model = "fuzz.h", .header = "fuzz.hf.h", .title = "fuzz", .tables_only = tables_only };
    gen_stream *stream = gen_stream_open(unit);
    gen_emit_header(unit, plans, &output, stream->to);
    gen_emit_source(unit, plans, &output, stream->to);
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        gen_explain(unit, plans, plan, stream->to);
    size_t length = 0;
    const char *text = gen_stream_close(unit, stream, &length);
    if (strlen(text) != length || (!names_null && strstr(text, "(null)") != NULL))
        abort();
}

/* What `holdfast gen` does behind the preprocessor. */
static inline void generate_steps(gen_unit *unit, const char *text, size_t length)
{
    static gen_plans plans;
    bool names_null = false;
    for (size_t i = 0; i + 6 <= length; i++)
        names_null |= memcmp(text + i, "(null)", 6) == 0;
    unit->promotes_named = length % 2 == 1;
    gen_tokens_read(unit, text, length, "fuzz.h");
    gen_declarations_read(unit);
    gen_plans_make(unit, "fuzz.h", NULL, &plans);
    gen_graph_decide(unit, &plans);
    for (gen_plan *plan = plans.first; plan != NULL; plan = plan->next)
        gen_keys_list(unit, plan);
    generate_form(unit, &plans, true, names_null);
    gen_code_decide(unit, &plans);
    generate_form(unit, &plans, false, names_null);
}

static inline void generate_all(const char *text, size_t length)
{
    static gen_unit unit; /* static: its values survive the jump */
    gen_unit_init(&unit, 64 << 20);
    if (setjmp(unit.failed) == 0)
        generate_steps(&unit, text, length);
    else if (unit.failed_text[0] == 0 || unit.failed_status == HF_OK)
        abort();
    gen_unit_release(&unit);
}

#endif

/* gen_case.h - for tests of the generator: declarations given as text, planned, and looked at. */
#ifndef HOLDFAST_GEN_CASE_H
#define HOLDFAST_GEN_CASE_H

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gen_declare.h"
#include "gen_plan.h"

/* Static, so that its values survive the jump. */
static gen_unit  case_unit;
static gen_plans case_plans;
/* As with -fms-extensions, up to the next case_end. */
static bool      case_promotes_named;

/* Reads and plans; true when nothing failed. End with case_end. */
static inline bool case_begin(const char *text)
{
    gen_unit_init(&case_unit, 0);
    case_unit.promotes_named = case_promotes_named;
    if (setjmp(case_unit.failed) != 0)
        return false;
    gen_tokens_read(&case_unit, text, strlen(text), "case.h");
    gen_declarations_read(&case_unit);
    gen_plans_make(&case_unit, "case.h", NULL, &case_plans);
    gen_graph_decide(&case_unit, &case_plans);
    return true;
}

static inline void case_end(void)
{
    case_promotes_named = false;
    gen_unit_release(&case_unit);
}

static inline gen_member *case_member(const char *type, const char *name)
{
    gen_plan *plan = gen_plan_find(&case_plans, type);
    assert_non_null(plan);
    for (gen_member *member = plan->members; member != NULL; member = member->next)
        if (strcmp(member->name, name) == 0)
            return member;
    fail_msg("%s has no member %s", type, name);
    return NULL;
}

/* The text must be refused at line:column, with `words` in the message. */
static inline void case_refused(const char *text, uint32_t line, uint32_t column, const char *words)
{
    assert_false(case_begin(text));
    if (strstr(case_unit.failed_text, words) == NULL)
        fail_msg("'%s' has no '%s'", case_unit.failed_text, words);
    assert_int_equal(case_unit.failed_place.line, line);
    assert_int_equal(case_unit.failed_place.column, column);
    case_end();
}

static inline bool case_has_note(const char *words)
{
    for (const gen_note *note = case_unit.notes; note != NULL; note = note->next)
        if (strstr(note->text, words) != NULL)
            return true;
    return false;
}

#endif

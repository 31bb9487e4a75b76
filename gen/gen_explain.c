/* gen_explain.c - `--explain TYPE`: what was decided, in words. */
#include "gen_plan.h"

#include <string.h>

static const char *ownership_words(const gen_item *item)
{
    switch (item->ownership) {
    case GEN_OWN: case GEN_OWNERSHIP_OPEN: return "owned";
    case GEN_REF: return "a reference to what others own";
    case GEN_SHARED: return "shared: several may point to it";
    case GEN_STATIC: return "static: never freed or copied";
    }
    return "";
}

static void print_item(const gen_member *member, FILE *stream)
{
    for (const gen_item *item = &member->item; item != NULL; item = item->item) {
        if (item != &member->item)
            fputs(" of ", stream);
        switch (item->shape) {
        case SHAPE_BOOL: fputs("bool", stream); break;
        case SHAPE_INT: case SHAPE_UINT: case SHAPE_CHARACTER: fputs("integer", stream); break;
        case SHAPE_FLOAT: fputs("floating number", stream); break;
        case SHAPE_ENUM: fputs("enum", stream); break;
        case SHAPE_CHARS: fputs("text in place", stream); break;
        case SHAPE_STRING: fprintf(stream, "string (%s)", ownership_words(item)); break;
        case SHAPE_RECORD: fprintf(stream, "%s", item->plan->spelling); break;
        case SHAPE_UNION:
            if (member->tag != NULL)
                fprintf(stream, "union chosen by '%s'", member->tag->name);
            else
                fputs("union without a tag: bytes, copied as they are", stream);
            break;
        case SHAPE_POINTER: fprintf(stream, "pointer (%s)", ownership_words(item)); break;
        case SHAPE_VECTOR: fprintf(stream, "vector counted by '%s' (%s)", member->counter->name, ownership_words(item)); break;
        case SHAPE_ARRAY: fputs("array in place", stream); break;
        case SHAPE_FLEX: fprintf(stream, "flexible array counted by '%s'", member->counter->name); break;
        case SHAPE_OPAQUE: fputs(member->is_skipped ? "skipped: zero in copies" : "bytes, copied as they are", stream); break;
        }
    }
}

static void print_chosen_by(const gen_arm *arm, FILE *stream)
{
    const char *before = ", when ";
    for (const gen_literal *one = arm->when; one != NULL; one = one->next, before = " or ")
        fprintf(stream, "%s%s%s", before, one->is_negative ? "-" : "", one->text);
}

/* What was guessed, or noted, of the member. */
static void print_notes(const gen_unit *unit, const gen_member *member, FILE *stream)
{
    gen_place at = member->field->place;
    for (const gen_note *note = unit->notes; note != NULL; note = note->next)
        if (note->place.line == at.line && note->place.column == at.column && strcmp(note->place.file, at.file) == 0)
            fprintf(stream, "  %s at line %u: %s\n", note->is_guess ? "guessed" : "noted", note->place.line, note->text);
}

static void print_member(const gen_member *member, FILE *stream)
{
    fprintf(stream, "  %-20s ", member->name);
    print_item(member, stream);
    fputs(member->is_implied ? ", implied by another member in JSON\n" : "\n", stream);
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next) {
        fprintf(stream, "    %-18s ", arm->member->name);
        print_item(arm->member, stream);
        print_chosen_by(arm, stream);
        fputc('\n', stream);
    }
}

/* Circle: a way back to itself, NULL without one. */
static void print_copying(gen_unit *unit, const gen_plan *plan, const char *circle, FILE *stream)
{
    if (plan->is_flat)
        fputs("  owns nothing outside of itself: copied by assignment\n", stream);
    else if (!plan->needs_memo)
        fprintf(stream, "  a tree: copied straight, without a memo%s\n",
                circle != NULL ? ", since what leads back is owned by the one that leads there" : ": nothing in it is shared or leads back");
    else
        fputs("  a graph: copied with a memo, because\n", stream);
    for (const gen_member *member = plan->needs_memo ? plan->members : NULL; member != NULL; member = member->next) {
        const char *reason = gen_graph_memo_reason(unit, member);
        if (reason != NULL)
            fprintf(stream, "    %s\n", reason);
    }
}

void gen_explain(gen_unit *unit, const gen_plans *plans, const gen_plan *plan, FILE *stream)
{
    fprintf(stream, "%s (%s:%u)\n", plan->spelling, plan->record->place.file, plan->record->place.line);
    const char *circle = gen_graph_circle(unit, plans, plan);
    if (circle != NULL)
        fprintf(stream, "  reaches itself: %s\n", circle);
    print_copying(unit, plan, circle, stream);
    if (plan->tables_reason != NULL)
        fprintf(stream, "  JSON by tables, since %s\n", plan->tables_reason);
    for (const gen_member *member = plan->members; member != NULL; member = member->next)
        print_member(member, stream);
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        print_notes(unit, member, stream);
        for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
            print_notes(unit, arm->member, stream);
    }
}

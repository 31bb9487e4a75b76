/* gen_explain.c - `--explain TYPE`: what was decided, in words. */
#include "gen_plan.h"

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

void gen_explain(const gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    fprintf(stream, "%s (%s:%u)\n", plan->spelling, plan->record->place.file, plan->record->place.line);
    if (plan->in_cycle)
        fprintf(stream, "  reaches itself through '%s'\n", plan->cycle_member->name);
    if (plan->needs_memo)
        fprintf(stream, "  copied with a memo, because %s\n", plan->memo_reason);
    else if (plan->is_flat)
        fputs("  owns nothing outside of itself: copied by assignment\n", stream);
    else
        fputs("  a tree: copied straight, without a memo\n", stream);
    if (plan->tables_reason != NULL)
        fprintf(stream, "  JSON by tables, since %s\n", plan->tables_reason);
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        fprintf(stream, "  %-20s ", member->name);
        print_item(member, stream);
        if (member->is_implied)
            fputs(", implied by another member in JSON", stream);
        fputc('\n', stream);
    }
    for (const gen_note *note = unit->notes; note != NULL; note = note->next)
        for (const gen_member *member = plan->members; member != NULL; member = member->next)
            if (note->place.line == member->field->place.line && note->place.column == member->field->place.column)
                fprintf(stream, "  guessed at line %u: %s\n", note->place.line, note->text);
}

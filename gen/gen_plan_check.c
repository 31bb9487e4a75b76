/* gen_plan_check.c - words that do not fit the member they stand on, and values that it cannot have. */
#include "gen_planner.h"

#include <stdlib.h>

static double number_of(const gen_literal *literal)
{
    double magnitude = strtod(literal->text, NULL);
    return literal->is_negative ? -magnitude : magnitude;
}

/* Words that no value of the member keeps. */
static void check_choices(gen_planner *with, const gen_member *member, bool is_number, bool is_text)
{
    const gen_annotation *says = member->says;
    if (says->min != NULL && says->max != NULL && number_of(says->min) > number_of(says->max))
        gen_fail(with->unit, HF_BAD_DECLARATION, says->min->place, "no number is both at least %s and at most %s", says->min->text, says->max->text);
    if (says->oneof != NULL && !is_number && !is_text)
        gen_fail(with->unit, HF_BAD_DECLARATION, says->oneof->place, "'%s' is no text or number, so oneof does not fit", member->name);
    for (const gen_literal *one = says->oneof; one != NULL; one = one->next)
        if (one->kind == GEN_LITERAL_STRING ? !is_text : !is_number)
            gen_fail(with->unit, HF_BAD_DECLARATION, one->place, "'%s' is no value of '%s'", one->text, member->name);
}

void gen_check_member(gen_planner *with, const gen_member *member)
{
    const gen_annotation *says = member->says;
    gen_place place = member->field->place;
    gen_shape shape = member->item.shape, below = member->item.item != NULL ? member->item.item->shape : shape;
    bool is_number = shape == SHAPE_INT || shape == SHAPE_UINT || shape == SHAPE_CHARACTER || shape == SHAPE_FLOAT || shape == SHAPE_ENUM;
    bool is_text = shape == SHAPE_STRING || shape == SHAPE_CHARS || (shape == SHAPE_VECTOR && below == SHAPE_CHARACTER);
    bool is_bytes = (shape == SHAPE_VECTOR || shape == SHAPE_ARRAY || shape == SHAPE_FLEX) &&
                    (below == SHAPE_UINT || below == SHAPE_CHARACTER || below == SHAPE_INT);
    if (says->tag_of != NULL && gen_need_member(with, member, says->tag_of, "union")->item.shape != SHAPE_UNION)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no union to be told of", says->tag_of->text);
    if ((says->min != NULL || says->max != NULL) && !is_number)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no number, so min and max do not fit", member->name);
    check_choices(with, member, is_number, is_text);
    if (says->pattern != NULL && !is_text)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no text, so pattern does not fit", member->name);
    if (says->has_len && !is_text && shape != SHAPE_VECTOR && shape != SHAPE_FLEX)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' has no length to check", member->name);
    if ((says->form == GEN_AS_BASE64 || says->form == GEN_AS_HEX) && !is_bytes)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no run of bytes, so base64 and hex do not fit", member->name);
    if (says->form == GEN_AS_EPOCH && shape != SHAPE_INT && shape != SHAPE_UINT)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no integer, so epoch does not fit", member->name);
    if (says->form == GEN_AS_STRING && !is_number && !is_bytes)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no number or enum, so as = string does not fit", member->name);
    if (says->flatten && shape != SHAPE_RECORD && shape != SHAPE_UNION)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no struct or union in place, so flatten does not fit", member->name);
    if (says->flatten && (says->name != NULL || says->aliases != NULL || member->presence != NULL || (says->optional && shape == SHAPE_RECORD)))
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is flattened, so that no member of JSON is called so, and %s does not fit", member->name,
                 says->name != NULL ? "name" : says->aliases != NULL ? "alias" : "optional");
    if (says->raw && shape != SHAPE_STRING)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no char *, so raw does not fit", member->name);
}

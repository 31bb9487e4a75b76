/* gen_plan_check.c - words that do not fit the member or enumerator they stand on, and values that it cannot have. */
#include "gen_planner.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- defaults ---------------------------------------------------------------------------- */

/* Values of one kind; what an enumerator is only the compiler knows. */
static bool is_same(const gen_literal *one, const gen_literal *other)
{
    if (one->kind == GEN_LITERAL_NUMBER)
        return number_of(one) == number_of(other);
    return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
}

static bool is_among(const gen_literal *value, const gen_literal *list)
{
    for (; list != NULL; list = list->next)
        if (list->kind != value->kind || is_same(value, list))
            return true;
    return false;
}

/* What is written must be read again. */
static void check_default(gen_planner *with, const gen_member *member, bool is_text)
{
    const gen_annotation *says = member->says;
    const gen_literal *value = says->default_value;
    if (value == NULL || value->kind == GEN_LITERAL_NULL)
        return;
    bool is_number = value->kind == GEN_LITERAL_NUMBER;
    bool is_outside = (is_number && says->min != NULL && number_of(value) < number_of(says->min)) ||
                      (is_number && says->max != NULL && number_of(value) > number_of(says->max)) ||
                      (is_text && says->has_len && (value->length < says->len_min || value->length > says->len_max)) ||
                      (says->oneof != NULL && !is_among(value, says->oneof));
    if (is_outside)
        gen_fail(with->unit, HF_BAD_DECLARATION, value->place, "the default of '%s' is none of the values that its other words allow", member->name);
}

/* ---- words about others ------------------------------------------------------------------ */

static bool has_pointer(const gen_item *item)
{
    for (; item != NULL; item = item->item)
        if (item->shape == SHAPE_STRING || item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR || item->shape == SHAPE_OPAQUE)
            return true;
    return false;
}

static void check_relations(gen_planner *with, const gen_member *member)
{
    const gen_annotation *says = member->says;
    gen_place place = member->field->place;
    if (says->ownership != GEN_OWNERSHIP_OPEN && !has_pointer(&member->item))
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' has no pointer, so own, shared, ref and static do not fit", member->name);
    if (says->when != NULL && !member->owner->is_union)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no arm of a union, so when does not fit", member->name);
    bool has_nameless = false;
    for (const gen_member *one = says->tags_anonymous ? member->owner->members : NULL; one != NULL; one = one->next)
        has_nameless |= one->is_anonymous;
    if (says->tags_anonymous && !has_nameless)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "there is no union without a name that '%s' could tell of, expected tag_of = union", member->name);
}

/* ---- members ----------------------------------------------------------------------------- */

/* What ends in a flexible array has no size of its own: it is led to, one by one. */
static void need_end(gen_planner *with, const gen_member *member)
{
    bool is_alone = false;
    for (const gen_item *item = &member->item; item != NULL; item = item->item) {
        bool points = item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
        if (item->plan != NULL && item->plan->has_flex && !is_alone)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' holds '%s', which ends in a flexible array, expected a pointer to each one",
                     member->name, item->plan->name);
        if (points && (item->ownership == GEN_REF || item->ownership == GEN_STATIC))
            return;
        is_alone = item->shape == SHAPE_POINTER;
    }
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
    check_default(with, member, is_text);
    check_relations(with, member);
    need_end(with, member);
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

/* ---- enumerators ------------------------------------------------------------------------- */

/* What an enumerator is called in JSON: its name, or another one that is read. */
typedef struct enum_name {
    const char *text;
    gen_place   place;
    size_t      order; /* of the enumerator */
} enum_name;

static int by_text(const void *a, const void *b)
{
    const enum_name *one = a, *other = b;
    int compared = strcmp(one->text, other->text);
    return compared != 0 ? compared : (one->order > other->order) - (one->order < other->order);
}

static size_t count_names(const gen_annotation *says)
{
    size_t count = 1;
    for (const gen_literal *alias = says->aliases; alias != NULL; alias = alias->next)
        count++;
    return count;
}

/* Of two with one name only the first would be read. */
void gen_check_enum(gen_unit *unit, const gen_enum *enumeration)
{
    size_t count = 0, order = 0, used = 0;
    bool any_said = false;
    gen_annotation_read(unit, enumeration->annotations, GEN_ON_ENUM);
    for (const gen_enumerator *one = enumeration->enumerators; one != NULL; one = one->next) {
        any_said |= one->annotations != NULL;
        count += one->annotations == NULL ? 1 : count_names(gen_annotation_read(unit, one->annotations, GEN_ON_ENUMERATOR));
    }
    if (!any_said)
        return; /* names in C differ */
    enum_name *names = gen_take(unit, count * sizeof *names);
    for (const gen_enumerator *one = enumeration->enumerators; one != NULL; one = one->next, order++) {
        const gen_annotation *says = gen_annotation_read(unit, one->annotations, GEN_ON_ENUMERATOR);
        names[used++] = (enum_name){ says->name != NULL ? says->name : one->name->text, one->place, order };
        for (const gen_literal *alias = says->aliases; alias != NULL; alias = alias->next)
            names[used++] = (enum_name){ alias->text, one->place, order };
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i].text, names[i - 1].text) == 0)
            gen_fail(unit, HF_DUPLICATE_KEY, names[i].place, "two enumerators are called '%s' in JSON", names[i].text);
}

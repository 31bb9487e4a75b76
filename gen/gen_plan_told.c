/* gen_plan_told.c - members that are told by others: how long a vector is, whether an optional member is there, which
 * arm of a union holds. Said by words, else guessed by names, which leaves a note. */
#include "gen_planner.h"

#include <string.h>

#include "gen_nearest.h"

/* ---- conventions ------------------------------------------------------------------------- */

static gen_field *field_called(const gen_record *record, const char *name)
{
    for (gen_field *field = record->fields; field != NULL; field = field->next) {
        if (field->name != NULL && strcmp(field->name->text, name) == 0)
            return field;
        gen_type *type = field->type;
        if (field->name == NULL && !field->is_bits && type->kind == GEN_RECORD && !type->record->is_union) {
            gen_field *inner = field_called(type->record, name); /* records nest at most GEN_NESTING_MAX deep */
            if (inner != NULL)
                return inner;
        }
    }
    return NULL;
}

bool gen_is_integer(const gen_type *type)
{
    type = gen_type_bare((gen_type *)type, NULL);
    return type->kind == GEN_INT || type->kind == GEN_ENUMERATION || (type->kind == GEN_CHAR && (type->is_unsigned || type->is_signed));
}

/* The member that counts `name` by its own name, or NULL. */
static const char *counter_by_name(gen_planner *with, const gen_record *record, const char *name)
{
    static const char *const forms[] = { "n_%s", "%s_len", "%s_count", "num_%s", "%s_n", "%s_length", "%s_size", "n%s" };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *percent = strstr(forms[i], "%s");
        const char *candidate = gen_print(with->unit, "%.*s%s%s", (int)(percent - forms[i]), forms[i], name, percent + 2);
        gen_field *field = field_called(record, candidate);
        if (field != NULL && gen_is_integer(field->type))
            return candidate;
    }
    return NULL;
}

gen_member *gen_need_member(gen_planner *with, const gen_member *asking, const gen_symbol *name, const char *what)
{
    gen_member *found = gen_member_called(asking->owner, name->text);
    if (found != NULL)
        return found;
    const char *known[64] = { NULL };
    size_t count = 0;
    for (gen_member *member = asking->owner->members; member != NULL && count < 63; member = member->next)
        known[count++] = member->name;
    const char *nearest = gen_nearest(name->text, name->length, known);
    gen_fail(with->unit, HF_BAD_DECLARATION, asking->field->place, "there is no member '%s' to be the %s of '%s'%s%s%s",
             name->text, what, asking->name, nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
             nearest != NULL ? "'?" : "");
}

/* ---- counters and presence ---------------------------------------------------------------- */

static bool is_pointer_like(const gen_member *member)
{
    const gen_type *type = gen_type_bare(member->field->type, NULL);
    return type->kind == GEN_POINTER || (type->kind == GEN_ARRAY && (type->is_flexible || type->is_zero_length));
}

void gen_find_counter(gen_planner *with, gen_member *member)
{
    if (!is_pointer_like(member) || member->says->skip) {
        if (member->says->count != NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is no pointer or flexible array to count",
                     member->name);
        return;
    }
    const gen_symbol *said = member->says->count != NULL ? member->says->count : member->field->counted_by;
    if (member->field->owner->is_union) { /* its arms lie over each other */
        if (said != NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is an arm of a union and '%s' another, expected a struct around both",
                     member->name, said->text);
        return;
    }
    if (said == NULL) {
        const char *name = counter_by_name(with, member->owner->record, member->name);
        const gen_type *type = gen_type_bare(member->field->type, NULL);
        if (name == NULL && type->kind == GEN_ARRAY && field_called(member->owner->record, "len") != NULL)
            name = "len";
        if (name == NULL || member->says->ownership == GEN_STATIC)
            return;
        said = gen_symbol_of(with->unit, name, strlen(name));
        if (type->kind != GEN_ARRAY)
            gen_guess(with->unit, member->field->place, "'%s' is taken as counted by '%s' because of its name; say HF(count = %s)",
                      member->name, name, name);
    }
    member->counter = gen_need_member(with, member, said, "count");
    gen_member *counter = member->counter;
    const gen_annotation *says = counter->says;
    if (!gen_is_integer(counter->field->type) || counter == member)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is no integer, so it cannot count '%s'",
                 said->text, member->name);
    if (says->min != NULL || says->max != NULL || says->oneof != NULL || says->default_value != NULL || says->optional)
        gen_fail(with->unit, HF_BAD_DECLARATION, counter->field->place,
                 "'%s' counts '%s' and is told by it, so the words here say nothing; say HF(len <= ...) or optional there", counter->name, member->name);
    if (says->skip)
        gen_fail(with->unit, HF_BAD_DECLARATION, counter->field->place, "'%s' counts '%s', so it cannot be skipped: copies would lose the length",
                 counter->name, member->name);
    counter->is_implied = true;
}

/* Several vectors of one length: reading compares them. A flexible array cannot be absent, so it has its own. */
void gen_find_shared_counters(gen_planner *with, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next)
        for (gen_member *other = member->counter != NULL ? member->next : NULL; other != NULL; other = other->next) {
            if (other->counter != member->counter)
                continue;
            if (member->item.shape == SHAPE_FLEX || other->item.shape == SHAPE_FLEX)
                gen_fail(with->unit, HF_BAD_DECLARATION, other->field->place, "'%s' counts '%s' and '%s', and a flexible array needs a counter of its own",
                         member->counter->name, member->name, other->name);
            member->shares_counter = other->shares_counter = true;
        }
}

void gen_find_presence(gen_planner *with, gen_member *member)
{
    if (!member->says->optional)
        return;
    const char *name = gen_print(with->unit, "has_%s", member->name);
    gen_member *presence = gen_member_called(member->owner, name);
    if (presence != NULL && !presence->says->skip && gen_type_bare(presence->field->type, NULL)->kind == GEN_BOOL) {
        member->presence = presence;
        presence->is_implied = true;
    }
}

/* ---- unions ------------------------------------------------------------------------------ */

static bool ends_like(const char *constant, const char *arm)
{
    size_t length = strlen(constant), arm_length = strlen(arm);
    if (arm_length > length)
        return false;
    for (size_t i = 0; i < arm_length; i++) {
        char a = constant[length - arm_length + i], b = arm[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a | 32) : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b | 32) : b;
        if (a != b)
            return false;
    }
    return length == arm_length || constant[length - arm_length - 1] == '_';
}

static gen_literal *constant_for(gen_planner *with, gen_member *tag, const gen_member *arm)
{
    const gen_type *type = gen_type_bare(tag->field->type, NULL);
    if (type->kind != GEN_ENUMERATION)
        return NULL;
    for (const gen_enumerator *one = type->enumeration->enumerators; one != NULL; one = one->next)
        if (ends_like(one->name->text, arm->name)) {
            gen_literal *literal = gen_take(with->unit, sizeof *literal);
            literal->kind = GEN_LITERAL_NAME;
            literal->place = arm->field->place;
            literal->text = one->name->text;
            literal->length = one->name->length;
            return literal;
        }
    return NULL;
}

/* Members of a struct without a name are not arms: they hold together, and lie behind each other. */
static void need_arm(gen_planner *with, const gen_member *member, const gen_member *one)
{
    for (const gen_field *field = member->item.plan->record->fields; field != NULL; field = field->next)
        if (field == one->field)
            return;
    gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place, "'%s' lies in a struct without a name, expected a name for this arm of the union",
             one->name);
}

static void add_arms(gen_planner *with, gen_member *member)
{
    gen_arm **end = &member->arms;
    for (gen_member *one = member->item.plan->members; one != NULL; one = one->next) {
        need_arm(with, member, one);
        if (one->says->default_value != NULL || one->says->optional)
            gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place, "'%s' is an arm of a union, which is there when '%s' says so, so %s does not fit", one->name,
                     member->tag->name, one->says->optional ? "optional" : "default");
        if (one->is_bits)
            gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place, "'%s' is a bit-field and an arm of a union, expected a struct around it", one->name);
        gen_arm *arm = gen_take(with->unit, sizeof *arm);
        arm->member = one;
        arm->when = one->says->when;
        if (arm->when == NULL) {
            arm->when = constant_for(with, member->tag, one);
            if (arm->when == NULL)
                gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place,
                         "no value of '%s' chooses '%s', expected HF(when = VALUE)", member->tag->name, one->name);
            gen_guess(with->unit, one->field->place, "'%s' is taken as chosen by %s because of its name; say HF(when = %s)",
                      one->name, arm->when->text, arm->when->text);
        }
        *end = arm;
        end = &arm->next;
    }
}

/* Whether a value, or anything in place in it, owns memory, or may. As deep as records are held in place; each
 * record is looked through once. */
static bool item_owns(const gen_item *item)
{
    while (item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX)
        item = item->item;
    if (item->shape == SHAPE_STRING || item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR)
        return item->ownership != GEN_REF && item->ownership != GEN_STATIC;
    if (item->shape != SHAPE_RECORD && item->shape != SHAPE_UNION)
        return false;
    gen_plan *plan = item->plan;
    for (const gen_member *member = plan->was_asked ? NULL : plan->members; member != NULL; member = member->next)
        plan->may_own |= item_owns(&member->item);
    plan->was_asked = true;
    return plan->may_own;
}

/* A union without a tag is bytes: nobody can tell which arm holds. */
static void make_opaque(gen_planner *with, gen_member *member)
{
    for (const gen_member *one = member->item.plan->members; one != NULL; one = one->next)
        if (one->says->when != NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place, "nothing tells when '%s' holds, expected HF(tag_of) on a member beside its union",
                     one->name);
        else if (item_owns(&one->item))
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place,
                     "nothing tells which arm of '%s' holds, and '%s' owns memory, expected HF(tag_of) on a member",
                     member->name, one->name);
    gen_remark(with->unit, member->field->place, "'%s' is a union without a tag: copied as bytes, not in JSON", member->name);
    member->item.shape = SHAPE_OPAQUE;
    member->item.plan = NULL;
}

void gen_settle_unions(gen_planner *with, gen_member *member)
{
    bool is_borrowed = false;
    gen_item *item = &member->item;
    for (; item->shape != SHAPE_UNION || item == &member->item; item = item->item) {
        is_borrowed |= (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR) && (item->ownership == GEN_REF || item->ownership == GEN_STATIC);
        if (item->item == NULL)
            return;
    }
    if (item_owns(item) && !is_borrowed)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place,
                 "nothing tells which arm of the unions that '%s' leads to holds, and one owns memory, expected a struct around union and tag", member->name);
    gen_remark(with->unit, member->field->place, "'%s' leads to unions without a tag: copied as bytes, not in JSON", member->name);
    item->shape = SHAPE_OPAQUE;
    item->plan = NULL;
}

void gen_find_tag(gen_planner *with, gen_member *member)
{
    for (gen_member *one = member->owner->members; one != NULL; one = one->next)
        if (member->is_anonymous ? one->says->tags_anonymous
                                 : one->says->tag_of != NULL && strcmp(one->says->tag_of->text, member->name) == 0)
            member->tag = one;
    if (member->tag == NULL) {
        make_opaque(with, member);
        return;
    }
    if (!gen_is_integer(member->tag->field->type))
        gen_fail(with->unit, HF_BAD_DECLARATION, member->tag->field->place, "'%s' is no integer or enum, so it cannot be a tag",
                 member->tag->name);
    for (const gen_member *one = member->owner->members; one != NULL; one = one->next)
        if (one != member && (one->tag == member->tag || one->counter == member->tag))
            gen_fail(with->unit, HF_BAD_DECLARATION, member->tag->field->place, "'%s' tells of '%s' and of '%s', expected a member for each",
                     member->tag->name, one->name, member->name);
    member->tag->is_implied = true;
    add_arms(with, member);
}

/* gen_plan.c - from declarations to decisions, member by member. */
#include "gen_plan.h"

#include <stdlib.h>
#include <string.h>

#include "gen_nearest.h"

/* What planning one unit needs at hand. */
typedef struct planner {
    gen_unit  *unit;
    gen_plans *plans;
    size_t     enum_capacity;
} planner;

static gen_plan *plan_of(planner *with, gen_record *record, const gen_member *holder);

/* ---- names ------------------------------------------------------------------------------- */

static const char *record_name(const gen_record *record)
{
    if (record->tag != NULL)
        return record->tag->text;
    return record->typedef_name->text;
}

/* Whether the output calls a variable so, which hides a typedef of that name. */
static bool is_word_of_output(const char *name)
{
    static const char *const words[] = {
        "a", "all", "allocator", "at", "b", "bits", "buffer", "bytes", "copy", "count", "done", "end", "error", "fallback", "first", "from", "hash",
        "how", "i", "in", "index", "is_malloced", "item", "items", "json", "key", "last", "left", "length", "level", "made", "member", "name", "next",
        "number", "object", "one", "other", "out", "place", "record", "report", "reterr", "room", "row", "seen", "self", "size", "status", "step",
        "stop", "tag", "text", "to", "type", "value", "walk", "with", NULL
    };
    static const char *const begins[] = { "back_", "i", "key_", "ret_", NULL };
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    for (size_t i = 0; begins[i] != NULL; i++) {
        size_t length = strlen(begins[i]);
        if (strncmp(begins[i], name, length) == 0 && (strcmp(begins[i], "ret_") == 0 || strspn(name + length, "0123456789") == strlen(name + length)))
            return true;
    }
    return false;
}

static const char *record_spelling(planner *with, const gen_record *record)
{
    if (record->typedef_name != NULL && !is_word_of_output(record->typedef_name->text))
        return record->typedef_name->text;
    if (record->tag == NULL)
        return gen_print(with->unit, "%s_hf_self", record->typedef_name->text);
    return gen_print(with->unit, "%s %s", record->is_union ? "union" : "struct", record->tag->text);
}

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

static bool is_integer(const gen_type *type)
{
    type = gen_type_bare((gen_type *)type, NULL);
    return type->kind == GEN_INT || type->kind == GEN_ENUMERATION || (type->kind == GEN_CHAR && (type->is_unsigned || type->is_signed));
}

/* The member that counts `name` by its own name, or NULL. */
static const char *counter_by_name(planner *with, const gen_record *record, const char *name)
{
    static const char *const forms[] = { "n_%s", "%s_len", "%s_count", "num_%s", "%s_n", "%s_length", "%s_size", "n%s" };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *percent = strstr(forms[i], "%s");
        const char *candidate = gen_print(with->unit, "%.*s%s%s", (int)(percent - forms[i]), forms[i], name, percent + 2);
        gen_field *field = field_called(record, candidate);
        if (field != NULL && is_integer(field->type))
            return candidate;
    }
    return NULL;
}

/* ---- items ------------------------------------------------------------------------------- */

static void use_enum(planner *with, gen_enum *enumeration)
{
    gen_plans *plans = with->plans;
    for (size_t i = 0; i < plans->enum_count; i++)
        if (plans->enums[i] == enumeration)
            return;
    if (plans->enum_count == with->enum_capacity) {
        size_t capacity = with->enum_capacity == 0 ? 16 : with->enum_capacity * 2;
        gen_enum **enums = gen_take(with->unit, capacity * sizeof(gen_enum *));
        if (plans->enum_count > 0)
            memcpy(enums, plans->enums, plans->enum_count * sizeof *enums);
        plans->enums = enums;
        with->enum_capacity = capacity;
    }
    plans->enums[plans->enum_count++] = enumeration;
}

/* Of a record of the system's, the words are missing where your own record holds it. */
_Noreturn static void refuse(planner *with, const gen_member *member, const char *what)
{
    const gen_member *holder = member;
    while (holder->owner->record->is_system && holder->owner->reached_by != NULL)
        holder = holder->owner->reached_by;
    if (holder != member)
        gen_fail(with->unit, HF_BAD_DECLARATION, holder->field->place, "in '%s', '%s' is %s, expected HF(skip), HF(ref) or HF(static)", holder->name,
                 member->name, what);
    gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is %s, expected HF(skip), HF(ref) or HF(static)",
             member->name, what);
}

static void plan_item(planner *with, gen_member *member, gen_type *type, gen_item *ret_item, bool is_outermost);

static gen_item *plan_target(planner *with, gen_member *member, gen_type *type)
{
    gen_item *item = gen_take(with->unit, sizeof *item);
    plan_item(with, member, type, item, false);
    return item;
}

/* A word about ownership speaks of the last pointer, the one to the data; those before it lead to
 * blocks of pointers, which are owned. What nothing says stays open until the graph is known. */
static gen_ownership ownership_of(const gen_member *member, const gen_type *target)
{
    return target->kind == GEN_POINTER ? GEN_OWN : member->says->ownership;
}

static void plan_pointer(planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    gen_type *target = gen_type_bare(type->target, &item->is_const);
    item->ownership = ownership_of(member, target);
    bool is_borrowed = item->ownership == GEN_REF || item->ownership == GEN_STATIC;
    if (target->kind == GEN_FUNCTION) {
        item->shape = SHAPE_OPAQUE; /* code is nobody's: copied as it is */
        return;
    }
    bool is_foreign = target->kind == GEN_RECORD && (!target->record->is_defined || target->record->is_system);
    if (target->kind == GEN_VOID || target->kind == GEN_OPAQUE || is_foreign) {
        if (!is_borrowed)
            refuse(with, member, target->kind == GEN_VOID ? "a pointer to void"
                                 : is_foreign             ? "a pointer to a record that is not defined here"
                                                          : "a pointer to a type without a meaning here");
        item->shape = SHAPE_OPAQUE;
        return;
    }
    bool is_counted = is_outermost && member->counter != NULL;
    bool is_text = target->kind == GEN_CHAR && !target->is_unsigned && !target->is_signed;
    if (is_text && !is_counted) {
        item->shape = SHAPE_STRING;
        return;
    }
    item->shape = is_counted ? SHAPE_VECTOR : SHAPE_POINTER;
    item->item = plan_target(with, member, type->target);
}

static void plan_array(planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    gen_type *target = gen_type_bare(type->target, NULL);
    if (type->is_flexible || type->is_zero_length) {
        if (!is_outermost)
            refuse(with, member, "a flexible array inside of an array");
        item->shape = SHAPE_FLEX;
        item->item = plan_target(with, member, type->target);
        member->owner->has_flex = true;
        if (member->counter == NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place,
                     "nothing counts the flexible array '%s', expected HF(count = member)", member->name);
        return;
    }
    if (target->kind == GEN_CHAR && !target->is_unsigned && !target->is_signed && member->says->form == GEN_AS_IS) {
        item->shape = SHAPE_CHARS;
        return;
    }
    if (target->kind == GEN_RECORD && target->record->is_defined && target->record->fields == NULL)
        refuse(with, member, "an array of structs without members, which has no count");
    item->shape = SHAPE_ARRAY;
    item->item = plan_target(with, member, type->target);
}

static void plan_record_item(planner *with, const gen_member *member, const gen_type *type, gen_item *item)
{
    if (!type->record->is_defined)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' has an incomplete type", member->name);
    item->plan = plan_of(with, type->record, member);
    item->shape = type->record->is_union ? SHAPE_UNION : SHAPE_RECORD;
}

/* Pointers and arrays in a row: what goes through them recurses. */
static void need_short_chain(planner *with, const gen_member *member)
{
    enum { CHAIN_MAX = 60 };
    int count = 0;
    for (const gen_type *type = member->field->type; type->kind == GEN_NAMED || type->kind == GEN_POINTER || type->kind == GEN_ARRAY; type = type->target)
        if (type->kind != GEN_NAMED && ++count > CHAIN_MAX)
            gen_fail(with->unit, HF_LIMIT_DEPTH, member->field->place, "more than %d pointers and arrays in the type of '%s'", (int)CHAIN_MAX, member->name);
}

/* Recursion is bounded by need_short_chain; records wait for their turn in the list of plans. */
static void plan_item(planner *with, gen_member *member, gen_type *type, gen_item *item, bool is_outermost)
{
    bool is_const = false;
    type = gen_type_bare(type, &is_const);
    if (member->is_bits && is_const)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is a const bit-field, which nothing can set, expected one without const",
                 member->name);
    switch (type->kind) {
    case GEN_BOOL: item->shape = SHAPE_BOOL; break;
    case GEN_CHAR:
        item->shape = type->is_unsigned ? SHAPE_UINT : type->is_signed ? SHAPE_INT : SHAPE_CHARACTER;
        break;
    case GEN_INT: item->shape = type->is_unsigned ? SHAPE_UINT : SHAPE_INT; break;
    case GEN_FLOAT: item->shape = type->is_wide_float ? SHAPE_OPAQUE : SHAPE_FLOAT; break;
    case GEN_ENUMERATION:
        item->shape = SHAPE_ENUM;
        item->enumeration = type->enumeration;
        use_enum(with, type->enumeration);
        break;
    case GEN_RECORD: plan_record_item(with, member, type, item); break;
    case GEN_POINTER: plan_pointer(with, member, type, item, is_outermost); break;
    case GEN_ARRAY: plan_array(with, member, type, item, is_outermost); break;
    case GEN_OPAQUE:
        if (type->is_unknown && member->says->ownership != GEN_REF && member->says->ownership != GEN_STATIC)
            refuse(with, member, "of a type that only the compiler knows");
        item->shape = SHAPE_OPAQUE;
        break;
    case GEN_FUNCTION: case GEN_VOID: case GEN_NAMED: item->shape = SHAPE_OPAQUE; break;
    }
}

/* ---- members ----------------------------------------------------------------------------- */

static gen_member *member_called(const gen_plan *plan, const char *name)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

static gen_member *need_member(planner *with, const gen_member *asking, const gen_symbol *name, const char *what)
{
    gen_member *found = member_called(asking->owner, name->text);
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

static gen_member *add_member(planner *with, gen_plan *plan, gen_field *field, gen_member ***end)
{
    gen_member *member = gen_take(with->unit, sizeof *member);
    member->owner = plan;
    member->field = field;
    member->name = field->name != NULL ? field->name->text : "";
    member->is_bits = field->is_bits;
    member->says = gen_annotation_read(with->unit, field->annotations, GEN_ON_MEMBER);
    member->key = member->says->name != NULL ? member->says->name : member->name;
    member->index = plan->member_count++;
    **end = member;
    *end = &member->next;
    return member;
}

/* The first field that has a name, in it or in what has none; "" without any. Nesting is bounded by the reader. */
static const char *first_name(const gen_record *record)
{
    for (const gen_field *field = record->fields; field != NULL; field = field->next) {
        const char *name = field->name != NULL ? field->name->text : !field->is_bits && field->type->kind == GEN_RECORD ? first_name(field->type->record) : "";
        if (name[0] != 0)
            return name;
    }
    return "";
}

/* Members of the record, those of anonymous structs in place; nesting is bounded by the reader. */
static void collect_members(planner *with, gen_plan *plan, gen_record *record, gen_member ***end)
{
    for (gen_field *field = record->fields; field != NULL; field = field->next) {
        gen_type *type = field->type;
        bool is_anonymous = field->name == NULL && !field->is_bits && type->kind == GEN_RECORD;
        if (field->name == NULL && !is_anonymous)
            continue; /* padding bits */
        if (is_anonymous && !type->record->is_union) {
            collect_members(with, plan, type->record, end);
            continue;
        }
        gen_member *member = add_member(with, plan, field, end);
        member->is_anonymous = is_anonymous;
        if (is_anonymous)
            member->name = gen_print(with->unit, "one_of_%s", first_name(type->record));
    }
}

static bool is_pointer_like(const gen_member *member)
{
    const gen_type *type = gen_type_bare(member->field->type, NULL);
    return type->kind == GEN_POINTER || (type->kind == GEN_ARRAY && (type->is_flexible || type->is_zero_length));
}

static void find_counter(planner *with, gen_member *member)
{
    if (!is_pointer_like(member) || member->says->skip) {
        if (member->says->count != NULL)
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is no pointer or flexible array to count",
                     member->name);
        return;
    }
    const gen_symbol *said = member->says->count != NULL ? member->says->count : member->field->counted_by;
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
    member->counter = need_member(with, member, said, "count");
    gen_member *counter = member->counter;
    const gen_annotation *says = counter->says;
    if (!is_integer(counter->field->type) || counter == member)
        gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place, "'%s' is no integer, so it cannot count '%s'",
                 said->text, member->name);
    if (says->min != NULL || says->max != NULL || says->oneof != NULL || says->default_value != NULL || says->optional)
        gen_fail(with->unit, HF_BAD_DECLARATION, counter->field->place,
                 "'%s' counts '%s' and is told by it, so the words here say nothing; say HF(len <= ...) or optional there", counter->name, member->name);
    counter->is_implied = true;
}

/* Several vectors of one length: reading compares them. A flexible array cannot be absent, so it has its own. */
static void find_shared_counters(planner *with, gen_plan *plan)
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

static void find_presence(planner *with, gen_member *member)
{
    if (!member->says->optional)
        return;
    const char *name = gen_print(with->unit, "has_%s", member->name);
    gen_member *presence = member_called(member->owner, name);
    if (presence != NULL && gen_type_bare(presence->field->type, NULL)->kind == GEN_BOOL) {
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

static gen_literal *constant_for(planner *with, gen_member *tag, const gen_member *arm)
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
static void need_arm(planner *with, const gen_member *member, const gen_member *one)
{
    for (const gen_field *field = member->item.plan->record->fields; field != NULL; field = field->next)
        if (field == one->field)
            return;
    gen_fail(with->unit, HF_BAD_DECLARATION, one->field->place, "'%s' lies in a struct without a name, expected a name for this arm of the union",
             one->name);
}

static void add_arms(planner *with, gen_member *member)
{
    gen_arm **end = &member->arms;
    for (gen_member *one = member->item.plan->members; one != NULL; one = one->next) {
        need_arm(with, member, one);
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
static void make_opaque(planner *with, gen_member *member)
{
    for (const gen_member *one = member->item.plan->members; one != NULL; one = one->next)
        if (item_owns(&one->item))
            gen_fail(with->unit, HF_BAD_DECLARATION, member->field->place,
                     "nothing tells which arm of '%s' holds, and '%s' owns memory, expected HF(tag_of) on a member",
                     member->name, one->name);
    gen_remark(with->unit, member->field->place, "'%s' is a union without a tag: copied as bytes, not in JSON", member->name);
    member->item.shape = SHAPE_OPAQUE;
    member->item.plan = NULL;
}

static void find_tag(planner *with, gen_member *member)
{
    for (gen_member *one = member->owner->members; one != NULL; one = one->next)
        if (member->is_anonymous ? one->says->tags_anonymous
                                 : one->says->tag_of != NULL && strcmp(one->says->tag_of->text, member->name) == 0)
            member->tag = one;
    if (member->tag == NULL) {
        make_opaque(with, member);
        return;
    }
    if (!is_integer(member->tag->field->type))
        gen_fail(with->unit, HF_BAD_DECLARATION, member->tag->field->place, "'%s' is no integer or enum, so it cannot be a tag",
                 member->tag->name);
    for (const gen_member *one = member->owner->members; one != NULL; one = one->next)
        if (one != member && (one->tag == member->tag || one->counter == member->tag))
            gen_fail(with->unit, HF_BAD_DECLARATION, member->tag->field->place, "'%s' tells of '%s' and of '%s', expected a member for each",
                     member->tag->name, one->name, member->name);
    member->tag->is_implied = true;
    add_arms(with, member);
}

/* ---- records ----------------------------------------------------------------------------- */

static double number_of(const gen_literal *literal)
{
    double magnitude = strtod(literal->text, NULL);
    return literal->is_negative ? -magnitude : magnitude;
}

/* Words that no value of the member keeps. */
static void check_choices(planner *with, const gen_member *member, bool is_number, bool is_text)
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

static void check_member(planner *with, const gen_member *member)
{
    const gen_annotation *says = member->says;
    gen_place place = member->field->place;
    gen_shape shape = member->item.shape, below = member->item.item != NULL ? member->item.item->shape : shape;
    bool is_number = shape == SHAPE_INT || shape == SHAPE_UINT || shape == SHAPE_CHARACTER || shape == SHAPE_FLOAT || shape == SHAPE_ENUM;
    bool is_text = shape == SHAPE_STRING || shape == SHAPE_CHARS || (shape == SHAPE_VECTOR && below == SHAPE_CHARACTER);
    bool is_bytes = (shape == SHAPE_VECTOR || shape == SHAPE_ARRAY || shape == SHAPE_FLEX) &&
                    (below == SHAPE_UINT || below == SHAPE_CHARACTER || below == SHAPE_INT);
    if (says->tag_of != NULL && need_member(with, member, says->tag_of, "union")->item.shape != SHAPE_UNION)
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
    if (says->raw && shape != SHAPE_STRING)
        gen_fail(with->unit, HF_BAD_DECLARATION, place, "'%s' is no char *, so raw does not fit", member->name);
}

static void plan_members(planner *with, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        find_counter(with, member);
        find_presence(with, member);
    }
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        member->is_skipped = member->says->skip;
        need_short_chain(with, member);
        if (member->is_skipped)
            member->item.shape = SHAPE_OPAQUE;
        else
            plan_item(with, member, member->field->type, &member->item, true);
    }
    find_shared_counters(with, plan);
}

/* What needs the members of other plans: the arms of unions, and what annotations ask for. */
static void finish_members(planner *with, gen_plan *plan)
{
    for (gen_member *member = plan->members; member != NULL; member = member->next) {
        if (member->item.shape == SHAPE_UNION)
            find_tag(with, member);
        check_member(with, member);
    }
}

/* A name that nothing in the header has, and no other record without a name of its own. */
static const char *free_name(planner *with, const char *name)
{
    for (;;) {
        const gen_symbol *symbol = gen_symbol_of(with->unit, name, strlen(name));
        if (symbol->type == NULL && symbol->record == NULL && symbol->enumeration == NULL && !symbol->is_declared &&
            gen_plan_find(with->plans, name) == NULL)
            return name;
        name = gen_print(with->unit, "%s_", name);
    }
}

/* `holder`: the member whose type it is, NULL for a record that is asked for by name. A record without a
 * name of its own is called after its holder. */
static gen_plan *plan_of(planner *with, gen_record *record, const gen_member *holder)
{
    if (record->plan != NULL)
        return record->plan;
    if (record->is_reversed)
        gen_fail(with->unit, HF_BAD_DECLARATION, record->place, "scalar_storage_order: members in another order of bytes have no address, expected the usual one");
    gen_plan *plan = gen_take(with->unit, sizeof *plan);
    record->plan = plan;
    plan->record = record;
    plan->reached_by = holder;
    plan->is_union = record->is_union;
    plan->says = gen_annotation_read(with->unit, record->annotations, GEN_ON_RECORD);
    if (record->tag == NULL && record->typedef_name == NULL) {
        plan->holder = holder;
        plan->name = free_name(with, gen_print(with->unit, "%s_%s", holder->owner->name, holder->name));
        plan->spelling = plan->name;
    } else {
        plan->name = record_name(record);
        plan->spelling = record_spelling(with, record);
        plan->is_respelled = record->tag == NULL && strcmp(plan->spelling, plan->name) != 0;
    }
    gen_member **end = &plan->members;
    collect_members(with, plan, record, &end);
    *with->plans->end = plan;
    with->plans->end = &plan->next;
    with->plans->count++;
    return plan;
}

static bool is_named_in(const gen_record *record, const char *const *types, bool *found)
{
    for (size_t i = 0; types[i] != NULL; i++)
        if ((record->tag != NULL && strcmp(record->tag->text, types[i]) == 0) ||
            (record->typedef_name != NULL && strcmp(record->typedef_name->text, types[i]) == 0)) {
            found[i] = true;
            return true;
        }
    return false;
}

gen_plan *gen_plan_find(const gen_plans *plans, const char *name)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (strcmp(plan->name, name) == 0 || strcmp(plan->spelling, name) == 0 ||
            (plan->record->typedef_name != NULL && strcmp(plan->record->typedef_name->text, name) == 0))
            return plan;
    return NULL;
}

bool gen_is_record(const gen_unit *unit, const char *name)
{
    const char *const names[] = { name, NULL };
    bool found = false;
    for (const gen_record *record = unit->records; record != NULL && !found; record = record->next)
        if (record->is_defined)
            is_named_in(record, names, &found);
    return found;
}

_Noreturn void gen_plan_missing(gen_unit *unit, const char *main_file, const char *name)
{
    const char *known[256] = { NULL };
    size_t count = 0;
    for (gen_record *record = unit->records; record != NULL && count < 255; record = record->next)
        if (record->is_defined && !record->is_system && (record->tag != NULL || record->typedef_name != NULL))
            known[count++] = record_name(record);
    const char *nearest = gen_nearest(name, strlen(name), known);
    gen_fail(unit, HF_MISUSE, (gen_place){ main_file, 0, 0 }, "no struct or union is called '%s'%s%s%s", name,
             nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* A union without a tag is bytes: its own plan, and what only that reaches, is not for the output. */
static void drop_unreached(gen_plans *plans)
{
    for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        plan->is_reached = plan->is_wanted;
    for (bool changed = true; changed;) { /* marks at least one, or ends */
        changed = false;
        for (gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
            for (const gen_member *member = plan->is_reached ? plan->members : NULL; member != NULL; member = member->next)
                for (const gen_item *item = &member->item; item != NULL; item = item->item)
                    if (item->plan != NULL && !item->plan->is_reached)
                        changed = item->plan->is_reached = true;
    }
    gen_plan **at = &plans->first;
    while (*at != NULL) {
        if ((*at)->is_reached) {
            at = &(*at)->next;
            continue;
        }
        *at = (*at)->next;
        plans->count--;
    }
    plans->end = at;
}

void gen_plans_make(gen_unit *unit, const char *main_file, const char *const *types, gen_plans *ret_plans)
{
    *ret_plans = (gen_plans){ .first = NULL };
    ret_plans->end = &ret_plans->first;
    planner with = { .unit = unit, .plans = ret_plans };
    size_t type_count = 0;
    while (types != NULL && types[type_count] != NULL)
        type_count++;
    bool *found = gen_take(unit, type_count + 1);
    for (gen_record *record = unit->records; record != NULL; record = record->next) {
        bool is_anonymous = record->tag == NULL && record->typedef_name == NULL;
        if (!record->is_defined || is_anonymous)
            continue;
        bool wanted = types != NULL ? is_named_in(record, types, found) : strcmp(record->place.file, main_file) == 0 && !record->is_union;
        if (wanted)
            plan_of(&with, record, NULL)->is_wanted = true;
    }
    if (types != NULL)
        for (size_t i = 0; types[i] != NULL; i++)
            if (!found[i])
                gen_plan_missing(unit, main_file, types[i]);
    for (gen_plan *plan = ret_plans->first; plan != NULL; plan = plan->next)
        plan_members(&with, plan); /* adds what it reaches to the list's end */
    for (gen_plan *plan = ret_plans->first; plan != NULL; plan = plan->next)
        finish_members(&with, plan);
    drop_unreached(ret_plans);
}

/* gen_code_read.c - how a reader of JSON text takes each member: a row for each key, which the library goes by.
 *
 * What is rare is left to the tables, member by member. */
#include "gen_code.h"

#include <string.h>

/* ---- which members are read straight ----------------------------------------------------- */

static bool is_whole(const gen_item *item)
{
    if (item->shape == SHAPE_ENUM)
        return item->enumeration->annotations == NULL;
    return item->shape == SHAPE_INT || item->shape == SHAPE_UINT || item->shape == SHAPE_CHARACTER;
}

static bool has_bounds(const gen_annotation *says)
{
    return says->min != NULL || says->max != NULL;
}

/* Values that one step reads, whatever holds them. */
static bool is_simple(const gen_item *item)
{
    if (item->shape == SHAPE_RECORD)
        return item->plan->reads;
    return item->shape == SHAPE_BOOL || is_whole(item) || item->shape == SHAPE_FLOAT ||
           (item->shape == SHAPE_STRING && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED));
}

static bool is_double(const gen_member *member)
{
    const gen_type *type = gen_type_bare(member->field->type, NULL);
    return type->spelling != NULL && strcmp(type->spelling, "double") == 0;
}

/* A bound that a double holds exactly. */
static bool is_plain_bound(const gen_literal *literal)
{
    uint64_t magnitude;
    return literal == NULL || (literal->kind == GEN_LITERAL_NUMBER && (!literal->is_whole || (gen_literal_number(literal, &magnitude) &&
                                                                                            magnitude < (uint64_t)1 << 53)));
}

static bool is_straight(const gen_member *member)
{
    const gen_annotation *says = member->says;
    const gen_item *item = &member->item;
    bool has_choice = says->oneof != NULL || says->pattern != NULL;
    if (member->is_bits || member->shares_counter || says->form != GEN_AS_IS || says->raw || (item->shape == SHAPE_VECTOR && item->is_const))
        return false;
    switch (item->shape) {
    case SHAPE_BOOL: return !has_choice;
    case SHAPE_ENUM: return is_whole(item) && !has_choice && !has_bounds(says);
    case SHAPE_CHARACTER: return !has_choice && !has_bounds(says);
    case SHAPE_INT: case SHAPE_UINT: case SHAPE_CHARS: return true;
    case SHAPE_FLOAT: return !has_choice && (!has_bounds(says) || (is_double(member) && is_plain_bound(says->min) && is_plain_bound(says->max)));
    case SHAPE_STRING: case SHAPE_RECORD: return is_simple(item);
    case SHAPE_POINTER:
        return !has_choice && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED) && is_simple(item->item) &&
               item->item->shape != SHAPE_STRING;
    case SHAPE_VECTOR:
        return (item->ownership == GEN_OWN || item->ownership == GEN_SHARED) && is_simple(item->item) &&
               item->item->shape != SHAPE_CHARACTER && item->item->shape != SHAPE_ENUM && !member->counter->is_bits;
    case SHAPE_ARRAY: return is_simple(item->item) && item->item->shape != SHAPE_CHARACTER;
    default: return false;
    }
}

/* ---- one key ----------------------------------------------------------------------------- */

const char *gen_kind_of(gen_unit *unit, const gen_member *member)
{
    const char *place = gen_member_expression(unit, member);
    switch (member->item.shape) {
    case SHAPE_BOOL: return "HF__KIND_BOOL";
    case SHAPE_FLOAT: return gen_print(unit, "HF__KIND_FLOATING(%s)", place);
    case SHAPE_STRING: return "HF__KIND_STRING";
    case SHAPE_CHARS: return "HF__KIND_CHARS";
    case SHAPE_RECORD: return "HF__KIND_RECORD";
    case SHAPE_POINTER: return "HF__KIND_POINTER";
    case SHAPE_VECTOR: return "HF__KIND_VECTOR";
    case SHAPE_ARRAY: return "HF__KIND_ARRAY";
    default: return gen_print(unit, "HF__KIND_INTEGER(%s)", place);
    }
}

/* Whether two 64-bit numbers say what a number must keep; if so, and if there is anything, *ret_limits is their
 * initializer. */
static bool has_plain_limits(gen_unit *unit, const gen_member *member, const char **ret_limits)
{
    const gen_literal *low = member->says->min, *high = member->says->max;
    bool is_signed = member->item.shape == SHAPE_INT;
    uint64_t least = 0, most = 0;
    if (member->says->oneof != NULL)
        return false;
    if (low == NULL && high == NULL)
        return true;
    const char *low_sign = low != NULL && low->is_negative ? "-" : "", *high_sign = high != NULL && high->is_negative ? "-" : "";
    if (member->item.shape == SHAPE_FLOAT) {
        *ret_limits = gen_print(unit, ".f64 = { %s%s, %s%s }", low_sign, low != NULL ? low->text : "-__DBL_MAX__", high_sign,
                                high != NULL ? high->text : "__DBL_MAX__");
        return true;
    }
    if ((low != NULL && !gen_literal_number(low, &least)) || (high != NULL && !gen_literal_number(high, &most)) || least > INT64_MAX || most > INT64_MAX)
        return false;
    if (is_signed) {
        *ret_limits = gen_print(unit, ".i64 = { %s%s, %s%s }", low_sign, low != NULL ? gen_print(unit, "INT64_C(%s)", low->text) : "INT64_MIN",
                                high_sign, high != NULL ? gen_print(unit, "INT64_C(%s)", high->text) : "INT64_MAX");
        return true;
    }
    *ret_limits = gen_print(unit, ".u64 = { %su, %s }", low != NULL && low_sign[0] == 0 ? low->text : "0",
                            high != NULL ? gen_print(unit, "%su", high->text) : "UINT64_MAX");
    return high_sign[0] == 0;
}

/* The initializer of what is in the row's limits, or ""; *ret_rule: the rule has more to say. */
static const char *limits_of(gen_unit *unit, const gen_member *member, bool *ret_rule)
{
    const gen_annotation *says = member->says;
    const char *limits = "";
    *ret_rule = false;
    switch (member->item.shape) {
    case SHAPE_INT: case SHAPE_UINT: case SHAPE_FLOAT: *ret_rule = !has_plain_limits(unit, member, &limits); break;
    case SHAPE_STRING: case SHAPE_CHARS: *ret_rule = says->pattern != NULL || says->oneof != NULL; /* fall through */
    default:
        if (says->has_len)
            limits = gen_print(unit, ".u64 = { %zu, %s }", says->len_min, says->len_max == SIZE_MAX ? "SIZE_MAX" : gen_print(unit, "%zu", says->len_max));
    }
    return *ret_rule && member->item.shape != SHAPE_STRING ? "" : limits;
}

const char *gen_read_kind(gen_unit *unit, const gen_key *key)
{
    if (key->is_written_only)
        return "HF__KIND_PASSED";
    return is_straight(key->member) ? gen_kind_of(unit, key->member) : "HF__KIND_TABLES";
}

void gen_emit_row(gen_unit *unit, const gen_plan *plan, const gen_key *key, FILE *stream)
{
    const gen_member *member = key->member;
    gen_shape shape = member->item.shape;
    bool is_read = !key->is_written_only && is_straight(member), has_rule = false;
    const char *limits = is_read ? limits_of(unit, member, &has_rule) : "";
    bool may_be_empty = !member->says->has_len || member->says->len_min == 0;
    bool is_default = shape == SHAPE_STRING && member->says->optional && member->says->default_value != NULL; /* that the tables put there */
    bool knows_null = !is_default && (shape == SHAPE_STRING || (shape == SHAPE_VECTOR && may_be_empty) || shape == SHAPE_POINTER || member->says->optional);
    const char *flags = gen_print(unit, "%s%s%s%s", is_read && knows_null ? " | HF__IN_NULL" : "", is_read && member->presence != NULL ? " | HF__IN_PRESENCE" : "",
                                  limits[0] != 0 ? " | HF__IN_LIMITS" : "", has_rule ? " | HF__IN_RULE" : "");
    const char *kind = gen_read_kind(unit, key), *written = plan->writes ? gen_write_kind(unit, key) : NULL;
    if (written != NULL && strcmp(kind, written) == 0)
        fprintf(stream, ",\n      HF__AS(%s)", kind);
    else
        fprintf(stream, ",\n      .kind = %s%s%s", kind, written != NULL ? ", .written = " : "", written != NULL ? written : "");
    if (!member->is_bits && (is_read || plan->writes))
        fprintf(stream, ", .offset = offsetof(%s, %s%s)", plan->spelling, key->prefix, member->name);
    if (flags[0] != 0)
        fprintf(stream, ", .flags = %s", flags + 3);
    if (limits[0] != 0)
        fprintf(stream, ", .limits%s", limits);
    const gen_item *item = shape == SHAPE_POINTER || shape == SHAPE_VECTOR || shape == SHAPE_ARRAY ? member->item.item : &member->item;
    if (item->shape == SHAPE_RECORD && item->plan->reads)
        fprintf(stream, ", .below = &%s_hf_keys", item->plan->name);
}

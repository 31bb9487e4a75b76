/* struct_rule.c - min, max, len, pattern, oneof, default. */
#include "bind/struct_rule.h"

static inline bool is_at(const hf_pattern *pattern, int position, unsigned char byte)
{
    return (pattern->classes[position][byte >> 6] >> (byte & 63) & 1) != 0;
}

bool hf__pattern_matches(const hf_pattern *pattern, hf_text text)
{
    if (text.length == 0)
        return pattern->matches_empty;
    uint64_t at = 0, reach = pattern->first;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (HF_LIKELY((reach & (reach - 1)) == 0)) { /* one way at most, as in most patterns at most places */
            if (reach == 0 || !is_at(pattern, __builtin_ctzll(reach), byte))
                return false;
            at = reach;
            reach = pattern->follow[__builtin_ctzll(at)];
            continue;
        }
        at = 0;
        for (uint64_t rest = reach; rest != 0; rest &= rest - 1)
            at |= is_at(pattern, __builtin_ctzll(rest), byte) ? rest & -rest : 0;
        if (at == 0)
            return false;
        reach = 0;
        for (uint64_t rest = at; rest != 0; rest &= rest - 1)
            reach |= pattern->follow[__builtin_ctzll(rest)];
    }
    return (at & pattern->last) != 0;
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* The order of a whole number and a rule's value, exactly: below 0, 0, above 0. */
static int order_i64(int64_t value, const hf_rule_value *other)
{
    if (other->kind == HF_RULE_UINT)
        return value < 0 || (uint64_t)value < other->u64 ? -1 : (uint64_t)value > other->u64;
    if (other->kind == HF_RULE_INT)
        return value < other->i64 ? -1 : value > other->i64;
    long double wide = (long double)value; /* 64 bits of significand hold both */
    return wide < (long double)other->f64 ? -1 : wide > (long double)other->f64;
}

static int order_u64(uint64_t value, const hf_rule_value *other)
{
    if (other->kind == HF_RULE_UINT)
        return value < other->u64 ? -1 : value > other->u64;
    if (other->kind == HF_RULE_INT)
        return other->i64 < 0 || value > (uint64_t)other->i64 ? 1 : value < (uint64_t)other->i64 ? -1 : 0;
    long double wide = (long double)value;
    return wide < (long double)other->f64 ? -1 : wide > (long double)other->f64;
}

static int order_double(double value, const hf_rule_value *other)
{
    long double bound = other->kind == HF_RULE_UINT  ? (long double)other->u64
                        : other->kind == HF_RULE_INT ? (long double)other->i64
                                                     : (long double)other->f64;
    return (long double)value < bound ? -1 : (long double)value > bound;
}

/* A rule speaks of a float as its type holds it: 0.1 is what is read of 0.1, and written. */
static int order_float(float value, const hf_rule_value *other)
{
    if (other->kind != HF_RULE_DOUBLE)
        return order_double((double)value, other);
    float bound = (float)other->f64;
    return value < bound ? -1 : value > bound;
}

static hf_status out_of_bounds(const hf_rule *rule, bool is_low, hf_error *reterr)
{
    const hf_rule_value *bound = is_low ? &rule->min : &rule->max;
    return hf__fail(reterr, HF_OUT_OF_RANGE, "expected at %s %.*s", is_low ? "least" : "most", (int)bound->length, bound->text);
}

static hf_status not_among(hf_error *reterr)
{
    return hf__fail(reterr, HF_OUT_OF_RANGE, "not one of the values that are allowed here");
}

#define CHECK_NUMBER(order)                                                                        \
    if ((rule->checks & HF_RULE_MIN) != 0 && order(value, &rule->min) < 0)                         \
        return out_of_bounds(rule, true, reterr);                                                  \
    if ((rule->checks & HF_RULE_MAX) != 0 && order(value, &rule->max) > 0)                         \
        return out_of_bounds(rule, false, reterr);                                                 \
    if ((rule->checks & HF_RULE_ONEOF) == 0)                                                       \
        return HF_OK;                                                                              \
    for (uint32_t i = 0; i < rule->one_count; i++)                                                 \
        if (rule->ones[i].kind != HF_RULE_TEXT && order(value, &rule->ones[i]) == 0)               \
            return HF_OK;                                                                          \
    return not_among(reterr)

hf_status hf__rule_check_i64(const hf_rule *rule, int64_t value, hf_error *reterr)
{
    CHECK_NUMBER(order_i64);
}

hf_status hf__rule_check_u64(const hf_rule *rule, uint64_t value, hf_error *reterr)
{
    CHECK_NUMBER(order_u64);
}

hf_status hf__rule_check_double(const hf_rule *rule, double value, hf_error *reterr)
{
    CHECK_NUMBER(order_double);
}

hf_status hf__rule_check_float(const hf_rule *rule, float value, hf_error *reterr)
{
    CHECK_NUMBER(order_float);
}

/* ---- lengths and texts ------------------------------------------------------------------- */

hf_status hf__rule_check_count(const hf_rule *rule, size_t count, hf_error *reterr)
{
    if ((rule->checks & HF_RULE_LENGTH) == 0)
        return HF_OK;
    if (count < rule->length_min)
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a length of %zu, expected at least %zu", count, rule->length_min);
    if (count > rule->length_max)
        return hf__fail(reterr, HF_OUT_OF_RANGE, "a length of %zu, expected at most %zu", count, rule->length_max);
    return HF_OK;
}

hf_status hf__rule_check_text(const hf_rule *rule, hf_text text, hf_error *reterr)
{
    hf_status status = hf__rule_check_count(rule, text.length, reterr);
    if (status != HF_OK)
        return status;
    if ((rule->checks & HF_RULE_PATTERN) != 0 && !hf__pattern_matches(rule->pattern, text))
        return hf__fail(reterr, HF_OUT_OF_RANGE, "does not match %s", rule->pattern->source);
    if ((rule->checks & HF_RULE_ONEOF) == 0)
        return HF_OK;
    for (uint32_t i = 0; i < rule->one_count; i++)
        if (rule->ones[i].kind == HF_RULE_TEXT && hf_text_equal(text, hf_text_of(rule->ones[i].text, rule->ones[i].length)))
            return HF_OK;
    return not_among(reterr);
}

/* ---- defaults ---------------------------------------------------------------------------- */

static uint64_t bits_of(const hf_rule_value *value)
{
    if (value->kind == HF_RULE_DOUBLE)
        return (uint64_t)(int64_t)value->f64;
    return value->kind == HF_RULE_UINT ? value->u64 : (uint64_t)value->i64;
}

void hf__rule_default_in_place(const hf_member *member, char *record)
{
    const hf_rule_value *value = &member->rule->default_value;
    const hf_type *type = member->type;
    char *at = record + member->offset;
    double f64 = value->kind == HF_RULE_DOUBLE ? value->f64 : value->kind == HF_RULE_UINT ? (double)value->u64 : (double)value->i64;
    float f32 = (float)f64;
    switch (type->shape) {
    case HF_SHAPE_BOOL:
        if (member->bits != NULL)
            member->bits->set(record, bits_of(value));
        else
            *(bool *)at = bits_of(value) != 0;
        break;
    case HF_SHAPE_INT: case HF_SHAPE_UINT: hf__member_set_integer(member, record, bits_of(value)); break;
    case HF_SHAPE_FLOAT: memcpy(at, type->size == sizeof f32 ? (void *)&f32 : (void *)&f64, type->size); break;
    case HF_SHAPE_CHARS:
        if (value->length < type->size)
            memcpy(at, value->text, value->length);
        break;
    case HF_SHAPE_STRING:
        if (type->ownership == HF_STATIC)
            hf__pointer_set(at, value->text);
        break;
    default: break;
    }
}

/* code_read_number.c - numbers in rare spellings, and what only the tables check of them. */
#include "bind/code_read_number.h"

#include "bind/struct_rule.h"

/* Spelled with a point, an exponent, or many digits: still whole, or not at all. */
static bool whole_number(hf__number_kind kind, uint64_t bits, bool *ret_negative, uint64_t *ret_bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    *ret_negative = kind == HF__NUMBER_INT64 ? (int64_t)bits < 0 : kind == HF__NUMBER_DOUBLE && value < 0;
    *ret_bits = bits;
    if (kind == HF__NUMBER_INT64 || kind == HF__NUMBER_UINT64)
        return true;
    if (kind != HF__NUMBER_DOUBLE)
        return false;
    if (value < 0) {
        *ret_bits = value >= -0x1p63 ? (uint64_t)(int64_t)value : 0;
        return value >= -0x1p63 && (double)(int64_t)value == value;
    }
    *ret_bits = value < 0x1p64 ? (uint64_t)value : 0;
    return value < 0x1p64 && (double)(uint64_t)value == value;
}

const char *hf__in_any_whole(const hf__in *in, const char *at, unsigned width, bool is_signed, uint64_t *ret_bits)
{
    hf__number_kind kind;
    uint64_t bits;
    bool is_negative;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL || !whole_number(kind, bits, &is_negative, &bits))
        return NULL;
    bool fits = is_negative  ? is_signed && (width == 64 || (int64_t)bits >= -((int64_t)1 << (width - 1)))
                : is_signed  ? bits >> (width - 1) == 0
                : width < 64 ? bits >> width == 0
                             : true;
    *ret_bits = bits;
    return fits ? end : NULL;
}

const char *hf__in_any_double(const hf__in *in, const char *at, double *ret_value)
{
    hf__number_kind kind;
    uint64_t bits;
    const char *end = hf__number_read_prefix(at, in->end, &kind, &bits);
    if (end == NULL)
        return NULL;
    switch (kind) {
    case HF__NUMBER_INT64: *ret_value = (double)(int64_t)bits; break;
    case HF__NUMBER_UINT64: *ret_value = (double)bits; break;
    case HF__NUMBER_DOUBLE: memcpy(ret_value, &bits, sizeof bits); break;
    case HF__NUMBER_TEXT: *ret_value = hf__number_nearest(at, end); break;
    }
    return *ret_value - *ret_value == 0 ? end : NULL; /* not infinite */
}

bool hf__in_keeps_i64(const hf_rule *rule, int64_t value)
{
    return (value < 0 ? hf__rule_check_i64(rule, value, NULL) : hf__rule_check_u64(rule, (uint64_t)value, NULL)) == HF_OK;
}

bool hf__in_keeps_u64(const hf_rule *rule, uint64_t value)
{
    return hf__rule_check_u64(rule, value, NULL) == HF_OK;
}

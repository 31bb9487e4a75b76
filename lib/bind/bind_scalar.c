/* bind_scalar.c - one scalar into its place: ranges, forms and checks. */
#include <math.h>

#include "bind/binder.h"
#include "bind/byte_form.h"

static const hf_rule *rule_of(const hf__target *target)
{
    return target->is_direct ? target->member->rule : NULL;
}

static hf_form form_of(const hf__target *target)
{
    return target->member != NULL ? (hf_form)target->member->form : HF_AS_IS;
}

hf_status hf__bind_null(hf__binder *binder)
{
    const hf__target *target = &binder->target;
    if (target->type == NULL)
        return HF_OK;
    uint8_t shape = target->type->shape;
    const hf_rule *rule = rule_of(target);
    if (target->is_direct && (target->member->flags & HF_MEMBER_OPTIONAL) != 0) { /* as if it were not there */
        bool has_default = shape == HF_SHAPE_STRING && rule != NULL && (rule->checks & HF_RULE_DEFAULT) != 0;
        return has_default ? hf__bind_default(binder, &rule->default_value, target->at) : HF_OK;
    }
    if (shape == HF_SHAPE_VECTOR && rule != NULL) /* it has no items */
        return hf__rule_check_count(rule, 0, binder->reterr);
    if (shape == HF_SHAPE_POINTER || shape == HF_SHAPE_STRING || shape == HF_SHAPE_VECTOR)
        return HF_OK;
    return hf__bind_wrong_kind(binder, "null");
}

hf_status hf__bind_bool(hf__binder *binder, bool value)
{
    if (binder->target.type == NULL)
        return HF_OK;
    hf_status status = hf__bind_reach(binder);
    if (status != HF_OK)
        return status;
    const hf__target *target = &binder->target;
    if (target->type->shape != HF_SHAPE_BOOL)
        return hf__bind_wrong_kind(binder, value ? "true" : "false");
    if (target->is_direct && target->member->bits != NULL)
        target->member->bits->set(target->record, value);
    else
        memcpy(target->at, &value, sizeof value);
    return HF_OK;
}

/* ---- whole numbers ----------------------------------------------------------------------- */

static hf_status does_not_fit(hf__binder *binder)
{
    const hf_type *type = binder->target.type;
    return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "expected %s of %zu bits",
                    type->shape == HF_SHAPE_INT ? "an integer" : "an unsigned integer", type->size * 8);
}

/* The whole number that is to be stored, in two's complement; false when it does not fit. */
static bool fits_type(const hf_type *type, bool is_negative, uint64_t bits)
{
    unsigned width = (unsigned)type->size * 8;
    if (type->shape == HF_SHAPE_UINT)
        return !is_negative && (width == 64 || bits >> width == 0);
    if (!is_negative)
        return bits >> (width - 1) == 0;
    return width == 64 || (int64_t)bits >= -((int64_t)1 << (width - 1));
}

static hf_status store_integer(hf__binder *binder, bool is_negative, uint64_t bits)
{
    const hf__target *target = &binder->target;
    const hf_rule *rule = rule_of(target);
    if (!fits_type(target->type, is_negative, bits))
        return does_not_fit(binder);
    if (rule != NULL) {
        hf_status status = is_negative ? hf__rule_check_i64(rule, (int64_t)bits, binder->reterr)
                                       : hf__rule_check_u64(rule, bits, binder->reterr);
        if (status != HF_OK)
            return status;
    }
    if (target->type->choice_count > 0 && (target->type->flags & HF_TYPE_CLOSED) != 0) {
        uint32_t i = 0;
        while (i < target->type->choice_count && (uint64_t)target->type->choices[i].value != bits)
            i++;
        if (i == target->type->choice_count)
            return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "no enumerator of '%s' has this value", target->type->name);
    }
    if (!target->is_direct || target->member->bits == NULL) {
        hf__uint_set(target->at, target->type->size, bits);
        return HF_OK;
    }
    target->member->bits->set(target->record, bits);
    if (target->member->bits->get(target->record) != bits)
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "more than the bits of '%s' hold", target->member->name);
    return HF_OK;
}

/* A tag by itself must not choose an arm that shows in JSON: the arm's own member does. */
static hf_status put_integer(hf__binder *binder, bool is_negative, uint64_t bits)
{
    hf_status status = store_integer(binder, is_negative, bits);
    const hf__target *target = &binder->target;
    if (status == HF_OK && target->tag_of != NULL && hf__shown_arm(target->record_type, target->tag_of, target->record) != NULL)
        return hf__fail(binder->reterr, HF_WRONG_KIND, "the number of an arm, expected %s that arm",
                        (target->tag_of->flags & HF_MEMBER_FLAT) != 0 ? "a member that is" : "an object with");
    return status;
}

/* A double that is whole: 3.0 and 3e2 are integers too. */
static hf_status put_whole_double(hf__binder *binder, double value)
{
    if (value < 0 && value >= -0x1p63 && (double)(int64_t)value == value)
        return put_integer(binder, true, (uint64_t)(int64_t)value);
    if (value >= 0 && value < 0x1p64 && (double)(uint64_t)value == value)
        return put_integer(binder, false, (uint64_t)value);
    return does_not_fit(binder);
}

/* ---- floating numbers -------------------------------------------------------------------- */

static hf_status put_double(hf__binder *binder, double value)
{
    const hf__target *target = &binder->target;
    const hf_rule *rule = rule_of(target);
    if (isinf(value) || (target->type->size == sizeof(float) && isinf((float)value)))
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "beyond the largest number of %zu bits", target->type->size * 8);
    float narrow = (float)value;
    if (rule != NULL) {
        hf_status status = target->type->size == sizeof narrow ? hf__rule_check_float(rule, narrow, binder->reterr)
                                                               : hf__rule_check_double(rule, value, binder->reterr);
        if (status != HF_OK)
            return status;
    }
    memcpy(target->at, target->type->size == sizeof narrow ? (const void *)&narrow : (const void *)&value, target->type->size);
    return HF_OK;
}

static double double_of(hf__number_kind kind, uint64_t bits, const char *begin, const char *end)
{
    double value;
    switch (kind) {
    case HF__NUMBER_INT64: return (double)(int64_t)bits;
    case HF__NUMBER_UINT64: return (double)bits;
    case HF__NUMBER_DOUBLE: memcpy(&value, &bits, sizeof value); return value;
    case HF__NUMBER_TEXT: break;
    }
    return begin != NULL ? hf__number_nearest(begin, end) : (double)INFINITY;
}

static hf_status put_number(hf__binder *binder, hf__number_kind kind, uint64_t bits, const char *begin, const char *end)
{
    const hf_type *type = binder->target.type;
    if (type->shape == HF_SHAPE_FLOAT)
        return put_double(binder, double_of(kind, bits, begin, end));
    if (type->shape != HF_SHAPE_INT && type->shape != HF_SHAPE_UINT)
        return hf__bind_wrong_kind(binder, "a number");
    if (kind == HF__NUMBER_INT64)
        return put_integer(binder, (int64_t)bits < 0, bits);
    if (kind == HF__NUMBER_UINT64)
        return put_integer(binder, false, bits);
    if (kind == HF__NUMBER_DOUBLE)
        return put_whole_double(binder, double_of(kind, bits, begin, end));
    return does_not_fit(binder);
}

/* A number or name where a union is due is its tag, when no arm goes with it. */
static void aim_at_tag(hf__binder *binder)
{
    hf__target *target = &binder->target;
    const hf_member *tag = &target->record_type->members[target->member->tag - 1];
    target->tag_of = target->member;
    target->type = tag->type;
    target->member = tag;
    target->at = target->record + tag->offset;
}

static inline bool is_union(const hf__target *target)
{
    return target->type->shape == HF_SHAPE_UNION && target->is_direct;
}

hf_status hf__bind_number(hf__binder *binder, hf__number_kind kind, uint64_t bits, const char *begin, const char *end)
{
    if (binder->target.type == NULL)
        return HF_OK;
    hf_status status = hf__bind_reach(binder);
    if (status != HF_OK)
        return status;
    if (is_union(&binder->target))
        aim_at_tag(binder);
    hf_form form = form_of(&binder->target);
    bool is_integer = binder->target.type->shape == HF_SHAPE_INT || binder->target.type->shape == HF_SHAPE_UINT;
    bool is_number = is_integer || binder->target.type->shape == HF_SHAPE_FLOAT;
    if (is_number && (form == HF_AS_EPOCH || (form == HF_AS_STRING && binder->target.type->choice_count == 0)))
        return hf__fail(binder->reterr, HF_WRONG_KIND, "a number, expected a text");
    return put_number(binder, kind, bits, begin, end);
}

/* ---- texts ------------------------------------------------------------------------------- */

static hf_status check_text(hf__binder *binder, hf_text text)
{
    const hf_rule *rule = rule_of(&binder->target);
    return rule != NULL ? hf__rule_check_text(rule, text, binder->reterr) : HF_OK;
}

static hf_status put_string(hf__binder *binder, hf_text text)
{
    if (memchr(text.bytes, 0, text.length) != NULL)
        return hf__fail(binder->reterr, HF_NOT_REPRESENTABLE, "a NUL inside of a text that a NUL ends");
    hf_status status = check_text(binder, text);
    if (status != HF_OK)
        return status;
    const hf__target *target = &binder->target;
    if (target->type->shape == HF_SHAPE_CHARS) {
        if (text.length >= target->type->size)
            return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "%zu bytes, expected at most %zu", text.length, target->type->size - 1);
        memcpy(target->at, text.bytes, text.length);
        memset(target->at + text.length, 0, target->type->size - text.length);
        return HF_OK;
    }
    char *copy = hf__store_take(&binder->store, text.length + 1, 1);
    if (copy == NULL)
        return hf__bind_no_memory(binder);
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = 0;
    hf__pointer_set(target->at, copy);
    return HF_OK;
}

static size_t read_bytes(hf_form form, hf_text text, unsigned char *out)
{
    if (form == HF_AS_BASE64)
        return hf__base64_read(text, out);
    if (form == HF_AS_HEX)
        return hf__hex_read(text, out);
    if (out != NULL && text.length > 0)
        memcpy(out, text.bytes, text.length);
    return text.length;
}

static hf_status put_bytes_in_place(hf__binder *binder, hf_form form, hf_text text, size_t count)
{
    const hf__target *target = &binder->target;
    if (form == HF_AS_STRING ? count > target->type->count : count != target->type->count)
        return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "%zu bytes, expected %zu", count, target->type->count);
    memset(target->at, 0, target->type->size);
    read_bytes(form, text, (unsigned char *)target->at);
    return HF_OK;
}

/* As if the bytes had come as items of an array, so that vectors and flexible arrays end alike. */
static hf_status put_bytes(hf__binder *binder, hf_form form, hf_text text)
{
    size_t count = read_bytes(form, text, NULL);
    if (count == SIZE_MAX)
        return hf__fail(binder->reterr, HF_NOT_REPRESENTABLE, "not %s", form == HF_AS_HEX ? "pairs of hexadecimal digits" : "base64 with its padding");
    if (form == HF_AS_STRING) {
        hf_status status = check_text(binder, text);
        if (status != HF_OK)
            return status;
    }
    if (binder->target.type->shape == HF_SHAPE_ARRAY)
        return put_bytes_in_place(binder, form, text, count);
    hf_status status = hf__bind_open_bytes(binder);
    if (status != HF_OK)
        return status;
    hf__level *level = &binder->levels[binder->level_count - 1];
    if (count > 0) {
        level->at = hf__store_take(&binder->store, count, 1);
        if (level->at == NULL)
            return hf__bind_no_memory(binder);
        level->room = level->count = count;
        read_bytes(form, text, (unsigned char *)level->at);
    }
    return hf__bind_close(binder);
}

static hf_status put_choice(hf__binder *binder, hf_text text)
{
    const hf_type *type = binder->target.type;
    for (uint32_t i = 0; i < type->choice_count; i++)
        if (hf_text_equal(text, hf_text_of(type->choices[i].name, type->choices[i].length)))
            return put_integer(binder, type->shape == HF_SHAPE_INT && type->choices[i].value < 0, (uint64_t)type->choices[i].value);
    return hf__fail(binder->reterr, HF_OUT_OF_RANGE, "'%.*s' is no enumerator of '%s'", HF_ARG(text), type->name);
}

static hf_status put_number_text(hf__binder *binder, hf_text text)
{
    hf__number_kind kind;
    uint64_t bits;
    if (text.length == 0 || !hf__number_read(text.bytes, text.bytes + text.length, &kind, &bits))
        return hf__fail(binder->reterr, HF_BAD_NUMBER, "in a text that stands for a number");
    return put_number(binder, kind, bits, text.bytes, text.bytes + text.length);
}

hf_status hf__bind_text(hf__binder *binder, hf_text text)
{
    if (binder->target.type == NULL)
        return HF_OK;
    hf_status status = hf__bind_reach(binder);
    if (status != HF_OK)
        return status;
    const hf__target *target = &binder->target;
    if (is_union(target) && target->record_type->members[target->member->tag - 1].form != HF_AS_IS)
        aim_at_tag(binder);
    const hf_type *type = target->type;
    hf_form form = form_of(target);
    int64_t seconds = 0;
    switch (type->shape) {
    case HF_SHAPE_STRING: case HF_SHAPE_CHARS: return put_string(binder, text);
    case HF_SHAPE_VECTOR: case HF_SHAPE_FLEX: case HF_SHAPE_ARRAY:
        if (target->is_direct && type->item->size == 1 && (form == HF_AS_BASE64 || form == HF_AS_HEX || form == HF_AS_STRING))
            return put_bytes(binder, form, text);
        break;
    case HF_SHAPE_INT: case HF_SHAPE_UINT: case HF_SHAPE_FLOAT:
        if (form == HF_AS_EPOCH) {
            if (!hf__time_read(text, &seconds))
                return hf__fail(binder->reterr, HF_NOT_REPRESENTABLE, "expected a time such as 2026-11-22T21:00:00Z");
            return put_integer(binder, seconds < 0, (uint64_t)seconds);
        }
        if (form == HF_AS_STRING)
            return type->choice_count > 0 ? put_choice(binder, text) : put_number_text(binder, text);
        break;
    default: break;
    }
    return hf__bind_wrong_kind(binder, "a text");
}

hf_status hf__bind_raw(hf__binder *binder, hf_text json)
{
    hf_status status = hf__bind_reach(binder);
    return status != HF_OK ? status : put_string(binder, json);
}

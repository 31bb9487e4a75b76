/* struct_scalar.c - forms and numbers of one value. */
#include "bind/struct_scalar.h"

#include "base/number_write.h"
#include "base/utf8.h"

#include "bind/byte_form.h"

static hf_status made_text(hf_buffer *room, size_t length, hf__scalar *ret_scalar)
{
    room->length = length;
    *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_TEXT, .is.text = hf_buffer_text(room) };
    return HF_OK;
}

static hf_status text_scalar(hf_text text, hf__scalar *ret_scalar, hf_error *reterr)
{
    size_t fault = hf__utf8_fault(text.bytes, text.length);
    if (fault < text.length)
        return hf__fail(reterr, HF_NOT_REPRESENTABLE, "not UTF-8 at its byte %zu", fault);
    *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_TEXT, .is.text = text };
    return HF_OK;
}

static hf_status bytes_scalar(const hf_struct_place *place, hf_buffer *room, hf__scalar *ret_scalar, hf_error *reterr)
{
    const char *bytes = place->at;
    size_t count = place->type->count;
    if (place->type->shape != HF_SHAPE_ARRAY)
        count = hf__member_count(place->record_type, place->member, place->record);
    if (place->type->shape == HF_SHAPE_VECTOR)
        bytes = hf__pointer_at(place->at);
    if (bytes == NULL)
        count = 0;
    if (place->member->form == HF_AS_STRING) /* in place, a NUL ends it */
        return text_scalar(hf_text_of(bytes, place->type->shape == HF_SHAPE_ARRAY ? strnlen(bytes, count) : count), ret_scalar, reterr);
    bool is_hex = place->member->form == HF_AS_HEX;
    size_t length = is_hex ? count * 2 : hf__base64_length(count);
    hf_status status = hf_buffer_reserve(room, length + 1, reterr);
    if (status != HF_OK)
        return status;
    if (count > 0)
        (is_hex ? hf__hex_write : hf__base64_write)((const unsigned char *)bytes, count, room->bytes);
    return made_text(room, length, ret_scalar);
}

static hf_status float_scalar(const hf_struct_place *place, hf__scalar *ret_scalar, hf_error *reterr)
{
    double value;
    float narrow;
    if (place->type->size == sizeof narrow) {
        memcpy(&narrow, place->at, sizeof narrow);
        value = narrow;
    } else {
        memcpy(&value, place->at, sizeof value);
    }
    if (value - value != 0)
        return hf__fail(reterr, HF_NOT_REPRESENTABLE, "a number that is not finite");
    *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_DOUBLE, .is.f64 = value };
    return HF_OK;
}

static void integer_scalar(const hf_struct_place *place, hf__scalar *ret_scalar)
{
    bool has_bits = !place->is_item && place->member != NULL && place->member->bits != NULL;
    bool is_signed = place->type->shape == HF_SHAPE_INT;
    uint64_t bits = has_bits ? place->member->bits->get(place->record)
                    : is_signed ? (uint64_t)hf__int_at(place->at, place->type->size)
                                : hf__uint_at(place->at, place->type->size);
    if (is_signed)
        *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_I64, .is.i64 = (int64_t)bits };
    else
        *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_U64, .is.u64 = bits };
}

static hf_status name_of_choice(const hf_struct_place *place, hf__scalar *ret_scalar, hf_error *reterr)
{
    int64_t value = ret_scalar->kind == HF__SCALAR_I64 ? ret_scalar->is.i64 : (int64_t)ret_scalar->is.u64;
    for (uint32_t i = 0; i < place->type->choice_count; i++)
        if (place->type->choices[i].value == value) {
            *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_TEXT,
                                        .is.text = hf_text_of(place->type->choices[i].name, place->type->choices[i].length) };
            return HF_OK;
        }
    return hf__fail(reterr, HF_NOT_REPRESENTABLE, "%lld is no enumerator of '%s'", (long long)value, place->type->name);
}

/* A number as a text. */
static hf_status spell(hf_buffer *room, hf_form form, hf__scalar *ret_scalar, hf_error *reterr)
{
    hf_status status = hf_buffer_reserve(room, HF__NUMBER_WRITE_ROOM, reterr);
    if (status != HF_OK)
        return status;
    if (form == HF_AS_EPOCH) {
        size_t length = ret_scalar->kind == HF__SCALAR_U64 && ret_scalar->is.u64 > INT64_MAX ? 0 : hf__time_write(room->bytes, ret_scalar->is.i64);
        if (length == 0)
            return hf__fail(reterr, HF_NOT_REPRESENTABLE, "a time outside of the years 0 to 9999");
        return made_text(room, length, ret_scalar);
    }
    size_t length = ret_scalar->kind == HF__SCALAR_I64   ? hf__number_write_i64(room->bytes, ret_scalar->is.i64)
                    : ret_scalar->kind == HF__SCALAR_U64 ? hf__number_write_u64(room->bytes, ret_scalar->is.u64)
                                                         : hf__number_write_double(room->bytes, ret_scalar->is.f64);
    return made_text(room, length, ret_scalar);
}

hf_status hf__scalar_of(const hf_struct_place *place, hf_buffer *room, hf__scalar *ret_scalar, hf_error *reterr)
{
    hf_form form = place->member != NULL ? (hf_form)place->member->form : HF_AS_IS;
    const char *target;
    hf_status status = HF_OK;
    bool flag;
    room->length = 0;
    *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_NULL };
    switch (place->type->shape) {
    case HF_SHAPE_BOOL:
        flag = *(const unsigned char *)place->at != 0;
        if (!place->is_item && place->member != NULL && place->member->bits != NULL)
            flag = place->member->bits->get(place->record) != 0;
        *ret_scalar = (hf__scalar){ .kind = HF__SCALAR_BOOL, .is.boolean = flag };
        return HF_OK;
    case HF_SHAPE_INT: case HF_SHAPE_UINT:
        integer_scalar(place, ret_scalar);
        if (form == HF_AS_STRING && place->type->choice_count > 0)
            return name_of_choice(place, ret_scalar, reterr);
        return form == HF_AS_STRING || form == HF_AS_EPOCH ? spell(room, form, ret_scalar, reterr) : HF_OK;
    case HF_SHAPE_FLOAT:
        status = float_scalar(place, ret_scalar, reterr);
        return status == HF_OK && form == HF_AS_STRING ? spell(room, form, ret_scalar, reterr) : status;
    case HF_SHAPE_CHARS: return text_scalar(hf_text_of(place->at, strnlen(place->at, place->type->size)), ret_scalar, reterr);
    case HF_SHAPE_STRING:
        target = hf__pointer_at(place->at);
        if (target == NULL)
            return HF_OK;
        status = text_scalar(hf_text_from_cstr(target), ret_scalar, reterr);
        if (status == HF_OK && form == HF_AS_RAW && !place->is_item)
            ret_scalar->kind = HF__SCALAR_RAW;
        return status;
    case HF_SHAPE_VECTOR: case HF_SHAPE_ARRAY: case HF_SHAPE_FLEX: return bytes_scalar(place, room, ret_scalar, reterr);
    default: return HF_OK; /* a pointer that is NULL */
    }
}

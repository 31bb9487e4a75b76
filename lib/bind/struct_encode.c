/* struct_encode.c - structs to JSON text and to documents: a walk, and each event written. */
#include <holdfast/build.h>
#include <holdfast/read.h>

#include "base/escape.h"
#include "base/number_write.h"

#include "bind/code_to_value.h"
#include "bind/code_write.h"
#include "bind/struct_scalar.h"
#include "bind/struct_store.h"

static hf_status fail_at(const hf_struct_walk *walk, hf_status status, hf_error *reterr)
{
    char pointer[2 * HF_ERROR_POINTER_MAX];
    size_t length = hf_struct_walk_pointer(walk, pointer, sizeof pointer);
    hf__error_set_pointer(reterr, pointer, length < sizeof pointer ? length : sizeof pointer - 1);
    return status;
}

static hf_status end_status(hf_walk_end end, hf_error *reterr)
{
    switch (end) {
    case HF_WALK_DONE: return HF_OK;
    case HF_WALK_LIMIT_DEPTH: return hf__fail(reterr, HF_LIMIT_DEPTH, NULL);
    default: return hf__fail(reterr, HF_NO_MEMORY, "while writing");
    }
}

static hf_status met_again(const hf_encode_options *options, hf_error *reterr)
{
    if (options != NULL && options->repeat == HF_REPEAT_NULL)
        return HF_OK;
    return hf__fail(reterr, HF_CYCLE, "an object that was written before, and the options refuse that");
}

static bool is_array(const hf_type *type)
{
    return type->shape == HF_SHAPE_VECTOR || type->shape == HF_SHAPE_ARRAY || type->shape == HF_SHAPE_FLEX;
}

/* ---- text -------------------------------------------------------------------------------- */

/* So near the ceiling that what each byte may need has no room: in pieces, as long as they are. */
static hf_status put_pieces(hf_buffer *to, hf_text text, hf_error *reterr)
{
    enum { PIECE = 64 };
    char piece[6 * PIECE];
    hf_status status = hf_buffer_append(to, HF_T("\""), reterr);
    for (size_t at = 0; at < text.length && status == HF_OK; at += PIECE) {
        size_t length = text.length - at < PIECE ? text.length - at : PIECE;
        status = hf_buffer_append(to, hf_text_of(piece, hf__escape(text.bytes + at, length, piece)), reterr);
    }
    return status == HF_OK ? hf_buffer_append(to, HF_T("\""), reterr) : status;
}

static hf_status put_text(hf_buffer *to, hf_text text, hf_error *reterr)
{
    size_t plain = hf__escape_find(text.bytes, text.length), room = 0;
    if (!hf__size_array(text.length - plain, 6, plain, &room) || !hf__size_add(room, 3, &room))
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    if (room > to->bytes_max - to->length)
        return put_pieces(to, text, reterr);
    hf_status status = hf_buffer_reserve(to, room, reterr);
    if (status != HF_OK)
        return status;
    char *out = to->bytes + to->length;
    *out++ = '"';
    if (plain > 0)
        memcpy(out, text.bytes, plain);
    out += plain;
    if (plain < text.length)
        out += hf__escape(text.bytes + plain, text.length - plain, out);
    *out++ = '"';
    to->length = (size_t)(out - to->bytes);
    return HF_OK;
}

static hf_status put_scalar(hf_buffer *to, const hf__scalar *scalar, const hf_allocator *allocator, hf_error *reterr)
{
    char number[HF__NUMBER_WRITE_ROOM];
    hf_status status = HF_OK;
    switch (scalar->kind) {
    case HF__SCALAR_NULL: return hf_buffer_append(to, HF_T("null"), reterr);
    case HF__SCALAR_BOOL: return hf_buffer_append(to, scalar->is.boolean ? HF_T("true") : HF_T("false"), reterr);
    case HF__SCALAR_I64: return hf_buffer_append(to, hf_text_of(number, hf__number_write_i64(number, scalar->is.i64)), reterr);
    case HF__SCALAR_U64: return hf_buffer_append(to, hf_text_of(number, hf__number_write_u64(number, scalar->is.u64)), reterr);
    case HF__SCALAR_DOUBLE: return hf_buffer_append(to, hf_text_of(number, hf__number_write_double(number, scalar->is.f64)), reterr);
    case HF__SCALAR_TEXT: return put_text(to, scalar->is.text, reterr);
    case HF__SCALAR_RAW:
        status = hf__json_check(scalar->is.text, allocator, reterr);
        return status == HF_OK ? hf_buffer_append(to, scalar->is.text, reterr) : status;
    }
    return status;
}

/* The comma and the key in front of a value. */
static hf_status put_front(const hf_struct_walk *walk, hf_buffer *to, bool *needs_comma, hf_error *reterr)
{
    hf_status status = *needs_comma ? hf_buffer_append(to, HF_T(","), reterr) : HF_OK;
    *needs_comma = true;
    if (status != HF_OK || walk->key.bytes == NULL)
        return status;
    status = put_text(to, walk->key, reterr);
    if (status == HF_OK)
        status = hf_buffer_append(to, HF_T(":"), reterr);
    return status;
}

static hf_status put_event(const hf_struct_walk *walk, const hf_encode_options *options, hf_buffer *to, hf_buffer *room,
                           bool *needs_comma, hf_error *reterr)
{
    hf__scalar scalar = { .kind = HF__SCALAR_NULL };
    hf_status status = HF_OK;
    if (walk->event == HF_LEAVE) {
        *needs_comma = true;
        return hf_buffer_append(to, is_array(walk->place.type) ? HF_T("]") : HF_T("}"), reterr);
    }
    status = put_front(walk, to, needs_comma, reterr);
    if (status != HF_OK)
        return status;
    if (walk->event == HF_ENTER) {
        *needs_comma = false;
        return hf_buffer_append(to, is_array(walk->place.type) ? HF_T("[") : HF_T("{"), reterr);
    }
    status = walk->event == HF_AGAIN ? met_again(options, reterr) : hf__scalar_of(&walk->place, room, &scalar, reterr);
    return status == HF_OK ? put_scalar(to, &scalar, options != NULL ? options->allocator : NULL, reterr) : status;
}

/* All that the walk shows, appended. */
static hf_status put_all(hf_struct_walk *walk, const hf_encode_options *options, hf_buffer *buffer, hf_error *reterr)
{
    hf_buffer room = { .bytes_max = SIZE_MAX, .allocator = hf__work_allocator(options != NULL ? options->allocator : NULL) };
    bool needs_comma = false;
    hf_status status = HF_OK;
    while (status == HF_OK && hf_struct_walk_next(walk)) {
        status = put_event(walk, options, buffer, &room, &needs_comma, reterr);
        if (status != HF_OK)
            fail_at(walk, status, reterr);
    }
    hf_walk_end end = hf_struct_walk_finish(walk);
    if (status == HF_OK)
        status = end_status(end, reterr);
    hf_buffer_release(&room);
    return status;
}

hf_status hf_struct_encode(const hf_type *type, const void *object, const hf_encode_options *options, hf_buffer *buffer,
                           hf_error *reterr)
{
    size_t length = buffer->length;
    if (type->code != NULL && type->code->write != NULL && hf__out_write(type->code, object, options, buffer))
        return HF_OK;
    hf_struct_walk walk;
    hf_struct_walk_init(&walk, type, object, &(hf_struct_walk_options){ .allocator = options != NULL ? options->allocator : NULL });
    hf_status status = put_all(&walk, options, buffer, reterr);
    if (status != HF_OK)
        buffer->length = length;
    return status;
}

char *hf__out_member(hf__out *out, char *at, const hf_key *row, const void *object)
{
    const hf_member *member = row->member;
    const char *record = (const char *)object + row->offset;
    hf_struct_place place = { member->type, record + member->offset, record, row->record, member, false };
    hf_struct_walk walk;
    out->buffer->length = (size_t)(at - out->buffer->bytes);
    hf__struct_walk_at(&walk, &place, &(hf_struct_walk_options){ .allocator = out->options != NULL ? out->options->allocator : NULL });
    if (put_all(&walk, out->options, out->buffer, NULL) != HF_OK)
        return NULL;
    out->end = out->buffer->bytes + out->buffer->room;
    return out->buffer->bytes + out->buffer->length;
}

/* ---- documents --------------------------------------------------------------------------- */

static hf_status build_raw(hf_builder *builder, hf_text json, const hf_allocator *allocator, hf_error *reterr)
{
    hf_document *document = NULL;
    hf_status status = hf_read(json, &(hf_read_options){ .allocator = allocator, .text = HF_TEXT_BORROWED }, &document, reterr);
    if (status == HF_OK)
        status = hf_build_copy(builder, hf_root(document));
    hf_document_drop(document);
    return status;
}

static hf_status build_scalar(hf_builder *builder, const hf__scalar *scalar, const hf_allocator *allocator, hf_error *reterr)
{
    switch (scalar->kind) {
    case HF__SCALAR_NULL: return hf_build_null(builder);
    case HF__SCALAR_BOOL: return hf_build_bool(builder, scalar->is.boolean);
    case HF__SCALAR_I64: return hf_build_i64(builder, scalar->is.i64);
    case HF__SCALAR_U64: return hf_build_u64(builder, scalar->is.u64);
    case HF__SCALAR_DOUBLE: return hf_build_double(builder, scalar->is.f64);
    case HF__SCALAR_TEXT: return hf_build_text(builder, scalar->is.text);
    case HF__SCALAR_RAW: return build_raw(builder, scalar->is.text, allocator, reterr);
    }
    return HF_OK;
}

static hf_status build_event(const hf_struct_walk *walk, const hf_encode_options *options, hf_builder *builder, hf_buffer *room,
                             hf_error *reterr)
{
    hf__scalar scalar = { .kind = HF__SCALAR_NULL };
    if (walk->event == HF_LEAVE)
        return hf_build_end(builder);
    if (walk->key.bytes != NULL) {
        hf_status status = hf_build_key(builder, walk->key);
        if (status != HF_OK)
            return status;
    }
    if (walk->event == HF_ENTER)
        return is_array(walk->place.type) ? hf_build_array(builder) : hf_build_object(builder);
    hf_status status = walk->event == HF_AGAIN ? met_again(options, reterr) : hf__scalar_of(&walk->place, room, &scalar, reterr);
    return status == HF_OK ? build_scalar(builder, &scalar, options != NULL ? options->allocator : NULL, reterr) : status;
}

/* All that the walk shows. */
static hf_status build_all(hf_struct_walk *walk, const hf_encode_options *options, hf_builder *builder, hf_error *reterr)
{
    hf_buffer room = { .bytes_max = SIZE_MAX, .allocator = hf__work_allocator(options != NULL ? options->allocator : NULL) };
    hf_status status = HF_OK;
    while (status == HF_OK && hf_struct_walk_next(walk)) {
        status = build_event(walk, options, builder, &room, reterr);
        if (status != HF_OK && hf_builder_status(builder) == HF_OK)
            fail_at(walk, status, reterr);
    }
    hf_walk_end end = hf_struct_walk_finish(walk);
    hf_buffer_release(&room);
    return status == HF_OK ? end_status(end, reterr) : status;
}

static hf_status build_by_tables(const hf_type *type, const void *object, const hf_encode_options *options, hf_builder *builder, hf_error *reterr)
{
    hf_struct_walk walk;
    hf_struct_walk_init(&walk, type, object, &(hf_struct_walk_options){ .allocator = options != NULL ? options->allocator : NULL });
    return build_all(&walk, options, builder, reterr);
}

bool hf__to_value_member(hf_builder *builder, const hf_key *row, const void *object, const hf_encode_options *options)
{
    const hf_member *member = row->member;
    const char *record = (const char *)object + row->offset;
    hf_struct_place place = { member->type, record + member->offset, record, row->record, member, false };
    hf_struct_walk walk;
    hf__struct_walk_at(&walk, &place, &(hf_struct_walk_options){ .allocator = options != NULL ? options->allocator : NULL });
    return build_all(&walk, options, builder, NULL) == HF_OK;
}

/* Generated code first; what it gives up is begun again by the tables. */
static hf_status build_whole(const hf_type *type, const void *object, const hf_encode_options *options, hf_builder **builder, hf_error *reterr)
{
    const hf_build_options how = { .allocator = options != NULL ? options->allocator : NULL };
    hf_status status = hf_builder_create(&how, builder, reterr);
    if (status == HF_OK && type->code != NULL && type->code->write != NULL) {
        if (hf__to_value(type->code, object, options, *builder))
            return HF_OK;
        hf_builder_destroy(*builder);
        *builder = NULL;
        status = hf_builder_create(&how, builder, reterr);
    }
    return status == HF_OK ? build_by_tables(type, object, options, *builder, reterr) : status;
}

hf_status hf_struct_to_value(const hf_type *type, const void *object, const hf_encode_options *options, hf_document **ret_document,
                             hf_error *reterr)
{
    hf_builder *builder = NULL;
    hf_status status = build_whole(type, object, options, &builder, reterr);
    if (builder != NULL && (status == HF_OK || hf_builder_status(builder) != HF_OK))
        status = hf_builder_finish(&builder, ret_document, reterr); /* says where building failed */
    hf_builder_destroy(builder);
    return status;
}

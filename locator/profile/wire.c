/* wire.c - the wire format of protocol buffers. */
#include "wire.h"

#include "room.h"

static bool damaged(hf__wire *wire, const char *reason)
{
    wire->wrong = reason;
    return false;
}

bool hf__wire_varint(hf__wire *wire, uint64_t *ret_value)
{
    if (wire->wrong != NULL || wire->at == wire->end)
        return false;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (wire->at == wire->end)
            return damaged(wire, "a number is cut off");
        uint64_t byte = *wire->at++;
        if (shift == 63 && byte > 1)
            return damaged(wire, "a number of more than 64 bits");
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return damaged(wire, "a number of more than ten bytes");
}

static bool read_fixed(hf__wire *wire, unsigned bytes, uint64_t *ret_value)
{
    if ((size_t)(wire->end - wire->at) < bytes)
        return damaged(wire, "a fixed number is cut off");
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)wire->at[i] << (8 * i);
    wire->at += bytes;
    *ret_value = value;
    return true;
}

static bool read_bytes(hf__wire *wire, hf_text *ret_bytes)
{
    uint64_t length;
    if (!hf__wire_varint(wire, &length))
        return damaged(wire, wire->wrong != NULL ? wire->wrong : "a length is missing");
    if (length > (uint64_t)(wire->end - wire->at))
        return damaged(wire, "a field is longer than its message");
    *ret_bytes = hf_text_of(wire->at, (size_t)length);
    wire->at += length;
    return true;
}

bool hf__wire_next(hf__wire *wire, hf__wire_field *ret_field)
{
    uint64_t tag;
    if (!hf__wire_varint(wire, &tag))
        return false;
    hf__wire_field field = { .type = (uint32_t)(tag & 7) };
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return damaged(wire, "a field number that is not allowed");
    field.number = (uint32_t)(tag >> 3);
    bool read = false;
    switch (field.type) {
    case HF_WIRE_VARINT:
        read = hf__wire_varint(wire, &field.number_value) ||
               damaged(wire, wire->wrong != NULL ? wire->wrong : "a number is missing");
        break;
    case HF_WIRE_FIXED64:
        read = read_fixed(wire, 8, &field.number_value);
        break;
    case HF_WIRE_FIXED32:
        read = read_fixed(wire, 4, &field.number_value);
        break;
    case HF_WIRE_BYTES:
        read = read_bytes(wire, &field.bytes);
        break;
    default:
        return damaged(wire, "a wire type that is not allowed");
    }
    if (read)
        *ret_field = field;
    return read;
}

static bool room_for(hf__wire_out *out, size_t more)
{
    if (!out->failed && !HF_RESERVE(out->bytes, out->capacity, out->length + more))
        out->failed = true;
    return !out->failed;
}

void hf__wire_put_varint(hf__wire_out *out, uint64_t value)
{
    if (!room_for(out, 10))
        return;
    while (value >= 0x80) {
        out->bytes[out->length++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out->bytes[out->length++] = (uint8_t)value;
}

void hf__wire_put_number(hf__wire_out *out, uint32_t field, uint64_t value)
{
    hf__wire_put_varint(out, (uint64_t)field << 3 | HF_WIRE_VARINT);
    hf__wire_put_varint(out, value);
}

void hf__wire_put_bytes(hf__wire_out *out, uint32_t field, const void *bytes, size_t length)
{
    hf__wire_put_varint(out, (uint64_t)field << 3 | HF_WIRE_BYTES);
    hf__wire_put_varint(out, length);
    if (length == 0 || !room_for(out, length))
        return;
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

void hf__wire_out_release(hf__wire_out *out)
{
    hf__room_free(out->bytes);
    *out = (hf__wire_out){ 0 };
}

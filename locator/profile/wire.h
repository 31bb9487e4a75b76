/* wire.h - the wire format of protocol buffers: reading within bounds, writing into a buffer.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/. The reader is strict: a varint of
 * more than ten bytes or more than 64 bits, a length beyond its message, a field number of 0, a
 * group, or a truncated field ends it with a reason. It never reads beyond `end` and never
 * allocates. */
#ifndef HOLDFAST_WIRE_H
#define HOLDFAST_WIRE_H

#include <holdfast/base.h>

enum { HF_WIRE_VARINT = 0, HF_WIRE_FIXED64 = 1, HF_WIRE_BYTES = 2, HF_WIRE_FIXED32 = 5 };

typedef struct hf__wire {
    const uint8_t *at, *end;
    const char    *wrong; /* NULL, or the reason why reading stopped */
} hf__wire;

typedef struct hf__wire_field {
    uint32_t number;
    uint32_t type;   /* HF_WIRE_... */
    uint64_t number_value; /* of VARINT and FIXED */
    hf_text  bytes;  /* of BYTES, borrowed */
} hf__wire_field;

static inline hf__wire hf__wire_of(hf_text bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.bytes; /* NULL for an empty one */
    return (hf__wire){ at, bytes.length > 0 ? at + bytes.length : at, NULL };
}

/* The next field. False at the end, and when the message is damaged (`wrong` is set). */
bool hf__wire_next(hf__wire *wire, hf__wire_field *ret_field);

/* One varint, as packed repeated scalars are made of. False at the end, and on damage. */
bool hf__wire_varint(hf__wire *wire, uint64_t *ret_value);

/* A buffer being written. Once memory is out it stays `failed`, so that one check at the end is
 * enough. Release with hf__wire_out_release. */
typedef struct hf__wire_out {
    uint8_t *bytes;
    size_t   length, capacity;
    bool     failed;
} hf__wire_out;

void hf__wire_put_varint(hf__wire_out *out, uint64_t value);
/* A field of a scalar; zero is written too. */
void hf__wire_put_number(hf__wire_out *out, uint32_t field, uint64_t value);
void hf__wire_put_bytes(hf__wire_out *out, uint32_t field, const void *bytes, size_t length);
void hf__wire_out_release(hf__wire_out *out);

#endif

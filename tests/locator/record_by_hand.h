/* record_by_hand.h - the fields of events and records of a recording, made by hand. */
#ifndef HOLDFAST_TEST_RECORD_BY_HAND_H
#define HOLDFAST_TEST_RECORD_BY_HAND_H

#include <stddef.h>
#include <string.h>

#include "trace_varint.h"

/* Both return the end of what they wrote. */
static inline uint8_t *numbers_put(uint8_t *at, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at = hf__varint_put(at, numbers[i]);
    return at;
}

/* `text`: behind the numbers, NULL for none. */
static inline uint8_t *fields_put(uint8_t *at, const uint64_t *numbers, size_t count, const char *text)
{
    at = numbers_put(at, numbers, count);
    if (text == NULL)
        return at;
    size_t length = strlen(text);
    at = hf__varint_put(at, length);
    memcpy(at, text, length);
    return at + length;
}

#endif

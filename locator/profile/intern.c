/* intern.c - a table of texts, each kept once. */
#include "intern.h"

#include "room.h"

static uint32_t hash_of(hf_text text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.bytes[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(hash ^ hash >> 32);
}

static bool grow_slots(hf__intern *table)
{
    size_t count = table->slots_count > 0 ? table->slots_count * 2 : 64;
    uint32_t *slots = hf__room_zeroed(count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->texts_count; i++) {
        size_t slot = table->texts[i].hash & (count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = (uint32_t)i + 1;
    }
    hf__room_free(table->slots);
    table->slots = slots;
    table->slots_count = count;
    return true;
}

static uint32_t append(hf__intern *table, hf_text text, uint32_t hash)
{
    if ((table->texts_count + 1) * 2 > table->slots_count && !grow_slots(table))
        return HF_INTERN_FAILED;
    if (text.length > UINT32_MAX || table->texts_count >= UINT32_MAX - 1)
        return HF_INTERN_FAILED;
    if (!HF_RESERVE(table->texts, table->texts_room, table->texts_count + 1) ||
        !HF_RESERVE(table->bytes, table->bytes_room, table->bytes_count + text.length + 1))
        return HF_INTERN_FAILED;
    size_t slot = hash & (table->slots_count - 1);
    while (table->slots[slot] != 0)
        slot = (slot + 1) & (table->slots_count - 1);
    uint32_t number = (uint32_t)table->texts_count++;
    table->texts[number].offset = table->bytes_count;
    table->texts[number].length = (uint32_t)text.length;
    table->texts[number].hash = hash;
    if (text.length > 0)
        memcpy(table->bytes + table->bytes_count, text.bytes, text.length);
    table->bytes_count += text.length;
    table->slots[slot] = number + 1;
    return number;
}

uint32_t hf__intern_put(hf__intern *table, hf_text text)
{
    if (table->texts_count == 0 && append(table, hf_text_of("", 0), hash_of(hf_text_of("", 0))) == HF_INTERN_FAILED)
        return HF_INTERN_FAILED;
    uint32_t hash = hash_of(text);
    for (size_t slot = hash & (table->slots_count - 1); table->slots[slot] != 0; slot = (slot + 1) & (table->slots_count - 1)) {
        uint32_t number = table->slots[slot] - 1;
        if (table->texts[number].hash == hash && hf_text_equal(hf__intern_text(table, number), text))
            return number;
    }
    return append(table, text, hash);
}

void hf__intern_release(hf__intern *table)
{
    hf__room_free(table->bytes);
    hf__room_free(table->texts);
    hf__room_free(table->slots);
    *table = (hf__intern){ 0 };
}

/* pprof_write.c - heap profiles as `go tool pprof`, speedscope and fleets read them.
 *
 * Ids are dense from 1. Functions and locations come after the samples in the file, which the
 * format allows, and which lets samples be encoded as they come. */
#include "pprof.h"

#include "base/fail.h"
#include "gzip.h"
#include "intern.h"
#include "room.h"
#include "wire.h"

typedef struct function_key { uint32_t name, file; int64_t start_line; } function_key;
typedef struct location_key { uint64_t function; int64_t line; } location_key;

struct hf__pprof_writer {
    hf__intern   strings;
    hf__wire_out samples, locations, functions, mappings, message, packed;
    function_key *function_keys;
    location_key *location_keys;
    uint32_t     *function_slots, *location_slots; /* id, 0 is free */
    size_t        functions_count, functions_room, function_slots_count;
    size_t        locations_count, locations_room, location_slots_count;
    uint64_t      mappings_count;
    int64_t       time_ns, duration_ns, period;
    bool          failed;
};

static uint32_t put_string(hf__pprof_writer *writer, hf_text text)
{
    uint32_t number = hf__intern_put(&writer->strings, text);
    if (number == HF_INTERN_FAILED)
        writer->failed = true;
    return number == HF_INTERN_FAILED ? 0 : number;
}

static uint32_t put_words(hf__pprof_writer *writer, const char *words)
{
    return put_string(writer, hf_text_from_cstr(words));
}

hf__pprof_writer *hf__pprof_writer_create(int64_t time_ns, int64_t duration_ns, int64_t period)
{
    hf__pprof_writer *writer = hf__room_zeroed(1, sizeof *writer);
    if (writer == NULL)
        return NULL;
    writer->time_ns = time_ns;
    writer->duration_ns = duration_ns;
    writer->period = period;
    put_words(writer, "");
    return writer;
}

/* Doubles a table of ids when it is half full; `rehash` gives the hash of the key of an id. */
static bool grow_slots(hf__pprof_writer *writer, uint32_t **slots, size_t *slots_count, size_t count,
                       uint64_t (*rehash)(const hf__pprof_writer *, size_t))
{
    if ((count + 1) * 2 <= *slots_count)
        return true;
    size_t grown = *slots_count > 0 ? *slots_count * 2 : 64;
    uint32_t *table = hf__room_zeroed(grown, sizeof *table);
    if (table == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t slot = rehash(writer, i) & (grown - 1);
        while (table[slot] != 0)
            slot = (slot + 1) & (grown - 1);
        table[slot] = (uint32_t)i + 1;
    }
    hf__room_free(*slots);
    *slots = table;
    *slots_count = grown;
    return true;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t hash = (a * UINT64_C(0x9e3779b97f4a7c15)) ^ (b + UINT64_C(0x7f4a7c15));
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ hash >> 29;
}

static uint64_t function_hash(const hf__pprof_writer *writer, size_t index)
{
    const function_key *key = &writer->function_keys[index];
    return mix((uint64_t)key->name << 32 | key->file, (uint64_t)key->start_line);
}

static uint64_t location_hash(const hf__pprof_writer *writer, size_t index)
{
    return mix(writer->location_keys[index].function, (uint64_t)writer->location_keys[index].line);
}

static void put_message(hf__pprof_writer *writer, hf__wire_out *out, uint32_t field)
{
    hf__wire_put_bytes(out, field, writer->message.bytes, writer->message.length);
    writer->failed |= writer->message.failed;
    writer->message.length = 0;
}

uint64_t hf__pprof_put_function(hf__pprof_writer *writer, hf_text name, hf_text file, int64_t start_line)
{
    function_key key = { put_string(writer, name), put_string(writer, file), start_line };
    if (!grow_slots(writer, &writer->function_slots, &writer->function_slots_count, writer->functions_count, function_hash) ||
        !HF_RESERVE(writer->function_keys, writer->functions_room, writer->functions_count + 1)) {
        writer->failed = true;
        return 0;
    }
    writer->function_keys[writer->functions_count] = key;
    size_t mask = writer->function_slots_count - 1, slot = function_hash(writer, writer->functions_count) & mask;
    for (; writer->function_slots[slot] != 0; slot = (slot + 1) & mask) {
        const function_key *seen = &writer->function_keys[writer->function_slots[slot] - 1];
        if (seen->name == key.name && seen->file == key.file && seen->start_line == key.start_line)
            return writer->function_slots[slot];
    }
    uint64_t id = ++writer->functions_count;
    writer->function_slots[slot] = (uint32_t)id;
    hf__wire_put_number(&writer->message, 1, id);
    hf__wire_put_number(&writer->message, 2, key.name);
    hf__wire_put_number(&writer->message, 3, key.name);
    hf__wire_put_number(&writer->message, 4, key.file);
    if (start_line > 0)
        hf__wire_put_number(&writer->message, 5, (uint64_t)start_line);
    put_message(writer, &writer->functions, 5);
    return id;
}

uint64_t hf__pprof_put_location(hf__pprof_writer *writer, uint64_t function, int64_t line, uint64_t address)
{
    if (function == 0 ||
        !grow_slots(writer, &writer->location_slots, &writer->location_slots_count, writer->locations_count, location_hash) ||
        !HF_RESERVE(writer->location_keys, writer->locations_room, writer->locations_count + 1)) {
        writer->failed = true;
        return 0;
    }
    writer->location_keys[writer->locations_count] = (location_key){ function, line };
    size_t mask = writer->location_slots_count - 1, slot = location_hash(writer, writer->locations_count) & mask;
    for (; writer->location_slots[slot] != 0; slot = (slot + 1) & mask) {
        const location_key *seen = &writer->location_keys[writer->location_slots[slot] - 1];
        if (seen->function == function && seen->line == line)
            return writer->location_slots[slot];
    }
    uint64_t id = ++writer->locations_count;
    writer->location_slots[slot] = (uint32_t)id;
    hf__wire_put_number(&writer->packed, 1, function);
    if (line > 0)
        hf__wire_put_number(&writer->packed, 2, (uint64_t)line);
    hf__wire_put_number(&writer->message, 1, id);
    if (writer->mappings_count > 0)
        hf__wire_put_number(&writer->message, 2, 1);
    if (address != 0)
        hf__wire_put_number(&writer->message, 3, address);
    hf__wire_put_bytes(&writer->message, 4, writer->packed.bytes, writer->packed.length);
    writer->failed |= writer->packed.failed;
    writer->packed.length = 0;
    put_message(writer, &writer->locations, 4);
    return id;
}

static void put_text_label(hf__pprof_writer *writer, const char *key, const char *text)
{
    hf__wire_put_number(&writer->packed, 1, put_words(writer, key));
    hf__wire_put_number(&writer->packed, 2, put_words(writer, text));
    hf__wire_put_bytes(&writer->message, 3, writer->packed.bytes, writer->packed.length);
    writer->packed.length = 0;
}

static void put_number_label(hf__pprof_writer *writer, const char *key, int64_t number, const char *unit)
{
    hf__wire_put_number(&writer->packed, 1, put_words(writer, key));
    hf__wire_put_number(&writer->packed, 3, (uint64_t)number);
    hf__wire_put_number(&writer->packed, 4, put_words(writer, unit));
    hf__wire_put_bytes(&writer->message, 3, writer->packed.bytes, writer->packed.length);
    writer->packed.length = 0;
}

bool hf__pprof_put_sample(hf__pprof_writer *writer, const uint64_t *locations, size_t locations_count,
                          const int64_t values[4], const char *kind, int64_t age_s)
{
    for (size_t i = 0; i < locations_count; i++)
        hf__wire_put_varint(&writer->packed, locations[i]);
    hf__wire_put_bytes(&writer->message, 1, writer->packed.bytes, writer->packed.length);
    writer->packed.length = 0;
    for (size_t i = 0; i < 4; i++)
        hf__wire_put_varint(&writer->packed, (uint64_t)values[i]);
    hf__wire_put_bytes(&writer->message, 2, writer->packed.bytes, writer->packed.length);
    writer->packed.length = 0;
    if (kind != NULL)
        put_text_label(writer, "kind", kind);
    if (age_s >= 0)
        put_number_label(writer, "age", age_s, "seconds");
    writer->failed |= writer->packed.failed;
    put_message(writer, &writer->samples, 2);
    return !writer->failed && !writer->samples.failed;
}

void hf__pprof_put_mapping(hf__pprof_writer *writer, hf_text file)
{
    hf__wire_put_number(&writer->message, 1, ++writer->mappings_count);
    hf__wire_put_number(&writer->message, 5, put_string(writer, file));
    for (uint32_t has = 7; has <= 10; has++) /* functions, file names, lines, inlined frames */
        hf__wire_put_number(&writer->message, has, 1);
    put_message(writer, &writer->mappings, 3);
}

static void put_type(hf__pprof_writer *writer, hf__wire_out *out, uint32_t field, const char *type, const char *unit)
{
    hf__wire_put_number(&writer->message, 1, put_words(writer, type));
    hf__wire_put_number(&writer->message, 2, put_words(writer, unit));
    put_message(writer, out, field);
}

static void put_all(hf__wire_out *out, const hf__wire_out *part)
{
    if (part->failed || out->failed || !HF_RESERVE(out->bytes, out->capacity, out->length + part->length)) {
        out->failed = true;
        return;
    }
    if (part->length > 0)
        memcpy(out->bytes + out->length, part->bytes, part->length);
    out->length += part->length;
}

static void put_profile(hf__pprof_writer *writer, hf__wire_out *out)
{
    put_type(writer, out, 1, "alloc_objects", "count");
    put_type(writer, out, 1, "alloc_space", "bytes");
    put_type(writer, out, 1, "inuse_objects", "count");
    put_type(writer, out, 1, "inuse_space", "bytes");
    put_all(out, &writer->samples);
    put_all(out, &writer->mappings);
    put_all(out, &writer->locations);
    put_all(out, &writer->functions);
    hf__wire_put_number(out, 9, (uint64_t)writer->time_ns);
    hf__wire_put_number(out, 10, (uint64_t)writer->duration_ns);
    put_type(writer, out, 11, "space", "bytes");
    hf__wire_put_number(out, 12, (uint64_t)writer->period);
    hf__wire_put_number(out, 14, put_words(writer, "inuse_space"));
    for (size_t i = 0; i < writer->strings.texts_count; i++) {
        hf_text text = hf__intern_text(&writer->strings, (uint32_t)i);
        hf__wire_put_bytes(out, 6, text.bytes, text.length);
    }
}

static void destroy(hf__pprof_writer *writer)
{
    hf__intern_release(&writer->strings);
    hf__wire_out_release(&writer->samples);
    hf__wire_out_release(&writer->locations);
    hf__wire_out_release(&writer->functions);
    hf__wire_out_release(&writer->mappings);
    hf__wire_out_release(&writer->message);
    hf__wire_out_release(&writer->packed);
    hf__room_free(writer->function_keys);
    hf__room_free(writer->location_keys);
    hf__room_free(writer->function_slots);
    hf__room_free(writer->location_slots);
    hf__room_free(writer);
}

hf_status hf__pprof_writer_finish(hf__pprof_writer *writer, char **ret_packed, size_t *ret_length, hf_error *reterr)
{
    hf__wire_out out = { 0 };
    put_profile(writer, &out);
    bool failed = writer->failed || out.failed;
    destroy(writer);
    hf_status status = failed ? hf__fail(reterr, HF_NO_MEMORY, NULL)
                              : hf__gzip_write(hf_text_of(out.bytes, out.length), ret_packed, ret_length, reterr);
    hf__wire_out_release(&out);
    return status;
}

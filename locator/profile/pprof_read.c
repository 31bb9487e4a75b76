/* pprof_read.c - a strict and bounded reader of profile.proto.
 *
 * One pass over the message collects raw ids and string numbers in tables, since the string table
 * may come last; a second pass over the tables turns ids into indexes and checks every number.
 * Nothing is trusted before that second pass. */
#include "pprof.h"

#include "base/fail.h"
#include "gzip.h"
#include "room.h"
#include "wire.h"

typedef struct reader {
    hf__pprof       *profile;
    hf__pprof_limits limits;
    hf_text          whole;
    hf_error        *reterr;
    hf_status        status;
    uint64_t        *raw_ids; /* of sample locations, then of lines: ids before they are resolved */
    uint64_t        *line_ids;
    size_t           raw_ids_count, raw_ids_room, line_ids_count, line_ids_room;
    uint64_t        *mapping_ids; /* one for each location */
    size_t           mapping_ids_room;
} reader;

/* Ids to indexes: open addressing, at most half full. Id 0 is never put in, and marks a free slot. */
typedef struct id_map {
    uint64_t *ids;
    uint32_t *indexes;
    size_t    mask;
} id_map;

static bool fail_at(reader *in, const void *place, const char *words)
{
    if (in->status != HF_OK)
        return false;
    in->status = hf__fail(in->reterr, HF_BAD_PROFILE, "%s", words);
    if (in->reterr != NULL && place != NULL) {
        in->reterr->offset = (uint64_t)((const char *)place - in->whole.bytes);
        hf__fail(in->reterr, HF_BAD_PROFILE, "byte %llu: %s",
                 (unsigned long long)((const char *)place - in->whole.bytes), words);
    }
    return false;
}

static bool fail_memory(reader *in)
{
    if (in->status == HF_OK)
        in->status = hf__fail(in->reterr, HF_NO_MEMORY, NULL);
    return false;
}

static bool within(reader *in, size_t count, size_t max, const char *what)
{
    if (count < max)
        return true;
    if (in->status == HF_OK)
        in->status = hf__fail(in->reterr, HF_LIMIT_COUNT, "more than %zu %s", max, what);
    return false;
}

/* A field that must be a number, as `int64` and `uint64` are. */
static bool number_of(reader *in, const hf__wire *wire, const hf__wire_field *field, uint64_t *ret_value)
{
    if (field->type != HF_WIRE_VARINT)
        return fail_at(in, wire->at, "a number was expected");
    *ret_value = field->number_value;
    return true;
}

static bool string_of(reader *in, const hf__wire *wire, const hf__wire_field *field, uint32_t *ret_string)
{
    uint64_t value;
    if (!number_of(in, wire, field, &value))
        return false;
    if (value >= UINT32_MAX)
        return fail_at(in, wire->at, "a string number that is out of range");
    *ret_string = (uint32_t)value;
    return true;
}

static bool message_of(reader *in, const hf__wire *wire, const hf__wire_field *field, hf__wire *ret_message)
{
    if (field->type != HF_WIRE_BYTES)
        return fail_at(in, wire->at, "a message was expected");
    *ret_message = hf__wire_of(field->bytes);
    return true;
}

/* After a loop over hf__wire_next: was the message whole? */
static bool whole(reader *in, const hf__wire *wire)
{
    if (wire->wrong != NULL)
        return fail_at(in, wire->at, wire->wrong);
    return in->status == HF_OK;
}

/* Appends a repeated number, packed or not, to an array. */
static bool put_numbers(reader *in, const hf__wire *wire, const hf__wire_field *field, uint64_t **array, size_t *room,
                        size_t *count, const char *what)
{
    hf__wire packed = hf__wire_of(field->bytes);
    uint64_t value = field->number_value;
    if (field->type != HF_WIRE_BYTES && field->type != HF_WIRE_VARINT)
        return fail_at(in, wire->at, "numbers were expected");
    while (field->type == HF_WIRE_VARINT || hf__wire_varint(&packed, &value)) {
        if (!within(in, *count, in->limits.references_max, what))
            return false;
        if (!HF_RESERVE(*array, *room, *count + 1))
            return fail_memory(in);
        (*array)[(*count)++] = value;
        if (field->type == HF_WIRE_VARINT)
            return true;
    }
    return whole(in, &packed);
}

static bool read_type(reader *in, hf__wire message, hf__pprof_type *ret_type)
{
    hf__wire_field field;
    hf__pprof_type type = { 0 };
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        if (field.number == 1)
            fine = string_of(in, &message, &field, &type.type);
        else if (field.number == 2)
            fine = string_of(in, &message, &field, &type.unit);
    }
    *ret_type = type;
    return whole(in, &message);
}

static bool read_label(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    hf__pprof_label label = { 0 };
    uint64_t number = 0;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        switch (field.number) {
        case 1: fine = string_of(in, &message, &field, &label.key); break;
        case 2: fine = string_of(in, &message, &field, &label.text); break;
        case 3: fine = number_of(in, &message, &field, &number); break;
        case 4: fine = string_of(in, &message, &field, &label.unit); break;
        default: break;
        }
    }
    if (!whole(in, &message) || !within(in, profile->labels_count, in->limits.references_max, "labels"))
        return false;
    if (!HF_RESERVE(profile->labels, profile->labels_room, profile->labels_count + 1))
        return fail_memory(in);
    label.number = (int64_t)number;
    profile->labels[profile->labels_count++] = label;
    return true;
}

static bool read_sample(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    hf__wire label;
    size_t locations_before = in->raw_ids_count, labels_before = profile->labels_count;
    size_t values_before = profile->values_count;
    const uint8_t *place = message.at;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        switch (field.number) {
        case 1:
            fine = put_numbers(in, &message, &field, &in->raw_ids, &in->raw_ids_room, &in->raw_ids_count, "locations");
            break;
        case 2:
            fine = put_numbers(in, &message, &field, &profile->values, &profile->values_room,
                               &profile->values_count, "values");
            break;
        case 3:
            fine = message_of(in, &message, &field, &label) && read_label(in, label);
            break;
        default:
            break;
        }
    }
    if (!whole(in, &message) || !within(in, profile->samples_count, in->limits.items_max, "samples"))
        return false;
    /* Sample types come first in what every writer makes, but need not: checked at the end. */
    size_t values = profile->values_count - values_before;
    if (profile->samples_count > 0 && values * profile->samples_count != values_before)
        return fail_at(in, place, "samples with different numbers of values");
    if (!HF_RESERVE(profile->samples, profile->samples_room, profile->samples_count + 1))
        return fail_memory(in);
    profile->samples[profile->samples_count++] = (hf__pprof_sample){
        .location_first = (uint32_t)locations_before,
        .location_count = (uint32_t)(in->raw_ids_count - locations_before),
        .label_first = (uint32_t)labels_before,
        .label_count = (uint32_t)(profile->labels_count - labels_before),
    };
    return true;
}

static bool read_mapping(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    hf__pprof_mapping mapping = { 0 };
    const uint8_t *place = message.at;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        switch (field.number) {
        case 1: fine = number_of(in, &message, &field, &mapping.id); break;
        case 2: fine = number_of(in, &message, &field, &mapping.start); break;
        case 3: fine = number_of(in, &message, &field, &mapping.limit); break;
        case 4: fine = number_of(in, &message, &field, &mapping.offset); break;
        case 5: fine = string_of(in, &message, &field, &mapping.file); break;
        case 6: fine = string_of(in, &message, &field, &mapping.build_id); break;
        default: break;
        }
    }
    if (!whole(in, &message) || !within(in, profile->mappings_count, in->limits.items_max, "mappings"))
        return false;
    if (mapping.id == 0)
        return fail_at(in, place, "a mapping without an id");
    if (!HF_RESERVE(profile->mappings, profile->mappings_room, profile->mappings_count + 1))
        return fail_memory(in);
    profile->mappings[profile->mappings_count++] = mapping;
    return true;
}

static bool read_line(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    uint64_t function = 0, line = 0;
    const uint8_t *place = message.at;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        if (field.number == 1)
            fine = number_of(in, &message, &field, &function);
        else if (field.number == 2)
            fine = number_of(in, &message, &field, &line);
    }
    if (!whole(in, &message) || !within(in, profile->lines_count, in->limits.references_max, "lines"))
        return false;
    if (function == 0)
        return fail_at(in, place, "a line without a function");
    if (!HF_RESERVE(profile->lines, profile->lines_room, profile->lines_count + 1) ||
        !HF_RESERVE(in->line_ids, in->line_ids_room, in->line_ids_count + 1))
        return fail_memory(in);
    in->line_ids[in->line_ids_count++] = function;
    profile->lines[profile->lines_count++] = (hf__pprof_line){ .line = (int64_t)line };
    return true;
}

static bool read_location(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    hf__wire line;
    hf__pprof_location location = { .line_first = (uint32_t)profile->lines_count, .mapping = HF_PPROF_NONE };
    uint64_t mapping = 0;
    const uint8_t *place = message.at;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        switch (field.number) {
        case 1: fine = number_of(in, &message, &field, &location.id); break;
        case 2: fine = number_of(in, &message, &field, &mapping); break;
        case 3: fine = number_of(in, &message, &field, &location.address); break;
        case 4: fine = message_of(in, &message, &field, &line) && read_line(in, line); break;
        default: break;
        }
    }
    if (!whole(in, &message) || !within(in, profile->locations_count, in->limits.items_max, "locations"))
        return false;
    if (location.id == 0)
        return fail_at(in, place, "a location without an id");
    location.line_count = (uint32_t)profile->lines_count - location.line_first;
    if (!HF_RESERVE(profile->locations, profile->locations_room, profile->locations_count + 1) ||
        !HF_RESERVE(in->mapping_ids, in->mapping_ids_room, profile->locations_count + 1))
        return fail_memory(in);
    in->mapping_ids[profile->locations_count] = mapping;
    profile->locations[profile->locations_count++] = location;
    return true;
}

static bool read_function(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__wire_field field;
    hf__pprof_function function = { 0 };
    uint64_t start_line = 0;
    const uint8_t *place = message.at;
    bool fine = true;
    while (fine && hf__wire_next(&message, &field)) {
        switch (field.number) {
        case 1: fine = number_of(in, &message, &field, &function.id); break;
        case 2: fine = string_of(in, &message, &field, &function.name); break;
        case 3: fine = string_of(in, &message, &field, &function.system_name); break;
        case 4: fine = string_of(in, &message, &field, &function.file); break;
        case 5: fine = number_of(in, &message, &field, &start_line); break;
        default: break;
        }
    }
    if (!whole(in, &message) || !within(in, profile->functions_count, in->limits.items_max, "functions"))
        return false;
    if (function.id == 0)
        return fail_at(in, place, "a function without an id");
    if (!HF_RESERVE(profile->functions, profile->functions_room, profile->functions_count + 1))
        return fail_memory(in);
    function.start_line = (int64_t)start_line;
    profile->functions[profile->functions_count++] = function;
    return true;
}

static bool read_string(reader *in, const hf__wire *wire, const hf__wire_field *field)
{
    hf__pprof *profile = in->profile;
    if (field->type != HF_WIRE_BYTES)
        return fail_at(in, wire->at, "a string was expected");
    if (profile->strings_count == 0 && field->bytes.length != 0)
        return fail_at(in, wire->at, "the first string is not empty");
    if (!within(in, profile->strings_count, in->limits.items_max, "strings"))
        return false;
    if (!HF_RESERVE(profile->strings, profile->strings_room, profile->strings_count + 1))
        return fail_memory(in);
    profile->strings[profile->strings_count++] = field->bytes;
    return true;
}

static bool read_sample_type(reader *in, hf__wire message)
{
    hf__pprof *profile = in->profile;
    hf__pprof_type type;
    if (!read_type(in, message, &type) || !within(in, profile->types_count, 64, "sample types"))
        return false;
    if (!HF_RESERVE(profile->types, profile->types_room, profile->types_count + 1))
        return fail_memory(in);
    profile->types[profile->types_count++] = type;
    return true;
}

static bool read_field(reader *in, const hf__wire *wire, const hf__wire_field *field)
{
    hf__pprof *profile = in->profile;
    hf__wire message = { 0 };
    uint64_t number = 0;
    bool is_message = field->number == 1 || field->number == 2 || field->number == 3 || field->number == 4 ||
                      field->number == 5 || field->number == 11;
    bool is_number = field->number == 9 || field->number == 10 || field->number == 12;
    if (is_message && !message_of(in, wire, field, &message))
        return false;
    if (is_number && !number_of(in, wire, field, &number))
        return false;
    switch (field->number) {
    case 1: return read_sample_type(in, message);
    case 2: return read_sample(in, message);
    case 3: return read_mapping(in, message);
    case 4: return read_location(in, message);
    case 5: return read_function(in, message);
    case 6: return read_string(in, wire, field);
    case 9: profile->time_ns = (int64_t)number; return true;
    case 10: profile->duration_ns = (int64_t)number; return true;
    case 11: return read_type(in, message, &profile->period_type);
    case 12: profile->period = (int64_t)number; return true;
    case 14: return string_of(in, wire, field, &profile->default_type);
    default: return true;
    }
}

static size_t slot_of(const id_map *map, uint64_t id)
{
    size_t slot = (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & map->mask;
    while (map->ids[slot] != 0 && map->ids[slot] != id)
        slot = (slot + 1) & map->mask;
    return slot;
}

static bool id_map_init(reader *in, id_map *map, size_t count)
{
    size_t slots = 16;
    while (slots < count * 2)
        slots *= 2;
    map->mask = slots - 1;
    map->ids = hf__room_zeroed(slots, sizeof *map->ids);
    map->indexes = hf__room_zeroed(slots, sizeof *map->indexes);
    return (map->ids != NULL && map->indexes != NULL) || fail_memory(in);
}

static void id_map_release(id_map *map)
{
    hf__room_free(map->ids);
    hf__room_free(map->indexes);
}

static bool id_map_put(reader *in, id_map *map, uint64_t id, size_t index, const char *twice)
{
    size_t slot = slot_of(map, id);
    if (map->ids[slot] != 0)
        return fail_at(in, NULL, twice);
    map->ids[slot] = id;
    map->indexes[slot] = (uint32_t)index;
    return true;
}

static bool id_map_find(const id_map *map, uint64_t id, uint32_t *ret_index)
{
    if (id == 0)
        return false;
    size_t slot = slot_of(map, id);
    *ret_index = map->indexes[slot];
    return map->ids[slot] == id;
}

static bool resolve_mappings(reader *in)
{
    hf__pprof *profile = in->profile;
    id_map map = { 0 };
    bool fine = id_map_init(in, &map, profile->mappings_count);
    for (size_t i = 0; fine && i < profile->mappings_count; i++)
        fine = id_map_put(in, &map, profile->mappings[i].id, i, "two mappings with the same id");
    for (size_t i = 0; fine && i < profile->locations_count; i++)
        if (in->mapping_ids[i] != 0 && !id_map_find(&map, in->mapping_ids[i], &profile->locations[i].mapping))
            fine = fail_at(in, NULL, "a location in a mapping that is missing");
    id_map_release(&map);
    return fine;
}

static bool resolve_functions(reader *in)
{
    hf__pprof *profile = in->profile;
    id_map map = { 0 };
    bool fine = id_map_init(in, &map, profile->functions_count);
    for (size_t i = 0; fine && i < profile->functions_count; i++)
        fine = id_map_put(in, &map, profile->functions[i].id, i, "two functions with the same id");
    for (size_t i = 0; fine && i < profile->lines_count; i++)
        if (!id_map_find(&map, in->line_ids[i], &profile->lines[i].function))
            fine = fail_at(in, NULL, "a line of a function that is missing");
    id_map_release(&map);
    return fine;
}

static bool resolve_locations(reader *in)
{
    hf__pprof *profile = in->profile;
    id_map map = { 0 };
    bool fine = id_map_init(in, &map, profile->locations_count);
    for (size_t i = 0; fine && i < profile->locations_count; i++)
        fine = id_map_put(in, &map, profile->locations[i].id, i, "two locations with the same id");
    if (fine && !HF_RESERVE(profile->sample_locations, profile->sample_locations_room, in->raw_ids_count))
        fine = fail_memory(in);
    for (size_t i = 0; fine && i < in->raw_ids_count; i++)
        if (!id_map_find(&map, in->raw_ids[i], &profile->sample_locations[i]))
            fine = fail_at(in, NULL, "a sample at a location that is missing");
    profile->sample_locations_count = fine ? in->raw_ids_count : 0;
    id_map_release(&map);
    return fine;
}

static bool check_strings(reader *in)
{
    const hf__pprof *profile = in->profile;
    uint32_t highest = 0;
#define HF_SEE(string) (highest = (string) > highest ? (string) : highest)
    for (size_t i = 0; i < profile->types_count; i++)
        HF_SEE(profile->types[i].type), HF_SEE(profile->types[i].unit);
    for (size_t i = 0; i < profile->functions_count; i++)
        HF_SEE(profile->functions[i].name), HF_SEE(profile->functions[i].system_name), HF_SEE(profile->functions[i].file);
    for (size_t i = 0; i < profile->mappings_count; i++)
        HF_SEE(profile->mappings[i].file), HF_SEE(profile->mappings[i].build_id);
    for (size_t i = 0; i < profile->labels_count; i++)
        HF_SEE(profile->labels[i].key), HF_SEE(profile->labels[i].text), HF_SEE(profile->labels[i].unit);
    HF_SEE(profile->period_type.type), HF_SEE(profile->period_type.unit), HF_SEE(profile->default_type);
#undef HF_SEE
    if (profile->strings_count == 0)
        return fail_at(in, NULL, "no string table");
    return highest < profile->strings_count || fail_at(in, NULL, "a string number beyond the string table");
}

static void read_profile(reader *in)
{
    hf__wire wire = hf__wire_of(in->whole);
    hf__wire_field field;
    while (in->status == HF_OK && hf__wire_next(&wire, &field))
        if (!read_field(in, &wire, &field))
            return;
    if (!whole(in, &wire))
        return;
    const hf__pprof *profile = in->profile;
    if (profile->types_count == 0)
        fail_at(in, NULL, "no sample types");
    else if (profile->values_count != profile->types_count * profile->samples_count)
        fail_at(in, NULL, "as many values in each sample as sample types were expected");
    else if (check_strings(in) && resolve_mappings(in) && resolve_functions(in))
        resolve_locations(in);
}

hf_status hf__pprof_read(hf_text packed, const hf__pprof_limits *limits, hf__pprof *ret_profile, hf_error *reterr)
{
    hf__pprof profile = { 0 };
    reader in = { .profile = &profile, .limits = limits != NULL ? *limits : HF_PPROF_LIMITS, .reterr = reterr };
    size_t length = packed.length;
    if (hf__is_gzip(packed)) {
        in.status = hf__gzip_read(packed, in.limits.bytes_max, &profile.bytes, &length, reterr);
    } else if (packed.length > in.limits.bytes_max) {
        in.status = hf__fail(reterr, HF_LIMIT_BYTES, "more than %zu bytes", in.limits.bytes_max);
    } else if ((profile.bytes = hf__room_zeroed(packed.length, 1)) == NULL) {
        fail_memory(&in);
    } else if (packed.length > 0) {
        memcpy(profile.bytes, packed.bytes, packed.length);
    }
    if (in.status == HF_OK) {
        in.whole = hf_text_of(profile.bytes, length);
        read_profile(&in);
    }
    hf__room_free(in.raw_ids);
    hf__room_free(in.line_ids);
    hf__room_free(in.mapping_ids);
    if (in.status != HF_OK) {
        hf__pprof_release(&profile);
        return in.status;
    }
    *ret_profile = profile;
    return HF_OK;
}

void hf__pprof_release(hf__pprof *profile)
{
    hf__room_free(profile->strings);
    hf__room_free(profile->types);
    hf__room_free(profile->samples);
    hf__room_free(profile->sample_locations);
    hf__room_free(profile->values);
    hf__room_free(profile->labels);
    hf__room_free(profile->locations);
    hf__room_free(profile->lines);
    hf__room_free(profile->functions);
    hf__room_free(profile->mappings);
    hf__room_free(profile->bytes);
    *profile = (hf__pprof){ 0 };
}

uint32_t hf__pprof_find_type(const hf__pprof *profile, const char *name)
{
    for (size_t i = 0; i < profile->types_count; i++)
        if (hf_text_equal(profile->strings[profile->types[i].type], hf_text_from_cstr(name)))
            return (uint32_t)i;
    return HF_PPROF_NONE;
}

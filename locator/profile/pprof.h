/* pprof.h - profiles in the format of pprof (profile.proto), raw or packed by gzip.
 *
 * The reader is strict: what it accepts has every index and id resolved and within bounds, ids
 * unique, as many values in each sample as there are sample types. Ids may be arbitrary numbers
 * other than 0, repeated scalars packed or not, unknown fields are skipped. It is bounded by
 * hf__pprof_limits, and damage is told with the byte of the unpacked profile where it lies.
 *
 * Format: https://github.com/google/pprof/blob/main/proto/profile.proto */
#ifndef HOLDFAST_PPROF_H
#define HOLDFAST_PPROF_H

#include <holdfast/base.h>

typedef struct hf__pprof_limits {
    size_t bytes_max;     /* of the profile when unpacked */
    size_t items_max;     /* of samples, locations, functions, mappings and strings, each */
    size_t references_max; /* of locations, values and labels in all samples together, each */
} hf__pprof_limits;

/* What is used where no limits are given. */
#define HF_PPROF_LIMITS ((hf__pprof_limits){ .bytes_max = (size_t)1 << 29, .items_max = 1 << 22, .references_max = 1 << 26 })

typedef struct hf__pprof_type {
    uint32_t type, unit; /* strings */
} hf__pprof_type;

typedef struct hf__pprof_function {
    uint64_t id;
    uint32_t name, system_name, file; /* strings */
    int64_t  start_line;
} hf__pprof_function;

typedef struct hf__pprof_line {
    uint32_t function; /* index into functions */
    int64_t  line;
} hf__pprof_line;

typedef struct hf__pprof_location {
    uint64_t id, address;
    uint32_t mapping;              /* index into mappings, or HF_PPROF_NONE */
    uint32_t line_first, line_count; /* into lines; the first is the innermost inlined one */
} hf__pprof_location;

typedef struct hf__pprof_mapping {
    uint64_t id, start, limit, offset;
    uint32_t file, build_id; /* strings */
} hf__pprof_mapping;

typedef struct hf__pprof_label {
    uint32_t key, text, unit; /* strings */
    int64_t  number;
} hf__pprof_label;

typedef struct hf__pprof_sample {
    uint32_t location_first, location_count; /* into sample_locations; the leaf first */
    uint32_t label_first, label_count;       /* into labels */
} hf__pprof_sample;

#define HF_PPROF_NONE UINT32_MAX

typedef struct hf__pprof {
    hf_text            *strings; /* borrowed from `bytes`; [0] is "" */
    hf__pprof_type     *types;
    hf__pprof_sample   *samples;
    uint32_t           *sample_locations; /* indexes into locations */
    uint64_t           *values;           /* types_count for each sample; int64 in two's complement */
    hf__pprof_label    *labels;
    hf__pprof_location *locations;
    hf__pprof_line     *lines;
    hf__pprof_function *functions;
    hf__pprof_mapping  *mappings;
    size_t strings_count, types_count, samples_count, sample_locations_count, values_count, labels_count,
        locations_count, lines_count, functions_count, mappings_count;
    size_t strings_room, types_room, samples_room, sample_locations_room, values_room, labels_room, locations_room,
        lines_room, functions_room, mappings_room;
    int64_t        time_ns, duration_ns, period;
    hf__pprof_type period_type;
    uint32_t       default_type; /* a string, 0 when not given */
    char          *bytes;        /* owned: the unpacked profile */
} hf__pprof;

/* Reads `packed`, which may go when this returns. ret_profile: yours, release it.
 * limits: NULL for HF_PPROF_LIMITS. HF_BAD_PROFILE, HF_LIMIT_BYTES, HF_LIMIT_COUNT. */
hf_status hf__pprof_read(hf_text packed, const hf__pprof_limits *limits, hf__pprof *ret_profile, hf_error *reterr);

/* Zeroed and half-read profiles are fine. */
void hf__pprof_release(hf__pprof *profile);

/* The index of the sample type called `name`, or HF_PPROF_NONE. */
uint32_t hf__pprof_find_type(const hf__pprof *profile, const char *name);

/* ---- writing ------------------------------------------------------------------------------ */

/* A profile being written: symbolised, ids dense, heap sample types (alloc_objects, alloc_space,
 * inuse_objects, inuse_space), the last one the default. Functions, then locations, then samples. */
typedef struct hf__pprof_writer hf__pprof_writer;

/* NULL when memory is out. period: bytes between samples, 1 for exact. */
hf__pprof_writer *hf__pprof_writer_create(int64_t time_ns, int64_t duration_ns, int64_t period);
/* Each returns an id from 1, or 0 when memory is out; the same function and line give the same id. */
uint64_t hf__pprof_put_function(hf__pprof_writer *writer, hf_text name, hf_text file, int64_t start_line);
uint64_t hf__pprof_put_location(hf__pprof_writer *writer, uint64_t function, int64_t line, uint64_t address);
/* values: the four sample types in order. age_s < 0: no label. False when memory is out. */
bool hf__pprof_put_sample(hf__pprof_writer *writer, const uint64_t *locations, size_t locations_count,
                          const int64_t values[4], const char *kind, int64_t age_s);
void hf__pprof_put_mapping(hf__pprof_writer *writer, hf_text file);
/* The whole file, packed. *ret_packed is owned (hf__room_free). The writer is consumed. */
hf_status hf__pprof_writer_finish(hf__pprof_writer *writer, char **ret_packed, size_t *ret_length, hf_error *reterr);

#endif

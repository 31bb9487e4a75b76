/* size_rows.h - what a size report is made of: rows by kind, rows by path, and the graph of objects that
 * retained bytes are found in.
 *
 * Adding counts each object in one row of each sort, itself alone but for `deep` of kinds; finishing adds up
 * from the deepest paths. Paths form a tree: a path comes after the one it is below. */
#ifndef HOLDFAST_SIZE_ROWS_H
#define HOLDFAST_SIZE_ROWS_H

#include <holdfast/arena.h>
#include <holdfast/size_report.h>

#include "memory/allocate.h"

enum { HF__SIZE_CHILDREN_MAX = 4096, HF__SIZE_LEVELS_MAX = 256, HF__ROWS_ALIGNMENT = 16 };

typedef enum hf__step_kind {
    HF__STEP_NAME,  /* a key or a member */
    HF__STEP_ITEMS, /* elements: "*" */
    HF__STEP_SAME,  /* further structs of a type above: "**" */
    HF__STEP_OTHERS /* what is not told apart; has no children */
} hf__step_kind;

typedef struct hf__size_kind {
    hf_text  name; /* bound to the report */
    int64_t  amounts[HF_SIZE_COLUMNS];
    uint64_t begun;    /* shallow bytes counted when the outermost open one began */
    uint32_t open;     /* how many are around the object that is being counted */
} hf__size_kind;

typedef struct hf__size_path {
    uint32_t    parent, depth;
    uint32_t    children;
    uint32_t    open;        /* how many dominate the object that is looked at; when read: whether it was listed */
    uint8_t     step;        /* hf__step_kind */
    hf_text     key;         /* of a name; bound to the report */
    uint64_t    hash;
    const void *type;        /* of structs found there; NULL: not a struct */
    uint32_t    kind, target; /* of structs found there, and where what its pointer leads to is found; + 1, 0: not known */
    int64_t     amounts[HF_SIZE_COLUMNS];
} hf__size_path;

/* A growing array of one report. */
typedef struct hf__rows {
    void  *items;
    size_t count, room;
} hf__rows;

/* An object of the graph. Number 0 is the root of all roots. */
typedef struct hf__size_object {
    uint32_t parent, kind, path; /* parent: by which it was met; a lower number */
    uint64_t bytes;
} hf__size_object;

typedef struct hf__size_edge {
    uint32_t from, to;
} hf__size_edge;

struct hf_size_report {
    hf__memory memory;
    hf_size_report_options options;
    hf_arena   names;
    hf__rows   kinds;        /* hf__size_kind */
    hf__rows   paths;        /* hf__size_path; 0 is the root's */
    uint32_t  *cells;        /* open addressing by (parent, step): path, 0: empty */
    uint32_t   cell_count;
    hf__rows   objects;      /* hf__size_object, when retained is asked for */
    hf__rows   again;        /* hf__size_edge: further ways to objects */
    uint64_t   objects_seen;
    hf_size_row total;
    bool       is_finished, is_difference, is_broken;
    bool       lists_all_kinds, lists_all_paths; /* false: read from a list that was cut */
};

static inline hf__size_kind *hf__kinds_of(const hf_size_report *report) { return report->kinds.items; }
static inline hf__size_path *hf__paths_of(const hf_size_report *report) { return report->paths.items; }

/* Room for one more item, zeroed; NULL without memory. */
void *hf__rows_add(const hf__memory *memory, hf__rows *rows, size_t item_bytes);
void  hf__rows_release(const hf__memory *memory, hf__rows *rows, size_t item_bytes);

/* The kind of that name; HF__NO_ROW without memory. */
#define HF__NO_ROW UINT32_MAX
uint32_t hf__size_kind_of(hf_size_report *report, hf_text name);

/* The path one step below `parent`; where there are too many, one that gathers, or `parent` itself.
 * HF__NO_ROW without memory. */
uint32_t hf__size_step(hf_size_report *report, uint32_t parent, hf__step_kind step, hf_text key);
/* Whether nothing is told apart below `path`. */
static inline bool hf__size_gathers(const hf_size_report *report, uint32_t path)
{
    return hf__paths_of(report)[path].step == HF__STEP_OTHERS;
}

/* One object more. HF_LIMIT_COUNT; HF_NO_MEMORY for the graph. ret_object: its number there; 0 without a graph. */
hf_status hf__size_count(hf_size_report *report, uint32_t parent, uint32_t kind, uint32_t path, uint64_t bytes, uint32_t *ret_object,
                         hf_error *reterr);
/* Another way to an object of the graph. */
hf_status hf__size_meet(hf_size_report *report, uint32_t from, uint32_t to, hf_error *reterr);

/* The column that a view is ordered by. */
hf_size_column hf__size_column_of(const hf_size_view *view);

/* Retained bytes of all rows. */
hf_status hf__size_retain(hf_size_report *report, hf_error *reterr);

/* Adds to an amount of both rows. */
static inline void hf__size_put(hf_size_report *report, uint32_t kind, uint32_t path, hf_size_column column, uint64_t amount)
{
    hf__kinds_of(report)[kind].amounts[column] += (int64_t)amount;
    hf__paths_of(report)[path].amounts[column] += (int64_t)amount;
}

/* Ready for adding? */
hf_status hf__size_check_open(hf_size_report *report, hf_error *reterr);
hf_status hf__size_break(hf_size_report *report, hf_status status, hf_error *reterr);

#endif

/* model.h - what a program held over time: checkpoints, paths, and a sparse series for each path.
 *
 * A path is where memory was asked for: a node in a trie of frames (function and line, inlined
 * frames and all), and the kind of memory. Window w is the time between checkpoint w-1 and
 * checkpoint w. At most HF_WINDOWS_MAX windows are kept: when there are more checkpoints, pairs
 * of windows are merged, again and again, so that a model stays bounded however long the run was.
 *
 * For each path: one point for each window in which something happened to it (live at the end of
 * the window, born and died within it; bytes that realloc added to a block count as born, those that it gave back
 * as died, and the block goes on); and where single blocks were followed, which cohort the
 * deaths of a window belong to, so that survival can be told for every cohort at every time.
 *
 * Build: add frames, paths, points and deaths of the current window, then hf__model_checkpoint;
 * hf__model_seal at the end. Not safe for use by two threads at once. */
#ifndef HOLDFAST_MODEL_H
#define HOLDFAST_MODEL_H

#include <holdfast/base.h>

#include "intern.h"

enum { HF_WINDOWS_MAX = 128 };

typedef enum hf__path_kind {
    HF_PATH_HEAP,
    HF_PATH_MAPPING,
    HF_PATH_THREAD,    /* bytes are those of the stacks */
    HF_PATH_GOROUTINE, /* counted only */
    HF_PATH_KINDS,
} hf__path_kind;

/* Where a function comes from, as far as blame goes. */
typedef enum hf__origin {
    HF_ORIGIN_OWN,       /* the program's own code */
    HF_ORIGIN_LIBRARY,   /* a library, a header of the system, a language's runtime */
    HF_ORIGIN_ALLOCATOR, /* malloc and its like, wherever they lie */
    HF_ORIGIN_START,     /* main's callers, a thread's start */
} hf__origin;

/* What the program's allocator, runtime and system say. -1 where it is not known. */
typedef struct hf__memory {
    int64_t allocator_live;    /* bytes handed out, by the allocator's own count */
    int64_t allocator_held;    /* bytes it took from the system */
    int64_t rss, anonymous;
    int64_t stacks;            /* of threads or goroutines */
    int64_t mapped;            /* mapped by the program itself */
    int64_t blocks;            /* objects, by the allocator's own count */
    int64_t allocated_bytes;   /* since the start, exact */
    int64_t collections;       /* garbage collections since the start */
    int64_t threads;           /* or goroutines */
    int64_t usable_live;       /* bytes of live blocks as the allocator rounded them, counted exactly */
} hf__memory;

#define HF_MEMORY_UNKNOWN ((hf__memory){ -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 })

enum {
    HF_CHECKPOINT_EXIT = 1,      /* main had returned, or exit had been called */
    HF_CHECKPOINT_RESTARTED = 2, /* another process than before answered */
    HF_CHECKPOINT_CLOCK = 4,     /* the clock had jumped back; time goes on from the one before */
};

typedef struct hf__checkpoint {
    double     seconds; /* since the first event; never smaller than the one before */
    hf__memory memory;
    uint32_t   flags;
} hf__checkpoint;

typedef struct hf__function {
    uint32_t   name, file; /* texts */
    uint32_t   line;       /* where it starts; 0 when not known */
    hf__origin origin;
} hf__function;

/* A node of the trie: this frame was called by `parent`. Node 0 is the root and no frame. */
typedef struct hf__frame {
    uint32_t parent, function, line;
} hf__frame;

/* From where pointers lead to what a path holds: as in a recording (trace.h), names found. */
typedef enum hf__reach_from {
    HF_FROM_NOWHERE,
    HF_FROM_GLOBAL,  /* `name`: the variable, or the file that it is in */
    HF_FROM_THREAD,  /* a variable of one thread */
    HF_FROM_STACK,   /* stack or registers of a thread */
    HF_FROM_MAPPING,
} hf__reach_from;

/* What was found about the live blocks of a path when memory was looked through. */
typedef struct hf__reached {
    uint32_t look;             /* number: a later look replaces an earlier one */
    uint64_t lost, lost_bytes; /* no pointer leads to these; */
    uint64_t held;             /* other lost ones point at so many of them */
    uint64_t kept, kept_bytes; /* a pointer was found */
    hf__reach_from from;       /* most of the kept */
    bool     is_file;          /* `name` is that of a file */
    uint32_t name;             /* text; that of "" where it is not known */
    uint32_t via;              /* function that asked for the blocks between; HF_NONE for none */
} hf__reached;

typedef struct hf__path {
    uint32_t frame;
    hf__path_kind kind;
    double   noise_bytes; /* variance of a sampled sum, for each byte of it; 0 when exact */
    uint32_t last_point;  /* HF_NONE before the first */
    uint32_t reached;     /* index + 1 in `reached` of the model; 0: not looked at */
    size_t   point_first, points_count, death_first, deaths_count; /* after hf__model_seal */
} hf__path;

#define HF_NONE UINT32_MAX

typedef struct hf__point {
    uint32_t path, window;
    int64_t  live_bytes, live_blocks; /* at the end of the window */
    uint64_t born_bytes, born_blocks, died_bytes, died_blocks; /* within it */
} hf__point;

/* Of what was born in window `born`, this much died in window `died` > born, or went to another path by realloc; less
 * than nothing for what came from one: it was born then, elsewhere. */
typedef struct hf__death {
    uint32_t path;
    uint16_t born, died;
    int64_t  bytes, blocks;
} hf__death;

/* Arenas of libholdfast of one name, together; their blocks are in the paths that asked for them, too. As they
 * were when main returned, or last. */
typedef struct hf__region {
    uint32_t name;      /* text */
    uint32_t function;  /* in which the first of them was named; HF_NONE where it is not known */
    uint64_t used, reserved, arenas;
    uint64_t used_peak, reserved_peak, made;
} hf__region;

typedef struct hf__slots {
    uint32_t *items; /* index + 1, 0 is free */
    size_t    count;
} hf__slots;

typedef struct hf__model {
    hf__intern      texts;
    hf__function   *functions;
    hf__frame      *frames;
    hf__path       *paths;
    hf__point      *points;
    hf__death      *deaths;
    hf__reached    *reached;
    hf__region     *regions;
    hf__checkpoint  checkpoints[HF_WINDOWS_MAX];
    size_t          functions_count, frames_count, paths_count, points_count, deaths_count;
    size_t          reached_count, reached_room, regions_count, regions_room;
    size_t          functions_room, frames_room, paths_room, points_room, deaths_room, deaths_compacted;
    hf__slots       function_slots, frame_slots, path_slots;
    uint64_t        checkpoints_seen; /* merged ones included */
    unsigned        shift;            /* each window holds 2^shift checkpoints */
    bool            has_cohorts;      /* deaths are known block by block */
    bool            sampled;
    bool            sealed;
    bool            failed;           /* memory ran out while building; sealing reports it */
    uint64_t        lost_events;      /* of the recording: what they did is in the counts of checkpoints only */
    bool            cut;              /* the recording ends in the middle; what came after is not known */
    double          waited_s;         /* for which the program could have run and had no processor; 0 when not known */
    int64_t         started_ns;       /* wall clock of the start, 0 when not known */
    uint32_t        program;          /* text: the command line or the source */
} hf__model;

hf_status hf__model_init(hf__model *model, hf_error *reterr);
void      hf__model_release(hf__model *model);

/* Each returns a number, the same for the same arguments, or HF_NONE when memory is out. */
uint32_t hf__model_text(hf__model *model, hf_text text);
uint32_t hf__model_function(hf__model *model, uint32_t name, uint32_t file, uint32_t line, hf__origin origin);
uint32_t hf__model_frame(hf__model *model, uint32_t parent, uint32_t function, uint32_t line);
uint32_t hf__model_path(hf__model *model, uint32_t frame, hf__path_kind kind);

/* The window that is being filled, until the next hf__model_checkpoint. */
static inline uint32_t hf__model_window(const hf__model *model)
{
    return (uint32_t)(model->checkpoints_seen >> model->shift);
}

/* The window that checkpoint number `checkpoint` (from 0) closed, or will close. */
static inline uint32_t hf__model_window_of(const hf__model *model, uint64_t checkpoint)
{
    return (uint32_t)(checkpoint >> model->shift);
}

/* What happened to a path in the current window; live values stand for its end. */
void hf__model_point(hf__model *model, uint32_t path, int64_t live_bytes, int64_t live_blocks, uint64_t born_bytes,
                     uint64_t born_blocks, uint64_t died_bytes, uint64_t died_blocks);
/* Deaths in the current window of what was born before checkpoint number `born`. */
void hf__model_death(hf__model *model, uint32_t path, uint64_t born, int64_t bytes, int64_t blocks);
/* The index of the region of that name; HF_NONE when memory is out. */
uint32_t hf__model_region(hf__model *model, hf_text name, uint32_t function);
/* What a look through memory found about some of a path's blocks. */
void hf__model_reached(hf__model *model, uint32_t path, const hf__reached *reached);
/* Adds up counts; from where is that of the part which has more kept blocks. */
void hf__reached_add(hf__reached *into, const hf__reached *more);
/* Closes the window. A clock that goes back is noted and does not move time back. */
void hf__model_checkpoint(hf__model *model, double seconds, const hf__memory *memory, uint32_t flags);
/* Ends the window that is being filled, so that no later checkpoint is merged into it for now. */
void hf__model_align(hf__model *model);
/* From here on each checkpoint closes a window of its own again, until windows are merged anew; those until
 * here stay. For a source whose later checkpoints are further apart. Returns the shift that was. */
unsigned hf__model_rebase(hf__model *model);
/* Windows kept. */
static inline size_t hf__model_windows(const hf__model *model)
{
    return (size_t)((model->checkpoints_seen + ((uint64_t)1 << model->shift) - 1) >> model->shift);
}

/* Orders points and deaths by path. HF_NO_MEMORY when anything before had failed. */
hf_status hf__model_seal(hf__model *model, hf_error *reterr);

static inline hf_text hf__model_name(const hf__model *model, uint32_t function)
{
    return hf__intern_text(&model->texts, model->functions[function].name);
}
static inline hf_text hf__model_file(const hf__model *model, uint32_t function)
{
    return hf__intern_text(&model->texts, model->functions[function].file);
}

#endif

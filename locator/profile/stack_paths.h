/* stack_paths.h - from stacks of a recording (addresses) to paths of a model (functions). */
#ifndef HOLDFAST_STACK_PATHS_H
#define HOLDFAST_STACK_PATHS_H

#include "model.h"
#include "symbols.h"
#include "trace.h"

/* What the recording tells of a stack and of a module, by number. */
typedef struct hf__stack_node {
    uint64_t address; /* of the file */
    uint32_t parent, module;
    uint32_t flags;   /* HF__STACK_... */
} hf__stack_node;

typedef struct hf__stack_module {
    uint64_t base;
    uint32_t symbols; /* number in hf__symbols; HF_NONE when not known */
    uint32_t path;    /* offset into paths */
    bool     is_program;
} hf__stack_module;

/* What is known of one address: its functions, as texts kept apart from any model. */
typedef struct hf__resolved {
    uint64_t address;
    uint32_t module, first, count; /* into `functions`; count 0 marks a free slot */
} hf__resolved;

typedef struct hf__resolved_function {
    uint32_t   name, file; /* texts of `texts` */
    uint32_t   start_line, line;
    hf__origin origin;
} hf__resolved_function;

typedef struct hf__stack_paths {
    hf__symbols           *symbols;
    hf__stack_node        *nodes;   /* by stack number; [0] is the root */
    hf__stack_module      *modules; /* by module number */
    hf__resolved          *resolved;
    hf__resolved_function *functions;
    hf__intern             texts;
    char                  *paths;   /* of modules, each ended by NUL */
    size_t nodes_count, nodes_room, modules_count, modules_room, resolved_count, resolved_slots, functions_count,
        functions_room, paths_count, paths_room;
} hf__stack_paths;

hf_status hf__stack_paths_init(hf__stack_paths *paths, hf_error *reterr);
void      hf__stack_paths_release(hf__stack_paths *paths);

/* Events of the recording; false when memory is out. `program` is the path of the process's executable. */
bool hf__stack_paths_module(hf__stack_paths *paths, const hf__trace_event *event, hf_text program);
bool hf__stack_paths_stack(hf__stack_paths *paths, const hf__trace_event *event);

/* For one process: frames and paths already made, by stack number. */
typedef struct hf__path_cache {
    uint32_t *frames;              /* + 1; 0 is not made yet */
    uint32_t *by_kind[HF_PATH_KINDS];
    size_t    frames_room, by_kind_room[HF_PATH_KINDS];
} hf__path_cache;

/* The path of a stack in `model`; HF_NONE when memory is out. */
uint32_t hf__stack_path(hf__stack_paths *paths, hf__path_cache *cache, hf__model *model, uint32_t stack, hf__path_kind kind);
/* The innermost function of a stack that is no allocator; HF_NONE when there is none. */
uint32_t hf__stack_function(const hf__model *model, uint32_t path);
/* The variable at an address of a process, in module number `module`. Borrowed until the next call. */
bool     hf__stack_paths_variable(hf__stack_paths *paths, uint32_t module, uint64_t address, hf_text *ret_name);
void     hf__path_cache_release(hf__path_cache *cache);

#endif

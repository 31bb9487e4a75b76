/* stack_paths.c - stacks to paths, each address symbolised once in a recording. */
#include "stack_paths.h"

#include "base/fail.h"
#include "own_code.h"
#include "room.h"

hf_status hf__stack_paths_init(hf__stack_paths *paths, hf_error *reterr)
{
    memset(paths, 0, sizeof *paths);
    paths->symbols = hf__symbols_create();
    if (paths->symbols == NULL || !HF_RESERVE(paths->nodes, paths->nodes_room, 1)) {
        hf__stack_paths_release(paths);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    paths->nodes[0] = (hf__stack_node){ 0 };
    paths->nodes_count = 1;
    return HF_OK;
}

void hf__stack_paths_release(hf__stack_paths *paths)
{
    hf__symbols_destroy(paths->symbols);
    hf__room_free(paths->nodes);
    hf__room_free(paths->modules);
    hf__room_free(paths->resolved);
    hf__room_free(paths->functions);
    hf__room_free(paths->paths);
    hf__intern_release(&paths->texts);
    memset(paths, 0, sizeof *paths);
}

bool hf__stack_paths_module(hf__stack_paths *paths, const hf__trace_event *event, hf_text program)
{
    uint32_t number = event->module_load.module;
    hf_text path = hf_text_of(event->module_load.path.bytes, event->module_load.path.length);
    if (!HF_RESERVE(paths->modules, paths->modules_room, (size_t)number + 1) ||
        !HF_RESERVE(paths->paths, paths->paths_room, paths->paths_count + path.length + 1))
        return false;
    while (paths->modules_count <= number)
        paths->modules[paths->modules_count++] = (hf__stack_module){ .symbols = HF_NONE };
    hf__stack_module *module = &paths->modules[number];
    *module = (hf__stack_module){ .base = event->module_load.base, .path = (uint32_t)paths->paths_count,
                                  .is_program = hf_text_equal(path, program) };
    if (path.length > 0)
        memcpy(paths->paths + paths->paths_count, path.bytes, path.length);
    paths->paths[paths->paths_count + path.length] = 0;
    paths->paths_count += path.length + 1;
    module->symbols = hf__symbols_module(paths->symbols, path, event->module_load.build_id, event->module_load.build_id_length);
    return module->symbols != HF_NONE;
}

bool hf__stack_paths_stack(hf__stack_paths *paths, const hf__trace_event *event)
{
    uint32_t number = event->stack.stack;
    if (number >= paths->nodes_count && !HF_RESERVE(paths->nodes, paths->nodes_room, (size_t)number + 1))
        return false;
    while (paths->nodes_count <= number)
        paths->nodes[paths->nodes_count++] = (hf__stack_node){ 0 };
    uint32_t module = event->stack.module < paths->modules_count ? event->stack.module : 0;
    uint64_t base = module != 0 ? paths->modules[module].base : 0;
    paths->nodes[number] = (hf__stack_node){ .address = event->stack.address - base, .module = module, .flags = event->stack.flags,
                                             .parent = event->stack.parent < number ? event->stack.parent : 0 };
    return true;
}

/* ---- one address ------------------------------------------------------------------------------ */

static size_t slot_of(const hf__stack_paths *paths, uint64_t address, uint32_t module)
{
    size_t mask = paths->resolved_slots - 1;
    size_t slot = (size_t)((address * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)module << 40) >> 20) & mask;
    while (paths->resolved[slot].count != 0 &&
           (paths->resolved[slot].address != address || paths->resolved[slot].module != module))
        slot = (slot + 1) & mask;
    return slot;
}

static bool grow_resolved(hf__stack_paths *paths)
{
    size_t before = paths->resolved_slots, grown = before > 0 ? before * 2 : 1024;
    hf__resolved *old = paths->resolved, *made = hf__room_zeroed(grown, sizeof *made);
    if (made == NULL)
        return false;
    paths->resolved = made;
    paths->resolved_slots = grown;
    for (size_t i = 0; i < before; i++)
        if (old[i].count != 0)
            made[slot_of(paths, old[i].address, old[i].module)] = old[i];
    hf__room_free(old);
    return true;
}

static bool put_function(hf__stack_paths *paths, const hf__symbol *symbol, const hf__stack_module *module)
{
    if (!HF_RESERVE(paths->functions, paths->functions_room, paths->functions_count + 1))
        return false;
    hf_text path = module != NULL ? hf_text_from_cstr(paths->paths + module->path) : hf_text_of("", 0);
    hf__resolved_function function = {
        .name = hf__intern_put(&paths->texts, symbol->name),
        .file = hf__intern_put(&paths->texts, symbol->file),
        .start_line = symbol->start_line,
        .line = symbol->line,
        .origin = hf__origin_of_native(symbol->name, symbol->file, path, module == NULL || module->is_program),
    };
    if (function.name == HF_INTERN_FAILED || function.file == HF_INTERN_FAILED)
        return false;
    paths->functions[paths->functions_count++] = function;
    return true;
}

/* The functions at the address of a stack node; NULL when memory is out. */
static const hf__resolved *resolve(hf__stack_paths *paths, const hf__stack_node *node)
{
    /* A return address is behind its call: the call itself may be in another line or function. */
    uint64_t address = node->address - ((node->flags & HF__STACK_EXACT) == 0 && node->address > 0);
    if ((paths->resolved_count + 1) * 2 > paths->resolved_slots && !grow_resolved(paths))
        return NULL;
    hf__resolved *known = &paths->resolved[slot_of(paths, address, node->module)];
    if (known->count != 0)
        return known;
    const hf__stack_module *module = node->module != 0 ? &paths->modules[node->module] : NULL;
    hf__symbol symbols[HF_SYMBOLS_INLINED_MAX];
    size_t first = paths->functions_count;
    size_t count = hf__symbols_find(paths->symbols, module != NULL ? module->symbols : HF_NONE, address, symbols);
    for (size_t i = 0; i < count; i++)
        if (!put_function(paths, &symbols[i], module))
            return NULL;
    *known = (hf__resolved){ .address = address, .module = node->module, .first = (uint32_t)first, .count = (uint32_t)count };
    paths->resolved_count++;
    return known;
}

/* ---- one stack -------------------------------------------------------------------------------- */

static uint32_t put_frame(hf__stack_paths *paths, hf__model *model, uint32_t parent, const hf__resolved_function *from)
{
    uint32_t name = hf__model_text(model, hf__intern_text(&paths->texts, from->name));
    uint32_t file = hf__model_text(model, hf__intern_text(&paths->texts, from->file));
    return hf__model_frame(model, parent, hf__model_function(model, name, file, from->start_line, from->origin), from->line);
}

/* The frames of one node below those of its parent; HF_NONE when memory is out. */
static uint32_t frames_of_node(hf__stack_paths *paths, hf__model *model, uint32_t stack, uint32_t frame)
{
    const hf__stack_node *node = &paths->nodes[stack], *caller = &paths->nodes[node->parent];
    const hf__resolved *here = resolve(paths, node);
    if (here == NULL)
        return HF_NONE;
    uint32_t first = here->first, count = here->count;
    hf__symbol jumped;
    hf_text outer = hf__intern_text(&paths->texts, paths->functions[first + count - 1].name);
    if (node->parent != 0 && caller->module != 0 && (caller->flags & HF__STACK_EXACT) == 0 &&
        hf__symbols_find_jumped(paths->symbols, paths->modules[caller->module].symbols, caller->address, outer, &jumped)) {
        if (!put_function(paths, &jumped, &paths->modules[caller->module]))
            return HF_NONE;
        frame = put_frame(paths, model, frame, &paths->functions[--paths->functions_count]);
    }
    for (uint32_t i = count; i-- > 0 && frame != HF_NONE;)
        frame = put_frame(paths, model, frame, &paths->functions[first + i]);
    return frame;
}

/* The allocator itself may have been jumped to: then the function that did so has no frame at all. */
static uint32_t jumped_leaf(hf__stack_paths *paths, hf__model *model, uint32_t stack, uint32_t frame)
{
    const hf__stack_node *node = &paths->nodes[stack];
    hf__symbol jumped;
    if (node->module == 0 || (node->flags & HF__STACK_EXACT) != 0 ||
        !hf__symbols_find_jumped(paths->symbols, paths->modules[node->module].symbols, node->address, hf_text_of("", 0), &jumped))
        return frame;
    if (!put_function(paths, &jumped, &paths->modules[node->module]))
        return HF_NONE;
    return put_frame(paths, model, frame, &paths->functions[--paths->functions_count]);
}

static bool reserve_zeroed(uint32_t **items, size_t *room, size_t need)
{
    size_t before = *room;
    if (need <= before)
        return true;
    if (!HF_RESERVE(*items, *room, need))
        return false;
    memset(*items + before, 0, (*room - before) * sizeof **items);
    return true;
}

static uint32_t frame_of_stack(hf__stack_paths *paths, hf__path_cache *cache, hf__model *model, uint32_t stack)
{
    /* Down from the nearest caller that is known: parents have smaller numbers. */
    uint32_t open[512];
    for (;;) {
        size_t count = 0;
        uint32_t at = stack;
        while (at != 0 && cache->frames[at] == 0) {
            open[count % 512] = at;
            count++;
            at = paths->nodes[at].parent;
        }
        if (count == 0)
            return stack == 0 ? 0 : cache->frames[stack] - 1;
        uint32_t frame = at == 0 ? 0 : cache->frames[at] - 1;
        size_t batch = count < 512 ? count : 512; /* the outermost of a very deep stack first, then again */
        for (size_t i = 0; i < batch; i++) {
            uint32_t node = open[(count - 1 - i) % 512];
            frame = frames_of_node(paths, model, node, frame);
            if (frame == HF_NONE)
                return HF_NONE;
            cache->frames[node] = frame + 1;
        }
    }
}

uint32_t hf__stack_path(hf__stack_paths *paths, hf__path_cache *cache, hf__model *model, uint32_t stack, hf__path_kind kind)
{
    if (stack >= paths->nodes_count)
        stack = 0;
    if (!reserve_zeroed(&cache->by_kind[kind], &cache->by_kind_room[kind], paths->nodes_count))
        return HF_NONE;
    uint32_t *known = &cache->by_kind[kind][stack];
    if (*known != 0)
        return *known - 1;
    if (!reserve_zeroed(&cache->frames, &cache->frames_room, paths->nodes_count))
        return HF_NONE;
    uint32_t frame = frame_of_stack(paths, cache, model, stack);
    if (frame != HF_NONE && stack != 0)
        frame = jumped_leaf(paths, model, stack, frame);
    uint32_t path = hf__model_path(model, frame, kind);
    if (path != HF_NONE)
        *known = path + 1;
    return path;
}

uint32_t hf__stack_function(const hf__model *model, uint32_t path)
{
    uint32_t frame = path < model->paths_count ? model->paths[path].frame : 0, library = HF_NONE;
    for (; frame != 0; frame = model->frames[frame].parent) {
        uint32_t function = model->frames[frame].function;
        hf__origin origin = model->functions[function].origin;
        if (origin == HF_ORIGIN_OWN)
            return function;
        if (origin == HF_ORIGIN_LIBRARY && library == HF_NONE)
            library = function;
    }
    return library;
}

bool hf__stack_paths_variable(hf__stack_paths *paths, uint32_t module, uint64_t address, hf_text *ret_name)
{
    if (module == 0 || module >= paths->modules_count)
        return false;
    return hf__symbols_find_data(paths->symbols, paths->modules[module].symbols, address - paths->modules[module].base, ret_name);
}

void hf__path_cache_release(hf__path_cache *cache)
{
    hf__room_free(cache->frames);
    for (size_t i = 0; i < HF_PATH_KINDS; i++)
        hf__room_free(cache->by_kind[i]);
    memset(cache, 0, sizeof *cache);
}

/* trace_state.c - numbers, texts and tables that decoding shares. */
#include "trace_state.h"

#include <stdlib.h>

uint64_t hf__trace_number(hf__trace_bytes *bytes)
{
    uint64_t value = 0;
    if (bytes->bad || !hf__varint_get(&bytes->at, bytes->end, &value))
        bytes->bad = true;
    return bytes->bad ? 0 : value;
}

uint64_t hf__trace_number_to(hf__trace_bytes *bytes, uint64_t max)
{
    uint64_t value = hf__trace_number(bytes);
    if (value > max) {
        bytes->bad = true;
        return 0;
    }
    return value;
}

hf__trace_text hf__trace_text_of(hf__trace_bytes *bytes, size_t length_max)
{
    size_t length = (size_t)hf__trace_number_to(bytes, length_max);
    if (bytes->bad || length > (size_t)(bytes->end - bytes->at)) {
        bytes->bad = true;
        return (hf__trace_text){ "", 0 };
    }
    hf__trace_text text = { (const char *)bytes->at, length };
    bytes->at += length;
    return text;
}

bool hf__numbers_set(hf__numbers *numbers, size_t index, uint32_t value)
{
    if (index >= numbers->room) {
        size_t room = numbers->room != 0 ? numbers->room : 64;
        while (room <= index)
            room *= 2;
        uint32_t *items = realloc(numbers->items, room * sizeof *items);
        if (items == NULL)
            return false;
        memset(items + numbers->room, 0, (room - numbers->room) * sizeof *items);
        numbers->items = items;
        numbers->room = room;
    }
    numbers->items[index] = value;
    return true;
}

hf__process_read *hf__trace_process(hf__trace_state *state, uint64_t number, bool create)
{
    if (number == 0 || number > HF__TRACE_PROCESSES_MAX)
        return NULL;
    if (number >= state->processes_room) {
        if (!create)
            return NULL;
        size_t room = state->processes_room != 0 ? state->processes_room : 16;
        while (room <= number)
            room *= 2;
        hf__process_read *processes = realloc(state->processes, room * sizeof *processes);
        if (processes == NULL)
            return NULL;
        memset(processes + state->processes_room, 0, (room - state->processes_room) * sizeof *processes);
        state->processes = processes;
        state->processes_room = room;
    }
    hf__process_read *process = &state->processes[number];
    return create || process->started ? process : NULL;
}

void hf__trace_set_time(hf__trace_state *state, uint64_t ticks)
{
    uint64_t passed = ticks > state->clock_ticks ? ticks - state->clock_ticks : 0;
    uint64_t seconds = passed / state->ticks_per_second;
    uint64_t rest = passed % state->ticks_per_second;
    /* Damaged numbers must not overflow: a century is enough. */
    if (seconds > 3155760000u)
        seconds = 3155760000u;
    uint64_t ns = state->clock_ns + seconds * 1000000000u +
                  (uint64_t)((double)rest * 1e9 / (double)state->ticks_per_second);
    if (ns > state->time_ns)
        state->time_ns = ns;
}

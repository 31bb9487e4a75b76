/* recording_threads.c - found from the end: the youngest thread is the likeliest. */
#include "recording_threads.h"

#include "room.h"

/* Made when it is new; NULL when memory is out. */
static hf__thread *thread_of(hf__threads *threads, uint32_t number)
{
    for (size_t i = threads->count; i-- > 0;)
        if (threads->items[i].number == number)
            return &threads->items[i];
    if (!HF_RESERVE(threads->items, threads->room, threads->count + 1))
        return NULL;
    threads->items[threads->count] = (hf__thread){ .number = number };
    return &threads->items[threads->count++];
}

static uint64_t key_of(uint32_t number)
{
    return UINT64_C(1) << 63 | (uint64_t)number << 5 | 1;
}

bool hf__threads_play(hf__threads *threads, hf__live *live, const hf__trace_event *event, uint32_t path)
{
    hf__thread *one = thread_of(threads, event->thread);
    if (one == NULL)
        return false;
    switch (event->kind) {
    case HF__TRACE_THREAD_START:
        one->let_go = event->thread_start.detached || event->thread_start.stack == 0;
        threads->running++;
        if (event->thread_start.stack != 0)
            hf__live_born(live, key_of(event->thread), event->thread_start.stack_bytes, path,
                          HF_LIVE_WEIGHT_ONE);
        break;
    case HF__TRACE_THREAD_STATE:
        one->let_go = true;
        one->ended |= event->thread_state.state == HF__THREAD_JOINED;
        break;
    default:
        hf__live_settle(live, one->number);
        one->ended = true;
        threads->running -= threads->running > 0;
        break;
    }
    if (one->ended && one->let_go) {
        hf__live_died(live, key_of(one->number));
        *one = threads->items[--threads->count];
    }
    return true;
}

void hf__threads_release(hf__threads *threads)
{
    hf__room_free(threads->items);
    *threads = (hf__threads){ 0 };
}

/* frame.c - the arena of a thread and the frames in it.
 *
 * Invariant: the thread's arena holds memory only while a frame is open, its first block apart;
 * `open` is the level of the innermost open frame. The arena goes with its thread. */
#include "base/misuse.h"

#include <holdfast/frame.h>
#include <pthread.h>

#define THREAD_BLOCK_BYTES ((size_t)64 << 10)

static _Thread_local struct {
    hf_arena arena;
    uint64_t open;
    bool     ready;
} mine;

static pthread_key_t  thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;

static void release_at_thread_end(void *unused)
{
    (void)unused;
    hf_arena_release(&mine.arena);
    mine.open = 0;
    mine.ready = false;
}

static void make_thread_end(void)
{
    pthread_key_create(&thread_end, release_at_thread_end);
}

/* Without a key (the process has used up all of them) the block stays until the process ends. */
static void make_ready(void)
{
    pthread_once(&thread_end_once, make_thread_end);
    pthread_setspecific(thread_end, &mine);
    hf_arena_init(&mine.arena, &(hf_arena_options){ .block_bytes = THREAD_BLOCK_BYTES });
    mine.ready = true;
}

void hf_frame_begin(hf_frame *frame, hf_arena *arena)
{
    uint64_t level = 0;
    if (arena == NULL) {
        if (HF_UNLIKELY(!mine.ready))
            make_ready();
        arena = &mine.arena;
        level = ++mine.open;
    }
    *frame = (hf_frame){ arena, hf_arena_mark(arena), level };
}

static hf_status check_open(const hf_frame *frame)
{
    if (frame->arena == NULL)
        return hf__misuse(NULL, "the frame is not open");
    if (frame->level == 0)
        return HF_OK;
    if (frame->arena != &mine.arena)
        return hf__misuse(NULL, "the frame belongs to another thread");
    if (frame->level > mine.open)
        return hf__misuse(NULL, "the frame ended with the frame around it");
    return HF_OK;
}

hf_status hf_frame_end(hf_frame *frame)
{
    hf_status status = check_open(frame);
    if (status != HF_OK)
        return status;
    if (frame->level == 1)
        hf_arena_reset(frame->arena);
    else
        status = hf_arena_rewind(frame->arena, frame->mark);
    if (status != HF_OK)
        return status;
    if (frame->level > 0)
        mine.open = frame->level - 1;
    frame->arena = NULL;
    return HF_OK;
}

hf_status hf_frame_return(hf_frame *frame, const void *bytes, size_t size, size_t alignment, void **ret_copy)
{
    hf_status status = check_open(frame);
    if (status != HF_OK)
        return status;
    if (frame->level == 1)
        return hf__misuse(NULL, "the outermost frame has no frame around it to return to");
    status = hf_arena_rewind_keeping(frame->arena, frame->mark, bytes, size, alignment, ret_copy);
    if (status != HF_OK)
        return status;
    if (frame->level > 0)
        mine.open = frame->level - 1;
    frame->arena = NULL;
    return HF_OK;
}

bool hf_frame_holds(const void *address)
{
    return mine.open > 0 && hf_arena_holds(&mine.arena, address);
}

uint64_t hf_frame_open_count(void)
{
    return mine.open;
}

hf_arena_counts hf_frame_arena_count(void)
{
    return hf_arena_count(&mine.arena);
}

hf_status hf_frame_trim(void)
{
    if (mine.open > 0)
        return hf__misuse(NULL, "a frame of this thread is open");
    hf_arena_release(&mine.arena);
    mine.ready = false;
    return HF_OK;
}

/* frame.h - scratch memory of one call of a recursion, gone when the call returns.
 *
 *   hf_status visit(hf_value value)
 *   {
 *       hf_frame frame;
 *       hf_frame_begin(&frame, NULL);
 *       char *path = hf_frame_allocate(&frame, 200, 1);       valid until hf_frame_end
 *       ...
 *       hf_frame_end(&frame);
 *   }
 *
 * A frame lies in an arena of yours, or (NULL) in the arena of the calling thread, which exists
 * for callers that want none of their own: it is emptied when the thread's outermost frame ends,
 * keeps its first block of 64 KiB until the thread ends, and is charged to the process budget.
 *
 * Nothing of a frame may be used after its end. Debug builds notice it when such memory was
 * written; builds with AddressSanitizer stop at the access. Pools refuse objects of a frame.
 *
 * Ending a frame ends those opened inside it that are still open, so leaving by longjmp is fine
 * when the frame outside of the jump is ended. A frame belongs to the thread that began it. */
#ifndef HOLDFAST_FRAME_H
#define HOLDFAST_FRAME_H

#include <holdfast/arena.h>

HF_EXTERN_BEGIN

/* Yours, on the stack of the call. Fields are the library's; `arena` may be read. */
typedef struct hf_frame {
    hf_arena *arena; /* NULL: not open */
    hf_mark   mark;
    uint64_t  level; /* 1 is the thread's outermost frame; 0: not of the thread's arena */
} hf_frame;

/* arena: NULL is the thread's own. Takes no memory, cannot fail. */
HF_API void hf_frame_begin(hf_frame *frame, hf_arena *arena);

/* `size` bytes that live until the frame ends; NULL when refused (hf_arena_failure(frame->arena)). */
static inline HF_NODISCARD void *hf_frame_allocate(hf_frame *frame, size_t size, size_t alignment)
{
    return hf_arena_allocate(frame->arena, size, alignment);
}

/* Takes back all that was allocated since the beginning. HF_MISUSE, a trap in debug builds, and
 * no change for a frame that is not open or whose surrounding frame has ended. */
HF_API hf_status hf_frame_end(hf_frame *frame);

/* Ends the frame and hands a result of it to the frame around: `size` bytes at `bytes`, which
 * may lie in the frame, are copied to where the surrounding one allocates.
 * ret_copy: bound to the surrounding frame. HF_NO_MEMORY and HF_LIMIT_BYTES leave the frame
 * open; HF_MISUSE for the thread's outermost frame, which has nothing around it. */
HF_API HF_NODISCARD hf_status hf_frame_return(hf_frame *frame, const void *bytes, size_t size, size_t alignment,
                                              void **ret_copy);

/* Does the address lie in an open frame of the calling thread's arena? */
HF_API bool hf_frame_holds(const void *address);

/* How many frames of its arena the calling thread has open. */
HF_API uint64_t hf_frame_open_count(void);

/* What the calling thread's arena holds now. */
HF_API hf_arena_counts hf_frame_arena_count(void);

/* Gives the thread's kept block back before the thread ends. HF_MISUSE while a frame is open. */
HF_API hf_status hf_frame_trim(void);

HF_EXTERN_END

#endif

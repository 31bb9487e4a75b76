/* page.h - the page source: large blocks from the system, recycled.
 *
 * Sizes are rounded up to size classes by a pure function, so a block needs no header: whoever
 * frees it knows its size. Contents of blocks are undefined (recycled ones are dirty). */
#ifndef HOLDFAST_PAGE_H
#define HOLDFAST_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every system's pages are a multiple of. Where they are larger the system rounds lengths up by
 * itself, and no block is ever given back in part but at multiples of 256 KiB. */
#define HF__PAGE_BYTES ((size_t)4096)
#define HF__PAGE_HUGE_BYTES ((size_t)2 << 20)

/* From this size on the default allocator uses the page source. */
#define HF__PAGE_BLOCK_BYTES ((size_t)256 << 10)

/* The size class of a request of at least HF__PAGE_BLOCK_BYTES: at most an eighth more.
 * SIZE_MAX when the request is above every class. */
size_t hf__page_round(size_t size);

/* Blocks aligned to HF__PAGE_BYTES; those of HF__PAGE_HUGE_BYTES and more to that. NULL when
 * the system refuses. Requests below HF__PAGE_BLOCK_BYTES are rounded up to it. */
void *hf__page_take(size_t size);
void  hf__page_give(void *block, size_t size);
/* Contents kept up to the smaller size. NULL when refused; the block then stays as it was. */
void *hf__page_resize(void *block, size_t old_size, size_t new_size);

/* The smallest size, from that of a request for `size` to `most`, of which a block is kept; that of the
 * request when none is. Another thread may be faster: then taking it means fresh pages. */
size_t hf__page_kept_size(size_t size, size_t most);

/* Nothing between these places of a block of its own is used, which may be any block that the default
 * allocator gave. The pages go back to the system where a huge page is used in part; fresh ones take
 * their places when they are written again. */
void hf__page_give_back(void *block, size_t from, size_t to);

/* For failure injection: asked before each call that takes memory from the system (mmap,
 * mremap); true makes it fail. NULL is none. Set it while no other thread is inside. */
extern bool (*hf__page_fail_hook)(size_t bytes);

#endif

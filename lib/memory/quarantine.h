/* quarantine.h - blocks that wait a while before they are given back, in debug builds: where a document or
 * draft was, nothing else is put at once, and who still looks there finds zeros (value/ended.h).
 *
 * Only small blocks of the default allocator wait, the last 64 of them; hf_page_trim(0) lets them go. Under
 * AddressSanitizer none do: its own quarantine is larger. In release builds freeing is freeing. */
#ifndef HOLDFAST_QUARANTINE_H
#define HOLDFAST_QUARANTINE_H

#include <holdfast/memory.h>

#include "base/misuse.h"

#if HF__DEBUG
/* As freeing with `allocator`, but later where that is possible; what is charged is the caller's concern. */
void hf__quarantine(const hf_allocator *allocator, void *block, size_t size, size_t alignment);
/* All that waits goes now. */
void hf__quarantine_flush(void);
#else
static inline void hf__quarantine(const hf_allocator *allocator, void *block, size_t size, size_t alignment)
{
    (void)allocator->resize(allocator->context, block, size, 0, alignment);
}
static inline void hf__quarantine_flush(void) {}
#endif

#endif

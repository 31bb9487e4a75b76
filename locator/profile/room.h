/* room.h - memory of the locator's tables: growable arrays, and one door for every allocation.
 *
 * Arrays grow by half and never shrink. Every allocation of profile/, judge/ and view/ comes
 * through here, so that a test can make the n-th one fail (hf__room_fail_at). */
#ifndef HOLDFAST_ROOM_H
#define HOLDFAST_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/memory.h>

/* Grows `items` to hold at least `need` items of `item_bytes`. Returns the array, perhaps moved,
 * with *capacity updated; NULL when memory is out, and then nothing has changed. */
void *hf__room_grow(void *items, size_t *capacity, size_t need, size_t item_bytes);

/* `count` zeroed items; NULL when memory is out. Release with hf__room_free. */
void *hf__room_zeroed(size_t count, size_t item_bytes);

/* NULL is fine. */
void hf__room_free(void *items);

/* The same door for what the library allocates; static. */
const hf_allocator *hf__room_allocator(void);

/* For tests: the n-th allocation from now fails, and all after it; 0 switches this off. */
void hf__room_fail_at(uint64_t nth);

/* Makes `array` hold `need` items; false when memory is out. */
#define HF_RESERVE(array, capacity, need)                                                            \
    __extension__({                                                                                  \
        bool hf_reserved_ = (size_t)(need) <= (capacity);                                            \
        if (!hf_reserved_) {                                                                         \
            void *hf_grown_ = hf__room_grow((array), &(capacity), (need), sizeof *(array));          \
            if (hf_grown_ != NULL) {                                                                 \
                (array) = hf_grown_;                                                                 \
                hf_reserved_ = true;                                                                 \
            }                                                                                        \
        }                                                                                            \
        hf_reserved_;                                                                                \
    })

#endif

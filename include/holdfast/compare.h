/* compare.h - equality, total order and hash of values, by what they show.
 *
 * Numbers go by exact mathematical value whatever their kind: 1, 1.0 and 10e-1 are equal, 2^53 + 1
 * as an integer is not 2^53 as a double. Text goes by its bytes, which is the order of code points.
 * The order of members does not matter; that of equal keys does. Mounted values count as if they
 * stood in place. Two links are equal when the paths of their targets are; two foreign values when
 * they are the same object.
 *
 * Nothing recurses. Equality needs no memory while members come in the same order; otherwise, and
 * for the order, one stack entry for each level (on the heap beyond 32 levels), which is why these
 * calls have a status. What is mounted or shared is looked at once, however often it is shown: beyond
 * the first few such places they are noted on the heap, as long as there is some, else looked at again.
 * Objects that hold equal keys in another order cost O(members^2).
 * Threads: as reading. */
#ifndef HOLDFAST_COMPARE_H
#define HOLDFAST_COMPARE_H

#include <holdfast/value.h>

HF_EXTERN_BEGIN

/* Whether both show the same. Two absent values are equal. HF_NO_MEMORY only. */
HF_API HF_NODISCARD hf_status hf_equal(hf_value a, hf_value b, bool *ret_equal);

/* ret_order: negative, 0 or positive as `a` is before, equal to or after `b`; 0 just when they are
 * equal. Absent, null, bool (false first), numbers, text, bytes, arrays (by their first different
 * element, then the shorter first), objects (by the smallest key at which they differ; having it
 * comes after not having it), links (by the paths of their targets), foreign (by address).
 * HF_NO_MEMORY only. */
HF_API HF_NODISCARD hf_status hf_order(hf_value a, hf_value b, int *ret_order);

/* Equal values have equal hashes. One pass that needs no memory; what is mounted is hashed once, however
 * often it is shown. It starts from a secret of the process, so that input cannot choose
 * collisions: it must not leave the process. Absent is 0. */
HF_API uint64_t hf_hash(hf_value value);

HF_EXTERN_END

#endif

/* rules.h - the rule of every address that was asked for, in one word each.
 *
 * Tables are not compiled ahead: a program returns through a few thousand addresses at most, and
 * evaluating one takes about half a microsecond, so that looking up rules on first use costs less
 * than preparing libc alone, and nothing at start.
 *
 *   63       30 29  27 26        13 12         0
 *   | tag      | kind  | offset / 8 | bp / -8   |       an entry; 0 is empty
 *
 * Addresses are mixed by an invertible step; the bucket and the tag together are the whole
 * address, so that a hit is exact. An entry is one atomic word: no locks, no torn reads.
 * Rules that do not fit are evaluated each time. Invariant: an entry's bucket plus tag give back
 * exactly one address below 2^48; addresses from there on are never kept. */
#ifndef HOLDFAST_RULES_H
#define HOLDFAST_RULES_H

#include "cfi.h"

#include <stdatomic.h>
#include <stddef.h>

enum { HF__RULE_WAYS = 4, HF__RULE_BUCKET_BITS = 14, HF__RULE_TAG_BITS = 34 };

/* Zeroed memory. Forget everything by zeroing it again. */
typedef struct hf__rule_table {
    _Atomic uint64_t buckets[1 << HF__RULE_BUCKET_BITS][HF__RULE_WAYS];
} hf__rule_table;

/* The rule for the instruction at `address`. */
hf__rule hf__rule_find(hf__rule_table *table, uint64_t address);

/* Forgets all rules, after a module was unloaded. */
void hf__rules_forget(hf__rule_table *table);

/* The start of the .eh_frame_hdr of the module that holds `address`, or NULL. */
const uint8_t *hf__module_table(uint64_t address);

#endif

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

/* Evaluates the rule and keeps it, when hf__rule_find has not found it. */
hf__rule hf__rule_evaluate(hf__rule_table *table, uint64_t address);

enum { HF__RULE_OFFSET_BITS = 14, HF__RULE_BP_BITS = 13, HF__RULE_ADDRESS_BITS = 48 };

/* One to one on numbers below 2^48: each step can be undone. */
static inline uint64_t hf__rule_mix(uint64_t address)
{
    const uint64_t mask = ((uint64_t)1 << HF__RULE_ADDRESS_BITS) - 1;
    address = (address * 0x9e3779b97f4bu) & mask;
    return address ^ (address >> 24);
}

static inline hf__rule hf__rule_unpack(uint64_t entry)
{
    hf__rule rule;
    rule.kind = (hf__cfa_kind)(entry >> (HF__RULE_OFFSET_BITS + HF__RULE_BP_BITS) & 7);
    rule.offset = (int32_t)(entry >> HF__RULE_BP_BITS & ((1 << HF__RULE_OFFSET_BITS) - 1)) * 8;
    rule.bp_offset = -(int32_t)(entry & ((1 << HF__RULE_BP_BITS) - 1)) * 8;
    if (rule.kind == HF__CFA_BP_DEREF)
        rule.offset = -rule.offset;
    return rule;
}

/* The rule for the instruction at `address`. */
static inline hf__rule hf__rule_find(hf__rule_table *table, uint64_t address)
{
    uint64_t mixed = hf__rule_mix(address);
    uint64_t tag = mixed >> HF__RULE_BUCKET_BITS;
    _Atomic uint64_t *bucket = table->buckets[mixed & ((1 << HF__RULE_BUCKET_BITS) - 1)];
    for (unsigned way = 0; way < HF__RULE_WAYS; way++) {
        uint64_t entry = atomic_load_explicit(&bucket[way], memory_order_relaxed);
        if (entry >> (64 - HF__RULE_TAG_BITS) == tag && entry != 0 && address >> HF__RULE_ADDRESS_BITS == 0)
            return hf__rule_unpack(entry);
    }
    return hf__rule_evaluate(table, address);
}

/* Forgets all rules, after a module was unloaded. */
void hf__rules_forget(hf__rule_table *table);

/* The start of the .eh_frame_hdr of the module that holds `address`, or NULL. */
const uint8_t *hf__module_table(uint64_t address);

#endif

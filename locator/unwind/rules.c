/* rules.c - the cache of rules.
 *
 * Entry, from the top: tag 34 bits | kind 3 | offset / 8 as 14 | bp offset / -8 as 13. */
#define _GNU_SOURCE
#include "rules.h"

#include <dlfcn.h>
#include <string.h>

enum { OFFSET_BITS = 14, BP_BITS = 13, ADDRESS_BITS = 48 };

/* glibc 2.35 and later: finds the module of an address without a lock, in signal handlers too. */
const uint8_t *hf__module_table(uint64_t address)
{
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) != 0)
        return NULL;
    return found.dlfo_eh_frame;
}

/* One to one on numbers below 2^48: each step can be undone. */
static uint64_t mix(uint64_t address)
{
    const uint64_t mask = ((uint64_t)1 << ADDRESS_BITS) - 1;
    address = (address * 0x9e3779b97f4bu) & mask;
    return address ^ (address >> 24);
}

/* UINT64_MAX when the rule does not fit. */
static uint64_t pack(hf__rule rule)
{
    int64_t offset = rule.kind == HF__CFA_BP_DEREF ? -(int64_t)rule.offset : rule.offset;
    int64_t bp = -(int64_t)rule.bp_offset;
    if (offset < 0 || offset % 8 != 0 || offset / 8 >= 1 << OFFSET_BITS)
        return UINT64_MAX;
    if (bp < 0 || bp % 8 != 0 || bp / 8 >= 1 << BP_BITS)
        return UINT64_MAX;
    return (uint64_t)rule.kind << (OFFSET_BITS + BP_BITS) | (uint64_t)(offset / 8) << BP_BITS | (uint64_t)(bp / 8);
}

static hf__rule unpack(uint64_t entry)
{
    hf__rule rule;
    rule.kind = (hf__cfa_kind)(entry >> (OFFSET_BITS + BP_BITS) & 7);
    rule.offset = (int32_t)(entry >> BP_BITS & ((1 << OFFSET_BITS) - 1)) * 8;
    rule.bp_offset = -(int32_t)(entry & ((1 << BP_BITS) - 1)) * 8;
    if (rule.kind == HF__CFA_BP_DEREF)
        rule.offset = -rule.offset;
    return rule;
}

static hf__rule find_slowly(_Atomic uint64_t *bucket, uint64_t tag, uint64_t address)
{
    const uint8_t *header = hf__module_table(address);
    hf__rule rule = { HF__CFA_NONE, 0, 0 };
    if (header == NULL)
        return rule; /* generated code may get a module later: not kept */
    rule = hf__cfi_rule(header, address);
    uint64_t packed = pack(rule);
    if (packed == UINT64_MAX || tag == 0)
        return rule;
    unsigned way = 0;
    while (way < HF__RULE_WAYS && atomic_load_explicit(&bucket[way], memory_order_relaxed) != 0)
        way++;
    if (way == HF__RULE_WAYS)
        way = (unsigned)(tag % HF__RULE_WAYS);
    atomic_store_explicit(&bucket[way], tag << (64 - HF__RULE_TAG_BITS) | packed, memory_order_relaxed);
    return rule;
}

hf__rule hf__rule_find(hf__rule_table *table, uint64_t address)
{
    if (address >> ADDRESS_BITS != 0)
        return (hf__rule){ HF__CFA_NONE, 0, 0 };
    uint64_t mixed = mix(address);
    uint64_t tag = mixed >> HF__RULE_BUCKET_BITS;
    _Atomic uint64_t *bucket = table->buckets[mixed & ((1 << HF__RULE_BUCKET_BITS) - 1)];
    for (unsigned way = 0; way < HF__RULE_WAYS; way++) {
        uint64_t entry = atomic_load_explicit(&bucket[way], memory_order_relaxed);
        if (entry >> (64 - HF__RULE_TAG_BITS) == tag && entry != 0)
            return unpack(entry);
    }
    return find_slowly(bucket, tag, address);
}

void hf__rules_forget(hf__rule_table *table)
{
    for (size_t i = 0; i < sizeof table->buckets / sizeof table->buckets[0]; i++)
        for (unsigned way = 0; way < HF__RULE_WAYS; way++)
            if (atomic_load_explicit(&table->buckets[i][way], memory_order_relaxed) != 0)
                atomic_store_explicit(&table->buckets[i][way], 0, memory_order_relaxed);
}

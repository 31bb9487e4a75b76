/* rules.c - evaluating rules once, and packing them. */
#define _GNU_SOURCE
#include "rules.h"

#include <dlfcn.h>
#include <string.h>

/* glibc 2.35 and later: finds the module of an address without a lock, in signal handlers too. */
const uint8_t *hf__module_table(uint64_t address)
{
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) != 0)
        return NULL;
    return found.dlfo_eh_frame;
}

/* UINT64_MAX when the rule does not fit. */
static uint64_t pack(hf__rule rule)
{
    int64_t offset = rule.kind == HF__CFA_BP_DEREF ? -(int64_t)rule.offset : rule.offset;
    int64_t bp = -(int64_t)rule.bp_offset;
    if (offset < 0 || offset % 8 != 0 || offset / 8 >= 1 << HF__RULE_OFFSET_BITS)
        return UINT64_MAX;
    if (bp < 0 || bp % 8 != 0 || bp / 8 >= 1 << HF__RULE_BP_BITS)
        return UINT64_MAX;
    return (uint64_t)rule.kind << (HF__RULE_OFFSET_BITS + HF__RULE_BP_BITS) | (uint64_t)(offset / 8) << HF__RULE_BP_BITS | (uint64_t)(bp / 8);
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

hf__rule hf__rule_evaluate(hf__rule_table *table, uint64_t address)
{
    if (address >> HF__RULE_ADDRESS_BITS != 0)
        return (hf__rule){ HF__CFA_NONE, 0, 0 };
    uint64_t mixed = hf__rule_mix(address);
    return find_slowly(table->buckets[mixed & ((1 << HF__RULE_BUCKET_BITS) - 1)], mixed >> HF__RULE_BUCKET_BITS,
                       address);
}

void hf__rules_forget(hf__rule_table *table)
{
    for (size_t i = 0; i < sizeof table->buckets / sizeof table->buckets[0]; i++)
        for (unsigned way = 0; way < HF__RULE_WAYS; way++)
            if (atomic_load_explicit(&table->buckets[i][way], memory_order_relaxed) != 0)
                atomic_store_explicit(&table->buckets[i][way], 0, memory_order_relaxed);
}

/* recorder_counts.c - full recordings agree, to the byte and block, with programs that count for
 * themselves; also when those are killed. */
#include "record.h"

#include <stdlib.h>

/* Live blocks and bytes whose stack has a frame in [start, start + 512) before any other site's. */
typedef struct site {
    uint64_t address;
    int64_t  blocks, bytes, seen_blocks, seen_bytes;
} site;

enum { SITES_MAX = 32, FUNCTION_SIZE = 512 };

static size_t read_sites(const char *text, site *sites)
{
    size_t count = 0;
    for (const char *line = strstr(text, "site "); line != NULL && count < SITES_MAX; line = strstr(line + 1, "site ")) {
        unsigned long long address;
        long long blocks, bytes;
        if (sscanf(line, "site %llx %lld %lld", &address, &blocks, &bytes) == 3)
            sites[count++] = (site){ address, blocks, bytes, 0, 0 };
    }
    return count;
}

/* The site whose function holds the address: the nearest that starts before it. */
static site *site_of(site *sites, size_t count, uint64_t address)
{
    site *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (address > sites[i].address && address - sites[i].address < FUNCTION_SIZE &&
            (best == NULL || sites[i].address > best->address))
            best = &sites[i];
    return best;
}

static void count_live(const replayed *all, site *sites, size_t count)
{
    for (size_t i = 0; i < all->blocks_room; i++) {
        const live_block *block = &all->blocks[i];
        if (!block->alive)
            continue;
        for (uint32_t node = block->stack; node != 0; node = all->stacks[node].parent) {
            site *found = site_of(sites, count, all->stacks[node].address);
            if (found != NULL) {
                found->seen_blocks++;
                found->seen_bytes += (int64_t)block->size;
                break;
            }
        }
    }
}

static void compare(const char *threads, const char *operations, const char *ending, const char *expected_ending)
{
    char *const command[] = { COUNT_SELF_PATH, (char *)(uintptr_t)threads, (char *)(uintptr_t)operations,
                              (char *)(uintptr_t)ending, NULL };
    recorded run;
    replayed all;
    site sites[SITES_MAX];
    if (!check(record_program(command, NULL, &run), "recording count_self %s %s", threads, ending))
        return;
    if (check(replay(run.path, &all), "reading the recording of count_self %s %s", threads, ending)) {
        size_t count = read_sites(run.output, sites);
        check(count == 10, "%s %s: sites printed: %zu", threads, ending, count);
        count_live(&all, sites, count);
        for (size_t i = 0; i < count; i++)
            check(sites[i].blocks == sites[i].seen_blocks && sites[i].bytes == sites[i].seen_bytes,
                  "%s %s: site %zu has %lld blocks, %lld bytes; recorded %lld, %lld", threads, ending, i,
                  (long long)sites[i].blocks, (long long)sites[i].bytes, (long long)sites[i].seen_blocks,
                  (long long)sites[i].seen_bytes);
        check(all.strangers == 0, "%s %s: releases of unknown blocks: %llu", threads, ending,
              (unsigned long long)all.strangers);
        check(all.doubled == 0, "%s %s: births at living addresses: %llu", threads, ending,
              (unsigned long long)all.doubled);
        check(all.lost == 0 && run.result.lost_events == 0, "%s %s: lost events", threads, ending);
        check(all.kinds[HF__TRACE_RESTORE] > 0, "%s %s: no realloc failed", threads, ending);
        check(all.counters.allocations == all.kinds[HF__TRACE_ALLOCATE] &&
                  all.counters.releases == all.kinds[HF__TRACE_RELEASE] - all.kinds[HF__TRACE_RESTORE],
              "%s %s: counters say %llu and %llu, events %llu and %llu", threads, ending,
              (unsigned long long)all.counters.allocations, (unsigned long long)all.counters.releases,
              (unsigned long long)all.kinds[HF__TRACE_ALLOCATE], (unsigned long long)all.kinds[HF__TRACE_RELEASE]);
        check(strstr(all.endings, expected_ending) != NULL, "%s %s: ended as %s", threads, ending, all.endings);
        replayed_release(&all);
    }
    recorded_release(&run);
}

int main(void)
{
    compare("1", "60000", "return", "1:exit 0");
    compare("1", "3000", "_exit", "1:exit 0");
    compare("2", "60000", "kill", "1:signal 9");
    compare("4", "60000", "abort", "1:signal 6");
    compare("8", "30000", "return", "1:exit 0");
    return check_summary();
}

/* sites.c - live blocks by the function that asked for them. */
#include "sites.h"

size_t sites_read(const char *text, site *sites)
{
    size_t count = 0;
    for (const char *line = strstr(text, "site "); line != NULL && count < SITES_MAX; line = strstr(line + 1, "site ")) {
        unsigned long long start, end;
        long long blocks, bytes;
        if (sscanf(line, "site %llx %llx %lld %lld", &start, &end, &blocks, &bytes) == 4)
            sites[count++] = (site){ start, end, blocks, bytes, 0, 0 };
    }
    return count;
}

static site *site_of(site *sites, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++)
        if (address > sites[i].start && address <= sites[i].end)
            return &sites[i];
    return NULL;
}

void sites_count(const replayed *all, site *sites, size_t count)
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

void sites_check(const char *program, const site *sites, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(sites[i].blocks == sites[i].seen_blocks && sites[i].bytes == sites[i].seen_bytes,
              "%s: site %zu has %lld blocks, %lld bytes; recorded %lld, %lld", program, i, (long long)sites[i].blocks,
              (long long)sites[i].bytes, (long long)sites[i].seen_blocks, (long long)sites[i].seen_bytes);
}

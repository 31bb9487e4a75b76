/* recorder_counts.c - full recordings agree, to the byte and block, with programs that count for
 * themselves; also when those are killed. */
#include "sites.h"


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
        size_t count = sites_read(run.output, sites);
        check(count == 10, "%s %s: sites printed: %zu", threads, ending, count);
        sites_count(&all, sites, count);
        sites_check(ending, sites, count);
        check(all.strangers == 0, "%s %s: releases of unknown blocks: %llu", threads, ending,
              (unsigned long long)all.strangers);
        check(all.doubled == 0, "%s %s: births at living addresses: %llu", threads, ending,
              (unsigned long long)all.doubled);
        check(all.lost == 0 && run.result.lost_events == 0, "%s %s: lost events", threads, ending);
        check(all.kinds[HF__TRACE_RESTORE] > 0, "%s %s: no realloc failed", threads, ending);
        check(all.counters.allocations == all.kinds[HF__TRACE_ALLOCATE] &&
                  all.counters.releases == all.kinds[HF__TRACE_RELEASE] - all.kinds[HF__TRACE_RESTORE],
              "%s %s: counters say %llu and %llu, events %llu and %llu, of which %llu were taken back", threads, ending,
              (unsigned long long)all.counters.allocations, (unsigned long long)all.counters.releases,
              (unsigned long long)all.kinds[HF__TRACE_ALLOCATE], (unsigned long long)all.kinds[HF__TRACE_RELEASE],
              (unsigned long long)all.kinds[HF__TRACE_RESTORE]);
        /* One in 128 events, but for what ends a segment sooner: other threads, ticks of 10 ms, checkpoints. */
        if (strcmp(threads, "1") == 0 && strcmp(operations, "60000") == 0)
            check(all.stamps * 64 < all.kinds[HF__TRACE_ALLOCATE] + all.kinds[HF__TRACE_RELEASE], "the clock was read %llu times for %llu events",
                  (unsigned long long)all.stamps, (unsigned long long)(all.kinds[HF__TRACE_ALLOCATE] + all.kinds[HF__TRACE_RELEASE]));
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

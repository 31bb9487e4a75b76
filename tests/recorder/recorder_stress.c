/* recorder_stress.c - the stress program under the recorder: it ends, and its counts agree.
 * usage: recorder_stress SECONDS */
#include "sites.h"

#include <stdlib.h>

int main(int count, char **arguments)
{
    char *const command[] = { STRESS_PATH, count > 1 ? arguments[1] : "2", PLUGIN_PATH, NULL };
    recorded run;
    replayed all;
    site sites[SITES_MAX];
    hf__collect_options options = { .size_max = (uint64_t)64 << 30 };
    if (check(record_program(command, &options, &run), "recording")) {
        if (check(replay(run.path, &all), "reading")) {
            size_t sites_found = sites_read(run.output, sites);
            sites_count(&all, sites, sites_found);
            check(sites_found == 1, "prints its counts: %s", run.output);
            if (all.lost == 0) {
                sites_check("stress", sites, sites_found);
                check(all.doubled == 0, "%llu births at living addresses", (unsigned long long)all.doubled);
            }
            check(strstr(all.endings, "1:exit 0") != NULL, "ended as %.60s", all.endings);
            printf("%s%llu events of allocation, %llu processes, %llu threads, %llu lost%s%s, %.1f s\n", run.output,
                   (unsigned long long)all.kinds[HF__TRACE_ALLOCATE],
                   (unsigned long long)all.kinds[HF__TRACE_PROCESS_START],
                   (unsigned long long)all.kinds[HF__TRACE_THREAD_START], (unsigned long long)all.lost, all.lost != 0 ? ", " : "", all.lost_last,
                   run.result.seconds);
            replayed_release(&all);
        }
        recorded_release(&run);
    }
    return check_summary();
}

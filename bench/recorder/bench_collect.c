/* bench_collect.c - runs a program under the recorder and prints what that took, without judging.
 *
 * usage: bench_collect PERIOD FILE PROGRAM ARGUMENT...      period 0: every allocation
 * Prints one line of JSON on standard error: wall seconds, processor time of the program and of the
 * collector, the collector's largest resident size, bytes of the recording, what was lost. */
#include "collect.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peak.h"

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

int main(int count, char **arguments)
{
    hf__collect_result result;
    struct rusage      program;
    hf_error           error;
    if (count < 4)
        return 2;
    int file = open(arguments[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    hf__collect_options options = { .command = arguments + 3, .recorder = RECORDER_PATH, .file = file,
                                    .period = strtoull(arguments[1], NULL, 10), .size_max = (uint64_t)8 << 30 };
    if (file < 0 || hf__collect_run(&options, &result, &error) != HF_OK)
        return 4;
    getrusage(RUSAGE_CHILDREN, &program);
    fprintf(stderr, "{\"seconds\":%.6f,\"program_cpu\":%.6f,\"collector_cpu\":%.6f,\"collector_kib\":%ld,\"file_bytes\":%llu,\"lost\":%llu}\n",
            result.seconds, cpu_seconds(&program), (double)result.own_cpu_ns / 1e9, resident_most(), (unsigned long long)result.file_bytes,
            (unsigned long long)result.lost_events);
    close(file);
    return WIFEXITED(result.wait_status) ? WEXITSTATUS(result.wait_status) : 1;
}

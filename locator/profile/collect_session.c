/* collect_session.c - the shared memory of a session. */
#define _GNU_SOURCE
#include "collect_inside.h"

#include "base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 100, SCAN_WAIT_MS = 60000, MAP_SIZE_MIN = 16 << 10 };

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Ticks of the processor's clock per second, to about 1e-3 at first; records of the clock refine it. */
static uint64_t measure_ticks(void)
{
    int64_t from_ns = monotonic_ns(), to_ns;
    uint64_t from = hf__ticks_now(), to;
    do {
        to_ns = monotonic_ns();
        to = hf__ticks_now();
    } while (to_ns - from_ns < 50000);
    return (uint64_t)((double)(to - from) * 1e9 / (double)(to_ns - from_ns));
}

hf_status hf__session_create(hf__collector *collector, hf_error *reterr)
{
    const hf__collect_options *options = collector->options;
    uint64_t size = hf__session_file_size(sizeof(hf__trie));
    collector->session_file = memfd_create("holdfast session", MFD_CLOEXEC);
    if (collector->session_file < 0)
        return hf__fail_system(reterr, errno, "memfd_create");
    if (ftruncate(collector->session_file, (off_t)size) != 0) {
        int error = errno;
        close(collector->session_file);
        return hf__fail_system(reterr, error, "the session, 6 GB that are hardly used (ulimit -f allows less?)");
    }
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, collector->session_file, 0);
    if (memory == MAP_FAILED) {
        int error = errno;
        close(collector->session_file);
        return hf__fail_system(reterr, error, "the session, 6 GB of address space (ulimit -v allows less?)");
    }
    hf__session *session = memory;
    collector->session = session;
    collector->ticks_per_second = measure_ticks();
    collector->start_ticks = hf__ticks_now();
    collector->start_ns = monotonic_ns();
    session->magic = HF__SESSION_MAGIC;
    memcpy(session->stamp, HF__TRACE_STAMP, sizeof session->stamp);
    session->collector_pid = (uint32_t)getpid();
    session->period = options->budget != 0 && options->period == 0 ? BUDGET_PERIOD : options->period;
    session->keeps_releases = session->period == 0;
    session->map_size_min = options->map_size_min != 0 ? options->map_size_min : MAP_SIZE_MIN;
    session->budget = options->budget;
    session->wait_ms_max = WAIT_MS;
    session->scan_wait_ms = options->reachability ? SCAN_WAIT_MS : 0;
    session->ticks_per_ms = collector->ticks_per_second / 1000;
    atomic_store(&session->open, 1);
    return HF_OK;
}

void hf__session_destroy(hf__collector *collector)
{
    if (collector->session == NULL)
        return;
    atomic_store(&collector->session->open, 0);
    munmap(collector->session, hf__session_file_size(sizeof(hf__trie)));
    close(collector->session_file);
    collector->session = NULL;
}

void hf__session_punch(hf__collector *collector, uint64_t offset, uint64_t size)
{
    /* Where the kernel cannot, zeroing does the same, only slower. */
    if (fallocate(collector->session_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size) != 0)
        memset((uint8_t *)collector->session + offset, 0, size);
}

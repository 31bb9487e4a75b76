/* collect.h - runs a program under the recorder and writes what it does to a recording.
 *
 * The collector owns the shared memory of the session, starts the program with the recorder
 * preloaded, empties the rings, puts their segments in order, and adds what it knows itself:
 * processes, modules, stacks, checkpoints of processes that do not answer, how they ended.
 *
 * One session at a time in a process: signals are process-wide. */
#ifndef HOLDFAST_COLLECT_H
#define HOLDFAST_COLLECT_H

#include <holdfast/base.h>

#include <signal.h>

typedef struct hf__collect_progress {
    double   seconds;
    uint64_t live_bytes;         /* by the exact counters, all processes */
    uint64_t allocations;
    uint64_t file_bytes;
    double   own_share;          /* estimated share of the program's processor time spent recording */
    uint64_t period;             /* largest at the moment; 0: every allocation */
} hf__collect_progress;

typedef struct hf__collect_options {
    char *const *command;        /* ended by NULL; command[0] is looked up in PATH */
    const char  *recorder;       /* the preloaded object */
    int          file;           /* the recording is written here; borrowed */
    uint64_t     period;         /* bytes; 0: every allocation */
    uint32_t     budget;         /* per mille of the program's processor time; 0: none */
    uint32_t     map_size_min;   /* mappings from here on are recorded; 0: 16 KiB */
    uint32_t     checkpoint_ms;  /* between checkpoints, at first; 0: 5 ms, doubled whenever 128 were taken */
    uint64_t     time_ms;        /* then the program is ended; 0: no limit */
    uint64_t     size_max;       /* bytes of raw events in the file; 0: 256 MiB */
    bool         reachability;   /* looks at the end, and when a checkpoint is asked for, which blocks pointers lead to */
    /* Called some ten times a second; may be NULL. */
    void (*progress)(void *user, const hf__collect_progress *now);
    /* While the program runs: so many bytes of the recording can be read now. May be NULL; else what was recorded is
     * written sooner. */
    void (*written)(void *user, uint64_t length);
    void        *user;
} hf__collect_options;

typedef struct hf__collect_result {
    int      wait_status;        /* of the program, as waitpid gives it */
    uint32_t processes;          /* recorded; 0: the recorder was never loaded */
    uint32_t processes_refused;
    uint64_t lost_events;
    uint64_t file_bytes;
    double   seconds;
    uint64_t own_cpu_ns;         /* processor time of the collector */
} hf__collect_result;

/* Can this program be recorded? On failure HF_NOT_FOUND or HF_MISUSE, and `reterr` has the path as
 * its name and the reason and what to do instead as its detail. */
hf_status hf__collect_check(const char *program, char *ret_path, size_t path_size, hf_error *reterr);
/* Whether what can be recorded is Go, whose own heap does not come from malloc. */
bool hf__collect_is_go(const char *path);

/* Is this a recorder, and of the same build? On failure HF_MISUSE, and `reterr` as above. */
hf_status hf__collect_check_recorder(const char *path, hf_error *reterr);

/* Runs the command to its end. HF_OK when it was started and the recording could be written,
 * whatever the program did. */
hf_status hf__collect_run(const hf__collect_options *options, hf__collect_result *ret_result, hf_error *reterr);

#endif

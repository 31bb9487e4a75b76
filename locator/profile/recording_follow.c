/* recording_follow.c - a thread that reads what the collector has written so far. */
#define _GNU_SOURCE
#include "recording_follow.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "room.h"
#include "trace_read.h"

/* The program and the collector come first. Not the lowest: who holds one of the kernel's locks must get on. */
enum { NICENESS = 10 };

struct hf__follow {
    int              file;
    hf__replay      *replay;       /* NULL until there was something to read */
    _Atomic uint64_t length;
    _Atomic bool     stop;
    sem_t            more;          /* posted when `length` grew, and to stop */
    bool             started;       /* there is a thread, which uses what is above and below */
    pthread_t        thread;
    hf_status        status;        /* HF_END: all that could be read was */
    hf_error         error;
};

static void read_more(hf__follow *follow, uint64_t length)
{
    if (follow->replay == NULL) {
        hf__trace_reader *reader = NULL;
        follow->status = hf__trace_open_growing(follow->file, length, &reader, &follow->error);
        if (follow->status == HF_OK)
            follow->status = hf__replay_begin(reader, &follow->replay, &follow->error);
    } else {
        hf__replay_grown(follow->replay, length);
    }
    if (follow->status == HF_OK || follow->status == HF_END)
        follow->status = hf__replay_play(follow->replay, &follow->stop, &follow->error);
}

static void *follow_thread(void *given)
{
    hf__follow *follow = given;
    uint64_t read = 0;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    while (!atomic_load(&follow->stop)) {
        uint64_t length = atomic_load(&follow->length);
        if (length == read) {
            while (sem_wait(&follow->more) != 0 && errno == EINTR)
                continue;
            continue;
        }
        read_more(follow, length);
        read = length;
        if (follow->status != HF_END && follow->status != HF_OK)
            break;
    }
    return NULL;
}

hf_status hf__follow_create(int file, hf__follow **ret_follow, hf_error *reterr)
{
    hf__follow *follow = hf__room_zeroed(1, sizeof *follow);
    if (follow == NULL || sem_init(&follow->more, 0, 0) != 0) {
        hf__room_free(follow);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    follow->file = file;
    *ret_follow = follow;
    return HF_OK;
}

void hf__follow_written(hf__follow *follow, uint64_t length)
{
    atomic_store(&follow->length, length);
    if (follow->started) {
        sem_post(&follow->more);
        return;
    }
    /* Signals are for the thread that collects. Without a thread all is read at the end. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    follow->started = pthread_create(&follow->thread, NULL, follow_thread, follow) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_thread(hf__follow *follow)
{
    if (!follow->started)
        return;
    atomic_store(&follow->stop, true);
    sem_post(&follow->more);
    pthread_join(follow->thread, NULL);
    atomic_store(&follow->stop, false);
    follow->started = false;
}

hf_status hf__follow_finish(hf__follow *follow, const char *name, hf__recording *ret_recording, hf_error *reterr)
{
    struct stat status;
    stop_thread(follow);
    bool failed = follow->status != HF_OK && follow->status != HF_END;
    if (!failed && fstat(follow->file, &status) == 0)
        read_more(follow, status.st_size > 0 ? (uint64_t)status.st_size : 0);
    hf_status ended = follow->status;
    if (ended == HF_END)
        ended = hf__replay_finish(follow->replay, ret_recording, &follow->error);
    if (ended != HF_OK && reterr != NULL) {
        *reterr = follow->error;
        if (ended != HF_NO_MEMORY)
            hf__error_set_name(reterr, name);
    }
    hf__follow_destroy(follow);
    return ended;
}

void hf__follow_destroy(hf__follow *follow)
{
    if (follow == NULL)
        return;
    stop_thread(follow);
    hf__replay_destroy(follow->replay);
    sem_destroy(&follow->more);
    hf__room_free(follow);
}

/* corpus.h - what the programs of the corpus share: steady rounds, and an account of what they leak.
 *
 * The account is the truth that the judge is compared with. It goes to standard output at the end:
 *   corpus: leaked 480000 bytes in 1.199 s
 *   corpus: lasted 1.502 of 1.500 s, waited 0.004 s
 * The second line is about the machine: how long its rounds should last (0: it has a pace of its own), and for how
 * long its main thread was kept waiting for a processor, by the kernel's count. */
#ifndef CORPUS_H
#define CORPUS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CORPUS_PER_SECOND = 400, CORPUS_ROUNDS = 600 };

static size_t corpus_bytes;
static double corpus_first_leak;
static int corpus_round = -1, corpus_rounds; /* rounds: that corpus_next counts; 0 for none */
static struct timespec corpus_begin;

static inline double corpus_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - corpus_begin.tv_sec) + (double)(now.tv_nsec - corpus_begin.tv_nsec) / 1e9;
}

/* For programs with a loop of their own: before it, and after it. */
static inline void corpus_start(void)
{
    clock_gettime(CLOCK_MONOTONIC, &corpus_begin);
}

/* Seconds in which this thread could have run and did not; allocates nothing. */
static inline double corpus_waited(void)
{
    char text[96] = "";
    unsigned long long ran = 0, waited = 0;
    int file = open("/proc/thread-self/schedstat", O_RDONLY);
    if (file >= 0) {
        if (read(file, text, sizeof text - 1) > 0)
            sscanf(text, "%llu %llu", &ran, &waited);
        close(file);
    }
    return (double)waited / 1e9;
}

static inline void corpus_account(void)
{
    printf("corpus: lasted %.3f of %.3f s, waited %.3f s\n", corpus_seconds(), (double)corpus_rounds / CORPUS_PER_SECOND,
           corpus_waited());
    printf("corpus: leaked %zu bytes in %.3f s\n", corpus_bytes, corpus_seconds() - corpus_first_leak);
    fflush(stdout);
    if (getenv("CORPUS_ROUNDS") != NULL) /* the truth is what is kept now, not what is tidied up later */
        _exit(0);
}

static inline void corpus_sleep_ms(int milliseconds)
{
    struct timespec wait = { milliseconds / 1000, milliseconds % 1000 * 1000000l };
    nanosleep(&wait, NULL);
}

/* Waits for the next round; 0 after the last, when the account has been given. */
static inline int corpus_next(void)
{
    if (++corpus_round == 0) {
        const char *asked = getenv("CORPUS_ROUNDS"); /* a check of the truth needs no more than some */
        corpus_rounds = asked != NULL ? atoi(asked) : CORPUS_ROUNDS;
        clock_gettime(CLOCK_MONOTONIC, &corpus_begin);
    }
    double left = (double)corpus_round / CORPUS_PER_SECOND - corpus_seconds();
    if (left > 0) {
        struct timespec wait = { (time_t)left, (long)((left - (double)(time_t)left) * 1e9) };
        nanosleep(&wait, NULL);
    }
    if (corpus_round < corpus_rounds)
        return 1;
    corpus_account();
    return 0;
}

/* The same at another pace, and for so many seconds. */
static inline int corpus_paced(double per_second, double seconds)
{
    static int rounds;
    if (++corpus_round == 0) {
        const char *asked = getenv("CORPUS_ROUNDS");
        rounds = asked != NULL ? atoi(asked) : 0;
        clock_gettime(CLOCK_MONOTONIC, &corpus_begin);
    }
    double left = (double)corpus_round / per_second - corpus_seconds();
    if (left > 0) {
        struct timespec wait = { (time_t)left, (long)((left - (double)(time_t)left) * 1e9) };
        nanosleep(&wait, NULL);
    }
    if (rounds > 0 ? corpus_round < rounds : corpus_seconds() < seconds)
        return 1;
    corpus_account();
    return 0;
}

/* Time counts from the first leak on, so that a fault that comes late has its own rate. */
static inline void corpus_leaked(size_t bytes)
{
    if (corpus_bytes == 0)
        corpus_first_leak = corpus_seconds();
    corpus_bytes += bytes;
}

/* A number that looks random and is the same in every run. */
static inline unsigned corpus_random(void)
{
    static unsigned long long state = 88172645463325252ull;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (unsigned)(state >> 16);
}

#define CORPUS_NOINLINE __attribute__((noinline))

#endif

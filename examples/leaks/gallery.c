/* gallery.c - rounds, counts and the line of results. */
#include "gallery.h"

#include <holdfast/memory.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLES_MAX = 60 };

typedef struct sample {
    long ms, resident_kib, threads;
} sample;

void gallery_fail(const char *what)
{
    fprintf(stderr, "gallery: %s\n", what);
    exit(2);
}

size_t gallery_holdfast_mapped(void)
{
    hf_page_counts counts = hf_page_count();
    return (size_t)(counts.mapped_bytes - counts.kept_bytes);
}

/* ---- requests ---------------------------------------------------------------------------- */

/* Three digits, as everything in a request has a fixed width: all requests have one size, so that
 * what grows is what stays. */
static long price(long number, int item, int part)
{
    return 100 + (number * 31 + item * 7 + part * 3) % 897;
}

static size_t write_request(long number, char *text, const char *head, const char *references)
{
    size_t room = GALLERY_REQUEST_MAX, at = 0;
    at += (size_t)snprintf(text + at, room - at, "{%s\"order\":{\"customer\":\"c%03ld\",\"items\":[", head, number % 1000);
    for (int item = 0; item < GALLERY_ITEMS; item++)
        at += (size_t)snprintf(text + at, room - at,
                               "%s{%s\"name\":\"item %d of order %06ld\",\"price\":%ld,\"parts\":[{\"price\":%ld,"
                               "\"note\":\"a longer note, as users write them\"},{\"price\":%ld}]}",
                               item > 0 ? "," : "", references, item, number, price(number, item, 0),
                               price(number, item, 1), price(number, item, 2));
    at += (size_t)snprintf(text + at, room - at, "]}}");
    return at;
}

size_t gallery_request(long number, char *text)
{
    return write_request(number, text, "", "");
}

size_t gallery_graph_request(long number, char *text)
{
    return write_request(number, text, "\"vendor\":{\"name\":\"the vendor of all items\"},",
                         "\"of\":{\"$ref\":\"#/order\"},\"vendor\":{\"$ref\":\"#/vendor\"},");
}

/* ---- counts ------------------------------------------------------------------------------ */

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static long status_number(const char *name)
{
    char  line[256];
    long  number = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtol(line + strlen(name), NULL, 10);
    if (status != NULL)
        fclose(status);
    return number;
}

static size_t live_bytes(const gallery_program *program)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd + (program->mapped != NULL ? program->mapped() : 0);
}

/* grown: in bytes, over the last `counted` rounds. */
static void print_result(long rounds, uint64_t answer, long long grown, long counted, size_t live, long long elapsed_ns,
                         const sample *samples, int sample_count)
{
    printf("{\"rounds\":%ld,\"answer\":\"%016llx\",\"grown_bytes\":%lld,\"growth_per_1000\":%.3f,\"live_bytes\":%zu,"
           "\"threads\":%ld,\"ns_per_round\":%.0f,\"samples\":[",
           rounds, (unsigned long long)answer, grown, counted > 0 ? (double)grown * 1000.0 / (double)counted : 0, live,
           samples[sample_count - 1].threads, rounds > 0 ? (double)elapsed_ns / (double)rounds : 0);
    for (int i = 0; i < sample_count; i++)
        printf("%s[%ld,%ld,%ld]", i > 0 ? "," : "", samples[i].ms, samples[i].resident_kib, samples[i].threads);
    printf("]}\n");
}

typedef struct wish {
    long rounds, seconds, pace;
} wish;

static wish wish_of(int count, char **arguments)
{
    wish wanted = { .rounds = 2000, .seconds = 10 };
    for (int i = 1; i + 1 < count; i += 2) {
        long number = strtol(arguments[i + 1], NULL, 10);
        if (strcmp(arguments[i], "--rounds") == 0)
            wanted.rounds = number;
        else if (strcmp(arguments[i], "--seconds") == 0)
            wanted.seconds = number;
        else if (strcmp(arguments[i], "--pace") == 0)
            wanted.pace = number;
    }
    return wanted;
}

/* Until the next request comes. */
static void wait_until(long long due_ns)
{
    long long left = due_ns - now_ns();
    if (left > 0)
        nanosleep(&(struct timespec){ left / 1000000000, left % 1000000000 }, NULL);
}

int gallery_main(int count, char **arguments, const gallery_program *program)
{
    wish   wanted = wish_of(count, arguments);
    long   rounds = wanted.rounds, done = 0;
    sample samples[SAMPLES_MAX];
    int    sample_count = 0;
    if (program->begin != NULL)
        program->begin();
    uint64_t  answer = 14695981039346656037u;
    size_t    live_quarter = 0;
    long      quarter = rounds / 4, sample_every = rounds / (SAMPLES_MAX - 2) + 1;
    long long begin = now_ns(), counting = 0;
    while (done < rounds && now_ns() - begin < wanted.seconds * 1000000000LL) {
        if (wanted.pace > 0)
            wait_until(begin + done * 1000000000LL / wanted.pace);
        answer = (answer ^ program->round(done)) * 1099511628211u;
        done++;
        long long counted_from = now_ns();
        if (done == quarter)
            live_quarter = live_bytes(program);
        if (done % sample_every == 0 || done == rounds)
            samples[sample_count++] = (sample){ (long)((counted_from - begin) / 1000000), status_number("VmRSS:"),
                                                status_number("Threads:") };
        counting += now_ns() - counted_from;
    }
    long long elapsed = now_ns() - begin - counting;
    size_t    live = live_bytes(program);
    long      counted = done > quarter ? done - quarter : 0;
    long long grown = counted > 0 ? (long long)live - (long long)live_quarter : 0;
    if (sample_count == 0)
        samples[sample_count++] = (sample){ 0, status_number("VmRSS:"), status_number("Threads:") };
    print_result(done, answer, grown, counted, live, elapsed, samples, sample_count);
    fflush(stdout);
    if (program->end != NULL)
        program->end();
    return 0;
}

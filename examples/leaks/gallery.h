/* gallery.h - what every program of the gallery shares: requests, rounds, and the count of what stays.
 *
 * A program is a small service: per round one request (nested JSON) is read, processed recursively
 * and answered with a number. The three forms of a mechanism get the same requests and give the
 * same answers, unless the mistake makes them wrong. */
#ifndef HOLDFAST_GALLERY_H
#define HOLDFAST_GALLERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gallery_program {
    void (*begin)(void);            /* NULL: nothing to prepare */
    uint64_t (*round)(long number); /* one request; its answer */
    void (*end)(void);              /* NULL: nothing to release */
    size_t (*mapped)(void);         /* live bytes that malloc does not know of; NULL: none */
} gallery_program;

/* Options: --rounds N (default 2000), --seconds S (at most so long; default 10), --pace N (rounds a second at most, as a
 * service gets its requests; default: as fast as it can). Runs the rounds
 * and prints one line of JSON: rounds, answer (a hash of all), growth_per_1000 (live bytes from
 * a quarter of the rounds on), live_bytes, threads, ns_per_round, and samples of resident KiB and
 * threads over time. */
int gallery_main(int count, char **arguments, const gallery_program *program);

/* The JSON text of a request, some 700 bytes, NUL-terminated. `text` has GALLERY_REQUEST_MAX. */
enum { GALLERY_REQUEST_MAX = 2048, GALLERY_ITEMS = 6 };
size_t gallery_request(long number, char *text);

/* The same as a graph: each item refers back to its order and to one vendor, as JSON References. */
size_t gallery_graph_request(long number, char *text);

/* Live bytes of Holdfast that do not come from malloc: for `mapped`. */
size_t gallery_holdfast_mapped(void);

/* Ends the program with a message; for what cannot fail here. */
void gallery_fail(const char *what) __attribute__((noreturn));

#endif

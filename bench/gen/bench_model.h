/* bench_model.h - what the benchmarks of generated code read, write, copy and measure.
 *
 * CHECK says what only costs time: unchecked_model.h has the same records without it. */
#ifndef BENCH_GEN_MODEL_H
#define BENCH_GEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <holdfast/annotate.h>

#ifndef CHECK
#define CHECK(...) HF(__VA_ARGS__)
#endif

/* Some members of twitter.json; most of it is wanted by nobody. */
typedef struct account {
    uint64_t id;
    char    *screen_name HF(own);
} account;

typedef struct tweet {
    char    *created_at HF(own);
    uint64_t id;
    char    *text HF(own);
    int64_t  in_reply_to_status_id HF(optional);
    bool     has_in_reply_to_status_id;
    account  user;
    uint32_t retweet_count;
    uint32_t favorite_count;
} tweet;

typedef struct timeline {
    tweet *statuses HF(own);
    size_t n_statuses;
} timeline;

/* 500 bytes of JSON, all of them wanted. */
typedef struct person {
    uint64_t id CHECK(min = 1, max = 1000000000000);
    char    *name HF(own) CHECK(len <= 80);
    char    *email HF(own) CHECK(len <= 254);
    char    *phone HF(own) CHECK(len <= 24);
    char    *street HF(own) CHECK(len <= 120);
    char    *city HF(own) CHECK(len <= 60);
    char    *country HF(own) CHECK(pattern = "[A-Z]{2}");
    int32_t  age CHECK(min = 0, max = 150);
    uint32_t visits CHECK(max = 4000000000);
    double   balance CHECK(min = -1000000, max = 1000000);
    double   latitude CHECK(min = -90, max = 90);
    double   longitude CHECK(min = -180, max = 180);
    bool     active;
    bool     verified;
    int64_t  created_at CHECK(min = 0);
    int64_t  seen_at CHECK(min = 0);
    char    *about HF(own) CHECK(len <= 400);
    char    *token HF(own) CHECK(len = 40);
} person;

typedef struct people {
    person *all HF(own, count = n_all, name = "people");
    size_t  n_all;
} people;

/* A tree by annotation, and the same with parents and shared children. */
typedef struct leaf {
    int64_t      value;
    struct leaf *left HF(own), *right HF(own);
} leaf;

typedef struct knot {
    int64_t      value;
    struct knot *left HF(shared), *right HF(shared);
    struct knot *parent HF(ref);
} knot;

#endif

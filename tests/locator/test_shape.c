/* test_shape.c - thousands of simulated programs, leaking and healthy, judged by their series alone. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "live.h"
#include "shape.h"

/* A program: a function that is called once for each step and allocates through `born`. */
typedef struct program {
    hf__model model;
    hf__live  live;
    uint32_t  path;
    uint64_t  random, next_address;
    double    rate;          /* true bytes per second of the leak, measured as it goes */
    double    leaked, leak_from_s, now_s;
    int       step, steps;
    double    sample_period; /* 0: every block */
    uint64_t  slots[20000];
    size_t    slots_count;
    double    a, b;          /* what a kind of program wants to remember */
    double    cycle, duty, phase; /* of work and rest, in steps */
} program;

static double uniform(program *at)
{
    at->random ^= at->random << 13, at->random ^= at->random >> 7, at->random ^= at->random << 17;
    return (double)(at->random >> 11) / 9007199254740992.0;
}

static double between(program *at, double low, double high)
{
    return low + (high - low) * uniform(at);
}

static uint64_t born(program *at, double size)
{
    uint64_t address = at->next_address += 16;
    double weight = 1;
    if (at->sample_period > 0) {
        double chance = 1 - exp(-size / at->sample_period);
        if (uniform(at) >= chance)
            return address;
        weight = 1 / chance;
    }
    hf__live_born(&at->live, address, (uint64_t)size, at->path, (uint32_t)(weight * HF_LIVE_WEIGHT_ONE + 0.5));
    return address;
}

static void died(program *at, uint64_t address)
{
    hf__live_died(&at->live, address);
}

/* The two halves of a realloc, as a recorder tells them: a block that is sampled again may be left out. */
static uint64_t resize(program *at, uint64_t address, double size)
{
    bool known = hf__live_find(&at->live, address) != NULL;
    uint64_t moved = at->next_address += 16;
    double chance = at->sample_period > 0 ? 1 - exp(-size / at->sample_period) : 1;
    bool sampled = uniform(at) < chance;
    uint32_t weight = (uint32_t)(HF_LIVE_WEIGHT_ONE / chance + 0.5);
    if (known)
        hf__live_lift(&at->live, 1, address);
    if (sampled && !hf__live_resize(&at->live, 1, moved, (uint64_t)size, at->path, weight))
        hf__live_born(&at->live, moved, (uint64_t)size, at->path, weight);
    hf__live_settle(&at->live, 1);
    return moved;
}

static void leak(program *at, double size)
{
    if (at->leaked == 0)
        at->leak_from_s = at->now_s;
    at->leaked += size;
    born(at, size);
}

/* Blocks in flight: each new one replaces one of `count`. */
static void in_flight(program *at, size_t count, size_t births, double size)
{
    if (count > sizeof at->slots / sizeof *at->slots)
        abort();
    for (size_t i = 0; i < births; i++) {
        size_t slot = (size_t)(uniform(at) * (double)count);
        if (at->slots[slot] != 0)
            died(at, at->slots[slot]);
        at->slots[slot] = born(at, size);
    }
}

static void temporary(program *at, int count, double size)
{
    for (int i = 0; i < count; i++)
        died(at, born(at, size));
}

/* Work for a part of each cycle, then rest. */
static bool works(program *at)
{
    if (at->cycle == 0) {
        at->cycle = at->steps / between(at, 5, 20);
        at->duty = between(at, 0.2, 0.8);
        at->phase = between(at, 0, at->cycle);
    }
    return fmod(at->step + at->phase, at->cycle) < at->duty * at->cycle;
}

/* ---- leaking programs ------------------------------------------------------------------------- */

static void leak_plain(program *at) { leak(at, 100); temporary(at, 5, 200); }
static void leak_bits(program *at) { temporary(at, 20, 500); if (uniform(at) < 0.05) leak(at, 40); }
static void leak_beside_flight(program *at) { in_flight(at, 200, 20, 300); leak(at, 120); }
static void leak_late(program *at) { in_flight(at, 50, 5, 64); if (at->step > at->steps / 2) leak(at, 80); }
static void leak_after_warm_up(program *at)
{
    if (at->step < at->steps / 8)
        for (int i = 0; i < 10; i++)
            born(at, 500);
    leak(at, 90);
}
/* Names are learnt, and what goes with each is kept: at first nearly all are new. */
static void leak_after_fast_start(program *at)
{
    double start = exp(-at->step / (at->steps * 0.05));
    if (uniform(at) < 0.2 * (1 + start))
        leak(at, 64);
    temporary(at, 2, 100);
}
static void leak_under_load(program *at)
{
    if (at->step % 40 == 0)
        at->a = between(at, 0.4, 2.2);
    for (double i = uniform(at); i < at->a * 2; i++)
        leak(at, 64);
}
static void leak_in_bursts(program *at)
{
    if (at->step % (at->steps / 20) == 7)
        for (int i = 0; i < 30; i++)
            leak(at, 256);
    temporary(at, 3, 100);
}
static void leak_big_and_rare(program *at)
{
    if (at->step % (at->steps / 12) == 3)
        leak(at, 1 << 20);
}
static void leak_under_sawtooth(program *at)
{
    uint64_t block = born(at, 400);
    if (at->slots_count < 150)
        at->slots[at->slots_count++] = block;
    else
        died(at, block);
    if (at->step % 150 == 149)
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
    leak(at, 60);
}
static void leak_some_freed(program *at)
{
    for (int i = 0; i < 3; i++) {
        uint64_t block = born(at, 100);
        if (uniform(at) < 0.7)
            died(at, block);
        else if (at->leaked += 100, at->leak_from_s == 0)
            at->leak_from_s = 1e-9;
    }
}
/* One or two blocks come and go; then a setting is switched on that keeps each reply. */
static void leak_after_wobble(program *at)
{
    in_flight(at, 2, 1, 512);
    if (at->step > at->steps * 0.6)
        for (int i = 0; i < 3; i++)
            leak(at, 512);
}
/* A small saw, of a twentieth of what leaks later. */
static void leak_after_saw(program *at)
{
    size_t tooth = (size_t)at->steps / 30;
    if (at->step > at->steps * 0.4)
        leak(at, 100);
    else if (at->slots_count < tooth)
        at->slots[at->slots_count++] = born(at, 100);
    else
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
}
static void leak_by_turns(program *at)
{
    if (!works(at))
        return;
    temporary(at, 3, 100);
    if (uniform(at) < 0.2)
        leak(at, 100);
}
/* A list that is drained at half the speed at which it is filled. */
static void leak_backlog(program *at)
{
    size_t head = (size_t)at->a;
    at->slots[at->slots_count++ % 20000] = born(at, 100);
    at->slots[at->slots_count++ % 20000] = born(at, 100);
    died(at, at->slots[head % 20000]);
    at->a = (double)head + 1;
    at->leaked += 100;
}
static void leak_vector(program *at)
{
    at->leaked += 16;
    at->b += 16;
    if (at->b <= at->a)
        return;
    uint64_t larger = born(at, at->a = at->a > 0 ? at->a * 2 : 64);
    if (at->slots[0] != 0)
        died(at, at->slots[0]);
    at->slots[0] = larger;
}

/* One text, lengthened by the same step for ever. */
static void leak_text(program *at)
{
    at->slots[0] = at->a > 0 ? resize(at, at->slots[0], at->a + 128) : born(at, 128);
    at->a += 128;
    at->leaked += 128;
    temporary(at, 2, 100);
}
/* The same for a hundred peers, each of which has a text. */
static void leak_texts(program *at)
{
    size_t slot = (size_t)(uniform(at) * 100);
    if (at->slots[slot] == 0) {
        at->slots[slot] = born(at, 64);
        at->slots[slot + 1000] = 64;
    } else {
        at->slots[slot] = resize(at, at->slots[slot], (double)(at->slots[slot + 1000] += 64));
    }
    at->leaked += 64;
}

/* ---- healthy programs ------------------------------------------------------------------------- */

static void steady_flight(program *at) { in_flight(at, 300, 15, 200); }
static void steady_random_lives(program *at)
{
    /* Heavy-tailed lifetimes in a bounded table: a few live very long. */
    size_t slot = (size_t)(250 * pow(uniform(at), 3));
    if (at->slots[slot] != 0)
        died(at, at->slots[slot]);
    at->slots[slot] = born(at, 128);
}
static void table_once(program *at)
{
    if (at->step == 10)
        for (int i = 0; i < 4000; i++)
            born(at, 48);
    temporary(at, 4, 80);
}
static void registry_lazy(program *at)
{
    size_t slot = (size_t)(60 * uniform(at) * uniform(at));
    if (at->slots[slot] == 0)
        at->slots[slot] = born(at, 300);
    temporary(at, 2, 80);
}
static void cache_fills(program *at)
{
    if (at->slots_count < (size_t)(at->steps * 0.55)) {
        at->slots[at->slots_count++] = born(at, 200);
    }
    temporary(at, 2, 200);
}
static void cache_of_keys(program *at)
{
    size_t keys = (size_t)at->steps / 4;
    size_t slot = (size_t)(uniform(at) * (double)keys);
    if (at->slots[slot] == 0)
        at->slots[slot] = born(at, 150);
}
/* Less than half full at the end: nobody can know where it stops, and it is not called a leak. */
static void cache_of_many_keys(program *at)
{
    size_t slot = (size_t)(uniform(at) * (double)at->steps * 1.6);
    if (at->slots[slot] == 0)
        at->slots[slot] = born(at, 150);
}
static void cache_first_in_first_out(program *at)
{
    size_t bound = (size_t)at->steps / 5, slot = at->slots_count++ % bound;
    if (at->slots[slot] != 0)
        died(at, at->slots[slot]);
    at->slots[slot] = born(at, 250);
}
static void cache_random_eviction(program *at)
{
    in_flight(at, (size_t)at->steps / 5, 1, 250);
}
static void sawtooth(program *at)
{
    size_t tooth = (size_t)at->steps / 5 + 3;
    at->slots[at->slots_count++] = born(at, 100);
    if (at->slots_count == tooth)
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
}
static void sawtooth_uneven(program *at)
{
    if (at->a == 0)
        at->a = at->steps / between(at, 6, 14);
    at->slots[at->slots_count++] = born(at, 100);
    if ((double)at->slots_count < at->a)
        return;
    while (at->slots_count > 0)
        died(at, at->slots[--at->slots_count]);
    at->a = at->steps / between(at, 6, 14);
}
/* Large teeth at first, and little that stays later. */
static void sawtooth_stops(program *at)
{
    size_t tooth = (size_t)at->steps / 12;
    if (at->step > at->steps / 2)
        in_flight(at, tooth / 4, 3, 100);
    else if (at->slots_count < tooth)
        at->slots[at->slots_count++] = born(at, 100);
    else
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]), at->slots[at->slots_count] = 0;
}
/* Small teeth, then a table that is filled and stays. */
static void sawtooth_then_table(program *at)
{
    size_t tooth = (size_t)at->steps / 40;
    if (at->step > at->steps * 0.4 && at->step < at->steps * 0.6)
        born(at, 300);
    if (at->slots_count < tooth)
        at->slots[at->slots_count++] = born(at, 100);
    else
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
}
/* Collected when it has grown to half more than what it was collected at before. */
static void sawtooth_grows(program *at)
{
    at->a = at->a > 0 ? at->a : at->steps / 60.0;
    at->slots[at->slots_count++] = born(at, 100);
    if ((double)at->slots_count < at->a)
        return;
    while (at->slots_count > 0)
        died(at, at->slots[--at->slots_count]);
    at->a *= 1.5;
}
static void batch_used(program *at)
{
    if (at->step < at->steps * 0.6)
        at->slots[at->slots_count++] = born(at, 100);
    else if (at->step > at->steps * 0.95)
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
    temporary(at, 1, 30);
}
static void start_only(program *at)
{
    if (at->step < at->steps / 10)
        at->slots[at->slots_count++] = born(at, 1000);
    else
        while (at->slots_count > 3)
            died(at, at->slots[--at->slots_count]);
    temporary(at, 3, 100);
}
static void pool_doubles(program *at)
{
    if (at->step < at->steps / 4) {
        leak_vector(at);
        at->leaked = 0;
    }
    temporary(at, 3, 100);
}
static void flight_ramps_up(program *at)
{
    double share = fmin(1, at->step / (at->steps * 0.3));
    in_flight(at, (size_t)(20 + 400 * share), 25, 100);
}
static void flight_by_turns(program *at)
{
    if (works(at))
        in_flight(at, 100, 4, 100);
}
static void cache_fills_by_turns(program *at)
{
    if (works(at) && at->slots_count < (size_t)(at->steps * at->duty * 0.5))
        at->slots[at->slots_count++] = born(at, 200);
    if (works(at))
        temporary(at, 2, 200);
}
static void cache_of_keys_by_turns(program *at)
{
    size_t keys = (size_t)((double)at->steps * 0.2);
    if (works(at) && at->slots[keys = (size_t)(uniform(at) * (double)keys * at->duty)] == 0)
        at->slots[keys] = born(at, 150);
}
static void cache_first_in_first_out_by_turns(program *at)
{
    size_t bound = (size_t)(at->steps * 0.2), slot;
    if (!works(at))
        return;
    slot = at->slots_count++ % (size_t)((double)bound * at->duty);
    if (at->slots[slot] != 0)
        died(at, at->slots[slot]);
    at->slots[slot] = born(at, 250);
}
static void sawtooth_by_turns(program *at)
{
    size_t tooth = (size_t)at->steps / 8;
    if (!works(at))
        return;
    at->slots[at->slots_count++] = born(at, 100);
    if ((double)at->slots_count >= (double)tooth * at->duty)
        while (at->slots_count > 0)
            died(at, at->slots[--at->slots_count]);
}
/* Buffers as large as the longest message so far. */
static void buffers_of_records(program *at)
{
    size_t slot = (size_t)(uniform(at) * 20);
    double length = 100 + 8000 * uniform(at) * uniform(at);
    if (at->slots[slot] == 0)
        at->slots[slot] = born(at, length);
    else if (length > (double)at->slots[slot + 100])
        at->slots[slot] = resize(at, at->slots[slot], length);
    else
        return;
    at->slots[slot + 100] = (uint64_t)length;
}
/* Texts that are made to fit again and again. */
static void texts_change(program *at)
{
    size_t slot = (size_t)(uniform(at) * 200);
    double length = 20 + 400 * uniform(at);
    at->slots[slot] = at->slots[slot] == 0 ? born(at, length) : resize(at, at->slots[slot], length);
}
/* Each answer is put together in a buffer that grows. */
static void buffers_of_answers(program *at)
{
    uint64_t answer = born(at, 64);
    for (double size = 64; size < 64 + 4000 * uniform(at); size *= 1.5)
        answer = resize(at, answer, size);
    died(at, answer);
    in_flight(at, 30, 2, 200);
}
/* Sessions with a buffer that grows as long as they last. */
static void buffers_of_sessions(program *at)
{
    size_t slot = (size_t)(uniform(at) * 40);
    if (at->slots[slot] == 0) {
        at->slots[slot] = born(at, 64);
        at->slots[slot + 100] = 64;
    } else if (uniform(at) < 0.1) {
        died(at, at->slots[slot]);
        at->slots[slot] = 0;
    } else {
        at->slots[slot] = resize(at, at->slots[slot], (double)(at->slots[slot + 100] += 50));
    }
}
static void grows_by_root(program *at)
{
    while (at->a < sqrt((double)at->step) * 8) {
        born(at, 90);
        at->a += 1;
    }
}

typedef struct kind {
    const char *name;
    void (*step)(program *);
    bool   leaks;
    double rate_tolerance;
} kind;

static const kind kinds[] = {
    { "plain", leak_plain, true, 0.1 },           { "bits", leak_bits, true, 0.1 },
    { "beside flight", leak_beside_flight, true, 0.1 }, { "late", leak_late, true, 0.1 },
    { "after warm-up", leak_after_warm_up, true, 0.1 }, { "fast start", leak_after_fast_start, true, 0.25 }, { "under load", leak_under_load, true, 0.1 },
    { "in bursts", leak_in_bursts, true, 0.1 },   { "big and rare", leak_big_and_rare, true, 0.15 },
    { "under sawtooth", leak_under_sawtooth, true, 0.1 }, { "some freed", leak_some_freed, true, 0.1 },
    { "after wobble", leak_after_wobble, true, 0.1 }, { "after saw", leak_after_saw, true, 0.1 },
    { "by turns", leak_by_turns, true, 0.15 },
    { "backlog", leak_backlog, true, 0.15 },      { "vector", leak_vector, true, 0.35 },
    { "text", leak_text, true, 0.1 },             { "texts", leak_texts, true, 0.1 },
    { "flight", steady_flight, false, 0 },        { "random lives", steady_random_lives, false, 0 },
    { "table once", table_once, false, 0 },       { "lazy registry", registry_lazy, false, 0 },
    { "cache fills", cache_fills, false, 0 },     { "cache of keys", cache_of_keys, false, 0 },
    { "cache of many keys", cache_of_many_keys, false, 0 },
    { "fifo cache", cache_first_in_first_out, false, 0 }, { "random cache", cache_random_eviction, false, 0 },
    { "sawtooth", sawtooth, false, 0 },           { "uneven sawtooth", sawtooth_uneven, false, 0 },
    { "saw that stops", sawtooth_stops, false, 0 }, { "saw, then table", sawtooth_then_table, false, 0 },
    { "growing saw", sawtooth_grows, false, 0 },
    { "batch used", batch_used, false, 0 },       { "start only", start_only, false, 0 },
    { "pool doubles", pool_doubles, false, 0 },   { "ramp", flight_ramps_up, false, 0 },
    { "flight by turns", flight_by_turns, false, 0 }, { "cache by turns", cache_fills_by_turns, false, 0 },
    { "keys by turns", cache_of_keys_by_turns, false, 0 }, { "fifo by turns", cache_first_in_first_out_by_turns, false, 0 },
    { "saw by turns", sawtooth_by_turns, false, 0 },
    { "records", buffers_of_records, false, 0 },  { "texts change", texts_change, false, 0 },
    { "answers", buffers_of_answers, false, 0 },  { "sessions", buffers_of_sessions, false, 0 },
    { "root", grows_by_root, false, 0 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static hf__shape run_program(const kind *what, uint64_t seed, double sample_period, double *ret_rate, hf__series *ret_series)
{
    static program at;
    memset(&at, 0, sizeof at);
    at.random = seed * 2654435761u + 88172645463325252u;
    for (int i = 0; i < 10; i++)
        uniform(&at);
    assert_int_equal(hf__model_init(&at.model, NULL), HF_OK);
    assert_int_equal(hf__live_init(&at.live, &at.model, NULL), HF_OK);
    at.model.has_cohorts = true;
    uint32_t function = hf__model_function(&at.model, hf__model_text(&at.model, HF_T("f")), 0, 0, HF_ORIGIN_OWN);
    at.path = hf__model_path(&at.model, hf__model_frame(&at.model, 0, function, 1), HF_PATH_HEAP);
    at.sample_period = sample_period;
    at.steps = (int)between(&at, 1500, 6000);
    int windows = (int)between(&at, 24, 200);
    double length = between(&at, 0.2, 60), jitter = 0;
    int next_checkpoint = at.steps / windows;
    for (at.step = 0; at.step < at.steps; at.step++) {
        at.now_s = length * at.step / at.steps;
        what->step(&at);
        if (at.step >= next_checkpoint) {
            hf__live_checkpoint(&at.live, at.now_s, &HF_MEMORY_UNKNOWN, 0);
            jitter = between(&at, 0.5, 1.5);
            next_checkpoint = at.step + (int)(jitter * at.steps / windows);
        }
    }
    hf__live_checkpoint(&at.live, length, &HF_MEMORY_UNKNOWN, 0);
    assert_int_equal(hf__model_seal(&at.model, NULL), HF_OK);
    hf__gather gather = { 0 };
    hf__gather_begin(&gather, &at.model);
    hf__gather_add(&gather, &at.model, at.path);
    assert_true(hf__gather_end(&gather));
    double active[HF_WINDOWS_MAX];
    for (size_t i = 0; i < gather.series.count; i++)
        active[i] = gather.series.born_blocks[i] + gather.series.died_blocks[i];
    gather.series.active = active;
    hf__shape shape;
    hf__shape_of(&gather.series, &shape);
    *ret_rate = at.leaked / (length - at.leak_from_s);
    if (ret_series != NULL)
        *ret_series = gather.series;
    hf__gather_release(&gather);
    hf__live_release(&at.live);
    hf__model_release(&at.model);
    return shape;
}

typedef struct score {
    int leaks, leaks_found, leaks_undecided, rates_right, intervals_right, healthy, false_alarms, healthy_undecided;
} score;

static score run_all(int rounds, double sample_period, double rate_factor, bool verbose)
{
    score all = { 0 };
    for (size_t k = 0; k < KINDS; k++) {
        score one = { 0 };
        for (int round = 0; round < rounds; round++) {
            double rate;
            hf__shape shape = run_program(&kinds[k], (uint64_t)round * KINDS + k + 1, sample_period, &rate, NULL);
            bool leak_said = shape.verdict == HF_VERDICT_LEAK, undecided = shape.verdict == HF_VERDICT_UNDECIDED;
            if (kinds[k].leaks) {
                one.leaks++;
                one.leaks_found += leak_said;
                one.leaks_undecided += undecided;
                one.rates_right += leak_said && fabs(shape.rate - rate) <= kinds[k].rate_tolerance * rate_factor * rate;
                one.intervals_right += leak_said && shape.rate_low <= rate && rate <= shape.rate_high;
            } else {
                one.healthy++;
                one.false_alarms += leak_said;
                one.healthy_undecided += undecided;
            }
            if (verbose && (leak_said != kinds[k].leaks || undecided || (leak_said && fabs(shape.rate - rate) > kinds[k].rate_tolerance * rate_factor * rate)) && getenv("HF_TEST_VERBOSE") != NULL)
                printf("  %s round %d: %s reason %d rate %g true %g pace %g growth %g blocks %g drops %zu\n", kinds[k].name, round,
                       hf__verdict_name(shape.verdict), (int)shape.reason, shape.rate, rate, shape.pace_end,
                       shape.growth_bytes, shape.growth_blocks, shape.drops);
        }
        if (verbose && kinds[k].leaks)
            printf("# %-16s leak %3d of %3d, undecided %3d, rate right %3d, within interval %3d\n", kinds[k].name, one.leaks_found,
                   one.leaks, one.leaks_undecided, one.rates_right, one.intervals_right);
        else if (verbose)
            printf("# %-16s false alarms %3d of %3d, undecided %3d\n", kinds[k].name, one.false_alarms, one.healthy,
                   one.healthy_undecided);
        all.leaks += one.leaks, all.leaks_found += one.leaks_found, all.leaks_undecided += one.leaks_undecided;
        all.rates_right += one.rates_right, all.intervals_right += one.intervals_right, all.healthy += one.healthy;
        all.false_alarms += one.false_alarms, all.healthy_undecided += one.healthy_undecided;
    }
    if (verbose)
        printf("# all: recall %.3f, precision %.3f, rates right %.3f, undecided %.3f\n", (double)all.leaks_found / all.leaks,
               (double)all.leaks_found / (all.leaks_found + all.false_alarms), (double)all.rates_right / all.leaks_found,
               (double)(all.leaks_undecided + all.healthy_undecided) / (all.leaks + all.healthy));
    return all;
}

static void test_shape__simulated_programs_full(void **state)
{
    (void)state;
    score all = run_all(40, 0, 1, true);
    HF_EXPECT(all.leaks_found >= all.leaks * 0.95);
    HF_EXPECT(all.false_alarms == 0);
    HF_EXPECT(all.rates_right >= all.leaks_found * 0.95);
    HF_EXPECT(all.leaks_undecided + all.healthy_undecided <= 0.05 * (all.leaks + all.healthy));
}

/* Sampled, each block standing for many: fewer leaks can be told, none may be invented. */
static void test_shape__simulated_programs_sampled(void **state)
{
    (void)state;
    score all = run_all(24, 600, 2.5, true);
    HF_EXPECT(all.leaks_found >= all.leaks * 0.85);
    HF_EXPECT(all.false_alarms <= all.healthy / 200); /* growth by the root of time is hard to tell from noise */
    HF_EXPECT(all.rates_right >= all.leaks_found * 0.90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape__simulated_programs_full),
        cmocka_unit_test(test_shape__simulated_programs_sampled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* budget.c - a tree of byte counters under one lock.
 *
 * One lock for the whole tree: all budgets share the process as their root, so they would meet
 * at its counter anyway, and under a lock a charge is decided for the whole chain at one moment.
 * Lock-free counters would refuse a charge because of another one that is itself about to be
 * refused, or show a peak that never was. The lock is held for a few instructions per level;
 * charges happen per block, not per value.
 *
 * Invariant, at every level whenever the lock is free: current == charged - released, current
 * is at least the sum over the children, and a charge never makes current exceed bytes_max. */
#define _GNU_SOURCE
#include "allocate.h"

#include "base/misuse.h"

#include <holdfast/memory.h>
#include <pthread.h>
#include <stdatomic.h>

enum { NAME_MAX_BYTES = 32, BUDGET_ALIGNMENT = 16, RECLAIM_TRIES = 64 };

struct hf_budget {
    hf_budget_counts counts;
    hf_budget       *parent;  /* held; NULL for the process */
    _Atomic size_t   holders; /* unused for the process */
    uint64_t       (*reclaim)(void *context, uint64_t bytes);
    void            *reclaim_context;
    uint64_t         reclaiming; /* threads inside reclaim */
    char             name[NAME_MAX_BYTES];
};

static hf_budget process = { .counts.bytes_max = UINT64_MAX, .name = "process" };

/* ---- the lock, whole across fork --------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t  reclaimed = PTHREAD_COND_INITIALIZER;
static pthread_once_t  fork_once = PTHREAD_ONCE_INIT;

static void enter(void)
{
    pthread_mutex_lock(&lock);
}

static void leave(void)
{
    pthread_mutex_unlock(&lock);
}

static void handle_fork(void)
{
    pthread_atfork(enter, leave, leave);
}

/* Children of a fork find the lock free, because forking takes it. */
static void ready(void)
{
    pthread_once(&fork_once, handle_fork);
}

/* ---- life -------------------------------------------------------------------------------- */

hf_budget *hf_budget_process(void)
{
    return &process;
}

static hf_budget *or_process(hf_budget *budget)
{
    return budget != NULL ? budget : &process;
}

hf_status hf_budget_create(const hf_budget_options *options, hf_budget **ret_budget, hf_error *reterr)
{
    static const hf_budget_options defaults = { .parent = NULL };
    if (options == NULL)
        options = &defaults;
    const hf_allocator *allocator = hf_allocator_default();
    hf_budget          *budget = allocator->resize(allocator->context, NULL, 0, sizeof *budget, BUDGET_ALIGNMENT);
    if (budget == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, "a budget");
    memset(budget, 0, sizeof *budget);
    budget->counts.bytes_max = options->bytes_max != 0 ? options->bytes_max : UINT64_MAX;
    budget->parent = hf_budget_hold(or_process(options->parent));
    budget->reclaim = options->reclaim;
    budget->reclaim_context = options->reclaim_context;
    atomic_init(&budget->holders, 1);
    snprintf(budget->name, sizeof budget->name, "%s", options->name != NULL ? options->name : "budget");
    *ret_budget = budget;
    return HF_OK;
}

hf_budget *hf_budget_hold(hf_budget *budget)
{
    if (budget != NULL && budget != &process)
        atomic_fetch_add_explicit(&budget->holders, 1, memory_order_relaxed);
    return budget;
}

void hf_budget_drop(hf_budget *budget)
{
    while (budget != NULL && budget != &process) {
        if (atomic_fetch_sub_explicit(&budget->holders, 1, memory_order_acq_rel) != 1)
            return;
        uint64_t left = budget->counts.current;
        if (left > 0) {
            hf_budget_release(budget, left);
            hf__misuse(NULL, "budget %s dropped with %llu bytes charged", budget->name, (unsigned long long)left);
        }
        hf_budget *parent = budget->parent;
        const hf_allocator *allocator = hf_allocator_default();
        allocator->resize(allocator->context, budget, sizeof *budget, 0, BUDGET_ALIGNMENT);
        budget = parent;
    }
}

/* ---- charging ---------------------------------------------------------------------------- */

/* The lowest budget without room, or NULL. */
static hf_budget *find_refusing(hf_budget *budget, uint64_t bytes)
{
    for (; budget != NULL; budget = budget->parent) {
        uint64_t current = budget->counts.current, bytes_max = budget->counts.bytes_max;
        if (current > bytes_max || bytes > bytes_max - current)
            return budget;
    }
    return NULL;
}

/* Under the lock, which it leaves meanwhile. The budget is held by whoever charges below it. */
static bool reclaim(hf_budget *budget, uint64_t bytes)
{
    static _Thread_local bool inside;
    if (inside || budget->reclaim == NULL)
        return false;
    budget->reclaiming++;
    leave();
    inside = true;
    bool freed = budget->reclaim(budget->reclaim_context, bytes) > 0;
    inside = false;
    enter();
    if (--budget->reclaiming == 0)
        pthread_cond_broadcast(&reclaimed);
    return freed;
}

static void count_charge(hf_budget *budget, uint64_t bytes)
{
    for (; budget != NULL; budget = budget->parent) {
        budget->counts.current += bytes;
        budget->counts.charged += bytes;
        if (budget->counts.current > budget->counts.peak)
            budget->counts.peak = budget->counts.current;
    }
}

hf_status hf_budget_charge(hf_budget *budget, uint64_t bytes, hf_error *reterr)
{
    budget = or_process(budget);
    if (bytes == 0)
        return HF_OK;
    ready();
    enter();
    hf_budget *refusing = find_refusing(budget, bytes);
    /* An amount that could never fit is refused before anything is let go for it. */
    for (int tries = 0; refusing != NULL && tries < RECLAIM_TRIES && bytes <= refusing->counts.bytes_max; tries++) {
        bool freed = reclaim(refusing, bytes);
        refusing = find_refusing(budget, bytes);
        if (!freed)
            break;
    }
    if (refusing == NULL) {
        count_charge(budget, bytes);
        leave();
        return HF_OK;
    }
    refusing->counts.refused++;
    hf_budget_counts counts = refusing->counts;
    leave();
    return hf__fail(reterr, HF_LIMIT_BYTES, "%s: %llu more than %llu of %llu", refusing->name,
                    (unsigned long long)bytes, (unsigned long long)counts.current,
                    (unsigned long long)counts.bytes_max);
}

void hf__budget_reclaim_stop(hf_budget *budget)
{
    ready();
    enter();
    budget->reclaim = NULL;
    while (budget->reclaiming > 0)
        pthread_cond_wait(&reclaimed, &lock);
    leave();
}

hf_status hf_budget_release(hf_budget *budget, uint64_t bytes)
{
    budget = or_process(budget);
    ready();
    enter();
    bool covered = bytes <= budget->counts.current;
    for (hf_budget *at = covered ? budget : NULL; at != NULL; at = at->parent) {
        at->counts.current -= bytes;
        at->counts.released += bytes;
    }
    leave();
    if (!covered)
        return hf__misuse(NULL, "budget %s: %llu bytes released that are not charged", budget->name,
                          (unsigned long long)bytes);
    return HF_OK;
}

/* ---- looking and setting ----------------------------------------------------------------- */

void hf__budget_limit_to(hf_budget *budget, uint64_t bytes_max)
{
    ready();
    enter();
    budget->counts.bytes_max = bytes_max;
    leave();
}

void hf_budget_limit(hf_budget *budget, uint64_t bytes_max)
{
    hf__budget_limit_to(or_process(budget), bytes_max != 0 ? bytes_max : UINT64_MAX);
}

hf_budget_counts hf_budget_count(hf_budget *budget)
{
    budget = or_process(budget);
    ready();
    enter();
    hf_budget_counts counts = budget->counts;
    leave();
    return counts;
}

uint64_t hf__budget_room(hf_budget *budget)
{
    uint64_t room = UINT64_MAX;
    ready();
    enter();
    for (hf_budget *at = or_process(budget); at != NULL; at = at->parent) {
        uint64_t current = at->counts.current, bytes_max = at->counts.bytes_max;
        uint64_t left = current < bytes_max ? bytes_max - current : 0;
        if (left < room)
            room = left;
    }
    leave();
    return room;
}

void hf_budget_peak_reset(hf_budget *budget)
{
    budget = or_process(budget);
    ready();
    enter();
    budget->counts.peak = budget->counts.current;
    leave();
}

const char *hf_budget_name(hf_budget *budget)
{
    return or_process(budget)->name;
}

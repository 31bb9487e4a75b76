/* dominators.c - the algorithm of T. Lengauer and R. E. Tarjan, "A fast algorithm for finding dominators in a
 * flowgraph", ACM TOPLAS 1(1), 1979, in its simpler form: path compression without balancing. Without
 * recursion: the search goes back by parents, compression keeps its way in an array.
 *
 * All work is done on numbers in the order of the search; names in the paper: label, ancestor, semi, bucket. */
#include "walk/dominators.h"

#define NONE UINT32_MAX

typedef struct search {
    uint32_t count;
    uint32_t *first_out, *out;   /* successors of object i: out[first_out[i] .. first_out[i + 1]] */
    uint32_t *first_in, *in;     /* further predecessors of object i, likewise */
    uint32_t *number;            /* of object i in the search; NONE before */
    uint32_t *object;            /* with number n */
    uint32_t *parent;            /* in the search, by number; so are all below */
    uint32_t *label, *ancestor, *semi, *bucket, *next_in_bucket, *dominator;
} search;

/* Counts into first[i + 1] and adds up, so that it is where i's list ends; filling moves it to where the list
 * begins; then all are shifted to their places. */
static void shift(uint32_t *first, uint32_t count, uint32_t total)
{
    memmove(first, first + 1, count * sizeof *first);
    first[count] = total;
}

static void list_successors(search *with, const hf__size_object *objects, const hf__size_edge *again, uint32_t again_count)
{
    uint32_t *first = with->first_out;
    for (uint32_t i = 1; i < with->count; i++)
        first[objects[i].parent + 1]++;
    for (uint32_t e = 0; e < again_count; e++)
        first[again[e].from + 1]++;
    for (uint32_t i = 0; i < with->count; i++)
        first[i + 1] += first[i];
    for (uint32_t e = again_count; e-- > 0;)
        with->out[--first[again[e].from + 1]] = again[e].to;
    for (uint32_t i = with->count - 1; i > 0; i--)
        with->out[--first[objects[i].parent + 1]] = i;
    shift(first, with->count, with->count - 1 + again_count);
}

static void list_predecessors(search *with, const hf__size_edge *again, uint32_t again_count)
{
    uint32_t *first = with->first_in;
    for (uint32_t e = 0; e < again_count; e++)
        first[again[e].to + 1]++;
    for (uint32_t i = 0; i < with->count; i++)
        first[i + 1] += first[i];
    for (uint32_t e = again_count; e-- > 0;)
        with->in[--first[again[e].to + 1]] = again[e].from;
    shift(first, with->count, again_count);
}

/* Depth first. semi serves as the place in each object's list until the search is over. */
static void number_objects(search *with)
{
    uint32_t seen = 0, at = 0;
    uint32_t *place = with->semi;
    memset(with->number, 0xff, with->count * sizeof(uint32_t));
    with->number[0] = seen;
    with->object[seen++] = 0;
    with->parent[0] = 0;
    place[0] = with->first_out[0];
    for (;;) {
        uint32_t object = with->object[at];
        if (place[at] == with->first_out[object + 1]) {
            if (at == 0)
                return;
            at = with->parent[at];
            continue;
        }
        uint32_t to = with->out[place[at]++];
        if (with->number[to] != NONE)
            continue;
        with->number[to] = seen;
        with->object[seen] = to;
        with->parent[seen] = at;
        place[seen] = with->first_out[to];
        at = seen++;
    }
}

/* The number with the least semidominator on the way up to the root of its tree in the forest, that root left
 * out. `way` has room for all numbers. */
static uint32_t least_on_way(search *with, uint32_t of, uint32_t *way)
{
    uint32_t length = 0, at = of;
    if (with->ancestor[of] == NONE)
        return of;
    for (; with->ancestor[with->ancestor[at]] != NONE; at = with->ancestor[at])
        way[length++] = at;
    while (length-- > 0) {
        uint32_t one = way[length], above = with->ancestor[one];
        if (with->semi[with->label[above]] < with->semi[with->label[one]])
            with->label[one] = with->label[above];
        with->ancestor[one] = with->ancestor[above];
    }
    return with->label[of];
}

static void lower_semi(search *with, uint32_t number, uint32_t predecessor, uint32_t *way)
{
    uint32_t least = least_on_way(with, with->number[predecessor], way);
    if (with->semi[least] < with->semi[number])
        with->semi[number] = with->semi[least];
}

static void find(search *with, const hf__size_object *objects, uint32_t *way)
{
    for (uint32_t n = 0; n < with->count; n++) {
        with->semi[n] = with->label[n] = n;
        with->ancestor[n] = with->bucket[n] = NONE;
    }
    for (uint32_t n = with->count - 1; n > 0; n--) {
        uint32_t object = with->object[n], parent = with->parent[n];
        lower_semi(with, n, objects[object].parent, way);
        for (uint32_t e = with->first_in[object]; e < with->first_in[object + 1]; e++)
            lower_semi(with, n, with->in[e], way);
        with->next_in_bucket[n] = with->bucket[with->semi[n]];
        with->bucket[with->semi[n]] = n;
        with->ancestor[n] = parent;
        for (uint32_t one = with->bucket[parent]; one != NONE; one = with->next_in_bucket[one]) {
            uint32_t least = least_on_way(with, one, way);
            with->dominator[one] = with->semi[least] < with->semi[one] ? least : parent;
        }
        with->bucket[parent] = NONE;
    }
    with->dominator[0] = 0;
    for (uint32_t n = 1; n < with->count; n++)
        if (with->dominator[n] != with->semi[n])
            with->dominator[n] = with->dominator[with->dominator[n]];
}

hf_status hf__dominators(const hf__memory *memory, const hf__size_object *objects, uint32_t count, const hf__size_edge *again,
                         uint32_t again_count, uint32_t *ret_dominators, hf_error *reterr)
{
    if (again_count == 0) { /* a tree */
        for (uint32_t i = 0; i < count; i++)
            ret_dominators[i] = i == 0 ? 0 : objects[i].parent;
        return HF_OK;
    }
    enum { ARRAYS = 9 };
    size_t words = ARRAYS * (size_t)count + 2 * ((size_t)count + 1) + (count - 1) + 2 * (size_t)again_count;
    void *block;
    hf_status status = hf__memory_allocate(memory, words * sizeof(uint32_t), HF__ROWS_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    uint32_t *at = memset(block, 0, words * sizeof(uint32_t));
    search with = { .count = count };
    uint32_t **arrays[ARRAYS] = { &with.number, &with.object, &with.parent, &with.label, &with.ancestor, &with.semi,
                                  &with.bucket, &with.next_in_bucket, &with.dominator };
    for (size_t i = 0; i < ARRAYS; i++, at += count)
        *arrays[i] = at;
    with.first_out = at;
    with.first_in = at + count + 1;
    with.out = with.first_in + count + 1;
    with.in = with.out + (count - 1) + again_count;
    list_successors(&with, objects, again, again_count);
    list_predecessors(&with, again, again_count);
    number_objects(&with);
    find(&with, objects, ret_dominators); /* serves as the way until it is filled */
    for (uint32_t i = 0; i < count; i++)
        ret_dominators[i] = with.object[with.dominator[with.number[i]]];
    hf__memory_free(memory, block, words * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    return HF_OK;
}

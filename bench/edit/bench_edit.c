/* bench_edit.c - what changing, freezing, versions, churn and publishing cost.
 *
 *     bench_edit [FILE.json] [CHURN_OPERATIONS]
 *
 * Without a file a document of 20 MB is made. The longest changes are measured in processor time of the
 * thread, so that other programs do not count. */
#include <holdfast/current.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <stdlib.h>
#include <time.h>

#include "must.h"

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t random_state = 88172645463325252u;
static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void print_times(const char *what, uint64_t *times, size_t count)
{
    qsort(times, count, sizeof *times, by_number);
    printf("%-34s median %8.2f us   90%% %8.2f us   worst %8.2f us\n", what, (double)times[count / 2] / 1e3,
           (double)times[count * 9 / 10] / 1e3, (double)times[count - 1] / 1e3);
}

/* Objects of 20 members in objects of 400, text and numbers below. */
static hf_document *made_document(void)
{
    hf_draft *draft = NULL;
    hf_document *document = NULL, *again = NULL;
    hf_error error;
    must(hf_draft_create(NULL, &draft, &error), &error);
    must(hf_set_object(draft, HF_T(""), &error), &error);
    char pointer[96];
    for (int i = 0; i < 40; i++) {
        snprintf(pointer, sizeof pointer, "/group%d", i);
        must(hf_set_object(draft, hf_text_from_cstr(pointer), &error), &error);
        for (int j = 0; j < 400; j++) {
            snprintf(pointer, sizeof pointer, "/group%d/server number %d", i, j);
            must(hf_set_object(draft, hf_text_from_cstr(pointer), &error), &error);
            for (int k = 0; k < 20; k++) {
                snprintf(pointer, sizeof pointer, "/group%d/server number %d/setting %d", i, j, k);
                must(k % 2 ? hf_set_i64(draft, hf_text_from_cstr(pointer), (int64_t)random_below(1 << 30), &error)
                           : hf_set_text(draft, hf_text_from_cstr(pointer), HF_T("a value of some thirty letters.."), &error),
                     &error);
            }
        }
    }
    must(hf_freeze(&draft, &document, &error), &error);
    hf_buffer text = HF_BUFFER_INIT((size_t)1 << 30);
    must(hf_write(hf_root(document), &(hf_write_options){ .pretty = true }, &text, &error), &error);
    must(hf_read(hf_buffer_text(&text), NULL, &again, &error), &error);
    hf_buffer_release(&text);
    hf_document_drop(document);
    return again;
}

enum { PLACES = 2000, PLACE_BYTES = 1024, WIDE = 500 };

typedef struct sample {
    char     pointer[PLACE_BYTES];
    uint32_t widest;
} sample;

/* Random scalars of the document by pointer, with the widest container on the way. */
static size_t choose(hf_value root, sample *samples)
{
    size_t count = 0;
    uint64_t values = 0, step;
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        values++;
    hf_walk_finish(&walk);
    step = values / PLACES + 1;
    uint64_t next = random_below(step), at = 0;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk) && count < PLACES) {
        if (at++ < next || walk.event != HF_VALUE)
            continue;
        if (hf_walk_pointer(&walk, samples[count].pointer, PLACE_BYTES) < PLACE_BYTES)
            count++;
        next = at + random_below(2 * step);
    }
    hf_walk_finish(&walk);
    for (size_t i = 0; i < count; i++) {
        hf_value value = root;
        samples[i].widest = hf_count(value);
        char *token = samples[i].pointer;
        while (*token == '/') {
            char *end = token + 1, key[PLACE_BYTES];
            size_t length = 0;
            for (; *end != 0 && *end != '/'; end++)
                key[length++] = *end == '~' ? (*++end == '0' ? '~' : '/') : *end;
            value = hf_is_array(value) ? hf_at(value, strtoull(token + 1, NULL, 10)) : hf_get(value, hf_text_of(key, length));
            samples[i].widest = hf_count(value) > samples[i].widest ? hf_count(value) : samples[i].widest;
            token = end;
        }
    }
    return count;
}

static void measure_edits(const hf_document *document)
{
    sample *samples = calloc(PLACES, sizeof *samples);
    uint64_t *edit = calloc(PLACES, 8), *set = calloc(PLACES, 8), *freeze = calloc(PLACES, 8), *bytes = calloc(PLACES, 8);
    hf_budget *budget = NULL;
    hf_error error;
    must(hf_budget_create(NULL, &budget, &error), &error);
    size_t all = choose(hf_root(document), samples);
    for (int wide = 0; wide < 2; wide++) {
        size_t count = 0;
        for (size_t i = 0; i < all; i++) {
            if ((samples[i].widest > WIDE) != wide)
                continue;
            hf_draft *draft = NULL;
            hf_document *next = NULL;
            hf_draft_options options = { .budget = budget };
            uint64_t t0 = now_ns();
            must(hf_edit_with(document, &options, &draft, &error), &error);
            uint64_t t1 = now_ns();
            must(hf_set_u64(draft, hf_text_from_cstr(samples[i].pointer), i, &error), &error);
            uint64_t t2 = now_ns();
            bytes[count] = hf_budget_count(budget).current;
            uint64_t t3 = now_ns();
            must(hf_freeze(&draft, &next, &error), &error);
            uint64_t t4 = now_ns();
            hf_document_drop(next);
            edit[count] = t1 - t0;
            set[count] = t2 - t1;
            freeze[count++] = t4 - t3;
        }
        printf("%zu changes, containers on the path %s %d members\n", count, wide ? "above" : "up to", WIDE);
        if (count == 0)
            continue;
        print_times("  hf_edit", edit, count);
        print_times("  hf_draft_set", set, count);
        print_times("  hf_freeze", freeze, count);
        qsort(bytes, count, 8, by_number);
        printf("  new memory                         median %8.1f KiB  90%% %8.1f KiB  worst %8.1f KiB\n",
               (double)bytes[count / 2] / 1024, (double)bytes[count * 9 / 10] / 1024, (double)bytes[count - 1] / 1024);
    }
    hf_budget_drop(budget);
    free(samples);
    free(edit);
    free(set);
    free(freeze);
    free(bytes);
}

static void measure_chain(const hf_document *document)
{
    enum { VERSIONS = 10000 };
    sample *samples = calloc(PLACES, sizeof *samples);
    uint64_t *times = calloc(VERSIONS, 8);
    size_t places = choose(hf_root(document), samples);
    hf_budget *budget = NULL;
    hf_error error;
    must(hf_budget_create(NULL, &budget, &error), &error);
    hf_document *version = hf_document_hold(document);
    for (int i = 0; i < VERSIONS; i++) {
        hf_draft *draft = NULL;
        hf_document *next = NULL;
        hf_draft_options options = { .budget = budget };
        uint64_t begin = now_ns();
        must(hf_edit_with(version, &options, &draft, &error), &error);
        must(hf_set_u64(draft, hf_text_from_cstr(samples[random_below(places)].pointer), (uint64_t)i, &error), &error);
        must(hf_freeze(&draft, &next, &error), &error);
        hf_document_drop(version);
        version = next;
        times[i] = now_ns() - begin;
    }
    hf_document_info info = hf_document_get_info(document);
    printf("%d versions in a chain, each drops the one before (the document: %.1f MB)\n", VERSIONS, (double)info.bytes / 1e6);
    print_times("  edit, set, freeze, drop", times, VERSIONS);
    printf("  memory beside the document: at the end %.2f MB, peak %.2f MB\n", (double)hf_budget_count(budget).current / 1e6,
           (double)hf_budget_count(budget).peak / 1e6);
    hf_document_drop(version);
    printf("  after the last drop: %llu bytes\n", (unsigned long long)hf_budget_count(budget).current);
    hf_budget_drop(budget);
    free(samples);
    free(times);
}

static void measure_churn(uint64_t operations)
{
    enum { MEMBERS = 10000, KEYS = 20000 };
    hf_draft *draft = NULL;
    hf_error error;
    must(hf_draft_create(NULL, &draft, &error), &error);
    must(hf_set_object(draft, HF_T(""), &error), &error);
    uint64_t worst = 0, begin = now_ns();
    double worst_ratio = 0;
    int64_t worst_excess = INT64_MIN;
    char pointer[64], text[256];
    memset(text, 'x', sizeof text);
    for (uint64_t i = 0; i < operations; i++) {
        snprintf(pointer, sizeof pointer, "/key %llu", (unsigned long long)random_below(KEYS));
        hf_text at = hf_text_from_cstr(pointer);
        uint32_t count = hf_count(hf_draft_root(draft));
        uint64_t choice = random_below(3), before = thread_ns();
        if (choice == 0 && count > 0)
            (void)hf_remove(draft, at, NULL);
        else if (choice == 1 && count < MEMBERS)
            (void)hf_draft_insert(draft, hf_place_at(at), hf_item_text(hf_text_of(text, random_below(sizeof text))), NULL);
        else if (choice == 2)
            (void)hf_draft_replace(draft, hf_place_at(at), hf_item_text(hf_text_of(text, random_below(sizeof text))), NULL);
        uint64_t took = thread_ns() - before;
        worst = took > worst ? took : worst;
        if (i % 64 == 0) {
            hf_draft_info info = hf_draft_get_info(draft);
            int64_t excess = (int64_t)info.bytes - 2 * (int64_t)info.live_bytes;
            worst_excess = excess > worst_excess ? excess : worst_excess;
            double ratio = (double)info.bytes / (double)info.live_bytes;
            if (info.bytes > 1000000)
                worst_ratio = ratio > worst_ratio ? ratio : worst_ratio;
        }
    }
    uint64_t took = now_ns() - begin;
    printf("%llu random inserts, removes and sets on up to %d members: %.2f us each, longest %.2f ms\n",
           (unsigned long long)operations, MEMBERS, (double)took / 1e3 / (double)operations, (double)worst / 1e6);
    hf_draft_info info = hf_draft_get_info(draft);
    printf("  %u members, %.2f MB for %.2f MB live; highest ratio above 1 MB %.2f; most above twice live %.0f KiB\n",
           hf_count(hf_draft_root(draft)), (double)info.bytes / 1e6, (double)info.live_bytes / 1e6, worst_ratio,
           (double)worst_excess / 1024);
    hf_draft_destroy(draft);
}

/* The first change in an object of so many members (each a small object), a further one, and a removal. */
static void measure_width(int members)
{
    enum { TIMES = 300 };
    int rounds = members > 10000 ? TIMES / 6 : TIMES;
    uint64_t first[TIMES], further[TIMES], removal[TIMES], freeze[TIMES], bytes = 0;
    hf_buffer text = HF_BUFFER_INIT((size_t)1 << 30);
    hf_document *document = NULL;
    hf_error error;
    char room[96];
    for (int i = 0; i < members; i++) {
        snprintf(room, sizeof room, "%s\"member %d\":{\"name\":\"number %d\",\"at\":[%d,%d,2.50]}", i == 0 ? "{" : ",", i, i, i, i);
        must(hf_buffer_append(&text, hf_text_from_cstr(room), &error), &error);
    }
    must(hf_buffer_append(&text, HF_T("}"), &error), &error);
    must(hf_read(hf_buffer_text(&text), NULL, &document, &error), &error);
    hf_buffer_release(&text);
    must(hf_document_index(document, &error), &error);
    for (int i = 0; i < rounds; i++) {
        hf_draft *draft = NULL;
        hf_document *next = NULL;
        must(hf_edit(document, &draft, &error), &error);
        uint64_t times[5];
        for (int step = 0; step < 5; step++) {
            snprintf(room, sizeof room, "/member %d%s", (int)random_below((uint64_t)members), step < 2 ? "/name" : "");
            times[step] = now_ns();
            if (step < 2)
                must(hf_set_i64(draft, hf_text_from_cstr(room), i, &error), &error);
            else if (step == 3)
                must(hf_remove(draft, hf_text_from_cstr(room), &error), &error);
            else if (step == 2) /* its own index is built before the removal is measured */
                must(hf_set_null(draft, hf_text_from_cstr(room), &error), &error);
        }
        first[i] = times[1] - times[0];
        further[i] = times[2] - times[1];
        removal[i] = times[4] - times[3];
        bytes = hf_draft_get_info(draft).bytes;
        uint64_t begin = now_ns();
        must(hf_freeze(&draft, &next, &error), &error);
        freeze[i] = now_ns() - begin;
        hf_document_drop(next);
    }
    printf("an object of %d members, one change; the draft then takes %.0f KiB\n", members, (double)bytes / 1024);
    print_times("  first change (opens it)", first, (size_t)rounds);
    print_times("  a further one", further, (size_t)rounds);
    print_times("  a removal", removal, (size_t)rounds);
    print_times("  hf_freeze", freeze, (size_t)rounds);
    hf_document_drop(document);
}

/* A large document is emptied by random removals. The longest change is the one that leaves its block behind. */
static void measure_emptying(hf_document **document)
{
    enum { CHANGES_MAX = 1000000 };
    hf_draft *draft = NULL;
    hf_error error;
    must(hf_edit(*document, &draft, &error), &error);
    hf_document_drop(*document);
    *document = NULL;
    uint64_t worst = 0, changes = 0, bases = hf_draft_get_info(draft).base_bytes, peak = bases;
    while (changes < CHANGES_MAX && hf_count(hf_draft_root(draft)) > 0) {
        char pointer[PLACE_BYTES];
        size_t length = 0;
        hf_value value = hf_draft_root(draft);
        for (int depth = 0; depth < 3 && hf_count(value) > 0; depth++) { /* what is removed lies three deep, where there is that */
            uint64_t index = random_below(hf_count(value));
            hf_text key = hf_key_at(value, index);
            bool is_plain = key.length < 200 && (key.length == 0 || (memchr(key.bytes, '~', key.length) == NULL && memchr(key.bytes, '/', key.length) == NULL));
            if (hf_is_object(value) && !is_plain)
                break;
            length += (size_t)(hf_is_object(value) ? snprintf(pointer + length, sizeof pointer - length, "/%.*s", HF_ARG(key))
                                                   : snprintf(pointer + length, sizeof pointer - length, "/%llu", (unsigned long long)index));
            value = hf_at(value, index);
        }
        if (length == 0)
            break;
        uint64_t begin = thread_ns();
        must(hf_remove(draft, hf_text_of(pointer, length), &error), &error);
        uint64_t took = thread_ns() - begin;
        hf_draft_info info = hf_draft_get_info(draft);
        worst = took > worst ? took : worst;
        peak = info.bytes + info.base_bytes > peak ? info.bytes + info.base_bytes : peak;
        changes++;
    }
    printf("%.1f MB emptied by %llu removals: longest %.2f ms of processor time; the draft with its blocks at most %.1f MB\n",
           (double)bases / 1e6, (unsigned long long)changes, (double)worst / 1e6, (double)peak / 1e6);
    hf_draft_destroy(draft);
}

static void measure_counting(hf_document *document)
{
    enum { TIMES = 20000000 };
    hf_current current = { 0 };
    hf_document *held = hf_document_hold(document);
    uint64_t t0 = now_ns();
    for (int i = 0; i < TIMES; i++)
        hf_document_drop(hf_document_hold(document));
    uint64_t t1 = now_ns();
    hf_current_publish(&current, &held);
    uint64_t t2 = now_ns();
    for (int i = 0; i < TIMES; i++)
        hf_document_drop(hf_current_hold(&current));
    uint64_t t3 = now_ns();
    hf_current_release(&current);
    printf("hold and drop %.1f ns; hold the current version and drop %.1f ns\n", (double)(t1 - t0) / TIMES,
           (double)(t3 - t2) / TIMES);
}

int main(int count, char **arguments)
{
    hf_document *document = NULL;
    hf_error error;
    if (count > 1)
        must(hf_read_file(arguments[1], NULL, &document, &error), &error);
    else
        document = made_document();
    must(hf_document_index(document, &error), &error);
    measure_edits(document);
    measure_chain(document);
    measure_counting(document);
    measure_width(500);
    measure_width(5000);
    measure_width(100000);
    measure_emptying(&document);
    measure_churn(count > 2 ? strtoull(arguments[2], NULL, 10) : 1000000);
    return 0;
}

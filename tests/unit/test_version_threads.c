/* test_version_threads.c - threads that all read, measure, write, save and edit the versions that the others make,
 * mount, copy from and drop. Each publishes what it made; none waits for another. The tsan preset is where this
 * says most. With a number of seconds: random programs for so long. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/current.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/size_report.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "random.h"

enum { THREADS = 4, PLACES = 6, STEPS = 250, SHOWN_MAX = 20000, WIDE_MAX = 300 };

static hf_current places[PLACES];
static _Atomic long foreigns;
static _Atomic bool failed; /* by a check in a thread, which has said so */

#define SHOULD(condition)                                                          \
    do {                                                                           \
        if (!(condition) && !atomic_exchange(&failed, true))                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);        \
    } while (0)

/* ---- foreign values ---------------------------------------------------------------------- */

static void release_foreign(void *object)
{
    atomic_fetch_sub((_Atomic long *)object, 1);
}

static hf_status clone_foreign(void *object, void **ret_object)
{
    atomic_fetch_add((_Atomic long *)object, 1);
    *ret_object = object;
    return HF_OK;
}

static const hf_foreign_hooks hooks = { .name = "counted", .release = release_foreign, .clone = clone_foreign };

/* ---- one step of a thread ---------------------------------------------------------------- */

typedef struct thread {
    pthread_t          id;
    uint64_t           seed;
    time_t             until; /* 0: STEPS of them */
    const hf_document *one, *other; /* the versions of this step; `other` may be NULL */
    uint64_t           shown; /* values that a reader of `one` sees */
} thread;

static void publish(thread *self, hf_document *document)
{
    hf_current_publish(&places[random_below(&self->seed, PLACES)], &document);
}

static hf_document *fresh_document(thread *self)
{
    hf_buffer text = HF_BUFFER_INIT(1 << 20);
    char member[80];
    hf_document *document = NULL;
    uint64_t members = 20 + random_below(&self->seed, WIDE_MAX);
    SHOULD(hf_buffer_append(&text, HF_T("{\"wide\":{"), NULL) == HF_OK);
    for (unsigned i = 0; i < members; i++) {
        int length = snprintf(member, sizeof member, "%s\"k%u\":[%u,\"a text that is long \\n enough %u\"]", i ? "," : "", i, i, i);
        SHOULD(hf_buffer_append(&text, hf_text_of(member, (size_t)length), NULL) == HF_OK);
    }
    SHOULD(hf_buffer_append(&text, HF_T("},\"n\":1}"), NULL) == HF_OK);
    SHOULD(hf_read(hf_buffer_text(&text), NULL, &document, NULL) == HF_OK);
    hf_buffer_release(&text);
    return document;
}

static void put_something(thread *self, hf_draft *draft)
{
    char name[] = { '/', 'm', (char)('0' + random_below(&self->seed, 4)), 0 };
    hf_place at = hf_place_at(hf_text_from_cstr(name));
    hf_value wide = self->other != NULL ? hf_get(hf_root(self->other), HF_T("wide")) : hf_absent();
    hf_status status;
    switch (random_below(&self->seed, 7)) {
    case 0:
        SHOULD(self->other == NULL || hf_mount(draft, at.text, (hf_document *)(uintptr_t)self->other, NULL) == HF_OK);
        break;
    case 1:
        status = hf_draft_remove(draft, at, NULL);
        SHOULD(status == HF_OK || status == HF_NOT_FOUND);
        break;
    case 2:
        atomic_fetch_add(&foreigns, 1);
        SHOULD(hf_draft_set(draft, at, hf_item_foreign(&hooks, &foreigns), NULL) == HF_OK);
        break;
    case 3:
        SHOULD(hf_is_absent(wide) || hf_draft_set(draft, at, hf_item_mount(wide), NULL) == HF_OK);
        break;
    case 4:
        SHOULD(self->other == NULL || hf_draft_set(draft, at, hf_item_copy(hf_root(self->other)), NULL) == HF_OK);
        break;
    case 5:
        wide = hf_draft_get(draft, hf_place_at(HF_T("/wide")));
        SHOULD(hf_is_absent(wide) || hf_draft_set(draft, at, hf_item_copy(wide), NULL) == HF_OK);
        break;
    default: /* opens what is mounted there */
        (void)hf_draft_remove(draft, hf_place_at(hf_text_of((const char[]){ '/', 'm', name[2], '/', 'n' }, 5)), NULL);
    }
}

static void edit_step(thread *self)
{
    hf_draft *draft = NULL;
    hf_document *next = NULL;
    SHOULD(hf_edit(self->one, &draft, NULL) == HF_OK);
    put_something(self, draft);
    SHOULD(hf_set_i64(draft, HF_T("/n"), (int64_t)random_below(&self->seed, 100), NULL) == HF_OK);
    if (random_below(&self->seed, 2) == 0) { /* the draft goes on without it */
        hf_document_drop((hf_document *)(uintptr_t)self->one);
        self->one = NULL;
    }
    SHOULD(hf_freeze(&draft, &next, NULL) == HF_OK);
    publish(self, next);
}

static void measure_step(thread *self)
{
    hf_size size;
    SHOULD(hf_measure(hf_root(self->one), &size, NULL) == HF_OK && size.values_expanded == self->shown);
}

static void report_step(thread *self)
{
    hf_size_report *report = NULL;
    SHOULD(hf_size_report_create(&(hf_size_report_options){ .retained = true }, &report, NULL) == HF_OK);
    SHOULD(hf_size_report_add(report, hf_root(self->one), NULL) == HF_OK && hf_size_report_finish(report, NULL) == HF_OK);
    hf_size_report_destroy(report);
}

static void compare_step(thread *self)
{
    hf_value root = hf_root(self->one), other = hf_root(self->other);
    bool equal = false;
    int order = 0;
    SHOULD(hf_hash(root) == hf_hash(root));
    SHOULD(hf_equal(root, other, &equal) == HF_OK && hf_order(root, other, &order) == HF_OK && equal == (order == 0));
}

static void walk_step(thread *self)
{
    hf_walk walk;
    hf_walk_init(&walk, hf_root(self->one), NULL);
    while (hf_walk_next(&walk))
        continue;
    SHOULD(hf_walk_finish(&walk) == HF_WALK_DONE && walk.values == self->shown);
}

static void clone_step(thread *self)
{
    hf_value wide = hf_get(hf_root(self->one), HF_T("wide"));
    hf_document *copy = NULL, *part = NULL;
    SHOULD(hf_document_clone(self->one, NULL, NULL, &copy, NULL) == HF_OK);
    SHOULD(hf_is_absent(wide) || hf_clone_part(wide, NULL, NULL, &part, NULL) == HF_OK);
    hf_document_drop(copy);
    hf_document_drop(part);
}

static void write_step(thread *self)
{
    hf_buffer saved = HF_BUFFER_INIT(SIZE_MAX), written = HF_BUFFER_INIT(SIZE_MAX);
    hf_write_options options = { .canonical = random_below(&self->seed, 2) == 0 };
    hf_status status = hf_save_to_buffer(self->one, &saved, NULL);
    SHOULD(status == HF_OK || status == HF_FOREIGN);
    status = hf_write(hf_root(self->one), &options, &written, NULL);
    SHOULD(status == HF_OK || status == HF_FOREIGN);
    hf_buffer_release(&saved);
    hf_buffer_release(&written);
}

static void look_up_step(thread *self)
{
    char key[16];
    hf_value wide = hf_get(hf_root(self->one), HF_T("wide"));
    int length = snprintf(key, sizeof key, "k%d", (int)random_below(&self->seed, WIDE_MAX));
    hf_value found = hf_get(wide, hf_text_of(key, (size_t)length));
    SHOULD(hf_is_absent(found) || hf_as_i64(hf_at(found, 0), -1) == atoi(key + 1));
    SHOULD(hf_document_index(self->one, NULL) == HF_OK);
}

static void publish_step(thread *self)
{
    publish(self, hf_document_hold(self->one));
}

static void step(thread *self)
{
    static void (*const steps[])(thread *) = { edit_step, edit_step, edit_step, measure_step, report_step, compare_step,
                                               walk_step, clone_step, write_step, look_up_step, publish_step };
    hf_document *other = hf_current_hold(&places[random_below(&self->seed, PLACES)]);
    self->one = hf_current_hold(&places[random_below(&self->seed, PLACES)]);
    self->other = other;
    self->shown = self->one != NULL ? hf_document_get_info(self->one).values_expanded : 0;
    if (self->one == NULL || self->shown > SHOWN_MAX)
        publish(self, fresh_document(self));
    else
        steps[random_below(&self->seed, sizeof steps / sizeof *steps)](self);
    hf_document_drop((hf_document *)(uintptr_t)self->one);
    hf_document_drop(other);
}

static void *run(void *context)
{
    thread *self = context;
    for (long i = 0; self->until != 0 ? time(NULL) < self->until : i < random_rounds(STEPS); i++)
        step(self);
    return NULL;
}

static time_t until;

static void test_version_threads__random_programs(void **state)
{
    (void)state;
    thread threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        threads[i] = (thread){ .seed = random_first_seed() * 0x9e3779b97f4a7c15u + i * 7919 + 3, .until = until };
        HF_EXPECT(pthread_create(&threads[i].id, NULL, run, &threads[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i].id, NULL);
    for (int i = 0; i < PLACES; i++)
        hf_current_release(&places[i]);
    HF_EXPECT(!atomic_load(&failed));
    assert_int_equal(atomic_load(&foreigns), 0);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_version_threads__random_programs) };
    until = count > 1 ? time(NULL) + atoi(arguments[1]) : 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

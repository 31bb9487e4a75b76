/* test_draft_share.c - what drafts and versions share: mounted documents, foreign values, borrowed text. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "draft_support.h"
#include "failing_allocator.h"

/* ---- mounts ------------------------------------------------------------------------------ */

static void test_draft_share__a_mount_is_opened_where_it_is_changed(void **state)
{
    (void)state;
    hf_document *defaults = read_text("{\"host\":{\"name\":\"a name beyond fourteen\",\"ports\":[1,2,3]},\"x\":[{}]}");
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T("/a"), defaults, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/b")), hf_item_mount(hf_get(hf_root(defaults), HF_T("host"))), NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/a/host/ports/1"), 20, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/b/name"), NULL), HF_OK);
    hf_document_drop(defaults);
    const char *expected = "{\"a\":{\"host\":{\"name\":\"a name beyond fourteen\",\"ports\":[1,20,3]},\"x\":[{}]},"
                           "\"b\":{\"ports\":[1,2,3]}}";
    expect_shows(hf_draft_root(draft), expected);
    assert_int_equal(hf_draft_compact(draft, NULL), HF_OK);
    hf_document *version = freeze_checked(&draft);
    expect_shows(hf_root(version), expected);
    hf_document_drop(version);
}

static void test_draft_share__replaced_mounts_are_let_go(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    hf_draft_options options = { 0 };
    assert_int_equal(hf_budget_create(NULL, &budget, NULL), HF_OK);
    options.budget = budget;
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    hf_document *version = freeze_checked(&draft);
    uint64_t before = 0;
    for (int i = 0; i < 200; i++) {
        hf_document *mounted = NULL;
        assert_int_equal(hf_draft_create(&options, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_i64(draft, HF_T(""), i, NULL), HF_OK);
        mounted = freeze_checked(&draft);
        assert_int_equal(hf_edit(version, &draft, NULL), HF_OK);
        assert_int_equal(hf_mount(draft, HF_T("/current"), mounted, NULL), HF_OK);
        hf_document_drop(mounted);
        hf_document_drop(version);
        version = freeze_checked(&draft);
        before = i == 0 ? hf_budget_count(budget).current : before;
        assert_int_equal(hf_budget_count(budget).current, before);
    }
    hf_document_drop(version);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

static void test_draft_share__doublings_cost_a_block_each(void **state)
{
    (void)state;
    hf_document *document = read_text("[1]");
    for (int i = 0; i < 40; i++) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
        for (int twice = 0; twice < 2; twice++)
            assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_mount(hf_root(document)), NULL), HF_OK);
        hf_document_drop(document);
        document = freeze_checked(&draft);
    }
    hf_document_info info = hf_document_get_info(document);
    assert_true(info.values_expanded > (uint64_t)1 << 41);
    assert_true(info.bytes < 2048);
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .values_max = 1000 });
    while (hf_walk_next(&walk))
        continue;
    assert_int_equal(hf_walk_finish(&walk), HF_WALK_LIMIT_VALUES);
    /* Every other way to look at it ends at once too: reading, sizes, hash, writing, copies, versions. */
    hf_value value = hf_root(document);
    for (int i = 0; i < 41; i++)
        value = hf_at(value, (uint64_t)(i % 2 && i < 40));
    assert_int_equal(hf_as_i64(value, 0), 1);
    hf_size size;
    assert_int_equal(hf_measure(hf_root(document), &size, NULL), HF_OK);
    assert_int_equal(size.documents, 40);
    assert_true(hf_hash(hf_root(document)) != 0);
    hf_buffer buffer = HF_BUFFER_INIT(4096);
    assert_int_equal(hf_write(hf_root(document), NULL, &buffer, NULL), HF_LIMIT_BYTES);
    hf_buffer_release(&buffer);
    hf_document *copy = NULL;
    assert_int_equal(hf_document_clone(document, NULL, NULL, &copy, NULL), HF_LIMIT_VALUES);
    assert_int_equal(hf_save_to_buffer(document, &buffer, NULL), HF_LIMIT_VALUES);
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_null(draft, HF_T("/0/1/0/0"), NULL), HF_OK);
    assert_int_equal(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL), HF_LIMIT_VALUES);
    assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_copy(hf_draft_root(draft)), NULL), HF_OK);
    hf_document *next = freeze_checked(&draft);
    assert_true(hf_document_get_info(next).values_expanded > (uint64_t)1 << 40);
    hf_document_drop(next);
    hf_document_drop(document);
}

/* The limit of the nesting of mounts is met long after that of what can be copied: it is refused. */
static void test_draft_share__doublings_without_end_are_refused(void **state)
{
    (void)state;
    hf_document *document = read_text("[1]");
    hf_status status = HF_OK;
    int doublings = 0;
    for (; status == HF_OK && doublings < 100; doublings++) {
        hf_draft *draft = NULL;
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
        for (int twice = 0; twice < 2 && status == HF_OK; twice++)
            status = hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_mount(hf_root(document)), NULL);
        hf_document *next = freeze_checked(&draft);
        hf_document_drop(document);
        document = next;
    }
    assert_int_equal(status, HF_LIMIT_VALUES);
    assert_true(doublings > 40);
    assert_true(hf_document_get_info(document).bytes < 4096);
    hf_document_drop(document);
}

/* ---- foreign values ---------------------------------------------------------------------- */

static _Atomic long made, ended;

static void *thing_new(void)
{
    void *thing = malloc(1);
    assert_non_null(thing);
    atomic_fetch_add(&made, 1);
    return thing;
}
static void thing_release(void *thing)
{
    atomic_fetch_add(&ended, 1);
    free(thing);
}
static hf_status thing_clone(void *thing, void **ret_thing)
{
    (void)thing;
    *ret_thing = thing_new();
    return HF_OK;
}
static const hf_foreign_hooks copied = { "thing", thing_release, thing_clone, NULL };
static const hf_foreign_hooks fixed = { "lock", thing_release, NULL, NULL };

static void *drop_in_thread(void *document)
{
    hf_document_drop(document);
    return NULL;
}

/* {"m":(all of `mounted`), and what `name` says}; consumed. */
static hf_document *mounted_and_named(hf_document *mounted, hf_text name)
{
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T("/m"), mounted, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, name, 1, NULL), HF_OK);
    hf_document_drop(mounted);
    return freeze_checked(&draft);
}

/* All that keeps a way back has room for it. */
static void expect_all_read(hf_value value, uint64_t values)
{
    hf_document *copy = NULL;
    hf_walk walk;
    hf_size size;
    bool is_equal = false;
    hf_walk_init(&walk, value, NULL);
    while (hf_walk_next(&walk)) {}
    assert_int_equal(hf_walk_finish(&walk), HF_WALK_DONE);
    assert_int_equal(walk.values, values);
    assert_int_equal(hf_measure(value, &size, NULL), HF_OK);
    assert_int_equal(size.values_expanded, values);
    assert_int_equal(hf_clone_part(value, NULL, NULL, &copy, NULL), HF_OK);
    assert_int_equal(hf_equal(value, hf_root(copy), &is_equal), HF_OK);
    assert_true(is_equal && hf_hash(value) == hf_hash(hf_root(copy)));
    hf_document_drop(copy);
}

/* What was opened shows parts of the mounted document, of which some are parts of the one mounted there. */
static void test_draft_share__parts_of_parts_as_deep_as_mounts(void **state)
{
    (void)state;
    hf_document *document = read_text("{\"m\":{\"x\":[1,2,3]}}");
    for (uint64_t i = 0; i < 100; i++) { /* beyond the most that are not copied */
        document = mounted_and_named(document, HF_T("/m/opened"));
        expect_all_read(hf_root(document), 6 + (i + 1) * 2);
    }
    hf_document_drop(document);
}

/* Earlier blocks before mounts that are as deep as may be: versions write out what would be too far. */
static void test_draft_share__versions_of_deep_mounts(void **state)
{
    (void)state;
    enum { LEVELS = 7, PAD = 600000 };
    char *pad = malloc(PAD), path[64] = "";
    memset(pad, 'x', PAD);
    hf_document *version = read_text("[1]");
    for (int i = 0; i < 63; i++)
        version = mounted_and_named(version, HF_T("/n"));
    assert_int_equal(hf_document_get_info(version).mount_depth, 63);
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    for (int i = 0; i < LEVELS; i++) {
        memcpy(path + 2 * i, "/a", 3);
        assert_int_equal(hf_set_object(draft, hf_text_from_cstr(path), NULL), HF_OK);
    }
    memcpy(path + 2 * LEVELS, "/m", 3);
    assert_int_equal(hf_mount(draft, hf_text_from_cstr(path), version, NULL), HF_OK);
    memcpy(path + 2 * LEVELS, "/p", 3);
    assert_int_equal(hf_set_text(draft, hf_text_from_cstr(path), hf_text_of(pad, PAD), NULL), HF_OK);
    hf_document_drop(version);
    version = freeze_checked(&draft);
    uint64_t values = 1 + LEVELS + 1 + 63 * 2 + 2;
    for (int level = LEVELS - 1; level > 0; level--) { /* each block is reached through the one after it */
        assert_int_equal(hf_edit(version, &draft, NULL), HF_OK);
        memcpy(path + 2 * level, "/p", 3);
        assert_int_equal(hf_set_text(draft, hf_text_from_cstr(path), hf_text_of(pad, (size_t)PAD >> 2 * (LEVELS - level)), NULL), HF_OK);
        expect_all_read(hf_draft_root(draft), ++values);
        hf_document_drop(version);
        version = freeze_checked(&draft);
        assert_in_range(hf_document_get_info(version).mount_depth, 1, 64);
        expect_all_read(hf_root(version), values);
    }
    hf_document_drop(version);
    free(pad);
}

static void test_draft_share__foreign_values_are_released_once(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    void *thing = thing_new();
    made = 1;
    ended = 0;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/none/x")), hf_item_foreign(&fixed, thing), NULL), HF_NOT_FOUND);
    assert_int_equal(ended, 0); /* still ours */
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/a")), hf_item_foreign(&fixed, thing), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/b")), hf_item_foreign(&copied, thing_new()), NULL), HF_OK);
    hf_error error;
    hf_value lock = hf_draft_get(draft, hf_place_at(HF_T("/a")));
    assert_ptr_equal(hf_foreign_object(lock, &fixed), thing);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/c")), hf_item_copy(lock), &error), HF_FOREIGN);
    assert_string_equal(error.pointer, "/c");
    hf_document *first = freeze_checked(&draft), *copy = NULL;
    assert_int_equal(hf_document_clone(first, NULL, NULL, &copy, &error), HF_FOREIGN);
    assert_string_equal(error.pointer, "/a");
    assert_int_equal(hf_edit(first, &draft, NULL), HF_OK);
    assert_int_equal(hf_remove(draft, HF_T("/a"), NULL), HF_OK);
    assert_int_equal(ended, 0); /* the first version has it */
    hf_document *second = freeze_checked(&draft);
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, drop_in_thread, first), 0);
    pthread_join(threads[0], NULL);
    assert_int_equal(ended, 1); /* and nothing of it is held by the second */
    assert_int_equal(hf_document_clone(second, NULL, NULL, &copy, NULL), HF_OK);
    assert_int_equal(pthread_create(&threads[0], NULL, drop_in_thread, second), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, drop_in_thread, copy), 0);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    assert_int_equal(made, ended);
}

static void test_draft_share__foreign_values_under_failing_allocations(void **state)
{
    (void)state;
    HF_OOM_LOOP(nth) {
        hf_draft_options options = { .allocator = nth };
        hf_draft *draft = NULL;
        hf_document *first = NULL, *second = NULL, *copy = NULL;
        made = ended = 0;
        hf_status status = hf_draft_create(&options, &draft, NULL);
        if (status == HF_OK)
            status = hf_set_array(draft, HF_T(""), NULL);
        for (int i = 0; i < 3 && status == HF_OK; i++) {
            void *thing = thing_new();
            status = hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_foreign(&copied, thing), NULL);
            if (status != HF_OK)
                thing_release(thing);
        }
        if (status == HF_OK)
            status = hf_freeze(&draft, &first, NULL);
        if (status == HF_OK)
            status = hf_edit(first, &draft, NULL);
        if (status == HF_OK)
            status = hf_remove(draft, HF_T("/1"), NULL);
        if (status == HF_OK)
            status = hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/0")))), NULL);
        if (status == HF_OK)
            status = hf_freeze(&draft, &second, NULL);
        if (status == HF_OK)
            status = hf_document_clone(second, nth, NULL, &copy, NULL);
        if (status == HF_OK) {
            hf_document_drop(copy);
            copy = NULL;
            status = hf_clone_following(hf_root(second), &(hf_expand_options){ .allocator = nth }, &copy, NULL);
        }
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_draft_destroy(draft);
        hf_document_drop(copy);
        hf_document_drop(first);
        hf_document_drop(second);
        HF_EXPECT(made == ended);
    }
}

/* ---- text -------------------------------------------------------------------------------- */

static void test_draft_share__a_version_does_not_need_borrowed_text(void **state)
{
    (void)state;
    char text[] = "{\"a\":\"a text that is longer than a slot\",\"b\":[1.50,\"short\"],\"a key of some length\":{}}";
    hf_document *document = NULL;
    hf_draft *draft = NULL;
    hf_read_options options = { .text = HF_TEXT_BORROWED };
    assert_int_equal(hf_read(hf_text_of(text, strlen(text)), &options, &document, NULL), HF_OK);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/b/-"), 3, NULL), HF_OK);
    hf_document *version = freeze_checked(&draft), *mounting = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T(""), document, NULL), HF_OK); /* copies, for it borrows */
    mounting = freeze_checked(&draft);
    hf_document_drop(document);
    memset(text, 'X', sizeof text - 1);
    expect_shows(hf_root(version), "{\"a\":\"a text that is longer than a slot\",\"b\":[1.50,\"short\",3],\"a key of some length\":{}}");
    expect_shows(hf_root(mounting), "{\"a\":\"a text that is longer than a slot\",\"b\":[1.50,\"short\"],\"a key of some length\":{}}");
    hf_document_drop(version);
    hf_document_drop(mounting);
}

typedef struct lent {
    test_allocator memory;
    char           text[8192];
    int            released, foreigns;
} lent;

static void release_lent(void *context, const char *bytes, size_t length)
{
    (void)length;
    ((lent *)context)->released++;
    memset((char *)(uintptr_t)bytes, 'X', 16);
}

static void release_foreign(void *object)
{
    ((lent *)object)->foreigns++;
}

static const hf_foreign_hooks lent_hooks = { .name = "lent", .release = release_foreign };

/* Most of it in one array, so that versions share its block. */
static hf_document *read_lent(lent *from, hf_text_ownership ownership)
{
    memset(from, 0, sizeof *from);
    test_allocator_init(&from->memory);
    size_t length = (size_t)sprintf(from->text, "{\"a\":[");
    for (int i = 0; i < 150; i++)
        length += (size_t)sprintf(from->text + length, "%s\"text number %d of many\"", i > 0 ? "," : "", i);
    length += (size_t)sprintf(from->text + length, "]}");
    hf_document *document = NULL;
    hf_read_options options = { .text = ownership, .allocator = &from->memory.base, .release = release_lent, .release_context = from };
    assert_int_equal(hf_read(hf_text_of(from->text, length), &options, &document, NULL), HF_OK);
    return document;
}

/* The allocator, the text and the count of a foreign value's holders serve the versions that share them. */
static void test_draft_share__what_was_lent_goes_with_the_last_version(void **state)
{
    (void)state;
    static lent from;
    hf_document *first = read_lent(&from, HF_TEXT_CONSUMED), *version = NULL;
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(first, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/f")), hf_item_foreign(&lent_hooks, &from), NULL), HF_OK);
    hf_document_drop(first);
    first = freeze_checked(&draft);
    assert_int_equal(hf_edit_with(first, &(hf_draft_options){ .depth_max = 0 }, &draft, NULL), HF_OK);
    hf_document_drop(first);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hf_set_i64(draft, HF_T("/n"), i, NULL), HF_OK);
        version = freeze_checked(&draft);
        assert_true(from.memory.live.live_blocks > 0 && from.released == 0 && from.foreigns == 0);
        assert_int_equal(hf_edit_with(version, &(hf_draft_options){ .depth_max = 0 }, &draft, NULL), HF_OK);
        hf_document_drop(version);
    }
    assert_true(hf_text_equal(hf_as_text(hf_at(hf_get(hf_draft_root(draft), HF_T("a")), 149), HF_T("")), HF_T("text number 149 of many")));
    hf_draft_destroy(draft);
    assert_true(from.memory.live.live_blocks == 0 && from.released == 1 && from.foreigns == 1);
    assert_int_equal(test_allocator_release(&from.memory), 0);
}

/* A draft points into borrowed text after its document has gone; what is frozen from it does not. */
static void test_draft_share__a_draft_needs_borrowed_text_until_it_ends(void **state)
{
    (void)state;
    static lent from;
    hf_document *document = read_lent(&from, HF_TEXT_BORROWED), *version;
    hf_draft *draft = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    hf_document_drop(document);
    assert_int_equal(hf_set_i64(draft, HF_T("/n"), 1, NULL), HF_OK);
    hf_text last = hf_as_text(hf_at(hf_get(hf_draft_root(draft), HF_T("a")), 149), HF_T(""));
    assert_true(last.bytes > from.text && last.bytes < from.text + sizeof from.text);
    version = freeze_checked(&draft);
    memset(from.text, 'X', sizeof from.text);
    assert_true(hf_text_equal(hf_as_text(hf_at(hf_get(hf_root(version), HF_T("a")), 149), HF_T("")), HF_T("text number 149 of many")));
    hf_document_drop(version);
    assert_int_equal(test_allocator_release(&from.memory), 0);
}

static char said[256];
static void hear(const char *message)
{
    snprintf(said, sizeof said, "%s", message);
}

static void test_draft_share__changed_borrowed_text_is_named(void **state)
{
    (void)state;
    if (!HF__DEBUG)
        skip();
    char text[] = "{\"a\":\"a text that is longer than a slot\"}";
    hf_document *document = NULL;
    hf_draft *draft = NULL;
    hf_error error;
    hf_read_options options = { .text = HF_TEXT_BORROWED };
    assert_int_equal(hf_read(hf_text_of(text, strlen(text)), &options, &document, NULL), HF_OK);
    text[10] = 'Z';
    hf__misuse_hook = hear;
    assert_int_equal(hf_edit(document, &draft, &error), HF_BORROWED_CHANGED);
    assert_non_null(strstr(error.detail, "borrowed text"));
    said[0] = 0;
    hf_document_drop(document);
    hf__misuse_hook = NULL;
    assert_non_null(strstr(said, "borrowed text"));
}

/* Each way of copying it looks first. */
static void test_draft_share__changed_borrowed_text_is_not_copied(void **state)
{
    (void)state;
    if (!HF__DEBUG)
        skip();
    char text[] = "{\"a\":\"a text that is longer than a slot\",\"b\":[1]}";
    enum { WAYS = 9 };
    for (int way = 0; way < WAYS; way++) {
        hf_document *document = NULL, *copy = NULL;
        hf_draft *draft = NULL, *other = NULL;
        hf_builder *builder = NULL;
        hf_buffer buffer = HF_BUFFER_INIT(4096);
        hf_read_options options = { .text = HF_TEXT_BORROWED };
        assert_int_equal(hf_read(hf_text_of(text, strlen(text)), &options, &document, NULL), HF_OK);
        assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
        assert_int_equal(hf_draft_create(NULL, &other, NULL), HF_OK);
        assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
        hf_value root = hf_root(document), edited = hf_draft_root(draft);
        text[10] = 'Z';
        hf_status status = HF_OK;
        hf__misuse_hook = hear;
        said[0] = 0;
        switch (way) {
        case 0: status = hf_freeze(&draft, &copy, NULL); break;
        case 1: status = hf_clone_part(edited, NULL, NULL, &copy, NULL); break;
        case 2: status = hf_draft_set(draft, hf_place_at(HF_T("/c")), hf_item_copy(hf_get(edited, HF_T("b"))), NULL); break;
        case 3: status = hf_draft_set(other, hf_place_at(HF_T("")), hf_item_copy(root), NULL); break;
        case 4: status = hf_clone_following(edited, NULL, &copy, NULL); break;
        case 5: status = hf_references_to_links(document, &copy, NULL, NULL); break;
        case 6: status = hf_build_copy(builder, edited); break;
        case 7: status = hf_build_mount(builder, root); break;
        default: status = hf_save_to_buffer(document, &buffer, NULL); break;
        }
        hf__misuse_hook = NULL;
        text[10] = 'x';
        assert_int_equal(status, HF_BORROWED_CHANGED);
        assert_non_null(strstr(said, "borrowed text"));
        assert_null(copy);
        hf_builder_destroy(builder);
        hf_buffer_release(&buffer);
        hf_draft_destroy(other);
        hf_draft_destroy(draft);
        hf_document_drop(document);
    }
}

static hf_status clone_to_nothing(void *object, void **ret_object)
{
    (void)object;
    *ret_object = NULL;
    return HF_OK;
}

static void test_draft_share__copies_that_hooks_do_not_make_are_refused(void **state)
{
    (void)state;
    static const hf_foreign_hooks hooks = { "a thing", thing_release, clone_to_nothing, NULL };
    hf_draft *draft = NULL;
    hf_document *document, *copy = NULL;
    made = ended = 0;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_foreign(&hooks, thing_new()), NULL), HF_OK);
    hf__misuse_hook = hear;
    assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/0")))), NULL), HF_MISUSE);
    assert_int_equal(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL), HF_MISUSE);
    assert_int_equal(hf_clone_following(hf_draft_root(draft), NULL, &copy, NULL), HF_MISUSE);
    document = freeze_checked(&draft);
    assert_int_equal(hf_document_clone(document, NULL, NULL, &copy, NULL), HF_MISUSE);
    hf__misuse_hook = NULL;
    hf_document_drop(document);
    assert_int_equal(made, 1);
    assert_int_equal(ended, 1);
}

/* Also one that can be copied and written has no form in a file. */
static void test_draft_share__foreign_values_are_not_saved(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    hf_error error;
    hf_buffer buffer = HF_BUFFER_INIT(4096);
    made = ended = 0;
    hf_document *mounted, *document;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_array(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_draft_append(draft, hf_place_at(HF_T("")), hf_item_foreign(&copied, thing_new()), NULL), HF_OK);
    mounted = freeze_checked(&draft);
    assert_int_equal(hf_save_to_buffer(mounted, &buffer, &error), HF_FOREIGN);
    assert_string_equal(error.pointer, "/0");
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_object(draft, HF_T(""), NULL), HF_OK);
    assert_int_equal(hf_mount(draft, HF_T("/m"), mounted, NULL), HF_OK);
    document = freeze_checked(&draft);
    assert_int_equal(hf_save_to_buffer(document, &buffer, &error), HF_FOREIGN);
    assert_string_equal(error.pointer, "/m/0");
    assert_int_equal(hf_buffer_text(&buffer).length, 0);
    hf_buffer_release(&buffer);
    hf_document_drop(mounted);
    hf_document_drop(document);
    assert_int_equal(made, ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draft_share__a_mount_is_opened_where_it_is_changed),
        cmocka_unit_test(test_draft_share__replaced_mounts_are_let_go),
        cmocka_unit_test(test_draft_share__doublings_cost_a_block_each),
        cmocka_unit_test(test_draft_share__doublings_without_end_are_refused),
        cmocka_unit_test(test_draft_share__parts_of_parts_as_deep_as_mounts),
        cmocka_unit_test(test_draft_share__versions_of_deep_mounts),
        cmocka_unit_test(test_draft_share__foreign_values_are_released_once),
        cmocka_unit_test(test_draft_share__foreign_values_under_failing_allocations),
        cmocka_unit_test(test_draft_share__a_version_does_not_need_borrowed_text),
        cmocka_unit_test(test_draft_share__what_was_lent_goes_with_the_last_version),
        cmocka_unit_test(test_draft_share__a_draft_needs_borrowed_text_until_it_ends),
        cmocka_unit_test(test_draft_share__changed_borrowed_text_is_named),
        cmocka_unit_test(test_draft_share__changed_borrowed_text_is_not_copied),
        cmocka_unit_test(test_draft_share__copies_that_hooks_do_not_make_are_refused),
        cmocka_unit_test(test_draft_share__foreign_values_are_not_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

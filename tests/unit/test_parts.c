/* test_parts.c - parts and copies, shown so often that only what is stored may be looked at. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <time.h>

#include "draft_support.h"
#include "failing_allocator.h"
#include "system_failure.h"

static uint64_t cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* {"a": d, "b": d, "x": leaf} over and over, both mounts opened by a change: so each version shows parts of the
 * one before, four of them. `reversed`: members in another order. Owned. */
static hf_document *opened_doublings(int levels, int64_t leaf, bool reversed, hf_budget *budget)
{
    const hf_text paths[] = { HF_T("/a"), HF_T("/b") }, leaves[] = { HF_T("/a/x"), HF_T("/b/x") };
    hf_document *document = NULL;
    HF_EXPECT(hf_read(HF_T("{\"a\":{\"x\":1},\"b\":{\"x\":1}}"), &(hf_read_options){ .budget = budget }, &document, NULL) == HF_OK);
    for (int i = 0; i < levels; i++) {
        hf_draft *draft = NULL;
        HF_EXPECT(hf_draft_create(&(hf_draft_options){ .budget = budget }, &draft, NULL) == HF_OK);
        HF_EXPECT(hf_set_object(draft, HF_T(""), NULL) == HF_OK);
        for (int at = 0; at < 2; at++)
            HF_EXPECT(hf_mount(draft, paths[at ^ reversed], document, NULL) == HF_OK);
        for (int at = 0; at < 2; at++)
            HF_EXPECT(hf_set_i64(draft, leaves[at], i == 0 ? leaf : i, NULL) == HF_OK);
        hf_document_drop(document);
        document = freeze_checked(&draft);
    }
    return document;
}

static int order_of(const hf_document *a, const hf_document *b)
{
    int order = 7;
    bool equal = false;
    HF_EXPECT(hf_order(hf_root(a), hf_root(b), &order) == HF_OK);
    HF_EXPECT(hf_equal(hf_root(a), hf_root(b), &equal) == HF_OK && equal == (order == 0));
    HF_EXPECT(!equal || hf_hash(hf_root(a)) == hf_hash(hf_root(b)));
    return order;
}

static void test_parts__opened_doublings_cost_a_block_each(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    HF_EXPECT(hf_budget_create(NULL, &budget, NULL) == HF_OK);
    uint64_t begun = cpu_ms();
    hf_document *document = opened_doublings(40, 5, false, budget);
    HF_EXPECT(hf_budget_count(budget).current < 40 * 4096);
    hf_document_info info = hf_document_get_info(document);
    HF_EXPECT(info.values_expanded > (uint64_t)1 << 41 && info.depth == 42);
    hf_size size;
    HF_EXPECT(hf_measure(hf_root(document), &size, NULL) == HF_OK);
    HF_EXPECT(size.documents == 40 && size.values_expanded == info.values_expanded);
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), &(hf_walk_options){ .values_max = 1000 });
    while (hf_walk_next(&walk))
        continue;
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_LIMIT_VALUES);
    hf_buffer buffer = HF_BUFFER_INIT(4096);
    HF_EXPECT(hf_write(hf_root(document), NULL, &buffer, NULL) == HF_LIMIT_BYTES);
    hf_buffer_release(&buffer);
    HF_EXPECT(hf_save_to_buffer(document, &buffer, NULL) == HF_LIMIT_VALUES);
    hf_document *copy = NULL;
    HF_EXPECT(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_LIMIT_VALUES);
    HF_EXPECT(hf_clone_part(hf_get(hf_root(document), HF_T("a")), NULL, NULL, &copy, NULL) == HF_LIMIT_VALUES);
    hf_document *held = hf_document_hold(document);
    hf_document_drop(held);

    hf_draft *draft = NULL;
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
    HF_EXPECT(hf_set_null(draft, HF_T("/a/b/a/b/x"), NULL) == HF_OK);
    HF_EXPECT(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL) == HF_LIMIT_VALUES);
    HF_EXPECT(hf_hash(hf_draft_root(draft)) != hf_hash(hf_root(document)));
    hf_document *next = freeze_checked(&draft);
    HF_EXPECT(hf_document_get_info(next).values_expanded == info.values_expanded);
    hf_document_drop(next);
    hf_document_drop(document);
    HF_EXPECT(hf_budget_count(budget).current == 0);
    hf_budget_drop(budget);
    HF_EXPECT(cpu_ms() - begun < 1000);
}

static void test_parts__opened_doublings_made_apart_are_compared_at_once(void **state)
{
    (void)state;
    uint64_t begun = cpu_ms();
    hf_document *one = opened_doublings(40, 5, false, NULL), *same = opened_doublings(40, 5, false, NULL);
    hf_document *turned = opened_doublings(40, 5, true, NULL), *larger = opened_doublings(40, 6, true, NULL);
    HF_EXPECT(order_of(one, same) == 0 && order_of(one, turned) == 0);
    HF_EXPECT(order_of(one, larger) < 0 && order_of(larger, one) > 0);
    HF_EXPECT(hf_hash(hf_root(one)) != hf_hash(hf_root(larger)));
    hf_document_drop(one);
    hf_document_drop(same);
    hf_document_drop(turned);
    hf_document_drop(larger);
    HF_EXPECT(cpu_ms() - begun < 1000);
}

/* What is noted says the same as what is looked at each time. */
static void test_parts__counts_and_hash_are_those_of_a_copy(void **state)
{
    (void)state;
    for (int levels = 0; levels < 8; levels++) {
        hf_document *document = opened_doublings(levels, 5, levels % 2 == 1, NULL), *copy = NULL;
        HF_EXPECT(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_OK);
        hf_document_info info = hf_document_get_info(document), plain = hf_document_get_info(copy);
        HF_EXPECT(info.values_expanded == plain.values && info.depth == plain.depth);
        HF_EXPECT(order_of(document, copy) == 0 && hf_hash(hf_root(document)) == hf_hash(hf_root(copy)));
        hf_document_drop(copy);
        hf_document_drop(document);
    }
}

/* So many parts that they are noted on the heap. */
static hf_document *many_parts(void)
{
    char text[64];
    hf_draft *draft = NULL;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    for (int i = 0; i < 300; i++) {
        hf_item wide = hf_item_array();
        int length = snprintf(text, sizeof text, "/k%d", i);
        hf_text pointer = hf_text_of(text, (size_t)length);
        HF_EXPECT(hf_draft_set(draft, hf_place_at(pointer), wide, NULL) == HF_OK);
        for (int element = 0; element < 20; element++)
            HF_EXPECT(hf_draft_append(draft, hf_place_at(pointer), hf_item_i64(i + element), NULL) == HF_OK);
    }
    hf_document *wide = freeze_checked(&draft), *made;
    HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
    HF_EXPECT(hf_mount(draft, HF_T("/a"), wide, NULL) == HF_OK && hf_mount(draft, HF_T("/b"), wide, NULL) == HF_OK);
    HF_EXPECT(hf_set_i64(draft, HF_T("/a/x"), 1, NULL) == HF_OK && hf_set_i64(draft, HF_T("/b/x"), 2, NULL) == HF_OK);
    hf_document_drop(wide);
    made = freeze_checked(&draft);
    return made;
}

static void test_parts__notes_need_no_memory(void **state)
{
    (void)state;
    hf_document *one = many_parts(), *other = many_parts();
    uint64_t hash = hf_hash(hf_root(one));
    HF_EXPECT(order_of(one, other) == 0);
    HF_SYSTEM_OOM_LOOP(nth) {
        hf_size size;
        bool equal = false;
        int order = 1;
        HF_EXPECT(hf_hash(hf_root(other)) == hash);
        HF_EXPECT(hf_equal(hf_root(one), hf_root(other), &equal) == HF_OK && equal);
        HF_EXPECT(hf_order(hf_root(one), hf_root(other), &order) == HF_OK && order == 0);
        hf_status status = hf_measure(hf_root(other), &size, NULL);
        HF_EXPECT(status == HF_NO_MEMORY || (status == HF_OK && size.values_expanded == 2 * (300 * 21 + 2) + 1));
    }
    HF_EXPECT(hf_document_get_info(one).values_expanded == 2 * (300 * 21 + 2) + 1);
    hf_document_drop(one);
    hf_document_drop(other);
}

/* ---- copies ------------------------------------------------------------------------------ */

static void set_copy(hf_draft *draft, const char *to, const char *from)
{
    hf_value value = hf_draft_get(draft, hf_place_at(hf_text_from_cstr(from)));
    hf_status status = hf_draft_set(draft, hf_place_at(hf_text_from_cstr(to)), hf_item_copy(value), NULL);
    if (status != HF_OK)
        fail_msg("copying %s to %s: %s", from, to, hf_status_name(status));
}

/* What a way of copying does to {"a": ..., "n": 0}, once for each level. */
typedef enum way { BESIDE, WRAPPED, BACK } way;

static void copy_once(hf_draft *draft, way how)
{
    HF_EXPECT(hf_set_object(draft, HF_T("/t"), NULL) == HF_OK);
    set_copy(draft, "/t/l", "/a");
    set_copy(draft, "/t/r", how == WRAPPED ? "/t/l" : "/a");
    if (how == BACK)
        set_copy(draft, "/a", "/t"); /* a copy, mounted: the next one is of a document */
    else
        HF_EXPECT(hf_draft_move(draft, hf_place_at(HF_T("/t")), hf_place_at(HF_T("/a")), NULL) == HF_OK);
    if (how == BACK)
        HF_EXPECT(hf_remove(draft, HF_T("/t"), NULL) == HF_OK);
}

/* So many doublings by copying, in one draft or over versions. Owned. */
static hf_document *copied_doublings(int levels, way how, bool versions, hf_budget *budget)
{
    hf_document *document = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_read(HF_T("{\"a\":{\"x\":1,\"y\":[2,\"a text that is not inline\"]},\"n\":0}"),
                      &(hf_read_options){ .budget = budget }, &document, NULL) == HF_OK);
    for (int i = 0; i < levels; i++) {
        if (draft == NULL)
            HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
        copy_once(draft, how);
        HF_EXPECT(hf_set_i64(draft, HF_T("/n"), i, NULL) == HF_OK);
        if (!versions && i + 1 < levels)
            continue;
        hf_document_drop(document);
        document = freeze_checked(&draft);
    }
    return document;
}

static void test_parts__doublings_by_copying_cost_a_block_each(void **state)
{
    (void)state;
    for (int how = BESIDE; how <= BACK; how++) {
        for (int versions = 0; versions < 2; versions++) {
            hf_budget *budget = NULL;
            hf_size size;
            HF_EXPECT(hf_budget_create(&(hf_budget_options){ .bytes_max = 1 << 20 }, &budget, NULL) == HF_OK);
            uint64_t begun = cpu_ms();
            hf_document *document = copied_doublings(40, (way)how, versions != 0, budget), *copy = NULL;
            HF_EXPECT(hf_budget_count(budget).current < 82 * 2048);
            hf_document_info info = hf_document_get_info(document);
            HF_EXPECT(info.values_expanded > (uint64_t)1 << 42 && info.depth == 43);
            HF_EXPECT(hf_measure(hf_root(document), &size, NULL) == HF_OK && size.values_expanded == info.values_expanded);
            HF_EXPECT(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_LIMIT_VALUES);
            HF_EXPECT(hf_hash(hf_root(document)) != 0);
            hf_draft *draft = NULL;
            HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
            HF_EXPECT(hf_remove(draft, HF_T("/a/l/r/l"), NULL) == HF_OK && hf_remove(draft, HF_T("/a"), NULL) == HF_OK);
            hf_document *next = freeze_checked(&draft);
            HF_EXPECT(hf_document_get_info(next).values_expanded == 2);
            hf_document_drop(next);
            hf_document_drop(document);
            HF_EXPECT(hf_budget_count(budget).current == 0);
            hf_budget_drop(budget);
            HF_EXPECT(cpu_ms() - begun < 1000);
        }
    }
}

static void test_parts__copies_show_what_was_copied(void **state)
{
    (void)state;
    for (int levels = 0; levels < 9; levels++) {
        hf_document *first = copied_doublings(levels, BESIDE, false, NULL), *plain = NULL;
        HF_EXPECT(hf_document_clone(first, NULL, NULL, &plain, NULL) == HF_OK);
        HF_EXPECT(hf_document_get_info(plain).values == 1 + ((uint64_t)6 << levels));
        for (int how = BESIDE; how <= BACK; how++) {
            hf_document *same = copied_doublings(levels, (way)how, true, NULL);
            HF_EXPECT(hf_document_get_info(same).values_expanded == hf_document_get_info(plain).values);
            HF_EXPECT(order_of(plain, same) == 0 && order_of(first, same) == 0);
            hf_document_drop(same);
        }
        hf_document_drop(plain);
        hf_document_drop(first);
    }
}

/* More levels than mounts may nest: refused for what the copy would be, and the draft goes on. */
static void test_parts__copies_without_end_are_refused(void **state)
{
    (void)state;
    hf_document *document = copied_doublings(50, BESIDE, true, NULL);
    hf_draft *draft = NULL;
    hf_status status = HF_OK;
    int levels = 0;
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
    for (; status == HF_OK && levels < 100; levels++) {
        status = hf_draft_set(draft, hf_place_at(HF_T("/t")), hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/a")))), NULL);
        if (status == HF_OK)
            copy_once(draft, BESIDE);
    }
    HF_EXPECT(status == HF_LIMIT_VALUES && levels > 5 && levels < 20);
    HF_EXPECT(hf_set_i64(draft, HF_T("/n"), 7, NULL) == HF_OK);
    hf_document *next = freeze_checked(&draft);
    HF_EXPECT(hf_as_i64(hf_get(hf_root(next), HF_T("n")), 0) == 7);
    hf_document_drop(next);
    hf_document_drop(document);
}

/* A large container is copied once, and every version that shows its copies costs what changed. */
static void test_parts__one_container_copied_many_times(void **state)
{
    (void)state;
    enum { WIDE = 20000, COPIES = 2000 };
    hf_budget *budget = NULL;
    hf_buffer text = HF_BUFFER_INIT(1 << 20);
    char place[32];
    HF_EXPECT(hf_budget_create(&(hf_budget_options){ .bytes_max = 4 << 20 }, &budget, NULL) == HF_OK);
    HF_EXPECT(hf_buffer_append(&text, HF_T("{\"a\":[0"), NULL) == HF_OK);
    for (int i = 1; i < WIDE; i++)
        HF_EXPECT(hf_buffer_append(&text, HF_T(",1"), NULL) == HF_OK);
    HF_EXPECT(hf_buffer_append(&text, HF_T("]}"), NULL) == HF_OK);
    hf_document *document = NULL;
    HF_EXPECT(hf_read(hf_buffer_text(&text), &(hf_read_options){ .budget = budget }, &document, NULL) == HF_OK);
    hf_buffer_release(&text);
    uint64_t begun = cpu_ms();
    for (int version = 0; version < 4; version++) {
        hf_draft *draft = NULL;
        HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
        for (int i = 0; i < COPIES / 4; i++) {
            snprintf(place, sizeof place, "/c%d.%d", version, i);
            set_copy(draft, place, "/a");
        }
        hf_document_drop(document);
        document = freeze_checked(&draft);
        hf_size size;
        HF_EXPECT(hf_measure(hf_root(document), &size, NULL) == HF_OK);
        HF_EXPECT(size.values_expanded == (uint64_t)(WIDE + 1) * (uint64_t)((version + 1) * COPIES / 4 + 1) + 1);
        HF_EXPECT(hf_hash(hf_root(document)) != 0);
    }
    hf_document_drop(document);
    HF_EXPECT(hf_budget_count(budget).current == 0);
    hf_budget_drop(budget);
    HF_EXPECT(cpu_ms() - begun < 2000);
}

/* The copy that is mounted once more must still be there, and of what lies there now. */
static void test_parts__a_copy_is_remembered_while_it_is_shown(void **state)
{
    (void)state;
    hf_buffer text = HF_BUFFER_INIT(1 << 20);
    HF_EXPECT(hf_buffer_append(&text, HF_T("{\"a\":[\"first\""), NULL) == HF_OK);
    for (int i = 0; i < 40000; i++)
        HF_EXPECT(hf_buffer_append(&text, HF_T(",1"), NULL) == HF_OK);
    HF_EXPECT(hf_buffer_append(&text, HF_T("],\"b\":[\"second\""), NULL) == HF_OK);
    for (int i = 0; i < 200; i++)
        HF_EXPECT(hf_buffer_append(&text, HF_T(",2"), NULL) == HF_OK);
    HF_EXPECT(hf_buffer_append(&text, HF_T("]}"), NULL) == HF_OK);
    hf_document *document = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_read(hf_buffer_text(&text), NULL, &document, NULL) == HF_OK && hf_edit(document, &draft, NULL) == HF_OK);
    hf_document_drop(document);
    for (int turn = 0; turn < 3; turn++) {
        set_copy(draft, "/x", "/b");
        set_copy(draft, "/y", "/b");
        if (turn == 1) /* most is dead then: what is left is written anew */
            HF_EXPECT(hf_remove(draft, HF_T("/a"), NULL) == HF_OK && hf_draft_compact(draft, NULL) == HF_OK);
        set_copy(draft, "/z", "/b");
        HF_EXPECT(hf_draft_set(draft, hf_place_at(HF_T("/y/0")), hf_item_i64(turn), NULL) == HF_OK);
        for (const char *at = "xz"; *at != 0; at++) {
            const char name[] = { '/', *at, '/', '0', 0 };
            HF_EXPECT(hf_text_equal(hf_as_text(hf_draft_get(draft, hf_place_at(hf_text_from_cstr(name))), HF_T("")), HF_T("second")));
        }
        HF_EXPECT(hf_remove(draft, HF_T("/x"), NULL) == HF_OK && hf_remove(draft, HF_T("/y"), NULL) == HF_OK);
        HF_EXPECT(hf_remove(draft, HF_T("/z"), NULL) == HF_OK);
        set_copy(draft, "/w", "/b"); /* the one before has gone */
        HF_EXPECT(hf_count(hf_draft_get(draft, hf_place_at(HF_T("/w")))) == 201 && hf_remove(draft, HF_T("/w"), NULL) == HF_OK);
    }
    hf_document_drop(freeze_checked(&draft));
    hf_buffer_release(&text);
}

static void test_parts__copying_under_failing_memory(void **state)
{
    (void)state;
    hf_document *document = copied_doublings(6, BESIDE, true, NULL);
    uint64_t hash = hf_hash(hf_root(document));
    HF_OOM_LOOP(nth) {
        hf_draft *draft = NULL;
        hf_draft_options options = { .allocator = nth };
        if (hf_edit_with(document, &options, &draft, NULL) != HF_OK)
            continue;
        const char *const froms[] = { "/a", "/a/l", "" };
        for (int i = 0; i < 3; i++) {
            hf_value from = hf_draft_get(draft, hf_place_at(hf_text_from_cstr(froms[i])));
            hf_status status = hf_draft_set(draft, hf_place_at(HF_T("/new")), hf_item_copy(from), NULL);
            HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
            HF_EXPECT((status == HF_OK) == !hf_is_absent(hf_draft_get(draft, hf_place_at(HF_T("/new")))));
            if (status == HF_OK)
                HF_EXPECT(hf_remove(draft, HF_T("/new"), NULL) == HF_OK);
        }
        HF_EXPECT(hf_hash(hf_draft_root(draft)) == hash);
        hf_draft_destroy(draft);
    }
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts__opened_doublings_cost_a_block_each),
        cmocka_unit_test(test_parts__opened_doublings_made_apart_are_compared_at_once),
        cmocka_unit_test(test_parts__counts_and_hash_are_those_of_a_copy),
        cmocka_unit_test(test_parts__notes_need_no_memory),
        cmocka_unit_test(test_parts__doublings_by_copying_cost_a_block_each),
        cmocka_unit_test(test_parts__copies_show_what_was_copied),
        cmocka_unit_test(test_parts__copies_without_end_are_refused),
        cmocka_unit_test(test_parts__one_container_copied_many_times),
        cmocka_unit_test(test_parts__a_copy_is_remembered_while_it_is_shown),
        cmocka_unit_test(test_parts__copying_under_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

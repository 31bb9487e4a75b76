/* test_parts.c - parts of mounted documents, shown so often that only what is stored may be looked at. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts__opened_doublings_cost_a_block_each),
        cmocka_unit_test(test_parts__opened_doublings_made_apart_are_compared_at_once),
        cmocka_unit_test(test_parts__counts_and_hash_are_those_of_a_copy),
        cmocka_unit_test(test_parts__notes_need_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

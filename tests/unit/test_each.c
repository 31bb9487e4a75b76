/* test_each.c - each.h shows what the cursor shows, whatever the observer answers: random documents, mounts,
 * drafts, links, foreign values and bytes beside hf_visit; any depth on a small stack. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/draft.h>
#include <holdfast/each.h>
#include <holdfast/foreign.h>
#include <holdfast/link.h>

#include "deep_stack.h"
#include "documents.h"
#include "random.h"

/* What was seen, as a number that depends on all of it and on its order. */
typedef struct record {
    uint64_t seed, events, sum;
    unsigned every; /* one in so many events is not answered with HF_VISIT_ON; 0: all are */
} record;

static hf_visit_answer note(record *seen, hf_event event, uint64_t depth, hf_value value, hf_text key)
{
    const uint64_t words[] = { (uint64_t)event, depth, (uintptr_t)value.home, (uintptr_t)value.slot,
                               (uintptr_t)key.bytes, key.length };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        seen->sum = (seen->sum ^ words[i]) * 0x9e3779b97f4a7c15u + (seen->sum >> 29);
    seen->events++;
    uint64_t answer = seen->seed + seen->events;
    random_next(&answer);
    if (seen->every == 0 || answer % seen->every != 0)
        return HF_VISIT_ON;
    answer = answer / seen->every % 20;
    return answer == 0 ? HF_VISIT_STOP : answer < 10 ? HF_VISIT_PRUNE : HF_VISIT_SKIP;
}

static hf_visit_answer note_walk(hf_walk *walk, void *context)
{
    return note(context, walk->event, walk->depth, walk->value, walk->key);
}

HF_OBSERVER hf_visit_answer note_seen(hf_seen seen, void *context)
{
    return note(context, seen.event, seen.depth, seen.value, seen.key);
}

static uint64_t expect_same(hf_value root)
{
    uint64_t most = 0;
    for (unsigned every = 0; every < 40; every += 1 + every / 4) {
        for (uint64_t seed = 1; seed <= (every == 0 ? 1 : 4); seed++) {
            record walked = { .seed = seed * 977, .every = every }, seen = walked;
            hf_walk_end expected = hf_visit(root, NULL, note_walk, &walked);
            assert_int_equal(hf_each(root, note_seen, &seen), expected);
            assert_int_equal(seen.events, walked.events);
            assert_int_equal(seen.sum, walked.sum);
            most = seen.events > most ? seen.events : most;
        }
    }
    return most;
}

static void test_each__shows_what_the_walk_shows(void **state)
{
    (void)state;
    static const char *const texts[] = { "1", "\"a text longer than fourteen bytes\"", "[]", "{}", "[[],{},[[]]]",
        "{\"a\":1,\"a key longer than fourteen\":[1,2,{\"x\":null}],\"b\":{\"c\":{}},\"d\":1e400,\"\":\"\"}" };
    static const uint64_t events[] = { 1, 1, 2, 2, 10, 16 };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hf_document *document = test_read(texts[i]);
        assert_int_equal(expect_same(hf_root(document)), events[i]);
        for (uint64_t k = 0; k < hf_count(hf_root(document)); k++)
            expect_same(hf_at(hf_root(document), k)); /* with a key before its slot, which is not its own here */
        hf_document_drop(document);
    }
    assert_int_equal(expect_same(hf_absent()), 0);
}

static void put_random(hf_builder *builder, uint64_t *seed, const hf_document *mounted, unsigned depth)
{
    uint64_t what = random_below(seed, depth > 6 ? 6 : 9);
    if (what >= 6) {
        bool is_object = what == 8;
        is_object ? hf_build_object(builder) : hf_build_array(builder);
        for (uint64_t i = random_below(seed, 7); i > 0; i--) {
            if (is_object)
                hf_build_key(builder, random_below(seed, 2) ? HF_T("k") : HF_T("a key longer than fourteen"));
            put_random(builder, seed, mounted, depth + 1); /* at most eight deep */
        }
        hf_build_end(builder);
    } else if (what == 5 && mounted != NULL) {
        hf_value part = hf_at(hf_root(mounted), random_below(seed, 5));
        hf_build_mount(builder, hf_is_absent(part) ? hf_root(mounted) : part);
    } else if (what == 4) {
        hf_build_bytes(builder, HF_T("bytes \xff"));
    } else {
        hf_build_i64(builder, (int64_t)random_next(seed));
    }
}

static void test_each__mounts_stand_in_place(void **state)
{
    (void)state;
    uint64_t seed = 11, most = 0;
    for (long round = 0; round < random_rounds(40); round++) {
        hf_document *document = NULL;
        for (int level = 0; level < 4; level++) { /* each mounts the one before */
            hf_builder *builder = NULL;
            hf_document *outer = NULL;
            assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
            hf_build_array(builder);
            for (int i = 0; i < 4; i++)
                put_random(builder, &seed, document, 0);
            hf_build_end(builder);
            assert_int_equal(hf_builder_finish(&builder, &outer, NULL), HF_OK);
            hf_document_drop(document);
            document = outer;
            uint64_t events = expect_same(hf_root(document));
            most = events > most ? events : most;
        }
        hf_document_drop(document);
    }
    HF_EXPECT(most > 100);
}

static void release_nothing(void *object)
{
    (void)object;
}

static void test_each__drafts_links_and_foreign_values(void **state)
{
    (void)state;
    static const hf_foreign_hooks hooks = { .name = "a lock", .release = release_nothing };
    static int   object;
    hf_document *before = test_read("{\"kept\":{\"deep\":[1,[2,{\"x\":3}]]},\"list\":[1,2,3],\"n\":{\"m\":[0]}}"), *after = NULL;
    hf_draft    *draft = NULL;
    assert_int_equal(hf_edit(before, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/list/1")), hf_item_text(HF_T("changed")), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/lock")), hf_item_foreign(&hooks, &object), NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("/whole")), hf_item_mount(hf_root(before)), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/n/m/-")), hf_place_at(HF_T("/kept")), NULL), HF_OK);
    HF_EXPECT(expect_same(hf_draft_root(draft)) > 30);
    expect_same(hf_get(hf_draft_root(draft), HF_T("kept")));
    expect_same(hf_get(hf_draft_root(draft), HF_T("n")));
    assert_int_equal(hf_freeze(&draft, &after, NULL), HF_OK);
    HF_EXPECT(expect_same(hf_root(after)) > 30);
    for (uint64_t i = 0; i < hf_count(hf_root(after)); i++)
        expect_same(hf_at(hf_root(after), i));
    hf_document_drop(after);
    hf_document_drop(before);
}

HF_OBSERVER hf_visit_answer deepest(hf_seen seen, void *context)
{
    uint64_t *depth = context;
    *depth = seen.depth > *depth ? seen.depth : *depth;
    return HF_VISIT_ON;
}

static const char *see_all(void *context)
{
    uint64_t depth = 0;
    hf_walk_end end = hf_each(hf_root(context), deepest, &depth);
    return end == HF_WALK_DONE && depth == hf_document_get_info(context).depth ? NULL : "not all was seen";
}

static void test_each__a_million_levels(void **state)
{
    (void)state;
    for (const char *form = "aom"; *form != '\0'; form++) {
        hf_document *document = test_deep(1000000, *form);
        const char *failure = deep_stack_run(see_all, document);
        hf_document_drop(document);
        if (failure != NULL)
            fail_msg("form %c: %s", *form, failure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each__shows_what_the_walk_shows),
        cmocka_unit_test(test_each__mounts_stand_in_place),
        cmocka_unit_test(test_each__drafts_links_and_foreign_values),
        cmocka_unit_test(test_each__a_million_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

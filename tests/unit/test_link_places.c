/* test_link_places.c - links where the same value is shown in several places: each place is one of its own. */
#include "unit.h"

#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/pointer.h>
#include <holdfast/walk.h>

#include "draft_support.h"
#include "failing_allocator.h"

static hf_draft *draft_of(const char *text)
{
    hf_draft *draft = NULL;
    hf_document *document = read_text(text);
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
    hf_document_drop(document);
    return draft;
}

static void put_link(hf_draft *draft, const char *at, const char *target)
{
    HF_EXPECT(hf_draft_link(draft, hf_place_at(hf_text_from_cstr(at)), hf_place_at(hf_text_from_cstr(target)), NULL) == HF_OK);
}

static void put_mount(hf_draft *draft, const char *at, const hf_document *document)
{
    HF_EXPECT(hf_mount(draft, hf_text_from_cstr(at), document, NULL) == HF_OK);
}

/* The link at the first pointer leads to the value at the second. */
static void expect_leads(hf_value root, const char *link, const char *target)
{
    hf_value there = hf_at_pointer(root, hf_text_from_cstr(target));
    HF_EXPECT(!hf_is_absent(there) && hf_is_same(hf_link_target(hf_at_pointer(root, hf_text_from_cstr(link))), there));
}

static hf_document *followed(hf_value value, hf_repeated repeated)
{
    hf_document *copy = NULL;
    HF_EXPECT(hf_clone_following(value, &(hf_expand_options){ .repeated = repeated }, &copy, NULL) == HF_OK);
    check_version(copy);
    return copy;
}

/* A copy of the draft and one of what it freezes to; both equal to it. The draft is consumed. */
static void expect_copies_lead(hf_draft *draft, const char *link, const char *target)
{
    bool is_equal = false;
    hf_document *document, *copy = NULL;
    HF_EXPECT(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL) == HF_OK);
    expect_leads(hf_root(copy), link, target);
    HF_EXPECT(hf_equal(hf_root(copy), hf_draft_root(draft), &is_equal) == HF_OK && is_equal);
    hf_document_drop(copy);
    document = freeze_checked(&draft);
    HF_EXPECT(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_OK);
    check_version(copy);
    expect_leads(hf_root(copy), link, target);
    HF_EXPECT(hf_equal(hf_root(copy), hf_root(document), &is_equal) == HF_OK && is_equal);
    hf_document_drop(copy);
    hf_document_drop(document);
}

static void test_link_places__copies_lead_to_the_mount_that_was_meant(void **state)
{
    (void)state;
    hf_document *mounted = read_text("{\"x\":[1]}"), *number = read_text("7");
    hf_draft *draft = draft_of("{}");
    put_mount(draft, "/a", mounted);
    put_mount(draft, "/b", mounted);
    put_link(draft, "/l", "/b");
    hf_document *copy = followed(hf_draft_root(draft), HF_REPEATED_LINK);
    expect_leads(hf_root(copy), "/l", "/b");
    hf_document_drop(copy);
    expect_copies_lead(draft, "/l", "/b");

    draft = draft_of("{}"); /* scalars too, and with the link before */
    put_mount(draft, "/c", number);
    put_link(draft, "/l", "/c");
    put_mount(draft, "/b", number);
    expect_copies_lead(draft, "/l", "/c");
    hf_document_drop(number);
    hf_document_drop(mounted);
}

/* A document that has links is mounted twice: those of each copy lead into it. */
static void test_link_places__copies_of_links_stay_in_their_mount(void **state)
{
    (void)state;
    hf_document *copy = NULL;
    hf_draft *draft = draft_of("{\"x\":{\"v\":1}}");
    put_link(draft, "/l", "/x");
    put_link(draft, "/m", "/x/v");
    hf_document *mounted = freeze_checked(&draft);
    draft = draft_of("{}");
    put_mount(draft, "/a", mounted);
    put_mount(draft, "/b", mounted);
    hf_document_drop(mounted);
    HF_EXPECT(hf_clone_part(hf_draft_root(draft), NULL, NULL, &copy, NULL) == HF_OK);
    hf_document *document = freeze_checked(&draft);
    for (int i = 0; i < 2; i++) {
        expect_leads(hf_root(copy), "/a/l", "/a/x");
        expect_leads(hf_root(copy), "/b/l", "/b/x");
        expect_leads(hf_root(copy), "/a/m", "/a/x/v");
        expect_leads(hf_root(copy), "/b/m", "/b/x/v");
        hf_document_drop(copy);
        HF_EXPECT(hf_document_clone(document, NULL, NULL, &copy, NULL) == HF_OK);
    }
    hf_document_drop(copy);
    /* Opened, the link and its target are mounted side by side. */
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK && hf_set_null(draft, HF_T("/b/y"), NULL) == HF_OK);
    HF_EXPECT(hf_clone_part(hf_get(hf_draft_root(draft), HF_T("b")), NULL, NULL, &copy, NULL) == HF_OK);
    expect_leads(hf_root(copy), "/l", "/x");
    hf_document_drop(copy);
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

/* How often the walk comes again to a container. */
static int times_again(hf_value value)
{
    int times = 0;
    hf_arena arena;
    hf_walk walk;
    hf_arena_init(&arena, NULL);
    hf_walk_init(&walk, value, &(hf_walk_options){ .follow_links = true, .arena = &arena });
    while (hf_walk_next(&walk))
        times += walk.event == HF_AGAIN;
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    hf_arena_release(&arena);
    return times;
}

static void expect_followed(hf_value value, int times, const char *with_null)
{
    HF_EXPECT(times_again(value) == times);
    hf_document *copy = followed(value, HF_REPEATED_NULL);
    expect_shows(hf_root(copy), with_null);
    hf_document_drop(copy);
}

static void test_link_places__a_copy_that_shares_is_no_repetition(void **state)
{
    (void)state;
    hf_draft *draft = draft_of("{\"p\":{\"q\":[1,2]}}");
    HF_EXPECT(hf_draft_set(draft, hf_place_at(HF_T("/r")), hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/p")))), NULL) == HF_OK);
    expect_followed(hf_draft_root(draft), 0, "{\"p\":{\"q\":[1,2]},\"r\":{\"q\":[1,2]}}");
    hf_document *document = freeze_checked(&draft);
    expect_followed(hf_root(document), 0, "{\"p\":{\"q\":[1,2]},\"r\":{\"q\":[1,2]}}");
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK);
    put_link(draft, "/l", "/r");
    expect_followed(hf_draft_root(draft), 1, "{\"p\":{\"q\":[1,2]},\"r\":{\"q\":[1,2]},\"l\":null}");
    HF_EXPECT(hf_draft_remove(draft, hf_place_at(HF_T("/l")), NULL) == HF_OK);
    put_link(draft, "/s", "/p");
    HF_EXPECT(hf_draft_move(draft, hf_place_at(HF_T("/p")), hf_place_at(HF_T("/t")), NULL) == HF_OK);
    expect_followed(hf_draft_root(draft), 1, "{\"r\":{\"q\":[1,2]},\"s\":{\"q\":[1,2]},\"t\":null}");
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

static void test_link_places__a_mounted_value_is_entered_once_by_links(void **state)
{
    (void)state;
    hf_document *mounted = read_text("{\"x\":[1]}");
    hf_draft *draft = draft_of("{}");
    put_mount(draft, "/a", mounted);
    put_mount(draft, "/b", mounted);
    put_link(draft, "/l", "/b");
    put_link(draft, "/m", "/b");
    hf_document_drop(mounted);
    const char *shows = "{\"a\":{\"x\":[1]},\"b\":{\"x\":[1]},\"l\":null,\"m\":null}";
    expect_followed(hf_draft_root(draft), 2, shows);
    hf_document *document = freeze_checked(&draft);
    expect_followed(hf_root(document), 2, shows);
    hf_document *copy = followed(hf_root(document), HF_REPEATED_LINK);
    expect_leads(hf_root(copy), "/l", "/b");
    expect_leads(hf_root(copy), "/m", "/b");
    hf_document_drop(copy);
    hf_document_drop(document);
}

/* Cycles through the root, and through what is around a part. */
static void test_link_places__cycles_end_at_the_root_of_a_walk(void **state)
{
    (void)state;
    hf_draft *draft = draft_of("{\"a\":{\"b\":{\"c\":{}}}}");
    put_link(draft, "/a/b/c/up", "/a");
    put_link(draft, "/a/b/c/top", "");
    hf_document *document = freeze_checked(&draft);
    expect_followed(hf_root(document), 2, "{\"a\":{\"b\":{\"c\":{\"up\":null,\"top\":null}}}}");
    expect_followed(hf_at_pointer(hf_root(document), HF_T("/a/b")), 2,
                    "{\"c\":{\"up\":{\"b\":null},\"top\":{\"a\":null}}}");
    hf_document_drop(document);
}

/* More targets than there is room for at first, each met by place and by link, with memory failing. */
static void test_link_places__many_targets_survive_failing_allocations(void **state)
{
    (void)state;
    char at[32], target[32];
    hf_draft *draft = draft_of("{\"of\":[],\"links\":[]}");
    for (int i = 0; i < 100; i++) {
        snprintf(at, sizeof at, "/links/%d", i);
        snprintf(target, sizeof target, "/of/%d", i);
        HF_EXPECT(hf_draft_append(draft, hf_place_at(HF_T("/of")), hf_item_array(), NULL) == HF_OK);
        HF_EXPECT(hf_draft_append(draft, hf_place_at(HF_T("/links")), hf_item_null(), NULL) == HF_OK);
        put_link(draft, at, target);
    }
    hf_document *document = freeze_checked(&draft);
    HF_EXPECT(times_again(hf_root(document)) == 100);
    HF_OOM_LOOP(nth) {
        hf_document *copy = NULL;
        hf_expand_options options = { .repeated = HF_REPEATED_LINK, .allocator = nth };
        hf_status status = hf_clone_following(hf_root(document), &options, &copy, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        if (status == HF_OK)
            expect_leads(hf_root(copy), "/links/99", "/of/99");
        hf_document_drop(copy);
    }
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_places__copies_lead_to_the_mount_that_was_meant),
        cmocka_unit_test(test_link_places__copies_of_links_stay_in_their_mount),
        cmocka_unit_test(test_link_places__a_copy_that_shares_is_no_repetition),
        cmocka_unit_test(test_link_places__a_mounted_value_is_entered_once_by_links),
        cmocka_unit_test(test_link_places__cycles_end_at_the_root_of_a_walk),
        cmocka_unit_test(test_link_places__many_targets_survive_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_size_report.c - rows by kind and by path, for documents: beside hf_measure and counts by hand; mounted
 * and shared blocks once; retained; differences; as text, as JSON and back; under failing memory. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include <holdfast/draft.h>
#include <holdfast/size.h>
#include <holdfast/size_report.h>
#include <holdfast/write.h>

#include "documents.h"
#include "failing_allocator.h"

static hf_size_report *report_of(hf_value value, bool retained)
{
    hf_size_report *report = NULL;
    HF_EXPECT(hf_size_report_create(&(hf_size_report_options){ .retained = retained }, &report, NULL) == HF_OK);
    HF_EXPECT(hf_size_report_add(report, value, NULL) == HF_OK);
    HF_EXPECT(hf_size_report_finish(report, NULL) == HF_OK);
    return report;
}

/* The row of that name; fails the test when there is none. */
static hf_size_row row_of(const hf_size_report *report, hf_size_by by, const char *name)
{
    char found[512];
    for (size_t i = 0; i < hf_size_report_rows(report, by); i++) {
        size_t length = hf_size_report_name(report, by, i, found, sizeof found);
        assert_int_equal(length, strlen(found));
        if (strcmp(found, name) == 0)
            return hf_size_report_row(report, by, i);
    }
    fail_msg("no row '%s'", name);
    return hf_size_report_total(report);
}

static int64_t amount(const hf_size_report *report, hf_size_by by, const char *name, hf_size_column column)
{
    return row_of(report, by, name).amounts[column];
}

static hf_document *mounting(hf_value *values, size_t count)
{
    hf_builder *builder = NULL;
    hf_document *made = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_object(builder);
    for (size_t i = 0; i < count; i++) {
        char key[2] = { (char)('a' + i), 0 };
        hf_build_key(builder, hf_text_from_cstr(key));
        hf_build_mount(builder, values[i]);
    }
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &made, NULL) == HF_OK);
    return made;
}

/* What is charged for all documents lies in values or is slack. */
static void expect_all_charged(const hf_size_report *report, uint64_t charged)
{
    hf_size_row total = hf_size_report_total(report);
    assert_int_equal(total.amounts[HF_SIZE_DEEP] + total.amounts[HF_SIZE_SLACK], charged);
}

static void test_size_report__counts_by_hand(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[{\"k\":1},{\"k\":22},[]],\"a name beyond the slot\":\"a text that is not inline\"}");
    hf_size_report *report = report_of(hf_root(document), true);
    hf_size size;
    assert_int_equal(hf_measure(hf_root(document), &size, NULL), HF_OK);
    hf_size_row total = hf_size_report_total(report);
    assert_int_equal(total.amounts[HF_SIZE_COUNT], size.values);
    assert_int_equal(total.amounts[HF_SIZE_DEEP], size.deep_bytes);
    assert_int_equal(total.amounts[HF_SIZE_SHALLOW], size.deep_bytes);
    assert_int_equal(total.amounts[HF_SIZE_RETAINED], size.deep_bytes);
    assert_int_equal(total.amounts[HF_SIZE_SHARED], 0);
    assert_true(hf_size_report_has_retained(report));
    assert_int_equal(total.amounts[HF_SIZE_SLACK], size.slack_bytes + size.index_bytes);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "object", HF_SIZE_COUNT), 3);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "object", HF_SIZE_SHALLOW), 3 * 32);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "object", HF_SIZE_DEEP), size.deep_bytes);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "array", HF_SIZE_COUNT), 2);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "array", HF_SIZE_SHALLOW), 16 + 2 * 32);
    int64_t below = 16 + 2 * 32 + 2 * 32 + 2 * 32 + 1 + 2; /* keys and values of k, spellings 1 and 22 */
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "array", HF_SIZE_DEEP), below);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "array", HF_SIZE_RETAINED), below);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a", HF_SIZE_DEEP), below);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a/*", HF_SIZE_COUNT), 3);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a/*", HF_SIZE_RETAINED), below - 16 - 32);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a/*/k", HF_SIZE_COUNT), 2);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a name beyond the slot", HF_SIZE_SHALLOW), 16 + 22 + 16 + 25);
    assert_int_equal(row_of(report, HF_SIZE_BY_PATH, "/a/*/k").depth, 3);
    expect_all_charged(report, hf_document_get_info(document).bytes);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

static void test_size_report__mounted_values_count_once(void **state)
{
    (void)state;
    hf_document *inner = test_read("{\"x\":[1,2,3,4],\"y\":\"a text that is not inline\"}");
    hf_value values[] = { hf_get(hf_root(inner), HF_T("x")), hf_root(inner), hf_get(hf_root(inner), HF_T("x")) };
    hf_document *outer = mounting(values, 3);
    hf_size_report *report = report_of(hf_root(outer), true);
    int64_t x = 2 * 16 + 4 * 16 + 4, key = 16, mount = 16, y = 16 + 16 + 25;
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a", HF_SIZE_DEEP), key + mount + x);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a", HF_SIZE_SHARED), key + mount + x);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/b", HF_SIZE_DEEP), key + mount + 32 + key + y);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/b/x", HF_SIZE_COUNT), 0); /* met at /a */
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/c", HF_SIZE_DEEP), key + mount);
    /* the array, met at /a, has all that is in it; /b does not have the array, which others lead to */
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a", HF_SIZE_RETAINED), key + mount + x);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/b", HF_SIZE_RETAINED), key + mount + 32 + key + y);
    hf_size_row total = hf_size_report_total(report);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "", HF_SIZE_RETAINED), total.amounts[HF_SIZE_DEEP]);
    assert_int_equal(total.amounts[HF_SIZE_COUNT], 1 + 5 + 2);
    expect_all_charged(report, hf_document_get_info(outer).bytes + hf_document_get_info(inner).bytes);
    hf_size_report_destroy(report);
    hf_document_drop(inner);
    hf_document_drop(outer);
}

static void test_size_report__forty_doublings_end_at_once(void **state)
{
    (void)state;
    hf_document *document = test_read("[1]");
    uint64_t charged = hf_document_get_info(document).bytes;
    for (int i = 0; i < 40; i++) {
        hf_value values[] = { hf_root(document), hf_root(document) };
        hf_document *next = mounting(values, 2);
        charged += hf_document_get_info(next).bytes;
        hf_document_drop(document);
        document = next;
    }
    hf_size_report *report = report_of(hf_root(document), true);
    assert_int_equal(hf_size_report_total(report).amounts[HF_SIZE_COUNT], 40 + 2);
    int64_t all = hf_size_report_total(report).amounts[HF_SIZE_DEEP];
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/a", HF_SIZE_RETAINED), all - 32 - 32); /* the root, key and mount of b */
    expect_all_charged(report, charged);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

static void test_size_report__versions_share_blocks(void **state)
{
    (void)state;
    char text[4096] = "{\"old\":[";
    for (int i = 0; i < 200; i++)
        sprintf(text + strlen(text), "%s\"text number %d\"", i > 0 ? "," : "", i);
    strcat(text, "],\"link\":1}");
    hf_document *first = test_read(text), *second = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_edit(first, &draft, NULL) == HF_OK && hf_set_i64(draft, HF_T("/new"), 1, NULL) == HF_OK);
    hf_size_report *of_draft = report_of(hf_draft_root(draft), true);
    HF_EXPECT(hf_freeze(&draft, &second, NULL) == HF_OK);
    hf_size_report *report = report_of(hf_root(second), true), *part = report_of(hf_get(hf_root(second), HF_T("old")), false);
    hf_size size;
    HF_EXPECT(hf_measure(hf_root(second), &size, NULL) == HF_OK);
    assert_int_equal(hf_size_report_total(report).amounts[HF_SIZE_COUNT], size.values);
    assert_int_equal(hf_size_report_total(of_draft).amounts[HF_SIZE_COUNT], size.values);
    assert_int_equal(size.documents, 1);
    assert_true(amount(report, HF_SIZE_BY_PATH, "/old/*", HF_SIZE_SHARED) >= 200 * 16);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/new", HF_SIZE_SHARED), 0);
    assert_int_equal(hf_size_report_total(part).amounts[HF_SIZE_COUNT], 201);
    expect_all_charged(report, hf_document_get_info(first).bytes + hf_document_get_info(second).bytes);
    hf_size_row with_first = hf_size_report_total(report);
    hf_size_report_destroy(part);
    hf_size_report_destroy(of_draft);
    hf_size_report_destroy(report);
    hf_document_drop(first); /* its block stays, and its sizes with it */
    report = report_of(hf_root(second), true);
    assert_memory_equal(hf_size_report_total(report).amounts, with_first.amounts, sizeof with_first.amounts);
    hf_size_report_destroy(report);
    hf_document_drop(second);
}

/* Values of one block shown one after the other by two versions, in a document of its own and in a third version. */
static void test_size_report__versions_side_by_side_are_charged(void **state)
{
    (void)state;
    char text[4096] = "{\"old\":[";
    for (int i = 0; i < 200; i++)
        sprintf(text + strlen(text), "%s\"text number %d\"", i > 0 ? "," : "", i);
    strcat(text, "]}");
    hf_document *first = test_read(text), *versions[4] = { NULL };
    uint64_t charged = hf_document_get_info(first).bytes;
    for (int i = 0; i < 4; i++) {
        hf_draft *draft = NULL;
        HF_EXPECT(hf_edit(first, &draft, NULL) == HF_OK && hf_set_i64(draft, HF_T("/new"), i, NULL) == HF_OK);
        for (int mounted = 0; i == 3 && mounted < 3; mounted++) {
            char at[8] = { '/', (char)('a' + mounted), 0 };
            hf_value old = hf_get(hf_root(versions[mounted]), HF_T("old"));
            HF_EXPECT(hf_draft_set(draft, hf_place_at(hf_text_from_cstr(at)), hf_item_mount(mounted == 1 ? hf_at(old, 3) : old), NULL) == HF_OK);
        }
        HF_EXPECT(hf_freeze(&draft, &versions[i], NULL) == HF_OK);
        charged += hf_document_get_info(versions[i]).bytes;
    }
    hf_value olds[3];
    for (int i = 0; i < 3; i++)
        olds[i] = hf_get(hf_root(versions[i]), HF_T("old"));
    olds[1] = hf_at(olds[1], 3);
    hf_document *beside = mounting(olds, 3);
    for (int turn = 0; turn < 2; turn++) {
        hf_size_report *report = report_of(hf_root(turn == 0 ? versions[3] : beside), true);
        hf_size size;
        HF_EXPECT(hf_measure(hf_root(turn == 0 ? versions[3] : beside), &size, NULL) == HF_OK);
        assert_int_equal(size.documents, 4);
        expect_all_charged(report, turn == 0 ? charged
                                             : charged - hf_document_get_info(versions[3]).bytes + hf_document_get_info(beside).bytes);
        hf_size_report_destroy(report);
    }
    hf_document_drop(beside);
    for (int i = 0; i < 4; i++)
        hf_document_drop(versions[i]);
    hf_document_drop(first);
}

/* One step of a walk goes through a part, a mount there, and the mount of that one: none is left out, none twice. */
static void test_size_report__documents_that_are_passed_through(void **state)
{
    (void)state;
    hf_document *inner = test_read("{\"x\":[1,2,3],\"y\":\"a text that is not inline\"}"), *versions[4];
    uint64_t charged = hf_document_get_info(inner).bytes;
    hf_value innermost = hf_root(inner);
    versions[0] = mounting(&innermost, 1);
    for (int i = 1; i < 4; i++) {
        hf_draft *draft = NULL;
        HF_EXPECT(hf_draft_create(NULL, &draft, NULL) == HF_OK && hf_set_object(draft, HF_T(""), NULL) == HF_OK);
        HF_EXPECT(hf_mount(draft, HF_T("/a"), versions[i - 1], NULL) == HF_OK);
        HF_EXPECT(hf_mount(draft, HF_T("/b"), versions[i - 1], NULL) == HF_OK);
        HF_EXPECT(hf_set_i64(draft, HF_T("/a/new"), i, NULL) == HF_OK); /* its other members are parts */
        HF_EXPECT(hf_freeze(&draft, &versions[i], NULL) == HF_OK);
        charged += hf_document_get_info(versions[i - 1]).bytes;
    }
    hf_value all = hf_root(versions[3]), one = hf_get(all, HF_T("a")), other = hf_get(one, HF_T("a"));
    hf_size size;
    hf_size_report *report = report_of(all, true);
    HF_EXPECT(hf_measure(all, &size, NULL) == HF_OK && size.documents == 4);
    expect_all_charged(report, charged + hf_document_get_info(versions[3]).bytes);
    hf_size_report_destroy(report);
    report = report_of(one, true);
    HF_EXPECT(hf_measure(one, &size, NULL) == HF_OK && size.documents == 4);
    expect_all_charged(report, charged + size.deep_bytes);
    hf_size_report_destroy(report);
    HF_EXPECT(other.home != all.home);
    /* versions[0] is passed through only: nothing that it stores itself is in the part */
    one = hf_get(hf_root(versions[1]), HF_T("a"));
    report = report_of(one, true);
    HF_EXPECT(hf_measure(one, &size, NULL) == HF_OK && size.documents == 2);
    expect_all_charged(report, hf_document_get_info(versions[0]).bytes + hf_document_get_info(inner).bytes + size.deep_bytes);
    hf_size_report_destroy(report);
    for (int i = 0; i < 4; i++)
        hf_document_drop(versions[i]);
    hf_document_drop(inner);
}

/* Its table of mounts has an empty entry then. */
static void test_size_report__what_was_unmounted_is_not_met(void **state)
{
    (void)state;
    hf_document *inner = test_read("[1,2,3]"), *kept = test_read("[4]");
    hf_value values[] = { hf_root(inner), hf_root(kept) };
    hf_document *before = mounting(values, 2), *after = NULL;
    hf_draft *draft = NULL;
    HF_EXPECT(hf_edit(before, &draft, NULL) == HF_OK && hf_remove(draft, HF_T("/a"), NULL) == HF_OK);
    HF_EXPECT(hf_freeze(&draft, &after, NULL) == HF_OK);
    hf_document_drop(before);
    hf_document_drop(inner);
    hf_size_report *report = report_of(hf_root(after), true);
    assert_int_equal(hf_size_report_total(report).amounts[HF_SIZE_COUNT], 3);
    expect_all_charged(report, hf_document_get_info(after).bytes + hf_document_get_info(kept).bytes);
    hf_size_report_destroy(report);
    hf_document_drop(after);
    hf_document_drop(kept);
}

static void test_size_report__a_million_levels_and_names(void **state)
{
    (void)state;
    enum { LEVELS = 1000000, NAMES = 10000 };
    hf_document *deep = test_deep(LEVELS, 'm');
    hf_size_report *report = report_of(hf_root(deep), true);
    hf_size size;
    HF_EXPECT(hf_measure(hf_root(deep), &size, NULL) == HF_OK);
    assert_int_equal(hf_size_report_total(report).amounts[HF_SIZE_COUNT], size.values);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "", HF_SIZE_DEEP), size.deep_bytes);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "", HF_SIZE_RETAINED), size.deep_bytes);
    assert_in_range(hf_size_report_rows(report, HF_SIZE_BY_PATH), 257, 259); /* the rest is gathered */
    hf_size_report_destroy(report);
    hf_document_drop(deep);

    char *text = malloc(NAMES * 16);
    size_t length = 0;
    text[length++] = '{';
    for (int i = 0; i < NAMES; i++)
        length += (size_t)sprintf(text + length, "%s\"k%d\":[%d]", i > 0 ? "," : "", i, i % 10);
    strcpy(text + length, "}");
    hf_document *wide = test_read(text);
    report = report_of(hf_root(wide), false);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/(others)", HF_SIZE_COUNT), 2 * (NAMES - 4096));
    assert_int_equal(hf_size_report_rows(report, HF_SIZE_BY_PATH), 1 + 2 * 4096 + 1);
    hf_size_report_destroy(report);
    HF_EXPECT(hf_size_report_create(&(hf_size_report_options){ .paths_max = 100 }, &report, NULL) == HF_OK);
    HF_EXPECT(hf_size_report_add(report, hf_root(wide), NULL) == HF_OK && hf_size_report_finish(report, NULL) == HF_OK);
    assert_in_range(hf_size_report_rows(report, HF_SIZE_BY_PATH), 100, 140);
    assert_int_equal(hf_size_report_total(report).amounts[HF_SIZE_COUNT], 1 + 2 * NAMES);
    hf_size_report_destroy(report);
    hf_error error;
    HF_EXPECT(hf_size_report_create(&(hf_size_report_options){ .objects_max = 100 }, &report, NULL) == HF_OK);
    assert_int_equal(hf_size_report_add(report, hf_root(wide), &error), HF_LIMIT_COUNT);
    assert_int_equal(hf_size_report_add(report, hf_root(wide), &error), HF_MISUSE);
    assert_int_equal(hf_size_report_finish(report, &error), HF_MISUSE);
    hf_size_report_destroy(report);
    free(text);
    hf_document_drop(wide);
}

static void test_size_report__names_of_paths(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a/b~c\":1,\"*\":[1],\"(others)\":2,\"\":3,\"\\u0001\":4}");
    hf_size_report *report = report_of(hf_root(document), false);
    const char *const names[] = { "", "/a~1b~0c", "/~2*", "/~2*/*", "/~2(others)", "/", "/\001" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(amount(report, HF_SIZE_BY_PATH, names[i], HF_SIZE_COUNT), 1);
    char cut[5];
    assert_int_equal(hf_size_report_name(report, HF_SIZE_BY_PATH, 1, cut, sizeof cut), 8);
    assert_string_equal(cut, "/a~1");
    assert_int_equal(hf_size_report_name(report, HF_SIZE_BY_PATH, 1, NULL, 0), 8);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

/* As the members of an object. */
static hf_document *written(const hf_size_report *report, const hf_size_view *view)
{
    hf_builder *builder = NULL;
    hf_document *made = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_object(builder);
    HF_EXPECT(hf_size_report_build(report, view, builder) == HF_OK);
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &made, NULL) == HF_OK);
    return made;
}

static void test_size_report__differences_of_two_and_of_saved_ones(void **state)
{
    (void)state;
    const char *before_text = "{\"gone\":[1,2],\"same\":\"text\",\"grows\":[{\"*\":1}],\"shrinks\":[1,2,3]}";
    const char *after_text = "{\"new\":true,\"same\":\"text\",\"grows\":[{\"*\":1},{\"*\":1},{\"*\":1}],\"shrinks\":[1]}";
    hf_document *a = test_read(before_text), *b = test_read(after_text);
    hf_size_report *before = report_of(hf_root(a), true), *after = report_of(hf_root(b), true), *saved = NULL, *change = NULL;
    const hf_size_view all = { .top = 1000, .depth_max = 100 };
    hf_document *json = written(before, &all);
    assert_int_equal(hf_size_report_read(hf_root(json), NULL, &saved, NULL), HF_OK);
    for (int is_saved = 0; is_saved < 2; is_saved++) {
        assert_int_equal(hf_size_report_difference(is_saved ? saved : before, after, &change, NULL), HF_OK);
        assert_true(hf_size_report_is_difference(change));
        assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/grows", HF_SIZE_DEEP), 2 * (32 + 32 + 1));
        assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/grows/*/~2*", HF_SIZE_COUNT), 2);
        assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/shrinks/*", HF_SIZE_COUNT), -2);
        assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/gone", HF_SIZE_RETAINED), -(16 + 32 + 2 * 17));
        assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/same", HF_SIZE_DEEP), 0);
        assert_int_equal(amount(change, HF_SIZE_BY_KIND, "bool", HF_SIZE_COUNT), 1);
        size_t rows[4], count, left;
        assert_int_equal(hf_size_report_top(change, &(hf_size_view){ .top = 4 }, rows, &count, &left), HF_OK);
        int64_t last = INT64_MAX;
        for (size_t i = 0; i < count; i++) {
            int64_t grown = hf_size_report_row(change, HF_SIZE_BY_PATH, rows[i]).amounts[HF_SIZE_DEEP];
            assert_true(grown <= last && grown != 0);
            last = grown;
        }
        assert_int_equal(count, 4);
        hf_size_report_destroy(change);
    }
    hf_size_report_destroy(saved);
    hf_document_drop(json);
    /* A list that was cut says nothing of what it leaves out. */
    json = written(before, &(hf_size_view){ .top = 2 });
    assert_int_equal(hf_size_report_read(hf_root(json), NULL, &saved, NULL), HF_OK);
    assert_int_equal(hf_size_report_difference(saved, after, &change, NULL), HF_OK);
    assert_int_equal(amount(change, HF_SIZE_BY_PATH, "/new", HF_SIZE_COUNT), 0);
    assert_true(amount(change, HF_SIZE_BY_PATH, "", HF_SIZE_DEEP) != 0);
    hf_size_report_destroy(change);
    hf_size_report_destroy(saved);
    hf_document_drop(json);
    hf_size_report_destroy(before);
    hf_size_report_destroy(after);
    hf_document_drop(a);
    hf_document_drop(b);
}

/* Saved by another column than deep, a list may have paths without those above them. */
static void test_size_report__saved_paths_without_those_above(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":{\"b\":[1,2,3,4,5,6,7,8,9,10]},\"c\":{\"d\":[1,2,3,4,5]},\"e\":1}");
    hf_size_report *report = report_of(hf_root(document), false), *saved = NULL;
    hf_document *json = written(report, &(hf_size_view){ .column = HF_SIZE_SHALLOW, .top = 3 });
    assert_int_equal(hf_size_report_read(hf_root(json), NULL, &saved, NULL), HF_OK);
    size_t rows[16], count, left;
    char name[64];
    const char *const expected[] = { "/a/b/*", "/c/d/*" };
    assert_int_equal(hf_size_report_top(saved, &(hf_size_view){ .top = 16 }, rows, &count, &left), HF_OK);
    size_t met = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(rows[i] != rows[j]);
    for (size_t i = 0; i < count; i++) {
        hf_size_report_name(saved, HF_SIZE_BY_PATH, rows[i], name, sizeof name);
        met += met < 2 && strcmp(name, expected[met]) == 0;
    }
    assert_int_equal(met, 2);
    hf_size_report_destroy(saved);
    hf_document_drop(json);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

/* What was read may say amounts that no measurement finds; none of its rows is lost when it is written again. */
static void test_size_report__rows_hold_something_by_any_amount(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],"
                                      "\"paths\":[{\"path\":\"/a\",\"count\":0,\"shallow_bytes\":16,\"bytes\":0,\"shared_bytes\":0,\"slack_bytes\":0},"
                                      "{\"path\":\"/b\",\"count\":0,\"shallow_bytes\":0,\"bytes\":0,\"shared_bytes\":0,\"slack_bytes\":0}]}");
    hf_size_report *report = NULL;
    assert_int_equal(hf_size_report_read(hf_root(document), NULL, &report, NULL), HF_OK);
    hf_document *again = written(report, &(hf_size_view){ .top = 16 });
    hf_value paths = hf_get(hf_root(again), HF_T("paths"));
    size_t shown = 0;
    for (size_t i = 0; i < hf_count(paths); i++) {
        hf_text path = hf_as_text(hf_get(hf_at(paths, i), HF_T("path")), hf_text_of(NULL, 0));
        shown += hf_text_equal(path, HF_T("/a"));
        assert_false(hf_text_equal(path, HF_T("/b"))); /* holds nothing */
    }
    assert_int_equal(shown, 1);
    hf_document_drop(again);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

static void test_size_report__amounts_without_measure_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {
        "{\"total\":{\"count\":9223372036854775807,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],\"paths\":[]}",
        "{\"total\":{\"count\":1,\"shallow_bytes\":-9223372036854775808,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],\"paths\":[]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hf_document *document = test_read(texts[i]);
        hf_size_report *report = NULL;
        assert_int_equal(hf_size_report_read(hf_root(document), NULL, &report, NULL), HF_WRONG_KIND);
        hf_document_drop(document);
    }
}

static void test_size_report__other_json_is_refused(void **state)
{
    (void)state;
    const char *const texts[] = {
        "[]", "{}", "{\"total\":{}}", "{\"total\":{\"count\":1}}",
        "{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0}}",
        "{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[1],\"paths\":[]}",
        ("{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],"
         "\"paths\":[{\"path\":\"no slash\",\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0}]}"),
        ("{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],"
         "\"paths\":[{\"path\":\"/~\xc3\xa9\",\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0}]}"),
        ("{\"total\":{\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0},\"kinds\":[],"
         "\"paths\":[{\"path\":\"/a~\",\"count\":1,\"shallow_bytes\":1,\"bytes\":1,\"shared_bytes\":0,\"slack_bytes\":0}]}"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hf_document *document = test_read(texts[i]);
        hf_size_report *report = NULL;
        hf_error error;
        hf_status status = hf_size_report_read(hf_root(document), NULL, &report, &error);
        assert_true(status == HF_NOT_FOUND || status == HF_WRONG_KIND);
        assert_null(report);
        hf_document_drop(document);
    }
}

static void test_size_report__prints_what_is_asked(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[1,2,3],\"b\":\"x\"}");
    hf_size_report *report = report_of(hf_root(document), false);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(hf_size_report_print(report, &(hf_size_view){ .top = 2 }, out), HF_OK);
    assert_int_equal(hf_size_report_print(report, &(hf_size_view){ .by = HF_SIZE_BY_KIND, .by_count = true, .top = 1 }, out), HF_OK);
    assert_int_equal(hf_size_report_print(report, &(hf_size_view){ .top = 2, .only_ascii = true }, out), HF_OK);
    fclose(out);
    assert_string_equal(text,
        "      deep   share                      count   shallow  path (elements of an array are merged)\n"
        "     163 B 100.0 % \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588         1      32 B  (all)\n"
        "      99 B  60.7 % \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u258a               1      48 B  /a\n"
        "2 smaller or deeper paths are not shown\n"
        "     count   share                    shallow      deep  kind\n"
        "         3  50.0 % \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588              51 B      51 B  int64\n"
        "3 smaller kinds are not shown\n"
        "      deep   share                      count   shallow  path (elements of an array are merged)\n"
        "     163 B 100.0 % ################         1      32 B  (all)\n"
        "      99 B  60.7 % #########=               1      48 B  /a\n"
        "2 smaller or deeper paths are not shown\n");
    free(text);
    hf_size_report_destroy(report);
    hf_document_drop(document);
}

static void test_size_report__every_allocation_may_fail(void **state)
{
    (void)state;
    hf_document *inner = test_read("{\"x\":[1,2],\"y\":{\"z\":null}}");
    hf_value values[] = { hf_root(inner), hf_get(hf_root(inner), HF_T("x")), hf_root(inner) };
    hf_document *outer = mounting(values, 3);
    hf_size_report *whole = report_of(hf_root(outer), true);
    hf_document *json = written(whole, &(hf_size_view){ .top = 100 });
    FILE *nowhere = fopen("/dev/null", "w");
    HF_OOM_LOOP(nth) {
        hf_size_report *report = NULL, *change = NULL, *read = NULL;
        size_t rows[3], count, left;
        hf_status status = hf_size_report_create(&(hf_size_report_options){ .allocator = nth, .retained = true }, &report, NULL);
        if (status == HF_OK)
            status = hf_size_report_add(report, hf_root(outer), NULL);
        if (status == HF_OK)
            status = hf_size_report_finish(report, NULL);
        if (status == HF_OK)
            status = hf_size_report_top(report, &(hf_size_view){ .top = 3 }, rows, &count, &left);
        if (status == HF_OK)
            status = hf_size_report_print(report, &(hf_size_view){ .top = 3 }, nowhere);
        if (status == HF_OK)
            status = hf_size_report_difference(whole, report, &change, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = hf_size_report_read(hf_root(json), nth, &read, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_size_report_destroy(read);
        hf_size_report_destroy(change);
        hf_size_report_destroy(report);
    }
    fclose(nowhere);
    hf_document_drop(json);
    hf_size_report_destroy(whole);
    hf_document_drop(outer);
    hf_document_drop(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_report__counts_by_hand),
        cmocka_unit_test(test_size_report__mounted_values_count_once),
        cmocka_unit_test(test_size_report__forty_doublings_end_at_once),
        cmocka_unit_test(test_size_report__versions_share_blocks),
        cmocka_unit_test(test_size_report__versions_side_by_side_are_charged),
        cmocka_unit_test(test_size_report__documents_that_are_passed_through),
        cmocka_unit_test(test_size_report__what_was_unmounted_is_not_met),
        cmocka_unit_test(test_size_report__a_million_levels_and_names),
        cmocka_unit_test(test_size_report__names_of_paths),
        cmocka_unit_test(test_size_report__differences_of_two_and_of_saved_ones),
        cmocka_unit_test(test_size_report__saved_paths_without_those_above),
        cmocka_unit_test(test_size_report__rows_hold_something_by_any_amount),
        cmocka_unit_test(test_size_report__amounts_without_measure_are_refused),
        cmocka_unit_test(test_size_report__other_json_is_refused),
        cmocka_unit_test(test_size_report__prints_what_is_asked),
        cmocka_unit_test(test_size_report__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

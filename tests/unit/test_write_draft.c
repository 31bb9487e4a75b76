/* test_write_draft.c - writing drafts and what is frozen from them: unchanged parts from their source,
 * changed ones anew. */
#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "random.h"
#include "unit.h"
#include "written.h"

#include <stdio.h>
#include <string.h>

static hf_buffer written(hf_value value, const hf_write_options *options)
{
    hf_buffer buffer = HF_BUFFER_INIT(1 << 24);
    hf_error  error;
    if (hf_write(value, options, &buffer, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    return buffer;
}

/* The neighbours of what was changed keep their spelling: in the draft with their escapes, and in what
 * is frozen from it numbers in any case, for that may pack the values without their source. */
static void test_write_draft__unchanged_parts_keep_their_spelling(void **state)
{
    (void)state;
    hf_document *document = NULL, *next = NULL;
    hf_draft    *draft = NULL;
    const char *text = "{ \"a\" : { \"n\\/\" : [ 1.50 , 1e400 ] } , \"b\" : [ 0.10 , { \"c\" : \"\\u0064\" } "
                       "] , \"e\" : 2 }";
    assert_int_equal(hf_read(hf_text_from_cstr(text), NULL, &document, NULL), HF_OK);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    test_expect_written(hf_draft_root(draft), NULL,
                   "{\"a\":{\"n\\/\":[1.50,1e400]},\"b\":[0.10,{\"c\":\"\\u0064\"}],\"e\":2}");
    assert_int_equal(hf_set_u64(draft, HF_T("/b/0"), 9090, NULL), HF_OK);
    assert_int_equal(hf_set_text(draft, HF_T("/new"), HF_T("a \"text\" longer than a slot"), NULL), HF_OK);
    test_expect_written(hf_draft_root(draft), NULL,
                   "{\"a\":{\"n\\/\":[1.50,1e400]},\"b\":[9090,{\"c\":\"\\u0064\"}],\"e\":2,"
                   "\"new\":\"a \\\"text\\\" longer than a slot\"}");
    assert_int_equal(hf_draft_remove(draft, hf_place_at(HF_T("/b/1")), NULL), HF_OK);
    assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
    hf_document_drop(document);
    test_expect_written(hf_get(hf_get(hf_root(next), HF_T("a")), HF_T("n/")), NULL, "[1.50,1e400]");
    test_expect_written(hf_get(hf_root(next), HF_T("b")), NULL, "[9090]");
    hf_document_drop(next);
}

/* Removes or changes something anywhere; what fails (a path that ends in a scalar) changes nothing. */
static void change_something(hf_draft *draft, uint64_t *seed)
{
    char   pointer[64], *to = pointer;
    size_t depth = 1 + random_below(seed, 3);
    for (size_t i = 0; i < depth; i++)
        to += random_below(seed, 2) == 0 ? sprintf(to, "/%u", (unsigned)random_below(seed, 5))
                                         : sprintf(to, "/k%u", (unsigned)random_below(seed, 4));
    hf_place  place = hf_place_at(hf_text_of(pointer, (size_t)(to - pointer)));
    hf_item   items[] = { hf_item_array(),
                          hf_item_object(),
                          hf_item_double((double)random_below(seed, 1000) / 8),
                          hf_item_number(HF_T("1.2500")),
                          hf_item_text(HF_T("changed \\ text, of some length")),
                          hf_item_copy(hf_draft_get(draft, hf_place_at(HF_T("/k1")))) };
    hf_status status;
    switch (random_below(seed, 4)) {
    case 0: status = hf_draft_remove(draft, place, NULL); break;
    case 1: status = hf_draft_insert(draft, place, items[random_below(seed, 5)], NULL); break;
    default: {
        hf_item item = items[random_below(seed, 6)];
        if (item.kind == HF__ITEM_COPY && hf_is_absent(item.value))
            item = hf_item_null();
        status = hf_draft_set(draft, place, item, NULL);
        break;
    }
    }
    (void)status; /* many places do not exist */
}

/* What is written, is read as an equal value, and its respelling is that of the draft. */
static void expect_faithful(hf_value value)
{
    static const hf_write_options ways[] = { { .pretty = false }, { .pretty = true }, { .respell = true } };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        hf_buffer    text = written(value, &ways[i]);
        hf_document *read = NULL;
        bool         equal = false;
        assert_int_equal(hf_read(hf_buffer_text(&text), NULL, &read, NULL), HF_OK);
        assert_int_equal(hf_equal(value, hf_root(read), &equal), HF_OK);
        assert_true(equal);
        hf_write_options respell = { .respell = true };
        hf_buffer        a = written(value, &respell), b = written(hf_root(read), &respell);
        assert_true(hf_text_equal(hf_buffer_text(&a), hf_buffer_text(&b)));
        hf_buffer_release(&a);
        hf_buffer_release(&b);
        hf_buffer_release(&text);
        hf_document_drop(read);
    }
}

static void test_write_draft__random_changes(void **state)
{
    (void)state;
    static const char text[] =
        "{\"k0\": [1, 2.0, [3, {\"k1\": \"x\"}], {}], \"k1\": {\"k2\": [[], [\"\\u0041\\n\"]], \"k3\": 1e5},"
        " \"k2\": \"a text longer than fourteen bytes\", \"k3\": [0.10, {\"k0\": {\"k1\": null}}]}";
    uint64_t seed = 41;
    for (long round = 0; round < random_rounds(150); round++) {
        hf_document *document = NULL;
        assert_int_equal(hf_read(hf_text_from_cstr(text), NULL, &document, NULL), HF_OK);
        for (int version = 0; version < 3; version++) {
            hf_draft    *draft = NULL;
            hf_document *next = NULL;
            assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
            for (uint64_t changes = random_below(&seed, 8); changes > 0; changes--)
                change_something(draft, &seed);
            hf_write_options respell = { .respell = true };
            hf_buffer        before = written(hf_draft_root(draft), &respell);
            expect_faithful(hf_draft_root(draft));
            assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
            hf_buffer after = written(hf_root(next), &respell);
            if (!hf_text_equal(hf_buffer_text(&before), hf_buffer_text(&after)))
                fail_msg("draft  %.*s\nfrozen %.*s", (int)before.length, before.bytes, (int)after.length,
                         after.bytes);
            expect_faithful(hf_root(next));
            hf_buffer_release(&before);
            hf_buffer_release(&after);
            hf_document_drop(document);
            document = next;
        }
        hf_document_drop(document);
    }
}

static void release_nothing(void *object)
{
    (void)object;
}

static hf_status write_number(void *object, hf_builder *into)
{
    return hf_build_i64(into, *(const int *)object);
}

static void expect_refused(hf_value value, hf_status status, const char *pointer)
{
    hf_buffer buffer = HF_BUFFER_INIT(1000);
    hf_error  error;
    assert_int_equal(hf_write(value, NULL, &buffer, &error), status);
    assert_string_equal(error.pointer, pointer);
    assert_int_equal(buffer.length, 0);
    hf_buffer_release(&buffer);
}

/* In the draft and in what is frozen from it: links and foreign values, with their place. */
static void expect_odd_values(hf_value root, hf_foreign_hooks *hooks)
{
    hf_buffer        text = HF_BUFFER_INIT(1000);
    hf_write_options nulls = { .links = HF_WRITE_LINKS_NULL };
    hooks->write = write_number;
    expect_refused(root, HF_NOT_REPRESENTABLE, "/b/1/link");
    assert_int_equal(hf_write(root, &nulls, &text, NULL), HF_OK);
    assert_true(
        hf_text_equal(hf_buffer_text(&text), HF_T("{\"a\":{\"n\":[1.50,7]},\"b\":[2,{\"link\":null}]}")));
    hf_buffer_release(&text);
    hooks->write = NULL;
    expect_refused(root, HF_FOREIGN, "/a/n/1");
}

static void test_write_draft__links_and_foreign_values(void **state)
{
    (void)state;
    int              number = 7;
    hf_foreign_hooks hooks = { .name = "number", .release = release_nothing };
    hf_document     *document = NULL, *next = NULL;
    hf_draft        *draft = NULL;
    assert_int_equal(hf_read(HF_T("{\"a\": {\"n\": [1.50]}, \"b\": [2, {}]}"), NULL, &document, NULL), HF_OK);
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(
        hf_draft_append(draft, hf_place_at(HF_T("/a/n")), hf_item_foreign(&hooks, &number), NULL), HF_OK);
    assert_int_equal(hf_draft_link(draft, hf_place_at(HF_T("/b/1/link")), hf_place_at(HF_T("/a")), NULL),
                     HF_OK);
    expect_odd_values(hf_draft_root(draft), &hooks);
    assert_int_equal(hf_freeze(&draft, &next, NULL), HF_OK);
    expect_odd_values(hf_root(next), &hooks);
    hf_document_drop(document);
    hf_document_drop(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_draft__unchanged_parts_keep_their_spelling),
        cmocka_unit_test(test_write_draft__random_changes),
        cmocka_unit_test(test_write_draft__links_and_foreign_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

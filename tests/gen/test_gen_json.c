/* test_gen_json.c - structs of every shape to JSON, to documents, and back; what is refused and where. */
#include "unit.h"
#include "failing_allocator.h"

#include <holdfast/read.h>
#include <holdfast/write.h>

#include "shapes_sample.h"

static const char record_json[] =
    "{\"id\":42,\"name\":\"name_1\",\"email\":\"a@\\\"b\\\"\\n\xc3\xa4\",\"origin\":\"static\",\"level\":5,\"score\":99.25,\"lucky\":7,"
    "\"values\":[0.0,0.1,-1e300],\"labels\":[\"\",\"longer than fourteen bytes\"],\"points\":[{\"x\":0.0,\"y\":0.0},{\"x\":0.0,\"y\":2.5}],"
    "\"home\":{\"x\":3.0,\"y\":0.0},\"names\":[\"first\",null],\"blob\":\"AP8Qelo=\",\"key\":\"deadbeef\",\"chars\":\"a\xc3\xa9z\","
    "\"x\":11.0,\"y\":12.0,\"extra\":{\"any\":[1,2,{}]},\"fixed\":[0,0,9],"
    "\"parts\":[{\"label\":\"part\",\"weight\":5},{\"label\":null,\"weight\":6}]}";

static hf_buffer encoded(const hf_type *type, const void *object)
{
    hf_buffer buffer = HF_BUFFER_INIT(SIZE_MAX);
    hf_error error;
    if (hf_struct_encode(type, object, NULL, &buffer, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    return buffer;
}

static void expect_text(const hf_buffer *buffer, const char *expected)
{
    char *text = sample_take(buffer->length + 1);
    memcpy(text, buffer->bytes, buffer->length);
    assert_string_equal(text, expected);
    free(text);
}

/* Text to struct and back must give the same text, by JSON and through a document. */
static void expect_round(const hf_type *type, const char *json)
{
    hf_error error;
    void *direct = NULL, *by_value = NULL;
    hf_document *document = NULL, *again = NULL;
    if (hf_struct_decode(type, hf_text_from_cstr(json), NULL, &direct, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    hf_buffer text = encoded(type, direct);
    expect_text(&text, json);
    assert_int_equal(hf_read(hf_text_from_cstr(json), NULL, &document, &error), HF_OK);
    if (hf_struct_from_value(type, hf_root(document), NULL, &by_value, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        fail();
    }
    bool equal = false;
    assert_int_equal(hf_struct_equal(type, direct, by_value, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(hf_struct_to_value(type, direct, NULL, &again, &error), HF_OK);
    text.length = 0;
    assert_int_equal(hf_write(hf_root(again), NULL, &text, &error), HF_OK);
    expect_text(&text, json);
    hf_buffer_release(&text);
    hf_document_drop(document);
    hf_document_drop(again);
    assert_int_equal(hf_struct_destroy(type, direct, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, by_value, NULL), HF_OK);
}

static void expect_refused(const hf_type *type, const char *json, hf_status status, const char *pointer, const char *words)
{
    void *object = NULL;
    hf_error error;
    memset(&error, 0, sizeof error);
    hf_status got = hf_struct_decode(type, hf_text_from_cstr(json), NULL, &object, &error);
    if (got != status || strcmp(error.pointer, pointer) != 0 || strstr(error.detail, words) == NULL) {
        hf_error_print(stderr, &error);
        fail_msg("%s: got %s at '%s' (%s)", json, hf_status_name(got), error.pointer, error.detail);
    }
    assert_null(object);
    assert_true(error.line == 1);
}

static void test_json__record_becomes_an_object(void **state)
{
    (void)state;
    record *r = sample_record();
    hf_buffer text = encoded(&record_hf_type, r);
    expect_text(&text, record_json);
    hf_buffer_release(&text);
    record_destroy(r, NULL);
}

static void test_json__round_trips(void **state)
{
    (void)state;
    char *without_static = sample_text(record_json), *origin = strstr(without_static, "\"origin\"");
    memmove(origin, origin + 18, strlen(origin + 18) + 1); /* written, not read */
    expect_round(&record_hf_type, without_static);
    free(without_static);
    expect_round(&shape_hf_type, "{\"u\":{\"nodes\":{\"items\":[{\"u\":{\"circle\":{\"r\":1.5}},\"word\":\"word\"},"
                                 "{\"u\":{\"text\":\"text\"},\"word\":null},{\"u\":{\"rect\":{\"x\":0.0,\"y\":2.0}},\"which\":7},"
                                 "{\"u\":0,\"which\":0}]}},\"number\":-5}");
    expect_round(&packet_hf_type, "{\"kind\":3,\"owner\":\"me\",\"data\":[1,2,4294967295]}");
    expect_round(&packet_hf_type, "{\"kind\":3,\"data\":[]}");
    expect_round(&tree_hf_type, "{\"value\":1,\"left\":{\"value\":2,\"left\":null,\"right\":null},\"right\":null}");
    expect_round(&list_hf_type, "{\"value\":1,\"next\":{\"value\":2,\"next\":{\"value\":3}}}");
    expect_round(&plain_hf_type,
                 "{\"flag\":true,\"letter\":120,\"i8\":-8,\"u8\":200,\"i16\":-300,\"u16\":60000,\"i32\":-70000,\"u32\":4000000000,"
                 "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,\"f32\":1.5,\"f64\":-0.1,\"color\":6,\"named\":\"green\","
                 "\"low\":9,\"high\":4000,\"small\":-7,\"bit\":true,\"name\":\"fifteen letters\",\"matrix\":[[1,2,3],[4,5,6]],"
                 "\"at\":{\"x\":1.0,\"y\":2.0},\"path\":[{\"x\":3.0,\"y\":4.0},{\"x\":5.0,\"y\":6.0}],\"version\":{\"major\":7,\"minor\":8}}");
}

static void test_json__reads_what_writing_would_not_say(void **state)
{
    (void)state;
    record *r = NULL;
    hf_error error;
    const char *json = " { \"mail\" : \"\\u00e4\", \"id\" : 3e2 , \"name\":\"a\",\"lucky\":null,\"values\":null,\"labels\":[],\"points\":[],"
                       "\"names\":[null,null],\"blob\":\"\",\"key\":\"00FFaa11\",\"chars\":\"\",\"x\":1,\"y\":2,\"fixed\":[1,2,3],\"parts\":[],"
                       "\"origin\":[\"passed\",{\"over\":1}]} ";
    hf_status status = record_decode(hf_text_from_cstr(json), NULL, &r, &error);
    if (status != HF_OK)
        hf_error_print(stderr, &error);
    assert_int_equal(status, HF_OK);
    assert_int_equal(r->id, 300);
    assert_string_equal(r->email, "\xc3\xa4");
    assert_int_equal(r->level, 3); /* its default */
    assert_false(r->has_score);
    assert_null(r->tags);
    assert_int_equal(r->key[1], 0xff);
    assert_null(r->origin);
    record_destroy(r, NULL);
}

static void test_json__refuses_with_the_place(void **state)
{
    (void)state;
    expect_refused(&point_hf_type, "{\"x\":1}", HF_NOT_FOUND, "", "'y' is missing");
    expect_refused(&point_hf_type, "{\"x\":1,\"y\":2,\"x\":3}", HF_DUPLICATE_KEY, "/x", "");
    expect_refused(&point_hf_type, "{\"x\":true,\"y\":2}", HF_WRONG_KIND, "/x", "expected a number");
    expect_refused(&point_hf_type, "{\"x\":1e400,\"y\":2}", HF_OUT_OF_RANGE, "/x", "largest");
    expect_refused(&point_hf_type, "{\"x\":1,\"y\":2}x", HF_TRAILING, "", "");
    expect_refused(&point_hf_type, "{\"x\":1,\"y\":2,}", HF_BAD_TOKEN, "/y", "expected a key");
    expect_refused(&point_hf_type, "{\"x\":01,\"y\":2}", HF_BAD_TOKEN, "/x", "',' or '}'");
    expect_refused(&point_hf_type, "{\"x\":1,\"y\":-}", HF_BAD_NUMBER, "/y", "");
    expect_refused(&point_hf_type, "", HF_EMPTY, "", "");
    expect_refused(&point_hf_type, "[1]", HF_WRONG_KIND, "", "expected an object");
    expect_refused(&point_hf_type, "{\"x\":1,\"z\":\"\\x\",\"y\":2}", HF_BAD_ESCAPE, "/z", "");
    expect_refused(&point_hf_type, "{\"x\":1,\"z\":[\"a\tb\"],\"y\":2}", HF_BAD_CONTROL, "/z/0", "");
    expect_refused(&point_hf_type, "{\"x\":1,\"z\":\"\xff\"}", HF_BAD_UTF8, "", "");
    expect_refused(&point_hf_type, "{\"x\":1,\"z\":{\"a/b\":[1,{\"~\":[]", HF_BAD_END, "/z/a~1b/1/~0", "");
    expect_refused(&packet_hf_type, "{\"kind\":256,\"data\":[]}", HF_OUT_OF_RANGE, "/kind", "8 bits");
    expect_refused(&packet_hf_type, "{\"kind\":1.5,\"data\":[]}", HF_OUT_OF_RANGE, "/kind", "");
    expect_refused(&packet_hf_type, "{\"kind\":1,\"data\":[1,-1]}", HF_OUT_OF_RANGE, "/data/1", "");
    expect_refused(&packet_hf_type, "{\"kind\":1,\"owner\":\"a\\u0000b\",\"data\":[]}", HF_NOT_REPRESENTABLE, "/owner", "NUL");
    expect_refused(&shape_hf_type, "{\"u\":{\"circle\":{\"r\":1},\"text\":\"\"},\"which\":0}", HF_DUPLICATE_KEY, "/u/text", "arm");
    expect_refused(&shape_hf_type, "{\"u\":0,\"number\":1,\"word\":\"\"}", HF_DUPLICATE_KEY, "/word", "arm");
    expect_refused(&shape_hf_type, "{\"u\":0,\"which\":3}", HF_WRONG_KIND, "/which", "number of an arm");
    expect_refused(&shape_hf_type, "{\"u\":1}", HF_WRONG_KIND, "/u", "number of an arm");
    expect_refused(&shape_hf_type, "{\"u\":{}}", HF_WRONG_KIND, "/u", "no arm");
}

static void test_json__checks_are_made_while_reading(void **state)
{
    (void)state;
    expect_refused(&record_hf_type, "{\"id\":0}", HF_OUT_OF_RANGE, "/id", "at least 1");
    expect_refused(&record_hf_type, "{\"id\":1000001}", HF_OUT_OF_RANGE, "/id", "at most 1000000");
    expect_refused(&record_hf_type, "{\"name\":\"9a\"}", HF_OUT_OF_RANGE, "/name", "does not match");
    expect_refused(&record_hf_type, "{\"name\":\"\"}", HF_OUT_OF_RANGE, "/name", "does not match");
    expect_refused(&record_hf_type, "{\"name\":\"a1234567890123456789012345678901234567890123456789012345678901234\"}", HF_OUT_OF_RANGE,
                   "/name", "at most 64");
    expect_refused(&record_hf_type, "{\"level\":4}", HF_OUT_OF_RANGE, "/level", "allowed");
    expect_refused(&record_hf_type, "{\"score\":100.51}", HF_OUT_OF_RANGE, "/score", "at most 100.5");
    expect_refused(&record_hf_type, "{\"unknown\":1}", HF_WRONG_KIND, "/unknown", "no member of 'record'");
    expect_refused(&record_hf_type, "{\"blob\":\"AP8Qel==\"}", HF_NOT_REPRESENTABLE, "/blob", "base64");
    expect_refused(&record_hf_type, "{\"key\":\"dead\"}", HF_OUT_OF_RANGE, "/key", "expected 4");
    expect_refused(&record_hf_type, "{\"fixed\":[1,2]}", HF_OUT_OF_RANGE, "/fixed", "expected 3");
    expect_refused(&plain_hf_type, "{\"named\":\"yellow\"}", HF_OUT_OF_RANGE, "/named", "no enumerator");
    expect_refused(&plain_hf_type, "{\"low\":16}", HF_OUT_OF_RANGE, "/low", "bits of 'low'");
    expect_refused(&plain_hf_type, "{\"name\":\"sixteen letters!\"}", HF_OUT_OF_RANGE, "/name", "at most 15");
}

static void test_json__circles_are_refused_or_null(void **state)
{
    (void)state;
    node *a = sample_graph();
    hf_buffer text = HF_BUFFER_INIT(1 << 20);
    hf_error error;
    assert_int_equal(node_encode(a, NULL, &text, &error), HF_CYCLE);
    assert_string_equal(error.pointer, "/left/right/left");
    assert_int_equal(text.length, 0);
    assert_int_equal(node_encode(a, &(hf_encode_options){ .repeat = HF_REPEAT_NULL }, &text, &error), HF_OK);
    assert_true(text.length > 100);
    node *tree_made = NULL;
    assert_int_equal(node_decode(hf_buffer_text(&text), NULL, &tree_made, &error), HF_OK);
    assert_null(tree_made->left->right->left);
    assert_int_equal(node_destroy(tree_made, NULL), HF_OK);
    hf_buffer_release(&text);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

static void test_json__a_million_levels(void **state)
{
    (void)state;
    enum { MANY = 1000000 };
    list *first = NULL, *read = NULL;
    for (int i = 0; i < MANY; i++) {
        list *link = sample_take(sizeof *link);
        link->next = first;
        first = link;
    }
    hf_arena *arena = NULL;
    assert_int_equal(hf_arena_create(NULL, &arena, NULL), HF_OK);
    hf_buffer text = encoded(&list_hf_type, first);
    hf_error error;
    assert_int_equal(list_decode(hf_buffer_text(&text), &(hf_decode_options){ .store.arena = arena }, &read, &error), HF_OK);
    bool equal = false;
    assert_int_equal(list_equal(first, read, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(list_decode(hf_buffer_text(&text), &(hf_decode_options){ .depth_max = 1000 }, &read, &error), HF_LIMIT_DEPTH);
    hf_buffer_release(&text);
    hf_arena_destroy(arena);
    list_destroy(first, NULL);
}

static void test_json__walk_goes_in_order(void **state)
{
    (void)state;
    shape *s = sample_shape();
    char path[64], all[600] = "";
    hf_struct_walk walk;
    shape_walk(&walk, s, NULL);
    while (hf_struct_walk_next(&walk)) {
        hf_struct_walk_pointer(&walk, path, sizeof path);
        if (walk.event == HF_ENTER && walk.index == 2)
            hf_struct_walk_prune(&walk);
        if (walk.event == HF_VALUE)
            strcat(strcat(all, path), " ");
    }
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    assert_string_equal(all, "/u/nodes/items/0/u/circle/r /u/nodes/items/0/word /u/nodes/items/1/u/text /u/nodes/items/1/word "
                             "/u/nodes/items/3/which /number ");
    shape_walk(&walk, s, &(hf_struct_walk_options){ .values_max = 3 });
    while (hf_struct_walk_next(&walk)) {}
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_LIMIT_VALUES);
    shape_destroy(s, NULL);
}

static void test_json__typed_looks_at_values(void **state)
{
    (void)state;
    hf_document *document = NULL;
    const char *json = "[{\"id\":7,\"name\":\"a\"},{\"name\":\"b\",\"id\":8},{\"inner\":{\"id\":1},\"id\":9},{},5]";
    assert_int_equal(hf_read(hf_text_from_cstr(json), NULL, &document, NULL), HF_OK);
    hf_value all = hf_root(document);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(record_v_id(hf_at(all, 0), 0), 7);
        assert_int_equal(record_v_id(hf_at(all, 1), 0), 8);
        assert_int_equal(record_v_id(hf_at(all, 2), 0), 9);
        assert_int_equal(record_v_id(hf_at(all, 3), 99), 99);
        assert_int_equal(record_v_id(hf_at(all, 4), 98), 98);
        assert_true(hf_text_equal(record_v_name(hf_at(all, 1), HF_T("")), HF_T("b")));
    }
    hf_document_drop(document);
}

static void test_json__every_allocation_may_fail(void **state)
{
    (void)state;
    record *r = sample_record();
    hf_buffer json = encoded(&record_hf_type, r);
    record_destroy(r, NULL);
    hf_text packet_json = HF_T("{\"kind\":3,\"owner\":\"me\",\"data\":[1,2,3,4,5,6,7,8,9]}");
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_buffer_text(&json), NULL, &document, NULL), HF_OK);
    HF_OOM_LOOP(nth) {
        hf_decode_options how = { .store.allocator = nth };
        hf_encode_options out = { .allocator = nth };
        record *made = NULL, *from = NULL;
        packet *flexible = NULL;
        hf_document *again = NULL;
        hf_buffer text;
        hf_buffer_init(&text, SIZE_MAX, nth, NULL);
        hf_status status = record_decode(hf_buffer_text(&json), &how, &made, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = packet_decode(packet_json, &how, &flexible, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = record_from_value(hf_root(document), &how, &from, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        if (made != NULL) {
            status = record_encode(made, &out, &text, NULL);
            HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
            status = record_to_value(made, &out, &again, NULL);
            HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        }
        hf_buffer_release(&text);
        hf_document_drop(again);
        record_destroy(made, nth);
        record_destroy(from, nth);
        packet_destroy(flexible, nth);
    }
    hf_document_drop(document);
    hf_buffer_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__record_becomes_an_object),
        cmocka_unit_test(test_json__round_trips),
        cmocka_unit_test(test_json__reads_what_writing_would_not_say),
        cmocka_unit_test(test_json__refuses_with_the_place),
        cmocka_unit_test(test_json__checks_are_made_while_reading),
        cmocka_unit_test(test_json__circles_are_refused_or_null),
        cmocka_unit_test(test_json__a_million_levels),
        cmocka_unit_test(test_json__walk_goes_in_order),
        cmocka_unit_test(test_json__typed_looks_at_values),
        cmocka_unit_test(test_json__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

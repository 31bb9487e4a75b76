/* test_gen_strange.c - words that meet, in both forms: what they mean together, from text and from values. */
#include "unit.h"

#include <stdlib.h>

#include <holdfast/read.h>

#include "strange.hf.h"

static hf_type by_tables(const hf_type *type)
{
    hf_type tables = *type;
    tables.code = NULL;
    return tables;
}

static void must(hf_status status, const char *json, const hf_error *error)
{
    if (status != HF_OK)
        fail_msg("%s: %s at %s (%s)", json, hf_status_name(status), error->pointer, error->detail);
}

static void expect_text(const hf_type *type, const void *object, const char *json)
{
    hf_error error = { .status = HF_OK };
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    must(hf_struct_encode(type, object, NULL, &text, &error), json, &error);
    assert_int_equal(hf_buffer_append(&text, hf_text_of("", 1), NULL), HF_OK);
    assert_string_equal(text.bytes, json);
    hf_buffer_release(&text);
}

static void expect_alike(const hf_type *type, const void *a, const void *b)
{
    bool equal = false;
    assert_int_equal(hf_struct_equal(type, a, b, &equal, NULL), HF_OK);
    assert_true(equal);
}

/* Read by rows, by tables and from a value; owned. */
static void *read_alike(const hf_type *type, const char *json)
{
    hf_type tables = by_tables(type);
    hf_error error = { .status = HF_OK };
    hf_document *document = NULL;
    void *made = NULL, *by_table = NULL, *by_value = NULL;
    must(hf_struct_decode(type, hf_text_from_cstr(json), NULL, &made, &error), json, &error);
    must(hf_struct_decode(&tables, hf_text_from_cstr(json), NULL, &by_table, &error), json, &error);
    must(hf_read(hf_text_from_cstr(json), NULL, &document, &error), json, &error);
    must(hf_struct_from_value(type, hf_root(document), NULL, &by_value, &error), json, &error);
    hf_document_drop(document);
    expect_alike(type, made, by_table);
    expect_alike(type, made, by_value);
    assert_int_equal(hf_struct_destroy(type, by_table, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, by_value, NULL), HF_OK);
    return made;
}

/* What is read is written as `written`, and reads back as the same. */
static void expect_read(const hf_type *type, const char *json, const char *written)
{
    void *made = read_alike(type, json), *copy = NULL, *again = read_alike(type, written);
    expect_text(type, made, written);
    expect_alike(type, made, again);
    assert_int_equal(hf_struct_copy(type, made, NULL, &copy, NULL), HF_OK);
    expect_alike(type, made, copy);
    assert_int_equal(hf_struct_destroy(type, copy, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, again, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, made, NULL), HF_OK);
}

static void expect_refused(const hf_type *type, const char *json, hf_status expected, const char *pointer)
{
    hf_type tables = by_tables(type);
    hf_error error = { .status = HF_OK }, by_table = { .status = HF_OK };
    void *made = NULL;
    assert_int_equal(hf_struct_decode(type, hf_text_from_cstr(json), NULL, &made, &error), expected);
    assert_int_equal(hf_struct_decode(&tables, hf_text_from_cstr(json), NULL, &made, &by_table), expected);
    assert_string_equal(error.pointer, pointer);
    assert_string_equal(by_table.pointer, pointer);
    assert_null(made);
}

static void test_strange__names_of_large_enumerators(void **state)
{
    (void)state;
    expect_read(&horizon_hf_type, "{\"reach\":\"REACH_ALL\",\"number\":9223372036854775808}", "{\"reach\":\"REACH_ALL\",\"number\":9223372036854775808}");
    expect_read(&horizon_hf_type, "{\"reach\":18446744073709551615,\"number\":0}", "{\"reach\":\"REACH_ALL\",\"number\":0}");
    expect_refused(&horizon_hf_type, "{\"reach\":-1,\"number\":0}", HF_OUT_OF_RANGE, "/reach");
}

static void test_strange__defaults_of_raw_texts(void **state)
{
    (void)state;
    expect_read(&letter_hf_type, "{\"body\":\"b\"}", "{\"body\":\"b\",\"extra\":[1],\"kept\":{}}");
    expect_read(&letter_hf_type, "{\"kept\":7,\"body\":null}", "{\"body\":null,\"extra\":[1],\"kept\":7}");
}

static void test_strange__null_leaves_a_default(void **state)
{
    (void)state;
    dials *made = read_alike(&dials_hf_type, "{\"on\":null,\"off\":null,\"turns\":null,\"word\":null,\"text\":null,\"other\":null}");
    assert_true(made->on && !made->has_on && !made->off && !made->has_turns);
    assert_int_equal(made->turns, 7);
    assert_string_equal(made->word, "abc");
    assert_string_equal(made->text, "text");
    assert_null(made->other); /* which null is a value of */
    dials_destroy(made, NULL);
    expect_read(&dials_hf_type, "{\"turns\":0,\"on\":false,\"off\":true,\"word\":\"\",\"text\":\"t\"}",
                "{\"on\":false,\"off\":true,\"turns\":0,\"word\":\"\",\"text\":\"t\",\"other\":\"other\"}");
}

static void test_strange__literals_are_never_read(void **state)
{
    (void)state;
    expect_read(&stamped_hf_type, "{\"v\":\"x\",\"number\":1,\"v\":[2],\"version\":{},\"row\":[\"a\",\"b\"],\"names\":[\"c\"],\"u\":0}",
                "{\"number\":1,\"row\":[null,null],\"u\":0,\"which\":0}");
    expect_read(&stamped_hf_type, "{\"number\":1,\"u\":{\"word\":\"read over\"},\"label\":{}}", "{\"number\":1,\"row\":[null,null],\"u\":{\"word\":null},\"label\":null}");
    expect_read(&stamped_hf_type, "{\"number\":1,\"u\":{\"count\":5},\"digit\":6}", "{\"number\":1,\"row\":[null,null],\"u\":{\"count\":5},\"digit\":6}");
    expect_refused(&stamped_hf_type, "{\"number\":1,\"u\":{\"word\":null,\"count\":1}}", HF_DUPLICATE_KEY, "/u/count");
    const char *names[] = { "n", NULL };
    stamped full = { .number = 2, .version = "1.0", .row = { "r", NULL }, .names = names, .n_names = 2, .kind = 1, .which = 1 };
    full.u.word = "w";
    expect_text(&stamped_hf_type, &full, "{\"number\":2,\"version\":\"1.0\",\"row\":[\"r\",null],\"names\":[\"n\",null],\"u\":{\"word\":\"w\"},\"label\":null}");
}

static void test_strange__tags_by_name(void **state)
{
    (void)state;
    expect_read(&parcel_hf_type, "{\"u\":\"PART_NONE\",\"other\":\"PART_LIST\"}", "{\"u\":\"PART_NONE\",\"other\":\"PART_LIST\"}");
    expect_read(&parcel_hf_type, "{\"u\":0,\"other\":0}", "{\"u\":\"PART_NONE\",\"other\":\"PART_NONE\"}");
    expect_read(&parcel_hf_type, "{\"u\":{\"list\":{\"items\":[1,2]}},\"words\":\"w\"}", "{\"u\":{\"list\":{\"items\":[1,2]}},\"words\":\"w\"}");
    expect_refused(&parcel_hf_type, "{\"u\":\"PART_TEXT\"}", HF_WRONG_KIND, "/u");
    expect_refused(&parcel_hf_type, "{\"u\":1}", HF_WRONG_KIND, "/u");
    expect_refused(&parcel_hf_type, "{\"u\":\"PART\"}", HF_OUT_OF_RANGE, "/u");
    expect_refused(&parcel_hf_type, "{\"u\":0,\"other\":\"PART_TEXT\"}", HF_WRONG_KIND, "/other");
    expect_refused(&stamped_hf_type, "{\"number\":1,\"u\":\"0\"}", HF_WRONG_KIND, "/u");
}

static void test_strange__arms_that_json_does_not_show(void **state)
{
    (void)state;
    parcel borrowed = { .part = PART_USER, .other = PART_USER };
    borrowed.u.user = &borrowed;
    expect_text(&parcel_hf_type, &borrowed, "{\"u\":\"PART_USER\",\"other\":\"PART_USER\"}");
    expect_read(&parcel_hf_type, "{\"u\":\"PART_USER\",\"other\":3}", "{\"u\":\"PART_USER\",\"other\":\"PART_USER\"}");
    expect_refused(&parcel_hf_type, "{\"u\":{\"user\":null}}", HF_WRONG_KIND, "/u");
}

static void test_strange__texts_are_no_level(void **state)
{
    (void)state;
    expect_read(&shallow_hf_type, "{\"data\":\"aGk=\",\"words\":\"a\\u0000b\",\"key\":\"00ff\"}", "{\"data\":\"aGk=\",\"words\":\"a\\u0000b\",\"key\":\"00ff\"}");
    expect_refused(&shallow_hf_type, "{\"data\":[],\"words\":\"\",\"key\":\"00ff\"}", HF_LIMIT_DEPTH, "/data");
}

static void test_strange__null_has_no_items(void **state)
{
    (void)state;
    expect_read(&filled_hf_type, "{\"some\":[1],\"maybe\":null,\"pair\":\"0102\"}", "{\"some\":[1],\"pair\":\"0102\"}");
    expect_refused(&filled_hf_type, "{\"some\":null,\"pair\":\"0102\"}", HF_OUT_OF_RANGE, "/some");
    expect_refused(&filled_hf_type, "{\"some\":[1],\"pair\":null}", HF_OUT_OF_RANGE, "/pair");
}

static void test_strange__small_members_are_skipped(void **state)
{
    (void)state;
    hf_type tables = by_tables(&short_end_hf_type);
    hf_struct_size size;
    short_end *made = calloc(1, sizeof *made);
    assert_int_equal(hf_size_of(&tables, made, false, &size, NULL), HF_OK);
    assert_int_equal(size.deep, sizeof *made);
    free(made);
    expect_read(&short_end_hf_type, "{\"name\":\"n\",\"flag\":1}", "{\"name\":\"n\"}");
}

static void test_strange__records_lie_anywhere_in_packed_ones(void **state)
{
    (void)state;
    expect_read(&crowd_hf_type, "{\"letter\":65,\"one\":{\"low\":7,\"high\":511},\"two\":[{\"low\":1,\"high\":2,\"half\":0.5},{\"low\":3,\"high\":4}]}",
                "{\"letter\":65,\"one\":{\"low\":7,\"high\":511,\"half\":2.5},\"two\":[{\"low\":1,\"high\":2,\"half\":0.5},"
                "{\"low\":3,\"high\":4,\"half\":2.5}]}");
}

static void test_strange__tags_hold_what_chooses_an_arm(void **state)
{
    (void)state;
    expect_read(&narrow_hf_type, "{\"u\":{\"a\":1},\"v\":{\"c\":2}}", "{\"u\":{\"a\":1},\"v\":{\"c\":2}}");
    expect_read(&narrow_hf_type, "{\"u\":{\"b\":\"text\"},\"v\":0}", "{\"u\":{\"b\":\"text\"},\"v\":0}");
    expect_refused(&narrow_hf_type, "{\"u\":0,\"v\":{\"d\":\"text\"}}", HF_OUT_OF_RANGE, "/v/d");
}

static void test_strange__rules_of_floats_are_as_wide_as_floats(void **state)
{
    (void)state;
    tenths *made = read_alike(&tenths_hf_type, "{\"most\":0.1,\"one\":0.1}"), *again = NULL;
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    assert_int_equal(tenths_encode(made, NULL, &text, NULL), HF_OK);
    assert_int_equal(tenths_decode(hf_buffer_text(&text), NULL, &again, NULL), HF_OK);
    expect_alike(&tenths_hf_type, made, again);
    hf_buffer_release(&text);
    tenths_destroy(again, NULL);
    tenths_destroy(made, NULL);
    expect_refused(&tenths_hf_type, "{\"most\":0.1001,\"one\":3}", HF_OUT_OF_RANGE, "/most");
    expect_refused(&tenths_hf_type, "{\"most\":0,\"one\":0.1001}", HF_OUT_OF_RANGE, "/one");
}

static void test_strange__unions_that_nothing_tells_of_are_bytes(void **state)
{
    (void)state;
    picks all = { .row = { { .part = 0.5 }, { .part = 1.5 } }, .n = 2, .last = 7 }, *copy = NULL;
    bool equal = false;
    all.one = calloc(1, sizeof *all.one);
    all.many = calloc(2, sizeof *all.many);
    all.one->part = -1;
    all.many[1].part = 2.5;
    expect_text(&picks_hf_type, &all, "{\"last\":7}");
    assert_int_equal(picks_copy(&all, NULL, &copy, NULL), HF_OK);
    expect_alike(&picks_hf_type, &all, copy);
    assert_ptr_not_equal(copy->many, all.many);
    assert_true(copy->many[1].part == 2.5 && copy->row[1].part == 1.5);
    copy->many[1].part = 3;
    assert_int_equal(picks_equal(&all, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    picks_destroy(copy, NULL);
    picks_release(&all, NULL);
}

static bool are_equal(const cursor *a, const cursor *b)
{
    bool equal = false, other_way = true;
    assert_int_equal(cursor_equal(a, b, &equal, NULL), HF_OK);
    assert_int_equal(cursor_equal(b, a, &other_way, NULL), HF_OK);
    assert_int_equal(equal, other_way);
    return equal;
}

static void test_strange__refs_into_the_middle_are_equal_in_copies(void **state)
{
    (void)state;
    struct spot first_spots[3] = { { 1, NULL }, { 2, NULL }, { 3, NULL } }, second_spots[2] = { { 4, NULL }, { 5, NULL } };
    cursor second = { .spots = second_spots, .n = 2, .current = &second_spots[0], .number = &first_spots[2].x }, *copy = NULL;
    cursor first = { .spots = first_spots, .n = 3, .current = &first_spots[1], .number = &second.own_number, .other = &second };
    second.other = &first;
    int outside = 0;
    assert_int_equal(cursor_copy(&first, NULL, &copy, NULL), HF_OK);
    assert_ptr_equal(copy->current, &copy->spots[1]);
    assert_ptr_equal(copy->number, &copy->other->own_number);
    assert_true(are_equal(&first, copy));
    copy->current++;
    assert_false(are_equal(&first, copy));
    copy->current = &copy->other->spots[1];
    assert_false(are_equal(&first, copy));
    copy->current = &copy->spots[1];
    copy->number = &outside;
    assert_false(are_equal(&first, copy));
    first.number = &outside;
    assert_true(are_equal(&first, copy));
    assert_int_equal(cursor_destroy(copy, NULL), HF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strange__names_of_large_enumerators), cmocka_unit_test(test_strange__defaults_of_raw_texts),
        cmocka_unit_test(test_strange__null_leaves_a_default),      cmocka_unit_test(test_strange__literals_are_never_read),
        cmocka_unit_test(test_strange__tags_by_name),               cmocka_unit_test(test_strange__arms_that_json_does_not_show),
        cmocka_unit_test(test_strange__texts_are_no_level),         cmocka_unit_test(test_strange__null_has_no_items),
        cmocka_unit_test(test_strange__tags_hold_what_chooses_an_arm),
        cmocka_unit_test(test_strange__rules_of_floats_are_as_wide_as_floats),
        cmocka_unit_test(test_strange__unions_that_nothing_tells_of_are_bytes),
        cmocka_unit_test(test_strange__records_lie_anywhere_in_packed_ones),
        cmocka_unit_test(test_strange__small_members_are_skipped),  cmocka_unit_test(test_strange__refs_into_the_middle_are_equal_in_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

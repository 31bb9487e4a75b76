/* test_gen_values.c - structs from values and back, by rows and by tables: the same acceptance, errors and values,
 * and the acceptance of text, for all samples and random changes of them: members in another order, twice, left out or
 * unknown, other scalars, parts of other documents in place. */
#include "unit.h"
#include "random.h"

#include <stdlib.h>

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include "value/block.h"
#include "value/home.h"

#include "every_sample.h"
#include "strange.hf.h"

enum { ROUNDS = 150, RARE = 24 };

static uint64_t state = 88172645463325252u;

static bool one_in(unsigned limit)
{
    return random_below(&state, limit) == 0;
}

/* ---- documents that are nearly right ----------------------------------------------------- */

static hf_document *document_of(const char *json)
{
    hf_document *document = NULL;
    assert_int_equal(hf_read(hf_text_from_cstr(json), NULL, &document, NULL), HF_OK);
    return document;
}

static void build_any(hf_builder *builder)
{
    static const char *const any[] = {
        "null", "true", "0", "1", "-1", "127", "255", "256", "-32769", "65536", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "-9223372036854775808", "1.5", "3.0", "3e2", "-0.0", "1e400", "123456789012345678901234567890", "3.5e38", "\"\"", "\"abc\"",
        "\"a\\u0000b\"", "\"fourteen bytes\"", "\"fifteen letters\"", "\"sixteen letters!\"", "\"\xc3\xa4\xe2\x82\xac, \\\"quoted\\\" and with an end of line\\n\"",
        "\"sixty-four bytes and no more: 30 40 bytes, 50 bytes, 60 bytes 4\"", "\"AQID\"", "\"00ff\"", "\"high\"", "\"2026-11-22T21:00:00Z\"", "[]", "{}", "[1]", "[1,2]",
        "[null]", "[\"a\",\"b\"]", "[\"a\",3]", "[[[[]]]]", "{\"x\":1}", "{\"a\":{\"b\":[{\"c\":[[1]]}]}}", "[18446744073709551615]", "[2.0]"
    };
    hf_document *document = document_of(any[random_below(&state, sizeof any / sizeof *any)]);
    hf_build_copy(builder, hf_root(document));
    hf_document_drop(document);
}

static void build_changed(hf_builder *builder, hf_value value);

/* Its members from any of them on. */
static void build_members(hf_builder *builder, hf_value object)
{
    uint64_t count = hf_count(object), first = count > 0 && one_in(3) ? random_below(&state, count) : 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = (first + i) % count;
        if (one_in(RARE)) {
            hf_build_key(builder, one_in(2) ? HF_T("what nothing wants") : HF_T("q\""));
            build_any(builder);
        }
        for (unsigned times = one_in(2 * RARE) ? 2 : !one_in(RARE); times > 0; times--) {
            hf_build_key(builder, hf_key_at(object, at));
            build_changed(builder, hf_at(object, at));
        }
    }
}

static void build_changed(hf_builder *builder, hf_value value)
{
    if (one_in(RARE)) {
        build_any(builder);
    } else if (one_in(RARE)) {
        hf_build_mount(builder, value);
    } else if (hf_is_object(value)) {
        hf_build_object(builder);
        build_members(builder, value);
        hf_build_end(builder);
    } else if (hf_is_array(value)) {
        hf_build_array(builder);
        for (uint64_t i = 0; i < hf_count(value); i++)
            build_changed(builder, hf_at(value, i));
        hf_build_end(builder);
    } else {
        hf_build_copy(builder, value);
    }
}

static hf_document *changed(hf_value value)
{
    hf_builder *builder = NULL;
    hf_document *made = NULL;
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    build_changed(builder, value);
    assert_int_equal(hf_builder_finish(&builder, &made, NULL), HF_OK);
    return made;
}

static hf_buffer text_of(hf_value value)
{
    hf_buffer text = HF_BUFFER_INIT(1 << 20);
    assert_int_equal(hf_write(value, NULL, &text, NULL), HF_OK);
    return text;
}

/* ---- two ways, one answer ---------------------------------------------------------------- */

static void expect_same_documents(const hf_type *type, const void *object)
{
    hf_type tables = *type;
    hf_document *by_code = NULL, *by_tables = NULL;
    bool equal = false;
    tables.code = NULL;
    hf_status status = hf_struct_to_value(type, object, NULL, &by_code, NULL);
    assert_int_equal(hf_struct_to_value(&tables, object, NULL, &by_tables, NULL), status);
    if (status != HF_OK) { /* such as a number that was read where a name is written, and that has none */
        assert_int_equal(status, HF_NOT_REPRESENTABLE);
        return;
    }
    const hf__block_header *block = by_code->block, *other = by_tables->block;
    const hf__block_limits limits = { .bytes = by_code->block_bytes, .check_utf8 = true, .is_exact = true, .check_spelling = true };
    assert_int_equal(hf__block_check(block, &limits, NULL), HF_OK);
    assert_int_equal(hf_equal(hf_root(by_code), hf_root(by_tables), &equal), HF_OK);
    assert_true(equal);
    HF_EXPECT(block->values == other->values && block->depth == other->depth && block->wide_count == other->wide_count);
    HF_EXPECT(block->slot_count == other->slot_count && block->block_bytes == other->block_bytes);
    hf_buffer a = text_of(hf_root(by_code)), b = text_of(hf_root(by_tables));
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.bytes, b.bytes, a.length);
    hf_buffer_release(&a);
    hf_buffer_release(&b);
    hf_document_drop(by_code);
    hf_document_drop(by_tables);
}

static bool expect_same(const hf_type *type, hf_value value)
{
    hf_type tables = *type;
    hf_arena *arena = NULL;
    hf_error error, other_error, text_error;
    void *object = NULL, *other = NULL, *direct = NULL;
    tables.code = NULL;
    memset(&error, 0, sizeof error);
    memset(&other_error, 0, sizeof other_error);
    if (one_in(2))
        assert_int_equal(hf_arena_create(NULL, &arena, NULL), HF_OK);
    hf_decode_options how = { .store.arena = arena, .depth_max = one_in(3) ? 1 + (uint32_t)random_below(&state, 6) : 0 };
    hf_status status = hf_struct_from_value(type, value, &how, &object, &error);
    hf_status other_status = hf_struct_from_value(&tables, value, &how, &other, &other_error);
    hf_buffer json = text_of(value);
    hf_status text_status = hf_struct_decode(type, hf_buffer_text(&json), &how, &direct, &text_error);
    if (status != other_status || (status == HF_OK) != (text_status == HF_OK))
        fail_msg("%s, %s, %s: %.*s", hf_status_name(status), hf_status_name(other_status), hf_status_name(text_status), (int)json.length, json.bytes);
    if (status == HF_OK) {
        bool equal = false, is_read = false;
        assert_int_equal(hf_struct_equal(type, object, other, &equal, NULL), HF_OK);
        if (direct != NULL)
            assert_int_equal(hf_struct_equal(type, object, direct, &is_read, NULL), HF_OK);
        if (!equal || (direct != NULL && !is_read))
            fail_msg("another struct: %.*s", (int)json.length, json.bytes);
        expect_same_documents(type, object);
    } else {
        assert_string_equal(error.pointer, other_error.pointer);
        assert_string_equal(error.detail, other_error.detail);
        if (strchr(text_error.pointer, '\\') == NULL) /* of a text it has keys as they are spelled */
            assert_string_equal(error.pointer, text_error.pointer);
    }
    hf_buffer_release(&json);
    if (arena == NULL) {
        assert_int_equal(hf_struct_destroy(type, object, NULL), HF_OK);
        assert_int_equal(hf_struct_destroy(type, other, NULL), HF_OK);
        assert_int_equal(hf_struct_destroy(type, direct, NULL), HF_OK);
    }
    hf_arena_destroy(arena);
    return status == HF_OK;
}

static void test_values__rows_and_tables_agree(void **unused)
{
    (void)unused;
    long right = 0, wrong = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        hf_document *document = document_of(samples[i].json);
        for (long round = random_rounds(ROUNDS); round > 0; round--) {
            hf_document *made = changed(hf_root(document));
            *(expect_same(samples[i].type, hf_root(made)) ? &right : &wrong) += 1;
            hf_document_drop(made);
        }
        hf_document_drop(document);
    }
    assert_true(right > wrong / 4 && wrong > right / 4); /* else the changes say little */
}

/* ---- drafts ------------------------------------------------------------------------------ */

/* A value somewhere in the draft becomes another, or itself again. */
static void edit(hf_draft *draft)
{
    hf_handle at = { 0, 0, 0 };
    for (;;) {
        hf_value value = hf_draft_get(draft, hf_place_of(at));
        size_t count = hf_count(value);
        if (count == 0)
            return;
        hf_place place = hf_place_element(at, random_below(&state, count));
        hf_value below = hf_draft_get(draft, place);
        if (!hf_is_container(below) || one_in(3)) {
            hf_document *other = document_of(one_in(2) ? "[1]" : "{\"x\":1.5,\"y\":2}");
            hf_item item = one_in(6) ? hf_item_mount(hf_root(other)) : one_in(2) ? hf_item_copy(below) : hf_item_i64(7);
            assert_int_equal(hf_draft_set(draft, place, item, NULL), HF_OK);
            hf_document_drop(other);
            return;
        }
        assert_int_equal(hf_draft_handle(draft, place, &at, NULL), HF_OK);
    }
}

/* As they are edited, and as the document that comes of it, which shares what was not. */
static void test_values__of_drafts(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < SAMPLES; i++)
        for (long round = random_rounds(ROUNDS / 10); round > 0; round--) {
            hf_document *document = document_of(samples[i].json), *frozen = NULL;
            hf_draft *draft = NULL;
            assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
            for (unsigned edits = (unsigned)random_below(&state, 4); edits > 0; edits--)
                edit(draft);
            (void)expect_same(samples[i].type, hf_draft_root(draft));
            assert_int_equal(hf_freeze(&draft, &frozen, NULL), HF_OK);
            (void)expect_same(samples[i].type, hf_root(frozen));
            hf_document_drop(frozen);
            hf_document_drop(document);
        }
}

/* ---- long and deep ----------------------------------------------------------------------- */

static void test_values__a_million_items(void **unused)
{
    (void)unused;
    enum { MANY = 1000000 };
    hf_builder *builder = NULL;
    hf_document *document = NULL, *again = NULL;
    bool equal = false;
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_object(builder);
    hf_build_key(builder, HF_T("page"));
    hf_build_array(builder);
    for (int i = 0; i < MANY; i++) {
        hf_build_object(builder);
        hf_build_key(builder, HF_T("words"));
        hf_build_text(builder, i % 2 == 0 ? HF_T("short") : HF_T("more than fourteen bytes"));
        hf_build_end(builder);
    }
    hf_build_end(builder);
    hf_build_end(builder);
    assert_int_equal(hf_builder_finish(&builder, &document, NULL), HF_OK);
    pages *made = NULL;
    assert_int_equal(pages_from_value(hf_root(document), NULL, &made, NULL), HF_OK);
    assert_int_equal(pages_to_value(made, NULL, &again, NULL), HF_OK);
    assert_int_equal(hf_equal(hf_root(document), hf_root(again), &equal), HF_OK);
    assert_true(equal);
    hf_document_drop(document);
    hf_document_drop(again);
    pages_destroy(made, NULL);
}

/* As deep as it may be by its own limit, and a level more; in what nothing wants too. */
static void test_values__depth_has_a_limit(void **unused)
{
    (void)unused;
    static const struct { const char *json; uint32_t least; } deep[] = {
        { "{\"value\":1}", 1 },
        { "{\"value\":1,\"next\":{\"value\":2,\"next\":{\"value\":3}}}", 3 },
        { "{\"value\":1,\"other\":[[{}],1]}", 4 },
        { "{\"value\":1,\"next\":{\"value\":2,\"other\":[1,[[]],2]}}", 5 },
        { "{\"other\":[1,2,3,4,5,6,7,8,9,10,11,12],\"value\":1}", 2 },
    };
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
        hf_document *document = document_of(deep[i].json);
        for (uint32_t depth = 1; depth < 8; depth++) {
            list *made = NULL;
            hf_status status = list_from_value(hf_root(document), &(hf_decode_options){ .depth_max = depth }, &made, NULL);
            assert_int_equal(status, depth >= deep[i].least ? HF_OK : HF_LIMIT_DEPTH);
            list_destroy(made, NULL);
        }
        hf_document_drop(document);
    }
}

/* What is kept as its JSON text counts too, in values as in text, by code and by tables, and is kept whole where it may
 * be so deep; of a draft, whose depth nobody knows in front. */
static void test_values__depth_of_what_is_kept_as_text(void **unused)
{
    (void)unused;
    static const char spelled[] = "{\"kept\":{\"x\":[1,{\"y\":[[]]}],\"z\":2},\"body\":\"b\"}";
    static const char *const places[] = { "", "/kept", "/kept/x", "/kept/x/1", "/kept/x/1/y", "/kept/x/1/y/0" };
    enum { LEAST = 6 };
    hf_type tables = letter_hf_type;
    hf_document *document = document_of(spelled);
    hf_draft *draft = NULL;
    tables.code = NULL;
    assert_int_equal(hf_edit(document, &draft, NULL), HF_OK);
    assert_int_equal(hf_set_i64(draft, HF_T("/kept/z"), 3, NULL), HF_OK);
    for (uint32_t depth = 1; depth < 9; depth++)
        for (int way = 0; way < 6; way++) {
            const hf_type *type = way % 2 == 0 ? &letter_hf_type : &tables;
            const hf_decode_options how = { .depth_max = depth };
            void *made = NULL;
            hf_error error;
            memset(&error, 0, sizeof error);
            hf_status status = way < 2   ? hf_struct_decode(type, hf_text_from_cstr(spelled), &how, &made, &error)
                               : way < 4 ? hf_struct_from_value(type, hf_root(document), &how, &made, &error)
                                         : hf_struct_from_value(type, hf_draft_root(draft), &how, &made, &error);
            assert_int_equal(status, depth >= LEAST ? HF_OK : HF_LIMIT_DEPTH);
            if (status == HF_OK)
                assert_string_equal(((letter *)made)->kept, way < 4 ? "{\"x\":[1,{\"y\":[[]]}],\"z\":2}" : "{\"x\":[1,{\"y\":[[]]}],\"z\":3}");
            else
                assert_string_equal(error.pointer, places[depth]);
            assert_int_equal(hf_struct_destroy(type, made, NULL), HF_OK);
        }
    hf_draft_destroy(draft);
    hf_document_drop(document);
}

/* With a point or an exponent the nearest double is meant, in text as in a document, by code and by tables. */
static void test_values__integers_spelled_as_doubles(void **unused)
{
    (void)unused;
    static const struct { const char *json; hf_status expected; int64_t low; uint64_t high; } spelled[] = {
        { "{\"low\":-30e-1,\"high\":3.0}", HF_OK, -3, 3 },
        { "{\"low\":9007199254740991.0,\"high\":9007199254740992e0}", HF_OK, 9007199254740991, 9007199254740992u },
        { "{\"low\":-9007199254740993.0,\"high\":9007199254740995e0}", HF_OK, -9007199254740992, 9007199254740996u },
        { "{\"low\":-9007199254740993,\"high\":9007199254740995}", HF_OK, -9007199254740993, 9007199254740995u },
        { "{\"low\":-9223372036854775808.0,\"high\":18446744073709549568e0}", HF_OK, INT64_MIN, 18446744073709549568u },
        { "{\"low\":9223372036854775807.0}", HF_OUT_OF_RANGE, 0, 0 },
        { "{\"high\":18446744073709551615e0}", HF_OUT_OF_RANGE, 0, 0 },
        { "{\"low\":3.00000000000000001}", HF_OK, 3, UINT64_MAX },
        { "{\"low\":3.5}", HF_OUT_OF_RANGE, 0, 0 },
    };
    hf_type tables = defaults_hf_type;
    tables.code = NULL;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        hf_document *document = document_of(spelled[i].json);
        for (int way = 0; way < 4; way++) {
            const hf_type *type = way % 2 == 0 ? &defaults_hf_type : &tables;
            void *made = NULL;
            hf_status status = way < 2 ? hf_struct_decode(type, hf_text_from_cstr(spelled[i].json), NULL, &made, NULL)
                                       : hf_struct_from_value(type, hf_root(document), NULL, &made, NULL);
            assert_int_equal(status, spelled[i].expected);
            if (status == HF_OK) {
                assert_int_equal(((defaults *)made)->low, spelled[i].low);
                assert_int_equal(((defaults *)made)->high, spelled[i].high);
            }
            assert_int_equal(hf_struct_destroy(type, made, NULL), HF_OK);
        }
        hf_document_drop(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values__rows_and_tables_agree),
        cmocka_unit_test(test_values__of_drafts),
        cmocka_unit_test(test_values__a_million_items),
        cmocka_unit_test(test_values__depth_has_a_limit),
        cmocka_unit_test(test_values__depth_of_what_is_kept_as_text),
        cmocka_unit_test(test_values__integers_spelled_as_doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

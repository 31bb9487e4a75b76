/* test_gen_forms.c - straight code against tables, on the same texts and objects: the same answers, the
 * same errors at the same places, the same bytes out. */
#include "unit.h"

#include <holdfast/bind_code.h>

#include "shapes_sample.h"

/* The type with the tables alone. */
static hf_type by_tables(const hf_type *type)
{
    hf_type tables = *type;
    tables.code = NULL;
    return tables;
}

static void expect_same_error(const char *json, const hf_error *a, const hf_error *b)
{
    if (a->line != b->line || a->column != b->column || strcmp(a->pointer, b->pointer) != 0 || strcmp(a->detail, b->detail) != 0)
        fail_msg("%s: '%s' at %s, and '%s' at %s", json, a->detail, a->pointer, b->detail, b->pointer);
}

/* Whether two structs are equal; equal ones have one hash. */
static bool look_alike(const hf_type *type, const void *a, const void *b)
{
    bool is_equal = false;
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(hf_struct_equal(type, a, b, &is_equal, NULL), HF_OK);
    assert_int_equal(hf_struct_hash(type, a, &hash_a, NULL), HF_OK);
    assert_int_equal(hf_struct_hash(type, b, &hash_b, NULL), HF_OK);
    assert_int_equal(hash_a == hash_b, is_equal);
    return is_equal;
}

/* Reads one text in both forms; what was read must be equal, and be written alike. True when it is read. */
static bool expect_same(const hf_type *type, hf_text json)
{
    hf_type tables = by_tables(type);
    void *a = NULL, *b = NULL;
    hf_error error_a, error_b;
    hf_buffer text_a = HF_BUFFER_INIT(SIZE_MAX), text_b = HF_BUFFER_INIT(SIZE_MAX);
    memset(&error_a, 0, sizeof error_a);
    memset(&error_b, 0, sizeof error_b);
    hf_status status = hf_struct_decode(type, json, NULL, &a, &error_a);
    assert_int_equal(status, hf_struct_decode(&tables, json, NULL, &b, &error_b));
    if (status != HF_OK) {
        expect_same_error(json.bytes, &error_a, &error_b);
        return false;
    }
    assert_true(look_alike(type, a, b));
    status = hf_struct_encode(type, a, NULL, &text_a, &error_a);
    assert_int_equal(status, hf_struct_encode(&tables, b, NULL, &text_b, &error_b));
    assert_int_equal(text_a.length, text_b.length);
    if (text_a.length > 0)
        assert_memory_equal(text_a.bytes, text_b.bytes, text_a.length);
    void *copy = NULL;
    hf_struct_size size_a, size_b;
    assert_int_equal(hf_struct_copy(type, a, NULL, &copy, NULL), HF_OK);
    assert_true(look_alike(type, copy, b));
    assert_int_equal(hf_size_of(type, copy, false, &size_a, NULL), HF_OK);
    assert_int_equal(hf_size_of(type, b, false, &size_b, NULL), HF_OK);
    assert_memory_equal(&size_a, &size_b, sizeof size_a);
    hf_buffer_release(&text_a);
    hf_buffer_release(&text_b);
    assert_int_equal(hf_struct_destroy(type, copy, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, a, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(&tables, b, NULL), HF_OK);
    return true;
}

static bool expect_same_text(const hf_type *type, const char *json)
{
    return expect_same(type, hf_text_from_cstr(json));
}

static const char record_json[] =
    "{\"id\":42,\"name\":\"name_1\",\"mail\":\"a@\\\"b\\\"\\n\xc3\xa4\",\"level\":5,\"score\":99.25,\"lucky\":7,"
    "\"values\":[0.0,0.1,-1e300],\"labels\":[\"\",\"longer than fourteen bytes\"],\"points\":[{\"x\":0.0,\"y\":0.0},{\"x\":0.0,\"y\":2.5}],"
    "\"home\":{\"x\":3.0,\"y\":0.0},\"names\":[\"first\",null],\"blob\":\"AP8Qelo=\",\"key\":\"deadbeef\",\"chars\":\"a\xc3\xa9z\","
    "\"x\":11.0,\"y\":12.0,\"extra\":{\"any\":[1,2,{}]},\"fixed\":[0,0,9],"
    "\"parts\":[{\"label\":\"part\",\"weight\":5},{\"label\":null,\"weight\":6}]}";
static const char plain_json[] =
    "{\"flag\":true,\"letter\":120,\"i8\":-128,\"u8\":200,\"i16\":-300,\"u16\":60000,\"i32\":-70000,\"u32\":4e9,"
    "\"i64\":-9223372036854775808,\"u64\":18446744073709551615,\"f32\":1.5,\"f64\":-0.1,\"color\":6,\"named\":\"green\","
    "\"low\":9,\"high\":4000,\"small\":-7,\"bit\":true,\"name\":\"fifteen letters\",\"matrix\":[[1,2,3],[4,5,6]],"
    "\"at\":{\"x\":1.0,\"y\":2.0},\"path\":[{\"x\":3.0,\"y\":4.0},{\"x\":5.0,\"y\":6.0}],\"version\":{\"major\":7,\"minor\":8}}";

static void test_forms__the_code_is_there(void **state)
{
    (void)state;
    assert_non_null(record_hf_type.code);
    assert_non_null(record_hf_type.code->read);
    assert_non_null(record_hf_type.code->write);
    assert_true(expect_same_text(&record_hf_type, record_json));
    assert_true(expect_same_text(&plain_hf_type, plain_json));
    assert_true(expect_same_text(&tree_hf_type, "{\"value\":1,\"left\":{\"value\":2,\"left\":null,\"right\":null},\"right\":null}"));
    assert_true(expect_same_text(&shelf_hf_type, "{\"first\":{\"label\":\"a\"},\"rest\":[{\"label\":null},{\"label\":\"c\"}]}"));
    assert_true(expect_same_text(&packet_hf_type, "{\"kind\":3,\"owner\":\"me\",\"data\":[1,2,4294967295]}"));
}

static void test_forms__numbers_in_every_spelling(void **state)
{
    (void)state;
    static const char *const numbers[] = { "0", "-0", "00", "01", "-", "-1", "1.0", "1.5", "10e-1", "1e0", "3e2", "127", "128", "-128", "-129",
                                           "255", "256", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296",
                                           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
                                           "18446744073709551615", "18446744073709551616", "1e400", "1e-400", "0.1", "123456789012345678",
                                           "1234567890123456789", "+1", ".5", "5.", "1e", "null", "true", "false", "\"1\"", "[]", "{}", "nul" };
    static const char *const keys[] = { "flag", "letter", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64", "color", "low", "small" };
    char text[2048];
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
            const char *at = strstr(plain_json, keys[k]), *value = strchr(at, ':') + 1, *behind = strchr(value, ',');
            snprintf(text, sizeof text, "%.*s%s%s", (int)(value - plain_json), plain_json, numbers[n], behind);
            expect_same_text(&plain_hf_type, text);
        }
}

static void test_forms__every_beginning(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof record_json; length++) {
        char *exact = sample_take(length + 1);
        memcpy(exact, record_json, length);
        bool is_read = expect_same(&record_hf_type, hf_text_of(exact, length));
        assert_int_equal(is_read, length == sizeof record_json - 1);
        free(exact);
    }
}

/* A small generator of its own, so that a failure repeats. */
static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void test_forms__texts_with_changes(void **state)
{
    (void)state;
    static const char letters[] = "{}[]\",:\\ \n0123456789-+.eEtrufalsn\x01\x80\xc3";
    uint64_t seed = 20261123;
    size_t reads = 0;
    for (int round = 0; round < 6000; round++) {
        const char *from = round % 2 == 0 ? record_json : plain_json;
        size_t length = strlen(from);
        char *text = sample_take(length + 1);
        memcpy(text, from, length);
        for (uint32_t i = next_random(&seed) % 3; i-- > 0;)
            text[next_random(&seed) % length] = letters[next_random(&seed) % (sizeof letters - 1)];
        reads += expect_same(round % 2 == 0 ? &record_hf_type : &plain_hf_type, hf_text_of(text, length));
        free(text);
    }
    assert_in_range(reads, 1000, 5000);
}

/* Each text is a changed record; whether it equals the first, and what it was changed into, is seen alike. */
static void test_forms__every_difference_is_seen(void **state)
{
    (void)state;
    static const struct { const char *from, *to; } changes[] = {
        { "\"id\":42", "\"id\":43" }, { "name_1", "name_2" }, { "a@", "b@" }, { "\"level\":5", "\"level\":2" }, { "99.25", "99.5" },
        { "\"score\":99.25,", "" }, { "\"lucky\":7", "\"lucky\":8" }, { "\"lucky\":7", "\"lucky\":null" }, { "0.1,", "0.2," }, { ",-1e300", "" },
        { "\"\",\"longer", "\"x\",\"longer" }, { "[\"\",", "[null," }, { "2.5", "2.25" }, { "\"x\":3.0", "\"x\":3.5" },
        { "\"home\":{\"x\":3.0,\"y\":0.0},", "" }, { "\"first\"", "\"furst\"" }, { ",null]", ",\"second\"]" }, { "AP8Qelo=", "AP8Qels=" }, { "AP8Qelo=", "AP8Q" },
        { "deadbeef", "deadbeee" }, { "z\",", "y\"," }, { "\"x\":11.0", "\"x\":-11.0" }, { "\"y\":12.0", "\"y\":1" }, { "{\"any\":[1,2,{}]}", "{\"any\":[1,2]}" },
        { ",\"extra\":{\"any\":[1,2,{}]}", "" }, { "[0,0,9]", "[0,1,9]" }, { "\"part\"", "\"pert\"" }, { "\"weight\":6", "\"weight\":7" },
    };
    char text[2048];
    void *first = NULL;
    assert_int_equal(hf_struct_decode(&record_hf_type, hf_text_from_cstr(record_json), NULL, &first, NULL), HF_OK);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *at = strstr(record_json, changes[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - record_json), record_json, changes[i].to, at + strlen(changes[i].from));
        void *other = NULL;
        if (hf_struct_decode(&record_hf_type, hf_text_from_cstr(text), NULL, &other, NULL) != HF_OK)
            fail_msg("%s", text);
        if (look_alike(&record_hf_type, first, other))
            fail_msg("not seen: %s", changes[i].to);
        assert_int_equal(hf_struct_destroy(&record_hf_type, other, NULL), HF_OK);
    }
    assert_int_equal(hf_struct_destroy(&record_hf_type, first, NULL), HF_OK);
}

static void test_forms__arms_and_items_differ_alike(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"u\":{\"circle\":{\"r\":1.5}},\"which\":0}", "{\"u\":{\"circle\":{\"r\":1.25}},\"which\":0}", "{\"u\":{\"text\":\"a\"},\"which\":0}",
        "{\"u\":{\"text\":null},\"which\":0}", "{\"u\":{\"text\":\"a\"},\"number\":5}", "{\"u\":{\"text\":\"a\"},\"number\":6}", "{\"u\":{\"text\":\"a\"},\"word\":\"w\"}",
        "{\"u\":{\"text\":\"a\"},\"word\":\"v\"}", "{\"u\":{\"rect\":{\"x\":0,\"y\":2}},\"which\":7}", "{\"u\":{\"rect\":{\"x\":1,\"y\":2}},\"which\":7}",
        "{\"u\":{\"nodes\":{\"items\":[]}},\"which\":0}", "{\"u\":{\"nodes\":{\"items\":[{\"u\":0,\"which\":0}]}},\"which\":0}",
        "{\"u\":{\"nodes\":{\"items\":[{\"u\":{\"text\":\"a\"},\"which\":0}]}},\"which\":0}",
        "{\"u\":{\"nodes\":{\"items\":[{\"u\":0,\"which\":0},{\"u\":0,\"which\":0}]}},\"which\":0}", "{\"u\":0,\"which\":0}", "{\"u\":9,\"which\":0}",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    void *made[TEXTS] = { NULL };
    for (size_t i = 0; i < TEXTS; i++)
        if (hf_struct_decode(&shape_hf_type, hf_text_from_cstr(texts[i]), NULL, &made[i], NULL) != HF_OK)
            fail_msg("%s", texts[i]);
    for (size_t i = 0; i < TEXTS; i++)
        for (size_t j = 0; j < TEXTS; j++)
            if (look_alike(&shape_hf_type, made[i], made[j]) != (i == j))
                fail_msg("%s and %s", texts[i], texts[j]);
    for (size_t i = 0; i < TEXTS; i++)
        assert_int_equal(hf_struct_destroy(&shape_hf_type, made[i], NULL), HF_OK);
}

static void test_forms__order_blanks_and_keys(void **state)
{
    (void)state;
    assert_true(expect_same_text(&point_hf_type, " \r\n\t{ \t\"y\" :\n2 ,\r\"x\"\n\n:                                    1\n}\n "));
    assert_true(expect_same_text(&point_hf_type, "{\"\\u0079\":2,\"z\":{\"a\":[[],{},[1,-0.5e+3,\"\\n\"]]},\"x\":1,\"zz\":null}"));
    assert_true(expect_same_text(&point_hf_type, "\xef\xbb\xbf{\"x\":1,\"y\":2}"));
    static const char *const refused[] = {
        "\xef\xbb\xbf\xef\xbb\xbf{\"x\":1,\"y\":2}", "{\"x\":1,\"y\":2", "{\"x\":1,\"y\":2}}", "{\"x\":1,,\"y\":2}", "{\"x\":1 \"y\":2}", "{,\"x\":1,\"y\":2}",
        "{\"x\":1,\"y\":2,\"x\":1}", "{\"x\":1,\"y\":{}}", "{\"x\":1,\"z\":{\"a\":1,\"y\":2}", "{\"x\":1,\"z\":[1}],\"y\":2}", "{\"x\":1,\"z\":{]},\"y\":2}",
        "{\"x\":1,\"z\":\"\\q\",\"y\":2}", "{\"x\":1,\"z\":\"\\ud800\",\"y\":2}", "{\"x\":1,\"z\":01,\"y\":2}", "{\"x\":1,\"z\":1.,\"y\":2}", "{\"x\":1,\"z\":tru,\"y\":2}",
        "{\"x\":1,\"z\":[1,],\"y\":2}", "{\"x\":1,\"z\":{\"a\"},\"y\":2}", "{\"x\":1,\"z\":{\"a\":1,},\"y\":2}", "{\"x\":1,\"z\":\"\t\",\"y\":2}", "{\"x\":1,\"y\":2\x01}",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(expect_same_text(&point_hf_type, refused[i]));
}

static void test_forms__depth_is_limited_alike(void **state)
{
    (void)state;
    enum { DEPTH = 700 };
    char text[2 * DEPTH + 64];
    size_t at = (size_t)sprintf(text, "{\"x\":1,\"z\":");
    memset(text + at, '[', DEPTH);
    memset(text + at + DEPTH, ']', DEPTH);
    strcpy(text + at + (size_t)2 * DEPTH, ",\"y\":2}");
    assert_true(expect_same_text(&point_hf_type, text));
    hf_type tables = by_tables(&point_hf_type);
    for (uint32_t limit = DEPTH - 1; limit < DEPTH + 3; limit++) {
        void *a = NULL, *b = NULL;
        hf_decode_options how = { .depth_max = limit };
        assert_int_equal(hf_struct_decode(&point_hf_type, hf_text_from_cstr(text), &how, &a, NULL), limit > DEPTH ? HF_OK : HF_LIMIT_DEPTH);
        assert_int_equal(hf_struct_decode(&tables, hf_text_from_cstr(text), &how, &b, NULL), limit > DEPTH ? HF_OK : HF_LIMIT_DEPTH);
        hf_struct_destroy(&point_hf_type, a, NULL);
        hf_struct_destroy(&point_hf_type, b, NULL);
    }
}

static void test_forms__copies_of_graphs(void **state)
{
    (void)state;
    node *a = sample_graph(), *one = NULL, *two = NULL;
    bool equal = true;
    assert_int_equal(node_copy(a, NULL, &one, NULL), HF_OK);
    assert_int_equal(node_copy(a, NULL, &two, NULL), HF_OK);
    assert_ptr_equal(one->best, &one->group->scores[2]);
    assert_ptr_equal(two->best, &two->group->scores[2]);
    one->best = two->best = NULL; /* refs into the middle are equal by address only */
    assert_true(look_alike(&node_hf_type, one, two));
    node *shared = two->right; /* c hangs on a and on b: another one for b, with the same values, is another graph */
    node apart = *shared;
    two->left->right = &apart;
    assert_int_equal(node_equal(one, two, &equal, NULL), HF_OK);
    assert_false(equal);
    two->left->right = shared;
    hf_struct_size size_a, size_b;
    assert_int_equal(node_size(a, false, &size_a, NULL), HF_OK);
    assert_int_equal(node_size(one, false, &size_b, NULL), HF_OK);
    assert_memory_equal(&size_a, &size_b, sizeof size_a);
    for (uint64_t limit = 1; limit < 12; limit++) {
        hf_copy_options how = { .objects_max = limit };
        node *made = NULL;
        assert_int_equal(node_copy(a, &how, &made, NULL), limit < size_a.objects ? HF_LIMIT_COUNT : HF_OK);
        assert_int_equal(node_destroy(made, NULL), HF_OK);
    }
    node_destroy(one, NULL);
    node_destroy(two, NULL);
    node_destroy(a, NULL);
}

/* HF_TYPE_OBJECT saves looks at types, and nothing depends on it. */
static void test_forms__descriptions_by_hand(void **state)
{
    (void)state;
    enum { MEMBERS = 3 };
    hf_type bare = tree_hf_type, pointers[MEMBERS];
    hf_member members[MEMBERS];
    size_t flagged = 0;
    assert_int_equal(tree_hf_type.member_count, MEMBERS);
    for (size_t i = 0; i < MEMBERS; i++) {
        members[i] = tree_hf_type.members[i];
        pointers[i] = *members[i].type;
        flagged += (pointers[i].flags & HF_TYPE_OBJECT) != 0;
        pointers[i].flags &= (uint8_t)~HF_TYPE_OBJECT;
        if (pointers[i].item != NULL)
            pointers[i].item = &bare;
        members[i].type = &pointers[i];
    }
    bare.members = members;
    bare.code = NULL;
    assert_int_equal(flagged, 2);
    void *made = NULL, *copy = NULL;
    assert_int_equal(hf_struct_decode(&tree_hf_type, HF_T("{\"value\":1,\"left\":{\"value\":2,\"left\":{\"value\":3,\"left\":null,\"right\":null},\"right\":null},"
                                                          "\"right\":{\"value\":4,\"left\":null,\"right\":{\"value\":5,\"left\":null,\"right\":null}}}"),
                                      NULL, &made, NULL), HF_OK);
    assert_int_equal(hf_struct_copy(&bare, made, NULL, &copy, NULL), HF_OK);
    assert_true(look_alike(&tree_hf_type, made, copy));
    assert_true(look_alike(&bare, made, copy));
    uint64_t hash = 0, hash_bare = 1;
    hf_struct_size size, size_bare;
    assert_int_equal(hf_struct_hash(&tree_hf_type, made, &hash, NULL), HF_OK);
    assert_int_equal(hf_struct_hash(&bare, made, &hash_bare, NULL), HF_OK);
    assert_true(hash == hash_bare);
    assert_int_equal(hf_size_of(&tree_hf_type, made, false, &size, NULL), HF_OK);
    assert_int_equal(hf_size_of(&bare, made, false, &size_bare, NULL), HF_OK);
    assert_memory_equal(&size, &size_bare, sizeof size);
    assert_int_equal(size.objects, 5);
    ((tree *)copy)->right->right->value++;
    assert_false(look_alike(&bare, made, copy));
    assert_int_equal(hf_struct_destroy(&bare, copy, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(&tree_hf_type, made, NULL), HF_OK);
}

static void test_forms__what_json_cannot_say(void **state)
{
    (void)state;
    hf_type tables = by_tables(&record_hf_type);
    hf_error error_a, error_b;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    record *r = sample_record();
    memset(&error_a, 0, sizeof error_a);
    memset(&error_b, 0, sizeof error_b);
    free(r->tags[0]);
    r->tags[0] = sample_take(2);
    memcpy(r->tags[0], "\xff", 2);
    assert_int_equal(record_encode(r, NULL, &text, &error_a), HF_NOT_REPRESENTABLE);
    assert_int_equal(hf_struct_encode(&tables, r, NULL, &text, &error_b), HF_NOT_REPRESENTABLE);
    assert_string_equal(error_a.pointer, error_b.pointer);
    assert_int_equal(text.length, 0);
    r->tags[0][0] = 'a';
    r->values[1] = 1e308 * 10;
    assert_int_equal(record_encode(r, NULL, &text, &error_a), HF_NOT_REPRESENTABLE);
    assert_string_equal(error_a.pointer, "/values/1");
    r->values[1] = 0;
    size_t length = 0;
    assert_int_equal(record_encode(r, NULL, &text, &error_a), HF_OK);
    length = text.length;
    for (size_t max = 0; max <= length + 64; max++) { /* a ceiling is met alike */
        hf_buffer a = HF_BUFFER_INIT(max), b = HF_BUFFER_INIT(max);
        hf_status status = record_encode(r, NULL, &a, NULL);
        assert_int_equal(status, hf_struct_encode(&tables, r, NULL, &b, NULL));
        assert_int_equal(status, max >= length ? HF_OK : HF_LIMIT_BYTES);
        assert_int_equal(a.length, max >= length ? length : 0);
        hf_buffer_release(&a);
        hf_buffer_release(&b);
    }
    hf_buffer_release(&text);
    record_destroy(r, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms__the_code_is_there),
        cmocka_unit_test(test_forms__numbers_in_every_spelling),
        cmocka_unit_test(test_forms__every_beginning),
        cmocka_unit_test(test_forms__texts_with_changes),
        cmocka_unit_test(test_forms__every_difference_is_seen),
        cmocka_unit_test(test_forms__arms_and_items_differ_alike),
        cmocka_unit_test(test_forms__order_blanks_and_keys),
        cmocka_unit_test(test_forms__depth_is_limited_alike),
        cmocka_unit_test(test_forms__copies_of_graphs),
        cmocka_unit_test(test_forms__descriptions_by_hand),
        cmocka_unit_test(test_forms__what_json_cannot_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

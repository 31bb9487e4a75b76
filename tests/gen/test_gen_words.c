/* test_gen_words.c - what each annotation does that a round trip does not show: defaults, checks that refuse, other
 * names, what is borrowed, static and skipped, bytes without a meaning, calls that are left out. */
#include "round.h"

#include <stdlib.h>

#include <holdfast/read.h>
#include <holdfast/write.h>

#include "every.hf.h"
#include "odd.hf.h"
#include "rare.hf.h"
#include "shapes.hf.h"

static void test_words__defaults_of_each_kind(void **state)
{
    (void)state;
    void *empty = decoded(&defaults_hf_type, "{}");
    expect_encoded(&defaults_hf_type, empty,
                   "{\"on\":true,\"rate\":1.5,\"low\":-9,\"high\":18446744073709551615,\"level\":1000,\"text\":\"a \\\"text\\\"\\n\","
                   "\"short_text\":\"short\",\"literal\":\"literal\",\"none\":null,\"depth\":4,\"name\":\"inner\"}");
    defaults begun;
    memset(&begun, 0x55, sizeof begun);
    defaults_init(&begun);
    HF_EXPECT(begun.on && begun.rate == 1.5 && begun.low == -9 && begun.high == UINT64_MAX && begun.level == LEVEL_HIGH);
    HF_EXPECT(begun.text == NULL && begun.inner.name == NULL && begun.inner.depth == 4 && begun.maybe == NULL);
    assert_string_equal(begun.short_text, "short");
    assert_string_equal(begun.literal, "literal");
    assert_int_equal(hf_struct_destroy(&defaults_hf_type, empty, NULL), HF_OK);
}

static void expect_step(const step *at, int depth, bool is_on)
{
    HF_EXPECT(at->depth == depth && at->on == is_on);
    assert_string_equal(at->word, "abc");
}

static void expect_stairs(const stairs *at)
{
    for (int i = 0; i < 6; i++)
        expect_step(&at->flight[i / 3][i % 3], 4, false);
    expect_step(&at->last, 4, false);
    expect_step(&at->well.posts[0].rail, 4, false);
    expect_step(&at->well.posts[1].rail, 4, false);
}

/* In records in place, in rows of them, in items and arms that are read in part. */
static void test_words__defaults_in_place(void **state)
{
    (void)state;
    const hf_type tables = by_tables(&stairs_hf_type);
    const hf_type *types[] = { &stairs_hf_type, &tables };
    for (int form = 0; form < 2; form++) {
        stairs begun, *made;
        memset(&begun, 0x55, sizeof begun);
        hf_struct_init(types[form], &begun);
        expect_stairs(&begun);
        made = decoded(types[form], "{\"landing\":0}");
        expect_stairs(made);
        assert_int_equal(hf_struct_destroy(types[form], made, NULL), HF_OK);
        made = decoded(types[form], "{\"flight\":[[{\"depth\":9,\"on\":true},{},{}],[{},{},{}]],\"more\":[{},{\"on\":true}],"
                                    "\"landing\":{\"wide\":{\"pair\":[{\"on\":true},{}]}}}");
        HF_EXPECT(made->flight[0][0].depth == 9 && made->flight[0][0].on);
        expect_step(&made->flight[0][1], 4, false);
        expect_step(&made->flight[1][2], 4, false);
        expect_step(&made->more[0], 4, false);
        expect_step(&made->more[1], 4, true);
        expect_step(&made->landing.wide.pair[0], 4, true);
        expect_step(&made->landing.wide.pair[1], 4, false);
        assert_int_equal(hf_struct_destroy(types[form], made, NULL), HF_OK);
    }
}

/* `whole` with the first `from` changed to `to` is refused in both forms, alike. */
static void expect_refused(const hf_type *type, const char *whole, const char *from, const char *to, hf_status expected, const char *pointer)
{
    char text[1024];
    const char *at = strstr(whole, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    hf_type tables = by_tables(type);
    hf_document *document = NULL;
    hf_error error;
    void *made = NULL;
    memset(&error, 0, sizeof error);
    hf_status status = hf_struct_decode(type, hf_text_from_cstr(text), NULL, &made, &error);
    if (status != expected || strcmp(error.pointer, pointer) != 0)
        fail_msg("%s: %s at '%s' (%s)", text, hf_status_name(status), error.pointer, error.detail);
    assert_int_equal(hf_struct_decode(&tables, hf_text_from_cstr(text), NULL, &made, &error), expected);
    assert_int_equal(hf_read(hf_text_from_cstr(text), NULL, &document, NULL), HF_OK);
    assert_int_equal(hf_struct_from_value(type, hf_root(document), NULL, &made, &error), expected);
    assert_string_equal(error.pointer, pointer);
    hf_document_drop(document);
}

static void test_words__checks_refuse(void **state)
{
    (void)state;
    static const char checked[] = "{\"code\":\"abc\",\"word\":\"on\",\"three\":[1,2,3],\"share\":0.5,\"large\":2,\"odd\":-1,\"plate\":\"AB-12\"}";
    static const char formed[] = "{\"at\":\"2026-11-22T21:00:00Z\",\"big\":\"2\",\"ratio\":\"0.5\",\"level\":\"high\",\"number\":-1,\"tag\":\"AQID\",\"bytes\":\"00ff\","
                                 "\"words\":\"w\",\"padded\":\"abc\",\"kept\":0,\"wide\":[[[1,2],[3,4]],[[5,6],[7,8]]]}";
    static const char sent[] = "{\"left\":1,\"top\":2,\"head\":{\"title\":\"t\"},\"text\":\"hello\",\"state\":{\"weight\":1.5}}";
    static const char counts[] = "{\"first\":[1],\"second\":[1],\"third\":[],\"fourth\":[4],\"fifth\":[5],\"sixth\":[6],\"seventh\":[7],\"eighth\":[8],\"ninth\":[],\"rows\":[]}";
    static char many[400] = "[0";
    for (int i = 0; i < 64; i++)
        strcat(many, ",0");
    strcat(many, "]");
    const struct { const hf_type *type; const char *whole, *from, *to; hf_status status; const char *pointer; } refusals[] = {
        { &checks_hf_type, checked, "abc", "abcd", HF_OUT_OF_RANGE, "/code" },
        { &checks_hf_type, checked, "abc", "ab", HF_OUT_OF_RANGE, "/code" },
        { &checks_hf_type, checked, "\"on\"", "\"o\"", HF_OUT_OF_RANGE, "/word" },
        { &checks_hf_type, checked, "\"on\"", "\"ofd\"", HF_OUT_OF_RANGE, "/word" },
        { &checks_hf_type, checked, "[1,2,3]", "[1,2]", HF_OUT_OF_RANGE, "/three" },
        { &checks_hf_type, checked, "[1,2,3]", "[1,2,3,4]", HF_OUT_OF_RANGE, "/three" },
        { &checks_hf_type, checked, "0.5", "1.5", HF_OUT_OF_RANGE, "/share" },
        { &checks_hf_type, checked, "0.5", "-0.5", HF_OUT_OF_RANGE, "/share" },
        { &checks_hf_type, checked, ":2,", ":0,", HF_OUT_OF_RANGE, "/large" },
        { &checks_hf_type, checked, "-1", "2", HF_OUT_OF_RANGE, "/odd" },
        { &checks_hf_type, checked, "AB-12", "AB-", HF_OUT_OF_RANGE, "/plate" },
        { &checks_hf_type, checked, "AB-12", "xAB-12", HF_OUT_OF_RANGE, "/plate" },
        { &checks_hf_type, checked, "\"plate\"", "\"plates\"", HF_WRONG_KIND, "/plates" },
        { &forms_hf_type, formed, "22T", "31T", HF_NOT_REPRESENTABLE, "/at" },
        { &forms_hf_type, formed, "\"2\"", "2", HF_WRONG_KIND, "/big" },
        { &forms_hf_type, formed, "\"2\"", "\"-2\"", HF_OUT_OF_RANGE, "/big" },
        { &forms_hf_type, formed, "0.5\"", "0.5 \"", HF_BAD_NUMBER, "/ratio" },
        { &forms_hf_type, formed, "high", "low", HF_OUT_OF_RANGE, "/level" },
        { &forms_hf_type, formed, ":-1", ":7", HF_OUT_OF_RANGE, "/number" },
        { &forms_hf_type, formed, "AQID", "AQIDBA==", HF_OUT_OF_RANGE, "/tag" },
        { &forms_hf_type, formed, "00ff", "00f", HF_NOT_REPRESENTABLE, "/bytes" },
        { &forms_hf_type, formed, "abc\"", "abcdef\"", HF_OUT_OF_RANGE, "/padded" },
        { &forms_hf_type, formed, "[7,8]", "[7]", HF_OUT_OF_RANGE, "/wide/1/1" },
        { &message_hf_type, sent, "\"text\":\"hello\"", "\"text\":\"hello\",\"status\":1", HF_DUPLICATE_KEY, "/status" },
        { &message_hf_type, sent, "{\"weight\":1.5}", "1", HF_WRONG_KIND, "/state" },
        { &message_hf_type, sent, "{\"weight\":1.5}", "5", HF_OUT_OF_RANGE, "/state" },
        { &counted_hf_type, counts, "[7]", many, HF_OUT_OF_RANGE, "/seventh" },
        { &nest_hf_type, "{\"x\":1,\"y\":[0]}", "[0]", "[[0]]", HF_LIMIT_DEPTH, "/y/0" },
        { &sheet_hf_type, "{\"x\":[1,2],\"names\":[null,null],\"colors\":\"\"}", "[null,null]", "[null]", HF_OUT_OF_RANGE, "/names" },
        { &sheet_hf_type, "{\"colors\":\"0a0b\",\"x\":[1,2],\"names\":[]}", "[1,2]", "[1,2,3]", HF_OUT_OF_RANGE, "/x" },
        { &sheet_hf_type, "{\"x\":[1,2],\"names\":[],\"colors\":\"0a0b\"}", "0a0b", "0a", HF_OUT_OF_RANGE, "/colors" },
        { &registers_hf_type, "{\"mood\":\"CALM\",\"plain_mood\":5,\"wide\":0,\"letter\":0}", "CALM", "calm", HF_OUT_OF_RANGE, "/mood" },
        { &registers_hf_type, "{\"mood\":\"CALM\",\"plain_mood\":5,\"wide\":0,\"letter\":0}", ":5", ":6", HF_OUT_OF_RANGE, "/plain_mood" },
        { &registers_hf_type, "{\"mood\":\"CALM\",\"plain_mood\":5,\"wide\":0,\"letter\":0}", "wide\":0", "wide\":65536", HF_OUT_OF_RANGE, "/wide" },
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        expect_refused(refusals[i].type, refusals[i].whole, refusals[i].from, refusals[i].to, refusals[i].status, refusals[i].pointer);
}

static void test_words__other_names_and_spellings_are_read(void **state)
{
    (void)state;
    record *r = decoded(&record_hf_type, "{\"id\":1,\"name\":\"a\",\"mail\":\"m\",\"lucky\":null,\"values\":[],\"labels\":[],\"points\":[],\"names\":[null,null],"
                                         "\"blob\":\"\",\"key\":\"00000000\",\"chars\":\"\",\"x\":1,\"y\":2,\"fixed\":[1,2,3],\"parts\":[]}");
    assert_string_equal(r->email, "m");
    HF_EXPECT(r->level == 3 && !r->has_score && r->home == NULL && r->extra == NULL);
    record_destroy(r, NULL);
    void *f = decoded(&forms_hf_type, "{\"at\":\"1969-12-31T23:59:59Z\",\"big\":\"1e3\",\"ratio\":\"-0\",\"level\":\"LEVEL_LOW\",\"number\":1e3,\"tag\":\"AQID\",\"bytes\":\"00FF\","
                                      "\"words\":\"\",\"padded\":\"\",\"kept\":[ 1 , { \"a\" : 2 } ],\"wide\":[[[1,2],[3,4]],[[5,6],[7,8]]]}");
    assert_int_equal(((forms *)f)->at, -1);
    assert_int_equal(((forms *)f)->big, 1000);
    assert_int_equal(((forms *)f)->number, LEVEL_HIGH);
    assert_string_equal(((forms *)f)->kept, "[1,{\"a\":2}]");
    forms_destroy(f, NULL);
}

/* ---- what JSON does not show ------------------------------------------------------------- */

static void some_call(struct album *with) { (void)with; }

static void test_words__borrowed_static_and_skipped(void **state)
{
    (void)state;
    static const struct pair table = { 8, 9 };
    struct pair pairs[3] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
    char mark[] = "mark";
    int thing = 0;
    album first = { .pairs = pairs, .n_pairs = 3, .chosen = &pairs[1], .mark = mark, .table = &table, .user = &thing, .scratch = &thing,
                    .cache = { 1, 2, 3 }, .call = some_call };
    album second = { .next = &first };
    first.next = &second;
    first.others[1] = &second;
    const hf_type *type = &album_hf_type;
    void *made = NULL;
    assert_int_equal(hf_struct_copy(type, &first, NULL, &made, NULL), HF_OK);
    album *copy = made;
    HF_EXPECT(copy->pairs != pairs && copy->chosen == &copy->pairs[1] && copy->mark == mark && copy->table == &table && copy->user == &thing);
    HF_EXPECT(copy->scratch == NULL && copy->cache[1] == 0 && copy->call == some_call);
    HF_EXPECT(copy->next != &second && copy->next == copy->others[1] && copy->others[0] == NULL && copy->next->next == copy);
    copy->chosen = NULL; /* a ref into the middle of a block is equal by address only */
    first.chosen = NULL;
    expect_alike(type, &first, copy);
    bool equal = true;
    copy->user = copy;
    assert_int_equal(hf_struct_equal(type, &first, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    copy->user = &thing;
    copy->pairs[2].b++;
    assert_int_equal(hf_struct_equal(type, &first, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    first.chosen = &pairs[1];
    assert_int_equal(hf_struct_destroy(type, copy, NULL), HF_OK);
}

/* Unions without a tag are their bytes, all of them. */
static void test_words__bytes_without_a_meaning(void **state)
{
    (void)state;
    message a = { .left = 1 }, b = { .left = 1 }, *copy = NULL;
    bool equal = false;
    a.large = b.large = 1.5;
    a.bits.whole = b.bits.whole = 7;
    expect_alike(&message_hf_type, &a, &b);
    assert_int_equal(message_copy(&a, NULL, &copy, NULL), HF_OK);
    HF_EXPECT(copy->large == 1.5 && copy->bits.whole == 7);
    b.large = -1.5; /* another byte than the first arm has */
    assert_int_equal(message_equal(&a, &b, &equal, NULL), HF_OK);
    assert_false(equal);
    message_destroy(copy, NULL);
}

/* Unions without a name, of structs without one, at the first place in them that has an address. */
static void test_words__bytes_without_a_name(void **state)
{
    (void)state;
    registers a, b, *copy = NULL;
    bool equal = true;
    memset(&a, 0x55, sizeof a);
    registers_init(&a);
    registers_init(&b);
    HF_EXPECT(a.is_on && a.both == 0 && a.mood == CALM);
    a.low = b.low = 7;
    a.right = b.right = 21;
    a.end[2] = b.end[2] = 'x';
    expect_alike(&registers_hf_type, &a, &b);
    assert_int_equal(registers_copy(&a, NULL, &copy, NULL), HF_OK);
    HF_EXPECT(copy->both == a.both && copy->all == a.all && copy->end[2] == 'x' && copy->is_on);
    registers_destroy(copy, NULL);
    for (int i = 0; i < 3; i++) {
        registers other = a;
        *(i == 0 ? (char *)&other.high : i == 1 ? (char *)&other.all : &other.end[2]) ^= 1;
        assert_int_equal(hf_struct_equal(&registers_hf_type, &a, &other, &equal, NULL), HF_OK);
        assert_false(equal);
    }
}

/* Objects that stand where their type asks for. */
static void test_words__alignment_is_kept(void **state)
{
    (void)state;
    lanes *made = decoded(&lanes_hf_type, "{\"items\":[{\"at\":[1,2,3,4],\"name\":\"n\"},{\"at\":[1,2,3,4],\"name\":\"n\"}]}"), *copy = NULL;
    assert_int_equal(lanes_copy(made, NULL, &copy, NULL), HF_OK);
    HF_EXPECT((uintptr_t)made->items % 32 == 0 && (uintptr_t)copy->items % 32 == 0 && sizeof(lane) % 32 == 0);
    lanes_destroy(copy, NULL);
    lanes_destroy(made, NULL);
}

/* Numbers that JSON has not. */
static void test_words__wide_numbers_are_bytes(void **state)
{
    (void)state;
    numbers a, *copy = NULL;
    bool equal = true;
    memset(&a, 0, sizeof a); /* what lies between its members is compared as well */
    a.huge = 1;
    a.huge = (a.huge << 100) + 1;
    a.lanes = (__typeof__(a.lanes)){ 1, 2, 3, 4 };
    a.wave = 2.5;
    assert_int_equal(numbers_copy(&a, NULL, &copy, NULL), HF_OK);
    HF_EXPECT(copy->huge == a.huge && copy->lanes[3] == 4 && copy->wave == 2.5);
    expect_alike(&numbers_hf_type, &a, copy);
    copy->huge++;
    assert_int_equal(numbers_equal(&a, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    numbers_destroy(copy, NULL);
}

static void test_words__derived_calls_only(void **state)
{
    (void)state;
    only_copy one = { .x = 4, .name = (char *)(uintptr_t)"n" }, *copy = NULL;
    assert_int_equal(only_copy_copy(&one, NULL, &copy, NULL), HF_OK);
    HF_EXPECT(copy->x == 4 && copy->name != one.name && strcmp(copy->name, "n") == 0);
    only_copy_destroy(copy, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words__defaults_of_each_kind),
        cmocka_unit_test(test_words__defaults_in_place),
        cmocka_unit_test(test_words__checks_refuse),
        cmocka_unit_test(test_words__other_names_and_spellings_are_read),
        cmocka_unit_test(test_words__borrowed_static_and_skipped),
        cmocka_unit_test(test_words__bytes_without_a_meaning),
        cmocka_unit_test(test_words__bytes_without_a_name),
        cmocka_unit_test(test_words__alignment_is_kept),
        cmocka_unit_test(test_words__wide_numbers_are_bytes),
        cmocka_unit_test(test_words__derived_calls_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

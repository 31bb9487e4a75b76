/* test_gen_every.c - every shape and annotation, round trips in all directions: JSON, struct, value, struct,
 * JSON; copies, equality, hash; with each allocation refused in turn; straight code and tables.
 *
 * docs/generator.md lists which member of the models stands for which shape and word. */
#include "unit.h"
#include "deep_stack.h"
#include "failing_allocator.h"
#include "system_failure.h"

#include <stdlib.h>

#include <holdfast/read.h>
#include <holdfast/write.h>

#include "every_sample.h"

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

static void *decoded(const hf_type *type, const char *json)
{
    hf_error error;
    void *made = NULL;
    memset(&error, 0, sizeof error);
    must(hf_struct_decode(type, hf_text_from_cstr(json), NULL, &made, &error), json, &error);
    return made;
}

static void expect_encoded(const hf_type *type, const void *object, const char *json)
{
    hf_error error;
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    memset(&error, 0, sizeof error);
    must(hf_struct_encode(type, object, NULL, &text, &error), json, &error);
    assert_int_equal(hf_buffer_append(&text, hf_text_of("", 1), NULL), HF_OK);
    assert_string_equal(text.bytes, json);
    hf_buffer_release(&text);
}

static void expect_alike(const hf_type *type, const void *a, const void *b)
{
    bool equal = false;
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(hf_struct_equal(type, a, b, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(hf_struct_hash(type, a, &hash_a, NULL), HF_OK);
    assert_int_equal(hf_struct_hash(type, b, &hash_b, NULL), HF_OK);
    assert_true(hash_a == hash_b);
}

/* JSON, struct, value, struct, copies, JSON. */
static void expect_round(const hf_type *type, const char *json)
{
    hf_error error;
    hf_document *document = NULL;
    hf_arena *arena = NULL;
    void *back = NULL, *copy = NULL, *bound = NULL, *first = decoded(type, json);
    memset(&error, 0, sizeof error);
    must(hf_struct_to_value(type, first, NULL, &document, &error), json, &error);
    must(hf_struct_from_value(type, hf_root(document), NULL, &back, &error), json, &error);
    hf_document_drop(document);
    expect_alike(type, first, back);
    must(hf_struct_copy(type, back, NULL, &copy, &error), json, &error);
    assert_int_equal(hf_arena_create(NULL, &arena, NULL), HF_OK);
    must(hf_struct_copy(type, copy, &(hf_copy_options){ .store.arena = arena }, &bound, &error), json, &error);
    assert_int_equal(hf_struct_destroy(type, copy, NULL), HF_OK);
    expect_alike(type, first, bound);
    expect_encoded(type, bound, json);
    hf_struct_size size_a, size_b;
    assert_int_equal(hf_size_of(type, first, false, &size_a, NULL), HF_OK);
    assert_int_equal(hf_size_of(type, bound, false, &size_b, NULL), HF_OK);
    assert_int_equal(size_a.deep, size_b.deep);
    assert_int_equal(size_a.objects, size_b.objects);
    hf_arena_destroy(arena);
    assert_int_equal(hf_struct_destroy(type, back, NULL), HF_OK);
    assert_int_equal(hf_struct_destroy(type, first, NULL), HF_OK);
}

static void test_every__round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        hf_type tables = by_tables(samples[i].type);
        expect_round(samples[i].type, samples[i].json);
        expect_round(&tables, samples[i].json);
    }
}

static void test_every__samples_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t j = i + 1; j < SAMPLES; j++) {
            if (samples[i].type != samples[j].type)
                continue;
            bool equal = true;
            void *a = decoded(samples[i].type, samples[i].json), *b = decoded(samples[j].type, samples[j].json);
            assert_int_equal(hf_struct_equal(samples[i].type, a, b, &equal, NULL), HF_OK);
            assert_false(equal);
            assert_int_equal(hf_struct_destroy(samples[i].type, a, NULL), HF_OK);
            assert_int_equal(hf_struct_destroy(samples[i].type, b, NULL), HF_OK);
        }
}

/* ---- refused memory ---------------------------------------------------------------------- */

static void expect_ok_or_none(hf_status status)
{
    HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
}

/* Releasing a graph takes memory: when there is none nothing was released, and it is called again. */
static void destroy(const hf_type *type, void *object, const hf_allocator *nth)
{
    if (hf_struct_destroy(type, object, nth) == HF_OK)
        return;
    test_allocator *refusing = (test_allocator *)(void *)(uintptr_t)nth;
    uint64_t fail_at = refusing->fail_at;
    refusing->fail_at = 0;
    HF_EXPECT(hf_struct_destroy(type, object, nth) == HF_OK);
    refusing->fail_at = fail_at;
}

/* What takes no allocator takes malloc, where there are objects to remember. */
static void refuse_malloc(const hf_type *type, const void *whole, const char *json)
{
    void *other = decoded(type, json);
    HF_SYSTEM_OOM_LOOP(n) {
        bool equal = false;
        uint64_t hash;
        hf_struct_size size;
        hf_status status = hf_struct_equal(type, whole, other, &equal, NULL);
        expect_ok_or_none(status);
        HF_EXPECT(status != HF_OK || equal);
        expect_ok_or_none(hf_struct_hash(type, whole, &hash, NULL));
        expect_ok_or_none(hf_size_of(type, whole, false, &size, NULL));
    }
    assert_int_equal(hf_struct_destroy(type, other, NULL), HF_OK);
}

static void refuse_each(const hf_type *type, const char *json)
{
    hf_document *document = NULL;
    void *whole = decoded(type, json);
    assert_int_equal(hf_read(hf_text_from_cstr(json), NULL, &document, NULL), HF_OK);
    HF_OOM_LOOP(nth) {
        const hf_decode_options in = { .store.allocator = nth };
        const hf_encode_options out = { .allocator = nth };
        void *read = NULL, *from = NULL, *copy = NULL;
        hf_document *again = NULL;
        hf_buffer text;
        hf_buffer_init(&text, SIZE_MAX, nth, NULL);
        expect_ok_or_none(hf_struct_decode(type, hf_text_from_cstr(json), &in, &read, NULL));
        expect_ok_or_none(hf_struct_from_value(type, hf_root(document), &in, &from, NULL));
        expect_ok_or_none(hf_struct_copy(type, whole, &(hf_copy_options){ .store.allocator = nth }, &copy, NULL));
        hf_status status = hf_struct_encode(type, whole, &out, &text, NULL);
        expect_ok_or_none(status);
        HF_EXPECT(status != HF_OK || (text.length == strlen(json) && memcmp(text.bytes, json, text.length) == 0));
        expect_ok_or_none(hf_struct_to_value(type, whole, &out, &again, NULL));
        hf_buffer_release(&text);
        hf_document_drop(again);
        destroy(type, read, nth);
        destroy(type, from, nth);
        destroy(type, copy, nth);
    }
    hf_document_drop(document);
    if ((type->flags & HF_TYPE_GRAPH) != 0)
        refuse_malloc(type, whole, json);
    assert_int_equal(hf_struct_destroy(type, whole, NULL), HF_OK);
}

static void test_every__each_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        hf_type tables = by_tables(samples[i].type);
        refuse_each(samples[i].type, samples[i].json);
        refuse_each(&tables, samples[i].json);
    }
}

/* ---- what leads back to itself ----------------------------------------------------------- */

/* The innermost value within so many others. */
typedef struct nested {
    const hf_type *type;
    const char    *opening, *innermost, *closing;
    size_t         levels;
} nested;

static const nested nests[] = {
    { &tree_hf_type, "{\"value\":1,\"left\":", "{\"value\":2,\"left\":null,\"right\":null}", ",\"right\":null}", 1000000 },
    { &folder_hf_type, "{\"name\":\"f\",\"entries\":[{\"folder\":", "{\"name\":null,\"entries\":[]}", ",\"size\":1},{\"size\":2}]}", 100000 },
};
enum { NESTS = sizeof nests / sizeof *nests };

static char *nested_text(const nested *like, size_t levels)
{
    size_t opening = strlen(like->opening), innermost = strlen(like->innermost), closing = strlen(like->closing);
    char *text = malloc(levels * (opening + closing) + innermost + 1), *at = text;
    for (size_t i = 0; text != NULL && i < levels; i++, at += opening)
        memcpy(at, like->opening, opening);
    if (text == NULL)
        return NULL;
    at = (char *)memcpy(at, like->innermost, innermost) + innermost;
    for (size_t i = 0; i < levels; i++, at += closing)
        memcpy(at, like->closing, closing);
    *at = 0;
    return text;
}

/* Text to struct and back, on a small stack. */
static const char *round_of_nested(void *context)
{
    const nested *like = context;
    const char *failure = NULL;
    hf_arena *arena = NULL;
    void *made = NULL;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    char *json = nested_text(like, like->levels);
    if (json == NULL || hf_arena_create(NULL, &arena, NULL) != HF_OK)
        failure = "no memory";
    else if (hf_struct_decode(like->type, hf_text_from_cstr(json), &(hf_decode_options){ .store.arena = arena }, &made, NULL) != HF_OK)
        failure = "not read";
    else if (hf_struct_encode(like->type, made, NULL, &text, NULL) != HF_OK)
        failure = "not written";
    else if (text.length != strlen(json) || memcmp(text.bytes, json, text.length) != 0)
        failure = "another text";
    hf_buffer_release(&text);
    hf_arena_destroy(arena);
    free(json);
    return failure;
}

static void test_every__a_million_levels_on_a_small_stack(void **state)
{
    (void)state;
    for (size_t i = 0; i < NESTS; i++) {
        nested tables = nests[i];
        hf_type type = by_tables(tables.type);
        const char *failure = deep_stack_run(round_of_nested, (void *)(uintptr_t)&nests[i]);
        tables.type = &type;
        tables.levels /= 8;
        if (failure == NULL)
            failure = deep_stack_run(round_of_nested, &tables);
        if (failure != NULL)
            fail_msg("%s: %s", nests[i].type->name, failure);
    }
}

/* More levels than frames in the first block, and vectors open at each. */
static void test_every__each_allocation_may_fail_in_the_depth(void **state)
{
    (void)state;
    for (size_t i = 0; i < NESTS; i++) {
        char *json = nested_text(&nests[i], 20);
        assert_non_null(json);
        expect_round(nests[i].type, json);
        refuse_each(nests[i].type, json);
        free(json);
    }
}

/* ---- what is absent, and what is refused ------------------------------------------------- */

static void test_every__defaults_of_each_kind(void **state)
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
static void test_every__defaults_in_place(void **state)
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

static void test_every__checks_refuse(void **state)
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

static void test_every__other_names_and_spellings_are_read(void **state)
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

static void test_every__borrowed_static_and_skipped(void **state)
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
static void test_every__bytes_without_a_meaning(void **state)
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
static void test_every__bytes_without_a_name(void **state)
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
static void test_every__alignment_is_kept(void **state)
{
    (void)state;
    lanes *made = decoded(&lanes_hf_type, "{\"items\":[{\"at\":[1,2,3,4],\"name\":\"n\"},{\"at\":[1,2,3,4],\"name\":\"n\"}]}"), *copy = NULL;
    assert_int_equal(lanes_copy(made, NULL, &copy, NULL), HF_OK);
    HF_EXPECT((uintptr_t)made->items % 32 == 0 && (uintptr_t)copy->items % 32 == 0 && sizeof(lane) % 32 == 0);
    lanes_destroy(copy, NULL);
    lanes_destroy(made, NULL);
}

static void test_every__derived_calls_only(void **state)
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
        cmocka_unit_test(test_every__round_trips),
        cmocka_unit_test(test_every__samples_differ),
        cmocka_unit_test(test_every__each_allocation_may_fail),
        cmocka_unit_test(test_every__a_million_levels_on_a_small_stack),
        cmocka_unit_test(test_every__each_allocation_may_fail_in_the_depth),
        cmocka_unit_test(test_every__defaults_of_each_kind),
        cmocka_unit_test(test_every__defaults_in_place),
        cmocka_unit_test(test_every__checks_refuse),
        cmocka_unit_test(test_every__other_names_and_spellings_are_read),
        cmocka_unit_test(test_every__borrowed_static_and_skipped),
        cmocka_unit_test(test_every__bytes_without_a_meaning),
        cmocka_unit_test(test_every__bytes_without_a_name),
        cmocka_unit_test(test_every__alignment_is_kept),
        cmocka_unit_test(test_every__derived_calls_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_gen_every.c - every shape and annotation, round trips in all directions: JSON, struct, value, struct,
 * JSON; copies, equality, hash; with each allocation refused in turn; straight code and tables.
 *
 * docs/generator.md lists which member of the models stands for which shape and word. */
#include "deep_stack.h"
#include "failing_allocator.h"
#include "round.h"
#include "system_failure.h"

#include <stdlib.h>

#include <holdfast/read.h>
#include <holdfast/write.h>

#include "every_sample.h"

/* What a walk shows, in words. */
static char *walked(const hf_type *type, const void *object)
{
    char *shown = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&shown, &length);
    hf_struct_walk walk;
    assert_non_null(to);
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk))
        fprintf(to, "%d %u %.*s %zu\n", (int)walk.event, walk.depth, walk.key.bytes != NULL ? (int)walk.key.length : 0, walk.key.bytes, walk.index);
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    assert_int_equal(fclose(to), 0);
    return shown;
}

/* Of two objects that are alike: the same values on the way, and as many bytes, however they are summed up. */
static void expect_as_large(const hf_type *type, const void *a, const void *b)
{
    hf_struct_size size_a, size_b;
    hf_size_report *report = NULL;
    char *shown_a = walked(type, a), *shown_b = walked(type, b);
    assert_string_equal(shown_a, shown_b);
    free(shown_a);
    free(shown_b);
    assert_int_equal(hf_size_of(type, a, false, &size_a, NULL), HF_OK);
    assert_int_equal(hf_size_of(type, b, false, &size_b, NULL), HF_OK);
    assert_int_equal(size_a.deep, size_b.deep);
    assert_int_equal(size_a.objects, size_b.objects);
    assert_int_equal(hf_size_report_create(NULL, &report, NULL), HF_OK);
    assert_int_equal(hf_size_report_add_struct(report, type, a, NULL), HF_OK);
    assert_int_equal(hf_size_report_finish(report, NULL), HF_OK);
    for (hf_size_by by = HF_SIZE_BY_PATH; by <= HF_SIZE_BY_KIND; by++) {
        int64_t shallow = 0;
        for (size_t row = 0; row < hf_size_report_rows(report, by); row++)
            shallow += hf_size_report_row(report, by, row).amounts[HF_SIZE_SHALLOW];
        assert_int_equal(shallow, size_a.deep);
    }
    hf_size_report_destroy(report);
}

/* The text read into a document, and the struct made of that. */
static void expect_read_by_value(const hf_type *type, const void *first, const char *json)
{
    hf_error error;
    hf_document *document = NULL;
    void *made = NULL;
    memset(&error, 0, sizeof error);
    must(hf_read(hf_text_from_cstr(json), NULL, &document, &error), json, &error);
    must(hf_struct_from_value(type, hf_root(document), NULL, &made, &error), json, &error);
    hf_document_drop(document);
    expect_alike(type, first, made);
    assert_int_equal(hf_struct_destroy(type, made, NULL), HF_OK);
}

/* JSON, struct, value, struct, copies, JSON; JSON, value, struct. */
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
    expect_read_by_value(type, first, json);
    expect_as_large(type, first, bound);
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
/* Into a document and back. */
static const char *values_of_nested(const nested *like, const void *made, hf_arena *arena, const char *json)
{
    const char *failure = NULL;
    hf_document *document = NULL;
    void *back = NULL;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    if (hf_struct_to_value(like->type, made, NULL, &document, NULL) != HF_OK)
        failure = "no document";
    else if (hf_struct_from_value(like->type, hf_root(document), &(hf_decode_options){ .store.arena = arena }, &back, NULL) != HF_OK)
        failure = "not from a document";
    else if (hf_struct_encode(like->type, back, NULL, &text, NULL) != HF_OK || text.length != strlen(json) || memcmp(text.bytes, json, text.length) != 0)
        failure = "another struct";
    hf_buffer_release(&text);
    hf_document_drop(document);
    return failure;
}

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
    else
        failure = values_of_nested(like, made, arena, json);
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
        const char *failure = NULL;
        if (tables.type->code != NULL)
            failure = deep_stack_run(round_of_nested, (void *)(uintptr_t)&nests[i]);
        tables.type = &type;
        tables.levels /= 8; /* at a hundred bytes a level still more than the stack has */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every__round_trips),
        cmocka_unit_test(test_every__samples_differ),
        cmocka_unit_test(test_every__each_allocation_may_fail),
        cmocka_unit_test(test_every__a_million_levels_on_a_small_stack),
        cmocka_unit_test(test_every__each_allocation_may_fail_in_the_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

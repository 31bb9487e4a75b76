/* test_life.c - the whole recursive life of a document, thousands of times, and not a byte of growth. */
/* ctest: serial timeout=300 */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/lines.h>
#include <holdfast/pointer.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/stream.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>
#include <stdlib.h>
#include <unistd.h>

#include "deep_stack.h"
#include "growth.h"

static char saved_path[] = "/tmp/holdfast-life-XXXXXX";

/* Nested data with all kinds of values, some 40 KB; the caller frees it. */
static char *make_text(void)
{
    size_t room = 200000, length = 0;
    char *text = malloc(room);
    length += (size_t)snprintf(text, room, "{\"orders\":[");
    for (int i = 0; i < 200; i++)
        length += (size_t)snprintf(text + length, room - length,
                                   "%s{\"id\":%d,\"price\":%d.%02d,\"name\":\"a name with an escape \\n %d\",\"tags\":[\"a\",\"b\",[%d,"
                                   "{\"deep\":[null,true,1e400,\"caf\\u00e9 %d\"]}]],\"k0\":0,\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5}",
                                   i ? "," : "", i, i * 7, i % 100, i, i, i);
    snprintf(text + length, room - length, "],\"end\":true}");
    return text;
}

static void walk_through(hf_value root, uint64_t *sum)
{
    hf_walk walk;
    hf_walk_init(&walk, root, &(hf_walk_options){ .values_max = 1000000, .depth_max = 1000 });
    while (hf_walk_next(&walk)) {
        *sum += walk.key.length + hf_value_bytes(walk.value);
        if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("tags")))
            hf_walk_prune(&walk);
    }
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
}

static hf_document *shared_twice(const hf_document *document)
{
    hf_builder *builder = NULL;
    hf_document *whole = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_object(builder);
    hf_build_key(builder, HF_T("first"));
    hf_build_mount(builder, hf_root(document));
    hf_build_key(builder, HF_T("part"));
    hf_build_mount(builder, hf_at_pointer(hf_root(document), HF_T("/orders/7")));
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &whole, NULL) == HF_OK);
    return whole;
}

/* Returns a sum over all that was seen, the same in every round. */
static uint64_t one_life(hf_text text, hf_buffer *out)
{
    hf_document *document = NULL, *clone = NULL, *part = NULL, *again = NULL;
    bool equal = false;
    int order = 1;
    uint64_t sum = 0;
    hf_size size;
    HF_EXPECT(hf_read(text, NULL, &document, NULL) == HF_OK);
    walk_through(hf_root(document), &sum);
    HF_EXPECT(hf_document_clone(document, NULL, NULL, &clone, NULL) == HF_OK);
    HF_EXPECT(hf_clone_part(hf_at_pointer(hf_root(document), HF_T("/orders/3/tags")), NULL, NULL, &part, NULL) == HF_OK);
    hf_document *held = hf_document_hold(document), *whole = shared_twice(clone);
    HF_EXPECT(hf_equal(hf_root(document), hf_get(hf_root(whole), HF_T("first")), &equal) == HF_OK && equal);
    HF_EXPECT(hf_order(hf_root(document), hf_root(clone), &order) == HF_OK && order == 0);
    sum += hf_hash(hf_root(whole));
    HF_EXPECT(hf_measure(hf_root(whole), &size, NULL) == HF_OK);
    sum += size.shared_bytes + size.values_expanded;
    hf_buffer_reset(out);
    HF_EXPECT(hf_write(hf_root(whole), &(hf_write_options){ .pretty = true }, out, NULL) == HF_OK);
    HF_EXPECT(hf_read(hf_buffer_text(out), NULL, &again, NULL) == HF_OK);
    HF_EXPECT(hf_equal(hf_root(again), hf_root(whole), &equal) == HF_OK && equal);
    sum += out->length;
    hf_document_drop(again);
    hf_document_drop(whole);
    hf_document_drop(held);
    hf_document_drop(part);
    hf_document_drop(clone);
    hf_document_drop(document);
    return sum;
}

/* In and out by the other doors: a stream in pieces, lines on this thread, every option of the reader,
 * canonical form, saved and loaded and mapped. */
static hf_status count_line(void *context, uint64_t line, const hf_document *document, hf_error *reterr)
{
    (void)reterr;
    *(uint64_t *)context += line + hf_document_get_info(document).values;
    return HF_OK;
}

static uint64_t one_passage(hf_text text, hf_buffer *out)
{
    enum { PIECE = 4099 };
    hf_document *document = NULL, *loaded = NULL, *mapped = NULL, *relaxed = NULL;
    hf_stream *stream = NULL;
    uint64_t sum = 0;
    bool equal = false;
    HF_EXPECT(hf_stream_create(&(hf_stream_options){ .form = HF_STREAM_ONE }, &stream, NULL) == HF_OK);
    for (size_t at = 0; at < text.length; at += PIECE) {
        size_t step = text.length - at < PIECE ? text.length - at : PIECE;
        HF_EXPECT(hf_stream_give(stream, hf_text_of(text.bytes + at, step), NULL) == HF_OK);
    }
    hf_stream_finish(stream);
    HF_EXPECT(hf_stream_next(stream, &document, NULL) == HF_OK);
    hf_stream_destroy(stream);
    HF_EXPECT(hf_read_lines(text, &(hf_lines_options){ .threads_max = 1 }, count_line, &sum, NULL, NULL) == HF_OK);
    hf_read_options options = { .allow_comments = true, .allow_trailing_commas = true, .replace_surrogates = true,
                                .drop_text = true, .duplicates = HF_DUPLICATES_LAST };
    HF_EXPECT(hf_read(text, &options, &relaxed, NULL) == HF_OK);
    hf_buffer_reset(out);
    HF_EXPECT(hf_write(hf_root(relaxed), &(hf_write_options){ .canonical = true }, out, NULL) == HF_NOT_REPRESENTABLE); /* 1e400 */
    HF_EXPECT(hf_write(hf_at_pointer(hf_root(relaxed), HF_T("/orders/0")), NULL, out, NULL) == HF_OK);
    HF_EXPECT(hf_write(hf_at_pointer(hf_root(relaxed), HF_T("/orders/1/tags/0")), &(hf_write_options){ .canonical = true }, out, NULL) == HF_OK);
    sum += out->length;
    hf_buffer_reset(out);
    HF_EXPECT(hf_save_to_buffer(document, out, NULL) == HF_OK);
    HF_EXPECT(hf_load(hf_buffer_text(out), NULL, &loaded, NULL) == HF_OK);
    HF_EXPECT(hf_save(document, saved_path, NULL) == HF_OK && hf_map_file(saved_path, NULL, &mapped, NULL) == HF_OK);
    HF_EXPECT(hf_equal(hf_root(loaded), hf_root(mapped), &equal) == HF_OK && equal);
    HF_EXPECT(hf_equal(hf_root(relaxed), hf_root(mapped), &equal) == HF_OK && equal);
    sum += hf_document_get_info(mapped).values;
    hf_document_drop(mapped);
    hf_document_drop(loaded);
    hf_document_drop(relaxed);
    hf_document_drop(document);
    return sum;
}

static void keep_nothing(uint64_t (*one)(hf_text text, hf_buffer *out), int rounds)
{
    char *bytes = make_text();
    hf_text text = hf_text_from_cstr(bytes);
    hf_buffer out = HF_BUFFER_INIT(1 << 24);
    uint64_t expected = one(text, &out), charged = 0;
    growth_meter meter;
    for (int i = 0; i < 20; i++) { /* the meter's own allocations settle too */
        one(text, &out);
        growth_begin(&meter);
    }
    charged = hf_budget_count(NULL).current;
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(one(text, &out), expected);
        assert_int_equal(growth_check(&meter), 0);
        assert_int_equal(hf_budget_count(NULL).current, charged);
    }
    HF_EXPECT(growth_resident(&meter) <= GROWTH_RESIDENT_MAX);
    hf_buffer_release(&out);
    free(bytes);
}

static void test_life__thousands_of_rounds_keep_nothing(void **state)
{
    (void)state;
    keep_nothing(one_life, test_is_sanitized() ? 100 : 2000);
}

static void test_life__streams_options_and_saved_documents_keep_nothing(void **state)
{
    (void)state;
    int descriptor = mkstemp(saved_path);
    HF_EXPECT(descriptor >= 0 && close(descriptor) == 0);
    keep_nothing(one_passage, test_is_sanitized() ? 50 : 1000);
    unlink(saved_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life__thousands_of_rounds_keep_nothing),
        cmocka_unit_test(test_life__streams_options_and_saved_documents_keep_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

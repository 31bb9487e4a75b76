/* test_life.c - the whole recursive life of a document, thousands of times, and not a byte of growth. */
/* ctest: serial timeout=300 */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/pointer.h>
#include <holdfast/read.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>
#include <stdlib.h>

#include "deep_stack.h"
#include "growth.h"

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

static void test_life__thousands_of_rounds_keep_nothing(void **state)
{
    (void)state;
    char *bytes = make_text();
    hf_text text = hf_text_from_cstr(bytes);
    hf_buffer out = HF_BUFFER_INIT(1 << 24);
    uint64_t expected = one_life(text, &out), charged = 0;
    growth_meter meter;
    for (int i = 0; i < 20; i++) { /* the meter's own allocations settle too */
        one_life(text, &out);
        growth_begin(&meter);
    }
    charged = hf_budget_count(NULL).current;
    int rounds = test_is_sanitized() ? 100 : 2000;
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(one_life(text, &out), expected);
        assert_int_equal(growth_check(&meter), 0);
        assert_int_equal(hf_budget_count(NULL).current, charged);
    }
    HF_EXPECT(growth_resident(&meter) <= GROWTH_RESIDENT_MAX);
    hf_buffer_release(&out);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life__thousands_of_rounds_keep_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

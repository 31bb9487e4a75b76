/* test_value_near.c - a look that remembers a place says what hf_get says: in objects of any size, with keys that
 * begin alike, that are spelled with escapes, that come twice, with mounts and containers among the members, and from any
 * place that another object has left behind. */
#include "unit.h"
#include "random.h"

#include <holdfast/bind.h>
#include <holdfast/build.h>
#include <holdfast/read.h>

enum { DOCUMENTS = 3000, KEYS = 24, LONGEST = 32 };

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned limit)
{
    return (unsigned)random_below(&state, limit);
}

/* All of one length or of any, many with the first six bytes of another. */
static void make_keys(char keys[KEYS][LONGEST])
{
    unsigned length = below(3) == 0 ? 0 : 1 + below(20);
    for (unsigned i = 0; i < KEYS; i++) {
        unsigned bytes = length != 0 ? length : below(20);
        for (unsigned at = 0; at < bytes; at++)
            keys[i][at] = (char)('a' + (at < 6 && below(4) > 0 ? 0 : below(3)));
        keys[i][bytes] = 0;
    }
}

/* Of some of the keys, each of which may come again. The values are numbers, or all kinds. */
static hf_document *make_object(char keys[KEYS][LONGEST])
{
    hf_builder *builder = NULL;
    hf_document *made = NULL, *other = NULL;
    bool is_flat = below(4) > 0;
    assert_int_equal(hf_read(HF_T("[7,{\"\\u0061\":1}]"), NULL, &other, NULL), HF_OK);
    assert_int_equal(hf_builder_create(NULL, &builder, NULL), HF_OK);
    hf_build_object(builder);
    for (unsigned i = below(20), number = 0; i > 0; i--) {
        hf_build_key(builder, hf_text_from_cstr(keys[below(KEYS)]));
        if (is_flat || below(6) > 0)
            hf_build_i64(builder, ++number);
        else
            hf_build_mount(builder, hf_at(hf_root(other), below(2)));
    }
    hf_build_end(builder);
    assert_int_equal(hf_builder_finish(&builder, &made, NULL), HF_OK);
    hf_document_drop(other);
    return made;
}

static void expect_as_get(hf_value object, hf_text key, uint32_t *place)
{
    hf_value expected = hf_get(object, key);
    for (int i = 0; i < 2; i++) {
        hf_value got = hf_get_near(object, key, place);
        bool is_last = got.slot == expected.slot && got.home == expected.home;
        /* of equal keys, a place that was right before may be that of an earlier one */
        if (!is_last && (hf_is_absent(got) || hf_is_absent(expected) || !hf_text_equal(hf__slot_text(got.slot - 1), key)))
            fail_msg("another answer for '%.*s'", HF_ARG(key));
    }
}

static void test_value_near__says_what_get_says(void **unused)
{
    (void)unused;
    char keys[KEYS][LONGEST];
    uint32_t places[KEYS] = { 0 };
    make_keys(keys);
    for (long round = random_rounds(DOCUMENTS); round > 0; round--) {
        if (below(16) == 0)
            make_keys(keys);
        hf_document *document = make_object(keys);
        for (unsigned i = 0; i < KEYS; i++) {
            if (below(8) == 0)
                places[i] = 1 + 2 * below(40);
            expect_as_get(hf_root(document), hf_text_from_cstr(keys[i]), &places[i]);
        }
        hf_document_drop(document);
    }
}

static void test_value_near__keys_that_were_spelled_with_escapes(void **unused)
{
    (void)unused;
    hf_document *document = NULL;
    uint32_t place = 0, other = 0;
    assert_int_equal(hf_read(HF_T("{\"a\":1,\"\\u0062\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"\\u00e4\":7,\"g\":8}"), NULL, &document, NULL), HF_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hf_as_i64(hf_get_near(hf_root(document), HF_T("b"), &place), 0), 2);
        assert_int_equal(hf_as_i64(hf_get_near(hf_root(document), HF_T("\xc3\xa4"), &other), 0), 7);
    }
    assert_true(hf_is_absent(hf_get_near(hf_absent(), HF_T("b"), &place)));
    assert_true(hf_is_absent(hf_get_near(hf_at(hf_root(document), 0), HF_T("b"), &place)));
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_near__says_what_get_says),
        cmocka_unit_test(test_value_near__keys_that_were_spelled_with_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

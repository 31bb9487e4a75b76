/* test_gen_write.c - writing by rows beside the tables: members that are left out, keys of every length, records in records,
 * and a buffer that ends anywhere. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "every.hf.h"

enum { MEMBERS = 5 };

static char one[] = "one";
static int two = -2;
static short five[] = { 5, 55 };

/* Bit i: member i is there. */
static spare spare_of(unsigned bits)
{
    return (spare){ .a = (bits & 1) != 0 ? one : NULL, .b = (bits & 2) != 0 ? &two : NULL, .c = true, .has_c = (bits & 4) != 0,
                    .d = 4.5, .has_d = (bits & 8) != 0, .e = five, .n_e = (bits & 16) != 0 ? 2 : 0 };
}

static size_t spell(char *out, unsigned bits)
{
    static const char *const members[MEMBERS] = { "\"of_fourteen_by\":\"one\"", "\"of_fifteen_byte\":-2", "\"of_sixteen_bytes\":true",
                                                  "\"of_seventeen_byte\":4.5",
                                                  "\"a key that is much longer than the two words of its row\":[5,55]" };
    size_t length = 0;
    out[length++] = '{';
    for (unsigned i = 0; i < MEMBERS; i++)
        if ((bits >> i & 1) != 0)
            length += (size_t)sprintf(out + length, "%s%s", length > 1 ? "," : "", members[i]);
    out[length++] = '}';
    return length;
}

static void test_write__any_member_may_be_left_out(void **state)
{
    (void)state;
    char expected[512];
    for (unsigned bits = 0; bits < 1u << MEMBERS; bits++) {
        spare object = spare_of(bits);
        hf_buffer text = HF_BUFFER_INIT(1 << 12);
        size_t length = spell(expected, bits);
        assert_int_equal(spare_encode(&object, NULL, &text, NULL), HF_OK);
        assert_int_equal(text.length, length);
        assert_memory_equal(text.bytes, expected, length);
        hf_buffer_release(&text);
    }
}

static void test_write__records_in_records(void **state)
{
    (void)state;
    spare items[40];
    char *expected = malloc(64 * 512);
    assert_non_null(expected);
    for (unsigned i = 0; i < 40; i++)
        items[i] = spare_of(i * 7 % 32);
    for (unsigned count = 0; count <= 40; count++) {
        spares all = { .first = spare_of(31 - count % 32), .more = items, .n_more = count };
        hf_buffer text = HF_BUFFER_INIT(1 << 16);
        size_t length = (size_t)sprintf(expected, "{\"first\":");
        length += spell(expected + length, 31 - count % 32);
        if (count > 0)
            length += (size_t)sprintf(expected + length, ",\"more\":[");
        for (unsigned i = 0; i < count; i++) {
            length += spell(expected + length, i * 7 % 32);
            expected[length++] = i + 1 < count ? ',' : ']';
        }
        expected[length++] = '}';
        assert_int_equal(spares_encode(&all, NULL, &text, NULL), HF_OK);
        assert_int_equal(text.length, length);
        assert_memory_equal(text.bytes, expected, length);
        hf_buffer_release(&text);
    }
    free(expected);
}

/* Behind what is there already, with every ceiling: the whole object where it fits, else nothing. */
static void test_write__a_buffer_may_end_anywhere(void **state)
{
    (void)state;
    spare items[3] = { spare_of(31), spare_of(0), spare_of(21) };
    spares all = { .first = spare_of(30), .more = items, .n_more = 3 };
    hf_buffer whole = HF_BUFFER_INIT(1 << 16);
    assert_int_equal(spares_encode(&all, NULL, &whole, NULL), HF_OK);
    for (size_t most = 0; most < whole.length + 1024; most++) {
        hf_buffer text = HF_BUFFER_INIT(most + 3);
        assert_int_equal(hf_buffer_append(&text, HF_T("abc"), NULL), HF_OK);
        hf_status status = spares_encode(&all, NULL, &text, NULL);
        assert_int_equal(status, most >= whole.length ? HF_OK : HF_LIMIT_BYTES);
        assert_int_equal(text.length, status == HF_OK ? 3 + whole.length : 3);
        assert_memory_equal(text.bytes, "abc", 3);
        if (status == HF_OK)
            assert_memory_equal(text.bytes + 3, whole.bytes, whole.length);
        hf_buffer_release(&text);
    }
    hf_buffer_release(&whole);
}

/* A text of which every byte is escaped, longer than a piece, may need six times what is left. */
static void test_write__a_text_may_just_fit(void **state)
{
    (void)state;
    char controls[3 * 64 + 2];
    memset(controls, 1, sizeof controls - 1);
    controls[100] = 'a';
    controls[101] = '"';
    controls[sizeof controls - 1] = 0;
    spare object = { .a = controls };
    hf_buffer whole = HF_BUFFER_INIT(1 << 16);
    assert_int_equal(spare_encode(&object, NULL, &whole, NULL), HF_OK);
    for (size_t most = whole.length - 80; most < whole.length + 80; most++) {
        hf_buffer text = HF_BUFFER_INIT(most);
        hf_status status = spare_encode(&object, NULL, &text, NULL);
        assert_int_equal(status, most >= whole.length ? HF_OK : HF_LIMIT_BYTES);
        assert_true(hf_text_equal(hf_buffer_text(&text), status == HF_OK ? hf_buffer_text(&whole) : HF_T("")));
        hf_buffer_release(&text);
    }
    hf_buffer_release(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write__any_member_may_be_left_out),
        cmocka_unit_test(test_write__records_in_records),
        cmocka_unit_test(test_write__a_buffer_may_end_anywhere),
        cmocka_unit_test(test_write__a_text_may_just_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

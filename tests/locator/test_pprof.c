/* test_pprof.c - what the reader accepts and refuses, and that what is written is read back. */
#include "unit.h"

#include <string.h>

#include "gzip.h"
#include "pprof.h"
#include "room.h"
#include "wire.h"

static const int64_t one_sample[4] = { 10, 1000, 3, 300 };

static void write_small(char **ret_bytes, size_t *ret_length)
{
    hf__pprof_writer *writer = hf__pprof_writer_create(5, 7, 1);
    assert_non_null(writer);
    hf__pprof_put_mapping(writer, HF_T("/bin/program"));
    uint64_t put = hf__pprof_put_function(writer, HF_T("put"), HF_T("put.c"), 10);
    uint64_t root = hf__pprof_put_function(writer, HF_T("main"), HF_T("main.c"), 1);
    assert_int_equal(hf__pprof_put_function(writer, HF_T("put"), HF_T("put.c"), 10), put);
    uint64_t stack[2] = { hf__pprof_put_location(writer, put, 12, 0x40), hf__pprof_put_location(writer, root, 3, 0x80) };
    assert_int_equal(hf__pprof_put_location(writer, put, 12, 0x44), stack[0]);
    assert_true(hf__pprof_put_sample(writer, stack, 2, one_sample, "heap", 4));
    assert_int_equal(hf__pprof_writer_finish(writer, ret_bytes, ret_length, NULL), HF_OK);
}

static void test_pprof__what_is_written_is_read_back(void **state)
{
    (void)state;
    char *bytes;
    size_t length;
    write_small(&bytes, &length);
    hf__pprof profile;
    assert_int_equal(hf__pprof_read(hf_text_of(bytes, length), NULL, &profile, NULL), HF_OK);
    hf__room_free(bytes);
    assert_int_equal(profile.samples_count, 1);
    assert_int_equal(profile.types_count, 4);
    assert_int_equal(hf__pprof_find_type(&profile, "inuse_space"), 3);
    for (int i = 0; i < 4; i++)
        assert_int_equal((int64_t)profile.values[i], one_sample[i]);
    assert_int_equal(profile.samples[0].location_count, 2);
    const hf__pprof_location *leaf = &profile.locations[profile.sample_locations[0]];
    const hf__pprof_line *line = &profile.lines[leaf->line_first];
    assert_int_equal(line->line, 12);
    assert_true(hf_text_equal(profile.strings[profile.functions[line->function].name], HF_T("put")));
    assert_int_equal(profile.time_ns, 5);
    assert_int_equal(profile.labels_count, 2);
    hf__pprof_release(&profile);
}

/* A profile written by hand, with ids far apart and scalars not packed. */
static void put_message(hf__wire_out *out, uint32_t field, hf__wire_out *message)
{
    hf__wire_put_bytes(out, field, message->bytes, message->length);
    message->length = 0;
}

typedef struct oddity {
    uint64_t location_id, function_id, sampled_id, string, values;
    bool twice, no_strings;
} oddity;

static void write_odd(hf__wire_out *out, oddity odd)
{
    hf__wire_out message = { 0 }, line = { 0 };
    hf__wire_put_number(&message, 1, 1);
    hf__wire_put_number(&message, 2, odd.string);
    put_message(out, 1, &message);
    hf__wire_put_number(&message, 1, odd.sampled_id);
    for (uint64_t i = 0; i < odd.values; i++)
        hf__wire_put_number(&message, 2, 77);
    put_message(out, 2, &message);
    for (int i = 0; i < (odd.twice ? 2 : 1); i++) {
        hf__wire_put_number(&line, 1, odd.function_id);
        hf__wire_put_number(&message, 1, odd.location_id);
        hf__wire_put_bytes(&message, 4, line.bytes, line.length);
        line.length = 0;
        put_message(out, 4, &message);
    }
    hf__wire_put_number(&message, 1, UINT64_MAX);
    hf__wire_put_number(&message, 2, 1);
    put_message(out, 5, &message);
    hf__wire_put_number(out, 99, 1); /* unknown */
    if (!odd.no_strings) {
        hf__wire_put_bytes(out, 6, "", 0);
        hf__wire_put_bytes(out, 6, "inuse_space", 11);
    }
    hf__wire_out_release(&message);
    hf__wire_out_release(&line);
    assert_false(out->failed);
}

static const oddity plain_oddity = { .location_id = UINT64_C(1) << 60, .function_id = UINT64_MAX,
                                     .sampled_id = UINT64_C(1) << 60, .string = 1, .values = 1 };

static hf_status read_odd(oddity odd, hf_error *reterr)
{
    hf__wire_out out = { 0 };
    hf__pprof profile = { 0 };
    write_odd(&out, odd);
    hf_status status = hf__pprof_read(hf_text_of(out.bytes, out.length), NULL, &profile, reterr);
    hf__wire_out_release(&out);
    hf__pprof_release(&profile);
    return status;
}

static void test_pprof__arbitrary_ids_and_unpacked_scalars(void **state)
{
    (void)state;
    assert_int_equal(read_odd(plain_oddity, NULL), HF_OK);
}

static void test_pprof__refuses_what_does_not_fit_together(void **state)
{
    (void)state;
    hf_error error;
    oddity odd = plain_oddity;
    odd.sampled_id = 5;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    assert_non_null(strstr(error.detail, "location that is missing"));
    odd = plain_oddity;
    odd.function_id = 3;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    assert_non_null(strstr(error.detail, "function that is missing"));
    odd = plain_oddity;
    odd.string = 9;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    odd = plain_oddity;
    odd.values = 2;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    odd = plain_oddity;
    odd.twice = true;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    assert_non_null(strstr(error.detail, "same id"));
    odd = plain_oddity;
    odd.no_strings = true;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
    odd = plain_oddity;
    odd.location_id = 0;
    assert_int_equal(read_odd(odd, &error), HF_BAD_PROFILE);
}

static void test_pprof__refuses_every_truncation(void **state)
{
    (void)state;
    hf__wire_out out = { 0 };
    write_odd(&out, plain_oddity);
    size_t whole = 0;
    for (size_t length = 0; length < out.length; length++) {
        hf__pprof profile = { 0 };
        hf_status status = hf__pprof_read(hf_text_of(out.bytes, length), NULL, &profile, NULL);
        /* A cut between fields may leave a smaller whole: never without its string table. */
        if (status == HF_OK)
            whole++;
        else
            assert_int_equal(status, HF_BAD_PROFILE);
        hf__pprof_release(&profile);
    }
    assert_int_equal(whole, 0);
    hf__wire_out_release(&out);

    char *packed;
    size_t packed_length;
    write_small(&packed, &packed_length);
    for (size_t length = 0; length < packed_length; length++) {
        hf__pprof profile = { 0 };
        assert_int_equal(hf__pprof_read(hf_text_of(packed, length), NULL, &profile, NULL), HF_BAD_PROFILE);
    }
    hf__room_free(packed);
}

static void test_pprof__limits_are_answers(void **state)
{
    (void)state;
    char *packed;
    size_t length;
    hf__pprof profile;
    write_small(&packed, &length);
    hf__pprof_limits limits = HF_PPROF_LIMITS;
    limits.bytes_max = 20;
    assert_int_equal(hf__pprof_read(hf_text_of(packed, length), &limits, &profile, NULL), HF_LIMIT_BYTES);
    limits = HF_PPROF_LIMITS;
    limits.items_max = 1;
    assert_int_equal(hf__pprof_read(hf_text_of(packed, length), &limits, &profile, NULL), HF_LIMIT_COUNT);
    limits = HF_PPROF_LIMITS;
    limits.references_max = 1;
    assert_int_equal(hf__pprof_read(hf_text_of(packed, length), &limits, &profile, NULL), HF_LIMIT_COUNT);
    hf__room_free(packed);
}

static void test_pprof__every_allocation_may_fail(void **state)
{
    (void)state;
    char *packed;
    size_t length;
    write_small(&packed, &length);
    for (uint64_t nth = 1; nth < 60; nth++) {
        hf__pprof profile = { 0 };
        hf__room_fail_at(nth);
        hf_status status = hf__pprof_read(hf_text_of(packed, length), NULL, &profile, NULL);
        hf__room_fail_at(0);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        HF_EXPECT(nth > 1 || status == HF_NO_MEMORY);
        hf__pprof_release(&profile);
    }
    hf__room_free(packed);
    for (uint64_t nth = 1; nth < 60; nth++) {
        char *bytes = NULL;
        size_t bytes_length;
        hf__room_fail_at(nth);
        hf__pprof_writer *writer = hf__pprof_writer_create(0, 0, 1);
        hf_status status = HF_NO_MEMORY;
        if (writer != NULL) {
            uint64_t function = hf__pprof_put_function(writer, HF_T("f"), HF_T("f.c"), 1);
            uint64_t location = hf__pprof_put_location(writer, function, 2, 0);
            hf__pprof_put_sample(writer, &location, 1, one_sample, "heap", 1);
            status = hf__pprof_writer_finish(writer, &bytes, &bytes_length, NULL);
        }
        hf__room_fail_at(0);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        if (status == HF_OK)
            hf__room_free(bytes);
    }
}

static void test_wire__refuses_damage(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", /* more than 64 bits */
        "\x08\x80", "\x12\x05" "abc", "\x0b", "\x00\x01", "\x09" "abc", "\x0d" "ab", "\x08", "\x12",
    };
    static const size_t lengths[] = { 11, 2, 5, 1, 2, 4, 3, 1, 1 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        hf__wire wire = hf__wire_of(hf_text_of(damaged[i], lengths[i]));
        hf__wire_field field;
        while (hf__wire_next(&wire, &field))
            ;
        assert_non_null(wire.wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pprof__what_is_written_is_read_back),
        cmocka_unit_test(test_pprof__arbitrary_ids_and_unpacked_scalars),
        cmocka_unit_test(test_pprof__refuses_what_does_not_fit_together),
        cmocka_unit_test(test_pprof__refuses_every_truncation),
        cmocka_unit_test(test_pprof__limits_are_answers),
        cmocka_unit_test(test_pprof__every_allocation_may_fail),
        cmocka_unit_test(test_wire__refuses_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_fail.c - lib/base/fail.c: errors are filled once, cut to size, and printed with their place. */
#include "base/fail.h"
#include "base/utf8.h"
#include "unit.h"

static void test_fail__null_error_keeps_status(void **state)
{
    (void)state;
    assert_int_equal(hf__fail(NULL, HF_MISUSE, "not read"), HF_MISUSE);
    assert_int_equal(hf__fail_system(NULL, 2, "open"), HF_IO);
    hf__error_set_name(NULL, "name");
    hf__error_set_pointer(NULL, "/a", 2);
    hf__error_set_place(NULL, "text", 4, 1);
}

static void test_fail__place_counts_lines_and_columns(void **state)
{
    (void)state;
    hf_error error;
    hf__fail(&error, HF_BAD_TOKEN, "'%c', expected a value", '}');
    hf__error_set_place(&error, "{\n  \"a\": }\n", 11, 9);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 8);
    hf__error_set_place(&error, "ab\n", 3, 99);
    assert_int_equal(error.offset, 3);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 1);
}

static void test_fail__message_names_file_place_and_pointer(void **state)
{
    (void)state;
    hf_error error;
    char     line[256];
    hf__fail(&error, HF_BAD_TOKEN, "'}', expected a value");
    hf__error_set_name(&error, "config.json");
    hf__error_set_place(&error, "{\"a\":}", 6, 5);
    hf__error_set_pointer(&error, "/a", 2);
    size_t length = hf_error_format(&error, line, sizeof line);
    assert_string_equal(line,
                        "config.json:1:6: unexpected character '}', expected a value (byte 5, inside /a)");
    assert_int_equal(length, strlen(line));

    char short_line[8];
    assert_int_equal(hf_error_format(&error, short_line, sizeof short_line), length);
    assert_string_equal(short_line, "config.");
}

static void test_fail__long_pointer_is_elided_in_the_middle(void **state)
{
    (void)state;
    char pointer[2000];
    for (size_t at = 0; at < sizeof pointer; at += 5)
        memcpy(pointer + at, "/abcd", 5);
    memcpy(pointer, "/head", 5);
    memcpy(pointer + sizeof pointer - 5, "/tail", 5);
    hf_error error;
    hf__fail(&error, HF_BAD_NUMBER, NULL);
    hf__error_set_pointer(&error, pointer, sizeof pointer);
    size_t length = strlen(error.pointer);
    assert_in_range(length, HF_ERROR_POINTER_MAX / 2, HF_ERROR_POINTER_MAX - 1);
    assert_memory_equal(error.pointer, "/head/abcd", 10);
    assert_string_equal(error.pointer + length - 10, "/abcd/tail");
    assert_non_null(strstr(error.pointer, "/.../abcd"));
}

static void test_fail__long_name_keeps_its_end(void **state)
{
    (void)state;
    char name[400];
    memset(name, 'd', sizeof name);
    memcpy(name + sizeof name - 11, "/file.json", 11);
    hf_error error;
    hf__fail(&error, HF_IO, NULL);
    hf__error_set_name(&error, name);
    assert_int_equal(strlen(error.name), HF_ERROR_NAME_MAX - 1);
    assert_memory_equal(error.name, "...", 3);
    assert_string_equal(error.name + HF_ERROR_NAME_MAX - 1 - 10, "/file.json");
}

/* Two bytes a character, from one place on or from the next one. */
static void fill(char *text, size_t length, size_t begin)
{
    text[begin - 1] = '/';
    for (size_t i = begin; i + 1 < length; i += 2)
        memcpy(text + i, "\xc3\xbc", 2);
}

static void test_fail__nothing_is_cut_within_a_character(void **state)
{
    (void)state;
    for (size_t begin = 1; begin <= 2; begin++) {
        char text[501] = "/";
        hf_error error;
        fill(text, 500 - begin % 2, begin);
        text[500 - begin % 2] = 0;
        hf__fail(&error, HF_IO, "%s", text);
        hf__error_set_name(&error, text);
        hf__error_set_pointer(&error, text, strlen(text));
        assert_int_equal(hf__utf8_fault(error.detail, strlen(error.detail)), strlen(error.detail));
        assert_int_equal(hf__utf8_fault(error.name, strlen(error.name)), strlen(error.name));
        assert_int_equal(hf__utf8_fault(error.pointer, strlen(error.pointer)), strlen(error.pointer));
        assert_in_range(strlen(error.detail), HF_ERROR_DETAIL_MAX - 4, HF_ERROR_DETAIL_MAX - 1);
        assert_in_range(strlen(error.name), HF_ERROR_NAME_MAX - 3, HF_ERROR_NAME_MAX - 1);
        assert_non_null(strstr(error.pointer, "/..."));
    }
}

static void test_fail__damage_has_its_byte(void **state)
{
    (void)state;
    hf_error error;
    char     line[256];
    hf__fail(&error, HF_BAD_BLOCK, "a member without a key");
    hf__error_set_name(&error, "kept.hf");
    error.offset = 336;
    hf_error_format(&error, line, sizeof line);
    assert_string_equal(line, "kept.hf: damaged document block: a member without a key (byte 336)");
}

static void test_fail__control_characters_do_not_reach_the_terminal(void **state)
{
    (void)state;
    hf_error error;
    char     line[256];
    hf__fail(&error, HF_NOT_FOUND, "na\xc3\xafve");
    hf__error_set_name(&error, "a\033[31m\n\x7f");
    hf__error_set_pointer(&error, "/k\xc2\x9b" "1m\xc2\xa0", 8);
    size_t length = hf_error_format(&error, line, sizeof line);
    assert_string_equal(line, "a?[31m??: not found: na\xc3\xafve (at /k?" "?1m\xc2\xa0)");
    assert_int_equal(length, strlen(line));
    hf_error_format(&error, line, 3); /* cut, and plain all the same */
    assert_string_equal(line, "a?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail__null_error_keeps_status),
        cmocka_unit_test(test_fail__place_counts_lines_and_columns),
        cmocka_unit_test(test_fail__message_names_file_place_and_pointer),
        cmocka_unit_test(test_fail__long_pointer_is_elided_in_the_middle),
        cmocka_unit_test(test_fail__long_name_keeps_its_end),
        cmocka_unit_test(test_fail__nothing_is_cut_within_a_character),
        cmocka_unit_test(test_fail__damage_has_its_byte),
        cmocka_unit_test(test_fail__control_characters_do_not_reach_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

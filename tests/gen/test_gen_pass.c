/* test_gen_pass.c - what nothing wants is passed over as strictly at every CPU level, and as the reader of
 * documents has it: random members around two that are wanted, then one byte or more of them changed. */
#include "unit.h"
#include "guard.h"
#include "random.h"

#include "base/cpu.h"
#include <holdfast/read.h>

#include "shapes_sample.h"

enum { TEXTS = 2000, MUTANTS = 6, ROOM = 1 << 17 };

static uint64_t state = 88172645463325252u;

static unsigned below(unsigned limit)
{
    return (unsigned)random_below(&state, limit);
}

typedef struct text {
    size_t length;
    char   bytes[ROOM];
} text;

static void put(text *to, const char *bytes)
{
    size_t length = strlen(bytes);
    assert_true(to->length + length < ROOM);
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void put_blanks(text *to)
{
    static const char *const blanks[] = { "", "", "", " ", "\n    ", "\r\n\t", "                                                                         " };
    put(to, blanks[below(sizeof blanks / sizeof *blanks)]);
}

static void put_string(text *to)
{
    static const char *const parts[] = { "a", "text", "\\\"", "\\\\", "\\n", "\\/", "\\u00e4", "\\ud83d\\ude00", "\xc3\xa4", "\xe2\x82\xac", ",", ":", "{}", "[]",
                                         "                                                             ", "\\u0041", "true", "\\ud834\\udd1e\\u0031" };
    put(to, "\"");
    for (unsigned i = below(below(12) + 1); i > 0; i--)
        put(to, parts[below(sizeof parts / sizeof *parts)]);
    put(to, "\"");
}

static void put_scalar(text *to)
{
    static const char *const scalars[] = { "0", "-0", "1", "-17", "12345678901234567890123", "1.5", "-0.25e-3", "1E9", "2e+10", "100000000000000000000000000000000000000000000000000000000000000000.125",
                                           "true", "false", "null", "true", "false", "null", "[]", "{}" };
    if (below(3) == 0)
        put_string(to);
    else
        put(to, scalars[below(sizeof scalars / sizeof *scalars)]);
}

/* Values in brackets, nested by chance: `open` says which are open. */
static void put_value(text *to)
{
    char open[80];
    unsigned depth = 0, depth_max = below(20) == 0 ? 79 : below(8), left = below(10);
    for (bool due = true; due || depth > 0;) {
        put_blanks(to);
        if (due && depth < depth_max && below(3) > 0 && (left > 0 || depth_max > 8)) {
            open[depth++] = below(2) == 0 ? '{' : '[';
            put(to, open[depth - 1] == '{' ? "{" : "[");
            if (open[depth - 1] == '{') {
                put_string(to);
                put(to, ":");
            }
            continue;
        }
        if (due)
            put_scalar(to);
        due = depth > 0 && left > 0 && below(3) > 0;
        left -= left > 0;
        if (due) {
            put(to, ",");
            put_blanks(to);
            if (open[depth - 1] == '{') {
                put_string(to);
                put_blanks(to);
                put(to, ":");
            }
        } else if (depth > 0) {
            put(to, open[--depth] == '{' ? "}" : "]");
        }
    }
}

static void put_members(text *to)
{
    static const char *const keys[] = { "\"a\"", "\"xy\"", "\"yy\"", "\"z\"", "\"\\u0079z\"", "\"a key that is longer than any step is wide, and goes on and on until it ends\"" };
    for (unsigned i = below(8); i > 0; i--) {
        put_blanks(to);
        if (below(2) == 0)
            put(to, keys[below(sizeof keys / sizeof *keys)]);
        else
            put_string(to);
        put_blanks(to);
        put(to, ":");
        put_value(to);
        put_blanks(to);
        put(to, ",");
    }
}

static void make_text(text *to)
{
    to->length = 0;
    put(to, "{");
    put_members(to);
    put(to, below(4) == 0 ? "\"\\u0079\":2," : "\"y\":2,");
    put_members(to);
    put(to, below(8) == 0 ? "\"X\":1,\"x\":1" : "\"x\":1");
    if (below(2) == 0) {
        put(to, ",");
        put_members(to);
        put(to, "\"last\":");
        put_value(to);
    }
    put(to, "}");
}

/* One byte another one, or gone, or one more. */
static void change(text *to)
{
    static const char bytes[] = "{}[]:,\"\\0123-+.eEtfnul xya\n\x01\x7f";
    size_t at = below((unsigned)to->length);
    char with = bytes[below(sizeof bytes - 1)];
    switch (below(4)) {
    case 0: memmove(to->bytes + at, to->bytes + at + 1, --to->length - at); break;
    case 1:
        memmove(to->bytes + at + 1, to->bytes + at, to->length++ - at); /* fall through */
    default: to->bytes[at] = with;
    }
}

static void expect_same(const text *from)
{
    char *end = guard_create(from->length); /* not a byte more is readable */
    hf_error first_error;
    hf_status first = HF_OK, read, status;
    hf_document *document = NULL;
    memcpy(end, from->bytes, from->length);
    hf_text json = hf_text_of(end, from->length);
    struct point *direct, *by_value = NULL;
    read = hf_read(json, NULL, &document, NULL);
    if (read == HF_OK)
        read = hf_struct_from_value(&point_hf_type, hf_root(document), NULL, (void **)&by_value, NULL);
    hf_document_drop(document);
    for (enum hf__cpu_level level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        hf_error error;
        if (!hf__cpu_force(level))
            continue;
        memset(&error, 0, sizeof error);
        direct = NULL;
        status = hf_struct_decode(&point_hf_type, json, NULL, (void **)&direct, &error);
        if (level == HF__CPU_BASE) {
            first = status;
            first_error = error;
        }
        if (status != first || (status == HF_OK) != (read == HF_OK) || (status != HF_OK && error.offset != first_error.offset)) {
            print_error("level %s, %d %d %d: %.*s\n", hf__cpu_level_name(level), (int)status, (int)first, (int)read, (int)from->length, from->bytes);
            fail();
        }
        if (status != HF_OK)
            assert_string_equal(error.pointer, first_error.pointer);
        else
            assert_true(direct->x == by_value->x && direct->y == by_value->y);
        free(direct);
    }
    hf__cpu_force(hf__cpu_best());
    free(by_value);
    guard_destroy(end, from->length);
}

static void test_gen_pass__is_as_strict_at_every_level(void **unused)
{
    static text made, changed;
    (void)unused;
    for (long i = random_rounds(TEXTS); i > 0; i--) {
        make_text(&made);
        expect_same(&made);
        for (unsigned k = 0; k < MUTANTS; k++) {
            changed.length = made.length;
            memcpy(changed.bytes, made.bytes, made.length);
            for (unsigned n = 1 + below(2); n > 0; n--)
                change(&changed);
            expect_same(&changed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gen_pass__is_as_strict_at_every_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

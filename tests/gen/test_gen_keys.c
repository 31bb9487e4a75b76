/* test_gen_keys.c - keys in any order and spelling, and ones that are nearly those wanted: straight code at every
 * CPU level reads what a document has. */
#include "unit.h"
#include "guard.h"
#include "random.h"

#include "base/cpu.h"
#include "base/utf8.h"
#include "bind/code_read.h"
#include <holdfast/read.h>

#include "shapes_sample.h"

enum { ROUNDS = 3000, KEYS = 12, KEY_ROOM = 64, ROOM = 16384 };

static const char *const keys[KEYS] = {
    "a", "seven_7", "eight_88", "fifteen_letters", "sixteen__letters", "seventeen_letters", "in_reply_to_status_id", "in_reply_to_status_id_str",
    "in_reply_to_user_id", ("gr\xc3\xb6\xc3\x9f" "e"), "a\\", "a\"b"
};

static uint64_t state = 2862933555777941757u;

static unsigned below(unsigned limit)
{
    return (unsigned)random_below(&state, limit);
}

static char *put(char *to, const char *text)
{
    size_t length = strlen(text);
    memcpy(to, text, length);
    return to + length;
}

/* With escapes where they must be, and elsewhere by chance. */
static char *put_member(char *to, const char *key, unsigned value)
{
    static const char *const blanks[] = { "", "", "", "", " ", "\n        " };
    bool is_plain = below(3) > 0;
    to = put(put(to, blanks[below(6)]), "\"");
    for (; *key != 0; key++) {
        unsigned char c = (unsigned char)*key;
        if (c == '"' || c == '\\' || (c < 128 && !is_plain && below(4) == 0))
            to += sprintf(to, "\\u%04x", c);
        else
            *to++ = (char)c;
    }
    to = put(put(to, "\""), blanks[below(6)]);
    return to + sprintf(to, ":%u,", value);
}

/* A key that is wanted, but shorter, longer, or with another byte in it. */
static char *put_unwanted(char *to)
{
    char key[KEY_ROOM];
    size_t length = (size_t)(put(key, keys[below(KEYS)]) - key);
    switch (below(3)) {
    case 0: length = below((unsigned)length); break;
    case 1: key[length++] = (char)('a' + below(26)); break;
    default: key[below((unsigned)length)] = '~';
    }
    key[length] = 0;
    bool is_wanted = false;
    for (unsigned i = 0; i < KEYS; i++)
        is_wanted |= strcmp(keys[i], key) == 0;
    return is_wanted || hf__utf8_fault(key, length) != length ? to : put_member(to, key, 7777);
}

static size_t make_text(char *bytes)
{
    unsigned order[KEYS], left = KEYS;
    char *to = put(bytes, "{");
    for (unsigned i = 0; i < KEYS; i++)
        order[i] = i;
    while (left > 0) {
        for (unsigned i = below(4) == 0 ? below(5) : 0; i > 0; i--)
            to = put_unwanted(to);
        unsigned which = below(left);
        to = put_member(to, keys[order[which]], order[which] + 1);
        order[which] = order[--left];
    }
    return (size_t)(put(to - 1, "}") - bytes);
}

static void test_gen_keys__any_order_and_spelling(void **unused)
{
    static char made[ROOM];
    (void)unused;
    for (long i = random_rounds(ROUNDS); i > 0; i--) {
        size_t length = make_text(made);
        char *end = guard_create(length); /* not a byte more is readable */
        memcpy(end, made, length);
        hf_document *document = NULL;
        alike *expected = NULL;
        assert_int_equal(hf_read(hf_text_of(end, length), NULL, &document, NULL), HF_OK);
        assert_int_equal(hf_struct_from_value(&alike_hf_type, hf_root(document), NULL, (void **)&expected, NULL), HF_OK);
        for (enum hf__cpu_level level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
            alike direct = { 0 };
            hf_store store = { 0 };
            if (hf__cpu_force(level) && (!hf__in_read(alike_hf_type.code, hf_text_of(end, length), 8, &store, &direct) ||
                                         memcmp(&direct, expected, sizeof direct) != 0))
                fail_msg("level %s: %.*s", hf__cpu_level_name(level), (int)length, made);
        }
        hf__cpu_force(hf__cpu_best());
        free(expected);
        hf_document_drop(document);
        guard_destroy(end, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gen_keys__any_order_and_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

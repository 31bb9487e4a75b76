/* test_gen_pattern.c - patterns as automata: what they match, and which are refused where. */
#include "gen_case.h"

#include "gen_pattern.h"

static const char *case_source;
static gen_pattern case_pattern;

/* True when it compiles; else the unit tells why. */
static bool compile(const char *source)
{
    static const gen_place place = { "case.h", 1, 1 };
    case_source = source;
    gen_unit_init(&case_unit, 0);
    if (setjmp(case_unit.failed) != 0)
        return false;
    gen_pattern_compile(&case_unit, place, case_source, &case_pattern);
    return true;
}

/* By definition: the positions that a text may end at, byte after byte. */
static bool matches(const char *text)
{
    uint64_t reached = case_pattern.first, at = 0;
    if (*text == 0)
        return case_pattern.matches_empty;
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        at = 0;
        for (uint32_t i = 0; i < case_pattern.positions; i++)
            if ((reached >> i & 1) != 0 && (case_pattern.classes[i][byte >> 6] >> (byte & 63) & 1) != 0)
                at |= (uint64_t)1 << i;
        reached = 0;
        for (uint32_t i = 0; i < case_pattern.positions; i++)
            if ((at >> i & 1) != 0)
                reached |= case_pattern.follow[i];
    }
    return (at & case_pattern.last) != 0;
}

static void test_pattern__whole_texts_match(void **state)
{
    (void)state;
    static const struct { const char *pattern, *yes[4], *no[4]; } cases[] = {
        { "abc", { "abc" }, { "", "ab", "abcd", "xabc" } },
        { "^a$", { "a" }, { "", "^a", "a$" } },
        { "", { "" }, { "a" } },
        { "^\\^a\\$$", { "^a$" }, { "a", "^a" } },
        { "a|bc|", { "a", "bc", "" }, { "b", "abc" } },
        { "[a-c]+\\d*", { "a", "cab12", "b7" }, { "", "7", "d", "a7b" } },
        { "[^a-c\\]]", { "d", "[" }, { "a", "]", "" } },
        { "a{2,3}", { "aa", "aaa" }, { "a", "aaaa" } },
        { "a{2,}", { "aa", "aaaaa" }, { "a", "" } },
        { "a{0,1}b", { "b", "ab" }, { "aab", "a" } },
        { "(ab|c){2}", { "abab", "abc", "cc", "cab" }, { "ab", "ccc" } },
        { "(a?b?){3}", { "", "ababab", "ba", "bbb" }, { "aaaa", "bbbb" } },
        { "(()a)*", { "", "aa" }, { "b" } },
        { "\\.\\\\.", { ".\\x" }, { "x\\x", ".\\" } },
        { "\\w\\W\\s\\S\\D", { "a- b-" }, { "a- b1", "--\tb-" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!compile(cases[i].pattern))
            fail_msg("%s: %s", cases[i].pattern, case_unit.failed_text);
        for (size_t j = 0; j < 4; j++) {
            if (cases[i].yes[j] != NULL && !matches(cases[i].yes[j]))
                fail_msg("'%s' does not match '%s'", cases[i].pattern, cases[i].yes[j]);
            if (cases[i].no[j] != NULL && matches(cases[i].no[j]))
                fail_msg("'%s' matches '%s'", cases[i].pattern, cases[i].no[j]);
        }
        case_end();
    }
}

static void test_pattern__wrong_ones_are_refused(void **state)
{
    (void)state;
    static const struct { const char *pattern, *words; } cases[] = {
        { "a)", "byte 2: a ')' without its '('" },
        { "(a", "byte 3: expected ')'" },
        { "*", "byte 1: nothing to repeat" },
        { "a{3,2}", "byte 6: expected {m}" },
        { "a{2,0}", "byte 6: expected {m}" },
        { "a{0}", "byte 4: expected {m}" },
        { "a{,2}", "byte 3: expected a number" },
        { "a{65}", "repeated more than 64 times" },
        { "[a", "a class without its end" },
        { "[z-a]", "a range that ends before it begins" },
        { "^a$|^b$", "byte 3: ^ and $ belong to the ends" },
        { "a|^b", "byte 3: ^ and $ belong to the ends" },
        { "\\q", "an escape that is not known" },
        { "a{64}b", "more than 64 positions" },
        { "(((((((){64}){64}){64}){64}){64}){64}){64}", "repeated too often" },
        { "((((((((((((((((((((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))))))))))))))))))))", "nested too deep" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(compile(cases[i].pattern));
        if (strstr(case_unit.failed_text, cases[i].words) == NULL)
            fail_msg("%s: '%s' has no '%s'", cases[i].pattern, case_unit.failed_text, cases[i].words);
        case_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__whole_texts_match),
        cmocka_unit_test(test_pattern__wrong_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

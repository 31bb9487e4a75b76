/* test_compare.c - equality, order and hash against a list in order, and against each other. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>

#include "documents.h"
#include "random.h"

/* In order; "=" begins one that equals the one before. */
static const char *const ladder[] = {
    "null", "false", "true",
    "-1e400", "-2", "=-2.0", "=-20e-1", "-1.5", "0", "=-0", "=0.0", "=-0.0", "0.5", "1", "=1.0", "=10e-1",
    "9007199254740992", "=9007199254740992.0", "9007199254740993", "18446744073709551615", "18446744073709551616",
    "=1.8446744073709551616e19", "1e400", "=10e399", "1e401",
    "\"\"", "\"a\"", "=\"\\u0061\"", "\"a\\u0000\"", "\"aa\"", "\"abcdefghijklmn\"", "\"abcdefghijklmno\"", "\"b\"",
    "\"\xc3\xa9\"", "=\"\\u00e9\"",
    "[]", "[null]", "[null,null]", "[1]", "=[1.0]", "[1,2]", "[[]]", "[[],1]", "[[[]]]",
    "{}", "{\"b\":1}", "=  {\"b\":1.0}", "{\"b\":1,\"c\":1}", "={\"c\":1,\"b\":1}", "{\"b\":2}", "{\"a\":1}",
    "{\"a\":1,\"b\":1}", "={\"b\":1,\"a\":1}", "{\"a\":1,\"a\":0}", "{\"a\":2}", "{\"a\":{\"x\":1,\"y\":2}}",
    "={\"a\":{\"y\":2,\"x\":1}}", "{\"a\":{\"x\":2}}",
};
enum { RUNGS = sizeof ladder / sizeof *ladder };

static void test_compare__ladder(void **state)
{
    (void)state;
    hf_document *documents[RUNGS];
    int rank[RUNGS], level = 0;
    for (int i = 0; i < RUNGS; i++) {
        bool is_same = ladder[i][0] == '=';
        level += !is_same;
        rank[i] = level;
        documents[i] = test_read(ladder[i] + is_same);
    }
    for (int i = 0; i < RUNGS; i++) {
        for (int j = 0; j < RUNGS; j++) {
            hf_value a = hf_root(documents[i]), b = hf_root(documents[j]);
            int expected = (rank[i] > rank[j]) - (rank[i] < rank[j]);
            if (test_order(a, b) != expected || test_equal(a, b) != (expected == 0))
                fail_msg("%s against %s: order %d", ladder[i], ladder[j], test_order(a, b));
            if (expected == 0)
                assert_int_equal(hf_hash(a), hf_hash(b));
            else if (hf_hash(a) == hf_hash(b))
                fail_msg("%s and %s have one hash", ladder[i], ladder[j]);
        }
    }
    for (int i = 0; i < RUNGS; i++)
        hf_document_drop(documents[i]);
}

static void test_compare__equal_keys_count_in_their_turn(void **state)
{
    (void)state;
    hf_document *a = test_read("{\"x\":1,\"y\":0,\"x\":2}"), *b = test_read("{\"y\":0,\"x\":1,\"x\":2}");
    hf_document *c = test_read("{\"y\":0,\"x\":2,\"x\":1}"), *d = test_read("{\"y\":0,\"y\":0,\"x\":1}");
    HF_EXPECT(test_equal(hf_root(a), hf_root(b)));
    HF_EXPECT(!test_equal(hf_root(a), hf_root(c)));
    HF_EXPECT(!test_equal(hf_root(a), hf_root(d)));
    HF_EXPECT(hf_hash(hf_root(a)) == hf_hash(hf_root(b)));
    hf_document_drop(a);
    hf_document_drop(b);
    hf_document_drop(c);
    hf_document_drop(d);
}

static void test_compare__hash_tells_swapped_keys_and_places(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\":{\"b\":1},\"b\":{\"a\":2}}", "{\"a\":{\"b\":2},\"b\":{\"a\":1}}", "[[1],2]", "[[2],1]", "[1,[2]]",
        "[[1,2]]", "[[1],[2]]", "[[[1]],2]", "[[],[[1]],2]", "{\"a\":[1,2]}", "{\"a\":[2,1]}", "[{\"a\":1},{}]", "[{},{\"a\":1}]"
    };
    enum { COUNT = sizeof texts / sizeof *texts };
    uint64_t hashes[COUNT];
    for (int i = 0; i < COUNT; i++) {
        hf_document *document = test_read(texts[i]);
        hashes[i] = hf_hash(hf_root(document));
        hf_document_drop(document);
        for (int j = 0; j < i; j++)
            if (hashes[i] == hashes[j])
                fail_msg("%s and %s have one hash", texts[i], texts[j]);
    }
}

static void test_compare__a_mounted_value_counts_as_if_in_place(void **state)
{
    (void)state;
    hf_document *inner = test_read("{\"k\":[1,{\"z\":\"text\"},[]],\"m\":3}");
    hf_document *flat = test_read("[0,{\"k\":[1,{\"z\":\"text\"},[]],\"m\":3},[1,{\"z\":\"text\"},[]],5]");
    hf_builder *builder = NULL;
    hf_document *outer = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_array(builder);
    hf_build_i64(builder, 0);
    hf_build_mount(builder, hf_root(inner));
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("k")));
    hf_build_i64(builder, 5);
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &outer, NULL) == HF_OK);
    HF_EXPECT(test_equal(hf_root(outer), hf_root(flat)));
    assert_int_equal(test_order(hf_root(outer), hf_root(flat)), 0);
    assert_int_equal(hf_hash(hf_root(outer)), hf_hash(hf_root(flat)));
    assert_int_equal(hf_hash(hf_root(outer)), hf_hash(hf_root(flat))); /* from the kept sums too */
    hf_document_drop(inner);
    hf_document_drop(outer);
    hf_document_drop(flat);
}

/* 60 doublings expand to 2^60 values: hashing visits each block once. */
static void test_compare__hash_of_doublings_is_immediate(void **state)
{
    (void)state;
    hf_document *below = test_read("[1]");
    for (int i = 0; i < 60; i++) {
        hf_builder *builder = NULL;
        hf_document *above = NULL;
        HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
        hf_build_array(builder);
        hf_build_mount(builder, hf_root(below));
        hf_build_mount(builder, hf_root(below));
        hf_build_end(builder);
        HF_EXPECT(hf_builder_finish(&builder, &above, NULL) == HF_OK);
        hf_document_drop(below);
        below = above;
    }
    HF_EXPECT(hf_document_get_info(below).values_expanded > (uint64_t)1 << 60);
    HF_EXPECT(hf_hash(hf_root(below)) != 0);
    hf_document_drop(below);
}

/* Random objects of random order: equal to a shuffled copy, different after a change. */
static void test_compare__shuffled_members_are_equal(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 200; round++) {
        int count = (int)(random_next(&seed) % 40) + 1, order[40];
        for (int i = 0; i < count; i++)
            order[i] = i;
        hf_document *documents[3];
        for (int form = 0; form < 3; form++) {
            hf_builder *builder = NULL;
            HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
            hf_build_object(builder);
            for (int i = 0; i < count; i++) {
                char key[24];
                int length = snprintf(key, sizeof key, order[i] % 3 ? "k%d" : "a much longer key %d", order[i]);
                hf_build_key(builder, hf_text_of(key, (size_t)length));
                hf_build_array(builder);
                hf_build_i64(builder, order[i] + (form == 2 && i == count / 2));
                hf_build_end(builder);
            }
            hf_build_end(builder);
            HF_EXPECT(hf_builder_finish(&builder, &documents[form], NULL) == HF_OK);
            for (int i = count - 1; i > 0; i--) {
                int other = (int)(random_next(&seed) % (uint64_t)(i + 1)), kept = order[i];
                order[i] = order[other];
                order[other] = kept;
            }
        }
        hf_value a = hf_root(documents[0]), b = hf_root(documents[1]), c = hf_root(documents[2]);
        HF_EXPECT(test_equal(a, b) && test_order(a, b) == 0 && hf_hash(a) == hf_hash(b));
        HF_EXPECT(!test_equal(a, c) && test_order(a, c) == -test_order(c, a) && test_order(a, c) != 0);
        for (int form = 0; form < 3; form++)
            hf_document_drop(documents[form]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare__ladder),
        cmocka_unit_test(test_compare__equal_keys_count_in_their_turn),
        cmocka_unit_test(test_compare__hash_tells_swapped_keys_and_places),
        cmocka_unit_test(test_compare__a_mounted_value_counts_as_if_in_place),
        cmocka_unit_test(test_compare__hash_of_doublings_is_immediate),
        cmocka_unit_test(test_compare__shuffled_members_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

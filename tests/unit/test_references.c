/* test_references.c - references in numbers, chains and nests that a hostile document may have: each is looked at
 * once. What they become is told by test_link.c. */
#include "unit.h"

#include <holdfast/buffer.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/pointer.h>
#include <holdfast/read.h>

#include <stdlib.h>
#include <time.h>

#include "draft_support.h"

enum { MANY = 100000 };

static uint64_t cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* head, `each` with numbers from 1, comma between them, tail. */
static hf_document *document_of(const char *head, const char *each, int count, const char *tail)
{
    char one[128];
    hf_buffer text = HF_BUFFER_INIT(1 << 26);
    hf_document *document = NULL;
    HF_EXPECT(hf_buffer_append(&text, hf_text_from_cstr(head), NULL) == HF_OK);
    for (int i = 1; i <= count; i++) {
        int length = snprintf(one, sizeof one, each, i);
        HF_EXPECT((i == 1 || hf_buffer_append(&text, HF_T(","), NULL) == HF_OK) && hf_buffer_append(&text, hf_text_of(one, (size_t)length), NULL) == HF_OK);
    }
    HF_EXPECT(hf_buffer_append(&text, hf_text_from_cstr(tail), NULL) == HF_OK);
    HF_EXPECT(hf_read(hf_buffer_text(&text), NULL, &document, NULL) == HF_OK);
    hf_buffer_release(&text);
    return document;
}

static hf_document *linked(hf_document *document, uint64_t links, uint64_t targets, uint64_t unresolved)
{
    hf_document *made = NULL;
    hf_reference_counts counts;
    HF_EXPECT(hf_references_to_links(document, &made, &counts, NULL) == HF_OK);
    assert_int_equal(counts.links, links);
    assert_int_equal(counts.targets, targets);
    assert_int_equal(counts.unresolved, unresolved);
    hf_document_drop(document);
    return made;
}

static void test_references__chains(void **state)
{
    (void)state;
    uint64_t begun = cpu_ms();
    hf_document_drop(linked(document_of("[", "{\"$ref\":\"#/%d\"}", MANY, ",[7]]"), MANY, MANY, 0));
    hf_document_drop(linked(document_of("[0,", "{\"$ref\":\"#/%d\"}", MANY, ",{\"$ref\":\"#/1\"}]"), 0, 0, MANY + 1)); /* in circles */
    hf_document_drop(linked(document_of("[", "{\"$ref\":\"#/%d\"}", MANY, ",{\"$ref\":\"#/none\"}]"), 0, 0, MANY + 1));
    HF_EXPECT(cpu_ms() - begun < 3000);
}

static void test_references__nests_and_equal_keys(void **state)
{
    (void)state;
    uint64_t begun = cpu_ms();
    hf_document *document = document_of("{\"a\":1,\"o\":{\"$ref\":\"#/a\",\"k\":[", "{\"$ref\":\"#/z\",\"n\":%d}", MANY, "]},\"z\":{\"$ref\":\"#/a\"}}");
    hf_document_drop(linked(document, 2, 1, 0));
    document = document_of("{\"a\":1,\"b\":2,\"o\":{\"$ref\":\"#/a\",", "\"$ref\":\"#/a\",\"k\":%d", MANY, ",\"$ref\":\"#/b\"}}");
    document = linked(document, 1, 1, 0);
    hf_value target = hf_link_target(hf_get(hf_root(document), HF_T("o")));
    HF_EXPECT(hf_as_i64(target, 0) == 2); /* of equal keys the last one counts */
    hf_document_drop(document);
    HF_EXPECT(cpu_ms() - begun < 3000);
}

/* Each element is the target of a link: opening their array looks for the links of each. */
static void test_references__many_targets_are_edited(void **state)
{
    (void)state;
    uint64_t begun = cpu_ms();
    hf_document *document = document_of("{\"t\":[0,", "[%d]", MANY, "],\"r\":0}"), *next;
    hf_draft *draft = NULL;
    char pointer[32];
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK && hf_set_array(draft, HF_T("/r"), NULL) == HF_OK);
    for (int i = 1; i <= MANY; i++) {
        snprintf(pointer, sizeof pointer, "/t/%d", i);
        HF_EXPECT(hf_draft_link(draft, hf_place_at(HF_T("/r/-")), hf_place_at(hf_text_from_cstr(pointer)), NULL) == HF_OK);
    }
    hf_document_drop(document);
    document = freeze_checked(&draft);
    HF_EXPECT(hf_document_get_info(document).links == MANY);
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK && hf_set_i64(draft, HF_T("/t/5/0"), 55, NULL) == HF_OK);
    HF_EXPECT(hf_remove(draft, HF_T("/t/7"), NULL) == HF_OK);
    next = freeze_checked(&draft);
    hf_value r = hf_get(hf_root(next), HF_T("r"));
    HF_EXPECT(hf_as_i64(hf_at(hf_link_target(hf_at(r, 4)), 0), 0) == 55);
    HF_EXPECT(hf_is_absent(hf_link_target(hf_at(r, 6))) && hf_as_i64(hf_at(hf_link_target(hf_at(r, 7)), 0), 0) == 8);
    hf_document_drop(next);
    HF_EXPECT(hf_edit(document, &draft, NULL) == HF_OK && hf_remove(draft, HF_T("/t"), NULL) == HF_OK); /* all at once */
    next = freeze_checked(&draft);
    HF_EXPECT(hf_is_absent(hf_link_target(hf_at(hf_get(hf_root(next), HF_T("r")), 99))));
    hf_document_drop(next);
    hf_document_drop(document);
    HF_EXPECT(cpu_ms() - begun < 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references__chains),
        cmocka_unit_test(test_references__nests_and_equal_keys),
        cmocka_unit_test(test_references__many_targets_are_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

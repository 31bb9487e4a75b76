/* test_nested_end.c - hooks that drop what has hooks that drop what has hooks. */
#include "charged.h"
#include "unit.h"

#include <holdfast/arena.h>
#include <holdfast/current.h>
#include <holdfast/draft.h>
#include <holdfast/read.h>

#include <stdlib.h>

#include "base/misuse.h"
#include "deep_stack.h"
#include "draft_support.h"
#include "value/nested_end.h"

#define SHOULD(condition)      \
    do {                       \
        if (!(condition))      \
            return #condition; \
    } while (0)

/* What the foreign values of a chain own: the next document, or the next draft. */
typedef struct link_of_chain {
    hf_document *document;
    hf_draft    *draft;
} link_of_chain;

static uint64_t released, nested, nested_most;

static void release_next(void *object)
{
    link_of_chain *self = object;
    released++;
    nested++;
    nested_most = nested > nested_most ? nested : nested_most;
    hf_document_drop(self->document);
    hf_draft_destroy(self->draft);
    free(self);
    nested--;
}

static const hf_foreign_hooks chain_hooks = { "a link of a chain", release_next, NULL, NULL };

/* A draft whose one value owns `next`, which is consumed. */
static hf_status chain_on(link_of_chain next, hf_draft **ret_draft)
{
    hf_draft *draft = NULL;
    hf_status status = hf_draft_create(NULL, &draft, NULL);
    link_of_chain *link = status == HF_OK ? malloc(sizeof *link) : NULL;
    if (link == NULL)
        return HF_NO_MEMORY;
    *link = next;
    *ret_draft = draft;
    return hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_foreign(&chain_hooks, link), NULL);
}

static int chain_length(void)
{
    return HF__DEBUG ? 50000 : 200000; /* far more than any of the small stacks would take */
}

static void begin_counting(void)
{
    released = nested = nested_most = 0;
}

static const char *drop_documents(void *context)
{
    (void)context;
    hf_document *document = NULL;
    begin_counting();
    for (int i = 0; i < chain_length(); i++) {
        hf_draft *draft = NULL;
        SHOULD(chain_on((link_of_chain){ document, NULL }, &draft) == HF_OK);
        SHOULD(hf_freeze(&draft, &document, NULL) == HF_OK);
    }
    hf_document_drop(document);
    SHOULD(released == (uint64_t)chain_length());
    SHOULD(nested_most == HF__ENDS_NEST_MAX);
    return NULL;
}

/* The last one goes because it is replaced while its draft lives. */
static const char *destroy_drafts(void *context)
{
    (void)context;
    hf_draft *draft = NULL;
    begin_counting();
    for (int i = 0; i < chain_length(); i++)
        SHOULD(chain_on((link_of_chain){ NULL, draft }, &draft) == HF_OK);
    SHOULD(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_i64(7), NULL) == HF_OK);
    SHOULD(released == (uint64_t)chain_length());
    SHOULD(nested_most == HF__ENDS_NEST_MAX + 1);
    SHOULD(hf_as_i64(hf_draft_root(draft), 0) == 7);
    hf_draft_destroy(draft);
    return NULL;
}

static void release_text(void *context, const char *bytes, size_t length)
{
    (void)bytes, (void)length;
    released++;
    hf_document_drop(context);
}

/* Each document is the owner of the text of the one before it. */
static const char *drop_texts(void *context)
{
    (void)context;
    hf_document *document = NULL;
    begin_counting();
    for (int i = 0; i < chain_length(); i++) {
        hf_read_options options = { .text = HF_TEXT_CONSUMED, .release = release_text, .release_context = document };
        hf_document *next = NULL;
        SHOULD(hf_read(HF_T("[1]"), &options, &next, NULL) == HF_OK);
        document = next;
    }
    hf_document_drop(document);
    SHOULD(released == (uint64_t)chain_length());
    return NULL;
}

static void expect_none(const char *fault)
{
    if (fault != NULL)
        fail_msg("%s", fault);
}

static void test_nested_end__chains_of_documents_need_no_stack(void **state)
{
    (void)state;
    expect_none(deep_stack_run(drop_documents, NULL));
}

static void test_nested_end__chains_of_drafts_need_no_stack(void **state)
{
    (void)state;
    expect_none(deep_stack_run(destroy_drafts, NULL));
}

static void test_nested_end__chains_of_owned_texts_need_no_stack(void **state)
{
    (void)state;
    expect_none(deep_stack_run(drop_texts, NULL));
}

/* ---- what nests is done when the call returns -------------------------------------------- */

typedef struct owner {
    hf_arena      arena;
    hf_allocator  allocator;
    hf_document  *document;
} owner;

static void release_owner(void *object)
{
    owner *self = object;
    hf_document_drop(self->document);
    hf_arena_release(&self->arena); /* the document lay there */
    free(self);
    released++;
}

static const hf_foreign_hooks owner_hooks = { "an owner", release_owner, NULL, NULL };

static void test_nested_end__an_allocator_may_go_with_its_document(void **state)
{
    (void)state;
    hf_draft *draft = NULL;
    hf_document *document = NULL;
    begin_counting();
    for (int i = 0; i < HF__ENDS_NEST_MAX - 1; i++) {
        owner *next = calloc(1, sizeof *next);
        hf_arena_init(&next->arena, NULL);
        next->allocator = hf_arena_allocator(&next->arena);
        hf_draft_options options = { .allocator = &next->allocator };
        assert_int_equal(hf_draft_create(&options, &draft, NULL), HF_OK);
        if (document != NULL)
            assert_int_equal(hf_mount(draft, HF_T(""), document, NULL), HF_OK);
        hf_document_drop(document);
        assert_int_equal(hf_freeze(&draft, &next->document, NULL), HF_OK);
        assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
        assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_foreign(&owner_hooks, next), NULL), HF_OK);
        assert_int_equal(hf_freeze(&draft, &document, NULL), HF_OK);
    }
    hf_document_drop(document);
    assert_int_equal(released, HF__ENDS_NEST_MAX - 1);
}

/* ---- a hook that changes other things ---------------------------------------------------- */

static hf_current current;
static hf_draft  *other;

static void release_busily(void *object)
{
    hf_document *next = NULL;
    released++;
    if (hf_set_i64(other, HF_T("/n"), *(int *)object, NULL) != HF_OK || hf_remove(other, HF_T("/gone"), NULL) != HF_OK)
        abort();
    next = read_text("{\"a\":[{}]}");
    hf_current_publish(&current, &next);
    hf_document_drop(hf_current_hold(&current));
}

static const hf_foreign_hooks busy_hooks = { "a busy one", release_busily, NULL, NULL };

static void test_nested_end__hooks_edit_and_publish(void **state)
{
    (void)state;
    int first = 1, second = 2;
    begin_counting();
    hf_document *document = read_text("{\"gone\":0,\"n\":0,\"l\":[]}"), *mine = NULL;
    assert_int_equal(hf_edit(document, &other, NULL), HF_OK);
    hf_draft *draft = NULL;
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_foreign(&busy_hooks, &first), NULL), HF_OK);
    assert_int_equal(hf_freeze(&draft, &mine, NULL), HF_OK);
    assert_int_equal(hf_draft_create(NULL, &draft, NULL), HF_OK);
    assert_int_equal(hf_draft_set(draft, hf_place_at(HF_T("")), hf_item_foreign(&busy_hooks, &second), NULL), HF_OK);
    hf_current_publish(&current, &mine);
    assert_int_equal(released, 0);
    hf_current_release(&current); /* the hook publishes another one meanwhile */
    assert_int_equal(released, 1);
    expect_shows(hf_draft_root(other), "{\"n\":1,\"l\":[]}");
    hf_current_release(&current);
    assert_int_equal(hf_set_null(other, HF_T("/gone"), NULL), HF_OK);
    hf_draft_destroy(draft);
    assert_int_equal(released, 2);
    expect_shows(hf_draft_root(other), "{\"n\":2,\"l\":[]}");
    hf_current_release(&current);
    hf_draft_destroy(other);
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HF_CHARGED_TEST(test_nested_end__chains_of_documents_need_no_stack),
        HF_CHARGED_TEST(test_nested_end__chains_of_drafts_need_no_stack),
        HF_CHARGED_TEST(test_nested_end__chains_of_owned_texts_need_no_stack),
        HF_CHARGED_TEST(test_nested_end__an_allocator_may_go_with_its_document),
        HF_CHARGED_TEST(test_nested_end__hooks_edit_and_publish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_read_limits.c - reading at its limits: a million levels on a small stack, every allocation
 * failing in turn, text that ends where the page does. */
#define _GNU_SOURCE
#include "unit.h"

#include "deep_stack.h"
#include "failing_allocator.h"
#include "levels.h"
#include "read_checked.h"
#include "system_failure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "value/home.h"

/* ---- depth ------------------------------------------------------------------------------- */

enum { LEVELS = 1000000 };

typedef struct nest {
    const char *open, *inner, *close;
    unsigned    depth; /* of the deepest value */
} nest;

static const char *read_nest(void *context)
{
    const nest *n = context;
    size_t open = strlen(n->open), close = strlen(n->close), inner = strlen(n->inner), length = 0;
    char *text = malloc((open + close) * LEVELS + inner);
    if (text == NULL)
        return "no memory for the text";
    for (unsigned i = 0; i < LEVELS; i++, length += open)
        memcpy(text + length, n->open, open);
    memcpy(text + length, n->inner, inner);
    length += inner;
    for (unsigned i = 0; i < LEVELS; i++, length += close)
        memcpy(text + length, n->close, close);
    hf_document *document = NULL;
    const char *wrong = NULL;
    if (hf_read(hf_text_of(text, length), NULL, &document, NULL) != HF_OK)
        wrong = "not read";
    else if (hf_document_get_info(document).depth != n->depth)
        wrong = "of another depth";
    hf_document_drop(document);
    /* Cut off in the middle, and one level more than allowed: the place is a million levels long. */
    hf_error error;
    if (wrong == NULL && hf_read(hf_text_of(text, length / 2), NULL, &document, &error) != HF_BAD_END)
        wrong = "a half is read";
    if (wrong == NULL && hf_read(hf_text_of(text, length), &(hf_read_options){ .depth_max = n->depth - 1 }, &document, &error) != HF_LIMIT_DEPTH)
        wrong = "the limit is not kept";
    if (wrong == NULL && (strlen(error.pointer) < 100 || strstr(error.pointer, "/...") == NULL))
        wrong = "the place is not elided";
    free(text);
    return wrong;
}

static void test_read_limits__a_million_levels(void **state)
{
    (void)state;
    static const nest nests[] = {
        { "[", "", "]", LEVELS - 1 },
        { "{\"k\":", "1", "}", LEVELS },
        { "[{\"a key of some length\":", "[]", "}]", 2 * LEVELS },
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        hf__cpu_force(i == 0 ? hf__cpu_best() : i == 1 ? HF__CPU_BASE : HF__CPU_AVX2);
        const char *wrong = deep_stack_run(read_nest, (void *)(uintptr_t)&nests[i]);
        if (wrong != NULL)
            fail_msg("%s: %s", nests[i].open, wrong);
    }
    hf__cpu_force(hf__cpu_best());
}

/* The options that take the reader off its usual way, a million levels deep: of two equal keys at each level
 * the last leads on, so that each level is taken apart when it ends. */
static const char *read_nest_relaxed(void *context)
{
    const hf_duplicates *keeps = context;
    static const char open[] = "{\"k\":\"\\ud800\",/* and */\"k\":", close[] = ",}";
    size_t length = 0, each = sizeof open - 1 + sizeof close - 1;
    char *text = malloc(each * LEVELS + 1);
    if (text == NULL)
        return "no memory for the text";
    for (unsigned i = 0; i < LEVELS; i++, length += sizeof open - 1)
        memcpy(text + length, open, sizeof open - 1);
    text[length++] = '1';
    for (unsigned i = 0; i < LEVELS; i++, length += sizeof close - 1)
        memcpy(text + length, close, sizeof close - 1);
    hf_document *document = NULL;
    const char *wrong = NULL;
    hf_read_options options = { .duplicates = *keeps, .allow_comments = true, .allow_trailing_commas = true,
                                .replace_surrogates = true, .drop_text = true };
    hf_status status = hf_read(hf_text_of(text, length), &options, &document, NULL);
    uint32_t depth = *keeps == HF_DUPLICATES_FIRST ? 1 : LEVELS;
    if (*keeps == HF_DUPLICATES_REFUSE)
        wrong = status == HF_DUPLICATE_KEY ? NULL : "equal keys are read";
    else if (status != HF_OK)
        wrong = "not read";
    else if (hf_document_get_info(document).depth != depth)
        wrong = "of another depth";
    hf_document_drop(document);
    free(text);
    return wrong;
}

static void test_read_limits__a_million_levels_with_options(void **state)
{
    (void)state;
    for (int keeps = HF_DUPLICATES_KEEP; keeps <= HF_DUPLICATES_REFUSE; keeps++) {
        hf_duplicates choice = (hf_duplicates)keeps;
        const char *wrong = deep_stack_run(read_nest_relaxed, &choice);
        if (wrong != NULL)
            fail_msg("duplicates %d: %s", keeps, wrong);
    }
}

/* ---- memory ------------------------------------------------------------------------------ */

static char *make_text(size_t members, size_t *ret_length)
{
    char *text = system_malloc(members * 64 + 2);
    size_t length = 1;
    text[0] = '{';
    for (size_t i = 0; i < members; i++)
        length += (size_t)sprintf(text + length, "%s\"key %zu\":[%zu,\"some \\u0041 text of length\"]", i ? "," : "", i / 2, i);
    text[length++] = '}';
    *ret_length = length;
    return text;
}

/* Room for less than it takes is asked for at first: the block grows at each level. */
static char *make_uneven_text(size_t members, size_t *ret_length)
{
    size_t length = 1, blanks = members * 40;
    char  *text = system_malloc(blanks + members * 64 + 2);
    text[0] = '[';
    memset(text + length, ' ', blanks);
    length += blanks;
    for (size_t i = 0; i < members; i++)
        length += (size_t)sprintf(text + length, "%s%s", i ? "," : "", i % 3 != 0 ? "[]" : "{\"\":\"some \\u0041 text of length\"}");
    text[length++] = ']';
    *ret_length = length;
    return text;
}

static void read_and_drop(hf_text text, const hf_read_options *options)
{
    hf_document *document = NULL;
    hf_error error;
    hf_status status = hf_read(text, options, &document, &error);
    HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY ||
              (status == HF_DUPLICATE_KEY && options->duplicates == HF_DUPLICATES_REFUSE));
    HF_EXPECT((status == HF_OK) == (document != NULL));
    HF_EXPECT(status == HF_OK || error.status == status);
    hf_document_drop(document);
}

static void test_read_limits__every_allocation_fails_in_turn(void **state)
{
    (void)state;
    for (size_t members = 1; members <= 2 * 4000; members *= 20) {
        size_t length;
        char *text = members <= 400 ? make_text(members, &length) : make_uneven_text(members, &length);
        for (unsigned form = 0; form < 6; form++)
            for (LEVELS(level))
                HF_OOM_LOOP(nth) {
                    hf_read_options options = {
                        .allocator = nth, .text = form == 1 ? HF_TEXT_BORROWED : HF_TEXT_COPIED, .drop_text = form == 2,
                        .duplicates = form == 3 ? HF_DUPLICATES_LAST : form == 4 ? HF_DUPLICATES_REFUSE : HF_DUPLICATES_KEEP,
                        .allow_comments = form == 5
                    };
                    read_and_drop(hf_text_of(text, length), &options);
                }
        system_free(text);
    }
}

static void test_read_limits__the_system_refuses_in_turn(void **state)
{
    (void)state;
    size_t length;
    char *text = make_text(20000, &length);
    char path[] = "/tmp/holdfast_read_limits_XXXXXX";
    int file = mkstemp(path);
    HF_EXPECT(file >= 0 && write(file, text, length) == (ssize_t)length);
    close(file);
    hf_read_options options = { .duplicates = HF_DUPLICATES_FIRST };
    HF_SYSTEM_OOM_LOOP(nth) {
        read_and_drop(hf_text_of(text, length), &options);
        hf_document *document = NULL;
        hf_status status = hf_read_file(path, NULL, &document, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_document_drop(document);
    }
    unlink(path);
    system_free(text);
}

/* ---- page ends --------------------------------------------------------------------------- */

/* Text that ends at a page nobody may read, borrowed and copied, at every level, whole and cut. */
static void test_read_limits__nothing_is_read_beyond_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[1,2,-3.5e7]", "\"a text\"", "{\"key\":\"0123456789abcdef\"}", "[true,false,null]", "12345678901234567890", "[\"\\u00e9\\n\"]",
        "[\"\xe2\x82\xac\"]", "{\"a\":{\"b\":[[],{}]}}   "
    };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    HF_EXPECT(pages != MAP_FAILED);
    HF_EXPECT(mprotect(pages + page, page, PROT_NONE) == 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t blanks = 0; blanks < 2000; blanks += 1900) {
            size_t whole = strlen(texts[i]);
            for (size_t length = whole + 1; length-- > 0;) {
                char *begin = pages + page - blanks - length;
                memset(begin, ' ', blanks);
                memcpy(begin + blanks, texts[i], length);
                for (unsigned form = 0; form < 3; form++) {
                    hf_read_options options = { .text = form == 1 ? HF_TEXT_BORROWED : HF_TEXT_COPIED, .drop_text = form == 2 };
                    for (LEVELS(level)) {
                        hf_document *document = NULL;
                        hf_status status = hf_read(hf_text_of(begin, blanks + length), &options, &document, NULL);
                        HF_EXPECT(length < whole || status == HF_OK);
                        hf_document_drop(document);
                    }
                }
            }
        }
    }
    munmap(pages, 2 * page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_limits__a_million_levels),
        cmocka_unit_test(test_read_limits__a_million_levels_with_options),
        cmocka_unit_test(test_read_limits__every_allocation_fails_in_turn),
        cmocka_unit_test(test_read_limits__the_system_refuses_in_turn),
        cmocka_unit_test(test_read_limits__nothing_is_read_beyond_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_save.c - documents as files: they come back equal, and damage is refused with its place. */
#include "unit.h"

#include <errno.h>
#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/save.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deep_stack.h"
#include "documents.h"
#include "failing_allocator.h"
#include "misuse_hook.h"
#include "random.h"
#include "scratch.h"
#include "system_failure.h"

static const char sample[] =
    "{\"id\":12345678901234567890,\"price\":0.1000,\"huge\":1e400,\"tens\":1e5,\"flags\":[true,false,null,-1,2.5],"
    "\"name\":\"a longer text with an escape \\u00e9 \\n inside of it\",\"plain\":\"a longer text without an escape\","
    "\"wide\":{\"k0\":0,\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9}}";

static hf_buffer saved(const hf_document *document)
{
    hf_buffer buffer = HF_BUFFER_INIT(1 << 28);
    HF_EXPECT(hf_save_to_buffer(document, &buffer, NULL) == HF_OK);
    return buffer;
}

/* An allocator whose memory still holds what others left there. */
static void *dirty_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    (void)context;
    (void)alignment;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    char *moved = realloc(block, new_size);
    if (moved != NULL && new_size > old_size)
        memset(moved + old_size, 0xee, new_size - old_size);
    return moved;
}

static bool holds(const hf_buffer *buffer, const char *wanted, size_t length)
{
    for (size_t i = 0; i + length <= buffer->length; i++)
        if (memcmp(buffer->bytes + i, wanted, length) == 0)
            return true;
    return false;
}

static void test_save__nothing_goes_out_but_the_document(void **state)
{
    (void)state;
    const hf_allocator dirty = { NULL, dirty_resize };
    static const char left[] = "\xee\xee\xee\xee\xee\xee\xee\xee";
    for (unsigned count = 0; count < 400; count += 57) {
        hf_buffer text = HF_BUFFER_INIT(1 << 20);
        HF_EXPECT(hf_buffer_append(&text, HF_T("[0"), NULL) == HF_OK);
        for (unsigned i = 0; i < count; i++) /* commas inside of text make the guess for slots too large */
            HF_EXPECT(hf_buffer_append(&text, HF_T(",\"a,b,c,d,e,f,g,h,i\\n,j\""), NULL) == HF_OK);
        HF_EXPECT(hf_buffer_append(&text, HF_T("]"), NULL) == HF_OK);
        hf_document *document = NULL, *loaded = NULL;
        HF_EXPECT(hf_read(hf_buffer_text(&text), &(hf_read_options){ .allocator = &dirty }, &document, NULL) == HF_OK);
        hf_buffer bytes = saved(document), file = HF_BUFFER_INIT(1 << 28);
        HF_EXPECT(!holds(&bytes, left, sizeof left - 1));
        const char *path = scratch_file("parts.hf");
        HF_EXPECT(hf_save(document, path, NULL) == HF_OK);
        FILE *stream = fopen(path, "rb");
        HF_EXPECT(stream != NULL && hf_buffer_reserve(&file, bytes.length + 1, NULL) == HF_OK);
        size_t got = fread(file.bytes, 1, bytes.length + 1, stream);
        HF_EXPECT(got == bytes.length && memcmp(file.bytes, bytes.bytes, got) == 0);
        fclose(stream);
        HF_EXPECT(hf_load(hf_buffer_text(&bytes), NULL, &loaded, NULL) == HF_OK);
        HF_EXPECT(test_equal(hf_root(document), hf_root(loaded)));
        hf_document_drop(document);
        hf_document_drop(loaded);
        hf_buffer_release(&text);
        hf_buffer_release(&bytes);
        hf_buffer_release(&file);
    }
}

static void test_save__comes_back_mapped_and_loaded(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *mapped = NULL, *trusted = NULL, *loaded = NULL;
    hf_error error;
    const char *path = scratch_file("sample.hf");
    HF_EXPECT(hf_save(document, path, &error) == HF_OK);
    HF_EXPECT(hf_map_file(path, NULL, &mapped, &error) == HF_OK);
    HF_EXPECT(hf_map_file(path, &(hf_map_options){ .trusted = true }, &trusted, &error) == HF_OK);
    HF_EXPECT(hf_save(mapped, path, &error) == HF_OK); /* replacing it does no harm */
    hf_buffer bytes = saved(document);
    HF_EXPECT(hf_load(hf_buffer_text(&bytes), NULL, &loaded, &error) == HF_OK);
    hf_value root = hf_root(document);
    HF_EXPECT(test_equal(root, hf_root(mapped)) && test_equal(root, hf_root(trusted)) && test_equal(root, hf_root(loaded)));
    HF_EXPECT(hf_as_i64(hf_get(hf_get(hf_root(mapped), HF_T("wide")), HF_T("k7")), 0) == 7);
    HF_EXPECT(hf_text_equal(hf_number_text(hf_get(hf_root(mapped), HF_T("price"))), HF_T("0.1000")));
    hf_document_drop(document);
    hf_document_drop(mapped);
    hf_document_drop(trusted);
    hf_document_drop(loaded);
    hf_buffer_release(&bytes);
}

static mode_t mode_of(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 ? facts.st_mode & 07777 : 0;
}

static void test_save__permissions_are_those_of_new_or_replaced_files(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    const char *path = scratch_file("modes.hf");
    mode_t before = umask(027);
    HF_EXPECT(hf_save(document, path, NULL) == HF_OK);
    assert_int_equal(mode_of(path), 0640);
    HF_EXPECT(chmod(path, 0604) == 0 && hf_save(document, path, NULL) == HF_OK);
    assert_int_equal(mode_of(path), 0604);
    assert_int_equal(umask(before), 027);
    hf_document_drop(document);
}

static void test_save__mounts_and_borrowed_text_are_copied_in(void **state)
{
    (void)state;
    hf_document *inner = NULL, *outer = NULL, *back = NULL;
    HF_EXPECT(hf_read(hf_text_from_cstr(sample), &(hf_read_options){ .text = HF_TEXT_BORROWED }, &inner, NULL) == HF_OK);
    hf_builder *builder = NULL;
    HF_EXPECT(hf_builder_create(NULL, &builder, NULL) == HF_OK);
    hf_build_array(builder);
    hf_build_mount(builder, hf_root(inner));
    hf_build_mount(builder, hf_get(hf_root(inner), HF_T("flags")));
    hf_build_end(builder);
    HF_EXPECT(hf_builder_finish(&builder, &outer, NULL) == HF_OK);
    hf_buffer bytes = saved(outer);
    HF_EXPECT(hf_load(hf_buffer_text(&bytes), NULL, &back, NULL) == HF_OK);
    HF_EXPECT(test_equal(hf_root(outer), hf_root(back)) && hf_document_get_info(back).mounts == 0);
    hf_document_drop(inner);
    hf_document_drop(outer);
    hf_document_drop(back);
    hf_buffer_release(&bytes);
}

static void test_save__failures_name_the_file_and_leave_it(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *mapped = NULL;
    hf_error error = { 0 };
    HF_EXPECT(hf_save(document, scratch_file("no/such/folder.hf"), &error) == HF_IO && strstr(error.name, "folder.hf"));
    HF_EXPECT(hf_map_file(scratch_folder(), NULL, &mapped, &error) == HF_IO);
    EXPECT_MISUSE(hf_save(NULL, scratch_file("none.hf"), &error), HF_MISUSE);
    EXPECT_MISUSE(hf_document_index(NULL, &error), HF_MISUSE);
    HF_EXPECT(hf_document_get_info(NULL).bytes == 0);
    HF_EXPECT(hf_map_file(scratch_file("none.hf"), NULL, &mapped, &error) == HF_IO && strstr(error.name, "none.hf"));
    FILE *text = fopen(scratch_file("text.json"), "w");
    for (int i = 0; i < 100; i++)
        fputs("[\"this is no block\"]", text);
    fclose(text);
    HF_EXPECT(hf_map_file(scratch_file("text.json"), NULL, &mapped, &error) == HF_BAD_BLOCK);
    HF_EXPECT(mapped == NULL);
    hf_document_drop(document);
}

/* Whatever came out of damaged bytes must be safe to go through. */
static void go_through(const hf_document *document)
{
    hf_walk walk;
    uint64_t sum = 0;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (hf_walk_next(&walk)) {
        hf_text text = hf_as_text(walk.value, hf_text_of(NULL, 0));
        for (size_t i = 0; i < text.length; i++)
            sum += (unsigned char)text.bytes[i];
        sum += hf_is_object(walk.value) ? hf_count(hf_get(walk.value, HF_T("wide"))) : 0;
    }
    HF_EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    hf_buffer out = HF_BUFFER_INIT(1 << 20);
    hf_document *again = NULL;
    HF_EXPECT(hf_write(hf_root(document), NULL, &out, NULL) != HF_OK || hf_read(hf_buffer_text(&out), NULL, &again, NULL) == HF_OK);
    HF_EXPECT(sum != UINT64_MAX);
    hf_document_drop(again);
    hf_buffer_release(&out);
}

static void test_save__every_damaged_byte_is_refused_or_harmless(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    hf_buffer bytes = saved(document);
    uint64_t seed = 11;
    unsigned refused = 0;
    char *copy = malloc(bytes.length);
    for (size_t at = 0; at < bytes.length; at++) {
        for (int turn = 0; turn <= 8; turn++) { /* each bit, and some at once */
            hf_document *damaged = NULL;
            hf_error error = { 0 };
            memcpy(copy, bytes.bytes, bytes.length);
            copy[at] ^= turn < 8 ? (char)(1 << turn) : (char)(random_next(&seed) % 255 + 1);
            hf_status status = hf_load(hf_text_of(copy, bytes.length), NULL, &damaged, &error);
            HF_EXPECT((status == HF_OK) == (damaged != NULL));
            refused += status != HF_OK;
            if (damaged != NULL)
                go_through(damaged);
            hf_document_drop(damaged);
        }
    }
    HF_EXPECT(refused > 3 * bytes.length);
    for (size_t length = 0; length < bytes.length; length++) {
        hf_document *cut = NULL;
        HF_EXPECT(hf_load(hf_text_of(bytes.bytes, length), NULL, &cut, NULL) == HF_BAD_BLOCK && cut == NULL);
    }
    free(copy);
    hf_buffer_release(&bytes);
    hf_document_drop(document);
}

/* What was appended, or left by a longer file, is damage too; where it begins is told. */
static void test_save__bytes_behind_the_block_are_refused(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *got = NULL;
    hf_buffer bytes = saved(document);
    size_t length = bytes.length;
    HF_EXPECT(hf_save_to_buffer(document, &bytes, NULL) == HF_OK); /* a second one */
    for (int trusted = 0; trusted <= 1; trusted++) {
        hf_map_options options = { .trusted = trusted };
        hf_error error;
        HF_EXPECT(hf_load(hf_text_of(bytes.bytes, length + 1), &options, &got, &error) == HF_BAD_BLOCK);
        assert_int_equal(error.offset, length);
        HF_EXPECT(hf_load(hf_buffer_text(&bytes), &options, &got, &error) == HF_BAD_BLOCK && got == NULL);
        assert_int_equal(error.offset, length);
    }
    hf_buffer_release(&bytes);
    hf_document_drop(document);
}

static void test_save__damage_has_its_place(void **state)
{
    (void)state;
    static const struct { size_t at; uint64_t offset; } damage[] = {
        { 3, 0 }, { 29, 24 }, { 45, 40 }, { 61, 56 }, { 72, 72 }, { 80, 80 }, { 100, 100 },
    };
    hf_document *document = test_read(sample), *got = NULL;
    hf_buffer bytes = saved(document);
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        hf_error error;
        bytes.bytes[damage[i].at] ^= 1;
        HF_EXPECT(hf_load(hf_buffer_text(&bytes), NULL, &got, &error) == HF_BAD_BLOCK && got == NULL);
        assert_int_equal(error.offset, damage[i].offset);
        bytes.bytes[damage[i].at] ^= 1;
    }
    hf_buffer_release(&bytes);
    hf_document_drop(document);
}

static void test_save__survives_every_failing_allocation(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    HF_EXPECT(hf_save(document, scratch_file("oom.hf"), NULL) == HF_OK);
    hf_buffer bytes = saved(document);
    HF_OOM_LOOP(nth) {
        hf_document *mapped = NULL, *loaded = NULL;
        hf_map_options options = { .allocator = nth };
        hf_status status = hf_map_file(scratch_file("oom.hf"), &options, &mapped, NULL);
        HF_EXPECT(status == (mapped != NULL ? HF_OK : HF_NO_MEMORY));
        status = hf_load(hf_buffer_text(&bytes), &options, &loaded, NULL);
        HF_EXPECT(status == (loaded != NULL ? HF_OK : HF_NO_MEMORY));
        hf_document_drop(mapped);
        hf_document_drop(loaded);
    }
    hf_buffer_release(&bytes);
    hf_document_drop(document);
}

static void test_save__the_system_refuses_in_turn(void **state)
{
    (void)state;
    hf_document *document = test_read(sample);
    const char *path = scratch_file("refused.hf");
    HF_SYSTEM_OOM_LOOP(nth) {
        hf_document *mapped = NULL, *loaded = NULL;
        hf_buffer bytes = HF_BUFFER_INIT(1 << 20);
        hf_status status = hf_save_to_buffer(document, &bytes, NULL);
        HF_EXPECT(status == HF_OK || (status == HF_NO_MEMORY && bytes.length == 0));
        if (status == HF_OK)
            HF_EXPECT((hf_load(hf_buffer_text(&bytes), NULL, &loaded, NULL) == HF_OK) == (loaded != NULL));
        status = hf_save(document, path, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        if (status == HF_OK)
            HF_EXPECT((hf_map_file(path, NULL, &mapped, NULL) == HF_OK) == (mapped != NULL));
        hf_document_drop(mapped);
        hf_document_drop(loaded);
        hf_buffer_release(&bytes);
    }
    hf_document_drop(document);
}

/* A file that was there stays as it was, and nothing is left beside it. */
static void test_save__a_file_that_cannot_be_written_whole(void **state)
{
    (void)state;
    hf_document *document = test_read(sample), *large = test_deep(10000, 'o'), *mapped = NULL;
    const char *path = scratch_file("limited.hf");
    hf_error error = { 0 };
    struct rlimit before, low;
    assert_int_equal(hf_save(document, path, NULL), HF_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 8192;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    hf_status status = hf_save(large, path, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, HF_IO);
    HF_EXPECT(error.system_error == EFBIG && strstr(error.name, "limited.hf") != NULL);
    assert_int_equal(hf_map_file(path, NULL, &mapped, &error), HF_OK);
    HF_EXPECT(test_equal(hf_root(document), hf_root(mapped)));
    assert_int_equal(scratch_count("limited.hf"), 1);
    hf_document_drop(mapped);
    hf_document_drop(large);
    hf_document_drop(document);
}

static const char *save_deep(void *context)
{
    const hf_document *document = context;
    hf_buffer bytes = HF_BUFFER_INIT(1 << 28);
    hf_document *loaded = NULL, *mapped = NULL;
    bool equal = false;
    const char *path = scratch_file("deep.hf"), *wrong = NULL;
    if (hf_save_to_buffer(document, &bytes, NULL) != HF_OK || hf_load(hf_buffer_text(&bytes), NULL, &loaded, NULL) != HF_OK)
        wrong = "not loaded";
    else if (hf_save(document, path, NULL) != HF_OK || hf_map_file(path, NULL, &mapped, NULL) != HF_OK)
        wrong = "not mapped";
    else if (hf_equal(hf_root(mapped), hf_root(loaded), &equal) != HF_OK || !equal)
        wrong = "different";
    else if (hf_document_get_info(loaded).depth != hf_document_get_info(document).depth)
        wrong = "of another depth";
    hf_document_drop(mapped);
    hf_document_drop(loaded);
    hf_buffer_release(&bytes);
    return wrong;
}

static void test_save__a_million_levels(void **state)
{
    (void)state;
    for (const char *form = "aom"; *form != 0; form++) {
        hf_document *document = test_deep(1000000, *form);
        const char *wrong = deep_stack_run(save_deep, document);
        hf_document_drop(document);
        if (wrong != NULL)
            fail_msg("%c: %s", *form, wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_save__nothing_goes_out_but_the_document),
        cmocka_unit_test(test_save__comes_back_mapped_and_loaded),
        cmocka_unit_test(test_save__permissions_are_those_of_new_or_replaced_files),
        cmocka_unit_test(test_save__mounts_and_borrowed_text_are_copied_in),
        cmocka_unit_test(test_save__failures_name_the_file_and_leave_it),
        cmocka_unit_test(test_save__every_damaged_byte_is_refused_or_harmless),
        cmocka_unit_test(test_save__bytes_behind_the_block_are_refused),
        cmocka_unit_test(test_save__damage_has_its_place),
        cmocka_unit_test(test_save__survives_every_failing_allocation),
        cmocka_unit_test(test_save__the_system_refuses_in_turn),
        cmocka_unit_test(test_save__a_file_that_cannot_be_written_whole),
        cmocka_unit_test(test_save__a_million_levels),
    };
    return cmocka_run_group_tests(tests, scratch_create, scratch_remove);
}

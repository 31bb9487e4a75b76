/* test_allocator.c - lib/memory/allocator.c: malloc and pages behind one call, charged exactly. */
#include "nth.h"
#include "unit.h"

#include "memory/allocate.h"
#include "memory/page.h"

#include <holdfast/bind.h>
#include <stdlib.h>
#include <string.h>

#define KIB ((size_t)1 << 10)

static void test_allocator__contents_survive_every_way_of_resizing(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 100, 5000, 300 * 1024, 100, 700 * 1024, 3 << 20, 400 * 1024, 16 };
    static const size_t alignments[] = { 1, 16, 64, 4096, 1 << 16 };
    const hf_allocator *allocator = hf_allocator_default();
    for (size_t a = 0; a < sizeof alignments / sizeof *alignments; a++) {
        size_t         size = 0;
        unsigned char *block = NULL;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            block = allocator->resize(NULL, block, size, sizes[i], alignments[a]);
            assert_non_null(block);
            assert_int_equal((uintptr_t)block % alignments[a], 0);
            size_t common = size < sizes[i] ? size : sizes[i];
            for (size_t k = 0; k < common; k += 97)
                assert_int_equal(block[k], (unsigned char)(k * 3));
            size = sizes[i];
            for (size_t k = 0; k < size; k += 97)
                block[k] = (unsigned char)(k * 3);
        }
        assert_null(allocator->resize(NULL, block, size, 0, alignments[a]));
    }
    assert_null(allocator->resize(NULL, NULL, 0, 0, 16));
}

/* What the C library gave, the C library takes, and the other way round. */
static void test_allocator__of_the_c_library(void **state)
{
    (void)state;
    const hf_allocator *allocator = hf_allocator_libc();
    char *block = allocator->resize(allocator->context, NULL, 0, 100, 16), *grown;
    assert_non_null(block);
    memset(block, 'x', 100);
    grown = allocator->resize(allocator->context, block, 100, 1 << 20, 16);
    assert_non_null(grown);
    for (int i = 0; i < 100; i++)
        assert_int_equal(grown[i], 'x');
    free(grown);
    block = malloc(50);
    assert_non_null(block);
    assert_null(allocator->resize(allocator->context, block, 50, 0, 16));
}

static void test_allocator__large_blocks_come_from_pages(void **state)
{
    (void)state;
    const hf_allocator *allocator = hf_allocator_default();
    hf_page_trim(0);
    hf_page_counts before = hf_page_count();
    void          *small = allocator->resize(NULL, NULL, 0, 256 * KIB - 1, 16);
    assert_int_equal(hf_page_count().maps, before.maps);
    void *large = allocator->resize(NULL, NULL, 0, 256 * KIB, 16);
    assert_int_equal(hf_page_count().maps, before.maps + 1);
    allocator->resize(NULL, small, 256 * KIB - 1, 0, 16);
    allocator->resize(NULL, large, 256 * KIB, 0, 16);
    assert_int_equal(hf_page_count().kept_bytes, 256 * KIB);
    assert_int_equal(hf__good_size(1000), 1000);
    assert_int_equal(hf__good_size(600 * KIB), 640 * KIB);
    assert_true(hf__good_size(SIZE_MAX) == SIZE_MAX);
}

static void test_allocator__charges_follow_the_sizes(void **state)
{
    (void)state;
    hf_budget *budget = NULL;
    assert_int_equal(hf_budget_create(&(hf_budget_options){ .bytes_max = 1000 * KIB }, &budget, NULL), HF_OK);
    hf__memory memory = { NULL, budget };
    void      *block = NULL, *same;
    assert_int_equal(hf__memory_allocate(&memory, 900 * KIB, 16, &block, NULL), HF_OK);
    assert_int_equal(hf_budget_count(budget).current, 900 * KIB);
    same = block;
    assert_int_equal(hf__memory_resize(&memory, &block, 900 * KIB, 1001 * KIB, 16, NULL), HF_LIMIT_BYTES);
    assert_ptr_equal(block, same);
    assert_int_equal(hf_budget_count(budget).current, 900 * KIB);
    assert_int_equal(hf__memory_resize(&memory, &block, 900 * KIB, 10, 16, NULL), HF_OK);
    assert_int_equal(hf_budget_count(budget).current, 10);
    assert_int_equal(hf__memory_allocate(&memory, 1000 * KIB, 16, &same, NULL), HF_LIMIT_BYTES);
    hf__memory_free(&memory, block, 10, 16);
    hf__memory_free(&memory, NULL, 0, 16);
    assert_int_equal(hf_budget_count(budget).current, 0);
    hf_budget_drop(budget);
}

static void test_allocator__each_failure_is_clean(void **state)
{
    (void)state;
    NTH_LOOP(nth) {
        hf__memory memory = { &nth.allocator, NULL };
        void      *block = NULL;
        size_t     size = 300 * KIB;
        hf_error   error;
        hf_status  status = hf__memory_allocate(&memory, size, 16, &block, &error);
        if (status == HF_OK)
            memset(block, 7, size);
        for (size_t next = 400 * KIB; status == HF_OK && next < 8000 * KIB; next *= 2) {
            status = hf__memory_resize(&memory, &block, size, next, 16, &error);
            if (status == HF_OK)
                size = next;
            assert_int_equal(((char *)block)[300 * KIB - 1], 7);
        }
        nth_expect(&nth, status);
        if (status != HF_OK)
            assert_int_equal(error.status, HF_NO_MEMORY);
        hf__memory_free(&memory, block, size, 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocator__contents_survive_every_way_of_resizing),
        cmocka_unit_test(test_allocator__of_the_c_library),
        cmocka_unit_test(test_allocator__large_blocks_come_from_pages),
        cmocka_unit_test(test_allocator__charges_follow_the_sizes),
        cmocka_unit_test(test_allocator__each_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

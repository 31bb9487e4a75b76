/* test_page.c - lib/memory/page.c: classes, recycling, the bound, exact counts, failure, threads, fork. */
#include "memory/page.h"
#include "unit.h"

#include <holdfast/memory.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

static int fresh(void **state)
{
    (void)state;
    hf__page_fail_hook = NULL;
    hf_page_keep(64 * MIB);
    hf_page_trim(0);
    return 0;
}

static bool refuse(size_t bytes)
{
    (void)bytes;
    return true;
}

static void test_page__slack_is_an_eighth_at_most(void **state)
{
    (void)state;
    for (size_t size = 256 * KIB; size < (size_t)1 << 40; size += size / 7 + 1) {
        size_t bytes = hf__page_round(size);
        assert_true(bytes >= size && bytes - size <= size / 8);
        assert_true(bytes % HF__PAGE_BYTES == 0);
        assert_true(hf__page_round(bytes) == bytes);
    }
    assert_true(hf__page_round(SIZE_MAX) == SIZE_MAX);
}

static void test_page__a_given_block_is_recycled(void **state)
{
    (void)state;
    hf_page_counts before = hf_page_count();
    void          *block = hf__page_take(600 * KIB);
    assert_non_null(block);
    memset(block, 1, 600 * KIB);
    assert_int_equal(hf_page_count().mapped_bytes - before.mapped_bytes, 640 * KIB);
    hf__page_give(block, 600 * KIB);
    assert_int_equal(hf_page_count().kept_bytes, 640 * KIB);
    assert_ptr_equal(hf__page_take(620 * KIB), block);
    assert_int_equal(hf_page_count().kept_bytes, 0);
    hf__page_give(block, 620 * KIB);
    hf_page_counts after = hf_page_count();
    assert_int_equal(after.maps - before.maps, 1);
    assert_int_equal(after.recycled - before.recycled, 1);
    assert_int_equal(hf_page_trim(0), 640 * KIB);
    assert_int_equal(hf_page_count().mapped_bytes, before.mapped_bytes);
}

static void test_page__the_bound_holds_and_the_oldest_goes(void **state)
{
    (void)state;
    hf_page_keep(4 * MIB);
    void *blocks[6];
    for (int i = 0; i < 6; i++)
        assert_non_null(blocks[i] = hf__page_take(MIB));
    for (int i = 0; i < 6; i++) {
        hf__page_give(blocks[i], MIB);
        assert_true(hf_page_count().kept_bytes <= 4 * MIB);
    }
    hf_page_counts counts = hf_page_count();
    assert_int_equal(counts.kept_blocks, 4);
    /* The two given first are gone, so all that is kept is one of the others. */
    for (int i = 0; i < 4; i++) {
        void *block = hf__page_take(MIB);
        bool  late = false;
        for (int k = 2; k < 6; k++)
            late |= block == blocks[k];
        assert_true(late);
    }
    assert_int_equal(hf_page_count().maps, counts.maps);
    assert_int_equal(hf_page_count().kept_bytes, 0);
    for (int k = 2; k < 6; k++)
        hf__page_give(blocks[k], MIB);
    hf_page_keep(2 * MIB);
    assert_int_equal(hf_page_count().kept_bytes, 2 * MIB);
    void *large = hf__page_take(3 * MIB);
    hf__page_give(large, 3 * MIB);
    assert_int_equal(hf_page_count().kept_bytes, 2 * MIB);
    hf_page_keep(0);
    assert_int_equal(hf_page_count().kept_bytes, 0);
}

static void test_page__more_blocks_than_places(void **state)
{
    (void)state;
    enum { BLOCKS = 300 };
    static void *blocks[BLOCKS];
    hf_page_keep(1024 * MIB);
    uint64_t before = hf_page_count().mapped_bytes;
    for (int i = 0; i < BLOCKS; i++)
        assert_non_null(blocks[i] = hf__page_take(256 * KIB));
    for (int i = 0; i < BLOCKS; i++)
        hf__page_give(blocks[i], 256 * KIB);
    hf_page_counts counts = hf_page_count();
    assert_int_equal(counts.kept_blocks, 128);
    assert_int_equal(counts.kept_bytes, 128 * 256 * KIB);
    assert_int_equal(counts.mapped_bytes - before, counts.kept_bytes);
}

static void fill(unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i += 509)
        block[i] = (unsigned char)(i * 7 + 1);
}

static bool is_filled(const unsigned char *block, size_t size)
{
    for (size_t i = 0; i < size; i += 509)
        if (block[i] != (unsigned char)(i * 7 + 1))
            return false;
    return true;
}

/* Through every way of resizing: in place, moved, aligned for huge pages, into a recycled block. */
static void test_page__resizing_keeps_contents(void **state)
{
    (void)state;
    static const size_t sizes[] = { 256, 700, 1500, 2500, 9000, 40000, 3000, 900, 260, 5000, 256 };
    uint64_t            before = hf_page_count().mapped_bytes;
    size_t              size = sizes[0] * KIB;
    unsigned char      *block = hf__page_take(size);
    assert_non_null(block);
    fill(block, size);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 1; i < sizeof sizes / sizeof *sizes; i++) {
            size_t new_size = sizes[i] * KIB;
            block = hf__page_resize(block, size, new_size);
            assert_non_null(block);
            assert_true(is_filled(block, size < new_size ? size : new_size));
            if (new_size >= HF__PAGE_HUGE_BYTES)
                assert_int_equal((uintptr_t)block % HF__PAGE_BYTES, 0);
            size = new_size;
            fill(block, size);
        }
        /* Something to recycle in the next round. */
        void *spare = hf__page_take(9000 * KIB);
        hf__page_give(spare, 9000 * KIB);
    }
    hf__page_give(block, size);
    hf_page_trim(0);
    assert_int_equal(hf_page_count().mapped_bytes, before);
}

static void test_page__huge_blocks_are_aligned(void **state)
{
    (void)state;
    void *odd = hf__page_take(300 * KIB);
    void *blocks[8];
    for (int i = 0; i < 8; i++) {
        blocks[i] = hf__page_take((size_t)(2 + i) * MIB + 300 * KIB);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % HF__PAGE_HUGE_BYTES, 0);
    }
    for (int i = 0; i < 8; i++)
        hf__page_give(blocks[i], (size_t)(2 + i) * MIB + 300 * KIB);
    hf__page_give(odd, 300 * KIB);
}

static void test_page__a_smaller_kept_block_is_stretched(void **state)
{
    (void)state;
    static const size_t kept[] = { 300, 1500, 5000 }, wanted[] = { 500, 2500, 9000 }; /* also across the huge size */
    for (size_t i = 0; i < 3; i++) {
        hf_page_trim(0);
        hf_page_counts before = hf_page_count();
        void          *block = hf__page_take(kept[i] * KIB);
        assert_non_null(block);
        memset(block, 1, kept[i] * KIB);
        hf__page_give(block, kept[i] * KIB);
        assert_non_null(block = hf__page_take(wanted[i] * KIB));
        memset(block, 2, wanted[i] * KIB);
        hf_page_counts after = hf_page_count();
        assert_int_equal(after.maps - before.maps, 1);
        assert_int_equal(after.recycled - before.recycled, 1);
        assert_int_equal(after.kept_blocks, 0);
        assert_int_equal(after.mapped_bytes - before.mapped_bytes, hf__page_round(wanted[i] * KIB));
        if (wanted[i] * KIB >= HF__PAGE_HUGE_BYTES)
            assert_int_equal((uintptr_t)block % HF__PAGE_HUGE_BYTES, 0);
        hf__page_give(block, wanted[i] * KIB);
        /* Less than half of what is wanted stays for others; and so does what the system refuses to stretch. */
        assert_non_null(block = hf__page_take(wanted[i] * 5 / 2 * KIB));
        assert_int_equal(hf_page_count().kept_blocks, 1);
        hf__page_give(block, wanted[i] * 5 / 2 * KIB);
    }
}

static void test_page__a_refused_stretch_loses_nothing(void **state)
{
    (void)state;
    void *block = hf__page_take(MIB);
    hf__page_give(block, MIB);
    uint64_t mapped = hf_page_count().mapped_bytes;
    hf__page_fail_hook = refuse;
    assert_null(hf__page_take(MIB + 512 * KIB));
    hf__page_fail_hook = NULL;
    hf_page_counts after = hf_page_count();
    assert_int_equal(mapped - after.mapped_bytes, MIB - after.kept_bytes); /* kept, or trimmed in vain */
}

static void test_page__a_kept_size_is_told(void **state)
{
    (void)state;
    assert_int_equal(hf__page_kept_size(600 * KIB, 4 * MIB), 640 * KIB);
    static const size_t sizes[] = { 3, 1, 2 };
    void *blocks[3];
    for (int i = 0; i < 3; i++)
        blocks[i] = hf__page_take(sizes[i] * MIB);
    for (int i = 0; i < 3; i++)
        hf__page_give(blocks[i], sizes[i] * MIB);
    assert_int_equal(hf__page_kept_size(600 * KIB, 4 * MIB), MIB);
    assert_int_equal(hf__page_kept_size(600 * KIB, MIB - 1), 640 * KIB);
    assert_int_equal(hf__page_kept_size(MIB, 4 * MIB), MIB);
    assert_int_equal(hf__page_kept_size(MIB + 1, 4 * MIB), 2 * MIB);
    assert_int_equal(hf__page_kept_size(2 * MIB + 1, 4 * MIB), 3 * MIB);
    assert_int_equal(hf__page_kept_size(4 * MIB, 6 * MIB), 4 * MIB);
}

/* What is in use on both sides of a gap stays; the gap may be used again. */
static void test_page__gives_back_between_what_is_used(void **state)
{
    (void)state;
    const size_t   size = 10 * MIB;
    unsigned char *block = hf__page_take(size);
    assert_non_null(block);
    static const size_t gaps[][2] = { { 100, 200 }, { 1, 3 * 1024 }, { 1500, 7777 }, { 2048, 8192 }, { 9000, 10240 } };
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        size_t from = gaps[i][0] * KIB + 1, to = gaps[i][1] * KIB - 1;
        memset(block, 7, size);
        hf__page_give_back(block, from, to);
        for (size_t at = 0; at < size; at += at < from || at >= to ? 1 : to - at)
            if (block[at] != 7)
                fail_msg("byte %zu went with the gap from %zu to %zu", at, from, to);
        if (from < 2 * MIB && to > 6 * MIB) { /* huge pages in use on one side went in part, the others not at all */
            assert_int_equal(block[2 * MIB - 1], 0);
            assert_int_equal(block[2 * MIB], 7);
            assert_int_equal(block[6 * MIB - 1], 7);
            assert_int_equal(block[6 * MIB], 0);
        }
        memset(block + from, 8, to - from);
    }
    hf__page_give(block, size);
}

static void test_page__refusals_leave_the_block(void **state)
{
    (void)state;
    unsigned char *block = hf__page_take(300 * KIB);
    fill(block, 300 * KIB);
    hf_page_counts before = hf_page_count();
    hf__page_fail_hook = refuse;
    assert_null(hf__page_take(MIB));
    assert_null(hf__page_resize(block, 300 * KIB, MIB));
    assert_null(hf__page_resize(block, 300 * KIB, 5 * MIB));
    assert_null(hf__page_take(SIZE_MAX));
    assert_null(hf__page_resize(block, 300 * KIB, SIZE_MAX - 5));
    hf__page_fail_hook = NULL;
    assert_null(hf__page_take((size_t)1 << 46)); /* the system itself refuses */
    hf_page_counts after = hf_page_count();
    assert_int_equal(after.refused - before.refused, 6);
    assert_int_equal(after.mapped_bytes, before.mapped_bytes);
    assert_true(is_filled(block, 300 * KIB));
    hf__page_give(block, 300 * KIB);
}

/* Takes, resizes and gives blocks at random; each carries its owner's mark at both ends. */
static void *churn(void *context)
{
    uintptr_t thread = (uintptr_t)context;
    unsigned  random = (unsigned)thread;
    struct {
        unsigned char *block;
        size_t         size;
    } held[4] = { { NULL, 0 } };
    const char *wrong = NULL;
    for (int i = 0; i < 2000; i++) {
        random = random * 1664525 + 1013904223;
        unsigned      at = random >> 30;
        size_t        size = (256 + (random >> 8) % 512) * KIB;
        unsigned char mark = (unsigned char)(thread * 16 + at);
        if (held[at].block != NULL && (held[at].block[0] != mark || held[at].block[held[at].size - 1] != mark))
            wrong = "somebody else wrote into a block";
        if (held[at].block != NULL && (random & 64)) {
            hf__page_give(held[at].block, held[at].size);
            held[at].block = NULL;
            continue;
        }
        held[at].block = held[at].block == NULL ? hf__page_take(size)
                                                : hf__page_resize(held[at].block, held[at].size, size);
        held[at].size = size;
        held[at].block[0] = held[at].block[size - 1] = mark;
    }
    for (int at = 0; at < 4; at++)
        if (held[at].block != NULL)
            hf__page_give(held[at].block, held[at].size);
    return (void *)wrong;
}

static void test_page__threads_share_it(void **state)
{
    (void)state;
    uint64_t before = hf_page_count().mapped_bytes;
    hf_page_keep(3 * MIB);
    pthread_t threads[4];
    for (uintptr_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 200; i++) {
        assert_true(hf_page_count().kept_bytes <= 4 * MIB);
        hf_page_keep(i % 2 ? 4 * MIB : 3 * MIB);
        hf_page_trim(MIB);
    }
    for (int i = 0; i < 4; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    hf_page_counts counts = hf_page_count();
    assert_int_equal(counts.mapped_bytes - before, counts.kept_bytes);
    hf_page_trim(0);
    counts = hf_page_count();
    assert_int_equal(counts.mapped_bytes, before);
    assert_int_equal(counts.kept_blocks, 0);
}

static void test_page__a_forked_child_goes_on(void **state)
{
    (void)state;
    void *kept = hf__page_take(MIB);
    hf__page_give(kept, MIB);
    pid_t child = fork();
    if (child == 0) {
        unsigned char *block = hf__page_take(MIB);
        bool           fine = block == kept && hf_page_count().kept_bytes == 0;
        fill(block, MIB);
        fine = fine && is_filled(block, MIB);
        hf__page_give(block, MIB);
        _exit(fine ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(hf_page_count().kept_bytes, MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_page__slack_is_an_eighth_at_most, fresh),
        cmocka_unit_test_setup(test_page__a_given_block_is_recycled, fresh),
        cmocka_unit_test_setup(test_page__the_bound_holds_and_the_oldest_goes, fresh),
        cmocka_unit_test_setup(test_page__more_blocks_than_places, fresh),
        cmocka_unit_test_setup(test_page__resizing_keeps_contents, fresh),
        cmocka_unit_test_setup(test_page__huge_blocks_are_aligned, fresh),
        cmocka_unit_test_setup(test_page__a_smaller_kept_block_is_stretched, fresh),
        cmocka_unit_test_setup(test_page__a_refused_stretch_loses_nothing, fresh),
        cmocka_unit_test_setup(test_page__a_kept_size_is_told, fresh),
        cmocka_unit_test_setup(test_page__gives_back_between_what_is_used, fresh),
        cmocka_unit_test_setup(test_page__refusals_leave_the_block, fresh),
        cmocka_unit_test_setup(test_page__threads_share_it, fresh),
        cmocka_unit_test_setup(test_page__a_forked_child_goes_on, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

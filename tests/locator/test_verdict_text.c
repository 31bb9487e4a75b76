/* test_verdict_text.c - what people are told, on models made by hand: rates, short runs, what recording cost, a --focus
 * that names nothing. */
#include "model_by_hand.h"

#include <stdlib.h>

#include "focus.h"
#include "room.h"
#include "view.h"

static char *said;

static void put_text(hf__case shown)
{
    size_t length;
    free(said);
    FILE *out = open_memstream(&said, &length);
    shown.model = &model;
    shown.judgement = &judgement;
    assert_true(hf__view_text(out, &shown));
    fclose(out);
}

static void expect(const char *words)
{
    if (strstr(said, words) == NULL)
        fail_msg("\"%s\" was expected in: %s", words, said);
}

static void expect_not(const char *words)
{
    if (strstr(said, words) != NULL)
        fail_msg("\"%s\" was not expected in: %s", words, said);
}

/* So many windows of such a length, in each of which a block stays. */
static void one_block_a_window(int windows, double seconds, int64_t each)
{
    begin(true, false);
    uint32_t put = path_of("put<main");
    for (int w = 0; w < windows; w++) {
        goes_on(put, 1, 0, each);
        hf__model_checkpoint(&model, seconds * (w + 1), &HF_MEMORY_UNKNOWN, 0);
    }
    judge();
    put_text((hf__case){ 0 });
}

static void test_verdict_text__a_rate_is_never_nothing(void **state)
{
    (void)state;
    static const struct {
        double      window_s;
        int64_t     each;
        const char *headline, *finding;
    } cases[] = {
        { 1, 2048, "never gives it back: 2.00 KiB/s, 7.03 MiB an hour  [", "+2.00 KiB/s (" },
        { 1, 1, "never gives it back: 1 B/s, 3.52 KiB an hour  [", "+1 B/s (1 B to 1 B)" },
        { 600, 16, "never gives it back: 96 B an hour  [", "+96 B an hour (96 B to 96 B)" },
        { 36000, 1, "never gives it back: 2.40 B a day  [", "+2.40 B a day (2.40 B to 2.40 B)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        one_block_a_window(100, cases[i].window_s, cases[i].each);
        assert_int_equal(judgement.verdict, HF_VERDICT_LEAK);
        expect(cases[i].headline);
        expect(cases[i].finding);
        expect_not("+0");
        end();
    }
}

/* The rate is the mean of the whole; where it rises, the last one is told beside it. */
static void test_verdict_text__growth_that_becomes_faster_says_so(void **state)
{
    (void)state;
    begin(true, false);
    uint32_t put = path_of("put<main");
    for (int w = 0; w < 100; w++) {
        goes_on(put, 2 * (w + 1), 0, 100);
        hf__model_checkpoint(&model, w + 1, &HF_MEMORY_UNKNOWN, 0);
    }
    judge();
    put_text((hf__case){ 0 });
    double last;
    assert_true(hf__becomes_faster(&judgement.findings[0].shape, &last));
    assert_true(fabs(judgement.findings[0].shape.rate - 10000) < 500 && fabs(last - 19500) < 1000);
    expect("; ever faster, by 1");
    expect(" KiB/s at the end\n");
    end();
    one_block_a_window(100, 1, 2048);
    expect_not("ever faster");
    end();
}

/* Two of them, of one bug, are told as one: the mean is of both. */
static void test_verdict_text__the_mean_size_is_of_all_its_blocks(void **state)
{
    (void)state;
    begin(true, false);
    uint32_t put = path_of("put<main"), make = path_of("make<put<main");
    for (int w = 0; w < 100; w++) {
        goes_on(put, 1, 0, 64);
        goes_on(make, 1, 0, 16);
        window_ends(w, NULL);
    }
    judge();
    assert_int_equal(judgement.findings_count, 1);
    put_text((hf__case){ 0 });
    expect("in 200 blocks");
    expect("(40 B each on average)");
    end();
}

static void test_verdict_text__growth_that_was_not_measured_has_no_rate(void **state)
{
    (void)state;
    begin(true, false);
    uint32_t put = path_of("put<main");
    model.lost_events = 10;
    for (int w = 0; w < 40; w++) {
        goes_on(put, 10, 10, 100);
        window_ends(w, NULL);
    }
    judge();
    assert_int_equal(judgement.findings_count, 1); /* what was lost may have grown: nobody knows where, nor how fast */
    put_text((hf__case){ 0 });
    expect("perhaps:  unknown code  how fast it grows is not known");
    expect_not("0 B/s");
    end();
}

static void test_verdict_text__a_run_of_a_moment(void **state)
{
    (void)state;
    one_block_a_window(40, 0.001, 100);
    assert_int_equal(judgement.verdict, HF_VERDICT_STEADY);
    expect("NO LEAK to be seen: it was over after 0.04 s, too soon to tell growth from a start, and held 3.91 KiB in 40 blocks then");
    expect("next: nothing, for a program that starts, does its work and ends");
    expect("put: holds 3.91 KiB in 40 blocks, too soon to tell growth from a start");
    end();

    /* What it gave back before it was over leaves nothing to say. */
    begin(true, false);
    uint32_t put = path_of("put<main");
    for (int w = 0; w < 40; w++) {
        goes_on(put, 100, 100, 100);
        hf__model_checkpoint(&model, 0.001 * (w + 1), &HF_MEMORY_UNKNOWN, 0);
    }
    judge();
    put_text((hf__case){ 0 });
    expect("NO LEAK: ");
    expect_not("next: nothing");
    end();

    one_block_a_window(40, 0.005, 100);
    assert_int_equal(judgement.verdict, HF_VERDICT_UNDECIDED);
    expect("UNDECIDED: 1 place may leak");
    expect("grew to the end of a run that was over in a moment");
    expect("let it do the same work again and again");
    end();
}

static void test_verdict_text__one_checkpoint_accuses_nobody(void **state)
{
    (void)state;
    begin(false, false);
    uint32_t put = path_of("put<main");
    goes_on(put, 100, 0, 100);
    window_ends(0, NULL);
    judge();
    put_text((hf__case){ 0 });
    expect("UNDECIDED: too short to see growth; record for longer");
    expect_not("perhaps");
    expect("put: holds 9.77 KiB in 100 blocks, by too few checkpoints to see growth");
    end();
}

static void test_verdict_text__what_recording_cost(void **state)
{
    (void)state;
    static const struct {
        uint64_t    allocations, own_ns;
        double      own_share;
        const char *words;
    } cases[] = {
        { 1, 0, -1, "recorded: 1 allocation\n" },
        { 201, 0, 0.024, "recorded: 201 allocations; recording took 2.4 % of the program's processor time\n" },
        { 999999, 50000000000, 0.31, "recorded: 999999 allocations; recording took 31 % of the program's processor time\n" },
        { 12345678, 1000000000, 4.0, "recorded: 12.3 million allocations; recording took 1.0 % of a processor\n" },
        { 12345678, 1000000000, 0.099, "recorded: 12.3 million allocations; recording took 9.9 % of the program's processor time\n" },
    };
    one_block_a_window(100, 1, 100); /* of 100 s */
    expect_not("recorded:");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_text((hf__case){ .allocations = cases[i].allocations, .own_ns = cases[i].own_ns, .own_share = cases[i].own_share });
        expect(cases[i].words);
    }
    end();
}

/* Knows one misspelling. */
static const char *nearest(const char *word, size_t length, const char *const *known)
{
    for (; *known != NULL; known++)
        if (length == 3 && strncmp(word, "pit", 3) == 0 && strcmp(*known, "put") == 0)
            return *known;
    return NULL;
}

static void tell_focus(const char *focus)
{
    size_t length;
    free(said);
    FILE *out = open_memstream(&said, &length);
    assert_true(hf__tell_unknown_focus(out, &model, focus, nearest));
    fclose(out);
}

static void test_focus__a_name_of_none_is_told_with_its_neighbours(void **state)
{
    (void)state;
    begin(true, false);
    path_of("put<Cache::open<main");
    path_of("put<Journal::open<Log::open<Table::open<main");
    assert_true(hf__focus_occurs(&model, "put"));
    assert_true(hf__focus_occurs(&model, "Cache::open"));
    assert_false(hf__focus_occurs(&model, "open"));
    assert_false(hf__focus_occurs(&model, ""));

    tell_focus("pit");
    assert_string_equal(said, "holdfast: --focus pit: no function of that name is among the program's own that asked for memory; "
                              "did you mean 'put'? blame is laid without it\n");
    tell_focus("open");
    expect("did you mean 'Cache::open', 'Table::open' or 'Log::open'? blame");
    tell_focus("Store::open");
    expect("did you mean 'Cache::open', ");
    tell_focus("");
    expect("asked for memory; blame is laid without it\n");

    for (uint64_t nth = 1; nth <= 3; nth++) {
        size_t length;
        free(said);
        FILE *out = open_memstream(&said, &length);
        hf__room_fail_at(nth);
        assert_false(hf__tell_unknown_focus(out, &model, "pit", nearest));
        hf__room_fail_at(0);
        fclose(out);
        assert_int_equal(length, 0);
    }
    end();
}

static int release_text(void **state)
{
    (void)state;
    free(said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_text__a_rate_is_never_nothing),
        cmocka_unit_test(test_verdict_text__growth_that_becomes_faster_says_so),
        cmocka_unit_test(test_verdict_text__the_mean_size_is_of_all_its_blocks),
        cmocka_unit_test(test_verdict_text__growth_that_was_not_measured_has_no_rate),
        cmocka_unit_test(test_verdict_text__a_run_of_a_moment),
        cmocka_unit_test(test_verdict_text__one_checkpoint_accuses_nobody),
        cmocka_unit_test(test_verdict_text__what_recording_cost),
        cmocka_unit_test(test_focus__a_name_of_none_is_told_with_its_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, release_text);
}

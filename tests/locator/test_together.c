/* test_together.c - one bug in several processes: what is added up, and what is not. */
#include "pin.h"

#include <math.h>

#include "together.h"

enum { PROCESSES = 3 };

static hf__model     models[PROCESSES];
static hf__judgement judgements[PROCESSES];
static hf__finding   found[PROCESSES][2];
static hf__judged    all[PROCESSES];

/* Three processes, each of which leaks 100 and 10 bytes per second, under two fingerprints, for its first 8 s; they begin
 * so long after one another. */
static void begin(double apart_s)
{
    memset(models, 0, sizeof models);
    memset(judgements, 0, sizeof judgements);
    for (size_t i = 0; i < PROCESSES; i++) {
        models[i].started_ns = INT64_C(1700000000000000000) + (int64_t)((double)i * apart_s * 1e9);
        for (size_t k = 0; k < 2; k++) {
            double rate = k == 0 ? 100 : 10;
            found[i][k] = (hf__finding){ .verdict = HF_VERDICT_LEAK, .kind = HF_PATH_HEAP, .fingerprint = 7 + k,
                                         .shape = { .rate = rate, .rate_low = rate - 3, .rate_high = rate + 4, .until_s = 8 } };
        }
        judgements[i].findings = found[i];
        judgements[i].findings_count = 2;
        judgements[i].bytes_per_second = 110;
        all[i] = (hf__judged){ &models[i], &judgements[i] };
    }
}

static void test_together__adds_up_what_leaks_at_the_same_time(void **state)
{
    (void)state;
    begin(0.5);
    assert_true(hf__add_up_processes(all, PROCESSES));
    for (size_t i = 0; i < PROCESSES; i++) {
        const hf__shape *shape = &found[i][0].shape;
        assert_int_equal(found[i][0].processes, 2);
        assert_true(fabs(shape->rate - 300) < 1e-9 && fabs(found[i][1].shape.rate - 30) < 1e-9);
        assert_true(fabs(shape->rate_low - (300 - 3 * sqrt(3))) < 1e-9 && fabs(shape->rate_high - (300 + 4 * sqrt(3))) < 1e-9);
        assert_true(fabs(judgements[i].bytes_per_second - 330) < 1e-9);
    }
}

static void test_together__leaves_other_bugs_and_open_ones_alone(void **state)
{
    (void)state;
    begin(0.5);
    found[1][0].fingerprint = 9;
    found[2][1].verdict = HF_VERDICT_UNDECIDED;
    assert_true(hf__add_up_processes(all, PROCESSES));
    assert_true(found[0][0].processes == 1 && fabs(found[0][0].shape.rate - 200) < 1e-9);
    assert_true(found[1][0].processes == 0 && fabs(found[1][0].shape.rate - 100) < 1e-9);
    assert_true(found[0][1].processes == 1 && fabs(found[2][1].shape.rate - 10) < 1e-9);
    begin(0.5);
    assert_true(hf__add_up_processes(all, 1));
    assert_true(found[0][0].processes == 0 && fabs(found[0][0].shape.rate - 100) < 1e-9);
}

/* Two of one fingerprint in each: the fastest goes with the fastest, in whatever order they stand. */
static void test_together__several_of_one_fingerprint(void **state)
{
    (void)state;
    begin(0.5);
    for (size_t i = 0; i < PROCESSES; i++)
        found[i][0].fingerprint = found[i][1].fingerprint = 7;
    hf__finding first = found[1][0];
    found[1][0] = found[1][1];
    found[1][1] = first;
    assert_true(hf__add_up_processes(all, PROCESSES));
    assert_true(fabs(found[0][0].shape.rate - 300) < 1e-9 && fabs(found[0][1].shape.rate - 30) < 1e-9);
    assert_true(fabs(found[1][0].shape.rate - 30) < 1e-9 && fabs(found[1][1].shape.rate - 300) < 1e-9);
}

/* So much of their growth do neighbours have in common. */
static bool is_added_up(double share)
{
    begin(8 * (1 - share));
    assert_true(hf__add_up_processes(all, PROCESSES));
    return found[0][0].processes > 0;
}

static void test_together__not_what_comes_one_after_the_other(void **state)
{
    (void)state;
    HF_PIN(HF_TOGETHER, 0.48, 0.52, is_added_up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_together__adds_up_what_leaks_at_the_same_time),
        cmocka_unit_test(test_together__leaves_other_bugs_and_open_ones_alone),
        cmocka_unit_test(test_together__several_of_one_fingerprint),
        cmocka_unit_test(test_together__not_what_comes_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

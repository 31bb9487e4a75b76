/* test_floor.c - low points of a sawtooth: rising ones are a leak, wandering and settling ones are not. */
#include "unit.h"

#include <math.h>

#include "floor.h"
#include "random.h"

enum { POINTS = 12 };

static double noise(uint64_t *seed, double width)
{
    return width * ((double)(random_next(seed) >> 11) / 4503599627370496.0 - 1); /* -width .. width */
}

/* Low points made by `kind`: how often out of 500 they are said to rise. */
static unsigned said_to_rise(char kind, double wobble)
{
    uint64_t seed = 5;
    unsigned rises = 0;
    for (int round = 0; round < 500; round++) {
        double values[POINTS], seconds[POINTS], walk = 0;
        for (int i = 0; i < POINTS; i++) {
            double level = kind == 'r' ? 100.0 * i : kind == 'p' ? 600 * (1 - exp(-i / 2.0)) : kind == 'w' ? walk : 0;
            walk += noise(&seed, 100);
            values[i] = 1000 + level + noise(&seed, wobble);
            seconds[i] = i;
        }
        hf__floor floor;
        bool is_said = hf__floor_rises(values, seconds, POINTS, 4000, &floor);
        rises += is_said;
        if (is_said && kind == 'r')
            HF_EXPECT(floor.rate > 80 && floor.rate < 120 && floor.rate_low <= floor.rate && floor.rate <= floor.rate_high);
    }
    return rises;
}

static void test_floor__rising_low_points_are_seen(void **state)
{
    (void)state;
    HF_EXPECT(said_to_rise('r', 0) == 500);
    HF_EXPECT(said_to_rise('r', 60) >= 450);
}

static void test_floor__others_are_not(void **state)
{
    (void)state;
    assert_int_equal(said_to_rise('f', 200), 0); /* flat */
    assert_int_equal(said_to_rise('p', 20), 0);  /* filling, then full */
    HF_EXPECT(said_to_rise('w', 0) <= 15);       /* a random walk: at most 3 in 100 */
}

static void test_floor__few_points_say_nothing(void **state)
{
    (void)state;
    const double values[] = { 0, 100, 200, 300 }, seconds[] = { 0, 1, 2, 3 };
    hf__floor floor;
    HF_EXPECT(!hf__floor_rises(values, seconds, 4, 400, &floor));
    HF_EXPECT(!hf__floor_rises(values, seconds, 0, 400, &floor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floor__rising_low_points_are_seen),
        cmocka_unit_test(test_floor__others_are_not),
        cmocka_unit_test(test_floor__few_points_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* floor.c - see floor.h. */
#include "floor.h"

#include <math.h>

#include "series.h"
#include "shape.h"
#include "statistics.h"

bool hf__floor_rises(const double *values, const double *seconds, size_t count, double peak, hf__floor *ret_floor)
{
    double steps[HF_WINDOWS_MAX];
    if (count < HF_FLOORS_MIN || count > HF_WINDOWS_MAX)
        return false;
    size_t made = count - 1, half = made / 2, rising = 0;
    for (size_t i = 0; i < made; i++) {
        steps[i] = values[i + 1] - values[i];
        rising += steps[i] > 0;
    }
    double growth = values[made] - values[0], lasted = seconds[made] - seconds[0];
    double mean = hf__mean(steps, made), error = hf__deviation(steps, made) / sqrt((double)made);
    /* Few steps make a small sample of their own spread: most of them must go up besides. */
    bool beyond_chance = mean > hf__t_quantile(HF_T_99_ONE_SIDED, made - 1) * error && (double)rising >= HF_FLOOR_RISING * (double)made;
    bool steady = hf__mean(steps + made - half, half) >= HF_PACE_LEAK * hf__mean(steps, half);
    if (!beyond_chance || !steady || growth < HF_FLOOR_RISE * peak || !(lasted > 0))
        return false;
    double each = lasted / (double)made, slack = hf__t_quantile(HF_T_95_TWO_SIDED, made - 1) * error;
    *ret_floor = (hf__floor){ mean / each, (mean - slack) / each, (mean + slack) / each, seconds[0], seconds[made], growth,
                              hf__t_below(error > 0 ? mean / error : 1e9, made - 1) };
    return true;
}

/* statistics.c - Student's t, a fitted line, mean and deviation. */
#include "statistics.h"

#include <math.h>

double hf__mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / (double)count : 0;
}

double hf__deviation(const double *values, size_t count)
{
    if (count < 2)
        return 0;
    double mean = hf__mean(values, count), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(count - 1));
}

double hf__t_quantile(hf__quantile quantile, size_t freedom)
{
    static const double two_sided_95[] = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                           2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086 };
    static const double one_sided_99[] = { 31.821, 6.965, 4.541, 3.747, 3.365, 3.143, 2.998, 2.896, 2.821, 2.764,
                                           2.718,  2.681, 2.650, 2.624, 2.602, 2.583, 2.567, 2.552, 2.539, 2.528 };
    enum { ROWS = sizeof two_sided_95 / sizeof *two_sided_95 };
    const double *row = quantile == HF_T_95_TWO_SIDED ? two_sided_95 : one_sided_99;
    double limit = quantile == HF_T_95_TWO_SIDED ? 1.960 : 2.326;
    if (freedom < 1)
        freedom = 1;
    if (freedom <= ROWS)
        return row[freedom - 1];
    return limit + (row[ROWS - 1] - limit) * ROWS / (double)freedom;
}

/* By the normal distribution with Wallace's correction for few degrees of freedom: good to 0.01. */
double hf__t_below(double t, size_t freedom)
{
    double nu = freedom > 0 ? (double)freedom : 1;
    double z = (8 * nu + 1) / (8 * nu + 3) * sqrt(nu * log1p(t * t / nu));
    return 0.5 * erfc((t > 0 ? -z : z) / sqrt(2.0));
}

hf__line hf__fit_line(const double *values, size_t count)
{
    double mean = hf__mean(values, count), middle = (double)(count - 1) / 2, xx = 0, xy = 0, rest = 0;
    for (size_t i = 0; i < count; i++) {
        double x = (double)i - middle;
        xx += x * x;
        xy += x * (values[i] - mean);
    }
    double slope = xx > 0 ? xy / xx : 0;
    for (size_t i = 0; i < count; i++) {
        double off = values[i] - mean - slope * ((double)i - middle);
        rest += off * off;
    }
    double slope_error = count > 2 && xx > 0 ? sqrt(rest / (double)(count - 2) / xx) : 0;
    return (hf__line){ .at_start = mean - slope * middle, .at_end = mean + slope * middle,
                       .end_error = slope_error * (double)(count - 1) };
}

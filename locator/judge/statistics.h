/* statistics.h - the little statistics that the judge needs. */
#ifndef HOLDFAST_STATISTICS_H
#define HOLDFAST_STATISTICS_H

#include <stddef.h>

typedef enum hf__quantile { HF_T_95_TWO_SIDED, HF_T_99_ONE_SIDED } hf__quantile;

/* Student's t for `freedom` >= 1 degrees. */
double hf__t_quantile(hf__quantile quantile, size_t freedom);

/* The share of Student's t distribution below `t`. */
double hf__t_below(double t, size_t freedom);

typedef struct hf__line {
    double at_start, at_end;    /* the fitted values at the first and the last of equidistant points */
    double end_error;           /* standard error of (at_end - at_start) */
} hf__line;

/* Least squares through `count` >= 3 equidistant values. */
hf__line hf__fit_line(const double *values, size_t count);

double hf__mean(const double *values, size_t count);
/* Standard deviation of a sample; 0 for fewer than two values. */
double hf__deviation(const double *values, size_t count);

#endif

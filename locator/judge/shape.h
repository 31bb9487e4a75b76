/* shape.h - what the series of one group says: does it leak, fill, stay, or come and go?
 *
 * The method and its false alarms are derived in docs/verdicts.md; every threshold is here, under
 * the name that it has there. */
#ifndef HOLDFAST_SHAPE_H
#define HOLDFAST_SHAPE_H

#include "series.h"

typedef enum hf__verdict {
    HF_VERDICT_LEAK,
    HF_VERDICT_UNDECIDED,
    HF_VERDICT_FRAGMENTATION,
    HF_VERDICT_FILLING,
    HF_VERDICT_CHURN,
    HF_VERDICT_STEADY,
} hf__verdict;

/* "leak", "undecided", ...: as in JSON. */
const char *hf__verdict_name(hf__verdict verdict);

/* Why the verdict is what it is. */
typedef enum hf__reason {
    HF_REASON_NOTHING,        /* never held anything worth a word */
    HF_REASON_FLAT,           /* no growth after its start */
    HF_REASON_FEW,            /* grew by too few blocks to tell */
    HF_REASON_PLATEAU,        /* grew, then stopped growing */
    HF_REASON_SLOWING,        /* growth loses pace steadily */
    HF_REASON_TURNOVER,       /* what is old dies as fast as new comes */
    HF_REASON_SAWTOOTH,       /* falls back again and again */
    HF_REASON_BATCH,          /* grew, was used, and released as a whole by the program itself */
    HF_REASON_GROWS,          /* keeps growing */
    HF_REASON_GROWS_DOUBLING, /* room made in advance, in ever larger steps at ever longer intervals */
    HF_REASON_BACKLOG,        /* grows, though everything dies in the end: drained slower than filled */
    HF_REASON_STEP,           /* grew in a few windows at the end of many: a step, not growth */
    HF_REASON_SHORT,          /* too few checkpoints */
    HF_REASON_MOMENT,         /* grew, but the program was over in a moment: it may have built up to its end */
    HF_REASON_NOISY,          /* growth within what chance or sampling may do */
    HF_REASON_MAYBE_FULL,     /* grows at a falling pace: may saturate, may not */
    HF_REASON_RELEASED_LAST,  /* grew to the end and was released just before it */
    HF_REASON_RECENT,         /* grows since too short a time */
    HF_REASON_LOST,           /* events were lost: they may be the release of what looks kept, or the growth that is not seen */
    HF_REASON_SAMPLES,        /* memory as a whole keeps growing; what was sampled of this place is too little to tell */
} hf__reason;

typedef struct hf__shape {
    hf__verdict verdict;
    hf__reason  reason;
    double rate, rate_low, rate_high;   /* bytes per second (blocks per second for goroutines), 95 % */
    double since_s, until_s;            /* the time over which the rate stands */
    double growth_bytes, growth_blocks; /* over that time; 0 where new things only take the place of old ones */
    double sampling_error;              /* of growth_bytes, as a share of it; 0 when exact */
    double samples;                     /* blocks that were looked at behind that growth: all of them, or the sampled */
    double held_bytes, held_blocks;     /* at the reference: the end, or just before main returned */
    double peak_bytes;
    double kept_share;                  /* of the blocks born in that time, still alive at the reference */
    double taken_out_share;             /* of the blocks that died in that time, those that had lived for some: a store */
    double pace_end;                    /* growth at the end of that time over growth at its start, fitted */
    double pace_error;                  /* standard error of that */
    double age_median_s, age_oldest_s;  /* of what is alive at the reference; -1 when not known */
    double confidence;                  /* 0 to 1: that the verdict is right, by the test that decided */
    double more_s;                      /* UNDECIDED: how much longer to run */
    double dropped_share;               /* SAWTOOTH: the deepest fall, of its peak */
    size_t drops;
    bool   resized;                     /* grew by what was added to blocks, more than by blocks */
    bool   released_last;               /* released as a whole just before the end, by the program itself */
    bool   released_after_main;         /* alive when main returned, released by exit handlers */
} hf__shape;

enum {
    HF_EVENTS_MIN = 6,       /* kept blocks below which growth is not worth a word */
    HF_BURST_BLOCKS = 10,    /* born or died in the whole program, on average, for a burst of work to be one */
    HF_SHORT_BLOCKS = 1000,  /* kept blocks, from which on a short run may be called a leak, */
    HF_SHORT_THREADS = 100,  /* or so many threads */
    HF_STEP_WINDOWS = 48,    /* of a run: what grew in fewer than HF_WINDOWS_MIN at its end is a step */
    HF_EVENTS_LEAK = 10,     /* and below which it is not called a leak: things that are set up once may come one by one */
    HF_SAMPLES_MIN = 2,      /* sampled blocks, for a place to be named and for its course to be told */
    HF_SAMPLES_LEAK = 10,    /* sampled blocks below which a place is not called a leak */
    HF_WINDOWS_MIN = 6,      /* windows of growth below which nothing is decided */
    HF_REST_EVENTS_MIN = 50, /* the same after a warm-up, where growth is small beside it */
    HF_CELLS_MIN = 4,        /* equal stretches of time that growth is cut into, at least and at most */
    HF_CELLS_MAX = 16,
    HF_DOUBLING_BLOCKS = 3,  /* more at each step, at most, of room that is made in advance */
    HF_DOUBLING_STEPS = 4,   /* and at least so many steps */
};
#define HF_DROP_SHARE     0.35 /* a fall by this share of the peak is a drop, not noise */
#define HF_DROP_ERRORS    4.0  /* and by so many standard deviations of sampling */
#define HF_RELEASED_SHARE 0.25 /* what is left after a release as a whole */
#define HF_HELD_SHARE     0.85 /* of the peak, held until the release */
#define HF_HELD_TIME      0.20 /* of the run: for so long, and the peak was chance */
#define HF_COVERAGE_MIN   0.70 /* share of the cells in which a leak must have grown */
#define HF_RECENCY_MIN    0.40 /* pace of the last quarter, of the mean */
#define HF_PACE_LEAK      0.75 /* end pace over start pace: from here on growth is steady */
#define HF_PACE_FILLING   0.50 /* below this it is slowing */
#define HF_PACE_ERRORS    2.0  /* of the fit, that a pace must be away from a limit to be beyond it for certain */
#define HF_GROWTH_ERRORS  3.0  /* of sampling, that a growth must exceed to be more than chance */
#define HF_OLD_DEATHS     0.01 /* of all deaths: what is older than all but these will stay */
#define HF_AGE_CUT        0.30 /* of the run, at most: the age of nearly all that die, below which what lives is left out */
#define HF_AGE_CUT_LAST   0.50 /* the same, where everything else only comes and goes */
#define HF_LOW_POINT_ERRORS 2.0 /* mean steps of the low points, by which growth between them must fall short */
#define HF_OUTLIVED_SHARE 0.10 /* of what stays in a saw: so many blocks died older than it, and it is young */
#define HF_REST_PACE      0.10 /* of the mean activity of the whole program: below it, it rests */
#define HF_CYCLE_UNEVEN   0.50 /* of the median cycle of work and rest, by which none may differ */
#define HF_REST_SHARE     0.10 /* of the peak: growth after a warm-up that is small beside it */
#define HF_LEVEL_SHARE_MIN 0.10 /* of the peak: a rise or a fall of a level below this may be chance */
#define HF_BACKLOG_SHARE  0.50 /* of the peak, and of the run: a backlog must have grown by so much, for so long */
#define HF_ERASED_SHARE   0.10 /* of what is born, taken out while the whole grows: a store, not a batch */
#define HF_STORE_SHARE    0.50 /* of what dies, by age: more of it and there is a store from which things are taken out */
#define HF_TURNOVER_MIN   0.75 /* growth of the whole over what is kept */
#define HF_ACTIVITY_BELOW_S 1.0 /* in shorter runs time is what the scheduler leaves */
#define HF_ACTIVITY_MIN   5000.0 /* deaths, for a clock that is fine enough */
#define HF_ACTIVITY_PACE  0.80 /* end pace over start pace by that clock, or its inverse */
#define HF_MOMENT_S       0.05 /* seconds; nothing in a shorter run is called a leak: it may all be building up */
#define HF_SHORT_RUN_S    0.5  /* in a shorter run it is one if there are HF_SHORT_BLOCKS and HF_ACTIVITY_MIN deaths, and */
#define HF_SHORT_UNEVEN   0.25 /* of the rate, at most, is half its interval: it repeats its work */
#define HF_TAIL_SHARE_MIN 0.15 /* growth must last for this share of the run */
#define HF_LATE_RATIO     3.0  /* pace after over pace before: growth began there */
#define HF_BREAK_SHARE    0.25 /* of the spread of pace that a break must explain */
#define HF_BREAK_ERRORS   3.0  /* of sampling, that a break must exceed */
#define HF_TOOTH_RATIO    2.0  /* a stretch that lasts longer than so many teeth is none */
#define HF_HEAD_RATIO     0.5  /* pace after over pace before: what was before is warm-up */
#define HF_HEAD_REST      0.5  /* of the time, that must be left after a start that was a little faster */
#define HF_HEAD_ODDS      3.0 /* logarithm of how much more likely a faster start must be than a pace that falls all the while */
#define HF_HEAD_ERRORS    1.0  /* of the fit, by which the pace of what is left must be above its limit */

/* Did growth become faster for certain? Its rate is the mean; at the end it is the last. */
static inline bool hf__becomes_faster(const hf__shape *shape, double *ret_last_rate)
{
    double slower = shape->pace_end > 0 ? 1 / shape->pace_end : 1, error = shape->pace_error * slower * slower;
    *ret_last_rate = shape->rate * 2 / (1 + slower);
    return slower + HF_PACE_ERRORS * error < HF_PACE_FILLING;
}

/* Never fails; looks at nothing but `series`. */
void hf__shape_of(const hf__series *series, hf__shape *ret_shape);

/* For runs of less than HF_ACTIVITY_BELOW_S, and of programs that were kept waiting for a processor: time is what the
 * scheduler leaves a program, and a pause looks like a plateau. `died` is how much of the whole program had died by the end of each window: a second clock, which stands
 * still with the program. Where time could not tell, and growth by that clock is even, it is a leak. */
void hf__shape_by_activity(const hf__series *series, const double *died, hf__shape *shape);

/* Was a recorded program over in less than HF_MOMENT_S? */
bool hf__is_moment(const hf__series *series);

/* A program that is over in a moment builds up to its end, and nothing tells that from a leak but work that it repeats:
 * what is called a leak needs that, and so does what is open in less than HF_MOMENT_S. `died` as above. */
void hf__shape_of_moment(const hf__series *series, const double *died, hf__shape *shape);

#endif

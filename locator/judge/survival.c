/* survival.c - ages are counted in windows; what dies in the window of its birth has the age 0. */
#include "survival.h"

#include <math.h>

/* Blocks by the window of their birth and the age at which they died. */
static void count_deaths(const hf__look *at, float (*died)[HF_WINDOWS_MAX])
{
    const hf__series *series = at->series;
    for (size_t i = 0; i < at->windows; i++)
        died[i][0] = (float)series->died_blocks[i];
    for (size_t i = 0; i < series->deaths_count; i++) {
        const hf__death *death = &series->deaths[i];
        if (death->died >= at->windows)
            continue;
        died[death->born][death->died - death->born] += (float)death->blocks;
        died[death->died][0] -= (float)death->blocks;
    }
}

void hf__expect_kept(const hf__look *at, double *ret_kept)
{
    float died[HF_WINDOWS_MAX][HF_WINDOWS_MAX] = { { 0 } };
    double alive[HF_WINDOWS_MAX], outlived[HF_WINDOWS_MAX], share = 1;
    size_t ages = (size_t)((double)at->windows * HF_AGE_CUT_LAST);
    count_deaths(at, died);
    for (size_t born = 0; born < at->windows; born++)
        alive[born] = at->series->born_blocks[born];
    for (size_t age = 0; age < at->windows; age++) {
        double watched = 0, dead = 0;
        for (size_t born = 0; age < ages && born + age < at->windows; born++) {
            watched += alive[born];
            dead += died[born][age];
            alive[born] -= died[born][age];
        }
        if (watched > 0)
            share *= 1 - fmin(fmax(dead / watched, 0), 1);
        outlived[age] = share;
    }
    for (size_t born = 0; born < at->windows; born++) {
        double reached = outlived[at->windows - 1 - born];
        ret_kept[born] = at->kept[born] * (reached > 0 ? share / reached : 0);
    }
}

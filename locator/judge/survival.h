/* survival.h - how much of what is alive will stay, by how long the others of its age lived on. */
#ifndef HOLDFAST_SURVIVAL_H
#define HOLDFAST_SURVIVAL_H

#include "curves.h"

/* K of each window, less what is still to die of it before it is half as old as the run: survival to an age is the
 * product of the shares that outlived each age before it, of all that were watched for so long (Kaplan and Meier,
 * *Nonparametric estimation from incomplete observations*, 1958). */
void hf__expect_kept(const hf__look *at, double *ret_kept);

#endif

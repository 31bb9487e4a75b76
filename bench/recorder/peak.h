/* peak.h - how much memory was resident at most, of this program alone: getrusage would know what the
 * process was before it became this. */
#ifndef HOLDFAST_BENCH_PEAK_H
#define HOLDFAST_BENCH_PEAK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In KiB; 0 where the system does not tell. */
static inline long resident_most(void)
{
    char  line[128];
    long  size = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            size = strtol(line + 6, NULL, 10);
    if (file != NULL)
        fclose(file);
    return size;
}

#endif

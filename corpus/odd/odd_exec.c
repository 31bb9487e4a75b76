/* odd_exec.c - replaces its own image, keeping its pid.
 *
 * Stated behaviour: two processes, the first ended by exec. What the first held is gone with it. */
#include "odd.h"

#include <string.h>

SITE(before_exec)
SITE(after_exec)

int main(int count, char **arguments)
{
    if (count == 1) {
        for (int i = 0; i < 4; i++)
            before_exec(64);
        site_print(before_exec);
        execl("/proc/self/exe", arguments[0], "again", (char *)NULL);
        return 3;
    }
    for (int i = 0; i < 6; i++)
        after_exec(80);
    site_print(after_exec);
    return strcmp(arguments[1], "again");
}

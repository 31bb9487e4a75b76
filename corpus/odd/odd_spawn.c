/* odd_spawn.c - starts programs by posix_spawn, vfork and system.
 *
 * Stated behaviour: the program itself is exact; those it starts are recorded as processes of
 * their own. A child of vfork runs in the program's memory and leaves it as it was. */
#define _GNU_SOURCE
#include "odd.h"

#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

SITE(of_parent)

int main(void)
{
    char *const command[] = { "true", NULL };
    pid_t pid;
    for (int i = 0; i < 3; i++) {
        of_parent(100);
        if (posix_spawn(&pid, "/bin/true", NULL, NULL, command, environ) == 0)
            waitpid(pid, NULL, 0);
        pid = vfork();
        if (pid == 0) {
            execv("/bin/true", command);
            _exit(1);
        }
        waitpid(pid, NULL, 0);
        pid = vfork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
        if (system("exit 0") != 0)
            return 1;
    }
    site_print(of_parent);
    return 0;
}

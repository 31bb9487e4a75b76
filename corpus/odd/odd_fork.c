/* odd_fork.c - a child releases what its parent allocated, keeps blocks of its own, and forks again.
 *
 * Stated behaviour: each process is recorded for itself. The child's releases of inherited blocks
 * name addresses it never allocated (3 strangers); the parent still holds them. */
#include "odd.h"

#include <sys/wait.h>

SITE(of_parent)
SITE(of_child)
SITE(of_grandchild)

int main(void)
{
    void *inherited[10];
    for (int i = 0; i < 10; i++)
        inherited[i] = of_parent(100);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 3; i++)
            free(inherited[i]);
        for (int i = 0; i < 5; i++)
            of_child(200);
        pid_t grandchild = fork();
        if (grandchild == 0) {
            for (int i = 0; i < 7; i++)
                of_grandchild(300);
            site_print(of_grandchild);
            _exit(0);
        }
        waitpid(grandchild, NULL, 0);
        site_print(of_child);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    site_print(of_parent);
    return 0;
}

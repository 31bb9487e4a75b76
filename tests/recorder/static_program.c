/* static_program.c - built without a loader, or for another libc: nothing can be preloaded. */
#include <stdlib.h>

int main(void)
{
    void *volatile block = malloc(10);
    free(block);
    return 0;
}

/* static_program.c - built without a loader, or for another libc: nothing can be preloaded; or with the note that
 * Go puts into its programs. */
#include <stdlib.h>

#ifdef HAS_GO_NOTE
__asm__(".pushsection .note.go.buildid, \"a\", @note\n .long 4, 4, 4\n .ascii \"Go\\0\\0\"\n .long 0\n .popsection");
#endif

int main(void)
{
    void *volatile block = malloc(10);
    free(block);
    return 0;
}

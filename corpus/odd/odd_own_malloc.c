/* odd_own_malloc.c - an executable that brings a malloc of its own.
 *
 * Stated behaviour: its calls cannot be seen, and the recording says so. */
#include <stddef.h>
#include <stdint.h>

void *malloc(size_t size);
void  free(void *block);

static _Alignas(16) char room[1 << 20];
static size_t used;

void *malloc(size_t size)
{
    size_t start = used;
    used += (size + 15) & ~(size_t)15;
    return used <= sizeof room ? room + start : NULL;
}

void free(void *block)
{
    (void)block;
}

int main(void)
{
    void *volatile block = malloc(100);
    free(block);
    return block == NULL;
}

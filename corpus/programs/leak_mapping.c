/* Chunks are mapped for each batch and never unmapped. */
#include <sys/mman.h>

#include "corpus.h"

enum { CHUNK = 64 * 1024 };

static char *map_chunk(void)
{
    char *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        abort();
    chunk[0] = 1;
    return chunk;
}

int main(void)
{
    while (corpus_next()) {
        if (corpus_round % 4 != 0)
            continue;
        map_chunk();
        corpus_leaked(CHUNK);
        munmap(map_chunk(), CHUNK);
    }
}

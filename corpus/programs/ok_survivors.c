/* Phases of small and large blocks with a few survivors each, which are freed two phases later: holes, no leak. */
#include "corpus.h"
enum { PHASE = 1200, KEEP = 60 };
static char *held[PHASE], *survivors[3][KEEP];
static int filled, phase;
static CORPUS_NOINLINE char *take_block(int p)
{
    size_t size = p % 2 ? 40 + corpus_random() % 200 : 500 + corpus_random() % 3000;
    char *b = (char *)malloc(size);
    memset(b, p, size);
    return b;
}
static CORPUS_NOINLINE void end_phase(void)
{
    int k = 0;
    for (int i = 0; i < KEEP; i++)
        free(survivors[phase % 3][i]);
    for (int i = 0; i < PHASE; i++)
        if (i % 20 == 7) survivors[phase % 3][k++] = held[i];
        else free(held[i]);
    filled = 0;
    phase++;
}
int main(void)
{
    while (corpus_paced(400, 5.0))
        for (int i = 0; i < 7; i++) {
            held[filled++] = take_block(phase);
            if (filled == PHASE)
                end_phase();
        }
}

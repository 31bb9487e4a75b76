/* An index of five segments: new documents go into the youngest, full ones are merged into one larger, the old freed. */
#include "corpus.h"

enum { SEGMENTS = 5, DOCUMENTS_MAX = 2000 };
typedef struct segment { int count; int *postings; } segment;
static segment segments[SEGMENTS];

static CORPUS_NOINLINE void add_posting(segment *to, int value)
{
    if ((to->count & (to->count - 1)) == 0)
        to->postings = realloc(to->postings, sizeof(int) * (size_t)(to->count > 0 ? to->count * 2 : 1));
    to->postings[to->count++] = value;
}

static CORPUS_NOINLINE void merge_segments(int into)
{
    segment merged = { 0 };
    for (int s = into; s >= 0; s--) {
        for (int i = 0; i < segments[s].count; i++)
            add_posting(&merged, segments[s].postings[i]);
        free(segments[s].postings);
        segments[s] = (segment){ 0 };
    }
    if (merged.count > DOCUMENTS_MAX) { /* what is older than that is dropped */
        free(merged.postings);
        merged = (segment){ 0 };
    }
    segments[into] = merged;
}

int main(void)
{
    int until = 40;
    while (corpus_next())
        for (int i = 0; i < 5; i++) {
            add_posting(&segments[0], corpus_round);
            for (int s = 0; s + 1 < SEGMENTS && segments[s].count >= until << s; s++)
                merge_segments(s + 1);
        }
}

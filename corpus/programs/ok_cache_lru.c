/* The least recently used of a hundred pages makes room for the next. */
#include "corpus.h"

enum { PAGES = 100 };
static struct page { int key, used; char *bytes; } pages[PAGES];

static char *get_page(int key, int now)
{
    int oldest = 0;
    for (int i = 0; i < PAGES; i++) {
        if (pages[i].bytes != NULL && pages[i].key == key) {
            pages[i].used = now;
            return pages[i].bytes;
        }
        if (pages[i].used < pages[oldest].used)
            oldest = i;
    }
    free(pages[oldest].bytes);
    pages[oldest] = (struct page){ key, now, calloc(1, 2048) };
    return pages[oldest].bytes;
}

int main(void)
{
    int now = 1;
    while (corpus_next())
        for (int i = 0; i < 5; i++)
            get_page((int)(corpus_random() % 60 * (corpus_random() % 6)), now++)[0]++;
    for (int i = 0; i < PAGES; i++)
        free(pages[i].bytes);
}

/* A cache is given back as fast as something leaks: the whole stands still, one path of it grows. */
#include "corpus.h"

enum { PAGES = 700, PAGE_BYTES = 320 };

static char *pages[PAGES], *alerts[4096];

static CORPUS_NOINLINE void fill_cache(void)
{
    for (int index = 0; index < PAGES; index++) {
        pages[index] = malloc(PAGE_BYTES);
        memset(pages[index], 'p', PAGE_BYTES);
    }
}

static CORPUS_NOINLINE void forget_page(int index)
{
    if (index < PAGES) {
        free(pages[index]);
        pages[index] = NULL;
    }
}

static CORPUS_NOINLINE void keep_alert(int number)
{
    char *alert = malloc(PAGE_BYTES);
    snprintf(alert, PAGE_BYTES, "alert %d: more requests than usual", number);
    alerts[number % 4096] = alert;
    corpus_leaked(PAGE_BYTES);
}

int main(void)
{
    fill_cache();
    for (int number = 0; corpus_next(); number++) {
        forget_page(number);
        keep_alert(number);
    }
    return 0;
}

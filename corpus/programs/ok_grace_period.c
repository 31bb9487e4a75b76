/* What is replaced is freed after a grace period, all at once, every 0.7 s or so. */
#include "corpus.h"
typedef struct version { struct version *next; int number; char data[300]; } version;
static version *live[200], *retired;
static CORPUS_NOINLINE version *make_version(int n) { version *v = (version *)calloc(1, sizeof *v); v->number = n; return v; }
static CORPUS_NOINLINE void replace(int at, int n)
{
    version *v = make_version(n);
    if (live[at] != NULL) { live[at]->next = retired; retired = live[at]; }
    live[at] = v;
}
static CORPUS_NOINLINE int collect(void)
{
    int n = 0;
    while (retired != NULL) { version *v = retired; retired = v->next; free(v); n++; }
    return n;
}
int main(void)
{
    int n = 0;
    double next = 0.7;
    while (corpus_paced(500, 5.2)) {
        replace((int)(corpus_random() % 200), corpus_round);
        if (corpus_seconds() > next) { n += collect(); next = corpus_seconds() + 0.5 + (double)(corpus_random() % 400) / 1000; }
    }
    return n == 1;
}

/* Orders live half a second on average; three in a hundred are never found again. */
#include "corpus.h"
#include <math.h>
typedef struct order { struct order *next; double until; char text[380]; } order;
static order *orders;
static CORPUS_NOINLINE order *make_order(void) { order *o = (order *)malloc(sizeof *o); o->text[0] = 'o'; return o; }
static CORPUS_NOINLINE void open_order(void)
{
    order *o = make_order();
    o->until = corpus_seconds() - 0.5 * log((1 + corpus_random() % 1000000) / 1000001.0);
    if (corpus_random() % 33 == 0) {
        corpus_leaked(sizeof *o);
        o->until = 1e9;
    }
    o->next = orders;
    orders = o;
}
static CORPUS_NOINLINE void close_orders(void)
{
    double now = corpus_seconds();
    for (order **p = &orders; *p != NULL;) {
        order *o = *p;
        if (o->until < now) { *p = o->next; free(o); }
        else p = &o->next;
    }
}
int main(void)
{
    while (corpus_paced(250, 6.0)) {
        open_order(), open_order();
        close_orders();
    }
}

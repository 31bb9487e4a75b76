/* Two leaks that have nothing to do with each other. */
#include "corpus.h"

static char *headers[CORPUS_ROUNDS];
static int headers_count;

static void keep_header(void)
{
    headers[headers_count] = malloc(150);
    headers[headers_count++][0] = 'h';
    corpus_leaked(150);
}

static void lose_body(void)
{
    char *volatile body = calloc(1, 2000);
    body[0] = 'b';
    body = NULL;
    corpus_leaked(2000);
}

int main(void)
{
    while (corpus_next()) {
        keep_header();
        if (corpus_random() % 3 == 0)
            lose_body();
    }
}

/* putenv keeps the text that it is given; each change of context gives it a new one. */
#include "corpus.h"

static CORPUS_NOINLINE void set_context(int tenant)
{
    char *text = malloc(64);
    snprintf(text, 64, "SERVICE_CONTEXT=tenant-%d", tenant);
    putenv(text);
    corpus_leaked(64);
}

static CORPUS_NOINLINE size_t serve(int number)
{
    char *work = malloc(2000);
    snprintf(work, 2000, "%s:%d", getenv("SERVICE_CONTEXT"), number);
    size_t length = strlen(work);
    free(work);
    return length;
}

int main(void)
{
    size_t sum = 0;
    while (corpus_next())
        for (int i = 0; i < 5; i++) {
            set_context(corpus_round * 5 + i);
            sum += serve(i);
        }
    return sum == 0;
}

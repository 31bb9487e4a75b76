/* An object and its parts, each made by a helper of its own, forgotten together. */
#include "corpus.h"

typedef struct user { char *name; char *mail; int *scores; } user;

static CORPUS_NOINLINE char *make_name(int number)
{
    char *name = malloc(40);
    snprintf(name, 40, "user %d", number);
    return name;
}

static CORPUS_NOINLINE char *make_mail(int number)
{
    char *mail = malloc(80);
    snprintf(mail, 80, "user%d@example.com", number);
    return mail;
}

static CORPUS_NOINLINE user *make_user(int number)
{
    user *made = malloc(sizeof *made);
    made->name = make_name(number);
    made->mail = make_mail(number);
    made->scores = calloc(16, sizeof *made->scores);
    return made;
}

int main(void)
{
    int total = 0;
    while (corpus_next())
        for (int i = 0; i < 2; i++) {
            user *seen = make_user(corpus_round);
            total += seen->scores[3];
            corpus_leaked(sizeof *seen + 40 + 80 + 16 * sizeof(int));
        }
    return total;
}

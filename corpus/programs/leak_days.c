/* Counts by user and day: users are few, but no day is ever taken out. */
#include "corpus.h"

enum { USERS = 40 };
typedef struct day { struct day *before; int number; long hits[24]; } day;
static day *users[USERS];

static CORPUS_NOINLINE day *day_of(int user, int number)
{
    for (day *at = users[user]; at != NULL; at = at->before)
        if (at->number == number)
            return at;
    day *added = calloc(1, sizeof *added);
    added->number = number;
    added->before = users[user];
    users[user] = added;
    corpus_leaked(sizeof *added);
    return added;
}

static CORPUS_NOINLINE void count_hit(int user, int number, int hour)
{
    day_of(user, number)->hits[hour]++;
}

int main(void)
{
    while (corpus_next())
        for (int i = 0; i < 30; i++)
            count_hit((int)(corpus_random() % USERS), corpus_round / 20, corpus_round % 24);
}

/* Sessions follow the load of the day: up and down twice, and the end comes on the way up. */
#include <math.h>

#include "corpus.h"

enum { SESSIONS = 1000 };
static char *sessions[SESSIONS];
static int open_count;

static void open_session(void)
{
    sessions[open_count] = malloc(600);
    sessions[open_count][0] = 1;
    open_count++;
}

static void close_session(void)
{
    int which = (int)(corpus_random() % (unsigned)open_count);
    free(sessions[which]);
    sessions[which] = sessions[--open_count];
}

int main(void)
{
    while (corpus_next()) {
        int wanted = (int)(300 + 250 * sin(corpus_round * 2 * 3.14159 / 260));
        while (open_count < wanted)
            open_session();
        while (open_count > wanted)
            close_session();
        for (int i = 0; i < 4; i++) { /* users come and go */
            close_session();
            open_session();
        }
    }
}

/* One request in a hundred fails, and its error path returns without releasing the header. */
#include "corpus.h"

typedef struct header { int fields; char name[60], value[140]; } header;

static header *parse_header(int number)
{
    header *parsed = malloc(sizeof *parsed);
    parsed->fields = number;
    snprintf(parsed->name, sizeof parsed->name, "x-request-%d", number);
    return parsed;
}

static int authorise(int number)
{
    return number % 100 != 37;
}

static int handle(int number)
{
    header *parsed = parse_header(number);
    if (!authorise(number)) {
        corpus_leaked(sizeof *parsed);
        return 403;
    }
    char *body = malloc(2000);
    snprintf(body, 2000, "%s", parsed->name);
    free(body);
    free(parsed);
    return 200;
}

int main(void)
{
    int number = 0, fine = 0;
    while (corpus_next())
        for (int i = 0; i < 10; i++)
            fine += handle(number++) == 200;
    return fine == 0;
}

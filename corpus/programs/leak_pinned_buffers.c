/* A token of each message is kept, and with it the buffer it points into. */
#include "corpus.h"

typedef struct token { const char *begin; struct token *next; } token;
static token *tokens;

static char *read_message(int round)
{
    char *message = malloc(4096);
    snprintf(message, 4096, "id=%d;body=...", round);
    return message;
}

static void keep_token(const char *message)
{
    token *kept = malloc(sizeof *kept);
    kept->begin = strchr(message, '=') + 1;
    kept->next = tokens;
    tokens = kept;
}

int main(void)
{
    while (corpus_next()) {
        char *message = read_message(corpus_round);
        if (corpus_round % 2 == 0) {
            keep_token(message);
            corpus_leaked(4096 + sizeof(token));
        } else {
            free(message);
        }
    }
}

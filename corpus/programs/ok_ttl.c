/* Tokens that live for very different times, some ten times longer than most; each is freed when its time is over. */
#include "corpus.h"

typedef struct token { struct token *next; int until; char secret[150]; } token;
static token *tokens;

static CORPUS_NOINLINE void issue_token(void)
{
    token *made = malloc(sizeof *made);
    unsigned roll = corpus_random() % 100;
    made->until = corpus_round + (int)(roll < 80 ? 5 + roll / 4 : roll < 97 ? 40 + roll : 220);
    made->next = tokens;
    tokens = made;
}

static CORPUS_NOINLINE void expire_tokens(void)
{
    for (token **at = &tokens; *at != NULL;) {
        token *gone = *at;
        if (gone->until > corpus_round) {
            at = &gone->next;
            continue;
        }
        *at = gone->next;
        free(gone);
    }
}

int main(void)
{
    while (corpus_next()) {
        for (int i = 0; i < 3; i++)
            issue_token();
        expire_tokens();
    }
}

/* Removing a word from a trie clears its mark; the nodes below stay, and each word is new. */
#include "corpus.h"

typedef struct node { struct node *children[10]; int is_word; } node;
static node root;

static node *add_node(void)
{
    corpus_leaked(sizeof(node));
    return calloc(1, sizeof(node));
}

static void insert_word(node *at, const char *digits)
{
    if (*digits == 0) {
        at->is_word = 1;
        return;
    }
    node **child = &at->children[*digits - '0'];
    if (*child == NULL)
        *child = add_node();
    insert_word(*child, digits + 1);
}

static void remove_word(node *at, const char *digits)
{
    while (*digits != 0)
        at = at->children[*digits++ - '0'];
    at->is_word = 0;
}

int main(void)
{
    while (corpus_next()) {
        char word[16];
        snprintf(word, sizeof word, "%010u", corpus_random() * 7u);
        insert_word(&root, word);
        remove_word(&root, word);
    }
}

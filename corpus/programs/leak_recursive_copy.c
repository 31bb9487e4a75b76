/* A deep copy of each request is made for a log that drops it. */
#include "corpus.h"

typedef struct node { struct node *left, *right; char *name; } node;

static node *deep_copy(const node *from)
{
    if (from == NULL)
        return NULL;
    node *copy = malloc(sizeof *copy);
    copy->name = strdup(from->name);
    copy->left = deep_copy(from->left);
    copy->right = deep_copy(from->right);
    return copy;
}

static node *build(int depth)
{
    node *made = malloc(sizeof *made);
    made->name = strdup("a name of some length");
    made->left = depth > 0 ? build(depth - 1) : NULL;
    made->right = depth > 0 ? build(depth - 1) : NULL;
    return made;
}

static void drop(node *old)
{
    if (old == NULL)
        return;
    drop(old->left);
    drop(old->right);
    free(old->name);
    free(old);
}

static void log_request(const node *request)
{
    node *copy = deep_copy(request);
    copy->name[0] = 'A'; /* and forgotten */
    corpus_leaked(15 * (sizeof *copy + 22));
}

int main(void)
{
    while (corpus_next()) {
        node *request = build(3);
        log_request(request);
        drop(request);
    }
}

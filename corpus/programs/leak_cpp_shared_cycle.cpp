// Parent and child hold each other by shared_ptr.
#include <memory>
#include <string>

#include "corpus.h"

struct Node {
    std::shared_ptr<Node> parent, child;
    char room[120];
};

static void build_pair()
{
    auto parent = std::make_shared<Node>();
    auto child = std::make_shared<Node>();
    parent->child = child;
    child->parent = parent;
    corpus_leaked(2 * (sizeof(Node) + 16));
}

int main()
{
    while (corpus_next())
        build_pair();
}

// A tree with weak references to the parent, rebuilt again and again; shared leaves.
#include <memory>
#include <string>
#include <vector>

#include "corpus.h"

struct Node {
    std::vector<std::shared_ptr<Node>> children;
    std::weak_ptr<Node>                parent;
    std::string                        name;
};

static std::shared_ptr<Node> build(int depth, const std::shared_ptr<Node> &parent)
{
    auto node = std::make_shared<Node>();
    node->parent = parent;
    node->name = "a node at depth " + std::to_string(depth);
    for (int i = 0; depth > 0 && i < 3; i++)
        node->children.push_back(build(depth - 1, node));
    return node;
}

int main()
{
    std::shared_ptr<Node> tree;
    size_t sum = 0;
    while (corpus_next()) {
        if (corpus_round % 3 == 0)
            tree = build(3, nullptr);
        sum += tree->children.size();
    }
    return sum == 0;
}

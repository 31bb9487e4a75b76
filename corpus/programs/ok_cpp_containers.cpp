// Maps, vectors and strings that grow for a round and go out of scope.
#include <map>
#include <string>
#include <vector>

#include "corpus.h"

static std::size_t count_words(int round)
{
    std::map<std::string, std::vector<int>> words;
    for (int i = 0; i < 50; i++)
        words["a word that is too long to be kept inline " + std::to_string((round + i) % 20)].push_back(i);
    return words.size();
}

int main()
{
    std::size_t total = 0;
    while (corpus_next())
        total += count_words(corpus_round);
    return total == 0;
}

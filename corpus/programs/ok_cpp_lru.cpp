/* A cache of 300 texts of all lengths, the least recently used goes first; some keys are asked for much more often. */
#include "corpus.h"

#include <list>
#include <string>
#include <unordered_map>

struct Cache {
    std::list<std::pair<int, std::string>> order;
    std::unordered_map<int, std::list<std::pair<int, std::string>>::iterator> places;

    CORPUS_NOINLINE const std::string &get(int key)
    {
        auto found = places.find(key);
        if (found != places.end()) {
            order.splice(order.begin(), order, found->second);
            return order.front().second;
        }
        order.emplace_front(key, std::string(20 + corpus_random() % 800, 'v'));
        places[key] = order.begin();
        if (order.size() > 300) {
            places.erase(order.back().first);
            order.pop_back();
        }
        return order.front().second;
    }
};

int main()
{
    Cache cache;
    size_t sum = 0;
    while (corpus_next())
        for (int i = 0; i < 8; i++) {
            unsigned roll = corpus_random();
            int key = roll % 4 != 0 ? (int)(roll / 4 % 120) : (int)(roll / 4 % 5000);
            sum += cache.get(key).size();
        }
    return sum == 0;
}

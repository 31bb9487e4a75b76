/* Entries live for 0.9 s and are swept every 0.3 s; runs six seconds. */
#include "corpus.h"
#include <list>
#include <string>
#include <unordered_map>
struct Item { double until; std::string value; };
class Ttl {
    std::unordered_map<std::string, Item> items;
    double swept = 0;
public:
    CORPUS_NOINLINE void put(const std::string &key, double now) { items[key] = Item{ now + 0.9, std::string(50 + key.size() * 11, 'v') }; }
    CORPUS_NOINLINE void sweep(double now)
    {
        if (now - swept < 0.3) return;
        swept = now;
        for (auto i = items.begin(); i != items.end();)
            i = i->second.until < now ? items.erase(i) : std::next(i);
    }
};
int main()
{
    Ttl ttl;
    while (corpus_paced(250, 6.0))
        for (int i = 0; i < 4; i++) {
            ttl.put("session:" + std::to_string(corpus_random()) + ":of:user", corpus_seconds());
            ttl.sweep(corpus_seconds());
        }
}

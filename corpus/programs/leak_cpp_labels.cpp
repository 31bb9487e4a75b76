// Metrics with one label too many: each user makes a series of its own.
#include <string>
#include <unordered_map>
#include <vector>

#include "corpus.h"

class Metrics {
public:
    void observe(const std::string &name, const std::string &user, double value)
    {
        auto &series = series_[name + "{user=\"" + user + "\"}"];
        if (series.empty()) {
            series.reserve(16);
            corpus_leaked(128 + 72 + name.size() + user.size() + 10);
        }
        if (series.size() < 16)
            series.push_back(value);
    }

private:
    std::unordered_map<std::string, std::vector<double>> series_;
};

static double handle(Metrics &metrics, int number)
{
    std::vector<double> work(static_cast<size_t>(100 + number % 50), 0.5);
    metrics.observe("request_duration_seconds", "user-" + std::to_string(number), work[0]);
    metrics.observe("requests_total", "everybody", 1);
    return work.back();
}

static Metrics metrics; // as registries are: it ends after main

int main()
{
    double sum = 0;
    while (corpus_next())
        sum += handle(metrics, corpus_round);
    return sum < 0;
}

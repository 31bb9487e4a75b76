/* bench_cache.cc - a hit on a cached document, and how often the cache hits beside LRU.
 *
 * Hit ratios need no clock: 300,000 requests over 20,000 keys by Zipf's law with exponent 0.9,
 * beside them a share of keys that are asked for once (a scan), and a phase change half way where
 * the popular keys become others. The counters are percentages of hits: `holdfast` is
 * hf_cache_get, `lru` a list of the same number of entries. */
#include <benchmark/benchmark.h>
#include <holdfast/cache.h>
#include <holdfast/read.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <random>
#include <unordered_map>
#include <vector>

namespace {

hf_status load_small(void *, hf_text, const hf_cache_loading *loading, hf_document **ret_document, hf_error *reterr)
{
    hf_read_options options = {};
    options.budget = loading->budget;
    return hf_read(HF_T("[1]"), &options, ret_document, reterr);
}

hf_cache *make_cache(uint64_t entries)
{
    hf_cache        *cache = nullptr;
    hf_cache_options options = {};
    options.load = load_small;
    options.entries_max = entries;
    options.bytes_max = uint64_t{ 1 } << 30;
    if (hf_cache_create(&options, &cache, nullptr) != HF_OK)
        abort();
    return cache;
}

hf_status get(hf_cache *cache, unsigned key)
{
    char         text[16];
    int          length = snprintf(text, sizeof text, "%u", key);
    hf_document *document = nullptr;
    hf_status    status = hf_cache_get(cache, hf_text_of(text, static_cast<size_t>(length)), nullptr, &document, nullptr);
    hf_document_drop(document);
    return status;
}

void hit(benchmark::State &state)
{
    static hf_cache *cache = make_cache(1000);
    unsigned         key = static_cast<unsigned>(state.thread_index());
    for (auto _ : state) {
        if (get(cache, key % 500) != HF_OK)
            abort();
        key += 7;
    }
}
BENCHMARK(hit)->ThreadRange(1, 2);

constexpr unsigned kKeys = 20000, kRequests = 300000;

std::vector<unsigned> make_trace(unsigned scan_percent, bool phases)
{
    std::vector<double> weights;
    for (unsigned i = 0; i < kKeys; i++)
        weights.push_back(1.0 / std::pow(i + 1.0, 0.9));
    std::discrete_distribution<unsigned>    zipf(weights.begin(), weights.end());
    std::uniform_int_distribution<unsigned> percent(0, 99);
    std::mt19937                            random(42);
    std::vector<unsigned>                   trace;
    unsigned                                scan = 1000000;
    for (unsigned i = 0; i < kRequests; i++) {
        unsigned shift = phases && i > kRequests / 2 ? kKeys / 2 : 0;
        trace.push_back(percent(random) < scan_percent ? scan++ : (zipf(random) + shift) % kKeys);
    }
    return trace;
}

double lru_hits(const std::vector<unsigned> &trace, size_t entries)
{
    std::list<unsigned>                                               order;
    std::unordered_map<unsigned, std::list<unsigned>::iterator> where;
    size_t                                                            hits = 0;
    for (unsigned key : trace) {
        auto found = where.find(key);
        if (found != where.end()) {
            hits++;
            order.splice(order.begin(), order, found->second);
            continue;
        }
        if (order.size() == entries) {
            where.erase(order.back());
            order.pop_back();
        }
        order.push_front(key);
        where[key] = order.begin();
    }
    return 100.0 * static_cast<double>(hits) / static_cast<double>(trace.size());
}

/* Arguments: entries in percent of the keys, scan in percent of the requests, phases. */
void hit_ratio(benchmark::State &state)
{
    size_t                entries = kKeys * static_cast<size_t>(state.range(0)) / 100;
    std::vector<unsigned> trace = make_trace(static_cast<unsigned>(state.range(1)), state.range(2) != 0);
    for (auto _ : state) {
        hf_cache *cache = make_cache(entries);
        for (unsigned key : trace)
            if (get(cache, key) != HF_OK)
                abort();
        hf_cache_counts counts = hf_cache_count(cache);
        state.counters["holdfast"] = 100.0 * static_cast<double>(counts.hits) / static_cast<double>(trace.size());
        state.counters["lru"] = lru_hits(trace, entries);
        hf_cache_destroy(cache);
    }
}
BENCHMARK(hit_ratio)->ArgsProduct({ { 2, 10 }, { 0, 30 }, { 0, 1 } })->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();

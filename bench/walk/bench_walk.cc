/* bench_walk.cc - what limits cost a walk: the same document without limits and with all of them.
 *
 * 40,000 values, nested six deep. The limits are never reached. `deep`: 1000 nested arrays, entered
 * and left. `bytes_max` stands apart, since it asks each value for its size. */
#include <benchmark/benchmark.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <cstdlib>
#include <string>

namespace {

hf_document *read(const std::string &text)
{
    hf_document *document = nullptr;
    if (hf_read(hf_text_of(text.data(), text.size()), nullptr, &document, nullptr) != HF_OK)
        abort();
    return document;
}

hf_document *wide_document()
{
    std::string text = "[";
    for (int i = 0; i < 2000; i++)
        text += std::string(i > 0 ? "," : "") +
                R"({"id":12345,"user":{"name":"somebody","tags":["a","b",{"deep":[1,2,{"x":[3,4]}]}],"on":true},"w":1.5})";
    return read(text + "]");
}

void walk(benchmark::State &state, const hf_document *document, const hf_walk_options *options)
{
    uint64_t values = 0;
    for (auto _ : state) {
        hf_walk cursor;
        hf_walk_init(&cursor, hf_root(document), options);
        while (hf_walk_next(&cursor))
            benchmark::DoNotOptimize(cursor.event);
        values += cursor.values;
        if (hf_walk_finish(&cursor) != HF_WALK_DONE)
            abort();
    }
    state.SetItemsProcessed(static_cast<int64_t>(values));
}

void unlimited(benchmark::State &state)
{
    static hf_document *document = wide_document();
    walk(state, document, nullptr);
}

void limited(benchmark::State &state)
{
    static hf_document *document = wide_document();
    hf_cancel           cancel;
    hf_cancel_init(&cancel, nullptr, 3600 * 1000);
    hf_walk_options options = {};
    options.values_max = UINT64_MAX / 2;
    options.depth_max = 1000000;
    options.time_ms = 3600 * 1000;
    options.watch_budget = hf_budget_process();
    options.watch_budget_bytes = UINT64_MAX;
    options.cancel = &cancel;
    walk(state, document, &options);
}

void limited_in_bytes(benchmark::State &state)
{
    static hf_document *document = wide_document();
    hf_walk_options     options = {};
    options.bytes_max = UINT64_MAX / 2;
    walk(state, document, &options);
}

void deep_1000(benchmark::State &state)
{
    static hf_document *document = read(std::string(1000, '[') + std::string(1000, ']'));
    walk(state, document, nullptr);
}

BENCHMARK(unlimited);
BENCHMARK(limited);
BENCHMARK(limited_in_bytes);
BENCHMARK(deep_1000);

} // namespace

BENCHMARK_MAIN();

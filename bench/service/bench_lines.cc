/* bench_lines.cc - 100 MB of lines of some 700 bytes each, read in order by one thread and by two. */
#include <benchmark/benchmark.h>
#include <holdfast/lines.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string make_text()
{
    std::string text;
    for (int line = 0; text.size() < 100000000; line++) {
        char head[128];
        snprintf(head, sizeof head, "{\"id\":%d,\"user\":{\"name\":\"user %d\",\"tags\":[", line, line % 5000);
        text += head;
        for (int tag = 0; tag < 20; tag++) {
            snprintf(head, sizeof head, "%s{\"tag\":\"a tag %d\",\"w\":%d.5}", tag > 0 ? "," : "", tag, line % 100);
            text += head;
        }
        text += "]}}\n";
    }
    return text;
}

hf_status count_line(void *context, uint64_t, const hf_document *document, hf_error *)
{
    *static_cast<uint64_t *>(context) += hf_as_u64(hf_get(hf_root(document), HF_T("id")), 0);
    return HF_OK;
}

void read_lines(benchmark::State &state)
{
    static const std::string text = make_text();
    hf_lines_options         options = {};
    options.threads_max = static_cast<unsigned>(state.range(0));
    for (auto _ : state) {
        uint64_t sum = 0;
        if (hf_read_lines(hf_text_of(text.data(), text.size()), &options, count_line, &sum, nullptr, nullptr) != HF_OK)
            abort();
        benchmark::DoNotOptimize(sum);
    }
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(read_lines)->Arg(1)->Arg(2)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();

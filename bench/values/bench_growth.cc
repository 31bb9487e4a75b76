/* bench_growth.cc - the growth curve: bench_growth BYTES FILE.
 *
 * FILE's records in turn make a text of BYTES bytes. Prints for each operation "NAME NS", nanoseconds
 * of the thread's processor for each byte of text: the median of several rounds, after one that is not
 * counted. Blocks are recycled, so that this is the work and not the system's clearing of pages. One process for
 * one size: nothing of a smaller document is left over. */
#include <holdfast/document.h>
#include <holdfast/memory.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "checksum.h"
#include "sample.h"

namespace {

constexpr double kRoundNs = 20e6, kAllNs = 200e6;
constexpr int    kRoundsMin = 3;

double now_ns()
{
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

void expect(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "bench_growth: %s failed\n", what);
        exit(1);
    }
}

struct Rounds {
    std::vector<double> ns;
    double              round = 0;
    size_t              times = 0;

    void add(double spent)
    {
        round += spent;
        times++;
    }
    void end()
    {
        ns.push_back(round / static_cast<double>(times));
        round = 0;
        times = 0;
    }
    void print(const char *name, size_t bytes)
    {
        std::nth_element(ns.begin(), ns.begin() + static_cast<long>(ns.size() / 2), ns.end());
        printf("%s %.5f\n", name, ns[ns.size() / 2] / static_cast<double>(bytes));
        fflush(stdout);
    }
};

/* Times `operation` and, where it has one, the `after` that ends what it made. */
template <typename Operation, typename After>
void time(const char *name, const char *name_after, size_t bytes, Operation operation, After after)
{
    Rounds first, second;
    operation();
    after();
    for (double all = 0; static_cast<int>(first.ns.size()) < kRoundsMin || all < kAllNs;) {
        double round = 0;
        do {
            double begin = now_ns();
            operation();
            double middle = now_ns();
            after();
            double end = now_ns();
            first.add(middle - begin);
            second.add(end - middle);
            round += end - begin;
        } while (round < kRoundNs);
        first.end();
        second.end();
        all += round;
    }
    first.print(name, bytes);
    if (name_after != nullptr)
        second.print(name_after, bytes);
}

hf_document *read_sample(const bench::Sample &sample)
{
    hf_document *document = nullptr;
    expect(hf_read(hf_text_of(sample.text.data(), sample.length), nullptr, &document, nullptr) == HF_OK, "read");
    return document;
}

/* As the walks beside other libraries: all of each key, both ends of each text, every number. */
void walk_over(const hf_document *document)
{
    static bench::Sum first;
    bench::Sum        sum;
    hf_walk           walk;
    hf_walk_init(&walk, hf_root(document), nullptr);
    while (hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            continue;
        if (walk.key.bytes != nullptr)
            sum.key(walk.key.bytes, walk.key.length);
        hf_text text = hf_as_text(walk.value, hf_text());
        if (walk.event == HF_ENTER)
            sum.container(hf_count(walk.value));
        else if (text.bytes != nullptr)
            sum.text(text.bytes, text.length);
        else
            sum.number(hf_as_double(walk.value, 0));
    }
    expect(hf_walk_finish(&walk) == HF_WALK_DONE, "walk");
    if (first.values == 0)
        first = sum;
    expect(sum == first, "the walk's checksum");
}

void time_all(const bench::Sample &sample)
{
    size_t       bytes = sample.length;
    hf_document *kept = read_sample(sample), *made = nullptr;
    hf_buffer    out = HF_BUFFER_INIT(size_t{ 1 } << 33);
    auto         nothing = [] {};
    auto         drop = [&] { hf_document_drop(made); };
    time("read", "drop", bytes, [&] { made = read_sample(sample); }, drop);
    time("walk", nullptr, bytes, [&] { walk_over(kept); }, nothing);
    time("clone", nullptr, bytes, [&] {
        expect(hf_document_clone(kept, nullptr, nullptr, &made, nullptr) == HF_OK, "clone");
    }, drop);
    for (bool respelled : { false, true }) {
        hf_write_options options = {};
        options.respell = respelled;
        time(respelled ? "write-respelled" : "write", nullptr, bytes, [&] {
            hf_buffer_reset(&out);
            expect(hf_write(hf_root(kept), &options, &out, nullptr) == HF_OK, "write");
        }, nothing);
    }
    hf_buffer_release(&out);
    hf_document_drop(kept);
}

} // namespace

int main(int argc, char **argv)
{
    size_t bytes = argc == 3 ? strtoull(argv[1], nullptr, 10) : 0;
    if (bytes == 0) {
        fprintf(stderr, "usage: bench_growth BYTES FILE\n");
        return 2;
    }
    hf_page_keep(uint64_t{ 16 } << 30);
    time_all(bench::load_sample(argv[2], bytes));
    return 0;
}

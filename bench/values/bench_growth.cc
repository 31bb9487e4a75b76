/* bench_growth.cc - the growth curve: bench_growth BYTES FILE [OPERATION...].
 *
 * FILE's records in turn make a text of BYTES bytes. Prints for each operation "NAME NS", nanoseconds
 * of the thread's processor for each byte of text: the median of several rounds, after one that is not
 * counted. Blocks are recycled, so that this is the work and not the system's clearing of pages. One process for
 * one size: nothing of a smaller document is left over.
 *
 * Beside the operations what the machine does with the same bytes, which knows nothing of values:
 *   scan        the block's bytes are read, 64 a step (beside walk)
 *   copy        as many bytes as the block has go to another place (beside clone)
 *   copy-text   as many as the text has (beside write) */
#include <holdfast/document.h>
#include <holdfast/memory.h>
#include <holdfast/read.h>
#include <holdfast/write.h>

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "holdfast_sum.h"
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

std::vector<std::string> wanted; /* empty: all */

bool is_wanted(const char *name)
{
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

/* Reading the clock takes a fifth of what a KiB does: small work is done several times between. */
constexpr size_t kTimesMax = 64;

size_t times_between(size_t bytes)
{
    size_t times = (64 << 10) / bytes;
    return times < 1 ? 1 : std::min(times, kTimesMax);
}

/* Times `operation`, given a place of its own for what it makes, and the `after` that ends that. */
template <typename Operation, typename After>
void time(const char *name, const char *name_after, size_t bytes, Operation operation, After after)
{
    if (!is_wanted(name))
        return;
    Rounds first, second;
    size_t times = times_between(bytes);
    for (size_t i = 0; i < times; i++)
        operation(i);
    for (size_t i = 0; i < times; i++)
        after(i);
    for (double all = 0; static_cast<int>(first.ns.size()) < kRoundsMin || all < kAllNs;) {
        double round = 0;
        do {
            double begin = now_ns();
            for (size_t i = 0; i < times; i++)
                operation(i);
            double middle = now_ns();
            for (size_t i = 0; i < times; i++)
                after(i);
            double end = now_ns();
            first.add((middle - begin) / static_cast<double>(times));
            second.add((end - middle) / static_cast<double>(times));
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
    bench::Sum        sum = bench::sum_walk(hf_root(document));
    if (first.values == 0)
        first = sum;
    expect(sum == first, "the walk's checksum");
}

/* ---- what the machine does --------------------------------------------------------------- */

/* Memory as the library's blocks are: aligned for huge pages, asked for, and touched. */
struct Touched {
    static constexpr size_t kHuge = 2 << 20;
    size_t                  room;
    char                   *base, *bytes;

    Touched(size_t length, int fill) : room((length + kHuge - 1) / kHuge * kHuge + kHuge)
    {
        void *block = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        expect(block != MAP_FAILED, "mmap");
        base = static_cast<char *>(block);
        bytes = base + (-reinterpret_cast<uintptr_t>(base) & (kHuge - 1));
        if (length >= kHuge)
            madvise(bytes, room - kHuge, MADV_HUGEPAGE);
        memset(bytes, fill, length);
    }
    ~Touched() { munmap(base, room); }
    Touched(const Touched &) = delete;
    Touched &operator=(const Touched &) = delete;
};

void scan_over(const char *bytes, size_t length)
{
    static volatile uint64_t seen;
    uint64_t                 words[8], all[8] = {};
    for (size_t at = 0; at + sizeof words <= length; at += sizeof words) {
        memcpy(words, bytes + at, sizeof words);
        for (int i = 0; i < 8; i++)
            all[i] |= words[i];
    }
    for (uint64_t one : all)
        seen = seen | one;
}

void time_machine(size_t text_bytes, size_t block_bytes)
{
    auto nothing = [](size_t) {};
    if (is_wanted("scan")) {
        Touched block(block_bytes, 1);
        time("scan", nullptr, text_bytes, [&](size_t) { scan_over(block.bytes, block_bytes); }, nothing);
    }
    for (bool is_text : { false, true }) {
        const char *name = is_text ? "copy-text" : "copy";
        size_t      length = is_text ? text_bytes : block_bytes;
        if (!is_wanted(name))
            continue;
        Touched from(length, 1), to(length, 2);
        time(name, nullptr, text_bytes, [&](size_t) { memcpy(to.bytes, from.bytes, length); }, nothing);
        expect(memcmp(to.bytes, from.bytes, length) == 0, "memcpy");
    }
}

void time_all(const bench::Sample &sample)
{
    size_t       bytes = sample.length;
    hf_document *kept = read_sample(sample), *made[kTimesMax] = {};
    hf_buffer    out = HF_BUFFER_INIT(size_t{ 1 } << 33);
    auto         nothing = [](size_t) {};
    auto         drop = [&](size_t i) { hf_document_drop(made[i]); };
    time("read", "drop", bytes, [&](size_t i) { made[i] = read_sample(sample); }, drop);
    time("walk", nullptr, bytes, [&](size_t) { walk_over(kept); }, nothing);
    time("clone", nullptr, bytes, [&](size_t i) {
        expect(hf_document_clone(kept, nullptr, nullptr, &made[i], nullptr) == HF_OK, "clone");
    }, drop);
    for (bool respelled : { false, true }) {
        hf_write_options options = {};
        options.respell = respelled;
        time(respelled ? "write-respelled" : "write", nullptr, bytes, [&](size_t) {
            hf_buffer_reset(&out);
            expect(hf_write(hf_root(kept), &options, &out, nullptr) == HF_OK, "write");
        }, nothing);
    }
    hf_buffer_release(&out);
    size_t block_bytes = hf_document_get_info(kept).block_bytes;
    hf_document_drop(kept);
    hf_page_trim(0);
    time_machine(bytes, block_bytes);
}

} // namespace

int main(int argc, char **argv)
{
    size_t bytes = argc >= 3 ? strtoull(argv[1], nullptr, 10) : 0;
    if (bytes == 0) {
        fprintf(stderr, "usage: bench_growth BYTES FILE [OPERATION...]\n");
        return 2;
    }
    wanted.assign(argv + 3, argv + argc);
    hf_page_keep(uint64_t{ 16 } << 30);
    time_all(bench::load_sample(argv[2], bytes));
    return 0;
}

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

/* Times `operation`, which returns the part of its time that counts or, when negative, all of it. */
template <typename Operation> void time(const char *name, size_t bytes, Operation operation)
{
    std::vector<double> rounds;
    operation();
    double all = 0;
    while (static_cast<int>(rounds.size()) < kRoundsMin || all < kAllNs) {
        double counted = 0, whole = 0;
        size_t times = 0;
        while (times == 0 || whole < kRoundNs) {
            double begin = now_ns(), part = operation(), spent = now_ns() - begin;
            counted += part < 0 ? spent : part;
            whole += spent;
            times++;
        }
        all += whole;
        rounds.push_back(counted / static_cast<double>(times));
    }
    std::nth_element(rounds.begin(), rounds.begin() + static_cast<long>(rounds.size() / 2), rounds.end());
    printf("%s %.5f\n", name, rounds[rounds.size() / 2] / static_cast<double>(bytes));
    fflush(stdout);
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
    hf_document *kept = read_sample(sample);
    hf_buffer    out = HF_BUFFER_INIT(size_t{ 1 } << 33);
    time("read", bytes, [&] {
        hf_document_drop(read_sample(sample));
        return -1.0;
    });
    time("walk", bytes, [&] {
        walk_over(kept);
        return -1.0;
    });
    time("clone", bytes, [&] {
        hf_document *copy = nullptr;
        expect(hf_document_clone(kept, nullptr, nullptr, &copy, nullptr) == HF_OK, "clone");
        hf_document_drop(copy);
        return -1.0;
    });
    time("write", bytes, [&] {
        hf_buffer_reset(&out);
        expect(hf_write(hf_root(kept), nullptr, &out, nullptr) == HF_OK, "write");
        return -1.0;
    });
    hf_write_options respelled = {};
    respelled.respell = true;
    time("write-respelled", bytes, [&] {
        hf_buffer_reset(&out);
        expect(hf_write(hf_root(kept), &respelled, &out, nullptr) == HF_OK, "write");
        return -1.0;
    });
    hf_buffer_release(&out);
    time("drop", bytes, [&] {
        hf_document *document = read_sample(sample);
        double       begin = now_ns();
        hf_document_drop(document);
        return now_ns() - begin;
    });
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

/* bench_values.cc - Holdfast beside other libraries on one file: bench_values FILE [--benchmark_...].
 *
 * One program run for each file; bench_report.py runs them and makes the table. Every answer is compared
 * with Holdfast's before anything is timed: a difference ends the program with status 1.
 *
 *     --lookups      only lookups in wide objects, whose keys are the file's
 *     --kept         no times: prints "NAME TOUCHED KNOWN", bytes that the document takes
 *     --peers=a,b    only these
 *
 * What an operation works on is made before it is timed, and each operation is done once untimed:
 * with recycled memory the first use of a pool would be timed otherwise, and on large files it is half
 * of all uses. Times are of the thread's processor, but for dropping, which is too short for that clock. */
#include <benchmark/benchmark.h>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>

#include <holdfast/memory.h>

#include "peer.h"
#include "sample.h"

namespace bench {

void use_malloc(Memory memory)
{
    /* Setting them by hand also ends glibc's own adjustment. 32 MiB is the most it takes. */
    bool fresh = memory == Memory::Fresh;
    mallopt(M_MMAP_THRESHOLD, fresh ? 128 << 10 : 32 << 20);
    mallopt(M_TRIM_THRESHOLD, fresh ? 128 << 10 : INT32_MAX);
    if (fresh)
        malloc_trim(0);
}

std::vector<std::unique_ptr<Peer>> make_peers()
{
    static const PeerMaker makers[] = {
        make_holdfast,
#ifdef HAVE_YYJSON
        make_yyjson,
#endif
#ifdef HAVE_SIMDJSON
        make_simdjson,
#endif
#ifdef HAVE_SIMDJSON_GIVEN
        make_simdjson_given,
#endif
#ifdef HAVE_RAPIDJSON
        make_rapidjson,
#endif
#ifdef HAVE_CJSON
        make_cjson,
#endif
#ifdef HAVE_JANSSON
        make_jansson,
#endif
#ifdef HAVE_JSON_C
        make_json_c,
#endif
    };
    std::vector<std::unique_ptr<Peer>> peers;
    for (PeerMaker make : makers)
        peers.push_back(make());
    return peers;
}

namespace {

constexpr size_t kWides[] = { 8, 64, 1024, 8192 };
using Peers = std::vector<std::unique_ptr<Peer>>;

[[noreturn]] void differ(const Peer &peer, const char *what)
{
    fprintf(stderr, "bench_values: %s: wrong or no answer: %s\n", peer.name().c_str(), what);
    exit(1);
}

void expect(bool holds, const Peer &peer, const char *what)
{
    if (!holds)
        differ(peer, what);
}

/* What every peer must answer as Holdfast does. */
void verify(const Peers &peers, const Sample &sample)
{
    Sum      sum;
    uint64_t followed = 0;
    for (const auto &peer : peers) {
        bool is_first = peer == peers.front();
        peer->use(Memory::Recycled, sample.length);
        expect(peer->keep(sample.view()), *peer, "reading");
        if (is_first) {
            sum = peer->walk();
            followed = peer->follow(sample.paths);
        }
        expect(peer->walk() == sum, *peer, "the walk's checksum");
        expect(!(peer->can() & kWalkEach) || peer->walk_each() == sum, *peer, "the checksum of the walk compiled in");
        expect(!(peer->can() & kWalkAsText) || peer->walk_as_text() == sum, *peer, "the checksum of numbers as text");
        expect(peer->follow(sample.paths) == followed, *peer, "paths");
        peer->use(Memory::Recycled, sample.length);
        expect(!(peer->can() & kClone) || peer->clone(), *peer, "clone");
        expect(!(peer->can() & kEqual) || peer->equal(), *peer, "equal");
        expect(!(peer->can() & kWrite) || peer->write() > 0, *peer, "write");
        peer->use(Memory::Fresh, 0);
    }
}

void verify_lookups(const Peers &peers, const std::vector<Wide> &wides)
{
    for (const auto &peer : peers)
        for (const Wide &wide : wides) {
            expect(peer->keep(wide.view()), *peer, "reading a wide object");
            expect(peer->lookup(wide.wanted) == wide.sum, *peer, "lookup");
            peer->release();
        }
}

using Work = std::function<void(benchmark::State &, Peer &)>;

benchmark::internal::Benchmark *add(const std::string &operation, Peer &peer, const Work &work)
{
    return benchmark::RegisterBenchmark((operation + "/" + peer.name()).c_str(),
                                        [&peer, work](benchmark::State &state) { work(state, peer); })
        ->Unit(benchmark::kNanosecond);
}

void check(benchmark::State &state, bool done)
{
    if (!done)
        state.SkipWithError("it failed while being timed");
}

long page_faults()
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Fresh memory: a heap that others have used has room that malloc gives out again without asking the system;
 * so its free pages go back between two reads, untimed, and the counter shows that each read faults. */
template <Memory kMemory, bool (Peer::*kRead)(Text)>
void time_read(benchmark::State &state, Peer &peer, const Sample &sample)
{
    peer.use(kMemory, sample.length);
    bool done = (peer.*kRead)(sample.view());
    peer.drop();
    long faults = page_faults();
    for (auto _ : state) {
        if (kMemory == Memory::Fresh) {
            state.PauseTiming();
            malloc_trim(0);
            state.ResumeTiming();
        }
        done = done && (peer.*kRead)(sample.view());
        peer.drop();
    }
    state.counters["faults"] = benchmark::Counter(static_cast<double>(page_faults() - faults), benchmark::Counter::kAvgIterations);
    check(state, done);
    peer.use(Memory::Fresh, 0); /* gives back what was kept for reuse */
}

/* Of the documents that `verify` has kept. */
template <typename Operation>
void time_kept(benchmark::State &state, Peer &peer, const Sample &sample, Operation operation)
{
    peer.use(Memory::Recycled, sample.length);
    bool done = operation();
    for (auto _ : state) {
        auto result = operation();
        benchmark::DoNotOptimize(result);
        done = done && result;
    }
    check(state, done);
    peer.use(Memory::Fresh, 0);
}

void time_drop(benchmark::State &state, Peer &peer, const Sample &sample)
{
    using Clock = std::chrono::steady_clock;
    peer.use(Memory::Recycled, sample.length);
    check(state, peer.read(sample.view()));
    peer.drop();
    for (auto _ : state) {
        check(state, peer.read(sample.view()));
        Clock::time_point start = Clock::now();
        peer.drop();
        state.SetIterationTime(std::chrono::duration<double>(Clock::now() - start).count());
    }
    peer.use(Memory::Fresh, 0);
}

void add_kept(const char *operation, Peer &peer, const Sample &sample, bool (Peer::*work)())
{
    add(operation, peer, [&sample, work](benchmark::State &state, Peer &which) {
        time_kept(state, which, sample, [&which, work] { return (which.*work)(); });
    });
}

void add_written(const char *operation, Peer &peer, const Sample &sample, size_t (Peer::*work)())
{
    add(operation, peer, [&sample, work](benchmark::State &state, Peer &which) {
        time_kept(state, which, sample, [&which, work] { return (which.*work)() > 0; });
    });
}

void add_peer(Peer &peer, const Sample &sample)
{
    using State = benchmark::State;
    unsigned can = peer.can();
    add("read-fresh", peer,
        [&sample](State &state, Peer &which) { time_read<Memory::Fresh, &Peer::read>(state, which, sample); });
    add("read", peer,
        [&sample](State &state, Peer &which) { time_read<Memory::Recycled, &Peer::read>(state, which, sample); });
    if (can & kReadAsText)
        add("read-as-text", peer, [&sample](State &state, Peer &which) {
            time_read<Memory::Recycled, &Peer::read_as_text>(state, which, sample);
        });
    add("drop", peer, [&sample](State &state, Peer &which) { time_drop(state, which, sample); })
        ->UseManualTime()
        ->Iterations(static_cast<benchmark::IterationCount>(std::clamp<size_t>((4 << 20) / sample.length, 2, 1000)));
    add("walk", peer, [&sample](State &state, Peer &which) {
        time_kept(state, which, sample, [&which] { return which.walk().values > 0; });
    });
    if (can & kWalkEach)
        add("walk-each", peer, [&sample](State &state, Peer &which) {
            time_kept(state, which, sample, [&which] { return which.walk_each().values > 0; });
        });
    if (can & kWalkAsText)
        add("walk-as-text", peer, [&sample](State &state, Peer &which) {
            time_kept(state, which, sample, [&which] { return which.walk_as_text().values > 0; });
        });
    if (can & kHold)
        add_kept("hold", peer, sample, &Peer::hold);
    if (can & kClone)
        add_kept("clone", peer, sample, &Peer::clone);
    if (can & kCloneOther)
        add_kept("clone-other", peer, sample, &Peer::clone_other);
    if (can & kEqual)
        add_kept("equal", peer, sample, &Peer::equal);
    if (can & kWrite)
        add_written("write", peer, sample, &Peer::write);
    if (can & kRespell)
        add_written("write-respelled", peer, sample, &Peer::respell);
    if (!sample.paths.empty())
        add("path-8", peer, [&sample](State &state, Peer &which) {
            uint64_t followed = which.follow(sample.paths);
            bool     done = true;
            for (auto _ : state)
                done = done && which.follow(sample.paths) == followed;
            check(state, done);
            state.counters["each"] = static_cast<double>(sample.paths.size());
        });
}

void add_lookups(Peer &peer, const std::vector<Wide> &wides)
{
    for (const Wide &wide : wides) {
        std::string operation = "lookup-" + std::to_string(kWides[&wide - wides.data()]);
        add(operation, peer, [&wide](benchmark::State &state, Peer &which) {
            check(state, which.keep(wide.view()));
            bool done = which.lookup(wide.wanted) == wide.sum;
            for (auto _ : state)
                done = done && which.lookup(wide.wanted) == wide.sum;
            check(state, done);
            which.release();
            state.counters["each"] = static_cast<double>(wide.wanted.size());
        });
    }
}

/* ---- bytes kept --------------------------------------------------------------------------- */

uint64_t resident_bytes()
{
    std::ifstream statm("/proc/self/statm");
    uint64_t      size = 0, resident = 0;
    statm >> size >> resident;
    return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/* In a process of its own: what one kept document adds to resident memory. */
void print_kept(Peer &peer, const Sample &sample)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        perror("bench_values: fork");
        exit(1);
    }
    if (child == 0) {
        peer.use(Memory::Fresh, sample.length);
        /* The library's own tables and code are touched first. */
        static const char tiny[] = "[1]                                                                     ";
        bool              warm = peer.read(Text{ tiny, 3 });
        peer.drop();
        uint64_t before = resident_bytes();
        if (!warm || !peer.read(sample.view()))
            _exit(1);
        malloc_trim(0);
        uint64_t after = resident_bytes();
        printf("%s %llu %llu\n", peer.name().c_str(), static_cast<unsigned long long>(after - before),
               static_cast<unsigned long long>(peer.bytes_read()));
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0)
        differ(peer, "keeping");
}

/* ---- arguments ---------------------------------------------------------------------------- */

struct Arguments {
    std::string file, peers;
    bool        kept = false, lookups = false;
};

Arguments parse_arguments(int argc, char **argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; i++) {
        std::string argument = argv[i];
        if (argument.rfind("--peers=", 0) == 0)
            arguments.peers = "," + argument.substr(8) + ",";
        else if (argument == "--kept")
            arguments.kept = true;
        else if (argument == "--lookups")
            arguments.lookups = true;
        else if (arguments.file.empty() && argument[0] != '-')
            arguments.file = argument;
        else
            arguments.file.clear(), i = argc;
    }
    if (arguments.file.empty()) {
        fprintf(stderr, "usage: bench_values [--lookups] [--kept] [--peers=NAME,...] [--benchmark_...] FILE\n");
        exit(2);
    }
    return arguments;
}

} // namespace

int run(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    Arguments arguments = parse_arguments(argc, argv);
    Sample    sample = load_sample(arguments.file, 0);
    Peers     peers = make_peers();
    if (!arguments.peers.empty())
        peers.erase(std::remove_if(peers.begin(), peers.end(),
                                   [&](const auto &peer) {
                                       return arguments.peers.find("," + peer->name() + ",") == std::string::npos;
                                   }),
                    peers.end());
    if (peers.empty()) {
        fprintf(stderr, "bench_values: this build has none of those peers\n");
        return 2;
    }
    if (arguments.kept) {
        for (const auto &peer : peers)
            print_kept(*peer, sample);
        return 0;
    }
    std::vector<Wide> wides;
    if (arguments.lookups) {
        for (size_t count : kWides)
            wides.push_back(make_wide(sample, count));
        verify_lookups(peers, wides);
    } else {
        verify(peers, sample);
    }
    for (const auto &peer : peers) {
        benchmark::AddCustomContext("peer " + peer->name(), peer->version());
        if (arguments.lookups)
            add_lookups(*peer, wides);
        else
            add_peer(*peer, sample);
    }
    benchmark::AddCustomContext("bytes", std::to_string(sample.length));
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

} // namespace bench

int main(int argc, char **argv)
{
    return bench::run(argc, argv);
}

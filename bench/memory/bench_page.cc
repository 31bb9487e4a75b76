/* bench_page.cc - a large block taken, written once from end to end, and given back.
 *
 * What a document of a megabyte does each time it is read. The time is dominated by page faults
 * where the allocator hands out fresh pages. Growing: as a reader does that doubles its block. */
#include <benchmark/benchmark.h>
#include <holdfast/memory.h>

#include <cstdlib>
#include <cstring>

namespace {

void write_pages(void *block, size_t size)
{
    memset(block, 1, size);
    benchmark::ClobberMemory();
}

void count(benchmark::State &state)
{
    state.SetBytesProcessed(state.iterations() * state.range(0) * 1024);
}

void holdfast_take_give(benchmark::State &state)
{
    const hf_allocator *allocator = hf_allocator_default();
    size_t              size = static_cast<size_t>(state.range(0)) * 1024;
    for (auto _ : state) {
        void *block = allocator->resize(nullptr, nullptr, 0, size, 16);
        write_pages(block, size);
        allocator->resize(nullptr, block, size, 0, 16);
    }
    count(state);
}

void malloc_free(benchmark::State &state)
{
    size_t size = static_cast<size_t>(state.range(0)) * 1024;
    for (auto _ : state) {
        void *block = malloc(size);
        write_pages(block, size);
        free(block);
    }
    count(state);
}

/* From 256 KiB to `size`, doubling, each new half written. */
template <typename Resize> void grow(benchmark::State &state, Resize resize)
{
    size_t size = static_cast<size_t>(state.range(0)) * 1024;
    for (auto _ : state) {
        size_t now = size_t{ 256 } << 10;
        char  *block = static_cast<char *>(resize(nullptr, 0, now));
        write_pages(block, now);
        while (now < size) {
            size_t next = now * 2 < size ? now * 2 : size;
            block = static_cast<char *>(resize(block, now, next));
            write_pages(block + now, next - now);
            now = next;
        }
        resize(block, now, 0);
    }
    count(state);
}

void holdfast_grow(benchmark::State &state)
{
    const hf_allocator *allocator = hf_allocator_default();
    grow(state, [allocator](void *block, size_t old_size, size_t new_size) {
        return allocator->resize(nullptr, block, old_size, new_size, 16);
    });
}

void malloc_grow(benchmark::State &state)
{
    grow(state, [](void *block, size_t, size_t new_size) -> void * {
        if (new_size == 0) {
            free(block);
            return nullptr;
        }
        return realloc(block, new_size);
    });
}

#define SIZES Arg(300)->Arg(1300)->Arg(5000)->Arg(20000)
BENCHMARK(holdfast_take_give)->SIZES;
BENCHMARK(malloc_free)->SIZES;
BENCHMARK(holdfast_grow)->SIZES;
BENCHMARK(malloc_grow)->SIZES;

} // namespace

BENCHMARK_MAIN();

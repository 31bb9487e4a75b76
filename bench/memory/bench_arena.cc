/* bench_arena.cc - one frame of a recursion: a hundred small blocks, then all of them gone.
 *
 * The time is per block, allocation and release together. Sizes as nested data has them: 16, 40
 * and 200 bytes, and a mix. The same work with malloc and free, obstack and GLib's slices. */
#include <benchmark/benchmark.h>
#include <holdfast/arena.h>

#include <cstdlib>
#include <obstack.h>
#ifdef HAVE_GLIB
#include <glib.h>
#endif

namespace {

constexpr int kBlocks = 100;

/* Argument 0 stands for the mix. */
inline size_t size_of(int64_t argument, int i)
{
    static const size_t mix[] = { 16, 40, 24, 200, 16, 64, 8, 120 };
    return argument != 0 ? static_cast<size_t>(argument) : mix[i & 7];
}

void count(benchmark::State &state)
{
    state.SetItemsProcessed(state.iterations() * kBlocks);
}

/* The block is used: its first word is written. */
inline void use(void *block)
{
    *static_cast<int *>(block) = 1;
    benchmark::DoNotOptimize(block);
}

void arena_mark_rewind(benchmark::State &state)
{
    hf_arena arena;
    hf_arena_init(&arena, nullptr);
    for (auto _ : state) {
        hf_mark mark = hf_arena_mark(&arena);
        for (int i = 0; i < kBlocks; i++)
            use(hf_arena_allocate(&arena, size_of(state.range(0), i), 8));
        hf_arena_rewind(&arena, mark);
    }
    hf_arena_release(&arena);
    count(state);
}

void malloc_free(benchmark::State &state)
{
    void *blocks[kBlocks];
    for (auto _ : state) {
        for (int i = 0; i < kBlocks; i++)
            use(blocks[i] = malloc(size_of(state.range(0), i)));
        for (int i = kBlocks; i-- > 0;)
            free(blocks[i]);
    }
    count(state);
}

#define obstack_chunk_alloc malloc
#define obstack_chunk_free  free

void obstack_alloc_free(benchmark::State &state)
{
    struct obstack stack;
    obstack_init(&stack);
    for (auto _ : state) {
        void *first = obstack_alloc(&stack, 1);
        for (int i = 0; i < kBlocks; i++)
            use(obstack_alloc(&stack, static_cast<int>(size_of(state.range(0), i))));
        obstack_free(&stack, first);
    }
    obstack_free(&stack, nullptr);
    count(state);
}

#ifdef HAVE_GLIB
void glib_slice(benchmark::State &state)
{
    void *blocks[kBlocks];
    for (auto _ : state) {
        for (int i = 0; i < kBlocks; i++)
            use(blocks[i] = g_slice_alloc(size_of(state.range(0), i)));
        for (int i = kBlocks; i-- > 0;)
            g_slice_free1(size_of(state.range(0), i), blocks[i]);
    }
    count(state);
}
BENCHMARK(glib_slice)->Arg(16)->Arg(40)->Arg(200)->Arg(0);
#endif

BENCHMARK(arena_mark_rewind)->Arg(16)->Arg(40)->Arg(200)->Arg(0);
BENCHMARK(malloc_free)->Arg(16)->Arg(40)->Arg(200)->Arg(0);
BENCHMARK(obstack_alloc_free)->Arg(16)->Arg(40)->Arg(200)->Arg(0);

} // namespace

BENCHMARK_MAIN();

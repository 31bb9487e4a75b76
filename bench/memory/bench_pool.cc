/* bench_pool.cc - one object got and put back; then a hundred got, all put back.
 *
 * With a reset hook, as pooled objects have. Beside it: malloc and free of the same size (and what
 * is preloaded), and GLib's slices, neither of which checks or resets anything. Threads: each with
 * its own objects of one shared pool. */
#include <benchmark/benchmark.h>
#include <holdfast/pool.h>

#include <cstdlib>
#ifdef HAVE_GLIB
#include <glib.h>
#endif

namespace {

constexpr size_t kSize = 256;
constexpr int    kMany = 100;

hf_status reset(void *object, void *)
{
    *static_cast<int *>(object) = 0;
    return HF_OK;
}

hf_pool *shared_pool()
{
    static hf_pool *pool = [] {
        hf_pool        *made = nullptr;
        hf_pool_options options = {};
        options.size = kSize;
        options.reset = reset;
        if (hf_pool_create(&options, &made, nullptr) != HF_OK)
            abort();
        return made;
    }();
    return pool;
}

void use(void *object)
{
    *static_cast<int *>(object) = 1;
    benchmark::DoNotOptimize(object);
}

template <typename Get, typename Put> void cycle(benchmark::State &state, Get get, Put put)
{
    void   *objects[kMany];
    int64_t many = state.range(0);
    for (auto _ : state) {
        for (int64_t i = 0; i < many; i++)
            use(objects[i] = get());
        for (int64_t i = 0; i < many; i++)
            put(objects[i]);
    }
    state.SetItemsProcessed(state.iterations() * many);
}

void holdfast_pool(benchmark::State &state)
{
    hf_pool *pool = shared_pool();
    cycle(
        state,
        [pool] {
            void *object = nullptr;
            if (hf_pool_get(pool, &object, nullptr) != HF_OK)
                abort();
            return object;
        },
        [pool](void *object) { hf_pool_put(pool, object); });
}

void malloc_free(benchmark::State &state)
{
    cycle(state, [] { return malloc(kSize); }, [](void *object) { free(object); });
}

#ifdef HAVE_GLIB
void glib_slice(benchmark::State &state)
{
    cycle(state, [] { return g_slice_alloc(kSize); }, [](void *object) { g_slice_free1(kSize, object); });
}
BENCHMARK(glib_slice)->Arg(1)->Arg(kMany)->ThreadRange(1, 2);
#endif

BENCHMARK(holdfast_pool)->Arg(1)->Arg(kMany)->ThreadRange(1, 2);
BENCHMARK(malloc_free)->Arg(1)->Arg(kMany)->ThreadRange(1, 2);

} // namespace

BENCHMARK_MAIN();

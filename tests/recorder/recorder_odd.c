/* recorder_odd.c - programs that do odd things (corpus/odd), each with its stated behaviour. */
#include "sites.h"

#include <stdlib.h>
#include <unistd.h>

static char *in_folder(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", ODD_FOLDER, name);
    return path;
}

/* Records and replays a program; its sites must agree. `ending`: a part of what the processes' ends say. */
static bool run_odd(const char *name, char *const *arguments, size_t sites_expected, const char *ending, replayed *all)
{
    char *command[8] = { in_folder(name) };
    recorded run;
    site sites[SITES_MAX];
    bool good = false;
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL && i < 6; i++)
        command[i + 1] = arguments[i];
    if (!check(record_program(command, NULL, &run), "%s: recording", name))
        return false;
    if (check(replay(run.path, all), "%s: reading", name)) {
        size_t count = sites_read(run.output, sites);
        sites_count(all, sites, count);
        check(count == sites_expected, "%s: prints %zu sites, expected %zu", name, count, sites_expected);
        sites_check(name, sites, count);
        check(all->lost == 0 && all->doubled == 0, "%s: %llu lost, %llu born at living addresses", name,
              (unsigned long long)all->lost, (unsigned long long)all->doubled);
        check(strstr(all->endings, ending) != NULL, "%s: ended as %s", name, all->endings);
        good = true;
    }
    recorded_release(&run);
    return good;
}

/* Live blocks with a frame in a module whose path ends so. */
static uint64_t live_in_module(const replayed *all, const char *ending)
{
    uint64_t count = 0;
    size_t length = strlen(ending);
    for (size_t i = 0; i < all->blocks_room; i++) {
        if (!all->blocks[i].alive)
            continue;
        uint32_t stack = all->blocks[i].stack;
        const char *path = stack != 0 ? all->modules[all->stacks[stack].module] : "";
        if (strlen(path) >= length && strcmp(path + strlen(path) - length, ending) == 0)
            count++;
    }
    return count;
}

static void test_processes(void)
{
    replayed all;
    if (run_odd("odd_fork", NULL, 3, "1:exit 0", &all)) {
        check(all.strangers == 3, "odd_fork: %llu strangers", (unsigned long long)all.strangers);
        check(all.kinds[HF__TRACE_PROCESS_START] == 3, "odd_fork: processes");
        replayed_release(&all);
    }
    if (run_odd("odd_exec", NULL, 2, "1:exec 0 2:exit 0", &all))
        replayed_release(&all);
    if (run_odd("odd_spawn", NULL, 1, "1:exit 0", &all)) {
        check(all.kinds[HF__TRACE_PROCESS_START] >= 10, "odd_spawn: processes %llu",
              (unsigned long long)all.kinds[HF__TRACE_PROCESS_START]);
        replayed_release(&all);
    }
}

static void test_modules(void)
{
    char *const arguments[] = { in_folder("odd_plugin_a.so"), in_folder("odd_plugin_b.so"), "20", NULL };
    replayed all;
    if (run_odd("odd_dlopen", arguments, 0, "1:exit 0", &all)) {
        check(live_in_module(&all, "odd_plugin_a.so") == 60, "odd_dlopen: a holds %llu",
              (unsigned long long)live_in_module(&all, "odd_plugin_a.so"));
        check(live_in_module(&all, "odd_plugin_b.so") == 100, "odd_dlopen: b holds %llu",
              (unsigned long long)live_in_module(&all, "odd_plugin_b.so"));
        check(all.kinds[HF__TRACE_MODULE_UNLOAD] == 40, "odd_dlopen: unloads %llu",
              (unsigned long long)all.kinds[HF__TRACE_MODULE_UNLOAD]);
        replayed_release(&all);
    }
}

/* What was loaded by a name from where the program stands can be found from elsewhere. */
static void test_module_beside(void)
{
    char *const arguments[] = { "./odd_plugin_a.so", "../odd/odd_plugin_b.so", "1", NULL };
    char before[1024], a[1024], b[1024];
    replayed all;
    if (!check(getcwd(before, sizeof before - 64) != NULL && chdir(ODD_FOLDER) == 0 && getcwd(a, sizeof a - 64) != NULL, "folders"))
        return;
    snprintf(b, sizeof b, "%.900s/../odd/odd_plugin_b.so", a);
    strcat(a, "/odd_plugin_a.so");
    if (run_odd("odd_dlopen", arguments, 0, "1:exit 0", &all)) {
        check(live_in_module(&all, a) == 3, "odd_dlopen beside: %s holds %llu", a, (unsigned long long)live_in_module(&all, a));
        check(live_in_module(&all, b) == 5, "odd_dlopen beside: %s holds %llu", b, (unsigned long long)live_in_module(&all, b));
        replayed_release(&all);
    }
    check(chdir(before) == 0, "back to %s", before);
}

static void test_control_flow(void)
{
    replayed all;
    if (run_odd("odd_longjmp", NULL, 2, "1:exit 0", &all))
        replayed_release(&all);
    if (run_odd("odd_coroutine", NULL, 2, "1:exit 0", &all))
        replayed_release(&all);
    if (run_odd("odd_signal", NULL, 3, "1:exit 0", &all)) {
        check(all.kinds[HF__TRACE_MAP] >= 50 && all.kinds[HF__TRACE_MAP] == all.kinds[HF__TRACE_UNMAP],
              "odd_signal: maps %llu, unmaps %llu", (unsigned long long)all.kinds[HF__TRACE_MAP],
              (unsigned long long)all.kinds[HF__TRACE_UNMAP]);
        replayed_release(&all);
    }
    if (access(in_folder("odd_exception"), X_OK) == 0 && run_odd("odd_exception", NULL, 1, "1:exit 0", &all))
        replayed_release(&all);
}

static void test_thread_handles(void)
{
    enum { ROUNDS = 40, SPAWNERS = 4, EACH = 7 };
    char *const arguments[] = { "40", NULL };
    replayed all;
    unsigned threads = 0, wrong = 0, first_wrong = 0;
    if (!run_odd("odd_thread_handles", arguments, 0, "1:exit 0", &all))
        return;
    for (unsigned i = 1; i < all.threads_room; i++) {
        const thread_told *told = &all.threads[i];
        if (!told->has_stack)
            continue;                /* the main thread */
        threads++;
        if (told->starts == 1 && told->ends == 1 && told->joined + told->detached == 1)
            continue;
        if (wrong++ == 0)
            first_wrong = i;
    }
    const thread_told *shown = &all.threads[first_wrong];
    check(wrong == 0, "odd_thread_handles: %u threads told wrongly, as thread %u: %u starts, %u ends, %u times joined, "
          "%u times detached", wrong, first_wrong, shown->starts, shown->ends, shown->joined, shown->detached);
    check(threads == SPAWNERS + SPAWNERS * ROUNDS * EACH, "odd_thread_handles: %u threads", threads);
    check(all.kinds[HF__TRACE_THREAD_START] == threads + 1, "odd_thread_handles: starts %llu",
          (unsigned long long)all.kinds[HF__TRACE_THREAD_START]);
    check(all.joined == SPAWNERS + SPAWNERS * ROUNDS * 4 && all.detached == SPAWNERS * ROUNDS * 3,
          "odd_thread_handles: joined %llu, detached %llu", (unsigned long long)all.joined, (unsigned long long)all.detached);
    replayed_release(&all);
}

static void test_beginning_and_end(void)
{
    replayed all;
    if (run_odd("odd_threads", NULL, 1, "1:exit 0", &all)) {
        check(all.kinds[HF__TRACE_THREAD_START] == 36, "odd_threads: starts %llu",
              (unsigned long long)all.kinds[HF__TRACE_THREAD_START]);
        check(all.kinds[HF__TRACE_THREAD_END] == 35, "odd_threads: ends %llu",
              (unsigned long long)all.kinds[HF__TRACE_THREAD_END]);
        check(all.joined == 20 && all.detached == 10, "odd_threads: joined %llu, detached %llu",
              (unsigned long long)all.joined, (unsigned long long)all.detached);
        replayed_release(&all);
    }
    if (run_odd("odd_checkpoint", NULL, 0, "1:exit 0", &all)) {
        check(all.reasons[HF__CHECKPOINT_PROGRAM] == 4, "odd_checkpoint: %llu",
              (unsigned long long)all.reasons[HF__CHECKPOINT_PROGRAM]);
        replayed_release(&all);
    }
    if (run_odd("odd_own_malloc", NULL, 0, "1:exit 0", &all)) {
        check(all.kinds[HF__TRACE_NOTICE] == 1, "odd_own_malloc: nobody is told");
        replayed_release(&all);
    }
    if (run_odd("odd_early", NULL, 3, "1:exit 0", &all)) {
        check(all.reasons[HF__CHECKPOINT_MAIN_RETURNED] == 1 && all.reasons[HF__CHECKPOINT_EXIT] == 1,
              "odd_early: checkpoints at the end");
        replayed_release(&all);
    }
}

static void test_allocators(void)
{
    static const char *const names[] = { "odd_allocator_glibc", "odd_allocator_jemalloc", "odd_allocator_tcmalloc",
                                         "odd_allocator_mimalloc" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        replayed all;
        if (access(in_folder(names[i]), X_OK) != 0 || !run_odd(names[i], NULL, 2, "1:exit 0", &all))
            continue;
        check(all.statistics.present && all.statistics.allocator == HF__ALLOCATOR_GLIBC + i,
              "%s: statistics of allocator %d", names[i], (int)all.statistics.allocator);
        check(all.statistics.footprint > 0, "%s: footprint", names[i]);
        /* mimalloc does not tell what is in use. */
        check(all.statistics.allocator == HF__ALLOCATOR_MIMALLOC || all.statistics.allocated >= 5550,
              "%s: %llu allocated", names[i], (unsigned long long)all.statistics.allocated);
        replayed_release(&all);
    }
}

int main(void)
{
    test_allocators();
    test_processes();
    test_modules();
    test_module_beside();
    test_control_flow();
    test_thread_handles();
    test_beginning_and_end();
    return check_summary();
}

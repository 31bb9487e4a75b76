// stress.cpp - everything at once, for as long as it is told: threads that hand blocks to each
// other, a timer's handler that maps memory, children by fork, modules that come and go, exceptions.
//
// At the end it prints what it holds, as corpus/odd does. usage: stress SECONDS PLUGIN
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern "C" const char __start_of_kept[], __stop_of_kept[];

static std::atomic<bool>   stop{false};
static std::atomic<void *> mailbox[512];
static std::atomic<long>   kept_blocks{0}, kept_bytes{0}, forks{0}, loads{0}, throws{0}, maps{0};

__attribute__((noinline, section("of_kept"))) static void *kept(size_t size)
{
    void *block = malloc(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

static void exchange(unsigned seed)
{
    unsigned r = seed * 2654435761u + 1;
    while (!stop) {
        r = r * 1664525 + 1013904223;
        void *block = malloc(r % 2000 + 1);
        if (r % 3 == 0)
            block = realloc(block, r % 5000 + 1);
        free(mailbox[r >> 8 & 511].exchange(block));
        if (r % 4096 == 0) {
            kept(r >> 12 & 63);
            kept_blocks++;
            kept_bytes += r >> 12 & 63;
        }
    }
}

static void throw_deep(int depth)
{
    std::vector<char> room(static_cast<size_t>(depth) + 1);
    if (depth == 0)
        throw std::runtime_error("deep");
    throw_deep(depth - 1);
    room[0] = 1;
}

static void exceptions()
{
    while (!stop) {
        try {
            throw_deep(static_cast<int>(throws % 50));
        } catch (const std::exception &) {
            throws++;
        }
    }
}

static void modules(const char *plugin)
{
    while (!stop) {
        void *module = dlopen(plugin, RTLD_NOW | RTLD_LOCAL);
        if (module == nullptr)
            abort();
        void *(*allocate)(size_t);
        *reinterpret_cast<void **>(&allocate) = dlsym(module, "plugin_allocate");
        free(allocate(100));
        dlclose(module);
        loads++;
        usleep(500);
    }
}

static void short_threads()
{
    while (!stop) {
        std::thread([] { free(malloc(77)); }).detach();
        usleep(1000);
    }
}

static void on_timer(int)
{
    void *map = mmap(nullptr, 64 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map != MAP_FAILED)
        munmap(map, 64 << 10);
    maps++;
}

static void fork_child()
{
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 50; i++)
            free(malloc(static_cast<size_t>(i) * 10));
        _exit(0);
    }
    int status = 0;
    if (child > 0)
        while (waitpid(child, &status, 0) < 0)
            continue;
    forks++;
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    auto until = std::chrono::steady_clock::now() + std::chrono::seconds(atoi(arguments[1]));
    std::signal(SIGALRM, on_timer);
    itimerval timer = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 3; i++)
        threads.emplace_back(exchange, i);
    threads.emplace_back(exceptions);
    threads.emplace_back(modules, arguments[2]);
    threads.emplace_back(short_threads);
    while (std::chrono::steady_clock::now() < until) {
        fork_child();
        usleep(5000);
    }
    stop = true;
    for (auto &thread : threads)
        thread.join();
    itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, nullptr);
    char line[256];
    int length = snprintf(line, sizeof line, "site %lx %lx %ld %ld\nforks %ld loads %ld throws %ld maps %ld\n",
                          reinterpret_cast<unsigned long>(__start_of_kept), reinterpret_cast<unsigned long>(__stop_of_kept),
                          kept_blocks.load(), kept_bytes.load(), forks.load(), loads.load(), throws.load(), maps.load());
    return write(1, line, static_cast<size_t>(length)) == length ? 0 : 1;
}

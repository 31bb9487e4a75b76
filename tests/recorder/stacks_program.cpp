// stacks_program.cpp - allocates from many kinds of frames: recursion, callbacks of libc and
// libstdc++, a stripped library, large and realigned frames, alloca, signal handlers, threads.
#include <algorithm>
#include <alloca.h>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

extern "C" void *library_allocate(int depth, std::size_t size);
extern "C" int library_call(int (*callback)(int), int value);

static void *volatile sink;
static void use(void *block)
{
    sink = block;
    std::free(block);
}

__attribute__((noinline)) static int recurse(int depth)
{
    volatile char frame[64];
    frame[0] = static_cast<char>(depth);
    use(std::malloc(static_cast<std::size_t>(depth) + 1));
    int below = depth > 0 ? recurse(depth - 1) : 0;
    use(std::malloc(17));
    return below + frame[0];
}

__attribute__((noinline)) static int realigned(int depth)
{
    alignas(64) volatile char wide[256];
    wide[static_cast<unsigned>(depth) % 256] = 1;
    use(std::malloc(33));
    return depth > 0 ? realigned(depth - 1) + wide[0] : 0;
}

__attribute__((noinline)) static int with_alloca(int n)
{
    auto *room = static_cast<volatile char *>(alloca(static_cast<std::size_t>(n) + 100));
    room[0] = 1;
    use(std::malloc(55));
    return room[0] + (n > 0 ? with_alloca(n - 7) : 0);
}

__attribute__((noinline)) static int large_frame(int n)
{
    volatile char room[200000];
    room[n] = 1;
    use(std::malloc(66));
    return room[n];
}

static int compare(const void *a, const void *b)
{
    use(std::malloc(23));
    return *static_cast<const int *>(a) - *static_cast<const int *>(b);
}

static int from_library(int value)
{
    use(std::malloc(29));
    return recurse(value % 5);
}

static void on_signal(int number)
{
    use(std::malloc(static_cast<std::size_t>(number)));
    recurse(2);
}

__attribute__((noinline)) static void containers(int n)
{
    std::map<std::string, std::vector<int>> map;
    for (int i = 0; i < n; i++)
        map["a key that is too long to lie inside " + std::to_string(i)].push_back(i);
    std::function<int(int)> f = [&](int x) { return recurse(x % 3) + static_cast<int>(map.size()); };
    std::vector<std::string> words(8, "another text of more than fifteen bytes");
    std::sort(words.begin(), words.end(), [&](const std::string &a, const std::string &b) { return f(1) > 0 && a < b; });
}

static void all(int round)
{
    recurse(round % 60);
    realigned(round % 9);
    with_alloca(round % 40);
    large_frame(round % 100);
    int numbers[16];
    for (int i = 0; i < 16; i++)
        numbers[i] = (i * 7 + round) % 16;
    std::qsort(numbers, 16, sizeof numbers[0], compare);
    use(library_allocate(round % 12, 31));
    library_call(from_library, round);
    std::raise(SIGUSR1);
    containers(round % 7);
    use(::strdup("a copy by libc"));
}

int main(int count, char **arguments)
{
    int rounds = count > 1 ? std::atoi(arguments[1]) : 10;
    std::signal(SIGUSR1, on_signal);
    for (int i = 0; i < rounds; i++)
        all(i);
    return 0;
}

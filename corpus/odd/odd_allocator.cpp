// odd_allocator.cpp - linked to an allocator of its own (jemalloc, tcmalloc, mimalloc): malloc and
// operator new, across threads.
//
// Stated behaviour: exact, and checkpoints carry that allocator's own statistics.
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <unistd.h>
#include <vector>

extern "C" const char __start_of_by_malloc[], __stop_of_by_malloc[], __start_of_by_new[], __stop_of_by_new[];

__attribute__((noinline, section("of_by_malloc"))) static void *by_malloc(size_t size)
{
    void *block = malloc(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

__attribute__((noinline, section("of_by_new"))) static char *by_new(size_t size)
{
    char *block = new char[size];
    __asm__ volatile("" : "+r"(block));
    return block;
}

static void churn()
{
    for (int i = 0; i < 20000; i++) {
        delete[] by_new(static_cast<size_t>(i % 700 + 1));
        free(by_malloc(static_cast<size_t>(i % 300)));
    }
}

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; i++)
        threads.emplace_back(churn);
    for (auto &thread : threads)
        thread.join();
    for (int i = 0; i < 10; i++)
        by_malloc(111);
    for (int i = 0; i < 20; i++)
        by_new(222);
    char line[256];
    int length = snprintf(line, sizeof line, "site %lx %lx 10 1110\nsite %lx %lx 20 4440\n",
                          reinterpret_cast<unsigned long>(__start_of_by_malloc),
                          reinterpret_cast<unsigned long>(__stop_of_by_malloc),
                          reinterpret_cast<unsigned long>(__start_of_by_new),
                          reinterpret_cast<unsigned long>(__stop_of_by_new));
    return write(1, line, static_cast<size_t>(length)) == length ? 0 : 1;
}

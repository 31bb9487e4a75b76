// odd_exception.cpp - throws through frames that allocate; new, new[], aligned new.
//
// Stated behaviour: exact; operator new counts as an allocation of its caller.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <unistd.h>
#include <vector>

static long kept_blocks, kept_bytes;

struct alignas(64) wide {
    char bytes[192];
};

extern "C" const char __start_of_keep[], __stop_of_keep[];

__attribute__((noinline, section("of_keep"))) static void keep(unsigned n)
{
    char *volatile a = new char[100 + n % 3];
    wide *volatile b = new wide;
    int *volatile  c = static_cast<int *>(operator new(24, std::nothrow));
    if (a == nullptr || b == nullptr || c == nullptr)
        abort();
    kept_blocks += 3;
    kept_bytes += 100 + n % 3 + 192 + 24;
}

__attribute__((noinline)) static void descend(unsigned depth)
{
    std::vector<int> unwound(depth + 1);
    if (depth == 0)
        throw std::runtime_error("thrown on purpose");
    descend(depth - 1);
    unwound[0] = 1;
}

int main()
{
    for (unsigned i = 0; i < 500; i++) {
        try {
            descend(i % 40);
        } catch (const std::exception &) {
            keep(i);
        }
    }
    char line[128];
    int length = snprintf(line, sizeof line, "site %lx %lx %ld %ld\n", reinterpret_cast<unsigned long>(__start_of_keep),
                          reinterpret_cast<unsigned long>(__stop_of_keep), kept_blocks, kept_bytes);
    return write(1, line, static_cast<size_t>(length)) == length ? 0 : 1;
}

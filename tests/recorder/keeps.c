/* keeps.c - three places that leak blocks of different sizes at a steady pace, beside some that come and go; says
 * at the end what each kept: "keep small BYTES SECONDS". */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long kept[3];
static void *volatile sink;

__attribute__((noinline)) static void keep_small(void)
{
    sink = malloc(200);
    kept[0] += 200;
}

__attribute__((noinline)) static void keep_middle(void)
{
    sink = malloc(3000);
    kept[1] += 3000;
}

__attribute__((noinline)) static void keep_large(void)
{
    sink = malloc(50000);
    kept[2] += 50000;
}

__attribute__((noinline)) static void come_and_go(int number)
{
    void *volatile block = malloc((size_t)(number % 2000 + 1));
    free(block);
}

int main(void)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < 400; i++) {
        for (int k = 0; k < 60; k++) {
            keep_small();
            come_and_go(i + 37 * k);
        }
        for (int k = 0; k < 4; k++)
            keep_middle();
        if (i % 4 == 0)
            keep_large();
        long long due_ns = begin.tv_nsec + (i + 1) * 2000000LL;
        struct timespec due = { begin.tv_sec + due_ns / 1000000000, due_ns % 1000000000 };
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9;
    static const char *const names[] = { "small", "middle", "large" };
    for (int i = 0; i < 3; i++)
        printf("keep_%s %ld %.6f\n", names[i], kept[i], seconds);
    return 0;
}

/* regions.c - arenas with names, counted by the program itself: at each step it tells what its arenas have in use and
 * reserved, and takes a checkpoint of that name.
 *
 *     step NAME USED RESERVED ARENAS      for each name, before the checkpoint
 *
 * usage: regions [fork | many N] */
#include <holdfast/arena.h>
#include <holdfast/checkpoint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 3 };

static hf_arena  frames;
static hf_arena *requests[REQUESTS];

static void fill(hf_arena *arena, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (hf_arena_allocate(arena, size, 8) == NULL)
            abort();
}

static void step(const char *name)
{
    hf_arena_counts one = hf_arena_count(&frames), all = { 0 };
    unsigned alive = 0;
    for (size_t i = 0; i < REQUESTS; i++) {
        if (requests[i] == NULL)
            continue;
        hf_arena_counts counts = hf_arena_count(requests[i]);
        all.used += counts.used;
        all.reserved += counts.reserved;
        alive++;
    }
    printf("step frames %llu %llu 1\n", (unsigned long long)one.used, (unsigned long long)one.reserved);
    printf("step requests %llu %llu %u\n", (unsigned long long)all.used, (unsigned long long)all.reserved, alive);
    fflush(stdout);
    hf_checkpoint(name);
}

__attribute__((noinline)) static void begin_request(size_t i)
{
    if (hf_arena_create(&(hf_arena_options){ .name = "requests" }, &requests[i], NULL) != HF_OK)
        abort();
    fill(requests[i], 100 * (i + 1), 1000);
}

/* Far more arenas than are alive at once, each with a frame that is taken back again and again. */
static void many(int count)
{
    for (int i = 0; i < count; i++) {
        hf_arena arena;
        hf_arena_init(&arena, &(hf_arena_options){ .name = "many" });
        hf_mark mark = hf_arena_mark(&arena);
        for (int round = 0; round < 20; round++) {
            fill(&arena, 10, 100);
            if (hf_arena_rewind(&arena, mark) != HF_OK)
                abort();
        }
        hf_arena_release(&arena);
    }
}

int main(int count, char **arguments)
{
    hf_arena_init(&frames, NULL);
    hf_arena_name(&frames, "frames");
    step("empty");
    fill(&frames, 500, 64);
    hf_mark mark = hf_arena_mark(&frames);
    for (size_t i = 0; i < REQUESTS; i++)
        begin_request(i);
    step("filled");
    fill(&frames, 5000, 64);
    fill(&frames, 1, 3 << 20);
    step("large");
    if (hf_arena_rewind(&frames, mark) != HF_OK)
        return 1;
    step("rewound");
    hf_arena_reset(requests[2]);
    step("reset");
    hf_arena_destroy(requests[1]);
    requests[1] = NULL;
    step("gone");
    if (count > 2 && strcmp(arguments[1], "many") == 0)
        many(atoi(arguments[2]));
    if (count > 1 && strcmp(arguments[1], "fork") == 0) {
        pid_t child = fork();
        if (child == 0) {
            fill(requests[0], 1000, 1000);     /* its parent's arena, as a copy */
            step("child");
            _exit(0);
        }
        int status = 0;
        if (waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    step("last");
    return 0;
}

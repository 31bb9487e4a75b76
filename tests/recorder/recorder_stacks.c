/* recorder_stacks.c - recorded stacks equal those of a debugger, at every level of optimisation,
 * with and without frame pointers. usage: recorder_stacks SAMPLES (for each program) */
#define _GNU_SOURCE
#include "record.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEPTH_MAX = 512 };

/* Allocations of one process in their order. */
typedef struct allocations {
    live_block *items;
    size_t      count, room;
} allocations;

static void add(allocations *all, const hf__trace_event *event)
{
    if (all->count == all->room) {
        all->room = all->room != 0 ? all->room * 2 : 4096;
        all->items = realloc(all->items, all->room * sizeof *all->items);
        if (all->items == NULL)
            abort();
    }
    all->items[all->count++] =
        (live_block){ .address = event->allocate.address, .stack = event->allocate.stack, .process = event->process };
}

static bool read_allocations(const char *path, const char *program, allocations *all)
{
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    uint32_t wanted = 0;
    if (hf__trace_open_file(path, &reader, NULL) != HF_OK)
        return false;
    hf_status status;
    while ((status = hf__trace_next(reader, &event, NULL)) == HF_OK) {
        if (event.kind == HF__TRACE_PROCESS_START && event.process_start.path.length >= strlen(program) &&
            memcmp(event.process_start.path.bytes + event.process_start.path.length - strlen(program), program,
                   strlen(program)) == 0)
            wanted = event.process;
        if (event.kind == HF__TRACE_ALLOCATE && event.process == wanted)
            add(all, &event);
    }
    hf__trace_close(reader);
    return status == HF_END;
}

/* Does the stack equal the program counters of one line? */
static bool equal(const replayed *all, uint32_t stack, const uint64_t *pcs, size_t count)
{
    size_t i = 0;
    for (; stack != 0; stack = all->stacks[stack].parent, i++)
        if (i == count || all->stacks[stack].address != pcs[i])
            return false;
    return i == count;
}

static void tell_difference(const replayed *all, uint32_t stack, const uint64_t *pcs, size_t count)
{
    fprintf(stderr, "recorded:");
    for (; stack != 0; stack = all->stacks[stack].parent)
        fprintf(stderr, " %llx%s", (unsigned long long)all->stacks[stack].address,
                all->stacks[stack].flags & HF__STACK_TRUNCATED ? "(cut)" : "");
    fprintf(stderr, "\ndebugger:");
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, " %llx", (unsigned long long)pcs[i]);
    fprintf(stderr, "\n");
}

static size_t read_line(const char *line, uint64_t *ret_block, uint64_t *pcs)
{
    char *end;
    size_t count = 0;
    *ret_block = strtoull(line, &end, 16);
    while (*end == ' ' && count < DEPTH_MAX)
        pcs[count++] = strtoull(end, &end, 16);
    return count;
}

static void compare(const char *program, const char *list, unsigned every, const replayed *all, const allocations *made)
{
    static char line[DEPTH_MAX * 20];
    uint64_t block, pcs[DEPTH_MAX];
    size_t lines = 0, wrong = 0;
    FILE *file = fopen(list, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        size_t count = read_line(line, &block, pcs), at = ++lines * every - 1;
        bool same = at < made->count && made->items[at].address == block &&
                    equal(all, made->items[at].stack, pcs, count);
        if (!same && wrong++ < 3 && at < made->count)
            tell_difference(all, made->items[at].stack, pcs, count);
    }
    if (file != NULL)
        fclose(file);
    check(lines > 0 && wrong == 0, "%s: %zu of %zu stacks differ from the debugger's", program, wrong, lines);
    printf("%s: %zu stacks compared, %zu differ\n", program, lines, wrong);
}

static void compare_program(const char *program, unsigned samples, unsigned every)
{
    char path[512], rounds[32], list[] = "/tmp/holdfast-stacks-XXXXXX";
    snprintf(path, sizeof path, "%s/%s", STACKS_FOLDER, program);
    /* About 100 allocations for each round. */
    snprintf(rounds, sizeof rounds, "%u", samples * every / 100 + 4);
    int file = mkstemp(list);
    char *const command[] = { "gdb", "-q", "-batch", "-nx", "-x", STACKS_SCRIPT, "--args", path, rounds, NULL };
    char number[32];
    snprintf(number, sizeof number, "%u", every);
    setenv("HF_EVERY", number, 1);
    snprintf(number, sizeof number, "%u", samples);
    setenv("HF_SAMPLES", number, 1);
    setenv("HF_OUT", list, 1);
    recorded run;
    replayed all;
    allocations made = { 0 };
    if (check(record_program(command, NULL, &run), "%s: recording under gdb", program)) {
        if (check(replay(run.path, &all), "%s: reading", program)) {
            check(read_allocations(run.path, program, &made), "%s: reading", program);
            compare(program, list, every, &all, &made);
            replayed_release(&all);
        }
        recorded_release(&run);
    }
    free(made.items);
    close(file);
    unlink(list);
}

int main(int count, char **arguments)
{
    static const char *const programs[] = { "stacks_O0", "stacks_O1_fp", "stacks_O2", "stacks_O2_fp", "stacks_O3" };
    unsigned samples = count > 1 ? (unsigned)atoi(arguments[1]) : 60;
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        compare_program(programs[i], samples, 7);
    return check_summary();
}

/* recorder_regions.c - arenas with names are seen as the program counts them: at every checkpoint, past the size of a
 * recording, in a forked child; and nothing is told of those without a name. */
#include "record.h"

#include "recording_read.h"

#include <stdlib.h>

enum { STEPS_MAX = 32, ITEMS_MAX = 1 << 16, PROCESSES = 3 };

typedef struct sums {
    char     name[32];
    uint64_t used, reserved, arenas;
} sums;

/* What the program printed, in order. */
static size_t read_steps(const char *output, sums *steps)
{
    size_t count = 0;
    for (const char *at = output; at != NULL && *at != '\0'; at = strchr(at, '\n'), at += at != NULL) {
        unsigned long long used, reserved, arenas;
        if (count < STEPS_MAX && sscanf(at, "step %31s %llu %llu %llu", steps[count].name, &used, &reserved, &arenas) == 4) {
            steps[count].used = used;
            steps[count].reserved = reserved;
            steps[count].arenas = arenas;
            count++;
        }
    }
    return count;
}

typedef struct item {
    char     name[32];
    uint64_t used, reserved;
} item;
static item items[PROCESSES][ITEMS_MAX];

static sums sum_of(uint32_t process, const char *name)
{
    sums sum = { .used = 0 };
    snprintf(sum.name, sizeof sum.name, "%s", name);
    for (size_t i = 0; i < ITEMS_MAX; i++)
        if (strcmp(items[process][i].name, name) == 0) {
            sum.used += items[process][i].used;
            sum.reserved += items[process][i].reserved;
            sum.arenas++;
        }
    return sum;
}

static void check_step(const char *what, uint32_t process, const sums *expected)
{
    sums seen = sum_of(process, expected->name);
    check(seen.used == expected->used && seen.reserved == expected->reserved && seen.arenas == expected->arenas,
          "%s: %s has %llu of %llu in %llu arenas, not %llu of %llu in %llu", what, expected->name,
          (unsigned long long)seen.used, (unsigned long long)seen.reserved, (unsigned long long)seen.arenas,
          (unsigned long long)expected->used, (unsigned long long)expected->reserved, (unsigned long long)expected->arenas);
}

/* At each checkpoint of the program regions are what it printed last. Returns the events told of regions. */
static uint64_t check_all_steps(const char *what, const recorded *run)
{
    sums steps[STEPS_MAX];
    size_t count = read_steps(run->output, steps), at = 0;
    hf__trace_reader *reader = NULL;
    hf__trace_event event;
    hf_status status;
    uint64_t told = 0;
    bool inherited = false;
    memset(items, 0, sizeof items);
    if (!check(count >= 14 && hf__trace_open_file(run->path, &reader, NULL) == HF_OK, "%s: %zu steps", what, count))
        return 0;
    while ((status = hf__trace_next(reader, &event, NULL)) == HF_OK) {
        uint32_t process = event.process < PROCESSES ? event.process : 0;
        told += event.kind == HF__TRACE_REGION || event.kind == HF__TRACE_REGION_USE;
        if (process == 2 && !inherited && event.kind != HF__TRACE_PROCESS_START && event.kind != HF__TRACE_MODULE_LOAD &&
            event.kind != HF__TRACE_STACK) {
            memcpy(items[process], items[1], sizeof items[1]);   /* a child has its parent's, as copies */
            inherited = true;
        }
        if (event.kind == HF__TRACE_REGION && event.region.region < ITEMS_MAX)
            snprintf(items[process][event.region.region].name, sizeof items[0][0].name, "%.*s",
                     (int)event.region.name.length, event.region.name.bytes);
        else if (event.kind == HF__TRACE_REGION_USE && event.region_use.region < ITEMS_MAX) {
            item *one = &items[process][event.region_use.region];
            one->used = event.region_use.used;
            one->reserved = event.region_use.reserved;
            if (event.region_use.change == HF__REGION_GONE)
                memset(one, 0, sizeof *one);
        } else if (event.kind == HF__TRACE_CHECKPOINT && event.checkpoint.reason == HF__CHECKPOINT_PROGRAM) {
            for (int i = 0; i < 2 && at < count; i++, at++)
                check_step(what, process, &steps[at]);
        }
    }
    check(status == HF_END && at == count, "%s: read to the end, %zu of %zu steps", what, at, count);
    hf__trace_close(reader);
    return told;
}

static const hf__region *region_named(const hf__model *model, const char *name)
{
    for (size_t i = 0; i < model->regions_count; i++)
        if (hf_text_equal(hf__intern_text(&model->texts, model->regions[i].name), hf_text_from_cstr(name)))
            return &model->regions[i];
    return NULL;
}

/* As the model has it: the last step, and the most there ever was. */
static void check_model(const char *what, const recorded *run, size_t process, bool forks)
{
    sums steps[STEPS_MAX];
    size_t count = read_steps(run->output, steps);
    hf__recording recording;
    if (!check(count >= 2 && hf__recording_read(run->path, &recording, NULL) == HF_OK, "%s: a model", what))
        return;
    for (size_t i = process == 0 ? count - 2 : count - 4; i < (process == 0 ? count : count - 2); i++) {
        const hf__model *model = &recording.processes[process].model;
        const hf__region *region = process < recording.processes_count ? region_named(model, steps[i].name) : NULL;
        if (!check(region != NULL, "%s: %s is a region", what, steps[i].name))
            continue;
        check(region->used == steps[i].used && region->reserved == steps[i].reserved && region->arenas == steps[i].arenas,
              "%s: %s: %llu, %llu, %llu in the model", what, steps[i].name, (unsigned long long)region->used,
              (unsigned long long)region->reserved, (unsigned long long)region->arenas);
        uint64_t most = 0;
        for (size_t k = 0; k < count; k++)
            if ((!forks || k + 4 < count || k + 2 >= count) && strcmp(steps[k].name, steps[i].name) == 0 && steps[k].used > most)
                most = steps[k].used;
        check(process != 0 || region->used_peak >= most, "%s: %s: at most %llu in use, the program saw %llu", what,
              steps[i].name, (unsigned long long)region->used_peak, (unsigned long long)most);
        if (process == 0 && region->function != HF_NONE)
            check(hf_text_equal(hf__model_name(model, region->function),
                                hf_text_from_cstr(i + 2 - count == 0 ? "main" : "begin_request")),
                  "%s: %s named in %.*s", what, steps[i].name, HF_ARG(hf__model_name(model, region->function)));
    }
    hf__recording_release(&recording);
}

static void record(const char *what, char *const *command, const hf__collect_options *options, bool forks, uint64_t told_max)
{
    recorded run;
    if (!check(record_program(command, options, &run), "%s: recording", what))
        return;
    uint64_t told = check_all_steps(what, &run);
    check(told > 0 && told < told_max, "%s: %llu events of regions", what, (unsigned long long)told);
    check_model(what, &run, 0, forks);
    if (forks)
        check_model(what, &run, 1, forks);
    recorded_release(&run);
}

int main(void)
{
    char *const plain[] = { REGIONS_PATH, NULL }, *const forks[] = { REGIONS_PATH, "fork", NULL };
    char *const many[] = { REGIONS_PATH, "many", "3000", NULL };
    record("plain", plain, NULL, false, 200);
    record("sampled", plain, &(hf__collect_options){ .period = 4096 }, false, 200);
    record("forked", forks, NULL, true, 300);
    /* 66,000 events, but two of each arena and some of each window are kept. */
    record("windows", many, &(hf__collect_options){ .size_max = 1 }, false, 20000);
    return check_summary();
}

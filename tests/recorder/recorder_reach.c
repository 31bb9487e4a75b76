/* recorder_reach.c - a look through memory finds what pointers lead to, and where they begin:
 * at the program's end, however it comes, and in the middle of its life. */
#define _GNU_SOURCE
#include "record.h"
#include "recording_read.h"
#include "stack_paths.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 20 };

/* Everything that was found about the blocks that one function asked for. */
static hf__reached of_function(const hf__model *model, const char *name)
{
    hf__reached sum = { .via = HF_NONE };
    for (uint32_t i = 0; i < model->paths_count; i++) {
        uint32_t function = hf__stack_function(model, i);
        if (model->paths[i].reached != 0 && function != HF_NONE &&
            hf_text_equal(hf__model_name(model, function), hf_text_from_cstr(name)))
            hf__reached_add(&sum, &model->reached[model->paths[i].reached - 1]);
    }
    return sum;
}

static void expect_lost(const hf__model *model, const char *way, const char *name, uint64_t held)
{
    hf__reached found = of_function(model, name);
    check(found.lost == BLOCKS && found.kept == 0 && found.held == held, "%s: %s: %llu lost, %llu of them held, %llu kept, from %d %.*s",
          way, name, (unsigned long long)found.lost, (unsigned long long)found.held, (unsigned long long)found.kept, (int)found.from,
          HF_ARG(hf__intern_text(&model->texts, found.name)));
}

static void expect_kept(const hf__model *model, const char *way, const char *name, uint64_t blocks, hf__reach_from from,
                        const char *root, const char *via)
{
    hf__reached found = of_function(model, name);
    hf_text said = hf__intern_text(&model->texts, found.name);
    hf_text through = found.via != HF_NONE ? hf__model_name(model, found.via) : hf_text_of("", 0);
    check(found.kept == blocks && found.lost == 0, "%s: %s: %llu kept, %llu lost", way, name, (unsigned long long)found.kept,
          (unsigned long long)found.lost);
    check(found.from == from && (root == NULL || hf_text_equal(said, hf_text_from_cstr(root))), "%s: %s: from %d %.*s", way, name,
          (int)found.from, HF_ARG(said));
    check(via == NULL || hf_text_equal(through, hf_text_from_cstr(via)), "%s: %s: through %.*s", way, name, HF_ARG(through));
}

static void look_at_end(const char *way, int status, uint64_t time_ms)
{
    char *const command[] = { REACH_PATH, (char *)way, NULL };
    hf__collect_options options = { .reachability = true, .time_ms = time_ms };
    recorded run;
    hf__recording recording;
    hf_error error;
    if (!check(record_program(command, &options, &run), "%s: recording", way))
        return;
    int ended = WIFEXITED(run.result.wait_status) ? WEXITSTATUS(run.result.wait_status) : 128 + WTERMSIG(run.result.wait_status);
    check(ended == status, "%s: status %d", way, ended);
    if (check(hf__recording_read(run.path, &recording, &error) == HF_OK, "%s: reading", way)) {
        const hf__model *model = &recording.processes[0].model;
        check(strcmp(recording.notes, status == 3 ? "the program ended with status 3" : "") == 0, "%s: %s", way, recording.notes);
        expect_lost(model, way, "ask_lost", 0);
        expect_lost(model, way, "ask_lost_beside_free", 0);
        expect_lost(model, way, "ask_lost_ring", BLOCKS);
        expect_lost(model, way, "run_and_end", 0);
        expect_kept(model, way, "ask_listed", BLOCKS, HF_FROM_GLOBAL, "listed", NULL);
        expect_kept(model, way, "ask_globals", BLOCKS, HF_FROM_GLOBAL, "array_of_globals", "");
        expect_kept(model, way, "ask_table", 1, HF_FROM_GLOBAL, "table", "");
        expect_kept(model, way, "ask_through_table", BLOCKS, HF_FROM_GLOBAL, "table", "ask_table");
        expect_kept(model, way, "ask_inside", BLOCKS + 1, HF_FROM_GLOBAL, "inside", NULL);
        expect_kept(model, way, "ask_for_stack", BLOCKS, HF_FROM_STACK, NULL, NULL);
        expect_kept(model, way, "ask_for_thread", BLOCKS, HF_FROM_THREAD, NULL, NULL);
        expect_kept(model, way, "ask_mapped", BLOCKS, HF_FROM_MAPPING, NULL, "");
        hf__recording_release(&recording);
    }
    recorded_release(&run);
}

/* Where single blocks are not known, nothing is claimed. */
static void test_sampled_is_not_looked_at(void)
{
    char *const command[] = { REACH_PATH, "return", NULL };
    hf__collect_options options = { .reachability = true, .period = 64 };
    recorded run;
    hf__recording recording;
    if (!check(record_program(command, &options, &run), "sampled: recording"))
        return;
    if (check(hf__recording_read(run.path, &recording, NULL) == HF_OK, "sampled: reading")) {
        check(strstr(recording.notes, "sampled") != NULL, "sampled: %s", recording.notes);
        check(recording.processes[0].model.reached_count == 0, "sampled: claims");
        hf__recording_release(&recording);
    }
    recorded_release(&run);
}

/* The recording holds windows by then, and the blocks are known all the same. */
static void test_past_its_size(void)
{
    char *const command[] = { REACH_PATH, "return", NULL };
    hf__collect_options options = { .reachability = true, .size_max = 1 };
    recorded run;
    hf__recording recording;
    if (!check(record_program(command, &options, &run), "windows: recording"))
        return;
    if (check(hf__recording_read(run.path, &recording, NULL) == HF_OK, "windows: reading")) {
        expect_lost(&recording.processes[0].model, "windows", "ask_lost", 0);
        expect_kept(&recording.processes[0].model, "windows", "ask_listed", BLOCKS, HF_FROM_GLOBAL, "listed", NULL);
        hf__recording_release(&recording);
    }
    recorded_release(&run);
}

int main(void)
{
    look_at_end("return", 3, 0);
    look_at_end("exit", 3, 0);
    look_at_end("wait", 128 + SIGTERM, 1000);
    test_sampled_is_not_looked_at();
    test_past_its_size();
    return check_summary();
}

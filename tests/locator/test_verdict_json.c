/* test_verdict_json.c - a verdict written by generated code, read back by generated code: as a verdict
 * and as a baseline, with names of any bytes, and under failing allocations. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "live.h"
#include "room.h"
#include "verdict_model.hf.h"
#include "view.h"

enum { WINDOWS = 40 };

typedef struct world {
    hf__model     model;
    hf__live      live;
    hf__judgement judgement;
} world;

static uint32_t path_of(hf__model *model, const char *name, const char *file)
{
    uint32_t in = hf__model_function(model, hf__model_text(model, hf_text_from_cstr(name)),
                                     hf__model_text(model, hf_text_from_cstr(file)), 7, HF_ORIGIN_OWN);
    return hf__model_path(model, hf__model_frame(model, 0, in, 10), HF_PATH_HEAP);
}

/* One place that leaks, whose name is not UTF-8, and one that keeps what it took first. */
static void begin(world *at)
{
    memset(at, 0, sizeof *at);
    assert_int_equal(hf__model_init(&at->model, NULL), HF_OK);
    at->model.program = hf__model_text(&at->model, HF_T("/bin/prog"));
    assert_int_equal(hf__live_init(&at->live, &at->model, NULL), HF_OK);
    at->model.has_cohorts = true;
    uint32_t leaks = path_of(&at->model, "put\xff\"\n", "/srv/f.c"), sound = path_of(&at->model, "get", "");
    uint64_t next = 0;
    hf__live_born(&at->live, next += 16, 5000, sound, HF_LIVE_WEIGHT_ONE);
    for (int w = 0; w < WINDOWS; w++) {
        hf__live_born(&at->live, next += 16, 1000, leaks, HF_LIVE_WEIGHT_ONE);
        hf__live_born(&at->live, next += 16, 100000, sound, HF_LIVE_WEIGHT_ONE);
        hf__live_died(&at->live, next);
        hf__live_checkpoint(&at->live, w + 1, &HF_MEMORY_UNKNOWN, 0);
    }
    assert_int_equal(hf__model_seal(&at->model, NULL), HF_OK);
    assert_int_equal(hf__judge(&at->model, NULL, &at->judgement, NULL), HF_OK);
    assert_int_equal(at->judgement.findings_count, 1);
}

static void end(world *at)
{
    hf__judgement_release(&at->judgement);
    hf__live_release(&at->live);
    hf__model_release(&at->model);
}

static char *written(const hf__case *shown, size_t *ret_length)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, ret_length);
    assert_non_null(out);
    assert_true(hf__view_json(out, shown));
    assert_int_equal(fclose(out), 0);
    return bytes;
}

static void test_verdict_json__reads_back_as_it_was_written(void **state)
{
    (void)state;
    world at;
    size_t length;
    hf__written_verdict *read = NULL;
    hf_arena arena;
    hf_error error;
    bool known = true;
    begin(&at);
    hf__case shown = { .model = &at.model, .judgement = &at.judgement, .program = "prog, process 12", .note = "note", .known = &known,
                       .process = 12, .allocations = 80, .own_share = -1 };
    char *bytes = written(&shown, &length);
    assert_int_equal(bytes[length - 1], '\n');
    assert_ptr_equal(memchr(bytes, '\n', length), bytes + length - 1);
    assert_int_equal(strncmp(bytes, "{\"schema\":\"holdfast.verdict/1\",\"verdict\":\"leak\",\"seconds\":", 57), 0);
    hf_arena_init(&arena, NULL);
    hf_status status = hf__written_verdict_decode(hf_text_of(bytes, length), &(hf_decode_options){ .store.arena = &arena }, &read, &error);
    if (status != HF_OK)
        fail_msg("%s: %s", error.detail, bytes);
    assert_string_equal(read->program, "/bin/prog"); /* the pid has a field of its own */
    assert_string_equal(read->note, "note");
    assert_int_equal(read->process, 12);
    assert_int_equal(read->checkpoints, WINDOWS);
    assert_int_equal(read->recording->allocations, 80);
    assert_null(read->recording->own_share);
    assert_null(read->reconciled.rss);
    assert_int_equal(*read->reconciled.recorded_live, 5000 + 1000 * WINDOWS);
    assert_int_equal(read->n_findings, 1);
    const hf__written_finding *finding = &read->findings[0];
    assert_string_equal(finding->function, "put\xef\xbf\xbd\"\n");
    assert_string_equal(finding->file, "/srv/f.c");
    assert_int_equal(*finding->line, at.judgement.findings[0].line);
    assert_int_equal(finding->live_bytes, 1000 * WINDOWS);
    assert_int_equal(finding->blocks, WINDOWS);
    assert_true(*finding->bytes_per_second > 990 && *finding->bytes_per_second < 1010);
    assert_true(*finding->known);
    assert_null(finding->recursion);
    assert_null(finding->reachability);
    assert_int_equal(finding->n_stack, 1);
    assert_string_equal(finding->stack[0], finding->function);
    assert_int_equal(strtoull(finding->fingerprint, NULL, 16), at.judgement.findings[0].fingerprint);
    assert_int_equal(read->n_dismissed, 1);
    assert_string_equal(read->dismissed[0].function, "get");
    assert_null(read->dismissed[0].file);
    hf_arena_release(&arena);
    free(bytes);
    end(&at);
}

static void test_verdict_json__is_a_baseline(void **state)
{
    (void)state;
    world at;
    size_t length;
    hf__baseline baseline = { 0 };
    hf_error error;
    begin(&at);
    char *bytes = written(&(hf__case){ .model = &at.model, .judgement = &at.judgement }, &length);
    assert_true(hf__is_verdict(hf_text_of(bytes, length)));
    assert_false(hf__is_verdict(HF_T("# holdfast.baseline/1\n")));
    assert_int_equal(hf__baseline_from_verdict(hf_text_of(bytes, length), &baseline, &error), HF_OK);
    assert_int_equal(baseline.count, 1);
    assert_true(hf__baseline_knows(&baseline, &at.judgement.findings[0]));
    at.judgement.findings[0].shape.rate *= 2;
    at.judgement.findings[0].shape.rate_low *= 2;
    assert_false(hf__baseline_knows(&baseline, &at.judgement.findings[0]));
    hf__baseline_release(&baseline);
    free(bytes);
    end(&at);
    assert_int_equal(hf__baseline_from_verdict(HF_T("{\"schema\":\"holdfast.size/1\",\"findings\":[]}"), &baseline, &error), HF_OUT_OF_RANGE);
    assert_int_equal(hf__baseline_from_verdict(HF_T("{\"schema\":\"holdfast.verdict/1\"}"), &baseline, &error), HF_NOT_FOUND);
    assert_int_equal(hf__baseline_from_verdict(HF_T("{\"schema\":\"holdfast.verdict/1\",\n\"findings\":[{\"verdict\":\"leak\",\"fingerprint\":\"12\","
                                                    "\"bytes_per_second\":1}]}"), &baseline, &error), HF_OUT_OF_RANGE);
    assert_int_equal(error.line, 2);
}

static void test_verdict_json__every_allocation_may_fail(void **state)
{
    (void)state;
    world at;
    size_t length, failures = 0;
    begin(&at);
    hf__case shown = { .model = &at.model, .judgement = &at.judgement };
    char *bytes = written(&shown, &length);
    for (uint64_t nth = 1; nth < 40; nth++) {
        hf__baseline baseline = { 0 };
        FILE *out = fopen("/dev/null", "w");
        assert_non_null(out);
        hf__room_fail_at(nth);
        errno = 0;
        bool fine = hf__view_json(out, &shown);
        HF_EXPECT(fine || errno == ENOMEM);
        hf__room_fail_at(nth);
        hf_status status = hf__baseline_from_verdict(hf_text_of(bytes, length), &baseline, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf__room_fail_at(0);
        failures += !fine;
        failures += status != HF_OK;
        hf__baseline_release(&baseline);
        fclose(out);
    }
    assert_in_range(failures, 4, 70);
    free(bytes);
    end(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_json__reads_back_as_it_was_written),
        cmocka_unit_test(test_verdict_json__is_a_baseline),
        cmocka_unit_test(test_verdict_json__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* model_by_hand.h - models made by hand, for tests of findings: for each window, what a path asks for and
 * gives back. */
#ifndef HOLDFAST_TEST_MODEL_BY_HAND_H
#define HOLDFAST_TEST_MODEL_BY_HAND_H

#include "pin.h"

#include <math.h>
#include <string.h>

#include "findings.h"

enum { PATHS_MAX = 4 };

static hf__model     model;
static hf__judgement judgement;
static int64_t       held[PATHS_MAX], held_bytes[PATHS_MAX];

static inline void begin(bool has_cohorts, bool sampled)
{
    memset(held, 0, sizeof held);
    memset(held_bytes, 0, sizeof held_bytes);
    memset(&judgement, 0, sizeof judgement);
    assert_int_equal(hf__model_init(&model, NULL), HF_OK);
    model.has_cohorts = has_cohorts;
    model.sampled = sampled;
}

/* "make<put<main": functions of the program's own, the innermost first. */
static inline uint32_t path_of_kind(const char *stack, hf__path_kind kind)
{
    uint32_t frame = 0;
    for (size_t end = strlen(stack); end > 0;) {
        size_t first = end;
        while (first > 0 && stack[first - 1] != '<')
            first--;
        uint32_t name = hf__model_text(&model, hf_text_of(stack + first, end - first));
        frame = hf__model_frame(&model, frame, hf__model_function(&model, name, 0, 0, HF_ORIGIN_OWN), 1);
        end = first > 0 ? first - 1 : 0;
    }
    return hf__model_path(&model, frame, kind);
}

static inline uint32_t path_of(const char *stack)
{
    return path_of_kind(stack, HF_PATH_HEAP);
}

static inline void goes_on(uint32_t path, int64_t born, int64_t died, int64_t each)
{
    held[path] += born - died;
    held_bytes[path] += (born - died) * each;
    hf__model_point(&model, path, held_bytes[path], held[path], (uint64_t)(born * each), (uint64_t)born, (uint64_t)(died * each),
                    (uint64_t)died);
}

static inline void window_ends(int number, const hf__memory *memory)
{
    static const hf__memory unknown = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
    hf__model_checkpoint(&model, number + 1, memory != NULL ? memory : &unknown, 0);
}

static inline void judge(void)
{
    assert_int_equal(hf__model_seal(&model, NULL), HF_OK);
    assert_int_equal(hf__judge(&model, NULL, &judgement, NULL), HF_OK);
}

static inline void end(void)
{
    hf__judgement_release(&judgement);
    hf__model_release(&model);
}

#endif

/* test_misuse.c - a forbidden call stops a debug build, and is a status in a release: everything that a
 * pool refuses, without the hook that other tests use to go on. Each in a child process. */
#include "unit.h"

#include <holdfast/frame.h>
#include <holdfast/pool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/misuse.h"

static bool is_dirty;

static hf_status reset(void *object, void *context)
{
    (void)object, (void)context;
    return is_dirty ? HF_DIRTY : HF_OK;
}

static hf_pool *make(void)
{
    hf_pool *pool = NULL;
    if (hf_pool_create(&(hf_pool_options){ .size = 64, .reset = reset }, &pool, NULL) != HF_OK)
        exit(3);
    return pool;
}

static void *get(hf_pool *pool)
{
    void *object = NULL;
    if (hf_pool_get(pool, &object, NULL) != HF_OK)
        exit(3);
    return object;
}

static hf_status put_foreign(void)
{
    return hf_pool_put(make(), get(make()));
}

static hf_status put_from_the_stack(void)
{
    char local[64];
    return hf_pool_put(make(), local);
}

static hf_status put_twice(void)
{
    hf_pool *pool = make();
    void    *object = get(pool);
    return hf_pool_put(pool, object) == HF_OK ? hf_pool_put(pool, object) : HF_OK;
}

static hf_status put_from_a_frame(void)
{
    hf_frame frame;
    hf_frame_begin(&frame, NULL);
    hf_status status = hf_pool_put(make(), hf_frame_allocate(&frame, 64, 16));
    hf_frame_end(&frame);
    return status;
}

static hf_status put_dirty(void)
{
    is_dirty = true;
    hf_pool *pool = make();
    return hf_pool_put(pool, get(pool));
}

static hf_status destroy_with_one_out(void)
{
    hf_pool *pool = make();
    get(pool);
    return hf_pool_destroy(pool);
}

static hf_status end_a_frame_twice(void)
{
    hf_frame frame;
    hf_frame_begin(&frame, NULL);
    return hf_frame_end(&frame) == HF_OK ? hf_frame_end(&frame) : HF_OK;
}

static const struct {
    const char *name;
    hf_status (*forbidden)(void);
    hf_status status;
} cases[] = {
    { "foreign", put_foreign, HF_MISUSE },
    { "from the stack", put_from_the_stack, HF_MISUSE },
    { "twice", put_twice, HF_MISUSE },
    { "from a frame", put_from_a_frame, HF_MISUSE },
    { "dirty", put_dirty, HF_DIRTY },
    { "destroyed with an object out", destroy_with_one_out, HF_MISUSE },
    { "a frame ended twice", end_a_frame_twice, HF_MISUSE },
};

/* The child's status as wait gives it: the answer, or the signal that stopped it. */
static int run_in_child(hf_status (*forbidden)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        _exit(100 + (int)forbidden());
    }
    int status = 0;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static void test_misuse__stops_a_debug_build_and_is_a_status_in_a_release(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = run_in_child(cases[i].forbidden);
        if (HF__DEBUG && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT))
            fail_msg("%s: a debug build goes on (%d)", cases[i].name, status);
        if (!HF__DEBUG && !(WIFEXITED(status) && WEXITSTATUS(status) == 100 + (int)cases[i].status))
            fail_msg("%s: no status in a release (%d)", cases[i].name, status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misuse__stops_a_debug_build_and_is_a_status_in_a_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_deep_stack.c - tests/support/deep_stack.c: the stack is as small as promised. */
#include "deep_stack.h"
#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *use_stack(void *context)
{
    size_t        bytes = *(const size_t *)context;
    volatile char frame[1024];
    memset((char *)frame, 1, sizeof frame);
    if (bytes > sizeof frame) {
        bytes -= sizeof frame;
        const char *inner = use_stack(&bytes);
        return frame[0] == 1 ? inner : "frame overwritten";
    }
    return frame[0] == 1 ? NULL : "frame overwritten";
}

static const char *say_no(void *context)
{
    (void)context;
    return "no";
}

static void test_deep_stack__returns_what_the_function_says(void **state)
{
    (void)state;
    size_t half = deep_stack_bytes() / 2;
    assert_null(deep_stack_run(use_stack, &half));
    assert_string_equal(deep_stack_run(say_no, NULL), "no");
}

static void test_deep_stack__deeper_use_crashes(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        size_t        far_more = 4 * deep_stack_bytes();
        struct rlimit no_core = { 0, 0 };
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL);
        deep_stack_run(use_stack, &far_more);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deep_stack__returns_what_the_function_says),
        cmocka_unit_test(test_deep_stack__deeper_use_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

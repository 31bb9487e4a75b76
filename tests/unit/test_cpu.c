/* test_cpu.c - lib/base/cpu.c: levels go down on request, never up. */
#include "base/cpu.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_cpu__base_can_always_be_forced(void **state)
{
    (void)state;
    enum hf__cpu_level before = hf__cpu_level();
    assert_true(hf__cpu_force(HF__CPU_BASE));
    assert_int_equal(hf__cpu_level(), HF__CPU_BASE);
    assert_true(hf__cpu_force(before));
    assert_int_equal(hf__cpu_level(), before);
}

static void test_cpu__never_above_the_machine(void **state)
{
    (void)state;
    enum hf__cpu_level best = hf__cpu_best(), before = hf__cpu_level();
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        bool can = hf__cpu_force((enum hf__cpu_level)level);
        if (!can)
            assert_int_not_equal(level, best);
        assert_int_equal(hf__cpu_level(), can ? level : (int)before);
        assert_true(hf__cpu_force(before));
    }
#if defined(__x86_64__)
    assert_false(hf__cpu_force(HF__CPU_NEON));
    if (best == HF__CPU_BASE)
        assert_false(hf__cpu_force(HF__CPU_AVX2));
#endif
}

enum { CANNOT_START = 99 };

/* The environment is read once, so each question takes a process of its own. */
static int level_under(const char *program, const char *value)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("HOLDFAST_CPU", value, 1);
        execl(program, program, "level", (char *)NULL);
        _exit(CANNOT_START);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const char *own_path;

static void test_cpu__the_environment_forces_lower(void **state)
{
    (void)state;
    int base = level_under(own_path, "base");
    if (base == CANNOT_START) {
        print_message("skipped: this emulator starts no programs of its own processor\n");
        skip();
    }
    assert_int_equal(base, HF__CPU_BASE);
    assert_int_equal(level_under(own_path, "no such level"), hf__cpu_best());
    assert_int_equal(level_under(own_path, hf__cpu_level_name(hf__cpu_best())), hf__cpu_best());
    if (hf__cpu_best() == HF__CPU_AVX512)
        assert_int_equal(level_under(own_path, "avx2"), HF__CPU_AVX2);
}

int main(int count, char **arguments)
{
    own_path = arguments[0];
    if (count == 2 && strcmp(arguments[1], "level") == 0)
        return (int)hf__cpu_level();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu__base_can_always_be_forced),
        cmocka_unit_test(test_cpu__never_above_the_machine),
        cmocka_unit_test(test_cpu__the_environment_forces_lower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

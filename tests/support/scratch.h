/* scratch.h - a folder for the files of one test program: there before its first test, gone after its last.
 *
 *     return cmocka_run_group_tests(tests, scratch_create, scratch_remove); */
#ifndef HOLDFAST_TEST_SCRATCH_H
#define HOLDFAST_TEST_SCRATCH_H

int scratch_create(void **state);
/* With all that tests have left in it. */
int scratch_remove(void **state);

const char *scratch_folder(void);
/* The path of what is called `name` in the folder; good until the fourth call after this one. */
const char *scratch_file(const char *name);
/* How many files and folders lie in it whose name begins with `beginning`. */
unsigned scratch_count(const char *beginning);

#endif

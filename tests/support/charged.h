/* charged.h - a fixture: afterwards the process's budget is charged for nothing that it was not charged for before. */
#ifndef HOLDFAST_TEST_CHARGED_H
#define HOLDFAST_TEST_CHARGED_H

int test_charged_note(void **state);
int test_charged_check(void **state);

#define HF_CHARGED_TEST(name) cmocka_unit_test_setup_teardown(name, test_charged_note, test_charged_check)

#endif

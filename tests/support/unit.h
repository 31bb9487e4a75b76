/* unit.h - what a cmocka program includes: cmocka.h needs four headers before itself. */
#ifndef HOLDFAST_TEST_UNIT_H
#define HOLDFAST_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* As STYLE's HF_EXPECT: a condition with its text; cmocka names file and line. */
#define HF_EXPECT(condition) assert_true(condition)

#endif

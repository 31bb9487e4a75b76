/* demo_forms.c - the forms of the job, in the order of the table. */
#include "demo.h"

extern const demo_form demo_holdfast, demo_cjson_careful, demo_cjson_leaking;

const demo_form *const demo_forms[] = { &demo_holdfast, &demo_cjson_careful, &demo_cjson_leaking };
const size_t           demo_forms_count = sizeof demo_forms / sizeof demo_forms[0];

/* struct_rule.h - the checks and defaults that annotations asked for. */
#ifndef HOLDFAST_STRUCT_RULE_H
#define HOLDFAST_STRUCT_RULE_H

#include "bind/struct_links.h"

/* Puts a default that needs no memory into the member of the zeroed record: numbers, bools, enums,
 * texts in place, static strings. */
void hf__rule_default_in_place(const hf_member *member, char *record);

/* HF_OK, or the first check that does not hold, with words. `length`: bytes of a text, items of a
 * vector. */
hf_status hf__rule_check_text(const hf_rule *rule, hf_text text, hf_error *reterr);
hf_status hf__rule_check_i64(const hf_rule *rule, int64_t value, hf_error *reterr);
hf_status hf__rule_check_u64(const hf_rule *rule, uint64_t value, hf_error *reterr);
hf_status hf__rule_check_double(const hf_rule *rule, double value, hf_error *reterr);
hf_status hf__rule_check_float(const hf_rule *rule, float value, hf_error *reterr);
hf_status hf__rule_check_count(const hf_rule *rule, size_t count, hf_error *reterr);

/* Whether the whole text matches. Linear in the text. */
bool hf__pattern_matches(const hf_pattern *pattern, hf_text text);

#endif

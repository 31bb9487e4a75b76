/* gen_emit_rule.c - the checks and defaults of a member as a table. */
#include "gen_emit.h"
#include "gen_pattern.h"

#include <stdlib.h>
#include <string.h>

const char *gen_spelled_number(gen_unit *unit, const gen_literal *literal)
{
    if (literal->is_negative && strcmp(literal->text, "9223372036854775808") == 0)
        return "INT64_MIN"; /* no literal of C is that small */
    return gen_print(unit, "%s%s", literal->is_negative ? "-" : "", literal->text);
}

const char *gen_spelled_tag(gen_unit *unit, const gen_literal *when)
{
    bool is_large = when->kind == GEN_LITERAL_NUMBER && !when->is_negative && strtoull(when->text, NULL, 0) > INT64_MAX;
    return gen_print(unit, "(int64_t)%s%s", when->kind == GEN_LITERAL_NUMBER ? gen_spelled_number(unit, when) : when->text, is_large ? "u" : "");
}

static const char *value_of(gen_unit *unit, const gen_literal *literal)
{
    switch (literal->kind) {
    case GEN_LITERAL_STRING:
        return gen_print(unit, "{ .kind = HF_RULE_TEXT, .text = %s, .length = %zu }", gen_quoted(unit, literal->text), literal->length);
    case GEN_LITERAL_NUMBER: {
        const char *spelled = gen_print(unit, "%s%s", literal->is_negative ? "-" : "", literal->text);
        const char *words = gen_print(unit, ".text = %s, .length = %zu", gen_quoted(unit, spelled), strlen(spelled));
        if (!literal->is_whole)
            return gen_print(unit, "{ .kind = HF_RULE_DOUBLE, .f64 = %s, %s }", spelled, words);
        if (literal->is_negative)
            return gen_print(unit, "{ .kind = HF_RULE_INT, .i64 = %s, %s }", gen_spelled_number(unit, literal), words);
        return gen_print(unit, "{ .kind = HF_RULE_UINT, .u64 = %su, %s }", literal->text, words);
    }
    case GEN_LITERAL_NAME:
        return gen_print(unit, "{ .kind = HF_RULE_INT, .i64 = (int64_t)%s, .text = \"%s\", .length = %zu }", literal->text, literal->text,
                         literal->length);
    case GEN_LITERAL_BOOL: return gen_print(unit, "{ .kind = HF_RULE_INT, .i64 = %d, .text = \"%s\", .length = %zu }", literal->is_true, literal->text, literal->length);
    case GEN_LITERAL_NULL: break;
    }
    return "{ .kind = HF_RULE_INT, .text = \"null\", .length = 4 }";
}

static void emit_pattern(gen_unit *unit, const gen_member *member, const char *name, FILE *to)
{
    gen_pattern pattern;
    gen_pattern_compile(unit, member->says->pattern_place, member->says->pattern, &pattern);
    fprintf(to, "static const uint64_t %s_follow[] = {", name);
    for (uint32_t i = 0; i < pattern.positions || i == 0; i++)
        fprintf(to, "%s0x%llxu,", i % 6 == 0 ? "\n    " : " ", (unsigned long long)pattern.follow[i]);
    fprintf(to, "\n};\nstatic const uint64_t %s_classes[][4] = {\n", name);
    for (uint32_t i = 0; i < pattern.positions || i == 0; i++)
        fprintf(to, "    { 0x%llxu, 0x%llxu, 0x%llxu, 0x%llxu },\n", (unsigned long long)pattern.classes[i][0], (unsigned long long)pattern.classes[i][1],
                (unsigned long long)pattern.classes[i][2], (unsigned long long)pattern.classes[i][3]);
    fprintf(to, "};\nstatic const hf_pattern %s_pattern = {\n    .source = %s, .positions = %u, .matches_empty = %s,\n"
            "    .first = 0x%llxu, .last = 0x%llxu, .follow = %s_follow, .classes = %s_classes,\n};\n",
            name, gen_quoted(unit, member->says->pattern), pattern.positions, pattern.matches_empty ? "true" : "false",
            (unsigned long long)pattern.first, (unsigned long long)pattern.last, name, name);
}

static bool is_default_of(gen_shape shape, const gen_literal *value)
{
    switch (value->kind) {
    case GEN_LITERAL_STRING: return shape == SHAPE_STRING || shape == SHAPE_CHARS;
    case GEN_LITERAL_BOOL: return shape == SHAPE_BOOL;
    case GEN_LITERAL_NULL: return shape == SHAPE_STRING || shape == SHAPE_POINTER || shape == SHAPE_VECTOR;
    case GEN_LITERAL_NAME: return shape == SHAPE_ENUM || shape == SHAPE_INT || shape == SHAPE_UINT;
    case GEN_LITERAL_NUMBER:
        if (shape == SHAPE_BOOL) /* what stdbool.h makes of false and true */
            return !value->is_negative && (strcmp(value->text, "0") == 0 || strcmp(value->text, "1") == 0);
        if (shape == SHAPE_UINT && value->is_negative)
            return false;
        return shape == SHAPE_FLOAT || ((shape == SHAPE_INT || shape == SHAPE_UINT || shape == SHAPE_CHARACTER || shape == SHAPE_ENUM) && value->is_whole);
    }
    return false;
}

const char *gen_emit_rule(gen_unit *unit, const gen_member *member, FILE *to)
{
    const gen_annotation *says = member->says;
    const gen_literal *value = says->default_value;
    if (says->min == NULL && says->max == NULL && !says->has_len && says->pattern == NULL && says->oneof == NULL && value == NULL)
        return NULL;
    if (value != NULL && !is_default_of(member->item.shape, value))
        gen_fail(unit, HF_BAD_DECLARATION, value->place, "this default does not fit '%s'", member->name);
    if (value != NULL && value->kind == GEN_LITERAL_STRING && member->item.shape == SHAPE_CHARS)
        fprintf(to, "_Static_assert(%zu < sizeof(%s), \"the default of '%s' does not fit\");\n", value->length, gen_member_expression(unit, member),
                member->name);
    bool is_integer = member->item.shape == SHAPE_INT || member->item.shape == SHAPE_UINT || member->item.shape == SHAPE_CHARACTER;
    if (value != NULL && value->kind == GEN_LITERAL_NUMBER && is_integer && !member->is_bits && (value->is_negative || value->length > 2))
        fprintf(to, "_Static_assert((__typeof__(%s))%s%s == %s%s, \"the default of '%s' does not fit\");\n", gen_member_expression(unit, member),
                gen_spelled_number(unit, value), value->is_negative ? "" : "u", gen_spelled_number(unit, value), value->is_negative ? "" : "u", member->name);
    const char *name = gen_made_for(unit, member, "rule");
    size_t one_count = 0;
    if (says->pattern != NULL)
        emit_pattern(unit, member, name, to);
    if (says->oneof != NULL) {
        fprintf(to, "static const hf_rule_value %s_ones[] = {\n", name);
        for (const gen_literal *one = says->oneof; one != NULL; one = one->next, one_count++)
            fprintf(to, "    %s,\n", value_of(unit, one));
        fputs("};\n", to);
    }
    fprintf(to, "static const hf_rule %s = {\n    .checks = 0%s%s%s%s%s%s,\n", name, says->min != NULL ? " | HF_RULE_MIN" : "",
            says->max != NULL ? " | HF_RULE_MAX" : "", says->has_len ? " | HF_RULE_LENGTH" : "",
            says->pattern != NULL ? " | HF_RULE_PATTERN" : "", says->oneof != NULL ? " | HF_RULE_ONEOF" : "",
            value != NULL && value->kind != GEN_LITERAL_NULL ? " | HF_RULE_DEFAULT" : "");
    if (says->min != NULL)
        fprintf(to, "    .min = %s,\n", value_of(unit, says->min));
    if (says->max != NULL)
        fprintf(to, "    .max = %s,\n", value_of(unit, says->max));
    if (says->has_len && says->len_max == SIZE_MAX)
        fprintf(to, "    .length_min = %zu, .length_max = SIZE_MAX,\n", says->len_min);
    else if (says->has_len)
        fprintf(to, "    .length_min = %zu, .length_max = %zu,\n", says->len_min, says->len_max);
    if (says->pattern != NULL)
        fprintf(to, "    .pattern = &%s_pattern,\n", name);
    if (says->oneof != NULL)
        fprintf(to, "    .ones = %s_ones, .one_count = %zu,\n", name, one_count);
    if (value != NULL && value->kind != GEN_LITERAL_NULL)
        fprintf(to, "    .default_value = %s,\n", value_of(unit, value));
    fputs("};\n", to);
    return name;
}

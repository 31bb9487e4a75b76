/* gen_emit_header.c - the header of the output: a typed call for each thing that can be done. */
#include "gen_emit.h"

#include <ctype.h>
#include <string.h>

static const char *guard_of(gen_unit *unit, const char *title)
{
    char *guard = gen_print(unit, "%s_HF_H", title);
    for (char *at = guard; *at != 0; at++)
        *at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
    return isdigit((unsigned char)guard[0]) ? gen_print(unit, "HF_%s", guard) : guard;
}

/* A name for the type of an anonymous struct: what its holder's member leads to. */
static void emit_holder_typedef(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    const char *expression = gen_member_expression(unit, plan->holder);
    for (const gen_item *item = &plan->holder->item; item->plan == NULL; item = item->item)
        expression = gen_print(unit, item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX ? "%s[0]" : "(*%s)", expression);
    fprintf(to, "typedef __typeof__(%s) %s;\n", expression, plan->name);
}

/* Whether the output may define T_call: what the header declares itself, be it as a type, is left to it, and two
 * structs can have calls of one name (`user_v` has user_v_init, `user` may have a member called init). */
static bool is_ours(gen_unit *unit, const gen_plan *plan, const char *call, FILE *to)
{
    const char *name = gen_print(unit, "%s_%s", plan->name, call);
    gen_symbol *symbol = gen_symbol_of(unit, name, strlen(name));
    bool is_theirs = symbol->is_declared || symbol->type != NULL, is_ours = !is_theirs && !symbol->is_emitted;
    if (!is_ours)
        fprintf(to, "/* %s is %s. */\n", name, is_theirs ? "declared by the header itself" : "another struct's, see above");
    symbol->is_emitted = true;
    return is_ours;
}

static bool is_derived(const gen_plan *plan, unsigned part)
{
    return (plan->says->derive & part) != 0;
}

static void emit_init(const gen_plan *plan, FILE *to)
{
    fprintf(to, "static inline void %s_init(%s *self)\n{\n    hf_struct_init(&%s_hf_type, self);\n}\n", plan->name, plan->spelling, plan->name);
}

/* `call`: release or destroy, which `does` it. */
static void emit_end(const gen_plan *plan, const char *call, const char *does, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    if (plan->needs_memo)
        fprintf(to,
                "/* HF_NO_MEMORY: nothing was released; it may be called again. */\n"
                "static inline hf_status %s_%s(%s *self, const hf_allocator *allocator)\n{\n"
                "    return %s(&%s_hf_type, self, allocator);\n}\n",
                t, call, s, does, t);
    else
        fprintf(to,
                "static inline void %s_%s(%s *self, const hf_allocator *allocator)\n{\n"
                "    (void)%s(&%s_hf_type, self, allocator);\n}\n",
                t, call, s, does, t);
}

/* All but the last parameter, which is the error, in one line or two. */
static void emit_signature(gen_unit *unit, const gen_plan *plan, const char *call, const char *parameters, FILE *to)
{
    enum { COLUMNS = 120 };
    const char *begin = gen_print(unit, "static inline HF_NODISCARD hf_status %s_%s(", plan->name, call), *end = "hf_error *reterr)";
    if (strlen(begin) + strlen(parameters) + 2 + strlen(end) <= COLUMNS)
        fprintf(to, "%s%s, %s\n{\n", begin, parameters, end);
    else
        fprintf(to, "%s%s,\n%*s%s\n{\n", begin, parameters, (int)strlen(begin), "", end);
}

/* What looks at an object: `does` is called with `arguments` behind it. */
static void emit_look(gen_unit *unit, const gen_plan *plan, const char *call, const char *parameters, const char *does, const char *arguments, FILE *to)
{
    if (!is_ours(unit, plan, call, to))
        return;
    emit_signature(unit, plan, call, gen_print(unit, "const %s *self, %s", plan->spelling, parameters), to);
    fprintf(to, "    return %s(&%s_hf_type, self, %s, reterr);\n}\n", does, plan->name, arguments);
}

/* What makes an object, from what the parameters say. */
static void emit_make(gen_unit *unit, const gen_plan *plan, const char *call, const char *parameters, const char *does, const char *arguments, FILE *to)
{
    if (!is_ours(unit, plan, call, to))
        return;
    const char *made = strcmp(call, "copy") == 0 ? "ret_copy" : "ret_self";
    emit_signature(unit, plan, call, gen_print(unit, "%s, %s **%s", parameters, plan->spelling, made), to);
    fprintf(to,
            "    void *made = NULL;\n"
            "    hf_status done = %s(&%s_hf_type, %s, &made, reterr);\n"
            "    if (done == HF_OK)\n        *%s = (%s *)made;\n    return done;\n}\n",
            does, plan->name, arguments, made, plan->spelling);
}

static void emit_life(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    if (is_ours(unit, plan, "init", to))
        emit_init(plan, to);
    if (is_derived(plan, GEN_DERIVE_RELEASE) && is_ours(unit, plan, "release", to))
        emit_end(plan, "release", "hf_struct_release", to);
    if (is_derived(plan, GEN_DERIVE_RELEASE) && is_ours(unit, plan, "destroy", to))
        emit_end(plan, "destroy", "hf_struct_destroy", to);
    if (is_derived(plan, GEN_DERIVE_COPY))
        emit_make(unit, plan, "copy", gen_print(unit, "const %s *self, const hf_copy_options *how", plan->spelling), "hf_struct_copy", "self, how", to);
}

static void emit_looking(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    if (is_derived(plan, GEN_DERIVE_EQUAL))
        emit_look(unit, plan, "equal", gen_print(unit, "const %s *other, bool *ret_equal", s), "hf_struct_equal", "other, ret_equal", to);
    if (is_derived(plan, GEN_DERIVE_HASH))
        emit_look(unit, plan, "hash", "uint64_t *ret_hash", "hf_struct_hash", "ret_hash", to);
    if (is_derived(plan, GEN_DERIVE_SIZE))
        emit_look(unit, plan, "size", "bool is_malloced, hf_struct_size *ret_size", "hf_size_of", "is_malloced, ret_size", to);
    if (is_derived(plan, GEN_DERIVE_SIZE) && is_ours(unit, plan, "size_report", to))
        fprintf(to,
                "/* Into a report by type and by path: holdfast/size_report.h. */\n"
                "static inline HF_NODISCARD hf_status %s_size_report(const %s *self, hf_size_report *report, hf_error *reterr)\n{\n"
                "    return hf_size_report_add_struct(report, &%s_hf_type, self, reterr);\n}\n",
                t, s, t);
    if (is_derived(plan, GEN_DERIVE_WALK) && is_ours(unit, plan, "walk", to))
        fprintf(to,
                "/* hf_struct_walk_next, and hf_struct_walk_finish in any case. */\n"
                "static inline void %s_walk(hf_struct_walk *walk, const %s *self, const hf_struct_walk_options *how)\n{\n"
                "    hf_struct_walk_init(walk, &%s_hf_type, self, how);\n}\n",
                t, s, t);
}

static void emit_json(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    emit_make(unit, plan, "decode", "hf_text json, const hf_decode_options *how", "hf_struct_decode", "json, how", to);
    emit_look(unit, plan, "encode", "const hf_encode_options *how, hf_buffer *buffer", "hf_struct_encode", "how, buffer", to);
}

static void emit_value(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    emit_make(unit, plan, "from_value", "hf_value value, const hf_decode_options *how", "hf_struct_from_value", "value, how", to);
    emit_look(unit, plan, "to_value", "const hf_encode_options *how, hf_document **ret_document", "hf_struct_to_value", "how, ret_document", to);
}

/* Typed looks at a dynamic value that has the record's form. */
static void emit_accessors(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const char *type, *as;
        if (member->is_implied || member->is_skipped || member->is_anonymous || member->says->flatten)
            continue;
        switch (member->item.shape) {
        case SHAPE_BOOL: type = "bool"; as = "hf_as_bool"; break;
        case SHAPE_INT: case SHAPE_CHARACTER: type = "int64_t"; as = "hf_as_i64"; break;
        case SHAPE_UINT: type = "uint64_t"; as = "hf_as_u64"; break;
        case SHAPE_FLOAT: type = "double"; as = "hf_as_double"; break;
        case SHAPE_STRING: case SHAPE_CHARS: type = "hf_text"; as = "hf_as_text"; break;
        default: continue;
        }
        if (member->says->form != GEN_AS_IS || member->says->raw || !is_ours(unit, plan, gen_print(unit, "v_%s", member->name), to))
            continue;
        fprintf(to,
                "static inline %s %s_v_%s(hf_value object, %s fallback)\n{\n    static uint32_t place;\n"
                "    return %s(hf_get_near(object, HF_T(%s), &place), fallback);\n}\n",
                type, plan->name, member->name, type, as, gen_quoted(unit, member->key));
    }
}

static void emit_plan(gen_unit *unit, const gen_plan *plan, FILE *to)
{
    fprintf(to, "\n/* ---- %s (%s:%u): %s%s ---- */\n\n", plan->spelling, gen_base_name(plan->record->place.file), plan->record->place.line,
            plan->needs_memo ? "a graph: " : plan->is_flat ? "owns nothing elsewhere" : "a tree",
            plan->needs_memo ? plan->memo_reason : "");
    fprintf(to, "extern const hf_type %s_hf_type;\n", plan->name);
    emit_life(unit, plan, to);
    emit_looking(unit, plan, to);
    if (is_derived(plan, GEN_DERIVE_JSON))
        emit_json(unit, plan, to);
    if (is_derived(plan, GEN_DERIVE_VALUE)) {
        emit_value(unit, plan, to);
        emit_accessors(unit, plan, to);
    }
}

void gen_emit_header(gen_unit *unit, const gen_plans *plans, const gen_output *output, FILE *stream)
{
    const char *guard = guard_of(unit, output->title);
    fprintf(stream,
            "/* %s.hf.h - written by `holdfast gen` from %s; do not edit.\n *\n"
            " * What each call does and who owns what: holdfast/bind.h. `allocator` NULL stands for malloc and free. */\n"
            "#ifndef %s\n#define %s\n\n#include <holdfast/bind.h>\n\n#include \"%s\"\n\nHF_EXTERN_BEGIN\n",
            output->title, output->model, guard, guard, output->model);
    if (unit->has_deprecated)
        fputs("\n/* The header has deprecated parts, which are data all the same. */\n#pragma GCC diagnostic push\n"
              "#pragma GCC diagnostic ignored \"-Wdeprecated-declarations\"\n", stream);
    bool first = true;
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (plan->is_respelled) {
            if (first)
                fputs("\n/* Types that are called like variables here. */\n", stream);
            first = false;
            fprintf(stream, "typedef %s %s;\n", plan->name, plan->spelling);
        }
    first = true;
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (plan->holder != NULL && !gen_is_promoted(plan)) {
            if (first)
                fputs("\n/* Names for the types of members that have none. */\n", stream);
            first = false;
            emit_holder_typedef(unit, plan, stream);
        }
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        if (plan->is_wanted)
            emit_plan(unit, plan, stream);
    fputs(unit->has_deprecated ? "\n#pragma GCC diagnostic pop\n\nHF_EXTERN_END\n\n#endif\n" : "\nHF_EXTERN_END\n\n#endif\n", stream);
}

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

static void emit_life(const gen_plan *plan, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    unsigned derive = plan->says->derive;
    fprintf(to, "static inline void %s_init(%s *self)\n{\n    hf_struct_init(&%s_hf_type, self);\n}\n", t, s, t);
    if ((derive & GEN_DERIVE_RELEASE) != 0 && plan->needs_memo)
        fprintf(to,
                "/* HF_NO_MEMORY: nothing was released; it may be called again. */\n"
                "static inline hf_status %s_release(%s *self, const hf_allocator *allocator)\n{\n"
                "    return hf_struct_release(&%s_hf_type, self, allocator);\n}\n"
                "static inline hf_status %s_destroy(%s *self, const hf_allocator *allocator)\n{\n"
                "    return hf_struct_destroy(&%s_hf_type, self, allocator);\n}\n",
                t, s, t, t, s, t);
    else if ((derive & GEN_DERIVE_RELEASE) != 0)
        fprintf(to,
                "static inline void %s_release(%s *self, const hf_allocator *allocator)\n{\n"
                "    (void)hf_struct_release(&%s_hf_type, self, allocator);\n}\n"
                "static inline void %s_destroy(%s *self, const hf_allocator *allocator)\n{\n"
                "    (void)hf_struct_destroy(&%s_hf_type, self, allocator);\n}\n",
                t, s, t, t, s, t);
    if ((derive & GEN_DERIVE_COPY) != 0)
        fprintf(to,
                "static inline HF_NODISCARD hf_status %s_copy(const %s *self, const hf_copy_options *how, %s **ret_copy,\n"
                "                                             hf_error *reterr)\n{\n"
                "    void *made = NULL;\n"
                "    hf_status done = hf_struct_copy(&%s_hf_type, self, how, &made, reterr);\n"
                "    if (done == HF_OK)\n        *ret_copy = (%s *)made;\n    return done;\n}\n",
                t, s, s, t, s);
}

static void emit_looking(const gen_plan *plan, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    unsigned derive = plan->says->derive;
    if ((derive & GEN_DERIVE_EQUAL) != 0)
        fprintf(to,
                "static inline HF_NODISCARD hf_status %s_equal(const %s *self, const %s *other, bool *ret_equal, hf_error *reterr)\n{\n"
                "    return hf_struct_equal(&%s_hf_type, self, other, ret_equal, reterr);\n}\n",
                t, s, s, t);
    if ((derive & GEN_DERIVE_HASH) != 0)
        fprintf(to,
                "static inline HF_NODISCARD hf_status %s_hash(const %s *self, uint64_t *ret_hash, hf_error *reterr)\n{\n"
                "    return hf_struct_hash(&%s_hf_type, self, ret_hash, reterr);\n}\n",
                t, s, t);
    if ((derive & GEN_DERIVE_SIZE) != 0)
        fprintf(to,
                "static inline HF_NODISCARD hf_status %s_size(const %s *self, bool is_malloced, hf_struct_size *ret_size,\n"
                "                                             hf_error *reterr)\n{\n"
                "    return hf_size_of(&%s_hf_type, self, is_malloced, ret_size, reterr);\n}\n"
                "/* Into a report by type and by path: holdfast/size_report.h. */\n"
                "static inline HF_NODISCARD hf_status %s_size_report(const %s *self, hf_size_report *report, hf_error *reterr)\n{\n"
                "    return hf_size_report_add_struct(report, &%s_hf_type, self, reterr);\n}\n",
                t, s, t, t, s, t);
}

static void emit_json(const gen_plan *plan, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    fprintf(to,
            "static inline HF_NODISCARD hf_status %s_decode(hf_text json, const hf_decode_options *how, %s **ret_self, hf_error *reterr)\n{\n"
            "    void *made = NULL;\n"
            "    hf_status done = hf_struct_decode(&%s_hf_type, json, how, &made, reterr);\n"
            "    if (done == HF_OK)\n        *ret_self = (%s *)made;\n    return done;\n}\n"
            "static inline HF_NODISCARD hf_status %s_encode(const %s *self, const hf_encode_options *how, hf_buffer *buffer,\n"
            "                                               hf_error *reterr)\n{\n"
            "    return hf_struct_encode(&%s_hf_type, self, how, buffer, reterr);\n}\n",
            t, s, t, s, t, s, t);
}

static void emit_value(const gen_plan *plan, FILE *to)
{
    const char *t = plan->name, *s = plan->spelling;
    fprintf(to,
            "static inline HF_NODISCARD hf_status %s_from_value(hf_value value, const hf_decode_options *how, %s **ret_self,\n"
            "                                                   hf_error *reterr)\n{\n"
            "    void *made = NULL;\n"
            "    hf_status done = hf_struct_from_value(&%s_hf_type, value, how, &made, reterr);\n"
            "    if (done == HF_OK)\n        *ret_self = (%s *)made;\n    return done;\n}\n"
            "static inline HF_NODISCARD hf_status %s_to_value(const %s *self, const hf_encode_options *how, hf_document **ret_document,\n"
            "                                                 hf_error *reterr)\n{\n"
            "    return hf_struct_to_value(&%s_hf_type, self, how, ret_document, reterr);\n}\n",
            t, s, t, s, t, s, t);
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
        if (member->says->form != GEN_AS_IS || member->says->raw)
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
    emit_life(plan, to);
    emit_looking(plan, to);
    if ((plan->says->derive & GEN_DERIVE_WALK) != 0)
        fprintf(to,
                "/* hf_struct_walk_next, and hf_struct_walk_finish in any case. */\n"
                "static inline void %s_walk(hf_struct_walk *walk, const %s *self, const hf_struct_walk_options *how)\n{\n"
                "    hf_struct_walk_init(walk, &%s_hf_type, self, how);\n}\n",
                plan->name, plan->spelling, plan->name);
    if ((plan->says->derive & GEN_DERIVE_JSON) != 0)
        emit_json(plan, to);
    if ((plan->says->derive & GEN_DERIVE_VALUE) != 0) {
        emit_value(plan, to);
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
    bool first = true;
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
    fputs("\nHF_EXTERN_END\n\n#endif\n", stream);
}

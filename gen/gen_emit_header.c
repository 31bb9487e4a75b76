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
                "    return hf_size_of(&%s_hf_type, self, is_malloced, ret_size, reterr);\n}\n",
                t, s, t);
}

static void emit_plan(const gen_plan *plan, FILE *to)
{
    fprintf(to, "\n/* ---- %s (%s:%u): %s%s ---- */\n\n", plan->spelling, gen_base_name(plan->record->place.file), plan->record->place.line,
            plan->needs_memo ? "a graph: " : plan->is_flat ? "owns nothing elsewhere" : "a tree",
            plan->needs_memo ? plan->memo_reason : "");
    fprintf(to, "extern const hf_type %s_hf_type;\n", plan->name);
    emit_life(plan, to);
    emit_looking(plan, to);
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
            emit_plan(plan, stream);
    fputs("\nHF_EXTERN_END\n\n#endif\n", stream);
}

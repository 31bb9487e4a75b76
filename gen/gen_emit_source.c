/* gen_emit_source.c - the tables. Sizes, offsets and enumerators are left to the compiler, so a table
 * that does not fit the user's header does not compile. */
#include "gen_code.h"

#include <holdfast/bind.h>

#include <string.h>

typedef struct emitter {
    gen_unit        *unit;
    const gen_plans *plans;
    FILE            *to;
} emitter;

/* ---- expressions ------------------------------------------------------------------------- */

const char *gen_member_expression(gen_unit *unit, const gen_member *member)
{
    const gen_plan *owner = member->owner;
    while (gen_is_promoted(owner))
        owner = owner->holder->owner;
    return gen_print(unit, "((%s *)0)->%s", owner->spelling, member->name);
}

/* Records without a name nest as deep as the reader of declarations allows. */
const gen_field *gen_leading_field(const gen_record *record)
{
    for (const gen_field *field = record->fields; field != NULL; field = field->next) {
        bool is_nameless = field->name == NULL && !field->is_bits && field->type->kind == GEN_RECORD;
        const gen_field *leading = is_nameless ? gen_leading_field(field->type->record) : field->name != NULL && !field->is_bits ? field : NULL;
        if (leading != NULL || !record->is_union)
            return leading;
    }
    return NULL;
}

static const gen_field *need_leading_field(gen_unit *unit, const gen_member *member)
{
    const gen_field *leading = gen_leading_field(member->field->type->record);
    if (leading == NULL)
        gen_fail(unit, HF_BAD_DECLARATION, member->field->place, "nothing that begins this union without a name has an address, expected a name for it");
    return leading;
}

static const char *offset_of(gen_unit *unit, const gen_member *member)
{
    if (member->owner->is_union)
        return "0";
    return gen_print(unit, "offsetof(%s, %s)", member->owner->spelling,
                     member->is_anonymous ? need_leading_field(unit, member)->name->text : member->name);
}

const char *gen_quoted(gen_unit *unit, const char *text)
{
    char *quoted = gen_take(unit, strlen(text) * 4 + 3), *at = quoted;
    *at++ = '"';
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c >= ' ' && c < 127 && c != '?') {
            *at++ = (char)c;
        } else { /* three octal digits: never mistaken for what follows; "?" because of trigraphs */
            at += sprintf(at, "\\%03o", c);
        }
    }
    *at++ = '"';
    *at = 0;
    return quoted;
}

/* The bytes up to the end of each field of a record without a name, which begins with the field `first`. */
static const char *ends_of(gen_unit *unit, const gen_record *record, const char *spelling, const char *first, const char *ends)
{
    for (const gen_field *field = record->fields; field != NULL; field = field->next) {
        if (field->name == NULL && !field->is_bits && field->type->kind == GEN_RECORD)
            ends = ends_of(unit, field->type->record, spelling, first, ends);
        else if (field->name != NULL && !field->is_bits)
            ends = gen_print(unit, "%schar %s[offsetof(%s, %s) - offsetof(%s, %s) + sizeof(((%s *)0)->%s)]; ", ends, field->name->text, spelling,
                             field->name->text, spelling, first, spelling, field->name->text);
    }
    return ends;
}

/* Of a union without a name: as many bytes as its largest arm. Bit-fields have no sizeof: those at the end of an
 * arm are copied with the record, and not compared. */
static const char *nameless_size(gen_unit *unit, const gen_member *member)
{
    return gen_print(unit, "sizeof(union { %s})", ends_of(unit, member->field->type->record, member->owner->spelling,
                                                          need_leading_field(unit, member)->name->text, ""));
}

/* ---- item types -------------------------------------------------------------------------- */

static bool item_links(const gen_member *member, const gen_item *item)
{
    switch (item->shape) {
    case SHAPE_STRING: return item->ownership == GEN_OWN || item->ownership == GEN_SHARED;
    case SHAPE_POINTER: case SHAPE_VECTOR: return item->ownership != GEN_STATIC;
    case SHAPE_ARRAY: return item_links(member, item->item); /* as deep as declarators nest */
    case SHAPE_RECORD: case SHAPE_UNION: return item->plan->has_links;
    case SHAPE_FLEX: return true;
    case SHAPE_OPAQUE: return member->is_skipped;
    default: return false;
    }
}

static bool leads_to_object(const gen_item *item)
{
    bool owns = item->ownership == GEN_OWN || item->ownership == GEN_SHARED;
    return item->shape == SHAPE_POINTER && owns && item->item->shape == SHAPE_RECORD && item->item->plan->has_links && !item->item->plan->has_flex;
}

static const char *ownership_name(gen_ownership ownership)
{
    static const char *const names[] = { "HF_OWN", "HF_OWN", "HF_REF", "HF_SHARED", "HF_STATIC" };
    return names[ownership];
}

/* Writes the tables that an item needs before itself; returns the expression for its address. */
static const char *emit_item(emitter *with, const gen_member *member, const gen_item *item, const char *expression,
                             const char *name)
{
    gen_unit *unit = with->unit;
    const char *shape = "", *item_table = NULL;
    switch (item->shape) {
    case SHAPE_BOOL: return "&hf_type_bool";
    case SHAPE_INT: return gen_print(unit, "&hf_types_int[sizeof(%s)]", expression);
    case SHAPE_UINT: return gen_print(unit, "&hf_types_uint[sizeof(%s)]", expression);
    case SHAPE_CHARACTER: return gen_print(unit, "HF_INTEGER_TYPE(%s)", expression);
    case SHAPE_FLOAT: return gen_print(unit, "&hf_types_float[sizeof(%s)]", expression);
    case SHAPE_STRING: return gen_print(unit, "&hf_types_string[%s]", ownership_name(item->ownership));
    case SHAPE_RECORD: case SHAPE_UNION: return gen_print(unit, "&%s_hf_type", item->plan->name);
    case SHAPE_ENUM: {
        const gen_enum *e = item->enumeration;
        size_t choice_count = e->enumerator_count;
        fprintf(with->to, "static const hf_choice %s_choices[] = {\n", name);
        for (const gen_enumerator *one = e->enumerators; one != NULL; one = one->next) {
            const gen_annotation *says = gen_annotation_read(unit, one->annotations, GEN_ON_ENUMERATOR);
            const char *word = says->name != NULL ? says->name : one->name->text;
            fprintf(with->to, "    { %s, %zu, (int64_t)%s },\n", gen_quoted(unit, word), strlen(word), one->name->text);
            for (const gen_literal *alias = says->aliases; alias != NULL; alias = alias->next, choice_count++)
                fprintf(with->to, "    { %s, %zu, (int64_t)%s },\n", gen_quoted(unit, alias->text), alias->length, one->name->text);
        }
        const gen_annotation *says = gen_annotation_read(unit, e->annotations, GEN_ON_ENUM);
        /* A bit-field has no size: it is read and written as 64 bits. */
        const char *place = member->is_bits
            ? ".shape = HF_SHAPE_INT, .size = 8, .alignment = 8"
            : gen_print(unit, ".shape = HF_INTEGER_SHAPE(%s), .size = sizeof(%s), .alignment = _Alignof(__typeof__(%s))", expression, expression, expression);
        fprintf(with->to, "};\nstatic const hf_type %s = {\n    .name = \"%s\", .flags = %s,\n    %s,\n    .choices = %s_choices, .choice_count = %zu,\n};\n",
                name, e->tag != NULL ? e->tag->text : e->typedef_name != NULL ? e->typedef_name->text : "",
                says->closed ? "HF_TYPE_CLOSED" : "0", place, name, choice_count);
        return gen_print(unit, "&%s", name);
    }
    case SHAPE_CHARS: shape = "HF_SHAPE_CHARS"; break;
    case SHAPE_OPAQUE: shape = "HF_SHAPE_OPAQUE"; break;
    case SHAPE_POINTER: shape = "HF_SHAPE_POINTER"; break;
    case SHAPE_VECTOR: shape = "HF_SHAPE_VECTOR"; break;
    case SHAPE_ARRAY: shape = "HF_SHAPE_ARRAY"; break;
    case SHAPE_FLEX: shape = "HF_SHAPE_FLEX"; break;
    }
    bool is_array = item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX;
    if (item->item != NULL)
        item_table = emit_item(with, member, item->item, gen_print(unit, is_array ? "%s[0]" : "(*%s)", expression),
                               gen_print(unit, "%s_item", name));
    fprintf(with->to, "static const hf_type %s = {\n    .name = \"\", .shape = %s", name, shape);
    bool is_pointer = item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR;
    if (is_pointer)
        fprintf(with->to, ", .ownership = %s", ownership_name(item->ownership));
    if (item->shape == SHAPE_OPAQUE && member->is_skipped)
        fputs(", .ownership = HF_STATIC, .flags = HF_TYPE_LINKS | HF_TYPE_ZERO", with->to);
    else if (item_links(member, item))
        fputs(leads_to_object(item) ? ", .flags = HF_TYPE_LINKS | HF_TYPE_OBJECT" : ", .flags = HF_TYPE_LINKS", with->to);
    if (item->shape == SHAPE_FLEX)
        fprintf(with->to, ",\n    .alignment = _Alignof(__typeof__(%s[0]))", expression);
    else if (item->shape == SHAPE_OPAQUE && member->is_anonymous)
        fprintf(with->to, ",\n    .size = %s, .alignment = 1", nameless_size(unit, member));
    else if (is_pointer)
        fputs(",\n    .size = sizeof(void *), .alignment = _Alignof(void *)", with->to);
    else
        fprintf(with->to, ",\n    .size = sizeof(%s), .alignment = _Alignof(__typeof__(%s))", expression, expression);
    if (item->shape == SHAPE_ARRAY)
        fprintf(with->to, ",\n    .count = sizeof(%s) / sizeof(%s[0])", expression, expression);
    if (item_table != NULL)
        fprintf(with->to, ",\n    .item = %s", item_table);
    fputs(",\n};\n", with->to);
    return gen_print(unit, "&%s", name);
}

/* ---- members ----------------------------------------------------------------------------- */

static const char *emit_bits(emitter *with, const gen_member *member)
{
    const char *name = gen_made_for(with->unit, member, "bits");
    const gen_plan *owner = member->owner;
    bool is_unsigned = member->item.shape == SHAPE_UINT || member->item.shape == SHAPE_BOOL;
    fprintf(with->to,
            "typedef %s %s_place __attribute__((aligned(1))); /* it may lie in a packed struct */\n"
            "static uint64_t %s_get(const void *self)\n{\n    return (uint64_t)((const %s_place *)self)->%s;\n}\n"
            "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wconversion\" /* what did not fit is seen when it is read back */\n"
            "static void %s_set(void *self, uint64_t bits)\n{\n    ((%s_place *)self)->%s = %s;\n}\n"
            "#pragma GCC diagnostic pop\n"
            "static const hf_bits %s = { %s_get, %s_set, %s };\n",
            owner->spelling, name, name, name, member->name, name, name, member->name,
            member->item.shape == SHAPE_BOOL ? "bits != 0" : gen_print(with->unit, "(__typeof__(+((%s *)0)->%s))bits", owner->spelling, member->name),
            name, name, name, is_unsigned ? "false" : "true");
    return gen_print(with->unit, "&%s", name);
}

static const char *emit_arms(emitter *with, const gen_member *member)
{
    const char *name = gen_made_for(with->unit, member, "arms");
    fprintf(with->to, "static const hf_arm %s[] = {\n", name);
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
        for (const gen_literal *when = arm->when; when != NULL; when = when->next)
            fprintf(with->to, "    { %s, %zu },\n", gen_spelled_tag(with->unit, when), arm->member->index);
    fputs("};\n", with->to);
    bool is_const = false;
    const gen_type *type = gen_type_bare(member->tag->field->type, &is_const);
    bool is_plain = !is_const && !member->tag->is_bits && !type->is_atomic && !member->tag->field->type->is_atomic && !gen_type_has_volatile(type);
    for (const gen_arm *arm = is_plain ? member->arms : NULL; arm != NULL; arm = arm->next)
        for (const gen_literal *when = arm->when; when != NULL; when = when->next)
            fprintf(with->to, "_Static_assert((int64_t)(__typeof__(%s))%s == %s, \"no value of '%s' chooses '%s'\");\n",
                    gen_member_expression(with->unit, member->tag), gen_spelled_tag(with->unit, when), gen_spelled_tag(with->unit, when),
                    member->tag->name, arm->member->name);
    fprintf(with->to, "/* One value that chooses two arms does not compile. */\n__attribute__((unused)) static void %s_differ(int64_t tag)\n{\n"
            "    switch (tag) {\n", name);
    for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
        for (const gen_literal *when = arm->when; when != NULL; when = when->next)
            fprintf(with->to, "    case %s:\n", gen_spelled_tag(with->unit, when));
    fputs("    default: break;\n    }\n}\n", with->to);
    return name;
}

/* Whether the member shows in JSON by itself. */
static bool is_hidden(const gen_member *member)
{
    const gen_item *item = &member->item;
    while (item->shape == SHAPE_ARRAY || item->shape == SHAPE_FLEX || item->shape == SHAPE_VECTOR || item->shape == SHAPE_POINTER) {
        bool borrowed = item->ownership == GEN_REF || item->ownership == GEN_STATIC;
        if (borrowed && (item->shape == SHAPE_POINTER || item->shape == SHAPE_VECTOR))
            return true;
        item = item->item;
    }
    return item->shape == SHAPE_OPAQUE || (item->shape == SHAPE_STRING && item->ownership == GEN_REF);
}

static void emit_member_row(emitter *with, const gen_member *member, const char *type, const char *bits, const char *arms,
                            const char *rule)
{
    static const char *const forms[] = { "HF_AS_IS", "HF_AS_BASE64", "HF_AS_HEX", "HF_AS_EPOCH", "HF_AS_STRING" };
    const gen_annotation *says = member->says;
    char flags[160] = "";
    if (says->optional)
        strcat(flags, " | HF_MEMBER_OPTIONAL");
    if (member->is_implied)
        strcat(flags, " | HF_MEMBER_IMPLIED");
    if (is_hidden(member))
        strcat(flags, " | HF_MEMBER_HIDDEN");
    if (says->flatten || (member->is_anonymous && member->item.shape == SHAPE_UNION))
        strcat(flags, " | HF_MEMBER_FLAT");
    if (member->shares_counter)
        strcat(flags, " | HF_MEMBER_COUNT_SHARED");
    gen_member *beside = member->counter;
    fprintf(with->to, "    { .name = %s, .key = %s, .key_length = %zu,\n", gen_quoted(with->unit, member->name),
            gen_quoted(with->unit, member->key), strlen(member->key));
    fprintf(with->to, "      .offset = %s, .type = %s", bits != NULL ? "0" : offset_of(with->unit, member), type);
    if (flags[0] != 0)
        fprintf(with->to, ",\n      .flags = %s", flags + 3);
    bool is_char_run = (member->item.shape == SHAPE_VECTOR || member->item.shape == SHAPE_FLEX) && member->item.item->shape == SHAPE_CHARACTER;
    gen_form form = says->form == GEN_AS_IS && is_char_run ? GEN_AS_STRING : says->form;
    if (form != GEN_AS_IS || says->raw)
        fprintf(with->to, ", .form = %s", says->raw ? "HF_AS_RAW" : forms[form]);
    if (beside != NULL)
        fprintf(with->to, ", .counter = %zu", beside->index + 1);
    if (member->presence != NULL)
        fprintf(with->to, ", .presence = %zu", member->presence->index + 1);
    if (arms != NULL) {
        size_t count = 0;
        for (const gen_arm *arm = member->arms; arm != NULL; arm = arm->next)
            for (const gen_literal *when = arm->when; when != NULL; when = when->next)
                count++;
        fprintf(with->to, ", .tag = %zu, .arms = %s, .arm_count = %zu", member->tag->index + 1, arms, count);
    }
    if (bits != NULL)
        fprintf(with->to, ", .bits = %s", bits);
    if (rule != NULL)
        fprintf(with->to, ", .rule = &%s", rule);
    fputs(" },\n", with->to);
}

static void emit_members(emitter *with, const gen_plan *plan)
{
    gen_unit *unit = with->unit;
    fprintf(with->to, "\n/* ---- %s (%s:%u) ---- */\n\n", plan->spelling, gen_base_name(plan->record->place.file),
            plan->record->place.line);
    struct row { const char *type, *bits, *arms, *rule; } *rows = gen_take(unit, plan->member_count * sizeof *rows + 1);
    size_t at = 0;
    for (const gen_member *member = plan->members; member != NULL; member = member->next, at++) {
        const char *name = gen_made_for(unit, member, "type");
        gen_shape shape = member->item.shape;
        rows[at].bits = member->is_bits ? emit_bits(with, member) : NULL;
        if (member->is_bits && shape != SHAPE_ENUM) {
            rows[at].type = shape == SHAPE_BOOL ? "&hf_type_bool" : shape == SHAPE_UINT ? "&hf_types_uint[8]" : "&hf_types_int[8]";
        } else {
            rows[at].type = emit_item(with, member, &member->item, gen_member_expression(unit, member), name);
        }
        if (member->says->form == GEN_AS_BASE64 || member->says->form == GEN_AS_HEX)
            fprintf(with->to, "_Static_assert(sizeof(%s[0]) == 1, \"'%s' is no run of bytes, so base64 and hex do not fit\");\n",
                    gen_member_expression(unit, member), member->name);
        if (member->item.shape == SHAPE_UNION)
            rows[at].arms = emit_arms(with, member);
        rows[at].rule = gen_emit_rule(unit, member, with->to);
    }
    fprintf(with->to, "static const hf_member %s_hf_members[] = {\n", plan->name);
    at = 0;
    for (const gen_member *member = plan->members; member != NULL; member = member->next, at++)
        emit_member_row(with, member, rows[at].type, rows[at].bits, rows[at].arms, rows[at].rule);
    if (plan->member_count == 0)
        fputs("    { .name = NULL }, /* none */\n", with->to);
    fputs("};\n", with->to);
}

/* A text that is allocated when it is left out. Flattened records count: their keys are ours. */
static bool has_default_of_memory(const gen_plan *plan)
{
    for (const gen_member *member = plan->members; member != NULL; member = member->next) {
        const gen_literal *value = member->says->default_value;
        if (member->item.shape == SHAPE_STRING && member->item.ownership != GEN_STATIC && value != NULL && value->kind == GEN_LITERAL_STRING)
            return true;
        if (member->item.shape == SHAPE_RECORD && member->says->flatten && has_default_of_memory(member->item.plan))
            return true; /* as deep as records are held in place */
    }
    return false;
}

static void emit_type(emitter *with, const gen_plan *plan)
{
    uint64_t required[4] = { 0 };
    size_t key_count = gen_emit_keys(with->unit, plan, with->to, required);
    fprintf(with->to, "%sconst hf_type %s_hf_type = {\n    .name = \"%s\", .shape = %s, .flags = 0%s%s%s%s%s,\n",
            plan->is_wanted ? "" : "static ", plan->name, plan->name, plan->is_union ? "HF_SHAPE_UNION" : "HF_SHAPE_RECORD",
            plan->has_links ? " | HF_TYPE_LINKS" : "", plan->needs_memo ? " | HF_TYPE_GRAPH" : "",
            plan->says->closed ? " | HF_TYPE_CLOSED" : "", has_default_of_memory(plan) ? " | HF_TYPE_DEFAULTS" : "",
            plan->has_flex ? " | HF_TYPE_OPEN_END" : "");
    if (!gen_is_promoted(plan))
        fprintf(with->to, "    .size = sizeof(%s), .alignment = _Alignof(%s),\n", plan->spelling, plan->spelling);
    fprintf(with->to, "    .members = %s_hf_members, .member_count = %zu,\n", plan->name, plan->member_count);
    fprintf(with->to, "    .keys = %s_hf_json, .key_count = %zu,\n", plan->name, key_count);
    fprintf(with->to, "    .required = { 0x%llxu, 0x%llxu, 0x%llxu, 0x%llxu },\n", (unsigned long long)required[0],
            (unsigned long long)required[1], (unsigned long long)required[2], (unsigned long long)required[3]);
    if (plan->says->depth_max != 0)
        fprintf(with->to, "    .depth_max = %u,\n", plan->says->depth_max);
    if (gen_has_code(plan))
        fprintf(with->to, "    .code = &%s_hf_code,\n", plan->name);
    fputs("};\n", with->to);
}

/* Names of the tables, so that any may mention any other. */
static void emit_forward(emitter *with)
{
    fputc('\n', with->to);
    for (const gen_plan *plan = with->plans->first; plan != NULL; plan = plan->next)
        if (!plan->is_wanted)
            fprintf(with->to, "static const hf_type %s_hf_type;\n", plan->name);
}

void gen_emit_source(gen_unit *unit, const gen_plans *plans, const gen_output *output, FILE *stream)
{
    emitter with = { unit, plans, stream };
    fprintf(stream, "/* %s.hf.c - written by `holdfast gen` from %s; do not edit.\n *\n"
            " * %s. Sizes, offsets and the values of enumerators are the compiler's. */\n"
            "%s#include \"%s\"\n\n"
            "#if HF_BIND_VERSION != %d\n#error \"written for another version of Holdfast: run holdfast gen again\"\n#endif\n"
            "/* A library of another version does not link. */\n"
            "__attribute__((used)) static const char *const hf_written_for = &hf__bind_version_%d;\n",
            output->title, output->model, output->tables_only ? "Tables only" : "Tables, and rows by which JSON is read and written",
            output->tables_only ? "" : "#include <holdfast/bind_code.h>\n\n", output->header, HF_BIND_VERSION, HF_BIND_VERSION);
    if (unit->has_deprecated)
        fputs("\n#pragma GCC diagnostic ignored \"-Wdeprecated-declarations\"\n", stream);
    emit_forward(&with);
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        emit_members(&with, plan);
    if (!output->tables_only)
        gen_emit_code(unit, plans, stream);
    fputs("\n/* ---- the types, and how they look in JSON ---- */\n\n", stream);
    for (const gen_plan *plan = plans->first; plan != NULL; plan = plan->next)
        emit_type(&with, plan);
}

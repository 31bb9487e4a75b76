/* gen_code_read.c - readers of JSON text, member after member in the order of the record.
 *
 * Each member goes to where the next one is expected; any other key goes through a switch by length,
 * and on from there. A record that leads back to itself is read by a step that can be left at each member of
 * its own circle and goes on behind it. */
#include "gen_code.h"

#include <string.h>

typedef struct reader {
    gen_unit       *unit;
    const gen_plan *plan;
    FILE           *to;
} reader;

/* ---- which members are read straight ----------------------------------------------------- */

static bool is_whole(const gen_item *item)
{
    if (item->shape == SHAPE_ENUM)
        return item->enumeration->annotations == NULL;
    return item->shape == SHAPE_INT || item->shape == SHAPE_UINT || item->shape == SHAPE_CHARACTER;
}

static bool has_bounds(const gen_annotation *says)
{
    return says->min != NULL || says->max != NULL;
}

/* Values that one step reads, whatever holds them. */
static bool is_simple(const gen_item *item)
{
    if (item->shape == SHAPE_RECORD)
        return item->plan->reads;
    return item->shape == SHAPE_BOOL || is_whole(item) || item->shape == SHAPE_FLOAT ||
           (item->shape == SHAPE_STRING && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED));
}

static bool is_double(const gen_member *member)
{
    const gen_type *type = gen_type_bare(member->field->type, NULL);
    return type->spelling != NULL && strcmp(type->spelling, "double") == 0;
}

/* A bound that a double holds exactly. */
static bool is_plain_bound(const gen_literal *literal)
{
    uint64_t magnitude;
    return literal == NULL || (literal->kind == GEN_LITERAL_NUMBER && (!literal->is_whole || (gen_literal_number(literal, &magnitude) &&
                                                                                            magnitude < (uint64_t)1 << 53)));
}

static bool is_straight(const gen_plan *plan, const gen_member *member)
{
    const gen_annotation *says = member->says;
    const gen_item *item = &member->item;
    bool has_choice = says->oneof != NULL || says->pattern != NULL;
    if (member->is_bits || member->shares_counter || says->form != GEN_AS_IS || says->raw || (item->shape == SHAPE_VECTOR && item->is_const))
        return false;
    switch (item->shape) {
    case SHAPE_BOOL: return !has_choice;
    case SHAPE_ENUM: return is_whole(item) && !has_choice && !has_bounds(says);
    case SHAPE_CHARACTER: return !has_choice && !has_bounds(says);
    case SHAPE_INT: case SHAPE_UINT: case SHAPE_CHARS: return true;
    case SHAPE_FLOAT: return !has_choice && (!has_bounds(says) || (is_double(member) && is_plain_bound(says->min) && is_plain_bound(says->max)));
    case SHAPE_STRING: case SHAPE_RECORD: return is_simple(item);
    case SHAPE_POINTER:
        return !has_choice && (item->ownership == GEN_OWN || item->ownership == GEN_SHARED) && is_simple(item->item) &&
               item->item->shape != SHAPE_STRING;
    case SHAPE_VECTOR:
        return (item->ownership == GEN_OWN || item->ownership == GEN_SHARED) && is_simple(item->item) &&
               item->item->shape != SHAPE_CHARACTER && item->item->shape != SHAPE_ENUM && !member->counter->is_bits;
    case SHAPE_ARRAY: return is_simple(item->item) && item->item->shape != SHAPE_CHARACTER && !gen_leads_back(plan, item->item);
    default: return false;
    }
}

/* ---- one value --------------------------------------------------------------------------- */

/* The condition under which a number is refused, or "". */
static const char *number_check(reader *with, const gen_member *member, const char *place)
{
    const gen_annotation *says = member->says;
    const gen_literal *low = says->min, *high = says->max;
    gen_unit *unit = with->unit;
    uint64_t least = 0, most = 0;
    if (low == NULL && high == NULL && says->oneof == NULL)
        return "";
    if (member->item.shape == SHAPE_FLOAT) /* oneof of floating numbers is the tables' */
        return gen_print(unit, " || !hf__within_double(%s, %s%s, %s%s)", place, low != NULL && low->is_negative ? "-" : "",
                         low != NULL ? low->text : "-__DBL_MAX__", high != NULL && high->is_negative ? "-" : "",
                         high != NULL ? high->text : "__DBL_MAX__");
    bool is_signed = member->item.shape == SHAPE_INT;
    bool is_plain = says->oneof == NULL && (low == NULL || gen_literal_number(low, &least)) && (high == NULL || gen_literal_number(high, &most)) &&
                    least <= INT64_MAX && most <= INT64_MAX;
    if (is_plain && is_signed)
        return gen_print(unit, " || !hf__within_i64(%s, %s%s, %s%s)", place, low != NULL && low->is_negative ? "-" : "",
                         low != NULL ? gen_print(unit, "INT64_C(%s)", low->text) : "INT64_MIN", high != NULL && high->is_negative ? "-" : "",
                         high != NULL ? gen_print(unit, "INT64_C(%s)", high->text) : "INT64_MAX");
    if (is_plain && (high == NULL || !high->is_negative))
        return gen_print(unit, " || !hf__within_u64(%s, %su, %s)", place, low != NULL && !low->is_negative ? low->text : "0",
                         high != NULL ? gen_print(unit, "%su", high->text) : "UINT64_MAX");
    return gen_print(unit, " || !hf__keeps_%s(&%s, %s)", is_signed ? "i64" : "u64", gen_made_for(unit, member, "rule"), place);
}

static const char *text_rule(reader *with, const gen_member *member)
{
    const gen_annotation *says = member->says;
    if (!says->has_len && says->pattern == NULL && says->oneof == NULL)
        return "NULL";
    return gen_print(with->unit, "&%s", gen_made_for(with->unit, member, "rule"));
}

/* The step that reads a simple value into `place`. */
static const char *step_of(reader *with, const gen_item *item, const char *place, const char *rule)
{
    gen_unit *unit = with->unit;
    switch (item->shape) {
    case SHAPE_BOOL: return gen_print(unit, "hf__in_bool(in, at, &%s)", place);
    case SHAPE_FLOAT: return gen_print(unit, "HF__IN_FLOATING(in, at, %s)", place);
    case SHAPE_STRING: return gen_print(unit, "hf__in_string(in, at, &%s, %s)", place, rule);
    case SHAPE_CHARS: return gen_print(unit, "hf__in_chars(in, at, %s, sizeof %s, %s)", place, place, rule);
    case SHAPE_RECORD: return gen_print(unit, "hf__in_close(in, %s_hf_read(in, at, &%s))", item->plan->name, place);
    default: return gen_print(unit, "HF__IN_INTEGER(in, at, %s)", place);
    }
}

static const char *item_type(reader *with, const gen_item *item, const char *expression)
{
    gen_unit *unit = with->unit;
    switch (item->shape) {
    case SHAPE_BOOL: return "&hf_type_bool";
    case SHAPE_INT: return gen_print(unit, "&hf_types_int[sizeof %s]", expression);
    case SHAPE_UINT: return gen_print(unit, "&hf_types_uint[sizeof %s]", expression);
    case SHAPE_FLOAT: return gen_print(unit, "&hf_types_float[sizeof %s]", expression);
    case SHAPE_STRING: return item->ownership == GEN_SHARED ? "&hf_types_string[HF_SHARED]" : "&hf_types_string[HF_OWN]";
    default: return gen_print(unit, "&%s_hf_type", item->plan->name);
    }
}

/* Before an item is read: nothing in it that a release would follow. */
static void emit_item_begin(reader *with, const gen_item *item, const char *place, const char *indent)
{
    if (item->shape == SHAPE_RECORD)
        fprintf(with->to, "%s%s_hf_begin(&%s);\n", indent, item->plan->name, place);
    else if (item->shape == SHAPE_STRING)
        fprintf(with->to, "%s%s = NULL;\n", indent, place);
}

/* ---- vectors and arrays ------------------------------------------------------------------ */

static const char *items_function(reader *with, const gen_key *key)
{
    if (key->prefix[0] == 0)
        return gen_print(with->unit, "%s_hf_items_%s", with->plan->name, key->member->name);
    return gen_print(with->unit, "%s_hf_items_%zu_%s", with->plan->name, key->slot, key->member->name);
}

static const char *count_check(const gen_annotation *says, gen_unit *unit)
{
    if (!says->has_len)
        return "";
    return gen_print(unit, " || !hf__within_u64(items.count, %zuu, %s)", says->len_min,
                     says->len_max == SIZE_MAX ? "SIZE_MAX" : gen_print(unit, "%zuu", says->len_max));
}

/* The same in steps: of records that are entered one by one. */
static void emit_vector_step(reader *with, const gen_key *key)
{
    const gen_item *item = key->member->item.item;
    const char *place = gen_spelled_place(with->unit, key), *counter = gen_beside(with->unit, key, key->member->counter);
    fprintf(with->to,
            "\n/* The items of %s.%s%s, counted by %s: each is entered. */\n"
            "static const char *%s(hf__in *in, const char *at)\n{\n"
            "    hf__in_frame *hf_frame = hf__in_top(in);\n    %s *self = hf_frame->object;\n    bool more = false;\n\n"
            "    if (hf_frame->next == 0) {\n"
            "        if (*at == 'n')\n            return hf__in_null(at);\n"
            "        hf_frame->items.type = %s;\n        hf_frame->next = 1;\n        more = hf__in_open_items(in, &at);\n"
            "    } else {\n"
            "        at = hf__in_close(in, at);\n        if (at == NULL)\n            return NULL;\n        more = hf__in_item_comma(in, &at);\n    }\n"
            "    if (more) {\n"
            "        __typeof__(%s) item = hf__in_item(in, &hf_frame->items, sizeof *item);\n"
            "        if (item == NULL)\n            return NULL;\n",
            with->plan->name, key->prefix, key->member->name, key->member->counter->name, items_function(with, key), with->plan->spelling,
            item_type(with, item, gen_print(with->unit, "*%s", place)), place);
    emit_item_begin(with, item, "*item", "        ");
    fprintf(with->to,
            "        return hf__in_enter(in, at, %s_hf_read_step, item);\n    }\n"
            "    hf__items items = hf_frame->items;\n"
            "    if (at == NULL%s)\n        return NULL;\n"
            "    %s = (__typeof__(%s))items.count;\n"
            "    if ((size_t)%s != items.count) /* more than it can count */\n"
            "        return NULL;\n"
            "    hf_frame->items.type = NULL;\n"
            "    return hf__in_put_items(in, &items, &%s) ? at : NULL;\n}\n",
            item->plan->name, count_check(key->member->says, with->unit), counter, counter, counter, place);
}

static void emit_vector(reader *with, const gen_key *key)
{
    const gen_item *item = key->member->item.item;
    const char *place = gen_spelled_place(with->unit, key), *counter = gen_beside(with->unit, key, key->member->counter);
    fprintf(with->to,
            "\n/* The items of %s.%s%s, counted by %s. */\n"
            "static const char *%s(hf__in *in, const char *at, %s *self)\n{\n"
            "    hf__items items = { .type = %s };\n\n"
            "    if (*at == 'n')\n        return hf__in_null(at);\n"
            "    for (bool more = hf__in_open_items(in, &at); more; more = hf__in_item_comma(in, &at)) {\n"
            "        __typeof__(%s) item = hf__in_item(in, &items, sizeof *item);\n"
            "        if (item == NULL)\n            return hf__in_drop_items(in, &items);\n",
            with->plan->name, key->prefix, key->member->name, key->member->counter->name, items_function(with, key), with->plan->spelling,
            item_type(with, item, gen_print(with->unit, "*%s", place)), place);
    emit_item_begin(with, item, "*item", "        ");
    const char *step = item->shape == SHAPE_RECORD ? gen_print(with->unit, "hf__in_close(in, %s_hf_read(in, at, item))", item->plan->name)
                                                   : step_of(with, item, "*item", "NULL");
    fprintf(with->to,
            "        at = %s;\n"
            "        if (at == NULL)\n            return hf__in_drop_items(in, &items);\n    }\n"
            "    if (at == NULL%s)\n        return hf__in_drop_items(in, &items);\n"
            "    %s = (__typeof__(%s))items.count;\n"
            "    if ((size_t)%s != items.count) /* more than it can count */\n"
            "        return hf__in_drop_items(in, &items);\n"
            "    return hf__in_put_items(in, &items, &%s) ? at : NULL;\n}\n",
            step, count_check(key->member->says, with->unit), counter, counter, counter, place);
}

static void emit_array(reader *with, const gen_key *key)
{
    const gen_item *item = key->member->item.item;
    const char *place = gen_spelled_place(with->unit, key), *one = gen_print(with->unit, "%s[count]", place);
    fprintf(with->to,
            "\n/* The items of %s.%s%s. */\n"
            "static const char *%s(hf__in *in, const char *at, %s *self)\n{\n"
            "    size_t count = 0, room = sizeof %s / sizeof *%s;\n\n"
            "    for (bool more = hf__in_open_items(in, &at); more; more = hf__in_item_comma(in, &at)) {\n"
            "        if (count == room)\n            return NULL;\n",
            with->plan->name, key->prefix, key->member->name, items_function(with, key), with->plan->spelling, place, place);
    if (item->shape == SHAPE_RECORD)
        emit_item_begin(with, item, one, "        ");
    fprintf(with->to,
            "        at = %s;\n        if (at == NULL)\n            return NULL;\n        count++;\n    }\n"
            "    return count == room ? at : NULL;\n}\n",
            step_of(with, item, one, "NULL"));
}

/* ---- members ----------------------------------------------------------------------------- */

static void emit_pointer(reader *with, const gen_key *key, const char *place)
{
    const gen_item *item = key->member->item.item;
    const char *made = item->shape == SHAPE_RECORD ? item->plan->spelling : gen_print(with->unit, "__typeof__(*%s)", place);
    fprintf(with->to,
            "        %s *made = hf__in_take(in, sizeof *made, _Alignof(__typeof__(*made)));\n"
            "        if (made == NULL)\n            return NULL;\n", made);
    if (item->shape == SHAPE_RECORD)
        fprintf(with->to, "        %s_hf_begin(made);\n        %s = made;\n        at = hf__in_close(in, %s_hf_read(in, at, made));\n", item->plan->name,
                place, item->plan->name);
    else
        fprintf(with->to, "        %s = made;\n        at = %s;\n", place, step_of(with, item, "*made", "NULL"));
}

static void emit_value(reader *with, const gen_key *key, const char *place, const char *indent)
{
    const gen_member *member = key->member;
    const char *check = "";
    switch (member->item.shape) {
    case SHAPE_VECTOR: case SHAPE_ARRAY: fprintf(with->to, "%sat = %s(in, at, self);\n", indent, items_function(with, key)); break;
    case SHAPE_POINTER: emit_pointer(with, key, place); break;
    case SHAPE_INT: case SHAPE_UINT: case SHAPE_FLOAT: check = number_check(with, member, place); /* fall through */
    default: fprintf(with->to, "%sat = %s;\n", indent, step_of(with, &member->item, place, text_rule(with, member)));
    }
    fprintf(with->to, "%sif (at == NULL%s)\n%s    return NULL;\n", indent, check, indent);
}

/* A value of the record's own circle: the step returns, and goes on at a label of its own. */
static void emit_entered(reader *with, const gen_key *key, const char *place, const char *indent)
{
    const gen_item *item = &key->member->item;
    const char *step = NULL, *object = "self";
    if (item->shape == SHAPE_VECTOR) {
        step = items_function(with, key);
    } else if (item->shape == SHAPE_RECORD) {
        step = gen_print(with->unit, "%s_hf_read_step", item->plan->name);
        object = gen_print(with->unit, "&%s", place);
    } else {
        item = item->item;
        step = gen_print(with->unit, "%s_hf_read_step", item->plan->name);
        object = "made";
        fprintf(with->to,
                "%s%s *made = hf__in_take(in, sizeof *made, _Alignof(__typeof__(*made)));\n"
                "%sif (made == NULL)\n%s    return NULL;\n%s%s_hf_begin(made);\n%s%s = made;\n",
                indent, item->plan->spelling, indent, indent, indent, item->plan->name, indent, place);
    }
    fprintf(with->to, "%shf__in_leave_word(in, seen, %zu);\n%sreturn hf__in_enter(in, at, %s, %s);\n", indent, key->slot + 1, indent, step, object);
    fprintf(with->to, "back_%zu:\n", key->slot);
    if (key->member->item.shape != SHAPE_VECTOR)
        fprintf(with->to, "%sat = hf__in_close(in, at);\n", indent);
    fprintf(with->to, "%sif (at == NULL)\n%s    return NULL;\n", indent, indent);
}

static void emit_member(reader *with, const gen_key *key)
{
    const gen_member *member = key->member;
    const char *place = gen_spelled_place(with->unit, key);
    gen_shape shape = member->item.shape;
    if (key->is_written_only) {
        fputs("    at = hf__in_skip(in, at); /* written, not read */\n    if (at == NULL)\n        return NULL;\n", with->to);
        return;
    }
    fprintf(with->to, "    if ((seen & 0x%llxu) != 0)\n        return NULL;\n    seen |= 0x%llxu;\n", 1ull << key->slot, 1ull << key->slot);
    if (!is_straight(with->plan, member)) {
        fprintf(with->to, "    at = hf__in_member(in, at, &%s_hf_type, %zu, %s);\n    if (at == NULL)\n        return NULL;\n", key->record->name,
                member->index, gen_record_of(with->unit, key));
        return;
    }
    if (member->presence != NULL)
        fprintf(with->to, "    %s = *at != 'n';\n", gen_beside(with->unit, key, member->presence));
    bool knows_null = shape == SHAPE_STRING || shape == SHAPE_VECTOR;
    void (*emit)(reader *, const gen_key *, const char *, const char *) = gen_leads_back(with->plan, &member->item) ? emit_entered : emit_value;
    if (knows_null || (!member->says->optional && shape != SHAPE_POINTER)) {
        emit(with, key, place, "    ");
        return;
    }
    fputs("    if (*at == 'n') {\n        at = hf__in_null(at);\n        if (at == NULL)\n            return NULL;\n    } else {\n", with->to);
    emit(with, key, place, "        ");
    fputs("    }\n", with->to);
}

/* ---- keys -------------------------------------------------------------------------------- */

static const gen_key *next_slot(const gen_key *key)
{
    while (key != NULL && key->is_alias)
        key = key->next;
    return key;
}

static void emit_expected(reader *with, const gen_key *key, const char *macro)
{
    if (key != NULL && gen_is_plain_key(key->text))
        fprintf(with->to, "    if (!%s(in, &at, %s))\n        goto other;\n", macro, gen_quoted(with->unit, key->text));
    else if (key != NULL)
        fputs("    goto other;\n", with->to);
}

static void emit_other(reader *with)
{
    const gen_plan *plan = with->plan;
    fprintf(with->to, "other: /* another order, or a key that nothing wants */\n    switch (hf__in_seek(in, &at, &%s_hf_keys)) {\n", plan->name);
    for (const gen_key *key = next_slot(plan->keys); key != NULL; key = next_slot(key->next))
        fprintf(with->to, "    case %zu: goto key_%zu;\n", key->slot, key->slot);
    fputs("    default: break;\n    }\n", with->to);
}

static void emit_end(reader *with)
{
    uint64_t required = 0;
    for (const gen_key *key = with->plan->keys; key != NULL; key = key->next)
        required |= (uint64_t)key->is_required << key->slot;
    if (required != 0)
        fprintf(with->to, "    if (at == NULL || (seen & 0x%llxu) != 0x%llxu)\n        return NULL;\n", (unsigned long long)required,
                (unsigned long long)required);
    else
        fputs("    if (at == NULL)\n        return NULL;\n", with->to);
    for (const gen_key *key = next_slot(with->plan->keys); key != NULL; key = next_slot(key->next)) {
        const gen_literal *value = key->member->says->default_value;
        if (key->member->item.shape != SHAPE_STRING || key->is_written_only || value == NULL || value->kind != GEN_LITERAL_STRING)
            continue;
        fprintf(with->to, "    if ((seen & 0x%llxu) == 0 && !hf__in_default(in, &%s, %s, %zu))\n        return NULL;\n", 1ull << key->slot,
                gen_spelled_place(with->unit, key), gen_quoted(with->unit, value->text), value->length);
    }
    fputs("    return at;\n}\n", with->to);
}

static bool is_entered(const gen_plan *plan, const gen_key *key)
{
    return !key->is_written_only && is_straight(plan, key->member) && gen_leads_back(plan, &key->member->item);
}

/* The reader, and the beginning of its step. */
static void emit_step_begin(reader *with)
{
    const gen_plan *plan = with->plan;
    fprintf(with->to, "\nstatic const char *%s_hf_read(hf__in *in, const char *at, void *object)\n{\n"
            "    return hf__in_run(in, at, %s_hf_read_step, object);\n}\n"
            "\nstatic const char *%s_hf_read_step(hf__in *in, const char *at)\n{\n    %s *self = hf__in_top(in)->object;\n"
            "    uint64_t seen = hf__in_top(in)->seen; /* a bit for each key */\n\n",
            plan->name, plan->name, plan->name, plan->spelling);
    for (const gen_key *key = next_slot(plan->keys); key != NULL; key = next_slot(key->next))
        if (is_entered(plan, key))
            fprintf(with->to, "    if (hf__in_top(in)->next == %zu)\n        goto back_%zu;\n", key->slot + 1, key->slot);
}

void gen_emit_read(gen_unit *unit, const gen_plan *plan, FILE *stream)
{
    reader with = { unit, plan, stream };
    for (const gen_key *key = next_slot(plan->keys); key != NULL; key = next_slot(key->next)) {
        if (key->is_written_only || !is_straight(plan, key->member))
            continue;
        if (key->member->item.shape == SHAPE_VECTOR)
            (gen_leads_back(plan, &key->member->item) ? emit_vector_step : emit_vector)(&with, key);
        if (key->member->item.shape == SHAPE_ARRAY)
            emit_array(&with, key);
    }
    gen_emit_code_keys(unit, plan, stream);
    if (plan->in_cycle)
        emit_step_begin(&with);
    else
        fprintf(stream, "\nstatic const char *%s_hf_read(hf__in *in, const char *at, void *object)\n{\n    %s *self = object;\n"
                "    uint64_t seen = 0; /* a bit for each key */\n\n", plan->name, plan->spelling);
    fputs("    at = hf__in_open(in, at);\n    if (at == NULL)\n        return NULL;\n", stream);
    const gen_key *key = next_slot(plan->keys);
    for (emit_expected(&with, key, "HF__IN_FIRST"); key != NULL; key = next_slot(key->next)) {
        const gen_key *next = next_slot(key->next);
        bool is_expected = next != NULL && gen_is_plain_key(next->text);
        fprintf(stream, "key_%zu: /* %s%s */\n", key->slot, key->prefix, key->member->name);
        emit_member(&with, key);
        if (!is_expected)
            fputs("    at = hf__in_after(in, at);\n", stream);
        emit_expected(&with, next, "HF__IN_NEXT");
    }
    emit_other(&with);
    emit_end(&with);
}

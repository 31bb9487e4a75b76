/* gen_record.c - struct, union and enum: tags, members, enumerators. */
#include "gen_declare.h"

enum { BROUGHT_MAX = 4096 }; /* what is named may be brought along twice, and what brings that too */

/* ---- members ----------------------------------------------------------------------------- */

static gen_field *add_field(gen_reader *reader, gen_record *record, gen_field ***end)
{
    gen_field *field = gen_take(reader->unit, sizeof *field);
    field->owner = record;
    **end = field;
    *end = &field->next;
    record->field_count++;
    return field;
}

/* Skips a constant expression up to what may follow it in a member or enumerator list. */
static void skip_constant(gen_reader *reader, const char *expected)
{
    for (;;) {
        char mark = reader->at->mark;
        gen_keyword keyword = gen_keyword_of(reader->at);
        if (mark == ',' || mark == ';' || mark == '}' || keyword == GEN_HF || keyword == GEN_ATTRIBUTE)
            return;
        if (reader->at->kind == GEN_END || mark == ')' || mark == ']')
            gen_expected(reader, expected);
        if (mark == '(' || mark == '[' || mark == '{')
            gen_skip_balanced(reader);
        else
            reader->at++;
    }
}

/* C wants a record complete where another holds it, so that none can hold itself, however many others lie between.
 * What goes through records in place goes as deep as they are held. */
static void need_complete(gen_reader *reader, gen_record *holder, const gen_field *field)
{
    const gen_type *type = field->type;
    while (type->kind == GEN_NAMED || type->kind == GEN_ARRAY)
        type = type->target;
    if (type->kind != GEN_RECORD)
        return;
    const char *name = field->name != NULL ? field->name->text : "the member";
    if (type->record->is_defined && !type->record->is_complete)
        gen_fail(reader->unit, HF_BAD_DECLARATION, field->place, "'%s' would hold the %s that it stands in, expected a pointer", name,
                 type->record->is_union ? "union" : "struct");
    if (!type->record->is_complete)
        gen_fail(reader->unit, HF_BAD_DECLARATION, field->place, "'%s' has an incomplete type", name);
    if (type->record->held_deep >= GEN_NESTING_MAX)
        gen_fail(reader->unit, HF_LIMIT_DEPTH, field->place, "records held in one another deeper than %d levels", (int)GEN_NESTING_MAX);
    if (type->record->held_deep >= holder->held_deep)
        holder->held_deep = type->record->held_deep + 1;
}

/* `struct { int a; };`: its members are promoted. What has a name, a tag or a typedef, only declares that, unless
 * -fms-extensions or -fplan9-extensions make it a member too. Words may speak of a union, which is a member of its
 * own; nothing remains of a struct that they could speak of. */
static void add_unnamed(gen_reader *reader, gen_record *record, const gen_specifiers *specifiers, gen_place place,
                        gen_field ***end)
{
    gen_type *type = gen_type_bare(specifiers->type, NULL);
    bool is_record = type->kind == GEN_RECORD, is_named = is_record && (type->record->tag != NULL || specifiers->type != type);
    bool is_member = is_record && (!is_named || reader->unit->promotes_named);
    if (!is_member || !type->record->is_union)
        gen_need_none(reader, specifiers->annotations);
    if (!is_member)
        return;
    record->brought += type->record->field_count + type->record->brought;
    if (is_named && record->brought > BROUGHT_MAX)
        gen_fail(reader->unit, HF_LIMIT_VALUES, place, "more than %d members of records without a name", (int)BROUGHT_MAX);
    gen_field *field = add_field(reader, record, end);
    field->type = type;
    for (const gen_type *named = specifiers->type; named != type; named = named->target)
        field->type = gen_type_qualify(reader->unit, field->type, named);
    field->place = place;
    field->annotations = specifiers->annotations;
    need_complete(reader, record, field);
}

static void read_member(gen_reader *reader, gen_record *record, gen_field ***end)
{
    gen_specifiers specifiers = { 0 };
    gen_place place = gen_place_of(reader->at);
    gen_read_specifiers(reader, &specifiers);
    if (specifiers.is_typedef)
        gen_fail(reader->unit, HF_BAD_DECLARATION, place, "a typedef inside a record, expected a member");
    if (gen_accept(reader, ';')) {
        add_unnamed(reader, record, &specifiers, place, end);
        return;
    }
    do {
        gen_field *field = add_field(reader, record, end);
        gen_declarator declarator = { .type = specifiers.type, .annotations = specifiers.annotations };
        field->place = gen_place_of(reader->at);
        if (!gen_is_mark(reader->at, ':'))
            gen_read_declarator(reader, &specifiers, &declarator);
        if (gen_accept(reader, ':')) {
            const gen_type *bare = gen_type_bare(declarator.type, NULL);
            if (bare->kind == GEN_RECORD || bare->kind == GEN_POINTER || bare->kind == GEN_ARRAY)
                gen_fail(reader->unit, HF_BAD_DECLARATION, field->place, "a bit-field of a type that is no integer");
            field->is_bits = true;
            skip_constant(reader, "';' after the width of the bit-field");
        } else if (declarator.name == NULL) {
            gen_expected(reader, "the name of the member");
        }
        gen_specifiers behind = { .annotations = declarator.annotations };
        gen_read_attributes(reader, &behind);
        field->type = declarator.type;
        field->counted_by = behind.counted_by != NULL ? behind.counted_by : declarator.counted_by;
        field->annotations = behind.annotations;
        if (declarator.name != NULL) {
            field->name = declarator.name->symbol;
            field->place = gen_place_of(declarator.name);
        } else {
            gen_need_none(reader, field->annotations); /* padding bits */
        }
        need_complete(reader, record, field);
    } while (gen_accept(reader, ','));
    if (!gen_accept(reader, ';') && !gen_is_mark(reader->at, '}'))
        gen_expected(reader, "';' after the member");
}

static void read_members(gen_reader *reader, gen_record *record)
{
    gen_field **end = &record->fields;
    while (!gen_accept(reader, '}')) {
        if (gen_accept(reader, ';'))
            continue;
        if (gen_keyword_of(reader->at) == GEN_STATIC_ASSERT) {
            gen_skip_static_assert(reader);
            continue;
        }
        if (reader->at->kind == GEN_END)
            gen_expected(reader, "'}' after the members");
        read_member(reader, record, &end);
    }
}

/* ---- enumerators ------------------------------------------------------------------------- */

static void read_enumerators(gen_reader *reader, gen_enum *enumeration)
{
    gen_enumerator **end = &enumeration->enumerators;
    while (!gen_accept(reader, '}')) {
        if (reader->at->kind != GEN_WORD)
            gen_expected(reader, "the name of an enumerator");
        gen_enumerator *enumerator = gen_take(reader->unit, sizeof *enumerator);
        enumerator->name = reader->at->symbol;
        enumerator->place = gen_place_of(reader->at);
        gen_symbol_of(reader->unit, enumerator->name->text, enumerator->name->length)->is_declared = true;
        reader->at++;
        gen_specifiers gathered = { 0 };
        gen_read_attributes(reader, &gathered);
        if (gen_accept(reader, '='))
            skip_constant(reader, "',' or '}' after the enumerator");
        gen_read_attributes(reader, &gathered);
        enumerator->annotations = gathered.annotations;
        *end = enumerator;
        end = &enumerator->next;
        enumeration->enumerator_count++;
        if (!gen_accept(reader, ',') && !gen_is_mark(reader->at, '}'))
            gen_expected(reader, "',' or '}' after the enumerator");
    }
}

/* ---- tags -------------------------------------------------------------------------------- */

static gen_record *record_of(gen_reader *reader, bool is_union, const gen_token *tag, const gen_token *begin)
{
    gen_symbol *symbol = tag != NULL ? gen_symbol_of(reader->unit, tag->text, tag->length) : NULL;
    if (symbol != NULL && symbol->record != NULL) {
        if (symbol->record->is_union != is_union)
            gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(begin), "'%s' was declared as a %s before",
                     symbol->text, symbol->record->is_union ? "union" : "struct");
        return symbol->record;
    }
    gen_record *record = gen_take(reader->unit, sizeof *record);
    record->is_union = is_union;
    record->tag = symbol;
    record->place = gen_place_of(begin);
    record->is_system = begin->file->is_system;
    *reader->unit->records_end = record;
    reader->unit->records_end = &record->next;
    if (symbol != NULL)
        symbol->record = record;
    return record;
}

static gen_enum *enum_of(gen_reader *reader, const gen_token *tag, const gen_token *begin)
{
    gen_symbol *symbol = tag != NULL ? gen_symbol_of(reader->unit, tag->text, tag->length) : NULL;
    if (symbol != NULL && symbol->enumeration != NULL)
        return symbol->enumeration;
    gen_enum *enumeration = gen_take(reader->unit, sizeof *enumeration);
    enumeration->tag = symbol;
    enumeration->place = gen_place_of(begin);
    *reader->unit->enums_end = enumeration;
    reader->unit->enums_end = &enumeration->next;
    if (symbol != NULL)
        symbol->enumeration = enumeration;
    return enumeration;
}

static void define_record(gen_reader *reader, gen_record *record, const gen_token *begin, gen_specifiers *gathered)
{
    if (record->is_defined)
        gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(begin), "'%s' is defined twice",
                 record->tag != NULL ? record->tag->text : "the record");
    record->is_defined = true;
    record->place = gen_place_of(begin);
    record->is_system = begin->file->is_system;
    gen_enter(reader);
    read_members(reader, record);
    gen_leave(reader);
    record->is_complete = true;
    gen_read_attributes(reader, gathered);
    record->is_packed = gathered->is_packed;
    record->is_reversed = gathered->is_reversed;
    gen_annotations_join(&record->annotations, gathered->annotations); /* a typedef may have spoken before */
}

gen_type *gen_read_tagged(gen_reader *reader, gen_specifiers *outer)
{
    const gen_token *begin = reader->at, *tag = NULL;
    gen_keyword keyword = gen_keyword_of(begin);
    gen_specifiers gathered = { 0 };
    reader->at++;
    gen_read_attributes(reader, &gathered);
    if (reader->at->kind == GEN_WORD)
        tag = reader->at++;
    gen_read_attributes(reader, &gathered);
    if (keyword == GEN_ENUM && gen_accept(reader, ':')) { /* C23: the type underneath */
        gen_specifiers underneath = { 0 };
        gen_read_specifiers(reader, &underneath);
    }
    bool defines = gen_accept(reader, '{');
    if (!defines && tag == NULL)
        gen_expected(reader, keyword == GEN_ENUM ? "a tag or '{' after 'enum'" : "a tag or '{'");
    if (!defines) /* `struct user HF(own) *a, *b;` speaks of both, as in front of `struct` */
        gen_annotations_join(&outer->annotations, gathered.annotations);
    gen_type *type = gen_type_make(reader->unit, keyword == GEN_ENUM ? GEN_ENUMERATION : GEN_RECORD, NULL);
    if (keyword != GEN_ENUM) {
        type->record = record_of(reader, keyword == GEN_UNION, tag, begin);
        if (defines)
            define_record(reader, type->record, begin, &gathered);
        return type;
    }
    type->enumeration = enum_of(reader, tag, begin);
    if (defines) {
        if (type->enumeration->is_defined)
            gen_fail(reader->unit, HF_BAD_DECLARATION, gen_place_of(begin), "the enum is defined twice");
        type->enumeration->is_defined = true;
        read_enumerators(reader, type->enumeration);
        gen_read_attributes(reader, &gathered);
        gen_annotations_join(&type->enumeration->annotations, gathered.annotations);
    }
    return type;
}

/* gen_counts.c - reads preprocessed C on standard input, prints what the declaration reader found:
 * `records fields enums enumerators typedefs`. Exit 1 with the place on what it cannot read. */
#include <stdio.h>
#include <stdlib.h>

#include "gen_declare.h"

/* Not inlined: its text must survive the jump out of what fails. */
static __attribute__((noinline)) char *read_all(FILE *stream, size_t *ret_length)
{
    size_t capacity = 1 << 20, length = 0, got;
    char *text = malloc(capacity);
    while (text != NULL && (got = fread(text + length, 1, capacity - length, stream)) > 0) {
        length += got;
        if (length == capacity) {
            char *grown = realloc(text, capacity *= 2);
            if (grown == NULL)
                free(text);
            text = grown;
        }
    }
    *ret_length = length;
    return text;
}

static void print_counts(const gen_unit *unit)
{
    size_t records = 0, fields = 0, enums = 0, enumerators = 0;
    for (const gen_record *record = unit->records; record != NULL; record = record->next) {
        records += record->is_defined;
        for (const gen_field *field = record->fields; field != NULL; field = field->next)
            fields += field->name != NULL;
    }
    for (const gen_enum *enumeration = unit->enums; enumeration != NULL; enumeration = enumeration->next) {
        enums += enumeration->is_defined;
        enumerators += enumeration->enumerator_count;
    }
    printf("%zu %zu %zu %zu %zu\n", records, fields, enums, enumerators, unit->typedef_count);
}

int main(void)
{
    size_t length = 0;
    char *text = read_all(stdin, &length);
    if (text == NULL)
        return 2;
    static gen_unit unit; /* static: its values survive the jump */
    gen_unit_init(&unit, 0);
    int result = 0;
    if (setjmp(unit.failed) == 0) {
        gen_tokens_read(&unit, text, length, "<stdin>");
        gen_declarations_read(&unit);
        print_counts(&unit);
    } else {
        fprintf(stderr, "%s:%u:%u: error: %s\n", unit.failed_place.file, unit.failed_place.line,
                unit.failed_place.column, unit.failed_text);
        result = 1;
    }
    gen_unit_release(&unit);
    free(text);
    return result;
}

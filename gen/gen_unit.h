/* gen_unit.h - one preprocessed header on its way through the generator.
 *
 * Everything found is bound to the unit's pool. A step that cannot go on calls gen_fail, which
 * leaves the message in the unit and jumps to the unit's `failed`; nothing needs tidying on that
 * way, since all memory belongs to the unit. So the steps read straight down.
 *
 * A note tells what was guessed. Under `strict`, a note about ownership is an error. */
#ifndef HOLDFAST_GEN_UNIT_H
#define HOLDFAST_GEN_UNIT_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <holdfast/base.h>

#include "gen_pool.h"

typedef struct gen_symbol gen_symbol;
typedef struct gen_token  gen_token;
typedef struct gen_record gen_record;
typedef struct gen_enum   gen_enum;
typedef struct gen_file   gen_file;

/* Where something stands in the user's files. `file` is bound to the unit, never NULL. */
typedef struct gen_place {
    const char *file;
    uint32_t    line, column;
} gen_place;

typedef struct gen_note {
    struct gen_note *next;
    gen_place        place;
    const char      *text;
    bool             is_guess; /* an error under --strict */
} gen_note;

/* What is printed into memory. One that a failure leaves open is closed with the unit. */
typedef struct gen_stream {
    struct gen_stream *next; /* opened before, and open still */
    FILE              *to;
    char              *text;
    size_t             length;
} gen_stream;

typedef struct gen_unit {
    gen_pool    pool;
    gen_stream *streams;         /* those that are open, the last one first */
    jmp_buf     failed;          /* set by whoever calls the steps */
    gen_place   failed_place;
    char        failed_text[400];
    hf_status   failed_status;

    bool        strict;
    gen_note   *notes, **notes_end;
    size_t      strict_errors;   /* notes that are errors under strict */

    gen_symbol **symbols;        /* hash table of identifiers */
    size_t       symbol_mask, symbol_count;

    const gen_token *tokens;     /* ends with a token of kind GEN_END */
    size_t           token_count;
    gen_file        *files, **files_end; /* all that were entered, also those without a token */
    bool             has_deprecated; /* something in the user's own files is */
    bool             has_packing; /* `#pragma pack` in the user's own files */
    bool             promotes_named; /* `struct a;` within a struct holds an `a`: -fms-extensions, -fplan9-extensions */

    gen_record *records, **records_end; /* in the order of their first mention */
    gen_enum   *enums, **enums_end;
    size_t      typedef_count;
} gen_unit;

enum { GEN_UNIT_BYTES_MAX_DEFAULT = 1 << 30 };

/* bytes_max 0: GEN_UNIT_BYTES_MAX_DEFAULT. */
void gen_unit_init(gen_unit *unit, size_t bytes_max);
void gen_unit_release(gen_unit *unit);

/* Zeroed memory bound to the unit; fails the unit when there is none. */
void *gen_take(gen_unit *unit, size_t bytes);
/* printf into memory bound to the unit. */
char *gen_print(gen_unit *unit, const char *format, ...) HF_PRINTF(2, 3);

/* Opens one more stream; the last one that was opened is closed first. */
gen_stream *gen_stream_open(gen_unit *unit);
/* All that was printed, terminated and bound to the unit. ret_length: NULL is fine. */
const char *gen_stream_close(gen_unit *unit, gen_stream *stream, size_t *ret_length);

_Noreturn void gen_fail(gen_unit *unit, hf_status status, gen_place place, const char *format, ...) HF_PRINTF(4, 5);
/* Something was guessed about ownership. */
void gen_guess(gen_unit *unit, gen_place place, const char *format, ...) HF_PRINTF(3, 4);
/* Something the user should know, never an error. */
void gen_remark(gen_unit *unit, gen_place place, const char *format, ...) HF_PRINTF(3, 4);

#endif

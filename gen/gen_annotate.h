/* gen_annotate.h - the words of HF(...): a closed grammar.
 *
 *     annotation = item { "," item } [ "," ]
 *     item       = flag                                optional, own, closed ...
 *                | word "=" value                      name = "id", min = 0, as = base64
 *                | "len" ( "=" | "<=" | ">=" ) number
 *                | word "(" value { "," value } ")"    oneof("a", "b"), derive(copy, json)
 *     value      = string | [ "+" | "-" ] number | identifier | true | false | null */
#ifndef HOLDFAST_GEN_ANNOTATE_H
#define HOLDFAST_GEN_ANNOTATE_H

#include "gen_model.h"

typedef enum gen_ownership { GEN_OWNERSHIP_OPEN, GEN_OWN, GEN_REF, GEN_SHARED, GEN_STATIC } gen_ownership;
typedef enum gen_form { GEN_AS_IS, GEN_AS_BASE64, GEN_AS_HEX, GEN_AS_EPOCH, GEN_AS_STRING } gen_form;

typedef enum gen_literal_kind {
    GEN_LITERAL_STRING, GEN_LITERAL_NUMBER, GEN_LITERAL_NAME, GEN_LITERAL_BOOL, GEN_LITERAL_NULL
} gen_literal_kind;

typedef struct gen_literal {
    struct gen_literal *next;
    gen_literal_kind    kind;
    gen_place           place;
    const char         *text;   /* a string's bytes, terminated; a number or name as it was spelled */
    size_t              length;
    bool                is_negative, is_whole, is_true; /* of a number, of a bool */
} gen_literal;

enum {
    GEN_DERIVE_COPY = 1, GEN_DERIVE_RELEASE = 2, GEN_DERIVE_SIZE = 4, GEN_DERIVE_WALK = 8, GEN_DERIVE_JSON = 16,
    GEN_DERIVE_EQUAL = 32, GEN_DERIVE_HASH = 64, GEN_DERIVE_VALUE = 128, GEN_DERIVE_ALL = 255
};

struct gen_annotation {
    gen_ownership     ownership;
    gen_form          form;
    bool              optional, skip, flatten, raw, tags_anonymous;
    bool              has_len, has_count;
    size_t            len_min, len_max;
    const char       *name, *pattern;
    gen_place         pattern_place;
    gen_literal      *aliases, *when, *oneof, *default_value, *min, *max;
    const gen_symbol *count, *tag_of;
    /* of types */
    unsigned          derive; /* GEN_DERIVE_ALL unless said */
    bool              closed;
    uint32_t          depth_max;
};

typedef enum gen_target { GEN_ON_MEMBER = 1, GEN_ON_RECORD = 2, GEN_ON_ENUMERATOR = 4, GEN_ON_ENUM = 8 } gen_target;

/* Reads the annotations of one declaration; never NULL. Fails the unit on a word that is unknown,
 * misplaced, given twice, or at odds with another. */
gen_annotation *gen_annotation_read(gen_unit *unit, const gen_annotation_range *ranges, gen_target target);

#endif

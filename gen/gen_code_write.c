/* gen_code_write.c - how a writer of JSON text takes each member: what the row says beside what a reader wants.
 *
 * The rows are the reader's: a table for writing alone would have the same keys, places and order once more. What is
 * rare is left to the tables, member by member; that is other than in reading, which also has to check. */
#include "gen_code.h"

enum {
    SHOWN = 16, /* HF__KEY_SHOWN: bytes of a key in its two words, its closing quote among them */
    SIGNS = 4,  /* two quotes, a colon and a comma */
    VALUE = 32  /* a number, a word, or the signs of anything else */
};

/* Values that one step writes, whatever holds them. */
static bool is_simple(const gen_item *item)
{
    switch (item->shape) {
    case SHAPE_RECORD: return item->plan->writes;
    case SHAPE_BOOL: case SHAPE_INT: case SHAPE_UINT: case SHAPE_CHARACTER: case SHAPE_ENUM: case SHAPE_FLOAT: case SHAPE_STRING: return true;
    default: return false;
    }
}

static bool is_straight(const gen_member *member)
{
    const gen_item *item = &member->item;
    if (member->says->form != GEN_AS_IS || member->says->raw)
        return false;
    switch (item->shape) {
    case SHAPE_CHARS: return true;
    case SHAPE_POINTER: return is_simple(item->item) && item->item->shape != SHAPE_STRING;
    case SHAPE_VECTOR: case SHAPE_ARRAY: return is_simple(item->item) && item->item->shape != SHAPE_CHARACTER;
    default: return is_simple(item);
    }
}

static bool may_be_left_out(const gen_key *key)
{
    const gen_member *member = key->member;
    gen_shape shape = member->item.shape;
    bool may_be_null = shape == SHAPE_VECTOR || shape == SHAPE_POINTER || shape == SHAPE_STRING;
    return key->is_written_only || (member->says->optional && (member->presence != NULL || may_be_null));
}

const char *gen_write_kind(gen_unit *unit, const gen_key *key)
{
    const char *kind = !is_straight(key->member) ? "HF__KIND_TABLES" : key->member->is_bits ? "HF__KIND_BITS" : gen_kind_of(unit, key->member);
    bool is_asked = may_be_left_out(key) || strlen(key->text) >= SHOWN;
    return is_asked ? gen_print(unit, "HF__WRITTEN_ASKED | %s", kind) : kind;
}

size_t gen_write_room(const gen_plan *plan)
{
    size_t room = 0;
    for (const gen_key *key = plan->keys; key != NULL; key = key->next)
        if (!key->is_alias)
            room += strlen(key->text) + SIGNS + VALUE;
    return room;
}

/* bind.h - C structs described at run time, and what can be done with any of them.
 *
 * `holdfast gen` writes the descriptions (hf_type) and typed calls over the functions below, so most
 * programs never call these directly. They are for tools: a printer, a checker, a size report that
 * work on every described type.
 *
 * Ownership. Each pointer of a described struct is one of
 *   own     what it points to belongs to the struct and is released with it
 *   shared  several pointers may lead to the same object, and may lead in circles; it is released
 *           once, with the graph it belongs to. They are of one type and length, and lead to its beginning
 *   ref     borrowed: not released; in a copy it leads to the copy of what it led to, if that was
 *           copied too, and else to where it led before; a char * always there
 *   static  never released and never copied, such as a string literal
 *
 * Memory. Calls that make something take an arena, or an allocator, or neither: then malloc and free,
 * so that members you set with strdup are released correctly. Objects in an arena go with it and
 * need no release. With an allocator of your own, every block must have been taken from it with its
 * exact size: the item count times the item size, and for a string its length plus one.
 *
 * Nothing recurses: a list of a million links or a tree a million deep needs no more stack than a
 * flat struct. Threads: a call reads or writes only what it is given.
 *
 * A struct may be in a wrong state (a counter larger than its block, a tag without an arm): a tag
 * that no arm knows stands for an empty union; other lies are yours, as with any C function. */
#ifndef HOLDFAST_BIND_H
#define HOLDFAST_BIND_H

#include <holdfast/arena.h>
#include <holdfast/buffer.h>
#include <holdfast/document.h>
#include <holdfast/size_report.h>
#include <holdfast/walk.h>

HF_EXTERN_BEGIN

/* ---- descriptions ------------------------------------------------------------------------ */

/* What generated sources are written for. It is raised with every change of the descriptions below or of the
 * steps in bind_code.h after which an earlier output would do something else, or not compile: such an output
 * is refused by the compiler, and an object compiled from it by the linker. Run `holdfast gen` again. */
#define HF_BIND_VERSION 8
/* What was compiled for another version names another one, and so does not link. */
HF_API extern const char hf__bind_version_8;

typedef enum hf_shape {
    HF_SHAPE_BOOL, HF_SHAPE_INT, HF_SHAPE_UINT, HF_SHAPE_FLOAT,
    HF_SHAPE_CHARS,   /* char [N]: a text in place, ended by NUL */
    HF_SHAPE_STRING,  /* char *: a text elsewhere, ended by NUL */
    HF_SHAPE_RECORD,
    HF_SHAPE_UNION,   /* which arm holds is told by a member beside it */
    HF_SHAPE_POINTER, /* to one item, or NULL */
    HF_SHAPE_VECTOR,  /* to as many items as a member beside it counts */
    HF_SHAPE_ARRAY,   /* `count` items in place */
    HF_SHAPE_FLEX,    /* items at the end of the record, counted by a member */
    HF_SHAPE_OPAQUE   /* bytes, copied and compared as they are */
} hf_shape;

typedef enum hf_ownership { HF_OWN, HF_SHARED, HF_REF, HF_STATIC } hf_ownership;
typedef enum hf_form { HF_AS_IS, HF_AS_BASE64, HF_AS_HEX, HF_AS_EPOCH, HF_AS_STRING, HF_AS_RAW } hf_form;

typedef struct hf_type   hf_type;
typedef struct hf_member hf_member;
typedef struct hf_key    hf_key;
typedef struct hf_code   hf_code; /* specialised code: bind_code.h */

/* Keys of one JSON object: at most 256. */
enum { HF_KEY_WORDS = 4, HF_KEY_SLOTS_MAX = 256 };
enum {
    HF_KEY_ALIAS = 1,     /* read, not written */
    HF_KEY_WRITTEN = 2,   /* written, passed over when read: static texts */
    HF_KEY_TAG = 4        /* the tag of a flattened union: written only when no arm holds */
};

/* The name of an enumerator in JSON, and its value. */
typedef struct hf_choice {
    const char *name;
    size_t      length;
    int64_t     value;
} hf_choice;

enum {
    HF_TYPE_LINKS = 1,  /* something in it points elsewhere: copying is more than memcpy */
    HF_TYPE_GRAPH = 2,  /* something below it is shared or refers back */
    HF_TYPE_CLOSED = 4, /* a member that is not described is an error when decoding */
    HF_TYPE_ZERO = 8,   /* skipped: zero in copies, not compared */
    HF_TYPE_DEFAULTS = 16, /* a default of a member takes memory */
    HF_TYPE_OPEN_END = 32, /* a record with a flexible array */
    HF_TYPE_OBJECT = 64 /* of a pointer: it owns or shares one record, which has HF_TYPE_LINKS and no open end. May be left out */
};

struct hf_type {
    const char      *name;   /* in C; "" when it has none */
    uint8_t          shape;  /* hf_shape */
    uint8_t          ownership; /* hf_ownership, of a string, pointer or vector */
    uint8_t          flags;
    uint32_t         alignment;
    size_t           size;   /* sizeof; of a record, without the items of a flexible array */
    size_t           count;  /* of an array in place */
    const hf_type   *item;   /* of a pointer, vector or array */
    const hf_member *members; /* of a record; of a union, its arms */
    uint32_t         member_count, choice_count;
    const hf_choice *choices; /* of an enum */
    uint32_t         depth_max; /* of JSON below it; 0: the call's */
    uint32_t         key_count;
    const hf_key    *keys;   /* of a record or union: how it looks as an object, in order */
    uint64_t         required[HF_KEY_WORDS]; /* bit per key: must be there */
    const hf_code   *code;   /* does what the tables do, faster; NULL: the tables do it */
};

/* One member of the JSON object that stands for a record. Members of flattened records and the arms
 * of flattened unions are among them; an alias has the slot of the key it stands for. */
struct hf_key {
    const char      *text;
    uint32_t         length;
    uint16_t         slot;     /* among the bits of `required` */
    uint16_t         flags;
    const hf_member *member;
    const hf_type   *record;   /* whose member it is; of an arm: the record beside whose union it stands */
    size_t           offset;   /* of that record in the type that has the key */
    const hf_member *chosen;   /* of an arm: the union member of `record`; else NULL */
};

/* Reading and writing a bit-field, which has no address. */
typedef struct hf_bits {
    uint64_t (*get)(const void *record);
    void     (*set)(void *record, uint64_t value);
    bool     is_signed;
} hf_bits;

/* A value of the tag, and the arm it chooses: an index into the union's members. */
typedef struct hf_arm {
    int64_t  value;
    uint32_t member;
} hf_arm;

enum {
    HF_MEMBER_OPTIONAL = 1, /* may be absent in JSON */
    HF_MEMBER_IMPLIED = 2,  /* a counter, presence or tag: told by another member in JSON */
    HF_MEMBER_HIDDEN = 4,   /* not in JSON: skipped, borrowed, or bytes without a meaning */
    HF_MEMBER_FLAT = 8,     /* flattened: its own members stand in its place in JSON */
    HF_MEMBER_COUNT_SHARED = 16 /* its counter counts other vectors too: all of one length, or empty */
};

typedef struct hf_rule hf_rule; /* checks, other names, a default: see `rules` below */

struct hf_member {
    const char    *name;     /* in C */
    const char    *key;      /* in JSON */
    uint16_t       key_length;
    uint8_t        flags, form;
    uint16_t       counter;  /* index + 1 of the member that counts, is present, or is the tag; 0: none */
    uint16_t       presence;
    uint16_t       tag;
    uint16_t       arm_count;
    size_t         offset;
    const hf_type *type;
    const hf_bits *bits;
    const hf_arm  *arms;
    const hf_rule *rule;
};

/* A value of a rule: a text, a whole number or a double. */
typedef struct hf_rule_value {
    enum { HF_RULE_TEXT, HF_RULE_INT, HF_RULE_UINT, HF_RULE_DOUBLE } kind;
    const char *text;
    size_t      length;
    int64_t     i64;
    uint64_t    u64;
    double      f64;
} hf_rule_value;

/* A pattern, compiled by the generator: positions of an automaton without empty steps, at most 64.
 * Bit p of follow[q]: position p may come after q; of first: at the start; of last: at the end.
 * classes[p]: the bytes that position p takes, 256 bits. */
typedef struct hf_pattern {
    const char     *source;
    uint32_t        positions;
    bool            matches_empty;
    uint64_t        first, last;
    const uint64_t *follow;
    const uint64_t (*classes)[4];
} hf_pattern;

enum {
    HF_RULE_MIN = 1, HF_RULE_MAX = 2, HF_RULE_LENGTH = 4, HF_RULE_PATTERN = 8, HF_RULE_ONEOF = 16, HF_RULE_DEFAULT = 32
};

struct hf_rule {
    uint32_t             checks;
    uint32_t             one_count;
    size_t               length_min, length_max;
    hf_rule_value        min, max, default_value;
    const hf_rule_value *ones;
    const hf_pattern    *pattern;
};

/* Scalars of each size (the index): hf_types_int[sizeof(long)]. */
HF_API extern const hf_type hf_type_bool;
HF_API extern const hf_type hf_types_int[9], hf_types_uint[9], hf_types_float[9];
/* char *, by ownership. */
HF_API extern const hf_type hf_types_string[4];
/* Whether an integer expression's type is signed, as an index: 0 or 1. */
#define HF_INTEGER_SHAPE(expression) ((__typeof__(expression))-1 > 0 ? HF_SHAPE_UINT : HF_SHAPE_INT)
#define HF_INTEGER_TYPE(expression) \
    ((__typeof__(expression))-1 > 0 ? &hf_types_uint[sizeof(expression)] : &hf_types_int[sizeof(expression)])

/* The member called `name` in C, NULL when there is none. A linear search. */
HF_API const hf_member *hf_type_member(const hf_type *type, const char *name);
/* "record", "vector" ...; static. */
HF_API const char *hf_shape_name(hf_shape shape);

/* ---- memory ------------------------------------------------------------------------------ */

/* Where new objects go. All zero: malloc. */
typedef struct hf_store {
    hf_arena           *arena;     /* when set, `allocator` serves only work that is over at return */
    const hf_allocator *allocator;
} hf_store;

/* malloc, realloc and free as an allocator; never NULL; static. */
HF_API const hf_allocator *hf_allocator_libc(void);

/* ---- life -------------------------------------------------------------------------------- */

/* Zero, and the defaults of numbers, bools, enums and texts in place. */
HF_API void hf_struct_init(const hf_type *type, void *object);

/* Releases what the object owns and leaves it zeroed; the object itself stays yours. For trees
 * (types without HF_TYPE_GRAPH) it takes no memory and returns HF_OK. For graphs it must first find
 * every object once: HF_NO_MEMORY then means that nothing was released, and it may be called again. */
HF_API hf_status hf_struct_release(const hf_type *type, void *object, const hf_allocator *allocator);
/* The same, and frees the object, which came from decode, copy or from_value without an arena.
 * NULL is fine. */
HF_API hf_status hf_struct_destroy(const hf_type *type, void *object, const hf_allocator *allocator);

/* What a copy puts where the original leads to an object for the second time. */
typedef enum hf_repeat {
    HF_REPEAT_LINK,   /* a pointer to the one copy: the copy has the shape of the original */
    HF_REPEAT_NULL,   /* NULL */
    HF_REPEAT_HOLDER, /* the placeholder of the options in pointers to one object of the type that is copied;
                         NULL in all others, which lead to something else */
    HF_REPEAT_REFUSE  /* nothing: the call fails with HF_CYCLE */
} hf_repeat;

typedef struct hf_copy_options {
    hf_store    store;
    hf_repeat   repeat;
    void       *placeholder;  /* for HF_REPEAT_HOLDER: an object of the type that is copied. In an arena it is borrowed
                                 for as long as the copy is, and every such pointer leads to it; elsewhere they lead to
                                 one copy of it, which is released with the rest */
    uint64_t    objects_max;  /* 0: no limit */
    uint64_t    reserved[4];
} hf_copy_options;

/* ret_copy: owned, or bound to the arena. Shared objects are copied once, with their shape. */
HF_API HF_NODISCARD hf_status hf_struct_copy(const hf_type *type, const void *object, const hf_copy_options *options,
                                             void **ret_copy, hf_error *reterr);

/* ---- looking ----------------------------------------------------------------------------- */

/* Equal values at equal places, pointers by what they lead to. Two graphs are equal when no path
 * tells them apart and sharing is alike. A ref is equal when it leads to matching objects of the two
 * graphs, at the same place in them, or to the same address. Numbers as ==, but a NaN equals a NaN; skipped members do not
 * count. HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_struct_equal(const hf_type *type, const void *a, const void *b, bool *ret_equal,
                                              hf_error *reterr);
/* Equal structs have equal hashes within one build of the program. */
HF_API HF_NODISCARD hf_status hf_struct_hash(const hf_type *type, const void *object, uint64_t *ret_hash, hf_error *reterr);

typedef struct hf_struct_size {
    uint64_t shallow; /* the object alone */
    uint64_t deep;    /* with all it owns or shares, each object once */
    uint64_t shared;  /* of it: objects that more than one pointer leads to */
    uint64_t slack;   /* what malloc rounded up, when asked for */
    uint64_t objects; /* blocks, the object included */
    uint64_t reserved[3];
} hf_struct_size;

/* is_malloced: all blocks are from malloc, so slack can be asked for. */
HF_API HF_NODISCARD hf_status hf_size_of(const hf_type *type, const void *object, bool is_malloced,
                                         hf_struct_size *ret_size, hf_error *reterr);

/* The same in rows, by the types of structs and by paths of members, beside the sizes of documents: see
 * size_report.h. Paths are of names in C. Its totals are those of hf_size_of. HF_NO_MEMORY, HF_LIMIT_COUNT,
 * HF_OUT_OF_RANGE (a counter is larger than memory): the report can then only be destroyed. HF_MISUSE when the
 * report is finished. */
HF_API HF_NODISCARD hf_status hf_size_report_add_struct(hf_size_report *report, const hf_type *type, const void *object,
                                                        hf_error *reterr);

/* ---- walk -------------------------------------------------------------------------------- */

/* A value met in a struct: what type it has and where it stands. */
typedef struct hf_struct_place {
    const hf_type   *type;
    const char      *at;
    const char      *record;      /* whose member it is; NULL at the root and for items */
    const hf_type   *record_type;
    const hf_member *member;      /* the member, or the one whose item it is; NULL at the root */
    bool             is_item;
} hf_struct_place;

/* Limits mean what they mean for documents (walk.h), and end a walk in the same ways. */
typedef struct hf_struct_walk_options {
    const hf_allocator *allocator;  /* for the stack beyond 16 levels, for cleanups beyond 8 and for what was met; NULL: malloc */
    uint64_t         values_max; /* 0: no limit, for every field; a container counts when entered */
    uint64_t         bytes_max;  /* of the values visited: a text with its NUL, bytes as they are, any other scalar its
                                    size in C; a container itself has none */
    uint32_t         depth_max;  /* containers below this depth end the walk; 0: 2^24 */
    uint32_t         time_ms;    /* a deadline, looked at every 2048 values */
    const hf_arena  *watch_arena; /* looked at as often: ends when more than watch_arena_bytes are used */
    uint64_t         watch_arena_bytes;
    hf_budget       *watch_budget; /* the same for what is charged to a budget */
    uint64_t         watch_budget_bytes;
    const hf_cancel *cancel;     /* looked at as often */
    uint64_t         reserved[4];
} hf_struct_walk_options;

/* Every value below a struct in the order of its members, as it would stand in JSON: pointers are
 * passed through, members that are not there are left out. HF_ENTER and HF_LEAVE for records, unions,
 * vectors and arrays, HF_VALUE for the rest; HF_AGAIN for an object that was entered before.
 *
 *     hf_struct_walk walk;
 *     hf_struct_walk_init(&walk, &user_hf_type, user, NULL);
 *     while (hf_struct_walk_next(&walk))
 *         if (walk.event == HF_ENTER && hf_text_equal(walk.key, HF_T("secret")))
 *             hf_struct_walk_prune(&walk);
 *     hf_walk_end why = hf_struct_walk_finish(&walk);
 *
 * It ends, and what was deferred runs, as the table at hf_walk_end in walk.h says; HF_WALK_NO_MEMORY is
 * for the stack and for what was met. finish always has to be called: it frees what the walk worked with. */
typedef struct hf_struct_walk {
    hf_event        event;
    uint32_t        depth;  /* of `place` below the root, which is 0 */
    hf_text         key;    /* bytes NULL for items and for the root */
    size_t          index;  /* of an item */
    hf_struct_place place;
    struct hf__struct_walk *work; /* the library's */
    hf_walk_end     end;
    uint64_t        values; /* visited so far, containers when entered */
} hf_struct_walk;

/* Takes memory at once; when there is none, next ends the walk with HF_WALK_NO_MEMORY. */
HF_API void hf_struct_walk_init(hf_struct_walk *walk, const hf_type *type, const void *object,
                                const hf_struct_walk_options *options);
HF_API bool hf_struct_walk_next(hf_struct_walk *walk);
/* After HF_ENTER: passes over what is inside. After any other event: over what is left of the container
 * around. HF_LEAVE of the container comes next either way, after the cleanups deferred in it. */
HF_API void hf_struct_walk_prune(hf_struct_walk *walk);
/* After HF_ENTER: leaves the container out altogether; what follows it comes next, without HF_LEAVE. What
 * was deferred in it runs now. After any other event: nothing. */
HF_API void hf_struct_walk_skip(hf_struct_walk *walk);
/* next returns false from now on. Cleanups wait for finish. */
HF_API void hf_struct_walk_stop(hf_struct_walk *walk);
/* Calls cleanup(context) once, when the innermost container that is entered is left, in whatever way;
 * outside of any container, when the walk ends. HF_NO_MEMORY: the cleanup is not taken. A cleanup may walk,
 * with a walk of its own; it must not touch this one. */
HF_API HF_NODISCARD hf_status hf_struct_walk_defer(hf_struct_walk *walk, void (*cleanup)(void *context), void *context);
/* A walk that a limit, a stop or a lack of memory has ended, and that is not finished, goes on where it
 * ended, with fresh limits; `values` goes on from 0. It begins with the value at which the limit ended it.
 * The way back of a struct is a stack that the walk owns, so there is no position to keep beside it; the
 * allocator stays the first one. Does nothing to a walk that is done. */
HF_API void hf_struct_walk_resume(hf_struct_walk *walk, const hf_struct_walk_options *options);
/* Ends the walk and says why; runs the cleanups that still wait, inner ones first. May be called again. */
HF_API hf_walk_end hf_struct_walk_finish(hf_struct_walk *walk);
/* The JSON Pointer of the present place, as snprintf writes: the length it has. */
HF_API size_t hf_struct_walk_pointer(const hf_struct_walk *walk, char *out, size_t size);

/* ---- JSON and dynamic values ------------------------------------------------------------- */

/* How a struct looks in JSON
 *   record      an object, members in order; a member is required unless it is optional, has a
 *               default, or is implied by another (a counter, has_x, a tag)
 *   pointer     what it leads to, or null; an optional member that is NULL is left out
 *   vector      an array; a counted char * and as = string: a text; as = base64, hex: such a text
 *   enum        its number, or with as = string its name; other numbers with as = string: a text
 *   as = epoch  seconds since 1970 in C, "2026-11-22T21:00:00Z" in JSON
 *   union       an object with one member, the arm that holds; the tag's number when none does;
 *               flattened or without a name: the arm, or the tag, as a member of the record
 *   ref, skip, bytes without a meaning: not in JSON. HF(static) text is written and not read.
 * Objects that several pointers lead to are written once; a second meeting is refused, or null, as
 * the options say. */
typedef struct hf_decode_options {
    hf_store    store;
    const char *name;       /* for errors, such as the file's name; borrowed for the call */
    uint32_t    depth_max;  /* 0: 2^24, or the type's max_depth */
    uint64_t    reserved[4];
} hf_decode_options;

/* Reads one JSON text, strictly (RFC 8259, UTF-8 checked, the same key twice refused), straight into
 * a new object; what the annotations ask is checked on the way. ret_object: owned, or bound to the
 * arena. Errors have line, column and JSON Pointer. Nothing remains of a failed call. */
HF_API HF_NODISCARD hf_status hf_struct_decode(const hf_type *type, hf_text json, const hf_decode_options *options,
                                               void **ret_object, hf_error *reterr);
/* The same from a value. */
HF_API HF_NODISCARD hf_status hf_struct_from_value(const hf_type *type, hf_value value, const hf_decode_options *options,
                                                   void **ret_object, hf_error *reterr);

typedef struct hf_encode_options {
    hf_repeat           repeat;    /* HF_REPEAT_REFUSE or HF_REPEAT_NULL; 0 is REFUSE here */
    const hf_allocator *allocator; /* for work that is over at return; NULL: malloc */
    uint64_t            reserved[4];
} hf_encode_options;

/* Appends the object as JSON, minified; options NULL: all defaults. Numbers with the fewest digits
 * that read back the same. On failure the buffer is as it was. HF_CYCLE; HF_NOT_REPRESENTABLE (a text
 * that is not UTF-8, an infinite number); HF_NO_MEMORY; HF_LIMIT_BYTES. */
HF_API HF_NODISCARD hf_status hf_struct_encode(const hf_type *type, const void *object, const hf_encode_options *options,
                                               hf_buffer *buffer, hf_error *reterr);
/* The same as a document. ret_document: owned. */
HF_API HF_NODISCARD hf_status hf_struct_to_value(const hf_type *type, const void *object, const hf_encode_options *options,
                                                 hf_document **ret_document, hf_error *reterr);

/* ---- typed looks at dynamic values ------------------------------------------------------- */

HF_API hf_value hf__get_near_slow(hf_value object, hf_text key, hf__slot words, uint32_t *place);

static inline uint64_t hf__key_byte(hf_text key, unsigned at, unsigned shift)
{
    return at < key.length ? (uint64_t)(unsigned char)key.bytes[at] << shift : 0;
}

/* A key of up to HF__INLINE_MAX bytes as the two words of its slot, flags aside. Byte by byte, so that
 * a literal gives two constants. */
static inline hf__slot hf__key_words(hf_text key)
{
    hf__slot words;
    words.lo = HF__TEXT | (uint64_t)key.length << 8 | hf__key_byte(key, 0, 16) | hf__key_byte(key, 1, 24) | hf__key_byte(key, 2, 32) |
               hf__key_byte(key, 3, 40) | hf__key_byte(key, 4, 48) | hf__key_byte(key, 5, 56);
    words.hi = hf__key_byte(key, 6, 0) | hf__key_byte(key, 7, 8) | hf__key_byte(key, 8, 16) | hf__key_byte(key, 9, 24) |
               hf__key_byte(key, 10, 32) | hf__key_byte(key, 11, 40) | hf__key_byte(key, 12, 48) | hf__key_byte(key, 13, 56);
    return words;
}

static inline bool hf__slot_is_key(const hf__slot *slot, hf_text key, hf__slot words)
{
    if (key.length > HF__INLINE_MAX)
        return hf_text_equal(hf__slot_text(slot), key);
    return (((slot->lo & ~(uint64_t)HF__FLAGS) ^ words.lo) | (slot->hi ^ words.hi)) == 0;
}

/* Whether it is an object of that many slots: not edited, and its members plain, so that keys stand at odd
 * places. In one comparison: the span lies above the flags. */
static inline bool hf__is_flat_object(const hf__slot *object, uint64_t slots)
{
    return (object->lo & (~(uint64_t)0xffffff | HF__EDITED | 15)) == (slots << 24 | HF__OBJECT);
}

/* As hf_get, for a key that stands at the same place in most objects: `place`, 0 at first, remembers
 * where it was and is checked before it is believed, so a miss costs a lookup and never an answer. Of
 * equal keys any may be found. Believed only in objects without containers in them, where a place
 * cannot lie deeper. Threads may share `place`. */
static inline hf_value hf_get_near(hf_value object, hf_text key, uint32_t *place)
{
    uint32_t at = __atomic_load_n(place, __ATOMIC_RELAXED); /* 0, or odd */
    hf__slot words = hf__key_words(key);
    if (HF_LIKELY(object.slot != NULL)) {
        uint64_t slots = 2 * (uint64_t)hf__count(object.slot) + 2;
        if (HF_LIKELY(hf__is_flat_object(object.slot, slots) && (uint64_t)at - 1 < slots - 2)) {
            const hf__slot *slot = object.slot + at;
            hf_value value = { object.home, slot + 1 };
            if (HF_LIKELY(hf__slot_is_key(slot, key, words) && hf__kind(slot + 1) != HF__MOUNT))
                return value;
        }
    }
    return hf__get_near_slow(object, key, words, place);
}

HF_EXTERN_END

#endif

/* write.h - JSON text out.
 *
 * Nothing recurses and nothing is kept per level: a million levels cost what a million values cost.
 *
 * What was read and not changed comes back as it was spelled: numbers always ("0.1000", "1e400"; doubles
 * of more than 255 bytes only minified), and whole values with their escapes as long as the source of a
 * strict reading is at hand (clones and packed versions may drop it), minified straight from it. What
 * was built or changed is written with the fewest digits and escapes: doubles by the shortest digits
 * that read back the same, with ".0" when whole, so that they stay doubles.
 *
 * Canonical form (RFC 8785) is the same for equal values, so that it can be hashed and signed: no blanks,
 * members by the UTF-16 code units of their keys, numbers as ECMAScript prints doubles, the fewest
 * escapes. It refuses a key that is twice in one object (HF_DUPLICATE_KEY), and a number that no double
 * holds (HF_NOT_REPRESENTABLE): 9007199254740993, 1e400. Integers spelled as canonical form spells
 * the nearest double are fine. Decimal fractions become the nearest double, as RFC 8785 wants it. Needs
 * memory for objects whose keys are not in order: 8 bytes a member and 48 a level while they are open.
 *
 * Mounted documents are written in place. Links, bytes and foreign values have no JSON form: unless
 * an option or a hook says otherwise they are refused with the JSON Pointer of the place.
 *
 * Threads: as the views are; each call works on its own. */
#ifndef HOLDFAST_WRITE_H
#define HOLDFAST_WRITE_H

#include <holdfast/buffer.h>
#include <holdfast/value.h>

HF_EXTERN_BEGIN

typedef enum hf_write_links {
    HF_WRITE_LINKS_REFUSE, /* HF_NOT_REPRESENTABLE with the place */
    HF_WRITE_LINKS_NULL,
    HF_WRITE_LINKS_TEXT /* `link_text` in place of each */
} hf_write_links;

typedef enum hf_write_bytes {
    HF_WRITE_BYTES_REFUSE, /* HF_NOT_REPRESENTABLE with the place */
    HF_WRITE_BYTES_BASE64  /* as text, RFC 4648 with padding; reads back as text, not as bytes */
} hf_write_bytes;

typedef struct hf_write_options {
    bool                pretty;    /* a line for each member and element; empty containers stay on theirs */
    uint8_t             indent;    /* spaces a level when pretty, at most 10; 0: two. Deeper than 100 levels
                                    lines are indented no further */
    bool                tabs;      /* one tab a level instead of spaces */
    bool                line_feed; /* one at the end */
    bool                respell;   /* nothing from source: numbers and escapes by their value; a number that
                                    no word holds keeps its spelling */
    bool                canonical; /* the form of RFC 8785, see the top; of the others above only line_feed counts */
    hf_write_links      links;
    hf_write_bytes      bytes;
    hf_text             link_text; /* borrowed for the call, UTF-8 */
    uint64_t            bytes_max; /* of the result; 0: no limit but the buffer's */
    const hf_allocator *allocator; /* for what is needed meanwhile; NULL: default */
    hf_budget          *budget;    /* NULL: the process budget */
    uint64_t            reserved[4];
} hf_write_options;

/* Appends `value` to `buffer`; options NULL: minified. On failure the buffer is as it was.
 * HF_NOT_FOUND when the value is absent; HF_NO_MEMORY; HF_LIMIT_BYTES; HF_NOT_REPRESENTABLE,
 * HF_DUPLICATE_KEY, HF_FOREIGN with the place. Memory: the buffer, and a document for each foreign value meanwhile. */
HF_API HF_NODISCARD hf_status hf_write(hf_value value, const hf_write_options *options, hf_buffer *buffer,
                                       hf_error *reterr);

/* Takes bytes of the result as they come; anything but HF_OK ends the writing and is its result. */
typedef hf_status (*hf_write_sink)(void *context, const char *bytes, size_t length);

/* Writes in pieces through one block of HF_WRITE_PIECE bytes. On failure pieces may have gone out. */
enum { HF_WRITE_PIECE = 64 * 1024 };
HF_API HF_NODISCARD hf_status hf_write_to(hf_value value, const hf_write_options *options, hf_write_sink sink,
                                          void *context, hf_error *reterr);

/* The same to a file descriptor: goes on after interruptions and short writes, and waits where the
 * descriptor would block. HF_IO. The descriptor stays yours. */
HF_API HF_NODISCARD hf_status hf_write_descriptor(hf_value value, const hf_write_options *options,
                                                  int descriptor, hf_error *reterr);

HF_EXTERN_END

#endif

/* read.h - JSON text in.
 *
 * RFC 8259, strictly: UTF-8 is checked, unpaired surrogate escapes, control characters in strings,
 * trailing commas, comments and text behind the value are refused, a UTF-8 byte order mark at the
 * start is skipped. Options relax some of it; each says what it switches off.
 *
 * Numbers become int64, uint64 or double; what none of them holds stays a number as text (2^64,
 * 1e400). The spelling of every number is kept with the text. Doubles are correctly rounded.
 *
 * The text is kept untouched beside the slots (unless dropped), so that numbers and unmodified
 * subtrees are written as they came, and errors later can name a place in it.
 *
 * Nothing recurses: a million levels cost what a million values cost. At most 4 allocations from a
 * buffer. Threads: safe; each call works on its own. */
#ifndef HOLDFAST_READ_H
#define HOLDFAST_READ_H

#include <holdfast/document.h>

HF_EXTERN_BEGIN

typedef enum hf_text_ownership {
    HF_TEXT_COPIED,   /* the document keeps its own copy */
    HF_TEXT_BORROWED, /* the document points into your text, which must stay as it is until the last
                         drop and the end of each draft of it; freezing copies it, as do mounting, caching
                         and saving. Debug builds check that it did not change (HF_BORROWED_CHANGED) */
    HF_TEXT_CONSUMED  /* the document takes the text and calls `release` at the last drop, later where
                         drafts and versions made of it share its block still; before returning when
                         reading fails */
} hf_text_ownership;

typedef enum hf_duplicates {
    HF_DUPLICATES_KEEP,  /* all are kept; hf_get finds the last */
    HF_DUPLICATES_LAST,  /* only the last is kept; its object is no longer written from its source */
    HF_DUPLICATES_FIRST, /* only the first is kept; likewise */
    HF_DUPLICATES_REFUSE /* HF_DUPLICATE_KEY */
} hf_duplicates;

typedef enum hf_numbers {
    HF_NUMBERS_CONVERT, /* when read */
    HF_NUMBERS_AS_TEXT  /* checked when read, converted at each access; needs the text */
} hf_numbers;

typedef struct hf_read_options {
    const hf_allocator *allocator;  /* NULL: default */
    hf_budget          *budget;     /* NULL: the process budget */
    const char         *name;       /* for errors, such as the file's name; borrowed for the call */
    hf_text_ownership   text;
    void              (*release)(void *context, const char *bytes, size_t length); /* for consumed text */
    void               *release_context;
    hf_duplicates       duplicates;
    hf_numbers          numbers;
    uint64_t            bytes_max;  /* of the text; 0: 4 GiB - 1, which is also the most */
    uint64_t            values_max; /* 0: 2^32 */
    uint32_t            depth_max;  /* 0: 2^24 */
    bool                drop_text;  /* keeps no source text: no spellings, nothing written from source */
    bool                allow_comments;        /* // and slash-star; such a document is not written from source */
    bool                allow_trailing_commas; /* likewise */
    bool                replace_surrogates;    /* an unpaired surrogate escape becomes U+FFFD; likewise */
    uint64_t            reserved[6];
} hf_read_options;

/* Reads one value from `text` (ownership by option). ret_document: owned.
 * Errors have offset, line, column and the JSON Pointer of the place. */
HF_API HF_NODISCARD hf_status hf_read(hf_text text, const hf_read_options *options, hf_document **ret_document,
                                      hf_error *reterr);

/* Reads a whole file; `text` and `release` of the options are ignored. HF_IO for what cannot be
 * opened or read, a directory included. "-" is an ordinary name here. */
HF_API HF_NODISCARD hf_status hf_read_file(const char *path, const hf_read_options *options,
                                           hf_document **ret_document, hf_error *reterr);

HF_EXTERN_END

#endif

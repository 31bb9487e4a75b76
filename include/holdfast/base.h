/* base.h - what every other header needs: statuses, errors with a place, text.
 *
 * Errors:   a call that can fail returns hf_status and takes `hf_error *reterr`, which may be NULL.
 *           It is written only on failure, by the failing call, without allocating. Nothing is
 *           remembered anywhere else.
 * Text:     hf_text is a length and a pointer. It is NOT terminated by NUL and may hold NUL bytes;
 *           print it with "%.*s" and HF_ARG, or copy it with hf_text_to_cstr (arena.h).
 * Pointers: may be NULL where a comment says so, and nowhere else. Options are zero where nothing is wanted:
 *           begin with `= { 0 }` or a designator; `reserved` stays zero.
 * Threads:  everything here is safe from any thread. No call is safe in a signal handler unless
 *           its comment says so.
 *
 * Ownership, in five words used everywhere in these headers:
 *   owned     you destroy it
 *   borrowed  look, do not keep; "until" names the event that ends it
 *   copied    the library keeps its own, yours stays yours
 *   consumed  the library's from the moment you call, also when the call fails
 *   bound     lives and dies with its arena */
#ifndef HOLDFAST_BASE_H
#define HOLDFAST_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
#define HF_EXTERN_BEGIN extern "C" {
#define HF_EXTERN_END   }
#else
#define HF_EXTERN_BEGIN
#define HF_EXTERN_END
#endif

#if defined(__GNUC__)
#define HF_API           __attribute__((visibility("default")))
#define HF_NODISCARD     __attribute__((warn_unused_result))
#define HF_PURE          __attribute__((pure))
#define HF_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define HF_LIKELY(x)     __builtin_expect(!!(x), 1)
#define HF_UNLIKELY(x)   __builtin_expect(!!(x), 0)
#else
#define HF_API
#define HF_NODISCARD
#define HF_PURE
#define HF_PRINTF(f, a)
#define HF_LIKELY(x)     (x)
#define HF_UNLIKELY(x)   (x)
#endif

HF_EXTERN_BEGIN

/* ---- statuses ---------------------------------------------------------------------------- */

/* Name, number, words. Numbers are stable and spaced by family:
 *   1..9 answers that are not failures, 10..19 limits, 20..39 bad text, 40..49 bad data,
 *   50..59 the system, 60..69 the caller's mistake or a refusal on principle. */
#define HF_STATUS_LIST(X)                                                                    \
    X(HF_OK,                 0, "done")                                                      \
    X(HF_NOT_FOUND,          1, "not found")                                                 \
    X(HF_GONE,               2, "the value was removed")                                     \
    X(HF_END,                3, "nothing more to read")                                      \
    X(HF_NO_MEMORY,         10, "out of memory")                                             \
    X(HF_LIMIT_BYTES,       11, "more bytes than the given limit")                           \
    X(HF_LIMIT_DEPTH,       12, "nested deeper than the given limit")                        \
    X(HF_LIMIT_VALUES,      13, "more values than the given limit")                          \
    X(HF_LIMIT_TIME,        14, "took longer than the given limit")                          \
    X(HF_LIMIT_COUNT,       15, "more objects or tasks than the given limit")                \
    X(HF_CANCELLED,         16, "cancelled")                                                 \
    X(HF_BAD_TOKEN,         20, "unexpected character")                                      \
    X(HF_BAD_NUMBER,        21, "not a number JSON allows")                                  \
    X(HF_BAD_CONTROL,       22, "control character inside a string")                         \
    X(HF_BAD_ESCAPE,        23, "not an escape JSON allows")                                 \
    X(HF_BAD_UTF8,          24, "not valid UTF-8")                                           \
    X(HF_BAD_SURROGATE,     25, "unpaired surrogate escape")                                 \
    X(HF_BAD_END,           26, "the text ends too early")                                   \
    X(HF_EMPTY,             27, "no value in the text")                                      \
    X(HF_TRAILING,          28, "text after the end of the value")                           \
    X(HF_DUPLICATE_KEY,     29, "the same key twice in one object")                          \
    X(HF_BAD_ENCODING,      30, "not UTF-8: a byte order mark of another encoding")          \
    X(HF_BAD_POINTER,       40, "not a JSON Pointer")                                        \
    X(HF_WRONG_KIND,        41, "the value is of another kind")                              \
    X(HF_OUT_OF_RANGE,      42, "out of range")                                              \
    X(HF_NOT_REPRESENTABLE, 43, "cannot be represented in the asked form")                   \
    X(HF_BAD_BLOCK,         44, "damaged document block")                                    \
    X(HF_BAD_VERSION,       45, "document block of another version")                         \
    X(HF_BAD_DECLARATION,   46, "not a declaration that can be used")                        \
    X(HF_BAD_PROFILE,       47, "damaged profile or recording")                              \
    X(HF_IO,                50, "input or output failed")                                    \
    X(HF_CYCLE,             60, "the value would contain itself")                            \
    X(HF_MISUSE,            61, "the call does not allow this")                              \
    X(HF_FOREIGN,           62, "a foreign value without the hook this needs")               \
    X(HF_LINK_LEAVES,       63, "a link points outside of what is copied")                   \
    X(HF_DIRTY,             64, "the object cannot be reused")                               \
    X(HF_BORROWED_CHANGED,  65, "a borrowed buffer changed while it was in use")

typedef enum hf_status {
#define HF__STATUS_ENUM(name, number, words) name = number,
    HF_STATUS_LIST(HF__STATUS_ENUM)
#undef HF__STATUS_ENUM
} hf_status;

/* The words of a status, never NULL; static. */
HF_API const char *hf_status_text(hf_status status);
/* The name of a status, such as "HF_BAD_TOKEN", never NULL; static. */
HF_API const char *hf_status_name(hf_status status);

/* ---- text -------------------------------------------------------------------------------- */

/* `length` bytes at `bytes`, UTF-8 where the library made it. Borrowed unless said otherwise. */
typedef struct hf_text {
    const char *bytes;
    size_t      length;
} hf_text;

/* A string literal as text, its length known at compile time. */
#ifdef __cplusplus
#define HF_T(literal) (hf_text{ ("" literal), sizeof(literal) - 1 })
#else
#define HF_T(literal) ((hf_text){ ("" literal), sizeof(literal) - 1 })
#endif
/* For printf("%.*s", HF_ARG(text)). Prints at most INT_MAX bytes and stops at a NUL. */
#define HF_ARG(text) ((int)((text).length > 0x7fffffff ? 0x7fffffff : (text).length)), ((text).bytes ? (text).bytes : "")

/* `length` bytes at `bytes` as text; borrowed. */
static inline hf_text hf_text_of(const void *bytes, size_t length)
{
    hf_text text = { (const char *)bytes, length };
    return text;
}
/* A NUL-terminated string as text; borrowed; NULL gives the empty text. */
static inline hf_text hf_text_from_cstr(const char *string)
{
    return hf_text_of(string, string != NULL ? strlen(string) : 0);
}
static inline bool hf_text_equal(hf_text a, hf_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* ---- errors ------------------------------------------------------------------------------ */

enum { HF_ERROR_NAME_MAX = 160, HF_ERROR_POINTER_MAX = 256, HF_ERROR_DETAIL_MAX = 96 };

/* What went wrong and where. Yours; plain data, may be copied.
 * `line` is 0 when there is no place in a text. What does not fit is left out between two characters: of
 * `pointer` the middle ("/a/b/.../y/z"), of `name` the beginning, of `detail` the end. */
typedef struct hf_error {
    hf_status   status;
    int         system_error;                  /* errno, for HF_IO; else 0 */
    uint64_t    offset;                        /* bytes from the start of the text, or of the file that was mapped */
    uint64_t    line, column;                  /* from 1; column in bytes */
    char        name[HF_ERROR_NAME_MAX];       /* file or source, "" when there is none */
    char        pointer[HF_ERROR_POINTER_MAX]; /* JSON Pointer of the place, "" is the root */
    char        detail[HF_ERROR_DETAIL_MAX];   /* what was met and expected, "" when the status says all */
    bool        has_pointer;
    uint64_t    document;                      /* which of a stream's, from 1; 0: of no stream */
    uint8_t     reserved[16];
} hf_error;

/* "name:line:column: words (byte N, document N, inside /pointer)" into `out`, always terminated when
 * `size` > 0. One line, fit for terminals and logs: control characters of names and keys are '?'. Returns the length that
 * the whole message has, like snprintf. */
HF_API size_t hf_error_format(const hf_error *error, char *out, size_t size);
/* Prints hf_error_format and a line feed. Returns 1, so that main can return it. */
HF_API int hf_error_print(FILE *stream, const hf_error *error);

/* ---- version ----------------------------------------------------------------------------- */

#define HF_VERSION_MAJOR 0
#define HF_VERSION_MINOR 1
#define HF_VERSION_PATCH 0
#define HF_VERSION "0.1.0"

/* The version of the library that is linked, as in HF_VERSION; static. */
HF_API const char *hf_version(void);

HF_EXTERN_END

#endif

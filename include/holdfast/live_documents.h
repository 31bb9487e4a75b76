/* live_documents.h - which documents are live, how large they are, and who made them: for debug builds.
 *
 *     hf_status status = HF_AT(hf_read(text, NULL, &document, &error));
 *     ...
 *     hf_live_dump(stderr);     at the end of a test, or from a debugger
 *
 *         holdfast: 1 live document, 4312 bytes
 *           4312 bytes, 1 holder, 7 values, made at config.c:12
 *
 * Only a library built without NDEBUG keeps this list. In others nothing is kept and nothing costs:
 * hf_live_dump says so and returns 0. HF_AT in code that is compiled with NDEBUG is the call alone. */
#ifndef HOLDFAST_LIVE_DOCUMENTS_H
#define HOLDFAST_LIVE_DOCUMENTS_H

#include <holdfast/document.h>

HF_EXTERN_BEGIN

/* Prints a line for each live document, in the order of their making. Returns how many there are.
 * No other thread may drop documents meanwhile; making and holding them is fine. At most 4096 are
 * listed, the others counted. */
HF_API uint64_t hf_live_dump(FILE *to);

/* Documents that this thread makes from now on were made at this place; NULL: no place. The file's
 * name is borrowed until those documents are gone; __FILE__ is. Returns what was said before. */
typedef struct hf_live_place {
    const char *file;
    uint32_t    line;
    uint32_t    reserved;
} hf_live_place;
HF_API hf_live_place hf_live_at(hf_live_place place);

/* The result of `call`; the documents made inside are known by this line. */
#if defined(__GNUC__) && !defined(NDEBUG)
#define HF_AT(call)                                                             \
    __extension__({                                                             \
        hf_live_place hf__here = { __FILE__, __LINE__, 0 };                     \
        hf_live_place hf__before = hf_live_at(hf__here);                        \
        __typeof__(call) hf__result = (call);                                   \
        hf_live_at(hf__before);                                                 \
        hf__result;                                                             \
    })
#else
#define HF_AT(call) (call)
#endif

HF_EXTERN_END

#endif

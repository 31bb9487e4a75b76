/* build.h - making a document value by value, with the reader's guarantees.
 *
 *     hf_builder *builder = NULL;
 *     hf_status status = hf_builder_create(NULL, &builder, &error);
 *     if (status == HF_OK) {
 *         hf_build_object(builder);
 *         hf_build_key(builder, HF_T("port"));
 *         hf_build_u64(builder, 8080);
 *         hf_build_end(builder);
 *         status = hf_builder_finish(&builder, &document, &error);
 *     }
 *     hf_builder_destroy(builder);
 *
 * The first failure sticks: later calls do nothing and return it, and finish reports it with the
 * JSON Pointer of the place. So single calls need no check. NULL, a builder that could not be made or was
 * finished, is HF_MISUSE to each of them.
 * One thread at a time. Depth costs nothing; building N levels costs O(log N) allocations. */
#ifndef HOLDFAST_BUILD_H
#define HOLDFAST_BUILD_H

#include <holdfast/document.h>

HF_EXTERN_BEGIN

typedef struct hf_builder hf_builder;

typedef struct hf_build_options {
    const hf_allocator *allocator;  /* NULL: default */
    hf_budget          *budget;     /* NULL: the process budget */
    uint64_t            bytes_max;  /* of the block; 0: 2^44 */
    uint64_t            values_max; /* 0: 2^40 */
    uint32_t            depth_max;  /* 0: 2^24 */
    bool                refuse_duplicates; /* HF_DUPLICATE_KEY at the end of an object */
    uint64_t            reserved[4];
} hf_build_options;

/* ret_builder: owned. */
HF_API HF_NODISCARD hf_status hf_builder_create(const hf_build_options *options, hf_builder **ret_builder,
                                                hf_error *reterr);
/* Ends without a document. NULL is fine. */
HF_API void hf_builder_destroy(hf_builder *builder);
/* Makes the document; consumes *builder and sets it to NULL, also on failure. ret_document: owned.
 * HF_MISUSE when a container is open or there is no value. */
HF_API HF_NODISCARD hf_status hf_builder_finish(hf_builder **builder, hf_document **ret_document, hf_error *reterr);

/* Text is copied and must be valid UTF-8 (HF_BAD_UTF8). A double must be finite
 * (HF_NOT_REPRESENTABLE). A key is due before each member of an object, and nowhere else
 * (HF_MISUSE). */
HF_API hf_status hf_build_object(hf_builder *builder);
HF_API hf_status hf_build_array(hf_builder *builder);
HF_API hf_status hf_build_end(hf_builder *builder);
HF_API hf_status hf_build_key(hf_builder *builder, hf_text key);
HF_API hf_status hf_build_null(hf_builder *builder);
HF_API hf_status hf_build_bool(hf_builder *builder, bool value);
HF_API hf_status hf_build_i64(hf_builder *builder, int64_t value);
HF_API hf_status hf_build_u64(hf_builder *builder, uint64_t value);
HF_API hf_status hf_build_double(hf_builder *builder, double value);
/* A number by its JSON spelling, kept byte for byte; HF_BAD_NUMBER. */
HF_API hf_status hf_build_number(hf_builder *builder, hf_text spelling);
HF_API hf_status hf_build_text(hf_builder *builder, hf_text text);
HF_API hf_status hf_build_bytes(hf_builder *builder, hf_text bytes);
/* Copies what `value` shows, mounts expanded. */
HF_API hf_status hf_build_copy(hf_builder *builder, hf_value value);
/* Mounts `value`, a document's root or a part of one, without copying; the new document holds it. */
HF_API hf_status hf_build_mount(hf_builder *builder, hf_value value);

/* The status that sticks, HF_OK so far. */
HF_API hf_status hf_builder_status(const hf_builder *builder);

HF_EXTERN_END

#endif

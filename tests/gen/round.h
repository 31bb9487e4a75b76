/* round.h - for tests of generated code: reading, writing and comparing by a type, with every failure told. */
#ifndef HOLDFAST_GEN_ROUND_H
#define HOLDFAST_GEN_ROUND_H

#include "unit.h"

#include <stdio.h>

#include <holdfast/bind.h>

/* The same type without its straight code. */
static inline hf_type by_tables(const hf_type *type)
{
    hf_type tables = *type;
    tables.code = NULL;
    return tables;
}

static inline void must(hf_status status, const char *json, const hf_error *error)
{
    if (status != HF_OK)
        fail_msg("%s: %s at %s (%s)", json, hf_status_name(status), error->pointer, error->detail);
}

static inline void *decoded(const hf_type *type, const char *json)
{
    hf_error error;
    void *made = NULL;
    memset(&error, 0, sizeof error);
    must(hf_struct_decode(type, hf_text_from_cstr(json), NULL, &made, &error), json, &error);
    return made;
}

static inline void expect_encoded(const hf_type *type, const void *object, const char *json)
{
    hf_error error;
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    memset(&error, 0, sizeof error);
    must(hf_struct_encode(type, object, NULL, &text, &error), json, &error);
    assert_int_equal(hf_buffer_append(&text, hf_text_of("", 1), NULL), HF_OK);
    assert_string_equal(text.bytes, json);
    hf_buffer_release(&text);
}

static inline void expect_alike(const hf_type *type, const void *a, const void *b)
{
    bool equal = false;
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(hf_struct_equal(type, a, b, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(hf_struct_hash(type, a, &hash_a, NULL), HF_OK);
    assert_int_equal(hf_struct_hash(type, b, &hash_b, NULL), HF_OK);
    assert_true(hash_a == hash_b);
}

#endif

/* fuzz_write.c - whatever is read is written the same way again: from its source, from its slots,
 * in lines, respelled, canonical, in pieces, and with ceilings of any size, at every CPU level. */
#include <holdfast/compare.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include "base/cpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 22 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static hf_status collect(void *context, const char *bytes, size_t length)
{
    return hf_buffer_append(context, hf_text_of(bytes, length), NULL);
}

static hf_buffer written(hf_value value, const hf_write_options *options)
{
    hf_buffer buffer = HF_BUFFER_INIT(ROOM);
    must(hf_write(value, options, &buffer, NULL) == HF_OK);
    return buffer;
}

/* Reads `text` and writes it: the same. */
static void must_repeat(const hf_buffer *text, const hf_write_options *options)
{
    hf_document *document = NULL;
    must(hf_read(hf_buffer_text(text), NULL, &document, NULL) == HF_OK);
    hf_buffer again = written(hf_root(document), options);
    must(hf_text_equal(hf_buffer_text(text), hf_buffer_text(&again)));
    hf_buffer_release(&again);
    hf_document_drop(document);
}

static void must_respect_ceilings(hf_value value, const hf_write_options *options, const hf_buffer *whole,
                                  size_t less)
{
    hf_buffer        tight = HF_BUFFER_INIT(whole->length);
    hf_write_options limited = *options;
    must(hf_write(value, options, &tight, NULL) == HF_OK);
    hf_buffer_release(&tight);
    tight.bytes_max = whole->length - less;
    must(hf_write(value, options, &tight, NULL) == HF_LIMIT_BYTES && tight.length == 0);
    tight.bytes_max = ROOM;
    limited.bytes_max = whole->length - less;
    must(limited.bytes_max == 0 || hf_write(value, &limited, &tight, NULL) == HF_LIMIT_BYTES);
    hf_buffer_reset(&tight);
    must(hf_write_to(value, options, collect, &tight, NULL) == HF_OK);
    must(hf_text_equal(hf_buffer_text(whole), hf_buffer_text(&tight)));
    hf_buffer_release(&tight);
}

/* From 2^53 on, canonical form gives as many digits as tell a double from its neighbours: 1e23 is
 * 1e+23 and 2^64 - 4e15 is 18442744073709552000, which as integers are other numbers. */
static bool has_large_numbers(hf_value value)
{
    bool    found = false;
    hf_walk walk;
    hf_walk_init(&walk, value, NULL);
    while (!found && hf_walk_next(&walk))
        found = walk.event == HF_VALUE && hf_is_number(walk.value) && !(fabs(hf_as_double(walk.value, 0)) < 0x1p53);
    hf_walk_finish(&walk);
    return found;
}

/* What canonical form says is equal to what it was made of. */
static void must_say_the_same(hf_value value, const hf_buffer *canonical)
{
    if (has_large_numbers(value))
        return;
    hf_document *document = NULL;
    bool         equal = false;
    must(hf_read(hf_buffer_text(canonical), NULL, &document, NULL) == HF_OK);
    must(hf_equal(value, hf_root(document), &equal) == HF_OK && equal);
    must(hf_hash(value) == hf_hash(hf_root(document)));
    hf_document_drop(document);
}

/* Canonical form refuses some values; what it writes it writes again. */
static void must_be_canonical(hf_value value)
{
    const hf_write_options form = { .canonical = true };
    hf_buffer              text = HF_BUFFER_INIT(ROOM);
    hf_error               error;
    hf_status              status = hf_write(value, &form, &text, &error);
    must(status == HF_OK || status == HF_NOT_REPRESENTABLE || status == HF_DUPLICATE_KEY);
    must(status == HF_OK || error.has_pointer);
    if (status == HF_OK) {
        must_repeat(&text, &form);
        must_say_the_same(value, &text);
    }
    hf_buffer_release(&text);
}

static void check(const hf_document *document, size_t number)
{
    static const hf_write_options ways[] = { { .pretty = false },
                                             { .pretty = true },
                                             { .respell = true },
                                             { .pretty = true, .respell = true, .tabs = true } };
    must_be_canonical(hf_root(document));
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        hf_buffer text = written(hf_root(document), &ways[i]);
        must_repeat(&text, &ways[i]);
        must_respect_ceilings(hf_root(document), &ways[i], &text, 1 + number % text.length);
        hf_buffer_release(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hf_read_options relaxed = { .allow_comments = true,
                                .allow_trailing_commas = true,
                                .replace_surrogates = true };
    if (size > 2000)
        return 0;
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        if (!hf__cpu_force((enum hf__cpu_level)level))
            continue;
        hf_document *document = NULL;
        if (hf_read(hf_text_of(data, size), size % 2 == 0 ? NULL : &relaxed, &document, NULL) == HF_OK)
            check(document, size);
        hf_document_drop(document);
    }
    return 0;
}

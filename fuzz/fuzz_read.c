/* fuzz libraries: jansson */
/* fuzz_read.c - reading: every CPU level gives the slots and the errors of the careful reader, with and without
 * options, every way the text is owned accepts the same, every block passes its check, options change what they
 * say and nothing else, and Jansson agrees about what is JSON and what it says.
 *
 * The first byte chooses options; the rest is the text. It is read as it is and behind blanks, which
 * make it long enough for the reader in stages.
 *
 * Where Jansson refuses what we accept, it is for: an integer beyond int64, a real beyond or below
 * the range of a double, nesting of more than 2048, U+0000 in a key, a byte order mark. It keeps the
 * last of equal keys. It overlooks a zero byte behind a number, and accepts nothing else that we
 * refuse. */
#include <holdfast/compare.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "read_careful.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLANKS = 1600, TEXT_MAX = 1 << 16, WRITTEN_MAX = 256 * TEXT_MAX, JANSSON_DEPTH = 2048 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* *ret_error: all zeros when it is read. */
static hf_document *read_to_error(hf_text text, const hf_read_options *options, hf_error *ret_error)
{
    hf_document *document = NULL;
    hf_error error;
    hf_status status = hf_read(text, options, &document, &error);
    must((status == HF_OK) == (document != NULL));
    if (document == NULL) {
        must(error.status == status);
        must(status < 20 || status >= 40 || error.offset <= text.length);
        *ret_error = error;
        return NULL;
    }
    memset(ret_error, 0, sizeof *ret_error);
    hf__block_limits limits = {
        .bytes = document->block_bytes, .outer_text = text.bytes, .outer_length = text.length, .check_utf8 = true
    };
    must(hf__block_check(document->block, &limits, NULL) == HF_OK);
    return document;
}

static hf_document *read_one(hf_text text, const hf_read_options *options)
{
    hf_error error;
    return read_to_error(text, options, &error);
}

/* Equal but for where the text of long text lies. */
static void compare_slots(const hf_document *a, const hf_document *b)
{
    must((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    must(a->block->slot_count == b->block->slot_count && a->block->values == b->block->values);
    must(a->block->depth == b->block->depth && a->block->wide_count == b->block->wide_count);
    for (uint64_t i = 0; i < a->block->slot_count; i++) {
        const hf__slot *x = a->home.slots + i, *y = b->home.slots + i;
        if (hf__kind(x) == HF__LONG_TEXT)
            must(x->lo == y->lo && hf_text_equal(hf__slot_text(x), hf__slot_text(y)));
        else
            must(x->lo == y->lo && x->hi == y->hi);
    }
}

/* ---- Jansson ----------------------------------------------------------------------------- */

static bool is_beyond_jansson(const hf_document *document, hf_text text)
{
    bool beyond = hf_document_get_info(document).depth >= JANSSON_DEPTH || (text.length > 0 && text.bytes[0] == '\xef');
    for (uint64_t i = 0; i < document->home.slot_count; i++) {
        const hf__slot *slot = document->home.slots + i;
        beyond |= hf__kind(slot) == HF__UINT64 || hf__kind(slot) == HF__NUMTEXT;
        if (hf__is_key(slot)) {
            hf_text key = hf__slot_text(slot);
            beyond |= key.length != 0 && memchr(key.bytes, 0, key.length) != NULL;
        }
    }
    return beyond;
}

/* One value and, in turn, what lies below it; Jansson nests 2048 deep at most. */
static void compare_value(hf_value value, json_t *peer)
{
    hf_iter iter;
    switch (hf_kind_of(value)) {
    case HF_KIND_NULL:
        must(json_is_null(peer));
        return;
    case HF_KIND_BOOL:
        must(json_is_boolean(peer) && json_is_true(peer) == hf_as_bool(value, false));
        return;
    case HF_KIND_INT64:
        must(json_is_integer(peer) && json_integer_value(peer) == hf_as_i64(value, 0));
        return;
    case HF_KIND_DOUBLE:
        must(json_is_number(peer) && json_number_value(peer) == hf_as_double(value, 0)); /* -0 is an integer there */
        return;
    case HF_KIND_TEXT:
        must(json_is_string(peer));
        must(hf_text_equal(hf_as_text(value, HF_T("")), hf_text_of(json_string_value(peer), json_string_length(peer))));
        return;
    case HF_KIND_ARRAY:
        must(json_is_array(peer) && json_array_size(peer) == hf_count(value));
        for (hf_iter_init(&iter, value); hf_iter_next(&iter);)
            compare_value(iter.value, json_array_get(peer, iter.index));
        return;
    default:
        must(json_is_object(peer));
        for (hf_iter_init(&iter, value); hf_iter_next(&iter);) {
            json_t *found = json_object_getn(peer, iter.key.bytes, iter.key.length);
            must(found != NULL);
            if (hf_is_same(hf_get(value, iter.key), iter.value)) /* the last of its name */
                compare_value(iter.value, found);
        }
    }
}

static void compare_with_jansson(const hf_document *document, hf_text text)
{
    json_error_t error;
    json_t *peer = json_loadb(text.bytes, text.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (document == NULL)
        must(peer == NULL || memchr(text.bytes, 0, text.length) != NULL);
    else if (peer == NULL)
        must(is_beyond_jansson(document, text));
    else if (!is_beyond_jansson(document, text))
        compare_value(hf_root(document), peer);
    json_decref(peer);
}

/* ---- options ----------------------------------------------------------------------------- */

/* hf_get finds the last of its name. */
static bool has_equal_keys(const hf_document *document)
{
    bool    found = false;
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (!found && hf_walk_next(&walk)) {
        hf_iter iter;
        if (walk.event != HF_ENTER || !hf_is_object(walk.value))
            continue;
        for (hf_iter_init(&iter, walk.value); !found && hf_iter_next(&iter);)
            found = !hf_is_same(hf_get(walk.value, iter.key), iter.value);
    }
    hf_walk_finish(&walk);
    return found;
}

/* A converted number keeps its spelling up to 255 bytes. */
static bool keeps_all_spellings(const hf_document *document)
{
    bool    kept = true;
    hf_walk walk;
    hf_walk_init(&walk, hf_root(document), NULL);
    while (kept && hf_walk_next(&walk))
        kept = !hf_is_number(walk.value) || hf_number_text(walk.value).length > 0;
    hf_walk_finish(&walk);
    return kept;
}

/* Both say the same bytes, unless equal keys were dropped. Pretty: numbers as spelled, and never the escapes of
 * the source, which only a strict reading keeps at hand. */
static void compare_written(const hf_document *strict, const hf_document *other)
{
    hf_buffer a = HF_BUFFER_INIT(WRITTEN_MAX), b = HF_BUFFER_INIT(WRITTEN_MAX);
    hf_write_options pretty = { .pretty = true, .tabs = true };
    must(hf_write(hf_root(strict), &pretty, &a, NULL) == HF_OK && hf_write(hf_root(other), &pretty, &b, NULL) == HF_OK);
    bool differ = hf_document_get_info(strict).values != hf_document_get_info(other).values || !keeps_all_spellings(strict);
    must(differ || hf_text_equal(hf_buffer_text(&a), hf_buffer_text(&b)));
    hf_buffer_release(&a);
    hf_buffer_release(&b);
}

/* Options change what they say and nothing else. */
static void compare_with_options(const hf_document *strict, hf_text text, const hf_read_options *options)
{
    bool         equal = false, extends = options->allow_comments || options->allow_trailing_commas || options->replace_surrogates;
    hf_document *document = read_one(text, options);
    if (strict == NULL) {
        must(document == NULL || extends);
    } else if (options->duplicates == HF_DUPLICATES_REFUSE) {
        must((document == NULL) == has_equal_keys(strict));
    } else {
        must(document != NULL);
        bool keeps_one = options->duplicates != HF_DUPLICATES_KEEP;
        must(!keeps_one || !has_equal_keys(document));
        /* Numbers left as text are what they are spelled: 0.1 is a tenth, and no double is. */
        if (options->numbers == HF_NUMBERS_AS_TEXT)
            compare_written(strict, document);
        else if (!keeps_one || !has_equal_keys(strict))
            must(hf_equal(hf_root(strict), hf_root(document), &equal) == HF_OK && equal);
    }
    hf_document_drop(document);
}

/* ---- the entry --------------------------------------------------------------------------- */

/* Each as the careful reader reads it. */
static void read_at_all_levels(hf_text text, const hf_read_options *options)
{
    hf_document *expected = NULL;
    hf_error expected_error;
    if (read_carefully(text, options, &expected, &expected_error) == HF_OK)
        memset(&expected_error, 0, sizeof expected_error);
    for (int level = HF__CPU_BASE; level <= HF__CPU_NEON; level++) {
        hf_error error;
        if (!hf__cpu_force((enum hf__cpu_level)level))
            continue;
        hf_document *document = read_to_error(text, options, &error);
        compare_slots(expected, document);
        must(memcmp(&expected_error, &error, sizeof error) == 0);
        hf_document_drop(document);
    }
    hf__cpu_force(hf__cpu_best());
    hf_document_drop(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char blanks[BLANKS + TEXT_MAX];
    unsigned choice = size > 0 ? data[0] : 0;
    hf_text text = hf_text_of(size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    if (text.length > TEXT_MAX)
        return 0;
    hf_read_options options = {
        .duplicates = (hf_duplicates)(choice & 3), .numbers = choice & 4 ? HF_NUMBERS_AS_TEXT : HF_NUMBERS_CONVERT,
        .drop_text = (choice & 12) == 8, .allow_comments = (choice & 16) != 0, .allow_trailing_commas = (choice & 32) != 0,
        .replace_surrogates = (choice & 64) != 0, .text = choice & 128 ? HF_TEXT_BORROWED : HF_TEXT_COPIED
    };
    static const hf_read_options none;
    read_at_all_levels(text, &none);
    memset(blanks, ' ', BLANKS);
    memcpy(blanks + BLANKS, text.bytes, text.length);
    read_at_all_levels(hf_text_of(blanks, BLANKS + text.length), &none);
    hf_read_options copied = options;
    copied.text = HF_TEXT_COPIED;
    copied.drop_text = false;
    read_at_all_levels(text, &copied);
    hf_document *strict = read_one(text, NULL);
    compare_with_jansson(strict, text);
    compare_with_options(strict, text, &options);
    hf_document *borrowed = read_one(text, &(hf_read_options){ .text = HF_TEXT_BORROWED });
    must((borrowed == NULL) == (strict == NULL));
    hf_document_drop(borrowed);
    hf_document_drop(strict);
    return 0;
}

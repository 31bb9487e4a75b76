/* statistics_read.c - memory statistics of Go, jemalloc and tcmalloc. */
#define _GNU_SOURCE

#include "statistics_read.h"

#include <holdfast/read.h>
#include <holdfast/value.h>

#include <ctype.h>
#include <inttypes.h>

#include "base/fail.h"

/* ---- JSON: Go and jemalloc ------------------------------------------------------------------ */

static int64_t number_in(hf_value object, const char *key)
{
    return hf_as_i64(hf_get(object, hf_text_from_cstr(key)), -1);
}

static hf_status read_go(hf_value statistics, hf__memory *ret_memory, hf_error *reterr)
{
    hf__memory memory = HF_MEMORY_UNKNOWN;
    memory.allocator_live = number_in(statistics, "HeapAlloc");
    int64_t from_system = number_in(statistics, "HeapSys"), given_back = number_in(statistics, "HeapReleased");
    if (from_system >= 0 && given_back >= 0)
        memory.allocator_held = from_system - given_back;
    memory.stacks = number_in(statistics, "StackInuse");
    memory.blocks = number_in(statistics, "HeapObjects");
    memory.allocated_bytes = number_in(statistics, "TotalAlloc");
    memory.collections = number_in(statistics, "NumGC");
    if (memory.allocator_live < 0)
        return hf__fail(reterr, HF_BAD_PROFILE, "MemStats without a number HeapAlloc");
    *ret_memory = memory;
    return HF_OK;
}

static hf_status read_jemalloc_json(hf_value statistics, hf__memory *ret_memory, hf_error *reterr)
{
    hf__memory memory = HF_MEMORY_UNKNOWN;
    memory.allocator_live = number_in(statistics, "allocated");
    memory.allocator_held = number_in(statistics, "resident");
    if (memory.allocator_live < 0)
        return hf__fail(reterr, HF_BAD_PROFILE, "jemalloc statistics without a number allocated");
    *ret_memory = memory;
    return HF_OK;
}

static hf_status read_json(hf_text text, const char *name, hf__memory *ret_memory, hf_error *reterr)
{
    hf_document *document = NULL;
    hf_read_options options = { .name = name, .text = HF_TEXT_BORROWED, .bytes_max = 1 << 28, .depth_max = 1000 };
    hf_status status = hf_read(text, &options, &document, reterr);
    if (status != HF_OK)
        return status;
    hf_value root = hf_root(document);
    hf_value expvar = hf_get(root, HF_T("memstats"));
    hf_value jemalloc = hf_get(hf_get(root, HF_T("jemalloc")), HF_T("stats"));
    if (hf_is_object(expvar))
        status = read_go(expvar, ret_memory, reterr);
    else if (hf_is_object(jemalloc))
        status = read_jemalloc_json(jemalloc, ret_memory, reterr);
    else if (!hf_is_absent(hf_get(root, HF_T("HeapAlloc"))) || !hf_is_absent(hf_get(root, HF_T("HeapSys"))))
        status = read_go(root, ret_memory, reterr);
    else
        status = HF_NOT_FOUND;
    hf_document_drop(document);
    return status;
}

/* ---- text: jemalloc and tcmalloc ------------------------------------------------------------ */

/* The number behind the first `label` that begins a word, with blanks, '=' or ':' between; else -1. */
static int64_t number_after(hf_text text, const char *label)
{
    size_t length = strlen(label);
    const char *end = text.bytes + text.length;
    for (const char *at = text.bytes; (at = memmem(at, (size_t)(end - at), label, length)) != NULL; at++) {
        if (at > text.bytes && (isalnum((unsigned char)at[-1]) || at[-1] == '_' || at[-1] == '.'))
            continue;
        const char *digit = at + length;
        while (digit < end && (*digit == ' ' || *digit == '\t' || *digit == ':' || *digit == '='))
            digit++;
        uint64_t value = 0;
        const char *first = digit;
        for (; digit < end && isdigit((unsigned char)*digit) && digit - first < 18; digit++)
            value = value * 10 + (uint64_t)(*digit - '0');
        if (digit > first)
            return (int64_t)value;
    }
    return -1;
}

/* The number in the line that says `words`, as tcmalloc writes: "MALLOC: +  123 (  0.1 MiB) words". */
static int64_t number_before(hf_text text, const char *words)
{
    const char *at = memmem(text.bytes, text.length, words, strlen(words));
    if (at == NULL)
        return -1;
    while (at > text.bytes && at[-1] != '\n')
        at--;
    const char *end = text.bytes + text.length;
    while (at < end && *at != '\n' && !isdigit((unsigned char)*at))
        at++;
    uint64_t value = 0;
    const char *first = at;
    for (; at < end && isdigit((unsigned char)*at) && at - first < 18; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    return at > first ? (int64_t)value : -1;
}

static int64_t either(int64_t one, int64_t other)
{
    return one >= 0 ? one : other;
}

static bool contains(hf_text text, const char *words)
{
    return memmem(text.bytes, text.length, words, strlen(words)) != NULL;
}

static hf_status read_text(hf_text text, hf__memory *ret_memory, hf_error *reterr)
{
    hf__memory memory = HF_MEMORY_UNKNOWN;
    const char *source;
    if (contains(text, "jemalloc statistics") || contains(text, "stats.allocated")) {
        source = "jemalloc";
        memory.allocator_live = either(number_after(text, "stats.allocated"), number_after(text, "Allocated"));
        memory.allocator_held = either(number_after(text, "stats.resident"), number_after(text, "resident"));
        memory.mapped = either(number_after(text, "stats.mapped"), number_after(text, "mapped"));
    } else if (contains(text, "MALLOC:") || contains(text, "generic.current_allocated_bytes")) {
        source = "tcmalloc";
        memory.allocator_live = either(number_after(text, "generic.current_allocated_bytes"),
                                       number_before(text, "Bytes in use by application"));
        memory.allocator_held = either(number_after(text, "generic.heap_size"), number_before(text, "Actual memory used"));
    } else {
        return HF_NOT_FOUND;
    }
    if (memory.allocator_live < 0)
        return hf__fail(reterr, HF_BAD_PROFILE, "%s statistics without the bytes in use", source);
    *ret_memory = memory;
    return HF_OK;
}

hf_status hf__statistics_read(hf_text text, const char *name, hf__memory *ret_memory, hf_error *reterr)
{
    size_t first = 0;
    while (first < text.length && isspace((unsigned char)text.bytes[first]))
        first++;
    hf_status status = first < text.length && text.bytes[first] == '{' ? read_json(text, name, ret_memory, reterr)
                                                                        : read_text(text, ret_memory, reterr);
    if (status == HF_BAD_PROFILE && name != NULL)
        hf__error_set_name(reterr, name);
    return status;
}

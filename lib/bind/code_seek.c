/* code_seek.c - from one member that is wanted to the next: what nothing wants is read as strictly as the
 * rest, many bytes at a time where the processor can. */
#include "base/cpu.h"

#include "bind/code_keys.h"
#include "bind/code_pass.h"
#include "bind/code_text.h"

enum { SKIP_LEVELS = 512 };

/* Behind the text; its escapes are looked at, since a wrong one is wrong here too. */
static inline const char *skip_text(hf__in *in, const char *at)
{
    const char *begin = at + 1;
    at = hf__text_stop(begin, in->end);
    if (at == NULL)
        return NULL;
    if (HF_UNLIKELY(*at != '"')) {
        hf_text text;
        at = hf__in_text(in, begin - 1, &text);
        if (at == NULL)
            return NULL;
    }
    return at + 1;
}

static inline const char *skip_word(const char *at)
{
    bool flag;
    return *at == 'n' ? hf__in_null(at) : hf__in_bool(at, &flag);
}

/* Behind a key and its colon. */
static inline const char *skip_key(hf__in *in, const char *at)
{
    if (*at != '"')
        return NULL;
    at = skip_text(in, at);
    if (at == NULL)
        return NULL;
    at = hf__skip_blanks(at, in->end);
    return *at == ':' ? hf__skip_blanks(at + 1, in->end) : NULL;
}

/* One bit a level tells objects from arrays; deeper values are for the tables. */
static const char *skip_container(hf__in *in, const char *at)
{
    uint64_t is_object[SKIP_LEVELS / 64] = { 0 };
    uint32_t depth = 0, depth_max = in->depth_left < SKIP_LEVELS ? in->depth_left : SKIP_LEVELS;
    const char *end = in->end;
    for (;;) {
        char c = *at;
        if (c == '{' || c == '[') {
            if (depth == depth_max)
                return NULL;
            uint64_t bit = (uint64_t)1 << depth % 64;
            is_object[depth / 64] = c == '{' ? is_object[depth / 64] | bit : is_object[depth / 64] & ~bit;
            depth++;
            at = hf__skip_blanks(at + 1, end);
            if (c == '{' && *at != '}') {
                at = skip_key(in, at);
                if (at == NULL)
                    return NULL;
                continue;
            }
            if (c == '[' && *at != ']')
                continue;
        } else {
            at = c == '"' ? skip_text(in, at) : c == '-' || hf__is_digit(c) ? hf__pass_number(at) : skip_word(at);
            if (at == NULL)
                return NULL;
            at = hf__skip_blanks(at, end);
        }
        for (;;) { /* what may follow a value, or an empty container */
            bool in_object = (is_object[(depth - 1) / 64] >> (depth - 1) % 64 & 1) != 0;
            if (*at == ',') {
                at = hf__skip_blanks(at + 1, end);
                if (in_object)
                    at = skip_key(in, at);
                if (at == NULL)
                    return NULL;
                break;
            }
            if (*at != (in_object ? '}' : ']') || at + 1 >= end)
                return NULL;
            at++;
            if (--depth == 0)
                return at;
            at = hf__skip_blanks(at, end);
        }
    }
}

/* Many bytes at a time, if the processor can: `at` itself when this is not for it. */
static inline const char *pass_over(const hf__in *in, const char *at, const hf__keys *keys)
{
#if defined(__x86_64__)
    if (in->is_wide)
        return hf__pass_avx512(in, at, keys);
#endif
    (void)in, (void)keys;
    return at;
}

const char *hf__in_skip(hf__in *in, const char *at)
{
    if (*at == '"')
        return skip_text(in, at);
    if (*at == '{' || *at == '[') {
        const char *behind = pass_over(in, at, NULL);
        return behind != at ? behind : skip_container(in, at);
    }
    return *at == '-' || hf__is_digit(*at) ? hf__pass_number(at) : skip_word(at);
}

/* Any key: at its value. */
static inline const char *read_key(hf__in *in, const char *at, hf_text *ret_key)
{
    if (*at == '"' && in->end - at > HF__TEXT_RUN_STEP + 1) {
        unsigned run = hf__text_run(at + 1);
        const char *end = at + 1 + run;
        if (HF_LIKELY(*end == '"')) {
            *ret_key = hf_text_of(at + 1, run);
            if (HF_LIKELY(end[1] == ':'))
                return hf__in_blanks(in, end + 2);
        }
    }
    at = hf__in_text(in, at, ret_key);
    if (at == NULL)
        return NULL;
    at = hf__in_blanks(in, at + 1);
    return *at == ':' ? hf__in_blanks(in, at + 1) : NULL;
}

unsigned hf__in_seek(hf__in *in, const char **at, const hf__keys *keys)
{
    const char *next = *at;
    if (next == NULL || *next == '}')
        return keys->none;
    for (bool is_first = true;; is_first = false) {
        hf_text key;
        next = read_key(in, next, &key);
        if (next == NULL)
            break;
        bool has_eight = key.bytes == in->room || in->end - key.bytes >= 8;
        unsigned which = hf__key_find(keys, key.bytes, key.length, has_eight);
        if (which != keys->none) {
            *at = next;
            return which;
        }
        next = keys->is_closed ? NULL : hf__in_skip(in, next);
        if (next == NULL)
            break;
        next = hf__in_after(in, next);
        if (next != NULL && *next == '"' && !is_first) /* where there were two, there are more */
            next = pass_over(in, next, keys);
        if (next == NULL || *next == '}')
            break;
    }
    *at = next;
    return keys->none;
}

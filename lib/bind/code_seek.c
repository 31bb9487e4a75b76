/* code_seek.c - from one member that is wanted to the next: what nothing wants is read as strictly as the
 * rest, by an index of the text where the processor can make one, else byte by byte. */
#include "bind/code_index.h"
#include "bind/code_keys.h"
#include "bind/code_pass.h"
#include "bind/code_text.h"
#include "bind/struct_store.h"

enum {
    SKIP_LEVELS    = 512,
    INDEX_TEXT_MIN = 128,     /* bytes of a text for which an index is worth its memory */
    INDEX_TEXT_MAX = 1 << 30  /* its places are 32 bits */
};

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
    return *at == 'n' ? hf__in_null(at) : hf__in_bool_slow(at, &flag);
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

/* ---- by the index ------------------------------------------------------------------------ */

static bool look_further(hf__index *index)
{
#if defined(__x86_64__)
    return hf__index_more_avx512(index);
#else
    return index->bad != 0; /* not reached: there is no index */
#endif
}

static bool pass_container(hf__index *index)
{
#if defined(__x86_64__)
    return hf__index_pass_avx512(index);
#else
    return index->bad != 0;
#endif
}

/* The index, made now if there is none; NULL when this text has none. */
static hf__index *index_of(hf__in *in)
{
    if (!in->may_index || in->index != NULL)
        return in->may_index ? in->index : NULL;
    const hf_allocator *allocator = hf__work_allocator(in->store.allocator);
    size_t length = (size_t)(in->end - in->begin);
    hf__index *index = NULL;
    if (length >= INDEX_TEXT_MIN && length <= INDEX_TEXT_MAX)
        index = allocator->resize(allocator->context, NULL, 0, sizeof *index, _Alignof(hf__index));
    in->may_index = index != NULL;
    if (index == NULL)
        return NULL;
    memset(index, 0, offsetof(hf__index, positions));
    index->text = in->begin;
    index->end = in->end;
    index->depth_max = in->depth_max < HF__INDEX_LEVELS ? in->depth_max : HF__INDEX_LEVELS;
    index->was_colon = 1; /* a value may come */
    in->index = index;
    return index;
}

/* Goes to the first token that is not before `at`. */
static inline bool go_to(hf__index *index, const char *at)
{
    uint32_t place = (uint32_t)(at - index->text);
    while (HF_UNLIKELY(place >= index->resume)) {
        index->next = index->count;
        if (index->is_complete || !look_further(index))
            return false;
    }
    while (index->positions[index->next] < place)
        index->next++;
    return true;
}

/* Which key begins at token `i`, by its slot; keys->none: none that is wanted. False without memory. */
static inline bool key_at(hf__in *in, const hf__index *index, uint32_t i, const hf__keys *keys, size_t *ret_slot)
{
    uint32_t begin = index->positions[i] + 1, end = index->positions[i + 1] - 1;
    if (HF_UNLIKELY(index->tokens[i] == HF__INDEX_ESCAPED)) {
        hf_text text;
        bool is_read = hf__in_text(in, index->text + begin - 1, &text) != NULL;
        *ret_slot = is_read ? hf__key_equal(keys, text) : keys->none;
        return is_read;
    }
    while (HF_UNLIKELY(index->text[end] != '"')) /* blanks before the colon */
        end--;
    uint32_t length = end - begin;
    bool is_likely = (keys->lengths >> (length < 63 ? length : 63) & 1) != 0;
    if (!is_likely || hf__key_find(keys, index->text + begin, in->end, ret_slot) == NULL)
        *ret_slot = keys->none;
    return true;
}

/* Whether `count` tokens are known from *i on, or zeroes behind the last; *i may move. */
static inline bool need_tokens(hf__index *index, uint32_t *i, uint32_t count)
{
    if (HF_LIKELY(index->count - *i >= count) || index->is_complete)
        return true;
    index->next = *i;
    bool is_right = look_further(index);
    *i = index->next;
    return is_right;
}

enum { PLAIN_MEMBER = '"' | ':' << 8 | ',' << 24 /* the tokens of a member, whose third may be any text, number or word */ };

/* Over members that nothing wants and that are told at a glance: the lengths of their keys, or a hash, are those of
 * no key that is wanted. Answers the token behind them, of another key. */
static inline uint32_t pass_plain(const hf__in *in, const hf__index *index, uint32_t i, const hf__keys *keys)
{
    const char *text = index->text;
    uint32_t last = (uint32_t)(in->near_end - text);
    for (; i + 4 <= index->count; i += 4) {
        uint32_t member, begin = index->positions[i] + 1, end = index->positions[i + 1] - 1, length = end - begin;
        memcpy(&member, index->tokens + i, sizeof member);
        if ((member & 0xff00ffff) != PLAIN_MEMBER || begin >= last || text[end] != '"')
            break;
        uint64_t head, tail;
        memcpy(&head, text + begin, 8);
        memcpy(&tail, text + begin + 8, 8);
        uint32_t known = hf__key_entry(keys, head, tail) >> 24;
        if (known == HF__PLACE_UNSURE || known == length + 1)
            break;
    }
    return i;
}

/* As hf__in_find, from the token of a key; the index knows already that the text is right. When it gives up, the
 * place is at a key, and in->may_index false. */
static hf__found seek_by_index(hf__in *in, hf__index *index, const hf__keys *keys)
{
    bool is_right = true;
    uint32_t i = index->next;
    const char *at = index->text + index->positions[i];
    while (is_right) {
        size_t slot;
        i = pass_plain(in, index, i, keys);
        if (!need_tokens(index, &i, 3) || index->tokens[i + 1] != ':' || !key_at(in, index, i, keys, &slot))
            break;
        if (slot != keys->none) {
            index->next = i + 2;
            return (hf__found){ index->text + index->positions[i + 2], slot };
        }
        at = index->text + index->positions[i];
        i += 3;
        if (index->tokens[i - 1] == '{' || index->tokens[i - 1] == '[') {
            index->next = i - 1;
            is_right = pass_container(index);
            i = index->next;
        }
        is_right = is_right && need_tokens(index, &i, 1);
        uint8_t after = is_right ? index->tokens[i++] : 0;
        if (after == '}') {
            index->next = i;
            return (hf__found){ index->text + index->positions[i - 1], keys->none };
        }
        is_right = after == ',';
    }
    in->may_index = !index->is_too_deep;
    return (hf__found){ index->is_too_deep ? at : NULL, keys->none };
}

/* The same from behind a value. When it gives up, the place is there or at a key. */
static hf__found next_by_index(hf__in *in, hf__index *index, const char *at, const hf__keys *keys)
{
    if (!go_to(index, at)) {
        in->may_index = !index->is_too_deep;
        return (hf__found){ index->is_too_deep ? at : NULL, keys->none };
    }
    uint8_t after = index->tokens[index->next++];
    if (after == ',')
        return seek_by_index(in, index, keys);
    return (hf__found){ after == '}' ? index->text + index->positions[index->next - 1] : NULL, keys->none };
}

/* The same from a key in the text. */
static hf__found from_key_by_index(hf__in *in, hf__index *index, const char *at, const hf__keys *keys)
{
    if (go_to(index, at))
        return seek_by_index(in, index, keys);
    in->may_index = !index->is_too_deep;
    return (hf__found){ index->is_too_deep ? at : NULL, keys->none };
}

const char *hf__in_skip(hf__in *in, const char *at)
{
    if (*at == '"')
        return skip_text(in, at);
    if (*at != '{' && *at != '[')
        return *at == '-' || hf__is_digit(*at) ? hf__pass_number(at) : skip_word(at);
    hf__index *index = index_of(in);
    if (index == NULL)
        return skip_container(in, at);
    if (go_to(index, at) && index->text + index->positions[index->next] == at && pass_container(index)) {
        at = index->text + index->positions[index->next - 1] + 1;
        return at < in->end ? at : NULL;
    }
    if (!index->is_too_deep)
        return NULL;
    in->may_index = false;
    return skip_container(in, at);
}

/* ---- keys -------------------------------------------------------------------------------- */

/* Behind a key's closing quote: at its value. */
static inline const char *pass_colon(const hf__in *in, const char *at)
{
    at = hf__in_blanks(in, at + 1);
    return HF_LIKELY(*at == ':') ? hf__in_blanks(in, at + 1) : NULL;
}

/* Byte by byte from a key on, until two in a row or a container are unwanted: then there are more. */
static hf__found seek_slowly(hf__in *in, const char *at, const hf__keys *keys)
{
    for (bool is_first = true;; is_first = false) {
        hf_text text;
        const char *value = hf__in_text(in, at, &text);
        if (value == NULL)
            break;
        size_t slot = keys->none;
        if (text.bytes == in->room)
            slot = hf__key_equal(keys, text);
        else if (hf__key_find(keys, text.bytes, in->end, &slot) == NULL)
            slot = keys->none;
        value = pass_colon(in, value);
        if (value != NULL && slot != keys->none)
            return (hf__found){ value, slot };
        if (value == NULL || keys->is_closed)
            break;
        hf__index *index = !is_first || *value == '{' || *value == '[' ? index_of(in) : NULL;
        if (index != NULL) {
            hf__found found = from_key_by_index(in, index, at, keys);
            if (in->may_index)
                return found;
        }
        at = hf__in_skip(in, value);
        at = at != NULL ? hf__in_after(in, at) : NULL;
        if (at == NULL || *at == '}')
            return (hf__found){ at, keys->none };
    }
    return (hf__found){ NULL, keys->none };
}

/* Not the first key that comes. */
static __attribute__((noinline)) hf__found seek(hf__in *in, const char *at, const hf__keys *keys)
{
    if (in->index != NULL && in->may_index && !keys->is_closed) {
        hf__found found = from_key_by_index(in, in->index, at, keys);
        if (in->may_index)
            return found;
        at = found.at;
    }
    return seek_slowly(in, at, keys);
}

hf__found hf__in_find(hf__in *in, const char *at, const hf__keys *keys)
{
    if (at == NULL || *at == '}')
        return (hf__found){ at, keys->none };
    if (HF_UNLIKELY(in->end - at <= HF__KEY_SHOWN || *at != '"'))
        return seek(in, at, keys);
    size_t slot;
    const hf__key *key = hf__key_among(keys, at + 1, at + 1, in->end, &slot);
    if (HF_UNLIKELY(key == NULL))
        return seek(in, at, keys);
    const char *value = at + key->length + 3;
    if (HF_LIKELY(value[-1] == ':' && (unsigned char)*value > ' '))
        return (hf__found){ value, slot };
    at = pass_colon(in, value - 2);
    return (hf__found){ at, at != NULL ? slot : keys->none };
}

hf__found hf__in_next(hf__in *in, const char *at, const hf__keys *keys)
{
    if (in->index != NULL && in->may_index && !keys->is_closed) {
        hf__found found = next_by_index(in, in->index, at, keys);
        if (in->may_index)
            return found;
        at = found.at;
        if (*at == '"')
            return seek_slowly(in, at, keys);
    }
    return hf__in_find(in, hf__in_after(in, at), keys);
}

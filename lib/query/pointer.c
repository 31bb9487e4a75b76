/* pointer.c - JSON Pointer, token by token. Tokens without escapes are looked up where they stand;
 * others are unescaped into a small buffer, or compared piecewise when they are longer than that. */
#include <holdfast/pointer.h>

#include "base/fail.h"

enum { TOKEN_ROOM = 512 };

bool hf_pointer_index(hf_text token, uint64_t *ret_index)
{
    uint64_t index = 0;
    if (token.length == 0 || token.length > 19 || (token.length > 1 && token.bytes[0] == '0'))
        return false;
    for (size_t i = 0; i < token.length; i++) {
        if (token.bytes[i] < '0' || token.bytes[i] > '9')
            return false;
        index = index * 10 + (uint64_t)(token.bytes[i] - '0');
    }
    *ret_index = index;
    return true;
}

/* The raw token after the slash, escapes and all; advances. */
static hf_text raw_token(hf_text *pointer)
{
    const char *begin = pointer->bytes + 1, *end = pointer->bytes + pointer->length;
    const char *slash = memchr(begin, '/', (size_t)(end - begin));
    const char *stop = slash != NULL ? slash : end;
    *pointer = hf_text_of(stop, (size_t)(end - stop));
    return hf_text_of(begin, (size_t)(stop - begin));
}

/* The offset of a bad escape in a raw token, or its length. */
static size_t bad_escape(hf_text raw)
{
    for (size_t i = 0; i < raw.length; i++)
        if (raw.bytes[i] == '~' && (i + 1 == raw.length || (raw.bytes[i + 1] != '0' && raw.bytes[i + 1] != '1')))
            return i;
    return raw.length;
}

static size_t unescape(hf_text raw, char *out)
{
    size_t length = 0;
    for (size_t i = 0; i < raw.length; i++)
        out[length++] = raw.bytes[i] != '~' ? raw.bytes[i] : raw.bytes[++i] == '0' ? '~' : '/';
    return length;
}

bool hf_pointer_next(hf_text *pointer, char *room, size_t room_size, hf_text *ret_token)
{
    if (pointer->length == 0 || pointer->bytes[0] != '/')
        return false;
    hf_text rest = *pointer, raw = raw_token(&rest);
    if (bad_escape(raw) != raw.length)
        return false;
    if (memchr(raw.bytes, '~', raw.length) != NULL) {
        if (raw.length > room_size)
            return false;
        raw = hf_text_of(room, unescape(raw, room));
    }
    *pointer = rest;
    *ret_token = raw;
    return true;
}

/* Whether `key` is what `raw` spells, without unescaping it first. */
static bool spells(hf_text raw, hf_text key)
{
    size_t at = 0;
    for (size_t i = 0; i < raw.length; i++, at++) {
        char byte = raw.bytes[i];
        if (byte == '~')
            byte = raw.bytes[++i] == '0' ? '~' : '/';
        if (at == key.length || key.bytes[at] != byte)
            return false;
    }
    return at == key.length;
}

static hf_value member(hf_value object, hf_text raw)
{
    char room[TOKEN_ROOM];
    if (memchr(raw.bytes, '~', raw.length) == NULL)
        return hf_get(object, raw);
    if (raw.length <= sizeof room)
        return hf_get(object, hf_text_of(room, unescape(raw, room)));
    hf_value found = hf_absent();
    hf_iter iter;
    hf_iter_init(&iter, object);
    while (hf_iter_next(&iter))
        if (spells(raw, iter.key))
            found = iter.value;
    return found;
}

static hf_value child(hf_value container, hf_text raw)
{
    uint64_t index;
    if (hf_is_object(container))
        return member(container, raw);
    return hf_is_array(container) && hf_pointer_index(raw, &index) ? hf_at(container, index) : hf_absent();
}

static hf_status bad_pointer(hf_text pointer, const char *at, const char *what, hf_error *reterr)
{
    hf__fail(reterr, HF_BAD_POINTER, "%s", what);
    hf__error_set_place(reterr, pointer.bytes, pointer.length, (uint64_t)(at - pointer.bytes));
    return HF_BAD_POINTER;
}

hf_status hf_find_pointer(hf_value root, hf_text pointer, hf_value *ret_value, hf_error *reterr)
{
    hf_text rest = pointer;
    if (rest.length > 0 && rest.bytes[0] != '/')
        return bad_pointer(pointer, rest.bytes, "it must be empty or begin with '/'", reterr);
    for (hf_text check = pointer; check.length > 0;) {
        hf_text raw = raw_token(&check);
        size_t bad = bad_escape(raw);
        if (bad != raw.length)
            return bad_pointer(pointer, raw.bytes + bad, "'~' must be followed by 0 or 1", reterr);
    }
    hf_value value = root;
    while (rest.length > 0 && !hf_is_absent(value)) {
        const char *before = rest.bytes;
        hf_value below = child(value, raw_token(&rest));
        if (hf_is_absent(below)) {
            bool is_scalar = !hf_is_container(value);
            hf_status status = hf__fail(reterr, is_scalar ? HF_WRONG_KIND : HF_NOT_FOUND, "%s has no such %s",
                                        hf_kind_name(hf_kind_of(value)), hf_is_array(value) ? "element" : "member");
            hf__error_set_pointer(reterr, pointer.bytes, (size_t)(before - pointer.bytes));
            return status;
        }
        value = below;
    }
    if (hf_is_absent(value))
        return hf__fail(reterr, HF_NOT_FOUND, "there is no root");
    *ret_value = value;
    return HF_OK;
}

hf_value hf_at_pointer(hf_value root, hf_text pointer)
{
    hf_value value;
    return hf_find_pointer(root, pointer, &value, NULL) == HF_OK ? value : hf_absent();
}

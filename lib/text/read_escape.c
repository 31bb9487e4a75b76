/* read_escape.c - finding the wrong escape again, one by one, once it is known that there is one. */
#include "text/read_escape.h"

#include "base/escape.h"

static bool is_hex(char c)
{
    return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

/* Bytes of the escape at `at`: of both, when a second one may complete a surrogate pair. */
static size_t escape_length(const char *at, size_t rest)
{
    if (rest < 2 || at[1] != 'u')
        return 2;
    bool is_high = rest >= 12 && (at[2] | 0x20) == 'd' && (at[3] == '8' || at[3] == '9' || (at[3] | 0x20) == 'a' || (at[3] | 0x20) == 'b');
    return is_high && at[6] == '\\' && at[7] == 'u' ? 12 : 6;
}

/* Names the wrong character of an escape that is known to be wrong. */
static hf__escape_fault name_fault(const char *text, size_t offset, size_t length, hf_status status)
{
    hf__escape_fault fault = { status, offset, "one of \" \\ / b f n r t u" };
    if (status == HF_BAD_SURROGATE) {
        bool is_low = text[offset + 3] != '8' && text[offset + 3] != '9' && (text[offset + 3] | 0x20) != 'a' &&
                      (text[offset + 3] | 0x20) != 'b';
        fault.expected = is_low ? "a high surrogate before a low one" : "a low surrogate behind a high one";
        return fault;
    }
    fault.offset++;
    if (fault.offset < length && text[fault.offset] == 'u') {
        fault.expected = "a hexadecimal digit";
        do
            fault.offset++;
        while (fault.offset < length && is_hex(text[fault.offset]));
    }
    return fault;
}

hf__escape_fault hf__escape_find_fault(const char *text, size_t length, bool replace, bool whole)
{
    hf__escape_fault none = { HF_OK, length, NULL };
    for (size_t at = 0; at < length;) {
        const char *slash = memchr(text + at, '\\', length - at);
        if (slash == NULL)
            return none;
        at = (size_t)(slash - text);
        size_t bytes = escape_length(slash, length - at);
        char out[12];
        bool cut_off = bytes > length - at;
        hf__unescaped one = hf__unescape(slash, cut_off ? length - at : bytes, out, replace);
        if (one.status != HF_OK) {
            hf__escape_fault fault = name_fault(text, at + one.offset, length, one.status);
            if (whole || fault.offset < length)
                return fault;
        }
        at += bytes;
    }
    return none;
}

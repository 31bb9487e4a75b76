/* json_text.c - text of unknown origin as UTF-8: names in symbol tables may hold any bytes. */
#include "view.h"

size_t hf__utf8_length(const uint8_t *at, size_t left)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t code = length == 1 ? *at : *at & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (length > 1 && (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
        return 0;
    return length;
}

void hf__put_json_text(FILE *out, hf_text text)
{
    const uint8_t *at = (const uint8_t *)text.bytes, *end = at + text.length;
    while (at < end) {
        size_t length = hf__utf8_length(at, (size_t)(end - at));
        if (length == 0)
            fputs("\xef\xbf\xbd", out);
        else if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at);
        else if (*at < 0x20)
            fprintf(out, "\\u%04x", *at);
        else
            fwrite(at, 1, length, out);
        at += length > 0 ? length : 1;
    }
}

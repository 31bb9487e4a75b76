/* stream_scan.c - finding the end of a value, a byte at a time outside of text. */
#include "text/stream_scan.h"

#include "text/read_scan.h"

/* Up to a quote or backslash that ends a run of text. */
static size_t skip_plain(const char *text, size_t at, size_t length)
{
    while (length - at >= HF__SCAN_STEP) {
        unsigned plain = hf__plain_bytes(text + at);
        at += plain;
        if (plain == HF__SCAN_STEP)
            continue;
        if (text[at] == '"' || text[at] == '\\')
            return at;
        at++; /* a byte above 127, or a control character that reading refuses */
    }
    while (at < length && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

static bool ends_scalar(const hf__stream_scan *scan, char c)
{
    return hf__is_blank(c) || c == '"' || c == ',' || c == ':' || c == '[' || c == ']' || c == '{' || c == '}' ||
           (c == '/' && scan->comments);
}

static bool step_between(hf__stream_scan *scan, char c)
{
    scan->at++;
    if (hf__is_blank(c))
        return false;
    if (c == '"') {
        scan->state = HF__STREAM_TEXT;
    } else if (c == '[' || c == '{') {
        scan->state = HF__STREAM_INSIDE;
        scan->depth = 1;
    } else if (c == '/' && scan->comments) {
        scan->outer = HF__STREAM_BETWEEN;
        scan->state = HF__STREAM_SLASH;
    } else if (c == ']' || c == '}' || c == ',' || c == ':') {
        return true; /* no value begins so */
    } else {
        scan->state = HF__STREAM_SCALAR;
    }
    return false;
}

static bool step_inside(hf__stream_scan *scan, char c)
{
    scan->at++;
    switch (c) {
    case '"':
        scan->state = HF__STREAM_TEXT;
        return false;
    case '[':
    case '{':
        scan->depth++;
        return false;
    case ']':
    case '}':
        return --scan->depth == 0;
    case '/':
        if (scan->comments) {
            scan->outer = HF__STREAM_INSIDE;
            scan->state = HF__STREAM_SLASH;
        }
        return false;
    default:
        return false;
    }
}

static bool step_text(hf__stream_scan *scan, const char *text, size_t length)
{
    scan->at = skip_plain(text, scan->at, length);
    if (scan->at == length)
        return false;
    if (text[scan->at++] == '\\') {
        scan->state = HF__STREAM_ESCAPE;
        return false;
    }
    scan->state = HF__STREAM_INSIDE;
    return scan->depth == 0;
}

static void step_comment(hf__stream_scan *scan, char c)
{
    scan->at++;
    switch (scan->state) {
    case HF__STREAM_SLASH:
        scan->state = c == '/' ? HF__STREAM_LINE : c == '*' ? HF__STREAM_BLOCK : scan->outer;
        if (scan->state == HF__STREAM_BETWEEN) { /* no comment: what stands here cannot begin a value */
            scan->state = HF__STREAM_SCALAR;
            scan->at--;
        }
        return;
    case HF__STREAM_LINE:
        scan->state = c == '\n' ? scan->outer : HF__STREAM_LINE;
        return;
    case HF__STREAM_BLOCK:
        scan->state = c == '*' ? HF__STREAM_STAR : HF__STREAM_BLOCK;
        return;
    default:
        scan->state = c == '/' ? scan->outer : c == '*' ? HF__STREAM_STAR : HF__STREAM_BLOCK;
    }
}

bool hf__stream_find_end(hf__stream_scan *scan, const char *text, size_t length)
{
    while (scan->at < length) {
        char c = text[scan->at];
        switch (scan->state) {
        case HF__STREAM_BETWEEN:
            if (step_between(scan, c))
                return true;
            break;
        case HF__STREAM_INSIDE:
            if (step_inside(scan, c))
                return true;
            break;
        case HF__STREAM_SCALAR:
            if (ends_scalar(scan, c))
                return true;
            scan->at++;
            break;
        case HF__STREAM_TEXT:
            if (step_text(scan, text, length))
                return true;
            break;
        case HF__STREAM_ESCAPE:
            scan->at++;
            scan->state = HF__STREAM_TEXT;
            break;
        default:
            step_comment(scan, c);
        }
    }
    return false;
}

size_t hf__stream_find_begin(bool comments, const char *text, size_t length)
{
    hf__stream_scan scan = { .comments = comments };
    size_t begin = 0;
    while (scan.at < length) {
        char c = text[scan.at];
        if (scan.state == HF__STREAM_BETWEEN) {
            begin = scan.at;
            if (step_between(&scan, c))
                return begin;
        } else if (scan.state >= HF__STREAM_SLASH) {
            step_comment(&scan, c);
        } else {
            break;
        }
    }
    return scan.state == HF__STREAM_BETWEEN || scan.state >= HF__STREAM_SLASH ? 0 : begin;
}

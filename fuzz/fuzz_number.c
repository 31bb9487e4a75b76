/* fuzz_number.c - number text: grammar, rounding against strtod, writing back, order and hash.
 *
 * The input is two numbers with a blank between them, or one. */
#include "base/number_compare.h"
#include "base/number_read.h"
#include "base/number_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Reads from a copy of exactly the text's size. */
static bool read_number(const char *text, size_t length, hf__number *number)
{
    bool valid = hf__number_read(text, text + length, &number->kind, &number->bits);
    must((hf__number_fault(text, text + length) == length) >= valid);
    number->text = text;
    number->length = length;
    return valid;
}

static void check_double(const hf__number *number)
{
    char            out[HF__NUMBER_WRITE_ROOM];
    double          value, expected;
    uint64_t        bits;
    hf__number_kind kind;
    memcpy(&value, &number->bits, sizeof value);
    char *terminated = malloc(number->length + 1);
    if (terminated == NULL)
        return;
    memcpy(terminated, number->text, number->length);
    terminated[number->length] = '\0';
    expected = strtod(terminated, NULL);
    free(terminated);
    must(memcmp(&expected, &value, sizeof value) == 0);
    size_t length = hf__number_write_double(out, value);
    must(length <= HF__NUMBER_WRITE_MAX);
    must(hf__number_read(out, out + length, &kind, &bits) && kind == HF__NUMBER_DOUBLE &&
         bits == number->bits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + (size == 0));
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    const char *blank = size > 0 ? memchr(text, ' ', size) : NULL;
    size_t      length = blank != NULL ? (size_t)(blank - text) : size;
    hf__number  a, b;
    if (read_number(text, length, &a)) {
        if (a.kind == HF__NUMBER_DOUBLE)
            check_double(&a);
        hf__number spelled = a;
        spelled.kind = HF__NUMBER_TEXT;
        must(a.kind == HF__NUMBER_DOUBLE || hf__number_compare(a, spelled) == 0);
        must(hf__number_compare(a, a) == 0);
        if (blank != NULL && read_number(blank + 1, size - length - 1, &b)) {
            int order = hf__number_compare(a, b), back = hf__number_compare(b, a);
            must((order > 0) == (back < 0) && (order < 0) == (back > 0));
            must(order != 0 || hf__number_hash(a, 1) == hf__number_hash(b, 1));
        }
    }
    free(text);
    return 0;
}

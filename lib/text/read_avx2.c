/* read_avx2.c - the AVX2 reader: tokens of a chunk first, then slots from token to token.
 *
 * Without compression of lanes a grammar in vectors does not pay. So the first stage gives the
 * positions of all tokens (brackets, commas, colons, both quotes, first characters of numbers and
 * literals), 64 bytes of text a step, and the second is the single pass, which need not look for
 * anything: blanks and the insides of text are not touched.
 *
 * Says only that something is wrong; the single pass finds the words. Method of the first stage: G.
 * Langdale and D. Lemire, "Parsing gigabytes of JSON per second" (2019). */
#include <immintrin.h>

#include "base/utf8.h"
#include "text/read_cursor.h"

enum {
    CHUNK = 32 << 10, BLOCK = 64, BLOCKS = CHUNK / BLOCK + 1,
    SLACK = 16, /* positions that are stored beyond the last one, and those that wait */
    ALIGNMENT = 64
};

typedef struct scan {
    uint64_t in_string, scalar_carry, escape_carry, control_bad;
    size_t   done;         /* bytes of text scanned */
    size_t   checked;      /* bytes that are UTF-8 */
    size_t   chunk;        /* where the chunk begins */
    bool     failed;
    uint32_t *at, *end;    /* positions to come */
    uint64_t slashes[BLOCKS], high[BLOCKS]; /* of the chunk's blocks */
    uint32_t positions[CHUNK + BLOCK + SLACK];
} scan;

/* ---- stage 1 ----------------------------------------------------------------------------- */

typedef struct block {
    __m256i low, high;
} block;

static inline uint64_t join(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t equal_to(block b, char c)
{
    __m256i wanted = _mm256_set1_epi8(c);
    return join(_mm256_cmpeq_epi8(b.low, wanted), _mm256_cmpeq_epi8(b.high, wanted));
}

/* Bytes that are what the table says for their low nibble. */
static inline uint64_t in_table(block b, block looked_up, __m256i table)
{
    return join(_mm256_cmpeq_epi8(b.low, _mm256_shuffle_epi8(table, looked_up.low)),
                _mm256_cmpeq_epi8(b.high, _mm256_shuffle_epi8(table, looked_up.high)));
}

static inline uint64_t find_escaped(uint64_t slashes, uint64_t *carry)
{
    const uint64_t even = 0x5555555555555555u;
    uint64_t first = *carry;
    slashes &= ~first;
    uint64_t starts = slashes & ~(slashes << 1);
    unsigned long long behind_odd;
    uint64_t behind_even = slashes + (starts & even);
    *carry = (uint64_t)__builtin_uaddll_overflow(slashes, starts & ~even, &behind_odd);
    return ((behind_even & ~slashes & ~even) | (behind_odd & ~slashes & even)) | first;
}

static inline uint32_t *emit(uint32_t *to, uint64_t mask, uint32_t base)
{
    unsigned count = (unsigned)__builtin_popcountll(mask);
    for (unsigned done = 0; done < count; done += 8)
        for (unsigned i = 0; i < 8; i++) { /* beyond the last one it writes what is not read */
            to[done + i] = base + (uint32_t)_tzcnt_u64(mask);
            mask &= mask - 1;
        }
    return to + count;
}

static inline void scan_block(scan *m, const char *text, uint32_t position, size_t index)
{
    const __m256i blank_table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(' ', 100, 100, 100, 17, 100, 113, 2, 100, '\t', '\n', 112, 100, '\r', 100, 100));
    const __m256i operator_table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
    block b = { _mm256_loadu_si256((const __m256i *)(const void *)text),
                _mm256_loadu_si256((const __m256i *)(const void *)(text + 32)) };
    const __m256i fold = _mm256_set1_epi8(0x20), last_control = _mm256_set1_epi8(0x1f);
    block folded = { _mm256_or_si256(b.low, fold), _mm256_or_si256(b.high, fold) };
    uint64_t slashes = equal_to(b, '\\'), quotes = equal_to(b, '"'), blanks = in_table(b, b, blank_table);
    uint64_t operators = join(_mm256_cmpeq_epi8(folded.low, _mm256_shuffle_epi8(operator_table, b.low)),
                              _mm256_cmpeq_epi8(folded.high, _mm256_shuffle_epi8(operator_table, b.high)));
    uint64_t controls = join(_mm256_cmpeq_epi8(_mm256_min_epu8(b.low, last_control), b.low),
                             _mm256_cmpeq_epi8(_mm256_min_epu8(b.high, last_control), b.high));
    m->slashes[index] = slashes;
    m->high[index] = join(b.low, b.high);
    if (HF_UNLIKELY((slashes | m->escape_carry) != 0))
        quotes &= ~find_escaped(slashes, &m->escape_carry);
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)quotes), _mm_set1_epi8(-1), 0);
    uint64_t inside = (uint64_t)_mm_cvtsi128_si64(product) ^ m->in_string;
    m->in_string = 0 - (inside >> 63);
    m->control_bad |= controls & (inside | ~blanks);
    uint64_t scalar = ~(operators | blanks | quotes | inside);
    uint64_t follows = scalar << 1 | m->scalar_carry;
    m->scalar_carry = scalar >> 63;
    m->end = emit(m->end, quotes | (operators & ~inside) | (scalar & ~follows), position);
}

/* UTF-8 up to `to`, but for a character that goes on there. */
static bool check_utf8(const hf__reading *reading, scan *m, size_t to, bool last)
{
    uint64_t high = 0;
    for (size_t i = 0; i < BLOCKS; i++)
        high |= m->high[i];
    const char *text = reading->text + m->checked;
    size_t length = to - m->checked;
    if (high == 0 && m->checked == m->chunk) {
        m->checked = to;
        return true;
    }
    size_t fault = hf__utf8_fault_avx2(text, length);
    m->checked += fault;
    return fault == length || (!last && length - fault < 4);
}

/* Scans the next chunk; what waits of the last one comes first. False: there is none. */
static __attribute__((noinline)) bool refill(hf__reading *reading, scan *m)
{
    if (m->done == reading->length || m->failed)
        return false;
    size_t waiting = (size_t)(m->end - m->at), from = m->done, rest = reading->length - from;
    memmove(m->positions, m->at, waiting * sizeof *m->positions);
    m->at = m->positions;
    m->end = m->positions + waiting;
    size_t to = rest > CHUNK ? from + CHUNK : reading->length;
    bool last = to == reading->length;
    m->chunk = from;
    memset(m->high, 0, sizeof m->high);
    size_t blocks = (to - from + BLOCK - 1) / BLOCK;
    for (size_t i = 0; i < blocks; i++)
        scan_block(m, reading->text + from + i * BLOCK, (uint32_t)(from + i * BLOCK), i);
    m->done = to;
    m->failed = m->control_bad != 0 || !check_utf8(reading, m, to, last) || (last && m->in_string != 0);
    return !m->failed;
}

/* ---- stage 2 ----------------------------------------------------------------------------- */

/* Is one of the bits set that stand for [from, to) of the chunk? */
static inline bool any_bit(const uint64_t *bits, size_t from, size_t to)
{
    size_t first = from / BLOCK, last = to / BLOCK;
    uint64_t head = bits[first] >> (from % BLOCK);
    if (HF_LIKELY(first == last))
        return _bzhi_u64(head, (unsigned)(to - from)) != 0;
    uint64_t all = head | _bzhi_u64(bits[last], (unsigned)(to % BLOCK));
    for (size_t i = first + 1; i < last; i++)
        all |= bits[i];
    return all != 0;
}

/* Flags of a text that began in an earlier chunk. */
static __attribute__((noinline)) uint64_t long_text_flags(const char *text, size_t length)
{
    uint64_t high = 0;
    for (size_t i = 0; i < length; i++)
        high |= (unsigned char)text[i];
    return (memchr(text, '\\', length) != NULL ? HF__ESCAPE : 0u) | (high >= 0x80 ? HF__NONASCII : 0u);
}

static inline uint64_t text_flags(const hf__reading *reading, const scan *m, size_t from, size_t to)
{
    if (HF_UNLIKELY(from < m->chunk))
        return long_text_flags(reading->text + from, to - from);
    return (any_bit(m->slashes, from - m->chunk, to - m->chunk) ? HF__ESCAPE : 0u) |
           (any_bit(m->high, from - m->chunk, to - m->chunk) ? HF__NONASCII : 0u);
}

/* Goes to the next token; false behind the last one. */
HF__ALWAYS_INLINE bool next(hf__reading *reading, hf__cursor *c, scan *m)
{
    if (HF_UNLIKELY(m->at == m->end) && !refill(reading, m))
        return false;
    while (HF_UNLIKELY(m->at == m->end)) /* a chunk of blanks, or in the middle of a text */
        if (!refill(reading, m))
            return false;
    c->at = reading->text + *m->at++;
    return true;
}

/* At an opening quote. */
HF__ALWAYS_INLINE hf_status read_text(hf__reading *reading, hf__cursor *c, scan *m, uint64_t flags)
{
    size_t begin = (size_t)(c->at + 1 - reading->text);
    if (!next(reading, c, m))
        return HF_BAD_END;
    size_t end = (size_t)(c->at - reading->text), length = end - begin;
    flags |= text_flags(reading, m, begin, end);
    if (HF_UNLIKELY(flags & HF__ESCAPE)) {
        hf_status status;
        HF__WITH_CURSOR(status, c, hf__read_side_text(reading, &moved, reading->text + begin, flags));
        c->slot += status == HF_OK;
        return status;
    }
    const char *text = reading->text + begin;
    if (length <= HF__INLINE_MAX) {
        hf__put_inline(c->slot, flags, text, length);
    } else {
        c->slot->lo = HF__LONG_TEXT | flags | (uint64_t)length << 16;
        c->slot->hi = (uint64_t)(text - (char *)c->slot) << 16;
    }
    c->slot++;
    return HF_OK;
}

/* Whether a number or literal may end before this character. */
static inline bool may_follow(char c)
{
    return hf__is_blank(c) || c == ',' || c == ']' || c == '}';
}

HF__ALWAYS_INLINE hf_status read_number(hf__reading *reading, hf__cursor *c)
{
    const char *begin = c->at;
    bool negative = *begin == '-';
    const char *digits = begin + negative, *at = digits;
    uint64_t value = 0;
    while (hf__is_digit(*at))
        value = value * 10 + (uint64_t)(*at++ - '0');
    size_t count = (size_t)(at - digits);
    if (count - 1 < 18 && may_follow(*at) && (count == 1 || *digits != '0') && !(negative && value == 0)) {
        c->slot->lo = HF__INT64 | (uint64_t)(at - begin) << 8 | (uint64_t)(begin - (char *)c->slot) << 16;
        c->slot->hi = negative ? 0 - value : value;
        c->slot++;
        return HF_OK;
    }
    hf_status status;
    HF__WITH_CURSOR(status, c, hf__read_any_number(reading, &moved));
    if (status != HF_OK || !may_follow(*c->at))
        return HF_BAD_NUMBER;
    c->slot++;
    return HF_OK;
}

HF__ALWAYS_INLINE hf_status read_literal(hf__cursor *c)
{
    uint32_t first = hf__load4(c->at);
    bool is_false = *c->at == 'f';
    uint32_t wanted = is_false ? 0x736c6166 : *c->at == 't' ? 0x65757274 : 0x6c6c756e;
    size_t length = is_false ? 5 : 4;
    if (first != wanted || (is_false && c->at[4] != 'e') || !may_follow(c->at[length]))
        return HF_BAD_TOKEN;
    hf__cursor_literal(c, is_false ? HF__BOOL : *c->at == 't' ? HF__BOOL | HF__TRUE : HF__NULL, length);
    return HF_OK;
}

HF__ALWAYS_INLINE hf_status make_room(hf__reading *reading, hf__cursor *c)
{
    hf_status status = HF_OK;
    if (HF_UNLIKELY(c->slot >= c->room))
        HF__WITH_CURSOR(status, c, hf__cursor_grow(reading, &moved, 0));
    return status;
}

/* The first child of a container. */
static inline bool is_too_deep(const hf__reading *reading, hf__cursor *c)
{
    if (c->depth > c->deepest)
        c->deepest = c->depth;
    return c->depth > reading->depth_max;
}

HF__ALWAYS_INLINE hf_status read_tokens(hf__reading *reading, hf__cursor *c, scan *m)
{
    hf_status status;
    bool is_object = false;
    if (!next(reading, c, m))
        return HF_EMPTY;

value:
    if ((status = make_room(reading, c)) != HF_OK)
        return status;
    if (HF_UNLIKELY(c->values_left-- == 0))
        return HF_LIMIT_VALUES;
    switch (*c->at) {
    case '"':
        status = read_text(reading, c, m, 0);
        break;
    case '{':
    case '[':
        is_object = *c->at == '{';
        hf__cursor_open(reading, c, is_object);
        if (!next(reading, c, m))
            return HF_BAD_END;
        if (*c->at == (is_object ? '}' : ']'))
            goto close;
        if (HF_UNLIKELY(is_too_deep(reading, c)))
            return HF_LIMIT_DEPTH;
        if (is_object)
            goto key;
        goto value;
    case 't':
    case 'f':
    case 'n':
        status = read_literal(c);
        break;
    case '-':
    case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
        status = read_number(reading, c);
        break;
    default:
        return HF_BAD_TOKEN;
    }
    if (HF_UNLIKELY(status != HF_OK))
        return status;

after:
    if (!next(reading, c, m)) /* the end, or something wrong in the chunk */
        return c->top == NULL && !m->failed && m->done == reading->length ? hf__cursor_finish(reading, c) : HF_BAD_END;
    if (HF_UNLIKELY(c->top == NULL))
        return HF_TRAILING;
    if (*c->at != ',')
        goto close;
    if (!next(reading, c, m))
        return HF_BAD_END;
    if (!is_object)
        goto value;

key:
    if ((status = make_room(reading, c)) != HF_OK)
        return status;
    if (*c->at != '"')
        return HF_BAD_TOKEN;
    if ((status = read_text(reading, c, m, HF__KEY)) != HF_OK)
        return status;
    c->aside++;
    if (!next(reading, c, m) || *c->at != ':' || !next(reading, c, m))
        return HF_BAD_TOKEN;
    goto value;

close:
    if (*c->at != (is_object ? '}' : ']'))
        return HF_BAD_TOKEN;
    if ((status = make_room(reading, c)) != HF_OK)
        return status;
    hf__cursor_close(reading, c, is_object);
    is_object = c->top != NULL && hf__kind(c->top) == HF__OBJECT;
    goto after;
}

hf_status hf__read_avx2(hf__reading *reading)
{
    void *memory = NULL;
    hf_status status = hf__memory_allocate(&reading->memory, sizeof(scan), ALIGNMENT, &memory, reading->reterr);
    if (status != HF_OK)
        return status;
    /* All at once: a number at the end of a chunk is read on into the next one. */
    if (reading->pending != NULL)
        memcpy(hf__reading_text(reading), reading->pending, reading->length);
    memset(hf__reading_text(reading) + reading->length, ' ', HF__READ_STAGED_PADDING);
    scan *m = memory;
    memset(m, 0, offsetof(scan, slashes));
    m->at = m->end = m->positions;
    hf__cursor c = hf__cursor_of(reading);
    status = read_tokens(reading, &c, m);
    hf__memory_free(&reading->memory, memory, sizeof(scan), ALIGNMENT);
    return status;
}

/* escape_loop.h - the loops of escape.c and escape_avx2.c over blocks of their own width.
 *
 * The includer defines first, for a `block` of BLOCK bytes:
 *   block_load(at), block_store(to, block)
 *   block_special(block)      a mask of the bytes that must be escaped
 *   block_backslashes(block)  a mask of the backslashes
 * with bit i * BLOCK_STRIDE + BLOCK_STRIDE - 1 of a mask for byte i. What is shorter than a block goes
 * by words of eight bytes, which may overlap what is done already, then by bytes. */

static inline size_t first_of(uint64_t mask)
{
    return (size_t)__builtin_ctzll(mask) / BLOCK_STRIDE;
}

static inline uint64_t load_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The upper bit of each byte that is `c`, or that must be escaped; exact up to the first one. */
static inline uint64_t word_equal(uint64_t word, char c)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t       zero = word ^ ones * (unsigned char)c;
    return (zero - ones) & ~zero & ones << 7;
}
static inline uint64_t word_special(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    return word_equal(word, '"') | word_equal(word, '\\') | ((word - ones * 0x20) & ~word & ones << 7);
}

static inline size_t find_special(const char *text, size_t length)
{
    size_t at = 0;
    for (; length - at >= BLOCK; at += BLOCK) {
        uint64_t special = block_special(block_load(text + at));
        if (special != 0)
            return at + first_of(special);
    }
    for (; length - at >= 8; at += 8) {
        uint64_t special = word_special(load_word(text + at));
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special) / 8;
    }
    while (at < length && !hf__escape_needed(text[at]))
        at++;
    return at;
}

/* Room: six times what is left of the text is always left at `to`, so that a block may be stored
 * wherever a block may be loaded. */
static inline size_t escape_text(const char *text, size_t length, char *out)
{
    const char *at = text, *end = text + length;
    char       *to = out;
    while (end - at >= BLOCK) {
        block    bytes = block_load(at);
        uint64_t special = block_special(bytes);
        block_store(to, bytes);
        if (special == 0) {
            at += BLOCK;
            to += BLOCK;
            continue;
        }
        size_t clean = first_of(special);
        to = hf__escape_put(to + clean, at[clean]);
        at += clean + 1;
    }
    while (end - at >= 8) {
        uint64_t word = load_word(at), special = word_special(word);
        memcpy(to, &word, sizeof word);
        size_t clean = special != 0 ? (size_t)__builtin_ctzll(special) / 8 : 8;
        at += clean;
        to += clean;
        if (special != 0)
            to = hf__escape_put(to, *at++);
    }
    for (; at < end; at++) {
        if (hf__escape_needed(*at))
            to = hf__escape_put(to, *at);
        else
            *to++ = *at;
    }
    return (size_t)(to - out);
}

/* The result is never longer than what was read for it, so that a block may be stored wherever a
 * block may be loaded. */
static inline hf__unescaped unescape_text(const char *text, size_t length, char *out, bool replace)
{
    hf__unescaping s = { text, text + length, out, replace, false };
    hf_status      status = HF_OK;
    while (s.at < s.end && status == HF_OK) {
        if (s.end - s.at >= BLOCK) {
            block    bytes = block_load(s.at);
            uint64_t slashes = block_backslashes(bytes);
            block_store(s.to, bytes);
            size_t clean = slashes != 0 ? first_of(slashes) : BLOCK;
            s.at += clean;
            s.to += clean;
            if (slashes == 0)
                continue;
        } else if (s.end - s.at >= 8) {
            uint64_t word = load_word(s.at), slashes = word_equal(word, '\\');
            memcpy(s.to, &word, sizeof word);
            size_t clean = slashes != 0 ? (size_t)__builtin_ctzll(slashes) / 8 : 8;
            s.at += clean;
            s.to += clean;
        } else {
            while (s.at < s.end && *s.at != '\\')
                *s.to++ = *s.at++;
        }
        /* Escapes by number often follow one another. */
        while (s.at < s.end && *s.at == '\\' && status == HF_OK)
            status = hf__unescape_one(&s);
    }
    return hf__unescape_result(&s, status, text, out);
}

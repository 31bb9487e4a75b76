/* gen_pattern.c - a recursive reader of patterns, its depth bounded. Each part knows the positions it
 * can begin and end with; joining parts adds to `follow`. */
#include "gen_pattern.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH_MAX = 50, REPEAT_MAX = 64, ATOMS_MAX = 10000 };

typedef struct pattern_reader {
    gen_unit    *unit;
    gen_place    place;
    const char  *source, *at;
    gen_pattern *into;
    unsigned     depth, atoms; /* atoms: read so far, those of repetitions again */
} pattern_reader;

typedef struct part {
    uint64_t first, last;
    bool     may_be_empty;
} part;

static const part nothing = { 0, 0, true };

_Noreturn static void wrong(pattern_reader *from, const char *what)
{
    gen_fail(from->unit, HF_BAD_DECLARATION, from->place, "the pattern is wrong at its byte %zu: %s",
             (size_t)(from->at - from->source) + 1, what);
}

static void join(gen_pattern *pattern, uint64_t last, uint64_t first)
{
    for (; last != 0; last &= last - 1)
        pattern->follow[__builtin_ctzll(last)] |= first;
}

static part in_sequence(gen_pattern *pattern, part a, part b)
{
    join(pattern, a.last, b.first);
    return (part){ a.first | (a.may_be_empty ? b.first : 0), b.last | (b.may_be_empty ? a.last : 0),
                   a.may_be_empty && b.may_be_empty };
}

/* ---- classes ----------------------------------------------------------------------------- */

static void add_byte(uint64_t set[4], unsigned byte)
{
    set[byte >> 6] |= (uint64_t)1 << (byte & 63);
}

static bool add_named_class(uint64_t set[4], char name)
{
    bool is_negated = isupper((unsigned char)name) != 0;
    char lower = (char)tolower((unsigned char)name);
    if (lower != 'd' && lower != 'w' && lower != 's')
        return false;
    for (unsigned byte = 0; byte < 256; byte++) {
        bool is_digit = byte >= '0' && byte <= '9';
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_space = byte == ' ' || (byte >= '\t' && byte <= '\r');
        bool is_in = lower == 'd' ? is_digit : lower == 's' ? is_space : is_digit || is_letter || byte == '_';
        if (is_in != is_negated)
            add_byte(set, byte);
    }
    return true;
}

static unsigned read_escaped(pattern_reader *from)
{
    static const char letters[] = "nrtfv", values[] = "\n\r\t\f\v";
    const char *letter = *from->at != 0 ? strchr(letters, *from->at) : NULL;
    if (letter != NULL) {
        from->at++;
        return (unsigned char)values[letter - letters];
    }
    if (*from->at == 0 || isalnum((unsigned char)*from->at))
        wrong(from, "an escape that is not known");
    return (unsigned char)*from->at++;
}

static void read_class(pattern_reader *from, uint64_t set[4])
{
    bool is_negated = *from->at == '^';
    from->at += is_negated;
    bool is_first = true;
    while (*from->at != ']' || is_first) {
        is_first = false;
        if (*from->at == 0)
            wrong(from, "a class without its end");
        unsigned low = (unsigned char)*from->at++;
        if (low >= 128)
            wrong(from, "only ASCII inside a class");
        if (low == '\\') {
            if (add_named_class(set, *from->at)) {
                from->at++;
                continue;
            }
            low = read_escaped(from);
        }
        unsigned high = low;
        if (from->at[0] == '-' && from->at[1] != ']' && from->at[1] != 0) {
            from->at++;
            high = (unsigned char)*from->at++;
            if (high == '\\')
                high = read_escaped(from);
        }
        if (high < low || high >= 128)
            wrong(from, "a range that ends before it begins");
        for (unsigned byte = low; byte <= high; byte++)
            add_byte(set, byte);
    }
    from->at++;
    for (int word = 0; is_negated && word < 4; word++)
        set[word] = ~set[word];
}

/* ---- parts ------------------------------------------------------------------------------- */

static part read_choice(pattern_reader *from);

static part add_position(pattern_reader *from, const uint64_t set[4])
{
    gen_pattern *into = from->into;
    if (into->positions == GEN_PATTERN_POSITIONS_MAX)
        wrong(from, "more than 64 positions");
    memcpy(into->classes[into->positions], set, 4 * sizeof *set);
    uint64_t bit = (uint64_t)1 << into->positions++;
    return (part){ bit, bit, false };
}

static part read_atom(pattern_reader *from)
{
    uint64_t set[4] = { 0 };
    char c = *from->at++;
    if (++from->atoms > ATOMS_MAX) /* repetitions of repetitions of nothing */
        wrong(from, "repeated too often");
    if (c == '(') {
        if (++from->depth > DEPTH_MAX)
            wrong(from, "nested too deep");
        part group = read_choice(from);
        from->depth--;
        if (*from->at != ')')
            wrong(from, "expected ')'");
        from->at++;
        return group;
    }
    if (c == '[')
        read_class(from, set);
    else if (c == '.')
        for (unsigned byte = 0; byte < 256; byte++)
            byte == '\n' ? (void)0 : add_byte(set, byte);
    else if (c == '\\' && add_named_class(set, *from->at))
        from->at++;
    else if (c == '\\')
        add_byte(set, read_escaped(from));
    else if (strchr("*+?{}|)]", c) != NULL)
        (from->at--, wrong(from, "nothing to repeat, or a bracket too many"));
    else if (c == '^' || c == '$')
        (from->at--, wrong(from, "^ and $ belong to the ends of the pattern, others are spelled \\^ and \\$"));
    else
        add_byte(set, (unsigned char)c);
    return add_position(from, set);
}

static unsigned read_number(pattern_reader *from)
{
    unsigned value = 0;
    if (!isdigit((unsigned char)*from->at))
        wrong(from, "expected a number");
    while (isdigit((unsigned char)*from->at) && value <= REPEAT_MAX)
        value = value * 10 + (unsigned)(*from->at++ - '0');
    if (value > REPEAT_MAX)
        wrong(from, "repeated more than 64 times");
    return value;
}

/* Behind an atom: how often it may come. most 0: no end. */
static bool read_repeat(pattern_reader *from, unsigned *ret_least, unsigned *ret_most)
{
    switch (*from->at) {
    case '*': *ret_least = 0; *ret_most = 0; break;
    case '+': *ret_least = 1; *ret_most = 0; break;
    case '?': *ret_least = 0; *ret_most = 1; break;
    case '{':
        from->at++;
        *ret_least = *ret_most = read_number(from);
        if (from->at[0] == ',' && from->at[1] == '}') {
            from->at++;
            *ret_most = 0;
            break;
        }
        if (*from->at == ',') {
            from->at++;
            *ret_most = read_number(from);
        }
        if (*from->at != '}' || *ret_most == 0 || *ret_most < *ret_least)
            wrong(from, "expected {m}, {m,} or {m,n}");
        break;
    default: return false;
    }
    from->at++;
    return true;
}

/* The atom again, for one more round of a repetition. */
static part read_atom_again(pattern_reader *from, const char *begin)
{
    const char *behind = from->at;
    from->at = begin;
    part again = read_atom(from);
    from->at = behind;
    return again;
}

static part read_repeated(pattern_reader *from)
{
    const char *begin = from->at;
    part one = read_atom(from);
    unsigned least, most;
    if (!read_repeat(from, &least, &most))
        return one;
    part whole = one;
    unsigned rounds = most != 0 ? most : least > 1 ? least : 1;
    part last = one;
    whole.may_be_empty |= least == 0;
    for (unsigned round = 1; round < rounds; round++) {
        last = read_atom_again(from, begin);
        part next = last;
        next.may_be_empty |= round >= least;
        whole = in_sequence(from->into, whole, next);
    }
    if (most == 0)
        join(from->into, last.last, last.first);
    return whole;
}

static part read_sequence(pattern_reader *from)
{
    part whole = nothing;
    while (*from->at != 0 && *from->at != '|' && *from->at != ')') {
        if (*from->at == '$' && from->at[1] == 0) {
            from->at++;
            break;
        }
        whole = in_sequence(from->into, whole, read_repeated(from));
    }
    return whole;
}

static part read_choice(pattern_reader *from)
{
    part whole = read_sequence(from);
    while (*from->at == '|') {
        from->at++;
        part other = read_sequence(from);
        whole.first |= other.first;
        whole.last |= other.last;
        whole.may_be_empty |= other.may_be_empty;
    }
    return whole;
}

void gen_pattern_compile(gen_unit *unit, gen_place place, const char *source, gen_pattern *ret_pattern)
{
    memset(ret_pattern, 0, sizeof *ret_pattern);
    pattern_reader from = { unit, place, source, source, ret_pattern, 0, 0 };
    from.at += *source == '^';
    part whole = read_choice(&from);
    if (*from.at != 0)
        wrong(&from, "a ')' without its '('");
    ret_pattern->first = whole.first;
    ret_pattern->last = whole.last;
    ret_pattern->matches_empty = whole.may_be_empty;
}

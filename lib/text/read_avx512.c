/* read_avx512.c - the AVX-512 reader: chunks through the stages, and the lists of what needs more.
 *
 * See read_stages_avx512.h. Says only whether the text was read; the careful reader finds the words. */
#include "text/read_stages_avx512.h"

#include "base/escape.h"

enum { ALIGNMENT = 64 };

/* What one reading takes beside its block, for its time. */
typedef struct scratch {
    hf__machine machine;
    hf__stages  stages;
} scratch;

/* Sixteen literals at a time: four bytes, then the rest of "false" and the character behind. */
static bool check_literals(uint32_t *list, size_t count, const uint32_t *starts, const char *text)
{
    const __m512i fals = _mm512_set1_epi32(0x736c6166), true4 = _mm512_set1_epi32(0x65757274);
    const __m512i null4 = _mm512_set1_epi32(0x6c6c756e), byte = _mm512_set1_epi32(0xff);
    uint32_t good = 0xffff;
    for (size_t i = 0; i < count; i += 16) {
        for (size_t j = count; j < i + 16; j++) /* fill the lanes */
            list[j] = list[0];
        __m512i at = _mm512_i32gather_epi32(_mm512_loadu_si512(list + i), starts, 4);
        __m512i first = _mm512_i32gather_epi32(at, text, 1), second = _mm512_i32gather_epi32(at, text + 4, 1);
        __mmask16 is_false = _mm512_cmpeq_epi32_mask(first, fals);
        __mmask16 others = _mm512_cmpeq_epi32_mask(first, true4) | _mm512_cmpeq_epi32_mask(first, null4);
        __mmask16 e = _mm512_cmpeq_epi32_mask(_mm512_and_si512(second, byte), _mm512_set1_epi32('e'));
        __m512i behind = _mm512_and_si512(_mm512_mask_srli_epi32(second, is_false, second, 8), byte);
        __m512i folded = _mm512_or_si512(behind, _mm512_set1_epi32(0x20));
        __mmask16 ends = _mm512_cmpeq_epi32_mask(folded, _mm512_set1_epi32('}')) |
                         _mm512_cmpeq_epi32_mask(behind, _mm512_set1_epi32(',')) |
                         _mm512_cmpeq_epi32_mask(behind, _mm512_set1_epi32(' ')) |
                         _mm512_cmpeq_epi32_mask(behind, _mm512_set1_epi32('\n')) |
                         _mm512_cmpeq_epi32_mask(behind, _mm512_set1_epi32('\r')) |
                         _mm512_cmpeq_epi32_mask(behind, _mm512_set1_epi32('\t'));
        good &= (uint32_t)((is_false & e) | others) & ends;
    }
    return good == 0xffff;
}

static uint64_t nonascii_flag(const char *text, size_t length)
{
    __m512i all = _mm512_setzero_si512();
    for (size_t i = 0; i < length; i += 64) {
        __mmask64 live = length - i >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (length - i)) - 1;
        all = _mm512_or_si512(all, _mm512_maskz_loadu_epi8(live, text + i));
    }
    return _mm512_movepi8_mask(all) != 0 ? HF__NONASCII : 0;
}

/* Escaped text of one chunk gets an unescaped copy in the side text, which has room for all. */
static bool put_escaped(hf__reading *reading, hf__slot *slots, const hf__stages *stages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t at = stages->escaped[i];
        const char *begin = reading->text + stages->starts[at] + 1;
        size_t room = stages->ends[at] - stages->starts[at] - 1;
        char *side = hf__reading_side(reading) - room;
        hf__unescaped text = hf__unescape_avx512(begin, room, side, reading->replace_surrogates);
        if (text.status != HF_OK)
            return false;
        reading->is_relaxed |= text.replaced;
        hf__slot *slot = slots + at;
        uint64_t flags = (slot->lo & (HF__KEY | HF__NONASCII)) | HF__ESCAPE;
        if ((flags & HF__NONASCII) == 0)
            flags |= nonascii_flag(side, text.length);
        if (text.length <= HF__INLINE_MAX) {
            hf__slot inlined = { 0, 0 };
            memcpy((char *)&inlined + 2, side, text.length);
            inlined.lo |= HF__TEXT | flags | (uint64_t)text.length << 8;
            *slot = inlined;
        } else {
            slot->lo = HF__LONG_TEXT | flags | (uint64_t)text.length << 16;
            slot->hi = (uint64_t)(hf__reading_put_side(reading, room, text.length) - (char *)slot) << 16;
        }
    }
    return true;
}

static size_t escaped_bytes(const hf__stages *stages, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += stages->ends[stages->escaped[i]] - stages->starts[stages->escaped[i]] - 1;
    return bytes;
}

/* Room for what a chunk needs, which begins at `chunk` in the text; the block may move. */
static hf_status make_room(hf__reading *reading, size_t used, size_t slots, size_t chunk, size_t side)
{
    while (!hf__reading_has_room(reading, used + slots, side)) {
        size_t had = reading->block_bytes;
        hf_status status = hf__reading_grow(reading, used, chunk, side);
        if (status != HF_OK)
            return status;
        if (reading->block_bytes == had)
            return HF_NO_MEMORY; /* not reached: growing always gives something */
    }
    return HF_OK;
}

/* The tokens of a chunk, all but those that wait for the next, to slots. HF_BAD_TOKEN: something is
 * wrong. */
static hf_status put_chunk(hf__reading *reading, scratch *s, size_t tokens, size_t chunk)
{
    size_t count = hf__grammar_avx512(&s->machine, &s->stages, tokens);
    if (s->machine.bad != 0)
        return HF_BAD_TOKEN;
    hf_status status = make_room(reading, reading->slot_count, count, chunk, 0);
    if (status != HF_OK)
        return status;
    hf__slot_lists lists;
    if (!hf__slots_avx512(&s->machine, &s->stages, hf__reading_slots(reading), reading->slot_count, count, reading->text,
                          &lists))
        return HF_BAD_TOKEN;
    const hf__stages *stages = &s->stages;
    hf__slot *slots = hf__reading_slots(reading) + reading->slot_count;
    if (!check_literals(s->stages.literals, lists.literals, stages->starts, reading->text) ||
        !hf__numbers_avx512(slots, s->stages.numbers, lists.numbers, stages->starts, stages->ends, reading->text))
        return HF_BAD_TOKEN;
    reading->slot_count += count;
    if (lists.escaped != 0) {
        status = make_room(reading, reading->slot_count, 0, chunk, escaped_bytes(stages, lists.escaped));
        if (status != HF_OK)
            return status;
        slots = hf__reading_slots(reading) + reading->slot_count - count;
        if (!put_escaped(reading, slots, stages, lists.escaped))
            return HF_BAD_TOKEN;
    }
    return reading->slot_count - s->machine.aside > reading->values_max || s->machine.deepest > reading->depth_max
               ? HF_BAD_TOKEN
               : HF_OK;
}

/* Copies the next bytes of a text that is on its way into the block. */
static void fetch(hf__reading *reading, size_t from, size_t to)
{
    if (reading->pending != NULL)
        memcpy(hf__reading_text(reading) + from, reading->pending + from, to - from);
}

/* Whether all that was under way has come to its end. */
static bool is_complete(const hf__machine *m, const hf__scan *scan, const hf__slot *slots, size_t count)
{
    return scan->in_string == 0 && scan->control_bad == 0 &&
           _mm512_test_epi8_mask(scan->utf8_bad, scan->utf8_bad) == 0 && (m->was_comma | m->was_colon | m->was_open) == 0 &&
           m->depth == 0 && count != 0 && hf__step(slots) == count;
}

static hf_status read_chunks(hf__reading *reading, scratch *s)
{
    hf__stages *stages = &s->stages;
    hf__scan scan;
    memset(&scan, 0, sizeof scan);
    memset(&s->machine, 0, offsetof(hf__machine, levels) + 3 * sizeof(hf__level));
    s->machine.was_open = 1;
    scan.position_to = stages->positions;
    scan.token_to = stages->tokens;
    memset(hf__reading_text(reading) - ALIGNMENT, ' ', ALIGNMENT - reading->skipped); /* before the text is nothing */
    size_t length = reading->length, at = 0;
    while (at < length) {
        size_t stop = length - at > HF__STAGE_CHUNK ? at + HF__STAGE_CHUNK : length;
        bool last = stop == length;
        fetch(reading, at, stop);
        if (last) /* one more block of blanks ends an open number */
            memset(hf__reading_text(reading) + length, ' ', HF__READ_STAGED_PADDING);
        size_t blocks = (stop - at + 63) / 64 + last;
        hf__stage1_avx512(&scan, reading->text + at, (uint32_t)at, blocks);
        /* The last two tokens wait for the next chunk, because what follows them is not known yet. */
        size_t have = (size_t)(scan.token_to - stages->tokens), use = have;
        if (!last) {
            use = have < 2 ? 0 : have - 2;
        } else {
            memset(scan.token_to, 0, 66);
            stages->positions[have] = (uint32_t)length;
        }
        if (use != 0) {
            hf_status status = put_chunk(reading, s, use, at);
            if (status != HF_OK)
                return status;
        }
        for (size_t i = use; i < have; i++) {
            stages->positions[i - use] = stages->positions[i];
            stages->tokens[i - use] = stages->tokens[i];
        }
        scan.position_to = stages->positions + (have - use);
        scan.token_to = stages->tokens + (have - use);
        at = stop;
    }
    if (!is_complete(&s->machine, &scan, hf__reading_slots(reading), reading->slot_count))
        return HF_BAD_TOKEN;
    reading->consumed = length;
    reading->values = reading->slot_count - s->machine.aside;
    reading->wide_count = s->machine.wide_count;
    reading->depth = (uint32_t)s->machine.deepest;
    return HF_OK;
}

static void lay_out(hf__stages *stages, void *memory, size_t room)
{
    uint32_t *words = memory;
    stages->positions = words;
    stages->starts = words + room;
    stages->ends = words + 2 * room;
    stages->numbers = words + 3 * room;
    stages->literals = words + 4 * room;
    stages->escaped = words + 5 * room;
    stages->tokens = (uint8_t *)(words + 6 * room);
    stages->infos = stages->tokens + room;
}

hf_status hf__read_avx512(hf__reading *reading)
{
    size_t chunk = reading->length < HF__STAGE_CHUNK ? (reading->length + 63) & ~(size_t)63 : HF__STAGE_CHUNK;
    size_t room = chunk + HF__STAGE_SLACK, bytes = sizeof(scratch) + room * HF__STAGE_BYTES;
    void *memory = NULL;
    hf_status status = hf__memory_allocate(&reading->memory, bytes, ALIGNMENT, &memory, reading->reterr);
    if (status != HF_OK)
        return status;
    scratch *s = memory;
    lay_out(&s->stages, s + 1, room);
    status = read_chunks(reading, s);
    hf__memory_free(&reading->memory, memory, bytes, ALIGNMENT);
    return status;
}

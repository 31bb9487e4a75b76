/* cfi.c - evaluates the unwind tables for one address.
 *
 * Layout that is read here:
 *
 *   .eh_frame_hdr  version 1 | encodings | pointer to .eh_frame | count | (address, FDE) sorted
 *   FDE            length | way back to its CIE | first address | size | augmentation | program
 *   CIE            length | 0 | version | augmentation | factors | program that FDEs start from
 *
 * A program is a list of small instructions "from here on, the frame ends there". It is run up to
 * the wanted address and then thrown away. All reads are bounded by the length of their record. */
#include "cfi.h"
#include "registers.h"

#include <stddef.h>
#include <string.h>

enum { PENC_ABSOLUTE = 0x00, PENC_UDATA4 = 0x03, PENC_UDATA8 = 0x04, PENC_SDATA4 = 0x0b, PENC_SDATA8 = 0x0c,
       PENC_PCREL = 0x10, PENC_DATAREL = 0x30, PENC_OMIT = 0xff };
enum { REMEMBERED_MAX = 8 };

/* Bytes still to be read; reading past the end gives zeros and sets `bad`. */
typedef struct reader {
    const uint8_t *at, *end;
    bool           bad;
} reader;

typedef struct state {
    hf__rule rule;
    uint64_t cfa_register;
    bool     bp_by_expression; /* saved where bp itself points (realigned stack) */
    bool     is_outermost;     /* the return address is declared undefined */
} state;

typedef struct frame_entry {
    uint64_t       first, size;
    reader         initial, program;  /* instructions of the CIE and of the FDE */
    uint64_t       code_factor;
    int64_t        data_factor;
    bool           is_signal;
} frame_entry;

static uint64_t read_fixed(reader *r, size_t size)
{
    uint64_t value = 0;
    if ((size_t)(r->end - r->at) < size) {
        r->bad = true;
        r->at = r->end;
        return 0;
    }
    memcpy(&value, r->at, size); /* little endian, as is the processor */
    r->at += size;
    return value;
}

static uint64_t read_unsigned(reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = (uint8_t)read_fixed(r, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
}

static int64_t read_signed(reader *r)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t  byte;
    do {
        byte = (uint8_t)read_fixed(r, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (shift < 64 && (byte & 0x40))
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

static void skip(reader *r, uint64_t size)
{
    if (size > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        r->at = r->end;
    } else {
        r->at += size;
    }
}

static uint64_t read_pointer(reader *r, uint8_t encoding, uint64_t data_base)
{
    uint64_t place = (uint64_t)r->at;
    uint64_t value;
    switch (encoding & 0x0f) {
    case PENC_UDATA4: value = read_fixed(r, 4); break;
    case PENC_SDATA4: value = (uint64_t)(int64_t)(int32_t)read_fixed(r, 4); break;
    case PENC_ABSOLUTE:
    case PENC_UDATA8:
    case PENC_SDATA8: value = read_fixed(r, 8); break;
    default: r->bad = true; return 0;
    }
    switch (encoding & 0x70) {
    case 0: return value;
    case PENC_PCREL: return value + place;
    case PENC_DATAREL: return value + data_base;
    default: r->bad = true; return 0;
    }
}

/* The record that starts at `at`: its bytes after the length. */
static reader record_at(const uint8_t *at)
{
    uint32_t length;
    memcpy(&length, at, sizeof length);
    if (length == 0xffffffffu || length == 0)
        return (reader){ at, at, true };
    return (reader){ at + 4, at + 4 + length, false };
}

static bool read_common(const uint8_t *at, frame_entry *entry, uint8_t *ret_encoding, bool *ret_augmented)
{
    reader r = record_at(at);
    uint8_t encoding = PENC_ABSOLUTE;
    if (read_fixed(&r, 4) != 0)
        return false;
    uint8_t version = (uint8_t)read_fixed(&r, 1);
    const char *augmentation = (const char *)r.at;
    while (!r.bad && read_fixed(&r, 1) != 0)
        continue;
    if (r.bad)
        return false;
    entry->code_factor = read_unsigned(&r);
    entry->data_factor = read_signed(&r);
    uint64_t return_register = version == 1 ? read_fixed(&r, 1) : read_unsigned(&r);
    if (return_register != HF__DWARF_RETURN)
        return false;
    *ret_augmented = augmentation[0] == 'z';
    if (*ret_augmented) {
        uint64_t size = read_unsigned(&r);
        reader data = r;
        skip(&r, size);
        if (r.bad)
            return false;
        data.end = r.at;
        for (const char *letter = augmentation + 1; *letter != '\0'; letter++) {
            if (*letter == 'R') {
                encoding = (uint8_t)read_fixed(&data, 1);
            } else if (*letter == 'P') {
                uint8_t kind = (uint8_t)read_fixed(&data, 1);
                (void)read_pointer(&data, kind & 0x7f, 0);
            } else if (*letter == 'L') {
                (void)read_fixed(&data, 1);
            } else if (*letter == 'S') {
                entry->is_signal = true;
            }
        }
    } else if (augmentation[0] != '\0') {
        return false;
    }
    entry->initial = r;
    *ret_encoding = encoding;
    return !r.bad;
}

/* Finds the FDE for `address` by the table of .eh_frame_hdr. */
static bool find_entry(const uint8_t *header, uint64_t address, frame_entry *ret_entry)
{
    /* Version 1, signed offsets from the header for the table: what every linker writes. */
    if (header[0] != 1 || header[3] != (PENC_DATAREL | PENC_SDATA4) || header[2] == PENC_OMIT)
        return false;
    reader r = { header + 4, header + 4 + 2 * 8, false };
    (void)read_pointer(&r, header[1], (uint64_t)header);
    uint64_t count = read_pointer(&r, header[2], (uint64_t)header);
    if (r.bad || count == 0)
        return false;
    const uint8_t *table = r.at;
    int64_t wanted = (int64_t)(address - (uint64_t)header);
    uint64_t low = 0, high = count;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        int32_t  first;
        memcpy(&first, table + 8 * middle, sizeof first);
        if (first <= wanted)
            low = middle;
        else
            high = middle;
    }
    int32_t offset;
    memcpy(&offset, table + 8 * low + 4, sizeof offset);

    frame_entry entry = { 0 };
    uint8_t encoding = 0;
    bool augmented = false;
    reader record = record_at(header + offset);
    if (record.bad)
        return false;
    const uint8_t *place = record.at;
    uint64_t back = read_fixed(&record, 4);
    if (back == 0 || !read_common(place - back, &entry, &encoding, &augmented))
        return false;
    entry.first = read_pointer(&record, encoding, (uint64_t)header);
    entry.size = read_pointer(&record, encoding & 0x0f, 0);
    if (augmented)
        skip(&record, read_unsigned(&record));
    entry.program = record;
    *ret_entry = entry;
    return !record.bad && address - entry.first < entry.size;
}

/* DW_CFA_def_cfa_expression: three shapes are known, by their bytes. */
static void set_cfa_expression(state *s, reader expression)
{
    size_t length = (size_t)(expression.end - expression.at);
    const uint8_t *byte = expression.at;
    s->rule.kind = HF__CFA_NONE;
    s->cfa_register = UINT64_MAX;
    if (length == 11 && byte[0] == 0x77 && byte[1] == 8 && byte[2] == 0x80) {
        s->rule.kind = HF__CFA_PLT;          /* breg7 8, breg16 0, ... : entry of a linkage table */
    } else if (length >= 3 && byte[0] == 0x76 && byte[length - 1] == 0x06) {
        expression.at++;                     /* breg6 n, deref */
        int64_t offset = read_signed(&expression);
        if (expression.end - expression.at == 1 && offset <= 0 && offset > -0x10000) {
            s->rule.kind = HF__CFA_BP_DEREF;
            s->rule.offset = (int32_t)offset;
        }
    }
}

static void set_register(state *s, uint64_t number, bool saved, int64_t offset)
{
    if (number == HF__DWARF_BP)
        s->rule.bp_offset = saved ? (int32_t)offset : 0;
    else if (number == HF__DWARF_RETURN && (!saved || offset != -HF__RETURN_BELOW_CFA))
        s->rule.kind = HF__CFA_NONE;
}

static void set_cfa_register(state *s, uint64_t number)
{
    s->cfa_register = number;
    s->rule.kind = number == HF__DWARF_SP ? HF__CFA_SP : number == HF__DWARF_BP ? HF__CFA_BP : HF__CFA_NONE;
}

/* One instruction with an opcode of its own byte. Returns how far the address moves. */
static uint64_t run_extended(uint8_t opcode, reader *r, const frame_entry *entry, state *s, state *remembered,
                             unsigned *depth)
{
    uint64_t number;
    switch (opcode) {
    case 0x00: break;                                                    /* nop */
    case 0x02: return read_fixed(r, 1) * entry->code_factor;             /* advance_loc1 */
    case 0x03: return read_fixed(r, 2) * entry->code_factor;
    case 0x04: return read_fixed(r, 4) * entry->code_factor;
    case 0x05:                                                           /* offset_extended */
        number = read_unsigned(r);
        set_register(s, number, true, (int64_t)read_unsigned(r) * entry->data_factor);
        break;
    case 0x11:                                                           /* offset_extended_sf */
        number = read_unsigned(r);
        set_register(s, number, true, read_signed(r) * entry->data_factor);
        break;
    case 0x06: case 0x08:                                                /* restore_extended, same_value */
        number = read_unsigned(r);
        if (number == HF__DWARF_BP)
            s->rule.bp_offset = 0;
        break;
    case 0x07:                                                           /* undefined */
        if (read_unsigned(r) == HF__DWARF_RETURN)
            s->is_outermost = true;
        break;
    case 0x09: (void)read_unsigned(r); (void)read_unsigned(r); break;    /* register */
    case 0x0a:                                                           /* remember_state */
        if (*depth < REMEMBERED_MAX)
            remembered[(*depth)++] = *s;
        else
            r->bad = true;
        break;
    case 0x0b:                                                           /* restore_state */
        if (*depth > 0)
            *s = remembered[--(*depth)];
        break;
    case 0x0c:                                                           /* def_cfa */
        set_cfa_register(s, read_unsigned(r));
        s->rule.offset = (int32_t)read_unsigned(r);
        break;
    case 0x0d: set_cfa_register(s, read_unsigned(r)); break;
    case 0x0e: s->rule.offset = (int32_t)read_unsigned(r); break;
    case 0x12:                                                           /* def_cfa_sf */
        set_cfa_register(s, read_unsigned(r));
        s->rule.offset = (int32_t)(read_signed(r) * entry->data_factor);
        break;
    case 0x13: s->rule.offset = (int32_t)(read_signed(r) * entry->data_factor); break;
    case 0x0f: {                                                         /* def_cfa_expression */
        uint64_t size = read_unsigned(r);
        reader expression = *r;
        skip(r, size);
        expression.end = r->at;
        set_cfa_expression(s, expression);
        break;
    }
    case 0x10: case 0x16: {                                              /* expression, val_expression */
        number = read_unsigned(r);
        uint64_t size = read_unsigned(r);
        const uint8_t *byte = r->at;
        skip(r, size);
        if (number == HF__DWARF_BP) {
            s->bp_by_expression = opcode == 0x10 && size == 2 && !r->bad && byte[0] == 0x76 && byte[1] == 0;
            if (!s->bp_by_expression && !entry->is_signal)
                s->rule.kind = HF__CFA_NONE;
        }
        break;
    }
    case 0x14: case 0x15:                                                /* val_offset */
        (void)read_unsigned(r);
        (void)read_unsigned(r);
        break;
    case 0x2e: (void)read_unsigned(r); break;                            /* GNU_args_size */
    default: r->bad = true; break;
    }
    return 0;
}

/* Runs instructions until one would move past `address`. */
static bool run(reader r, const frame_entry *entry, uint64_t address, const state *initial, state *s)
{
    state    remembered[REMEMBERED_MAX];
    unsigned depth = 0;
    uint64_t place = entry->first;
    while (r.at < r.end && !r.bad) {
        uint8_t opcode = (uint8_t)read_fixed(&r, 1);
        uint8_t operand = opcode & 0x3f;
        uint64_t advance = 0;
        switch (opcode & 0xc0) {
        case 0x40: advance = operand * entry->code_factor; break;
        case 0x80: set_register(s, operand, true, (int64_t)read_unsigned(&r) * entry->data_factor); break;
        case 0xc0:
            if (operand == HF__DWARF_BP)
                s->rule.bp_offset = initial->rule.bp_offset;
            break;
        default: advance = run_extended(opcode, &r, entry, s, remembered, &depth); break;
        }
        place += advance;
        if (place > address)
            break;
    }
    return !r.bad;
}

hf__rule hf__cfi_rule(const uint8_t *header, uint64_t address)
{
    const hf__rule none = { HF__CFA_NONE, 0, 0 };
    frame_entry entry;
    if (!find_entry(header, address, &entry))
        return none;
    if (entry.is_signal)
        return (hf__rule){ HF__CFA_SIGNAL, 0, 0 };
    state initial = { { HF__CFA_NONE, 0, 0 }, UINT64_MAX, false, false };
    if (!run(entry.initial, &entry, UINT64_MAX, &initial, &initial))
        return none;
    state s = initial;
    if (!run(entry.program, &entry, address, &initial, &s))
        return none;
    if (s.is_outermost)
        return (hf__rule){ HF__CFA_END, 0, 0 };
    if (s.rule.kind == HF__CFA_BP_DEREF ? !s.bp_by_expression : s.bp_by_expression)
        return none;
    return s.rule;
}

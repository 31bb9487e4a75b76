/* block.h - the block of a document: header, text, slots, link targets. docs/formats/block.md.
 *
 *     [header 128][unescaped text][source text][padding][slots ...][link targets]
 *
 * The parts lie where the header says, in any order; offsets count from the header's first byte.
 * Nothing inside is a pointer. A frozen block is never written. */
#ifndef HOLDFAST_BLOCK_H
#define HOLDFAST_BLOCK_H

#include <holdfast/value.h>

#define HF__BLOCK_MAGIC   0x4b4c42464c484648ull /* "HFHLFBLK" */
#define HF__BLOCK_VERSION 1u

enum { HF__BLOCK_ALIGNMENT = 16 }; /* of blocks and of all that documents allocate */

enum {
    HF__BLOCK_HAS_SOURCE = 1, /* the text that was read lies in the block */
    HF__BLOCK_STRICT     = 2, /* read strictly: clean containers can be written from their source */
    HF__BLOCK_OUTER_TEXT = 4  /* slots refer to text outside of the block: neither saved nor copied as is */
};

typedef struct hf__block_header {
    uint64_t magic;
    uint32_t version;
    uint32_t flags;
    uint64_t block_bytes;   /* from the header's first byte to the end */
    uint64_t side_offset;   /* unescaped and built text */
    uint64_t side_bytes;
    uint64_t source_offset; /* the text that was read */
    uint64_t source_bytes;
    uint64_t slots_offset;  /* a multiple of 16 */
    uint64_t slot_count;
    uint64_t values;        /* keys and closing slots not counted */
    uint64_t wide_count;    /* containers with a wide number */
    uint64_t links_offset;  /* a multiple of 8 */
    uint32_t link_count;
    uint32_t depth;         /* deepest value below the root, mounts not expanded; saturates */
    uint64_t reserved[3];
} hf__block_header;

_Static_assert(sizeof(hf__block_header) == 128, "the header is 128 bytes");

/* Where a link leads: a slot of this block, and the generation that its links must carry. */
typedef struct hf__link_target {
    uint64_t slot;
    uint32_t generation;
    uint32_t flags;
} hf__link_target;

_Static_assert(sizeof(hf__link_target) == 16, "a link target is 16 bytes");

static inline hf__slot *hf__block_slots(const hf__block_header *block)
{
    return (hf__slot *)((char *)(uintptr_t)block + block->slots_offset);
}
static inline const hf__link_target *hf__block_links(const hf__block_header *block)
{
    return block->link_count > 0 ? (const hf__link_target *)((const char *)block + block->links_offset) : NULL;
}

/* What hf__block_check may take for granted about what lies beside the block. */
typedef struct hf__block_limits {
    uint64_t    bytes;         /* readable from the header on */
    uint32_t    mounts, foreigns;
    const char *outer_text;    /* NULL: text must lie in the block */
    size_t      outer_length;
    bool        check_utf8;    /* also validate text */
    bool        header_only;   /* checks the header, believes the rest */
    bool        is_exact;      /* also that no bytes follow the block */
    bool        check_spelling; /* also that numbers are spelled as JSON spells them, and that text which is
                                   written without a scan needs none */
    const struct hf__home *home; /* NULL: no earlier blocks */
} hf__block_limits;

/* Checks every invariant of value_layout.h; bounded by the block's size, safe on hostile bytes.
 * HF_BAD_BLOCK or HF_BAD_VERSION with the offset of the offending bytes. */
hf_status hf__block_check(const hf__block_header *block, const hf__block_limits *limits, hf_error *reterr);

/* Gives wide numbers to all wide containers of `slots`, from 1 in the order of their closing slots;
 * returns how many. */
uint64_t hf__number_wide(hf__slot *slots, uint64_t count);

#endif

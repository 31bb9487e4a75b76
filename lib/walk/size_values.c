/* size_values.c - documents and drafts into a size report: one walk.
 *
 * Values of the walked document stand in one place each. Those of mounted documents, and of blocks that are
 * shared with earlier versions, may be shown in several: of each such block a table tells which values were
 * counted, and as which object. Documents are gathered in a list that is its own queue, so that those that
 * are held but not shown count as well. */
#include "walk/size_rows.h"

#include <holdfast/walk.h>

#include "base/fail.h"
#include "value/ended.h"
#include "value/home.h"

typedef struct block_seen {
    const hf_document *document;
    const hf__slot    *slots;
    uint64_t           slot_count, shown_bytes;
    uint32_t           kind, path;  /* of the value by which it was met */
    bool               is_held, is_followed; /* held with its mounts; else for its block alone */
    uint32_t          *numbers;     /* by slot: its object + 1, or SHOWN_MOUNT; NULL: nothing of it is shown a second time */
} block_seen;

#define SHOWN_MOUNT UINT32_MAX

typedef struct adder {
    hf_size_report *report;
    hf_error       *reterr;
    const hf__home *home;          /* of the root */
    uint32_t        kinds[HF_KIND_FOREIGN + 1];
    hf__rows        blocks;        /* block_seen */
    uint32_t       *cells;         /* open addressing by document: number in blocks + 1 */
    size_t          cell_count;
    size_t          current;       /* block + 1 of the value before; 0: the root's own, or a draft's */
    const hf__home *current_home;  /* by which it was come to: versions share blocks */
    uint32_t        here, object;  /* of the innermost container */
    uint64_t        inside;        /* containers entered below a path that gathers */
    uint32_t        outside;       /* the innermost container's path when that began */
    uint64_t        bytes;         /* of all so far */
    uint64_t        own_bytes;     /* of these, in the root's own block or in chunks of a draft */
} adder;

/* ---- blocks ------------------------------------------------------------------------------ */

static size_t cell_of(const adder *with, const hf_document *document)
{
    size_t mask = with->cell_count - 1, at = ((uintptr_t)document / 64 * 0x9e3779b97f4a7c15u) >> 20 & mask;
    while (with->cells[at] != 0 && ((block_seen *)with->blocks.items)[with->cells[at] - 1].document != document)
        at = (at + 1) & mask;
    return at;
}

static bool grow_cells(adder *with)
{
    size_t count = with->cell_count == 0 ? 16 : with->cell_count * 2;
    void *memory;
    if (hf__memory_allocate(&with->report->memory, count * sizeof(uint32_t), HF__ROWS_ALIGNMENT, &memory, NULL) != HF_OK)
        return false;
    hf__memory_free(&with->report->memory, with->cells, with->cell_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    with->cells = memset(memory, 0, count * sizeof(uint32_t));
    with->cell_count = count;
    for (size_t i = 0; i < with->blocks.count; i++)
        with->cells[cell_of(with, ((block_seen *)with->blocks.items)[i].document)] = (uint32_t)i + 1;
    return true;
}

/* The block's number + 1, listed when it is new; 0 without memory. */
static size_t find_block(adder *with, const hf_document *document, uint32_t kind, uint32_t path)
{
    if (with->blocks.count * 2 >= with->cell_count && !grow_cells(with))
        return 0;
    size_t at = cell_of(with, document);
    if (with->cells[at] != 0)
        return with->cells[at];
    block_seen *made = hf__rows_add(&with->report->memory, &with->blocks, sizeof *made);
    if (made == NULL)
        return 0;
    *made = (block_seen){ .document = document, .slots = document->home.slots, .slot_count = document->home.slot_count,
                          .kind = kind, .path = path };
    return with->cells[at] = (uint32_t)with->blocks.count;
}

/* The same for a document that is held as a whole, with what it mounts. */
static bool hold_block(adder *with, const hf_document *document, uint32_t kind, uint32_t path)
{
    size_t block = find_block(with, document, kind, path);
    if (block != 0)
        ((block_seen *)with->blocks.items)[block - 1].is_held = true;
    return block != 0;
}

static bool lies_in(const block_seen *block, const hf__slot *slot)
{
    return (uintptr_t)slot - (uintptr_t)block->slots < block->slot_count * sizeof *slot;
}

/* The document whose block a value lies in; NULL: the walked one's own, or a chunk of a draft. */
static const hf_document *block_of(const adder *with, hf_value value)
{
    for (uint32_t base = 0; base < value.home->base_count; base++) {
        const hf__base *one = &value.home->bases[base];
        if ((uintptr_t)value.slot - (uintptr_t)one->slots < one->slot_count * sizeof *value.slot)
            return one->document;
    }
    return value.home == with->home ? NULL : hf__home_document(value.home);
}

/* Sets `current` to the block of a value. False without memory. */
static bool enter_block(adder *with, hf_value value, uint32_t kind, uint32_t path)
{
    if (value.home == with->home && value.home->base_count == 0) {
        with->current = 0;
        return true;
    }
    if (with->current != 0 && with->current_home == value.home &&
        lies_in((block_seen *)with->blocks.items + with->current - 1, value.slot))
        return true;
    const hf_document *document = block_of(with, value);
    with->current = 0;
    with->current_home = value.home;
    if (document == NULL)
        return true;
    with->current = find_block(with, document, kind, path);
    if (with->current == 0 || (value.home != with->home && !hold_block(with, hf__home_document(value.home), kind, path)))
        return false;
    block_seen *block = (block_seen *)with->blocks.items + with->current - 1;
    void *memory;
    if (block->numbers != NULL)
        return true;
    if (block->slot_count > SIZE_MAX / sizeof(uint32_t) ||
        hf__memory_allocate(&with->report->memory, (size_t)block->slot_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT, &memory, NULL) != HF_OK)
        return false;
    block->numbers = memset(memory, 0, (size_t)block->slot_count * sizeof(uint32_t));
    return true;
}

/* Lists what is held without being shown: mounts of documents that are held, and blocks that they share. */
static bool follow_blocks(adder *with)
{
    for (bool is_done = false; !is_done;) {
        is_done = true;
        for (size_t i = 0; i < with->blocks.count; i++) { /* the list grows */
            block_seen block = ((block_seen *)with->blocks.items)[i];
            const hf__home *home = &block.document->home;
            if (!block.is_held || block.is_followed)
                continue;
            ((block_seen *)with->blocks.items)[i].is_followed = true;
            is_done = false;
            for (uint32_t m = 0; m < home->mount_count; m++)
                if (home->mounts[m].document != NULL && /* else it was unmounted before the freeze */
                    !hold_block(with, home->mounts[m].document, block.kind, block.path))
                    return false;
            for (uint32_t b = 0; b < home->base_count; b++)
                if (find_block(with, home->bases[b].document, block.kind, block.path) == 0)
                    return false;
        }
    }
    return true;
}

/* Charges what of each document is in no value. */
static void charge_blocks(adder *with)
{
    for (size_t i = 0; i < with->blocks.count; i++) {
        const block_seen *block = (const block_seen *)with->blocks.items + i;
        uint64_t charged = atomic_load_explicit(&((hf_document *)(uintptr_t)block->document)->bytes, memory_order_relaxed);
        if (charged <= block->shown_bytes)
            continue;
        hf__size_put(with->report, block->kind, block->path, HF_SIZE_SLACK, charged - block->shown_bytes);
        with->report->total.amounts[HF_SIZE_SLACK] += (int64_t)(charged - block->shown_bytes);
    }
}

/* ---- values ------------------------------------------------------------------------------ */

/* Mounts that were stepped through to the present value; 0 unless it stands at one. */
static uint32_t mounts_at(const hf_walk *walk)
{
    uint32_t at = walk->returns_used;
    if (at == 0 || walk->value.slot != walk->top)
        return 0;
    while (at > 1 && walk->returns[at - 1].from == walk->returns[at - 1].top)
        at--;
    return walk->returns_used - at + 1;
}

/* What is shown of a value's block. */
static void show_bytes(adder *with, size_t block, uint64_t bytes)
{
    *(block != 0 ? &((block_seen *)with->blocks.items)[block - 1].shown_bytes : &with->own_bytes) += bytes;
}

static uint64_t key_bytes(hf_text key)
{
    return key.bytes == NULL ? 0 : sizeof(hf__slot) + (key.length > HF__INLINE_MAX ? key.length : 0);
}

static uint32_t step_to(adder *with, const hf_walk *walk)
{
    if (walk->depth == 0)
        return 0;
    if (with->inside > 0)
        return with->here;
    return hf__size_step(with->report, with->here, walk->key.bytes != NULL ? HF__STEP_NAME : HF__STEP_ITEMS,
                         walk->key.bytes != NULL ? walk->key : hf_text_of(NULL, 0));
}

static void begin_container(adder *with, const hf_walk *walk, uint32_t kind, uint32_t path, uint64_t own_bytes)
{
    hf__size_kind *row = &hf__kinds_of(with->report)[kind];
    if (row->open++ == 0)
        row->begun = with->bytes - own_bytes;
    if (with->inside > 0) {
        with->inside++;
    } else if (walk->depth > 0 && (path == with->here || hf__size_gathers(with->report, path))) {
        with->inside = 1;
        with->outside = with->here;
    }
    with->here = path;
}

static void end_container(adder *with, const hf_walk *walk)
{
    hf__size_kind *row = &hf__kinds_of(with->report)[with->kinds[hf_kind_of(walk->value)]];
    if (--row->open == 0)
        row->amounts[HF_SIZE_DEEP] += (int64_t)(with->bytes - row->begun);
    if (with->report->options.retained)
        with->object = ((hf__size_object *)with->report->objects.items)[with->object].parent;
    if (with->inside == 0)
        with->here = hf__paths_of(with->report)[with->here].parent;
    else if (--with->inside == 0)
        with->here = with->outside;
}

/* A value for the first time; `own`: with its key, and with the mount that it stands at. */
static hf_status count_new(adder *with, const hf_walk *walk, uint32_t kind, uint32_t path, uint64_t own, uint32_t *number)
{
    hf_size_report *report = with->report;
    uint32_t object;
    hf_status status = hf__size_count(report, with->object, kind, path, own, &object, with->reterr);
    if (status != HF_OK)
        return status;
    hf__size_put(report, kind, path, HF_SIZE_COUNT, 1);
    report->total.amounts[HF_SIZE_COUNT]++;
    if (number != NULL) {
        *number = object + 1;
        hf__size_put(report, kind, path, HF_SIZE_SHARED, own);
        report->total.amounts[HF_SIZE_SHARED] += (int64_t)own;
    }
    if (walk->event == HF_ENTER) {
        begin_container(with, walk, kind, path, own);
        with->object = object;
    } else if (hf__kinds_of(report)[kind].open == 0) {
        hf__kinds_of(report)[kind].amounts[HF_SIZE_DEEP] += (int64_t)own;
    }
    return HF_OK;
}

/* A value that was counted before: its key and the mount it stands at are new, and belong to what is around. */
static hf_status count_again(adder *with, hf_walk *walk, uint32_t kind, uint64_t own, uint32_t number)
{
    hf__size_kind *row = &hf__kinds_of(with->report)[kind];
    if (row->open == 0)
        row->amounts[HF_SIZE_DEEP] += (int64_t)own;
    if (with->report->options.retained)
        ((hf__size_object *)with->report->objects.items)[with->object].bytes += own;
    if (walk->event == HF_ENTER)
        hf_walk_skip(walk);
    return hf__size_meet(with->report, with->object, number - 1, with->reterr);
}

/* A mount leads from the block that its slot lies in. Several may lead to one value, each from a document that
 * the one before shows: all of these are met, and each slot counts once, in whatever places it is shown. */
static bool count_mounts(adder *with, const hf_walk *walk, uint32_t mounts, uint32_t kind, uint32_t path, uint64_t *bytes)
{
    uint64_t key = key_bytes(walk->key);
    if (mounts == 0)
        return true;
    const hf__walk_return *back = &walk->returns[walk->returns_used - mounts];
    /* From one to the next: the walk steps over all of them at once. */
    for (hf_value at = { back->home, back->from }; hf__kind(at.slot) == HF__MOUNT; at = hf__mount_target(at.home, at.slot)) {
        if (!enter_block(with, at, kind, path))
            return false;
        block_seen *block = with->current != 0 ? (block_seen *)with->blocks.items + with->current - 1 : NULL;
        uint32_t *number = block != NULL ? &block->numbers[at.slot - block->slots] : NULL;
        uint64_t own = key + (number == NULL || *number == 0 ? sizeof(hf__slot) : 0);
        if (number != NULL)
            *number = SHOWN_MOUNT;
        show_bytes(with, with->current, own);
        *bytes += own;
        key = 0; /* it lies beside the first one */
    }
    return true;
}

static hf_status count_value(adder *with, hf_walk *walk)
{
    hf_size_report *report = with->report;
    uint32_t kind = with->kinds[hf_kind_of(walk->value)], path = step_to(with, walk), mounts = mounts_at(walk);
    uint64_t outer = mounts > 0 ? 0 : key_bytes(walk->key);
    if (path == HF__NO_ROW)
        return hf__size_break(report, HF_NO_MEMORY, with->reterr);
    if (!count_mounts(with, walk, mounts, kind, path, &outer) || !enter_block(with, walk->value, kind, path))
        return hf__size_break(report, HF_NO_MEMORY, with->reterr);
    block_seen *block = with->current != 0 ? (block_seen *)with->blocks.items + with->current - 1 : NULL;
    uint32_t *number = block != NULL ? &block->numbers[walk->value.slot - block->slots] : NULL;
    bool is_again = number != NULL && *number != 0;
    uint64_t inner = is_again ? 0 : hf_value_bytes(walk->value);
    if (!is_again && hf_is_number(walk->value))
        inner += hf__number_source(walk->value.slot).length;
    show_bytes(with, with->current, mounts > 0 ? inner : inner + outer);
    with->bytes += inner + outer;
    hf__size_put(report, kind, path, HF_SIZE_SHALLOW, inner + outer);
    return is_again ? count_again(with, walk, kind, outer, *number) : count_new(with, walk, kind, path, inner + outer, number);
}

static hf_status walk_all(adder *with, hf_value root)
{
    hf_status status = HF_OK;
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (status == HF_OK && hf_walk_next(&walk)) {
        if (walk.event == HF_LEAVE)
            end_container(with, &walk);
        else
            status = count_value(with, &walk);
    }
    hf_walk_finish(&walk);
    return status;
}

/* The root's own document, when all of it was walked; then all others that were met. */
static bool charge_all(adder *with, hf_value root)
{
    if (root.home->kind == HF__HOME_DOCUMENT && root.slot == root.home->slots) {
        if (!hold_block(with, hf__home_document(root.home), with->kinds[hf_kind_of(root)], 0))
            return false;
        show_bytes(with, find_block(with, hf__home_document(root.home), 0, 0), with->own_bytes);
    }
    if (!follow_blocks(with))
        return false;
    charge_blocks(with);
    return true;
}

static void release(adder *with)
{
    const hf__memory *memory = &with->report->memory;
    for (size_t i = 0; i < with->blocks.count; i++) {
        const block_seen *block = (block_seen *)with->blocks.items + i;
        hf__memory_free(memory, block->numbers, (size_t)block->slot_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    }
    hf__rows_release(memory, &with->blocks, sizeof(block_seen));
    hf__memory_free(memory, with->cells, with->cell_count * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
}

hf_status hf_size_report_add(hf_size_report *report, hf_value value, hf_error *reterr)
{
    adder with = { .report = report, .reterr = reterr, .home = value.home };
    hf_status status = hf__size_check_open(report, reterr);
    if (status != HF_OK || hf__view_is_none(value))
        return status;
    for (hf_kind kind = HF_KIND_ABSENT; kind <= HF_KIND_FOREIGN; kind++)
        if ((with.kinds[kind] = hf__size_kind_of(report, hf_text_from_cstr(hf_kind_name(kind)))) == HF__NO_ROW)
            return hf__size_break(report, HF_NO_MEMORY, reterr);
    status = walk_all(&with, value);
    if (status == HF_OK && !charge_all(&with, value))
        status = hf__size_break(report, HF_NO_MEMORY, reterr);
    report->total.amounts[HF_SIZE_SHALLOW] += (int64_t)with.bytes;
    release(&with);
    return status;
}

/* struct_report.c - structs into a size report: breadth first over their blocks, so that each is counted
 * where a shortest way finds it.
 *
 * The list of blocks is its own queue, and a tree: what was met from one block lies together. Paths are of
 * members' names; a record below one of its own type is found at that one's "**", so that lists and trees of
 * any depth have few paths. */
#include <malloc.h>

#include "bind/struct_release.h"
#include "walk/size_rows.h"

typedef struct block_met {
    char          *at;
    const hf_type *type;   /* of the objects in it; NULL: nothing leads on */
    size_t         count, records, bytes; /* records: 1 where the objects are none */
    uint32_t       parent, first; /* blocks met from it: from `first` on, those whose parent it is */
    uint32_t       kind, path, inner; /* inner: of its objects, where their members begin */
    uint32_t       number;  /* among the report's objects */
    bool           is_shared;
} block_met;

typedef struct adder {
    hf_size_report *report;
    hf_error       *reterr;
    hf__rows        blocks; /* block_met */
    hf__memo        met;    /* of graphs: count is the block's index */
    bool            is_graph, has_failed;
} adder;

static block_met *blocks_of(const adder *with) { return with->blocks.items; }

/* ---- names ------------------------------------------------------------------------------- */

static uint32_t settle(adder *with, uint32_t path)
{
    with->has_failed |= path == HF__NO_ROW;
    return path == HF__NO_ROW ? 0 : path;
}

static uint32_t name_member(void *context, uint32_t path, const hf_member *member)
{
    adder *with = context;
    if (member->name[0] == 0) /* a union without a name: its arms are the record's */
        return path;
    return settle(with, hf__size_step(with->report, path, HF__STEP_NAME, hf_text_from_cstr(member->name)));
}

static uint32_t name_items(void *context, uint32_t path)
{
    adder *with = context;
    return settle(with, hf__size_step(with->report, path, HF__STEP_ITEMS, hf_text_of(NULL, 0)));
}

/* Where records of `type` are found whose pointer stands at `path`: below one of that type, with the others. */
static uint32_t fold(adder *with, uint32_t path, const hf_type *type)
{
    for (uint32_t above = path;; above = hf__paths_of(with->report)[above].parent) {
        const hf__size_path *one = &hf__paths_of(with->report)[above];
        if (one->type == type && above != path) {
            if (one->step == HF__STEP_SAME)
                return above;
            return settle(with, hf__size_step(with->report, above, HF__STEP_SAME, hf_text_of(NULL, 0)));
        }
        if (above == 0)
            return path;
    }
}

static uint32_t kind_of(adder *with, const hf_type *type, bool is_vector)
{
    char name[256];
    bool is_run = is_vector && type->shape != HF_SHAPE_RECORD;
    snprintf(name, sizeof name, "%s%s", type->name[0] != 0 ? type->name : hf_shape_name((hf_shape)type->shape), is_run ? "[]" : "");
    return settle(with, hf__size_kind_of(with->report, hf_text_from_cstr(name)));
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* Where the block that a link leads to is counted, and where what is in it. */
static void place_block(adder *with, const hf__link *link, block_met *block)
{
    bool is_string = link->type->shape == HF_SHAPE_STRING, is_vector = link->type->shape == HF_SHAPE_VECTOR;
    const hf_type *type = is_string ? link->type : link->type->item;
    hf__size_path *path = &hf__paths_of(with->report)[link->path];
    if (path->target == 0) {
        uint32_t inner = is_vector ? name_items(with, link->path) : link->path;
        bool is_record = type->shape == HF_SHAPE_RECORD;
        if (is_record)
            inner = fold(with, inner, type);
        uint32_t kind = kind_of(with, type, is_vector);
        if (is_record)
            hf__paths_of(with->report)[inner].type = type;
        path = &hf__paths_of(with->report)[link->path]; /* may have moved */
        path->target = inner + 1;
        path->kind = kind + 1;
    }
    block->inner = path->target - 1;
    block->kind = path->kind - 1;
    block->path = type->shape == HF_SHAPE_RECORD ? block->inner : link->path;
}

/* False without memory. */
static bool add_block(adder *with, const block_met *block)
{
    block_met *made = hf__rows_add(&with->report->memory, &with->blocks, sizeof *made);
    if (made == NULL)
        with->has_failed = true;
    else
        *made = *block;
    return !with->has_failed;
}

/* Follows one pointer of block `from`. */
static hf_status follow(adder *with, uint32_t from, const hf__link *link)
{
    block_met block = { .parent = from };
    if (link->type->ownership == HF_REF || link->type->ownership == HF_STATIC)
        return HF_OK;
    if (!hf__link_bytes(link, &block.bytes))
        return hf__size_break(with->report, HF_OUT_OF_RANGE, with->reterr);
    block.at = hf__pointer_at(link->place);
    if (with->is_graph) {
        bool is_new = false;
        hf__seen *seen = hf__memo_add(&with->met, block.at, &is_new);
        if (seen == NULL)
            return hf__size_break(with->report, HF_NO_MEMORY, with->reterr);
        if (!is_new) {
            blocks_of(with)[seen->count].is_shared = true;
            return hf__size_meet(with->report, blocks_of(with)[from].number, blocks_of(with)[seen->count].number, with->reterr);
        }
        seen->count = with->blocks.count;
    }
    place_block(with, link, &block);
    bool leads_on = link->type->shape != HF_SHAPE_STRING && (link->type->item->flags & HF_TYPE_LINKS) != 0;
    block.type = leads_on ? link->type->item : NULL;
    block.count = link->count;
    block.records = link->type->shape != HF_SHAPE_STRING && link->type->item->shape == HF_SHAPE_RECORD ? link->count : 1;
    hf_status status = hf__size_count(with->report, blocks_of(with)[from].number, block.kind, block.path, block.bytes, &block.number,
                                      with->reterr);
    if (status != HF_OK)
        return status;
    return add_block(with, &block) ? HF_OK : hf__size_break(with->report, HF_NO_MEMORY, with->reterr);
}

static hf_status look_into(adder *with, uint32_t from)
{
    const hf__namer namer = { with, name_member, name_items };
    block_met block = blocks_of(with)[from];
    hf_status status = HF_OK;
    hf__place outer[HF__PLACES_MAX];
    hf__links links;
    hf__link link;
    blocks_of(with)[from].first = (uint32_t)with->blocks.count;
    if (block.type == NULL)
        return HF_OK;
    hf__links_begin(&links, outer, (hf__block){ block.type, block.at, block.count }, block.inner);
    while (status == HF_OK && hf__links_next_named(&links, &link, &namer)) {
        if (with->has_failed)
            return hf__size_break(with->report, HF_NO_MEMORY, with->reterr);
        status = follow(with, from, &link);
    }
    return status;
}

/* ---- adding up --------------------------------------------------------------------------- */

static void count_block(hf_size_report *report, const block_met *block, bool is_malloced)
{
    size_t slack = is_malloced ? malloc_usable_size(block->at) - block->bytes : 0, shared = block->is_shared ? block->bytes : 0;
    const uint64_t amounts[HF_SIZE_COLUMNS] = { [HF_SIZE_COUNT] = block->records, [HF_SIZE_SHALLOW] = block->bytes,
                                                [HF_SIZE_SHARED] = shared, [HF_SIZE_SLACK] = slack };
    for (int column = 0; column < HF_SIZE_COLUMNS; column++) {
        if (amounts[column] == 0)
            continue;
        hf__size_put(report, block->kind, block->path, (hf_size_column)column, amounts[column]);
        report->total.amounts[column] += (int64_t)amounts[column];
    }
}

/* Deep bytes of kinds: in the order of the tree, what lies between an outermost block of a kind and its end. */
static void add_up_kinds(const adder *with)
{
    const block_met *blocks = blocks_of(with);
    hf__size_kind *kinds = hf__kinds_of(with->report);
    uint64_t bytes = 0;
    for (uint32_t at = 0;;) {
        hf__size_kind *kind = &kinds[blocks[at].kind];
        if (kind->open++ == 0)
            kind->begun = bytes;
        bytes += blocks[at].bytes;
        uint32_t first = blocks[at].first;
        if (first < with->blocks.count && blocks[first].parent == at && first != at) {
            at = first;
            continue;
        }
        for (;;) {
            kind = &kinds[blocks[at].kind];
            if (--kind->open == 0)
                kind->amounts[HF_SIZE_DEEP] += (int64_t)(bytes - kind->begun);
            if (at == 0)
                return;
            if (at + 1 < with->blocks.count && blocks[at + 1].parent == blocks[at].parent) {
                at++;
                break;
            }
            at = blocks[at].parent;
        }
    }
}

static hf_status begin(adder *with, const hf_type *type, const void *object)
{
    block_met root = { .at = (char *)(uintptr_t)object, .type = type, .count = 1, .records = 1 };
    bool is_new = false;
    if (!hf__object_bytes(type, object, &root.bytes))
        return hf__size_break(with->report, HF_OUT_OF_RANGE, with->reterr);
    if (with->is_graph && hf__memo_add(&with->met, object, &is_new) == NULL)
        return hf__size_break(with->report, HF_NO_MEMORY, with->reterr);
    root.kind = kind_of(with, type, false);
    hf__paths_of(with->report)[0].type = type;
    hf_status status = hf__size_count(with->report, 0, root.kind, 0, root.bytes, &root.number, with->reterr);
    if (status == HF_OK && (!add_block(with, &root) || with->has_failed))
        status = hf__size_break(with->report, HF_NO_MEMORY, with->reterr);
    return status;
}

hf_status hf_size_report_add_struct(hf_size_report *report, const hf_type *type, const void *object, hf_error *reterr)
{
    adder with = { .report = report, .reterr = reterr, .is_graph = (type->flags & HF_TYPE_GRAPH) != 0 };
    hf_status status = hf__size_check_open(report, reterr);
    if (status != HF_OK || object == NULL)
        return status;
    hf__memo_init(&with.met, report->memory.allocator);
    status = begin(&with, type, object);
    for (uint32_t at = 0; status == HF_OK && at < with.blocks.count; at++)
        status = look_into(&with, at);
    if (status == HF_OK) {
        for (size_t i = 0; i < with.blocks.count; i++)
            count_block(report, &blocks_of(&with)[i], report->options.is_malloced);
        add_up_kinds(&with);
    }
    hf__memo_release(&with.met);
    hf__rows_release(&report->memory, &with.blocks, sizeof(block_met));
    return status;
}

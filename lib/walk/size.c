/* size.c - one pass over the slots of a value, and over the mount tables of what it mounts.
 *
 * Mounted documents are gathered in a list that is its own queue: each is looked at once, its mounts
 * are appended when they are not in the set yet. Earlier versions follow, whose blocks are shared: of those
 * nothing but the block is held, so that their mounts may go at any time and are not looked at. */
#include <holdfast/size.h>

#include "base/fail.h"
#include "memory/allocate.h"
#include "value/ended.h"
#include "value/home.h"
#include "value/part_memo.h"

static const hf__memory heap = { NULL, NULL };

/* ---- the set of documents ---------------------------------------------------------------- */

/* Open addressing over addresses, at most half full; `order` lists the members as they came. */
typedef struct document_set {
    const hf_document **cells, **order;
    size_t              room, count; /* room: cells, a power of two; half of it in `order` */
} document_set;

static size_t set_bytes(size_t room)
{
    return (room + room / 2) * sizeof(hf_document *);
}

static void put(document_set *set, const hf_document *document)
{
    size_t at = ((uintptr_t)document / 64 * 0x9e3779b97f4a7c15u) >> 20 & (set->room - 1);
    while (set->cells[at] != NULL && set->cells[at] != document)
        at = (at + 1) & (set->room - 1);
    if (set->cells[at] == NULL) {
        set->cells[at] = document;
        set->order[set->count++] = document;
    }
}

static hf_status add_document(document_set *set, const hf_document *document, hf_error *reterr)
{
    if (set->count == set->room / 2) {
        document_set grown = { NULL, NULL, set->room == 0 ? 16 : set->room * 2, 0 };
        void *memory;
        hf_status status = hf__memory_allocate(&heap, set_bytes(grown.room), HF__BLOCK_ALIGNMENT, &memory, reterr);
        if (status != HF_OK)
            return status;
        grown.cells = memory;
        grown.order = grown.cells + grown.room;
        memset(memory, 0, grown.room * sizeof(hf_document *));
        for (size_t i = 0; i < set->count; i++)
            put(&grown, set->order[i]);
        hf__memory_free(&heap, set->cells, set_bytes(set->room), HF__BLOCK_ALIGNMENT);
        *set = grown;
    }
    put(set, document);
    return HF_OK;
}

/* ---- one pass ---------------------------------------------------------------------------- */

static void count_value(hf_size *size, hf_value value, uint64_t depth)
{
    size->values++;
    size->kinds[hf_kind_of(value)]++;
    size->depths[depth < HF_SIZE_DEPTHS ? depth : HF_SIZE_DEPTHS - 1]++;
    if (depth > size->depth)
        size->depth = depth;
    size->deep_bytes += hf_value_bytes(value);
    if (hf_is_text(value))
        size->text_bytes += hf__slot_text(value.slot).length;
    else if (hf_is_number(value))
        size->deep_bytes += hf__number_source(value.slot).length;
}

static void count_key(hf_size *size, const hf__slot *key)
{
    hf_text text = hf__slot_text(key);
    size->keys++;
    size->key_bytes += text.length;
    size->deep_bytes += sizeof *key + (text.length > HF__INLINE_MAX ? text.length : 0);
}

static void expand(hf_size *size, hf_value mounted, hf__part_memo *memo)
{
    uint64_t values;
    uint32_t depth;
    hf__value_expanded_noting(mounted, memo, &values, &depth);
    size->values_expanded = values > UINT64_MAX - size->values_expanded ? UINT64_MAX : size->values_expanded + values;
}

static hf_status measure_slots(hf_size *size, hf_value root, document_set *mounted, hf__part_memo *memo, hf_error *reterr)
{
    const hf__home *home = root.home;
    const hf__slot *end = hf__behind(root.slot);
    uint64_t depth = 0, deep_before = 0;
    /* The way back from parts of earlier blocks, which lead from one to the next. What lies there is
     * counted as values; its bytes are the block's, which is shared. */
    struct {
        const hf__slot *at, *end;
    } returns[HF__BASES_MAX + 1];
    unsigned level = 0;
    for (const hf__slot *at = root.slot; at != end || level > 0;) {
        if (at == end) {
            at = returns[--level].at;
            end = returns[level].end;
            size->deep_bytes = level == 0 ? deep_before : size->deep_bytes;
            continue;
        }
        if (hf__is_close(at)) {
            depth--;
            at = at->lo & HF__EDITED ? home->chunks->owner(home, at) + 1 : at + 1;
            continue;
        }
        if (hf__is_key(at))
            count_key(size, at++);
        hf_value value = { home, at };
        if (hf__kind(at) == HF__MOUNT && hf__byte1(at) == HF__MOUNT_OWN) {
            size->deep_bytes += sizeof *at;
            deep_before = level == 0 ? size->deep_bytes : deep_before;
            returns[level].at = at + 1;
            returns[level++].end = end;
            at = hf__slot_at(home, at->hi);
            end = hf__behind(at);
            continue;
        }
        if (hf__kind(at) == HF__MOUNT) {
            value = hf__mount_target(home, at);
            hf_status status = add_document(mounted, hf__home_document(value.home), reterr);
            if (status != HF_OK)
                return status;
            size->deep_bytes += sizeof *at;
            expand(size, value, memo);
            at++;
            continue;
        }
        count_value(size, value, depth);
        size->values_expanded += size->values_expanded < UINT64_MAX;
        if (hf__is_container(at)) {
            depth++;
            at = hf__first_child(value);
        } else {
            at++;
        }
    }
    return HF_OK;
}

static hf_status add_bases(document_set *shared, const hf__home *home, hf_error *reterr)
{
    hf_status status = HF_OK;
    for (uint32_t base = 0; status == HF_OK && base < home->base_count; base++)
        status = add_document(shared, home->bases[base].document, reterr);
    return status;
}

static hf_status add_mounts(document_set *shared, const hf__home *home, hf_error *reterr)
{
    hf_status status = HF_OK;
    for (uint32_t mount = 0; status == HF_OK && mount < home->mount_count; mount++)
        if (home->mounts[mount].document != NULL) /* else it was unmounted before the freeze */
            status = add_document(shared, home->mounts[mount].document, reterr);
    return status;
}

/* All that is held with the mounted documents of `shared` and with `home`. */
static hf_status measure_shared(hf_size *size, document_set *shared, const hf__home *home, hf_error *reterr)
{
    hf_status status = HF_OK;
    for (size_t i = 0; status == HF_OK && i < shared->count; i++) /* the list grows */
        status = add_mounts(shared, &shared->order[i]->home, reterr);
    size_t mounted = shared->count;
    if (status == HF_OK)
        status = add_bases(shared, home, reterr);
    for (size_t i = 0; status == HF_OK && i < mounted; i++)
        status = add_bases(shared, &shared->order[i]->home, reterr);
    for (size_t i = 0; i < shared->count; i++)
        size->shared_bytes += atomic_load_explicit(&((hf_document *)(uintptr_t)shared->order[i])->bytes, memory_order_relaxed);
    size->documents = shared->count;
    return status;
}

hf_status hf_measure(hf_value value, hf_size *ret_size, hf_error *reterr)
{
    hf_size size;
    document_set mounted = { NULL, NULL, 0, 0 };
    memset(&size, 0, sizeof size);
    if (hf__view_is_none(value)) {
        *ret_size = size;
        return HF_OK;
    }
    size.shallow_bytes = hf_value_bytes(value);
    hf__part_memo memo;
    hf__part_memo_init(&memo);
    hf_status status = measure_slots(&size, value, &mounted, &memo, reterr);
    hf__part_memo_release(&memo);
    if (status == HF_OK)
        status = measure_shared(&size, &mounted, value.home, reterr);
    hf__memory_free(&heap, mounted.cells, set_bytes(mounted.room), HF__BLOCK_ALIGNMENT);
    if (status != HF_OK)
        return status;
    if (value.home->kind == HF__HOME_DOCUMENT && value.slot == value.home->slots) {
        hf_document_info info = hf_document_get_info(hf__home_document(value.home));
        size.index_bytes = info.index_bytes;
        size.slack_bytes = info.bytes - info.index_bytes > size.deep_bytes ? info.bytes - info.index_bytes - size.deep_bytes : 0;
    }
    *ret_size = size;
    return HF_OK;
}

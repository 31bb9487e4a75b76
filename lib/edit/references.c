/* references.c - {"$ref": "#/..."} to links, and back.
 *
 * Both go once over the slots of one block and write another one (freezer.h). To links: a first pass
 * finds the objects and resolves their pointers, before anything is written. What lies in an object
 * that becomes a link is gone, so a reference that leads there stays text; one that leads to such an
 * object is resolved on to where that leads, and stays text when it goes round in circles. */
#include <holdfast/link.h>

#include <stdlib.h>

#include "base/misuse.h"
#include "edit/freezer.h"

enum { SHORT_POINTER = 512 };
#define NOWHERE UINT64_MAX

/* An object that stands for a reference. */
typedef struct reference {
    uint64_t object, target; /* slots; target NOWHERE: stays. Until its object ends, `object` is the key's slot */
    uint64_t outer;          /* the last one that is not within another; before sorting: the next that waits */
    uint32_t entry;          /* while finding, the order they came in; while resolving, a `mark` */
    bool     is_within;      /* another one: goes with it */
} reference;

typedef struct references {
    const hf_document *document; /* one block: no mounts, no earlier blocks */
    hf__memory   memory;
    reference   *all;            /* by object */
    uint64_t     count, capacity;
    hf__link_target *links;      /* those of the document, then the new ones */
    uint32_t     link_count, link_capacity;
    hf_reference_counts counts;
    hf_error    *reterr;
} references;

/* ---- one block --------------------------------------------------------------------------- */

/* The document itself, with a hold, or a copy without mounts and earlier blocks. */
static hf_status flatten(const hf_document *document, hf_document **ret_document, hf_error *reterr)
{
    if (document->home.mount_count > 0 || document->home.base_count > 0)
        return hf_document_clone(document, document->allocator, document->budget, ret_document, reterr);
    hf_status status = hf__text_check(document, reterr);
    if (status == HF_OK)
        *ret_document = hf_document_hold(document);
    return status;
}

/* A document of what was written, which shares the foreign values of `from`. */
static hf_status finish(hf__freezer *to, const hf_document *from, const hf__link_target *links, uint32_t link_count,
                        hf_document **ret_document)
{
    uint32_t count = from->home.foreign_count;
    void *foreigns = NULL;
    hf__block_header *block;
    hf_status status = HF_OK;
    uint32_t made = 0;
    if (count > 0)
        status = hf__memory_allocate(&to->memory, count * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT, &foreigns, to->reterr);
    hf__tables tables = { .foreigns = foreigns, .foreign_count = status == HF_OK ? count : 0 };
    for (; made < count && status == HF_OK; made++) {
        memset(&tables.foreigns[made], 0, sizeof(hf__foreign));
        if (from->home.foreigns[made].object != NULL)
            status = hf__foreign_share(&from->home.foreigns[made], &to->memory, &tables.foreigns[made], to->reterr);
    }
    if (status == HF_OK)
        status = hf__freezer_block(to, links, link_count, &block);
    if (status == HF_OK)
        status = hf__document_create(block, block->block_bytes, to->memory.allocator, to->memory.budget, ret_document, to->reterr);
    if (status == HF_OK) {
        hf__document_give_tables(*ret_document, &tables);
        return HF_OK;
    }
    for (uint32_t i = 0; i < made; i++)
        hf__foreign_release(&tables.foreigns[i]);
    hf__memory_free(&to->memory, foreigns, count * sizeof(hf__foreign), HF__BLOCK_ALIGNMENT);
    return status;
}

/* ---- finding references ------------------------------------------------------------------ */

static int hex_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10 : -1;
}

/* The pointer behind '#' with percent escapes undone; in `room` when it fits, else allocated. */
static hf_status decode(references *find, hf_text fragment, char *room, hf_text *ret_pointer, void **ret_memory)
{
    void *memory = room;
    *ret_memory = NULL;
    if (fragment.length > SHORT_POINTER) {
        hf_status status = hf__memory_allocate(&find->memory, fragment.length, HF__BLOCK_ALIGNMENT, &memory, find->reterr);
        if (status != HF_OK)
            return status;
        *ret_memory = memory;
    }
    char *out = memory;
    size_t length = 0;
    for (size_t i = 0; i < fragment.length; i++) {
        bool is_escape = fragment.bytes[i] == '%' && i + 2 < fragment.length && hex_of(fragment.bytes[i + 1]) >= 0 &&
                         hex_of(fragment.bytes[i + 2]) >= 0;
        out[length++] = is_escape ? (char)(hex_of(fragment.bytes[i + 1]) * 16 + hex_of(fragment.bytes[i + 2])) : fragment.bytes[i];
        i += is_escape ? 2 : 0;
    }
    *ret_pointer = hf_text_of(out, length);
    return HF_OK;
}

static hf_status add_reference(references *find, uint64_t key, hf_text text, uint64_t *waiting)
{
    const hf__slot *slots = find->document->home.slots;
    char room[SHORT_POINTER];
    hf_text pointer;
    void *memory;
    if (find->count == find->capacity) {
        uint64_t wanted = find->capacity * 2 + 16;
        void *grown = find->all;
        hf_status status =
            find->capacity == 0
                ? hf__memory_allocate(&find->memory, wanted * sizeof *find->all, HF__BLOCK_ALIGNMENT, &grown, find->reterr)
                : hf__memory_resize(&find->memory, &grown, find->capacity * sizeof *find->all, wanted * sizeof *find->all,
                                    HF__BLOCK_ALIGNMENT, find->reterr);
        if (status != HF_OK)
            return status;
        find->all = grown;
        find->capacity = wanted;
    }
    hf_status status = decode(find, hf_text_of(text.bytes + 1, text.length - 1), room, &pointer, &memory);
    if (status != HF_OK)
        return status;
    hf_value target = hf__follow_pointer((hf_value){ &find->document->home, slots }, pointer);
    hf__memory_free(&find->memory, memory, text.length - 1, HF__BLOCK_ALIGNMENT);
    find->all[find->count] = (reference){ key, hf_is_absent(target) ? NOWHERE : (uint64_t)(target.slot - slots), *waiting,
                                          (uint32_t)find->count, false };
    *waiting = find->count++;
    return HF_OK;
}

/* An object is known when it ends: those found last and not in an object that ended before are its own. */
static void end_object(references *find, uint64_t object, uint64_t *waiting)
{
    while (*waiting != NOWHERE && find->all[*waiting].object > object) {
        find->all[*waiting].object = object;
        *waiting = find->all[*waiting].outer;
    }
}

static hf_status find_references(references *find)
{
    const hf__slot *slots = find->document->home.slots;
    const hf__key name = hf__key_of(HF_T("$ref"));
    uint64_t waiting = NOWHERE;
    hf_status status = HF_OK;
    for (uint64_t i = 0; i < find->document->home.slot_count && status == HF_OK; i++) {
        if (hf__is_close(&slots[i])) {
            end_object(find, i - hf__way_back(&slots[i]), &waiting);
            continue;
        }
        if (!hf__is_key(&slots[i]) || !hf__key_matches(&name, &slots[i]) || !hf__is_text(&slots[i + 1]))
            continue;
        hf_text text = hf__slot_text(&slots[i + 1]);
        if (text.length == 0 || text.bytes[0] != '#')
            find->counts.outside++;
        else
            status = add_reference(find, i, text, &waiting);
    }
    return status;
}

/* ---- resolving --------------------------------------------------------------------------- */

/* Of equal keys the last one counts. */
static int by_object(const void *a, const void *b)
{
    const reference *left = a, *right = b;
    if (left->object != right->object)
        return left->object < right->object ? -1 : 1;
    return (left->entry < right->entry) - (left->entry > right->entry);
}

/* The last reference whose object begins at or before `slot`, not counting those within another; or NOWHERE. */
static uint64_t around(const references *find, uint64_t slot)
{
    uint64_t low = 0, high = find->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (find->all[middle].object <= slot)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? find->all[low - 1].outer : NOWHERE;
}

typedef enum mark { NOT_SEEN, ON_THE_WAY, ENDS_WELL, STAYS_TEXT } mark;

/* What a reference leads to: the mark when it is known, else the next one in *ret_next, whose object it names. */
static mark follow_one(const references *find, const reference *at, uint64_t *ret_next)
{
    const hf__slot *slots = find->document->home.slots;
    if (at->target == NOWHERE)
        return STAYS_TEXT;
    uint64_t next = around(find, at->target);
    if (next == NOWHERE || at->target >= find->all[next].object + hf__span(&slots[find->all[next].object]))
        return ENDS_WELL;
    if (at->target != find->all[next].object)
        return STAYS_TEXT; /* it will be gone */
    *ret_next = next;
    return (mark)find->all[next].entry;
}

/* Goes along to one that is known, then again to note what was found for all of them. Round in circles: text. */
static void follow_all(references *find, uint64_t begin)
{
    mark found = NOT_SEEN;
    uint64_t at = begin;
    while (found == NOT_SEEN) {
        find->all[at].entry = ON_THE_WAY;
        found = follow_one(find, &find->all[at], &at);
    }
    found = found == ON_THE_WAY ? STAYS_TEXT : found;
    for (at = begin; find->all[at].entry == ON_THE_WAY;) {
        reference *one = &find->all[at];
        one->entry = found;
        if (follow_one(find, one, &at) != ON_THE_WAY)
            break;
    }
}

static void resolve_references(references *find)
{
    const hf__slot *slots = find->document->home.slots;
    uint64_t end = 0;
    if (find->count > 1)
        qsort(find->all, find->count, sizeof *find->all, by_object);
    for (uint64_t i = 0; i < find->count; i++) {
        reference *at = &find->all[i];
        at->is_within = at->object < end; /* also the second "$ref" of one object */
        at->outer = at->is_within ? at[-1].outer : i;
        at->entry = NOT_SEEN;
        if (!at->is_within)
            end = at->object + hf__span(&slots[at->object]);
    }
    for (uint64_t i = 0; i < find->count; i++)
        if (find->all[i].entry == NOT_SEEN)
            follow_all(find, i);
    for (uint64_t i = 0; i < find->count; i++) {
        if (find->all[i].entry != ENDS_WELL || find->all[i].object == 0)
            find->all[i].target = NOWHERE;
        find->counts.unresolved += find->all[i].target == NOWHERE;
    }
}

/* Those that are resolved, by target; the hops to the end are gone again. */
static int by_target(const void *a, const void *b)
{
    const reference *left = *(reference *const *)a, *right = *(reference *const *)b;
    return (left->target > right->target) - (left->target < right->target);
}

/* Entries for all targets; `sorted` has room for all references. */
static hf_status give_entries(references *find, reference **sorted, uint64_t *ret_count)
{
    const hf__home *home = &find->document->home;
    uint64_t count = 0, targets = 0;
    for (uint64_t i = 0; i < find->count; i++)
        if (!find->all[i].is_within && find->all[i].target != NOWHERE)
            sorted[count++] = &find->all[i];
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, by_target);
    for (uint64_t i = 0; i < count; i++)
        targets += i == 0 || sorted[i]->target != sorted[i - 1]->target;
    if (targets + home->link_count > UINT32_MAX)
        return hf__fail(find->reterr, HF_LIMIT_COUNT, "link targets");
    find->link_capacity = (uint32_t)(targets + home->link_count);
    find->counts.links = count;
    find->counts.targets = targets;
    *ret_count = count;
    if (find->link_capacity == 0)
        return HF_OK;
    void *memory;
    hf_status status = hf__memory_allocate(&find->memory, find->link_capacity * sizeof *find->links, HF__BLOCK_ALIGNMENT,
                                           &memory, find->reterr);
    if (status != HF_OK)
        return status;
    find->links = memory;
    if (home->link_count > 0)
        memcpy(find->links, home->links, home->link_count * sizeof *find->links);
    find->link_count = home->link_count;
    for (uint64_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i]->target != sorted[i - 1]->target)
            find->links[find->link_count++] = (hf__link_target){ sorted[i]->target, 0, 0 };
        sorted[i]->entry = find->link_count - 1;
    }
    return HF_OK;
}

/* ---- writing ----------------------------------------------------------------------------- */

static hf_status write_links(hf__freezer *to, const references *find)
{
    const hf__slot *slots = find->document->home.slots;
    uint64_t next = 0, target = 0, unused;
    hf_status status = HF_OK;
    for (uint64_t i = 0; i < find->document->home.slot_count && status == HF_OK;) {
        const hf__slot *at = &slots[i];
        while (next < find->count &&
               (find->all[next].object < i || find->all[next].is_within || find->all[next].target == NOWHERE))
            next++;
        uint64_t written = to->slot_count;
        bool is_reference = next < find->count && find->all[next].object == i;
        if (is_reference)
            status = hf__freezer_put(to, &(hf__slot){ HF__LINK, find->all[next].entry }, hf_text_of(NULL, 0));
        else if (hf__is_close(at))
            status = hf__freezer_close(to, &unused);
        else
            status = hf__is_container(at) ? hf__freezer_open(to, at) : hf__freezer_scalar(to, at);
        for (; status == HF_OK && target < to->target_count && to->targets[target].address <= i; target++) {
            to->targets[target].slot = to->targets[target].address == i ? written : NOWHERE;
            to->slots[written].lo |= to->targets[target].address == i ? HF__LINKED : 0u;
        }
        i += is_reference ? hf__span(at) : 1;
    }
    for (; target < to->target_count; target++)
        to->targets[target].slot = NOWHERE;
    for (uint32_t i = 0; i < to->target_count; i++)
        find->links[to->targets[i].entry].slot = to->targets[i].slot;
    return status;
}

static hf_status to_links(references *find, hf_document **ret_document)
{
    void *sorted = NULL;
    uint64_t count;
    hf_status status = find_references(find);
    if (status == HF_OK)
        resolve_references(find);
    if (status == HF_OK && find->count > 0)
        status = hf__memory_allocate(&find->memory, find->count * sizeof(reference *), HF__BLOCK_ALIGNMENT, &sorted, find->reterr);
    if (status == HF_OK)
        status = give_entries(find, sorted, &count);
    hf__memory_free(&find->memory, sorted, find->count * sizeof(reference *), HF__BLOCK_ALIGNMENT);
    if (status != HF_OK)
        return status;
    hf__freezer to;
    hf__freezer_init(&to, &find->document->home, &find->memory, 0, UINT32_MAX, find->reterr);
    status = hf__freezer_collect_targets(&to, find->links, find->link_count);
    if (status == HF_OK)
        status = write_links(&to, find);
    if (status == HF_OK)
        status = finish(&to, find->document, find->links, find->link_count, ret_document);
    hf__freezer_release(&to);
    return status;
}

hf_status hf_references_to_links(const hf_document *document, hf_document **ret_document,
                                 hf_reference_counts *ret_counts, hf_error *reterr)
{
    hf_document *flat;
    if (document == NULL)
        return hf__misuse(reterr, "there is no document");
    if (hf__document_has_ended(document))
        return hf__fail(reterr, HF_MISUSE, "a document that was dropped");
    hf_status status = flatten(document, &flat, reterr);
    if (status != HF_OK)
        return status;
    references find = { .document = flat, .memory = { document->allocator, document->budget }, .reterr = reterr };
    status = to_links(&find, ret_document);
    hf__memory_free(&find.memory, find.all, find.capacity * sizeof *find.all, HF__BLOCK_ALIGNMENT);
    hf__memory_free(&find.memory, find.links, find.link_capacity * sizeof *find.links, HF__BLOCK_ALIGNMENT);
    hf_document_drop(flat);
    if (status == HF_OK && ret_counts != NULL)
        *ret_counts = find.counts;
    return status;
}

/* ---- the way back ------------------------------------------------------------------------ */

/* Writes from the end of `out` towards its front; only counts what does not fit. */
typedef struct backward {
    char  *out;
    size_t size, length;
} backward;

static void put_back(backward *to, char byte)
{
    to->length++;
    if (to->length <= to->size)
        to->out[to->size - to->length] = byte;
}

/* A token as it stands in a URI fragment: what is not allowed there is escaped. */
static void put_token(backward *to, hf_text key)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = key.length; i-- > 0;) {
        unsigned char byte = (unsigned char)key.bytes[i];
        if (byte == '~' || byte == '/') {
            put_back(to, byte == '~' ? '0' : '1');
            put_back(to, '~');
        } else if (byte <= 0x20 || byte >= 0x7f || strchr("\"#%<>[\\]^`{|}", byte) != NULL) {
            put_back(to, hex[byte & 15]);
            put_back(to, hex[byte >> 4]);
            put_back(to, '%');
        } else {
            put_back(to, (char)byte);
        }
    }
    put_back(to, '/');
}

static void put_path(backward *to, const hf__slot *root, const hf__slot *slot)
{
    while (slot != root) {
        const hf__slot *behind = slot;
        while (!hf__is_close(behind))
            behind = hf__behind(behind);
        const hf__slot *open = behind - hf__way_back(behind);
        if (hf__kind(open) == HF__OBJECT) {
            put_token(to, hf__slot_text(slot - 1));
        } else {
            uint64_t index = 0;
            for (const hf__slot *at = open + 1; at != slot; at = hf__behind(at))
                index++;
            char digits[24];
            int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)index);
            put_token(to, hf_text_of(digits, (size_t)length));
        }
        slot = open;
    }
    put_back(to, '#');
}

static hf_status write_reference(hf__freezer *to, const hf_document *document, const hf__slot *link,
                                 hf_reference_counts *counts)
{
    static const hf__slot object = { HF__OBJECT, 1 };
    const hf__slot *place = hf__link_place_of((hf_value){ &document->home, link });
    if (place == NULL)
        return hf__freezer_put(to, &(hf__slot){ HF__NULL, 0 }, hf_text_of(NULL, 0));
    char room[SHORT_POINTER];
    backward path = { room, sizeof room, 0 };
    put_path(&path, document->home.slots, place);
    void *memory = NULL;
    size_t length = path.length;
    if (length > sizeof room) {
        hf_status status = hf__memory_allocate(&to->memory, length, HF__BLOCK_ALIGNMENT, &memory, to->reterr);
        if (status != HF_OK)
            return status;
        path = (backward){ memory, length, 0 };
        put_path(&path, document->home.slots, place);
    }
    hf__fresh name, text;
    uint64_t unused;
    hf_status status = hf__fresh_text(&name, HF_T("$ref"), HF__KEY, to->reterr);
    if (status == HF_OK)
        status = hf__fresh_text(&text, hf_text_of(path.out + path.size - length, length), 0, to->reterr);
    if (status == HF_OK)
        status = hf__freezer_open(to, &object);
    if (status == HF_OK)
        status = hf__freezer_put(to, &name.slot, name.text);
    if (status == HF_OK)
        status = hf__freezer_put(to, &text.slot, text.text);
    if (status == HF_OK)
        status = hf__freezer_close(to, &unused);
    hf__memory_free(&to->memory, memory, length, HF__BLOCK_ALIGNMENT);
    counts->links++;
    return status;
}

static hf_status to_references(const hf_document *flat, hf_document **ret_document, hf_reference_counts *counts,
                               hf_error *reterr)
{
    const hf__memory memory = { flat->allocator, flat->budget };
    hf__freezer to;
    hf_status status = HF_OK;
    hf__freezer_init(&to, &flat->home, &memory, 0, UINT32_MAX, reterr);
    for (uint64_t i = 0, unused; i < flat->home.slot_count && status == HF_OK; i++) {
        hf__slot slot = flat->home.slots[i];
        const hf__slot *at = &flat->home.slots[i];
        if (hf__kind(&slot) == HF__LINK)
            status = write_reference(&to, flat, at, counts);
        else if (hf__is_close(&slot))
            status = hf__freezer_close(&to, &unused);
        else
            status = hf__is_container(&slot) ? hf__freezer_open(&to, at) : hf__freezer_scalar(&to, at);
    }
    for (uint64_t i = 0; i < to.slot_count; i++)
        if (!hf__is_close(&to.slots[i]))
            to.slots[i].lo &= ~(uint64_t)HF__LINKED;
    if (status == HF_OK)
        status = finish(&to, flat, NULL, 0, ret_document);
    hf__freezer_release(&to);
    return status;
}

hf_status hf_links_to_references(const hf_document *document, hf_document **ret_document,
                                 hf_reference_counts *ret_counts, hf_error *reterr)
{
    hf_document *flat;
    hf_reference_counts counts = { 0, 0, 0, 0 };
    if (document == NULL)
        return hf__misuse(reterr, "there is no document");
    if (hf__document_has_ended(document))
        return hf__fail(reterr, HF_MISUSE, "a document that was dropped");
    hf_status status = flatten(document, &flat, reterr);
    if (status != HF_OK)
        return status;
    status = to_references(flat, ret_document, &counts, reterr);
    hf_document_drop(flat);
    if (status == HF_OK && ret_counts != NULL)
        *ret_counts = counts;
    return status;
}

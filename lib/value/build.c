/* build.c - a document value by value.
 *
 * Slots and text grow in two buffers; finish moves both into one block of exact size. While
 * building, a long text slot holds the offset of its text in the text buffer (finish makes it
 * relative), and an open container's span field holds the distance to the container around it, so
 * that depth needs no stack:
 *
 *     [object, back 0][key][array, back 2][1][2] <- next slot
 *
 * Numbers by spelling keep it in the text buffer too. The first failure sticks in `failure`. */
#include <holdfast/build.h>

#include "base/fail.h"
#include "base/number_read.h"
#include "base/utf8.h"
#include "value/builder.h"
#include "value/ended.h"
#include "value/key.h"
#include "value/place.h"

enum { FIRST_SLOTS = 32, FIRST_TEXT = 256 };
static const uint64_t bytes_most = (uint64_t)1 << 44, values_most = (uint64_t)1 << 40;
static const uint32_t depth_most = (uint32_t)1 << 24;

/* ---- life -------------------------------------------------------------------------------- */

hf_status hf_builder_create(const hf_build_options *options, hf_builder **ret_builder, hf_error *reterr)
{
    static const hf_build_options defaults;
    if (options == NULL)
        options = &defaults;
    const hf__memory memory = { options->allocator, options->budget };
    void *object;
    hf_status status = hf__memory_allocate(&memory, sizeof(hf_builder), HF__BLOCK_ALIGNMENT, &object, reterr);
    if (status != HF_OK)
        return status;
    hf_builder *builder = object;
    memset(builder, 0, sizeof *builder);
    builder->options = *options;
    builder->memory = memory;
    if (builder->options.bytes_max == 0 || builder->options.bytes_max > bytes_most)
        builder->options.bytes_max = bytes_most;
    if (builder->options.values_max == 0 || builder->options.values_max > values_most)
        builder->options.values_max = values_most;
    if (builder->options.depth_max == 0)
        builder->options.depth_max = depth_most;
    builder->options.budget = hf_budget_hold(options->budget);
    *ret_builder = builder;
    return HF_OK;
}

void hf_builder_destroy(hf_builder *builder)
{
    if (builder == NULL)
        return;
    for (uint32_t i = 0; i < builder->mount_count; i++)
        hf_document_drop(builder->mounts[i].document);
    const hf__memory memory = builder->memory;
    hf__memory_free(&memory, builder->slots, builder->slot_capacity * sizeof(hf__slot), HF__BLOCK_ALIGNMENT);
    hf__memory_free(&memory, builder->text, builder->text_capacity, HF__BLOCK_ALIGNMENT);
    hf__memory_free(&memory, builder->mounts, builder->mount_capacity * sizeof(hf__mount), HF__BLOCK_ALIGNMENT);
    hf__memory_free(&memory, builder, sizeof *builder, HF__BLOCK_ALIGNMENT);
    hf_budget_drop(memory.budget);
}

hf_status hf_builder_status(const hf_builder *builder)
{
    if (HF_UNLIKELY(builder == NULL))
        return hf__misuse(NULL, "there is no builder: it was finished, or could not be made");
    return builder->failure.status;
}

/* ---- failing ----------------------------------------------------------------------------- */

/* Keeps the first failure, with the place where building stood. */
hf_status hf__builder_refuse(hf_builder *builder, hf_status status, const char *detail)
{
    if (builder->failure.status == HF_OK)
        hf__fail(&builder->failure, status, "%s", detail);
    hf__pointer_writer pointer;
    hf__pointer_writer_init(&pointer);
    /* The path from the inside out: which child of its container is being built. */
    bool has_key = builder->has_key;
    uint64_t open = builder->open, child = builder->slot_count;
    for (uint64_t level = builder->depth; level > 0; level--) {
        const hf__slot *container = &builder->slots[open];
        if (hf__kind(container) == HF__ARRAY)
            hf__pointer_writer_index(&pointer, level == builder->depth ? hf__count(container) : hf__count(container) - 1);
        else if (level != builder->depth || has_key)
            hf__pointer_writer_key(&pointer, hf__builder_text(builder, &builder->slots[child - 1]));
        child = open;
        open -= hf__span(container);
    }
    hf__pointer_writer_finish(&pointer, &builder->failure);
    return builder->failure.status;
}

hf_text hf__builder_text(const hf_builder *builder, const hf__slot *slot)
{
    return hf__kind(slot) == HF__TEXT ? hf__slot_text(slot)
                                      : hf_text_of(builder->text + (slot->hi >> 16), (size_t)(slot->lo >> 16));
}

/* ---- growing ----------------------------------------------------------------------------- */

static hf_status grow(hf_builder *builder, void **block, uint64_t *capacity, uint64_t needed, size_t unit, uint64_t first)
{
    uint64_t wanted = *capacity == 0 ? first : *capacity * 2;
    if (wanted < needed)
        wanted = needed;
    hf_status status = *capacity == 0
                           ? hf__memory_allocate(&builder->memory, wanted * unit, HF__BLOCK_ALIGNMENT, block, &builder->failure)
                           : hf__memory_resize(&builder->memory, block, *capacity * unit, wanted * unit,
                                               HF__BLOCK_ALIGNMENT, &builder->failure);
    if (status != HF_OK)
        return hf__builder_refuse(builder, status, "");
    *capacity = wanted;
    return HF_OK;
}

hf_status hf__builder_reserve(hf_builder *builder, uint64_t slots, uint64_t text)
{
    uint64_t bytes = (builder->slot_count + slots + 1) * sizeof(hf__slot) + builder->text_length;
    if (text > builder->options.bytes_max || bytes > builder->options.bytes_max - text)
        return hf__builder_refuse(builder, HF_LIMIT_BYTES, "");
    if (builder->slot_capacity - builder->slot_count < slots) {
        void *places = builder->slots;
        hf_status status = grow(builder, &places, &builder->slot_capacity, builder->slot_count + slots, sizeof(hf__slot), FIRST_SLOTS);
        if (status != HF_OK)
            return status;
        builder->slots = places;
    }
    if (builder->text_capacity - builder->text_length < text) {
        void *bytes_of_text = builder->text;
        hf_status status = grow(builder, &bytes_of_text, &builder->text_capacity, builder->text_length + text, 1, FIRST_TEXT);
        if (status != HF_OK)
            return status;
        builder->text = bytes_of_text;
    }
    return HF_OK;
}

/* ---- one value --------------------------------------------------------------------------- */

/* May a value come here? Counts it in its container. */
static hf_status begin_value(hf_builder *builder, uint64_t text)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (builder->depth == 0 && builder->slot_count > 0)
        return hf__builder_refuse(builder, HF_MISUSE, "a second root value");
    if (builder->values >= builder->options.values_max)
        return hf__builder_refuse(builder, HF_LIMIT_VALUES, "");
    if (builder->depth > 0 && hf__kind(&builder->slots[builder->open]) == HF__OBJECT && !builder->has_key)
        return hf__builder_refuse(builder, HF_MISUSE, "a value where a key is due");
    if (builder->depth > 0 && hf__count(&builder->slots[builder->open]) == UINT32_MAX - 1)
        return hf__builder_refuse(builder, HF_LIMIT_VALUES, "in one container");
    status = hf__builder_reserve(builder, 1, text);
    if (status != HF_OK)
        return status;
    if (builder->depth > 0)
        builder->slots[builder->open].hi++;
    builder->has_key = false;
    builder->values++;
    if (builder->depth > builder->deepest)
        builder->deepest = builder->depth;
    return HF_OK;
}

static void put(hf_builder *builder, uint64_t lo, uint64_t hi)
{
    builder->slots[builder->slot_count++] = (hf__slot){ lo, hi };
}

static hf_status put_scalar(hf_builder *builder, uint64_t lo, uint64_t hi)
{
    hf_status status = begin_value(builder, 0);
    if (status == HF_OK)
        put(builder, lo, hi);
    return status;
}

/* Text that was given room: inline, or copied to the text buffer. */
static void put_text(hf_builder *builder, hf_text text, uint64_t flags, bool is_bytes)
{
    if (text.length <= HF__INLINE_MAX && !is_bytes) {
        uint64_t lo, hi;
        hf__inline_words(text.bytes, text.length, &lo, &hi);
        put(builder, lo | flags, hi);
        return;
    }
    put(builder, (is_bytes ? HF__BYTES : HF__LONG_TEXT) | flags | (uint64_t)text.length << 16, builder->text_length << 16);
    if (text.length > 0)
        memcpy(builder->text + builder->text_length, text.bytes, text.length);
    builder->text_length += text.length;
}

static hf_status check_text(hf_builder *builder, hf_text text, uint64_t *ret_flags)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (text.length > (uint64_t)UINT32_MAX)
        return hf__builder_refuse(builder, HF_LIMIT_BYTES, "text of more than 4 GiB");
    if (hf__utf8_fault(text.bytes, text.length) != text.length)
        return hf__builder_refuse(builder, HF_BAD_UTF8, "");
    *ret_flags = hf__text_flags(text);
    return HF_OK;
}

hf_status hf_build_null(hf_builder *builder) { return put_scalar(builder, HF__NULL, 0); }
hf_status hf_build_bool(hf_builder *builder, bool value)
{
    return put_scalar(builder, HF__BOOL | (value ? HF__TRUE : 0u), 0);
}
hf_status hf_build_i64(hf_builder *builder, int64_t value) { return put_scalar(builder, HF__INT64, (uint64_t)value); }
hf_status hf_build_u64(hf_builder *builder, uint64_t value)
{
    return put_scalar(builder, value > INT64_MAX ? HF__UINT64 : HF__INT64, value);
}
hf_status hf_build_double(hf_builder *builder, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits >> 52 & 0x7ff) == 0x7ff && hf_builder_status(builder) == HF_OK)
        return hf__builder_refuse(builder, HF_NOT_REPRESENTABLE, "a number that is not finite");
    return put_scalar(builder, HF__DOUBLE, bits);
}

hf_status hf_build_number(hf_builder *builder, hf_text spelling)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    hf__number_kind kind; /* has the values of the slot kinds */
    uint64_t bits;
    if (!hf__number_read(spelling.bytes, spelling.bytes + spelling.length, &kind, &bits))
        return hf__builder_refuse(builder, HF_BAD_NUMBER, "");
    if (spelling.length > (uint64_t)UINT32_MAX)
        return hf__builder_refuse(builder, HF_LIMIT_BYTES, "a number of more than 4 GiB");
    status = begin_value(builder, spelling.length);
    if (status != HF_OK)
        return status;
    bool is_short = spelling.length <= 255, is_text = kind == (hf__number_kind)HF__NUMTEXT;
    uint64_t place = is_short || is_text ? builder->text_length << 16 : 0;
    put(builder, (uint64_t)kind | (is_short ? (uint64_t)spelling.length << 8 : 0) | place, is_text ? spelling.length : bits);
    memcpy(builder->text + builder->text_length, spelling.bytes, spelling.length);
    builder->text_length += spelling.length;
    return HF_OK;
}

hf_status hf_build_text(hf_builder *builder, hf_text text)
{
    uint64_t flags = 0;
    hf_status status = check_text(builder, text, &flags);
    if (status == HF_OK && (status = begin_value(builder, text.length)) == HF_OK)
        put_text(builder, text, flags, false);
    return status;
}

hf_status hf_build_bytes(hf_builder *builder, hf_text bytes)
{
    if (bytes.length > (uint64_t)UINT32_MAX && hf_builder_status(builder) == HF_OK)
        return hf__builder_refuse(builder, HF_LIMIT_BYTES, "bytes of more than 4 GiB");
    hf_status status = begin_value(builder, bytes.length);
    if (status == HF_OK)
        put_text(builder, bytes, 0, true);
    return status;
}

hf_status hf_build_key(hf_builder *builder, hf_text key)
{
    uint64_t flags = 0;
    hf_status status = check_text(builder, key, &flags);
    if (status != HF_OK)
        return status;
    if (builder->depth == 0 || hf__kind(&builder->slots[builder->open]) != HF__OBJECT || builder->has_key)
        return hf__builder_refuse(builder, HF_MISUSE, "a key where none is due");
    if ((status = hf__builder_reserve(builder, 1, key.length)) != HF_OK)
        return status;
    put_text(builder, key, flags | HF__KEY, false);
    builder->has_key = true;
    return HF_OK;
}

/* ---- containers -------------------------------------------------------------------------- */

static hf_status open_container(hf_builder *builder, hf__slot_kind kind)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (builder->depth >= builder->options.depth_max)
        return hf__builder_refuse(builder, HF_LIMIT_DEPTH, "");
    status = begin_value(builder, 0);
    if (status != HF_OK)
        return status;
    uint64_t around = builder->depth > 0 ? builder->slot_count - builder->open : 0;
    builder->open = builder->slot_count;
    builder->depth++;
    put(builder, (uint64_t)kind | around << 24, 0);
    return HF_OK;
}

hf_status hf_build_object(hf_builder *builder) { return open_container(builder, HF__OBJECT); }
hf_status hf_build_array(hf_builder *builder) { return open_container(builder, HF__ARRAY); }

hf_status hf_build_end(hf_builder *builder)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (builder->depth == 0 || builder->has_key)
        return hf__builder_refuse(builder, HF_MISUSE, builder->depth == 0 ? "no container is open" : "a key without a value");
    status = hf__builder_reserve(builder, 1, 0);
    if (status != HF_OK)
        return status;
    hf__slot *container = &builder->slots[builder->open];
    uint64_t around = hf__span(container), way_back = builder->slot_count - builder->open;
    put(builder, HF__CLOSE | (hf__kind(container) == HF__OBJECT ? HF__KEY : 0u) | way_back << 24, HF__SOURCE_UNKNOWN);
    container->lo = (container->lo & 0xff) | (way_back + 1) << 24;
    builder->open -= around;
    builder->depth--;
    return HF_OK;
}

/* ---- mounting ---------------------------------------------------------------------------- */

hf_status hf_build_mount(hf_builder *builder, hf_value value)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (hf__view_is_none(value) || value.home->kind != HF__HOME_DOCUMENT)
        return hf__builder_refuse(builder, HF_MISUSE, "only values of documents are mounted");
    const hf_document *document = hf__home_document(value.home);
    if (document->mount_depth + 1 > HF__MOUNT_DEPTH_MAX || (document->block->flags & HF__BLOCK_OUTER_TEXT))
        return hf_build_copy(builder, value); /* too deep, or text that is only borrowed */
    uint64_t place = hf__address_of(value.home, value.slot);
    for (uint32_t i = builder->mount_count; i > 0 && builder->mount_count - i < 16; i--) {
        /* The same value as just before shares its entry, so that it is hashed once. */
        if (builder->mounts[i - 1].document != document || builder->mounts[i - 1].slot != place)
            continue;
        status = put_scalar(builder, HF__MOUNT | HF__MOUNT_ENTRY << 8, i - 1);
        builder->mounts[i - 1].uses += status == HF_OK;
        return status;
    }
    if (builder->mount_count == builder->mount_capacity) {
        void *mounts = builder->mounts;
        uint64_t capacity = builder->mount_capacity;
        status = grow(builder, &mounts, &capacity, 0, sizeof(hf__mount), 4);
        if (status != HF_OK)
            return status;
        builder->mounts = mounts;
        builder->mount_capacity = (uint32_t)capacity;
    }
    hf__mount entry = { .slot = place, .uses = 1 };
    hf__value_expanded(value, &entry.values_expanded, &entry.depth);
    status = put_scalar(builder, HF__MOUNT | HF__MOUNT_ENTRY << 8, builder->mount_count);
    if (status != HF_OK)
        return status;
    entry.document = hf_document_hold(document);
    builder->mounts[builder->mount_count++] = entry;
    return HF_OK;
}

/* ---- finishing --------------------------------------------------------------------------- */

/* Copies the slots to where they stay, in one pass: makes the places of text relative to them, and gives wide containers
 * their numbers, as hf__number_wide does. Returns how many there are. */
static uint64_t place_slots(hf__slot *to, const hf__slot *from, uint64_t count, const char *text)
{
    uint64_t wide = 0;
    for (uint64_t i = 0; i < count; i++) {
        hf__slot slot = from[i];
        uint64_t base = (uint64_t)(text - (const char *)&to[i]);
        switch (hf__kind(&slot)) {
        case HF__LONG_TEXT: case HF__BYTES: slot.hi += base << 16; break;
        case HF__INT64: case HF__UINT64: case HF__DOUBLE: case HF__NUMTEXT:
            if (hf__number_source(&slot).length != 0)
                slot.lo = (slot.lo & 0xffff) | (((slot.lo >> 16) + base) << 16);
            break;
        case HF__CLOSE:
            if (hf__is_wide((slot.lo & HF__KEY) != 0, hf__count(&to[i] - hf__way_back(&slot)), hf__way_back(&slot) + 1) && wide < UINT32_MAX)
                (&to[i] - hf__way_back(&slot))->hi |= ++wide << 32;
            break;
        default: break;
        }
        to[i] = slot;
    }
    return wide;
}

static hf_status make_block(hf_builder *builder, hf__block_header **ret_block, size_t *ret_bytes)
{
    uint64_t text_bytes = (builder->text_length + 15) & ~(uint64_t)15;
    uint64_t bytes = sizeof(hf__block_header) + text_bytes + builder->slot_count * sizeof(hf__slot);
    void *memory;
    hf_status status = hf__memory_allocate(&builder->memory, bytes, HF__BLOCK_ALIGNMENT, &memory, &builder->failure);
    if (status != HF_OK)
        return hf__builder_refuse(builder, status, "");
    hf__block_header *block = memory;
    memset(block, 0, sizeof *block);
    block->magic = HF__BLOCK_MAGIC;
    block->version = HF__BLOCK_VERSION;
    block->block_bytes = bytes;
    block->side_offset = block->source_offset = sizeof *block;
    block->side_bytes = builder->text_length;
    block->slots_offset = sizeof *block + text_bytes;
    block->slot_count = builder->slot_count;
    block->values = builder->values;
    block->depth = builder->deepest;
    if (builder->text_length > 0)
        memcpy(block + 1, builder->text, builder->text_length);
    memset((char *)(block + 1) + builder->text_length, 0, text_bytes - builder->text_length);
    hf__slot *slots = hf__block_slots(block);
    block->wide_count = place_slots(slots, builder->slots, builder->slot_count, (const char *)(block + 1));
    *ret_block = block;
    *ret_bytes = bytes;
    return HF_OK;
}

static hf_status finish(hf_builder *builder, hf_document **ret_document)
{
    hf_status status = hf_builder_status(builder);
    if (status != HF_OK)
        return status;
    if (builder->depth > 0 || builder->slot_count == 0)
        return hf__builder_refuse(builder, HF_MISUSE, builder->depth > 0 ? "a container is still open" : "there is no value");
    if (builder->mount_count < builder->mount_capacity) { /* the table becomes the document's, at its exact size */
        void *mounts = builder->mounts;
        status = hf__memory_resize(&builder->memory, &mounts, builder->mount_capacity * sizeof(hf__mount),
                                             builder->mount_count * sizeof(hf__mount), HF__BLOCK_ALIGNMENT,
                                             &builder->failure);
        if (status != HF_OK)
            return status;
        builder->mounts = mounts;
        builder->mount_capacity = builder->mount_count;
    }
    hf__block_header *block = NULL;
    size_t bytes = 0;
    hf_document *document;
    status = make_block(builder, &block, &bytes);
    if (status != HF_OK)
        return status;
    if (builder->options.refuse_duplicates) {
        const hf__slot *twice;
        status = hf__duplicate_find(hf__block_slots(block), &builder->memory, &twice, &builder->failure);
        if (status == HF_OK && twice != NULL) {
            status = hf__fail(&builder->failure, HF_DUPLICATE_KEY, NULL);
            hf__place_of(hf__block_slots(block), twice, &builder->failure);
        }
        if (status != HF_OK) {
            hf__memory_free(&builder->memory, block, bytes, HF__BLOCK_ALIGNMENT);
            return status;
        }
    }
    status = hf__document_create(block, bytes, builder->options.allocator, builder->options.budget, &document,
                                 &builder->failure);
    if (status != HF_OK)
        return status;
    hf__tables tables = { .mounts = builder->mounts, .mount_count = builder->mount_count };
    hf__document_give_tables(document, &tables);
    builder->mounts = NULL;
    builder->mount_count = builder->mount_capacity = 0;
    *ret_document = document;
    return HF_OK;
}

hf_status hf_builder_finish(hf_builder **builder, hf_document **ret_document, hf_error *reterr)
{
    if (*builder == NULL)
        return hf__misuse(reterr, "there is no builder: it was finished, or could not be made");
    hf_status status = finish(*builder, ret_document);
    if (status != HF_OK && reterr != NULL)
        *reterr = (*builder)->failure;
    hf_builder_destroy(*builder);
    *builder = NULL;
    return status;
}

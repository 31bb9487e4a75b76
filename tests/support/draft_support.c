/* draft_support.c - see draft_support.h. */
#include "draft_support.h"

#include <holdfast/compare.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <stdlib.h>

#include "edit/draft_state.h"

#define EXPECT(condition)                                                         \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            abort();                                                              \
        }                                                                         \
    } while (0)

hf_document *read_text(const char *text)
{
    hf_document *document = NULL;
    hf_error error;
    if (hf_read(hf_text_from_cstr(text), NULL, &document, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        abort();
    }
    return document;
}

static char *text_of(hf_buffer *buffer)
{
    hf_text text = hf_buffer_text(buffer);
    char *result = malloc(text.length + 1);
    EXPECT(result != NULL);
    if (text.length > 0)
        memcpy(result, text.bytes, text.length);
    result[text.length] = 0;
    hf_buffer_release(buffer);
    return result;
}

static void add(hf_buffer *buffer, hf_text text)
{
    EXPECT(hf_buffer_append(buffer, text, NULL) == HF_OK);
}

static void add_scalar(hf_buffer *buffer, hf_value value)
{
    if (hf__kind(value.slot) == HF__LINK)
        add(buffer, HF_T("@"));
    else if (hf__kind(value.slot) == HF__EXTENSION)
        add(buffer, HF_T("!"));
    else
        EXPECT(hf_write(value, &(hf_write_options){ .bytes = HF_WRITE_BYTES_BASE64 }, buffer, NULL) == HF_OK);
}

char *shown(hf_value value)
{
    hf_buffer buffer = HF_BUFFER_INIT(SIZE_MAX);
    hf_walk walk;
    bool is_first = true;
    hf_walk_init(&walk, value, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event != HF_LEAVE && !is_first)
            add(&buffer, HF_T(","));
        if (walk.event != HF_LEAVE && walk.key.bytes != NULL) {
            add(&buffer, HF_T("\""));
            add(&buffer, walk.key);
            add(&buffer, HF_T("\":"));
        }
        if (walk.event == HF_ENTER)
            add(&buffer, hf_is_object(walk.value) ? HF_T("{") : HF_T("["));
        else if (walk.event == HF_LEAVE)
            add(&buffer, hf_is_object(walk.value) ? HF_T("}") : HF_T("]"));
        else
            add_scalar(&buffer, walk.value);
        is_first = walk.event == HF_ENTER;
    }
    EXPECT(hf_walk_finish(&walk) == HF_WALK_DONE);
    return text_of(&buffer);
}

void expect_shows(hf_value value, const char *expected)
{
    char *text = shown(value);
    if (strcmp(text, expected) != 0) {
        fprintf(stderr, "shows    %s\nexpected %s\n", text, expected);
        abort();
    }
    free(text);
    hf_document *wanted = read_text(expected);
    bool is_equal = false;
    EXPECT(hf_equal(value, hf_root(wanted), &is_equal) == HF_OK && is_equal);
    EXPECT(hf_hash(value) == hf_hash(hf_root(wanted)));
    hf_document_drop(wanted);
    hf_buffer buffer = HF_BUFFER_INIT(SIZE_MAX);
    EXPECT(hf_write(value, NULL, &buffer, NULL) == HF_OK);
    text = text_of(&buffer);
    EXPECT(strcmp(text, expected) == 0);
    free(text);
}

static void check_chunk(const hf_draft *draft, const hf__chunk *chunk)
{
    uint64_t text = 0;
    EXPECT(chunk->used <= chunk->capacity && chunk->text_used <= chunk->text_capacity);
    EXPECT(hf__is_close(&chunk->slots[chunk->used]) && chunk->slots[chunk->used].lo & HF__EDITED);
    EXPECT((const void *)(&chunk->slots[chunk->used] - hf__way_back(&chunk->slots[chunk->used])) == (const void *)chunk);
    for (uint32_t i = 0; i < chunk->used; i++) {
        const hf__slot *slot = &chunk->slots[i];
        hf_text outer = hf__slot_outer(slot);
        if (outer.length > 0 && (uintptr_t)outer.bytes - (uintptr_t)chunk->text < chunk->text_used)
            text += outer.length;
        EXPECT(outer.length == 0 || chunk->has_fixups);
        EXPECT(hf__is_key(slot) == (chunk->is_object && i % 2 == 0));
        EXPECT(!hf__is_close(slot) && hf__kind(slot) != HF__NONE);
        if (hf__is_container(slot)) {
            const hf__chunk *child = hf__chunk_of(draft, slot);
            EXPECT(slot->lo & HF__EDITED && hf__span(slot) == 1 && chunk->has_fixups);
            EXPECT(!((uintptr_t)child & 1) && child->owner == slot && child->parent == chunk->number);
            EXPECT(hf__count(slot) == child->used / hf__step_of(child));
            EXPECT(child->is_object == (hf__kind(slot) == HF__OBJECT));
        }
    }
    EXPECT(text == chunk->text_used - chunk->text_dead);
    uint32_t indexed = 0;
    for (uint32_t i = 0; i < chunk->index_cells; i++) {
        indexed += chunk->index[i] != 0;
        EXPECT(chunk->index[i] <= chunk->used / 2);
    }
    EXPECT(chunk->index_cells == 0 || chunk->has_equal_keys || indexed == chunk->used / 2);
}

static void check_pins(const hf_draft *draft)
{
    uint32_t live = 0, listed = 0;
    for (uint32_t i = 1; i < draft->pin_count; i++)
        live += draft->pins[i].kind != HF__PIN_FREE;
    for (uint32_t i = 0; i < draft->chunk_count; i++) {
        const hf__chunk *chunk = draft->chunks[i];
        for (uint32_t id = (uintptr_t)chunk & 1 ? 0 : chunk->first_pin; id != 0; id = draft->pins[id].next) {
            const hf__pin *pin = &draft->pins[id];
            listed++;
            EXPECT(pin->chunk == i && pin->kind != HF__PIN_FREE);
            EXPECT(pin->position == HF__NO_POSITION || pin->position < chunk->used ||
                   (pin->kind == HF__PIN_ITER && pin->position == chunk->used));
        }
    }
    EXPECT(live == listed && live == draft->pins_live);
}

void check_draft(const hf_draft *draft)
{
    uint32_t live = 0, reached = 1;
    uint64_t slots = 0;
    for (uint32_t i = 0; i < draft->chunk_count; i++) {
        if ((uintptr_t)draft->chunks[i] & 1)
            continue;
        live++;
        slots += draft->chunks[i]->used;
        EXPECT(draft->chunks[i]->number == i);
        check_chunk(draft, draft->chunks[i]);
        for (uint32_t j = 0; j < draft->chunks[i]->used; j++)
            reached += hf__is_container(&draft->chunks[i]->slots[j]);
    }
    EXPECT(live == draft->chunks_live && live == reached && slots == draft->live_slots);
    check_pins(draft);
}

void check_version(const hf_document *document)
{
    hf__block_limits limits = {
        .bytes = document->block->block_bytes, .mounts = document->home.mount_count,
        .foreigns = document->home.foreign_count, .check_utf8 = true, .home = &document->home
    };
    hf_error error;
    if (hf__block_check(document->block, &limits, &error) != HF_OK) {
        fprintf(stderr, "a frozen block is damaged: %s at %llu\n", error.detail, (unsigned long long)error.offset);
        abort();
    }
    EXPECT(document->mount_depth <= HF__MOUNT_DEPTH_MAX);
}

hf_document *freeze_checked(hf_draft **draft)
{
    hf_document *document = NULL;
    hf_error error;
    check_draft(*draft);
    if (hf_freeze(draft, &document, &error) != HF_OK) {
        hf_error_print(stderr, &error);
        abort();
    }
    EXPECT(*draft == NULL);
    check_version(document);
    return document;
}

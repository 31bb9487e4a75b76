/* fuzz_decode.c - text straight into structs against text into a document and from there: the same
 * acceptance, equal structs, and writing what was read gives what reads back equal. Straight code
 * against tables: the same errors at the same places, also at a limit of depth, and the same bytes out; on
 * the heap, in an arena, and with memory that ends at some block.
 *
 * Copying, measuring, comparing, hashing and releasing go one way in both forms, so each is held against
 * another one: an allocator that counts says what is deep and whether all is back, the text says what is
 * equal, and the walk says what a copy leads to.
 *
 * The first byte chooses the type: all those of the models, so every shape and annotation. Nodes, groups
 * and albums are then tied into a graph, in a way that the text decides: copies, sizes, reports, hashes and walks
 * of what is shared and leads in circles. */
/* fuzz parts: gen_shapes */
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include <holdfast/compare.h>
#include <holdfast/read.h>

#include "every.hf.h"
#include "odd.hf.h"
#include "rare.hf.h"
#include "shapes.hf.h"

/* ---- memory that is counted -------------------------------------------------------------- */

/* Memory that may end: so many blocks are given, and no further one. */
typedef struct counted_memory {
    hf_allocator base;
    unsigned     left;
    size_t       bytes, blocks; /* that are not given back */
} counted_memory;

static void *counted_resize(void *context, void *block, size_t old_size, size_t new_size, size_t alignment)
{
    counted_memory *of = context;
    if (new_size == 0) {
        of->bytes -= old_size;
        of->blocks -= block != NULL;
        free(block);
        return NULL;
    }
    if (of->left == 0)
        return NULL;
    void *resized = aligned_alloc(alignment, (new_size + alignment - 1) / alignment * alignment); /* always another block */
    if (resized == NULL)
        return NULL;
    if (block != NULL)
        memcpy(resized, block, old_size < new_size ? old_size : new_size);
    free(block);
    of->left--;
    of->bytes += new_size - old_size;
    of->blocks += block == NULL;
    return resized;
}

static void memory_init(counted_memory *memory, unsigned blocks)
{
    *memory = (counted_memory){ .base = { memory, counted_resize }, .left = blocks };
}

/* All that was taken for the object is what a walk over its pointers finds. */
static void check_size(const hf_type *type, const void *object, const counted_memory *memory)
{
    hf_struct_size size;
    if (hf_size_of(type, object, false, &size, NULL) != HF_OK || size.deep != memory->bytes || size.objects != memory->blocks)
        abort();
}

/* Nothing is kept of a released object. */
static void destroy_all(const hf_type *type, void *object, counted_memory *memory)
{
    memory->left = UINT_MAX; /* releasing a graph takes memory */
    if (hf_struct_destroy(type, object, &memory->base) != HF_OK || memory->bytes != 0 || memory->blocks != 0)
        abort();
}

/* ---- equal or not ------------------------------------------------------------------------ */

static const hf_encode_options nulls_for_repeats = { .repeat = HF_REPEAT_NULL };

static hf_buffer text_of(const hf_type *type, const void *object)
{
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    if (hf_struct_encode(type, object, &nulls_for_repeats, &text, NULL) != HF_OK)
        abort();
    return text;
}

static bool have_same_text(const hf_type *type, const void *a, const void *b)
{
    hf_buffer left = text_of(type, a), right = text_of(type, b);
    bool is_same = hf_text_equal(hf_buffer_text(&left), hf_buffer_text(&right));
    hf_buffer_release(&left);
    hf_buffer_release(&right);
    return is_same;
}

/* Equal or not, either way round, and equal ones have one hash. */
static void check_look(const hf_type *type, const void *a, const void *b, bool expected)
{
    bool equal = false, other = false;
    uint64_t hash_a = 0, hash_b = 0;
    if (hf_struct_equal(type, a, b, &equal, NULL) != HF_OK || hf_struct_equal(type, b, a, &other, NULL) != HF_OK ||
        hf_struct_hash(type, a, &hash_a, NULL) != HF_OK || hf_struct_hash(type, b, &hash_b, NULL) != HF_OK)
        abort();
    if (equal != expected || other != expected || (expected && hash_a != hash_b))
        abort();
}

/* One letter or digit of the text is another one: what still reads is equal when it is written alike. */
static void check_near(const hf_type *type, const void *object, const hf_buffer *text, unsigned seed)
{
    for (int i = 0; i < 4; i++) {
        seed = seed * 1103515245u + 12345u;
        char *at = text->bytes + (seed >> 8) % text->length, kept = *at;
        void *near = NULL;
        if (!((kept >= '0' && kept <= '9') || (kept >= 'A' && kept <= 'Z') || (kept >= 'a' && kept <= 'z')))
            continue;
        *at ^= 1;
        if (hf_struct_decode(type, hf_buffer_text(text), NULL, &near, NULL) == HF_OK)
            check_look(type, object, near, have_same_text(type, object, near));
        *at = kept;
        if (hf_struct_destroy(type, near, NULL) != HF_OK)
            abort();
    }
}

/* A copy is written like the original, has all its blocks for itself, and leads to nothing else. */
static void check_copy(const hf_type *type, const void *object)
{
    counted_memory memory;
    void *copy = NULL;
    hf_struct_size size, size_of_copy;
    memory_init(&memory, UINT_MAX);
    hf_copy_options options = { .store.allocator = &memory.base };
    if (hf_struct_copy(type, object, &options, &copy, NULL) != HF_OK)
        abort();
    check_size(type, copy, &memory);
    if (hf_size_of(type, object, false, &size, NULL) != HF_OK || hf_size_of(type, copy, false, &size_of_copy, NULL) != HF_OK ||
        size.deep != size_of_copy.deep || size.shared != size_of_copy.shared || size.objects != size_of_copy.objects)
        abort();
    if (!have_same_text(type, object, copy))
        abort();
    check_look(type, object, copy, true);
    destroy_all(type, copy, &memory);
}

/* A report has the totals of the sizes. */
static void check_report(const hf_type *type, const void *object, bool retained)
{
    hf_size_report *report = NULL;
    hf_struct_size size;
    const hf_size_report_options how = { .retained = retained };
    if (hf_size_report_create(&how, &report, NULL) != HF_OK || hf_size_report_add_struct(report, type, object, NULL) != HF_OK ||
        hf_size_report_finish(report, NULL) != HF_OK || hf_size_of(type, object, false, &size, NULL) != HF_OK)
        abort();
    hf_size_row total = hf_size_report_total(report);
    if ((uint64_t)total.amounts[HF_SIZE_DEEP] != size.deep || (uint64_t)total.amounts[HF_SIZE_SHARED] != size.shared)
        abort();
    hf_size_report_destroy(report);
}

/* A walk that ends after each value and goes on shows as many events as one that does not end. */
static void check_walk(const hf_type *type, const void *object)
{
    hf_struct_walk walk;
    uint64_t events = 0, again = 0, rounds = 0;
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk))
        events++;
    uint64_t values = walk.values;
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE)
        abort();
    hf_struct_walk_options one = { .values_max = 1 };
    hf_struct_walk_init(&walk, type, object, &one);
    for (bool is_done = false; !is_done; rounds++) {
        while (hf_struct_walk_next(&walk))
            again++;
        is_done = walk.end == HF_WALK_DONE;
        hf_struct_walk_resume(&walk, &one);
    }
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE || again != events || rounds != values)
        abort();
}

static bool is_same_error(const hf_error *a, const hf_error *b)
{
    return a->offset == b->offset && strcmp(a->pointer, b->pointer) == 0 && strcmp(a->detail, b->detail) == 0;
}

/* The same without straight code. */
static void check_tables(const hf_type *type, hf_text json, hf_status status, const hf_error *error, const void *direct, const hf_buffer *text)
{
    hf_type tables = *type;
    hf_error other_error;
    void *object = NULL;
    hf_buffer other_text = HF_BUFFER_INIT(SIZE_MAX);
    tables.code = NULL;
    memset(&other_error, 0, sizeof other_error);
    if (hf_struct_decode(&tables, json, NULL, &object, &other_error) != status)
        abort();
    if (status != HF_OK) {
        if (!is_same_error(&other_error, error))
            abort();
        return;
    }
    check_look(type, object, direct, true);
    check_copy(type, direct);
    check_walk(type, direct);
    check_report(type, direct, json.length % 2 != 0);
    if (hf_struct_encode(&tables, object, NULL, &other_text, NULL) != HF_OK || other_text.length != text->length ||
        memcmp(other_text.bytes, text->bytes, text->length) != 0)
        abort();
    hf_buffer_release(&other_text);
    if (hf_struct_destroy(type, object, NULL) != HF_OK)
        abort();
}

static hf_document *as_document(const hf_type *type, const void *object)
{
    hf_document *document = NULL;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    if (hf_struct_encode(type, object, NULL, &text, NULL) != HF_OK ||
        hf_read(hf_buffer_text(&text), NULL, &document, NULL) != HF_OK)
        abort();
    hf_buffer_release(&text);
    return document;
}

/* Equal structs; where a member keeps a value's text (raw), which a document does not, equal values. */
static void check_values(const hf_type *type, const void *direct, const void *by_value, bool keeps_texts)
{
    bool equal = false;
    hf_document *a, *b = NULL;
    if (!keeps_texts && (hf_struct_equal(type, direct, by_value, &equal, NULL) != HF_OK || !equal))
        abort();
    a = as_document(type, direct);
    if (hf_struct_to_value(type, by_value, NULL, &b, NULL) != HF_OK || hf_equal(hf_root(a), hf_root(b), &equal) != HF_OK || !equal)
        abort();
    hf_document_drop(a);
    hf_document_drop(b);
}

/* ---- where memory is --------------------------------------------------------------------- */

/* Reading at most so deep: both forms end in the same way. */
static void check_depth(const hf_type *type, hf_text json, uint32_t depth_max)
{
    hf_type by_tables = *type;
    hf_error error, other_error;
    void *object = NULL, *other = NULL;
    const hf_decode_options how = { .depth_max = depth_max };
    by_tables.code = NULL;
    memset(&error, 0, sizeof error);
    memset(&other_error, 0, sizeof other_error);
    hf_status status = hf_struct_decode(type, json, &how, &object, &error);
    if (hf_struct_decode(&by_tables, json, &how, &other, &other_error) != status || (status != HF_OK && !is_same_error(&error, &other_error)))
        abort();
    if (hf_struct_destroy(type, object, NULL) != HF_OK || hf_struct_destroy(type, other, NULL) != HF_OK)
        abort();
}

/* In an arena, where straight code goes other ways. */
static void check_arena(const hf_type *type, hf_text json, hf_status expected, const void *direct)
{
    hf_arena arena;
    hf_type tables = *type;
    void *object = NULL, *other = NULL, *copy = NULL;
    tables.code = NULL;
    hf_arena_init(&arena, NULL);
    const hf_decode_options how = { .store = { .arena = &arena } };
    if (hf_struct_decode(type, json, &how, &object, NULL) != expected || hf_struct_decode(&tables, json, &how, &other, NULL) != expected)
        abort();
    if (expected == HF_OK) {
        const hf_copy_options in_arena = { .store = { .arena = &arena } };
        if (hf_struct_copy(type, object, &in_arena, &copy, NULL) != HF_OK)
            abort();
        check_look(type, object, direct, true);
        check_look(type, other, direct, true);
        check_look(type, copy, direct, true);
        if (!have_same_text(type, copy, direct))
            abort();
    }
    hf_arena_release(&arena);
}

/* A call that fails has given back all. */
static void check_scarce(const hf_type *type, hf_text json, const hf_document *document, const void *direct, unsigned blocks)
{
    hf_type tables = *type;
    counted_memory memory;
    void *object = NULL;
    tables.code = NULL;
    memory_init(&memory, blocks);
    const hf_copy_options copying = { .store.allocator = &memory.base };
    const hf_decode_options how = { .store.allocator = &memory.base };
    if (direct != NULL && (hf_struct_copy(type, direct, &copying, &object, NULL) == HF_OK) != (object != NULL))
        abort();
    destroy_all(type, object, &memory);
    for (int form = 0; form < 2; form++) {
        const hf_type *by = form == 0 ? type : &tables;
        memory.left = blocks;
        object = NULL;
        if ((hf_struct_decode(by, json, &how, &object, NULL) == HF_OK) != (object != NULL))
            abort();
        destroy_all(type, object, &memory);
        memory.left = blocks;
        object = NULL;
        if (document != NULL && (hf_struct_from_value(by, hf_root(document), &how, &object, NULL) == HF_OK) != (object != NULL))
            abort();
        destroy_all(type, object, &memory);
    }
}

/* ---- graphs ------------------------------------------------------------------------------ */

enum { NODES_MAX = 24 };

/* The nodes of a tree, breadth first. */
static size_t nodes_of(node *top, node *nodes[NODES_MAX])
{
    size_t count = 0;
    nodes[count++] = top;
    for (size_t i = 0; i < count; i++) {
        node *one = nodes[i], *below[] = { one->left, one->right, one->group != NULL ? one->group->leader : NULL };
        for (size_t j = 0; j < 3 + one->n_kids && count < NODES_MAX; j++) {
            node *next = j < 3 ? below[j] : one->kids[j - 3];
            if (next != NULL)
                nodes[count++] = next;
        }
    }
    return count;
}

/* Pointers that lead nowhere lead to other nodes now, of a tree that is whole before. */
static void tie(node *const *nodes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        node *one = nodes[i];
        seed = seed * 1103515245u + 12345u;
        node *other = nodes[(seed >> 16) % count];
        if (one->left == NULL)
            one->left = other;
        else if (one->right == NULL && (seed & 0x400) != 0)
            one->right = other;
        if (one->group == NULL && (seed & 0x800) != 0)
            one->group = other->group;
        if (one->label == NULL)
            one->label = other->label;
        if (one->n_kids > 0 && one->kids[0] == NULL)
            one->kids[0] = one;
        one->parent = other;
        if (other->group != NULL && other->group->n_scores > 0)
            one->best = other->group->scores; /* into the middle it would be equal to itself alone */
    }
}

/* What a walk meets: containers once, and what it met before, of the type of the whole and of others. */
typedef struct meetings {
    uint64_t entered, again, again_same;
} meetings;

static meetings meet_all(const hf_type *type, const void *object)
{
    meetings met = { 0 };
    hf_struct_walk walk;
    hf_struct_walk_init(&walk, type, object, NULL);
    while (hf_struct_walk_next(&walk)) {
        met.entered += walk.event == HF_ENTER;
        met.again += walk.event == HF_AGAIN;
        met.again_same += walk.event == HF_AGAIN && walk.place.type->shape == HF_SHAPE_POINTER && walk.place.type->item == type;
    }
    if (hf_struct_walk_finish(&walk) != HF_WALK_DONE)
        abort();
    return met;
}

/* By the policy: every object is there once, and in place of what is met again stands what was asked for. */
static void check_repeats(const hf_type *type, const void *object)
{
    node a_node = { .value = 7, .parent = &a_node };
    group a_group = { .leader = NULL };
    album an_album = { .next = &an_album };
    void *held = type == &node_hf_type ? (void *)&a_node : type == &group_hf_type ? (void *)&a_group : (void *)&an_album;
    hf_struct_size size, size_of_copy;
    meetings met = meet_all(type, object), met_held = meet_all(type, held);
    if (hf_size_of(type, object, false, &size, NULL) != HF_OK || (met.again > 0 && size.shared == 0))
        abort();
    for (int repeat = HF_REPEAT_NULL; repeat <= HF_REPEAT_REFUSE; repeat++) {
        counted_memory memory;
        memory_init(&memory, UINT_MAX);
        const hf_copy_options how = { .store.allocator = &memory.base, .repeat = (hf_repeat)repeat, .placeholder = held };
        void *copy = NULL;
        hf_status status = hf_struct_copy(type, object, &how, &copy, NULL);
        if (status != (repeat == HF_REPEAT_REFUSE && size.shared > 0 ? HF_CYCLE : HF_OK) || (status == HF_OK) != (copy != NULL))
            abort();
        if (status == HF_OK) {
            meetings in_copy = meet_all(type, copy);
            bool is_held = repeat == HF_REPEAT_HOLDER && met.again_same > 0;
            if (in_copy.entered != met.entered + (is_held ? met_held.entered : 0) ||
                in_copy.again != (is_held ? met_held.again + met.again_same - 1 : 0))
                abort();
            check_size(type, copy, &memory);
            if (hf_size_of(type, copy, false, &size_of_copy, NULL) != HF_OK || (!is_held && size_of_copy.shared != 0))
                abort();
        }
        destroy_all(type, copy, &memory);
    }
}

/* A chain of albums is tied into circles; what each has chosen is another one's. */
static void tie_albums(album *top, unsigned seed)
{
    album *chain[NODES_MAX];
    size_t count = 0;
    for (album *one = top; one != NULL && count < NODES_MAX; one = one->next)
        chain[count++] = one;
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1103515245u + 12345u;
        album *one = chain[i], *other = chain[(seed >> 16) % count];
        if (one->next == NULL)
            one->next = other;
        if (one->others[1] == NULL)
            one->others[1] = other;
        if (other->n_pairs > 0)
            one->chosen = other->pairs;
    }
}

static void tie_nodes(node *top, unsigned seed)
{
    node *nodes[NODES_MAX];
    size_t count = nodes_of(top, nodes);
    tie(nodes, count, seed);
}

static void check_graph(const hf_type *type, hf_text json, unsigned seed)
{
    counted_memory memory;
    void *top = NULL;
    memory_init(&memory, UINT_MAX);
    hf_decode_options options = { .store.allocator = &memory.base };
    if (hf_struct_decode(type, json, &options, &top, NULL) != HF_OK)
        return;
    if (type == &node_hf_type)
        tie_nodes(top, seed);
    else if (type == &group_hf_type && ((group *)top)->leader != NULL)
        tie_nodes(((group *)top)->leader, seed);
    else if (type == &album_hf_type)
        tie_albums(top, seed);
    check_size(type, top, &memory); /* it is tied to its own objects alone */
    check_copy(type, top);
    check_walk(type, top);
    check_report(type, top, seed % 2 != 0);
    check_repeats(type, top);
    check_scarce(type, hf_text_of("", 0), NULL, top, seed % 16);
    destroy_all(type, top, &memory);
}

/* ---- one text ---------------------------------------------------------------------------- */

static void check(const hf_type *type, hf_text json, bool keeps_texts, unsigned seed)
{
    hf_document *document = NULL;
    counted_memory memory;
    void *direct = NULL, *by_value = NULL, *again = NULL;
    hf_buffer text = HF_BUFFER_INIT(SIZE_MAX);
    hf_error error;
    memset(&error, 0, sizeof error);
    memory_init(&memory, UINT_MAX);
    hf_decode_options options = { .store.allocator = &memory.base };
    hf_status status = hf_struct_decode(type, json, &options, &direct, &error);
    hf_status other = hf_read(json, NULL, &document, NULL);
    if (other == HF_OK)
        other = hf_struct_from_value(type, hf_root(document), NULL, &by_value, NULL);
    if ((status == HF_OK) != (other == HF_OK))
        abort();
    if (status == HF_OK) {
        check_values(type, direct, by_value, keeps_texts);
        if (hf_struct_encode(type, direct, NULL, &text, NULL) != HF_OK ||
            hf_struct_decode(type, hf_buffer_text(&text), NULL, &again, NULL) != HF_OK)
            abort();
        check_size(type, direct, &memory);
        check_look(type, direct, again, true);
        check_near(type, direct, &text, seed);
    }
    check_tables(type, json, status, &error, direct, &text);
    check_arena(type, json, status, direct);
    check_depth(type, json, 1 + seed % 6);
    check_scarce(type, json, document, direct, seed % 16);
    hf_buffer_release(&text);
    hf_document_drop(document);
    destroy_all(type, direct, &memory);
    if (hf_struct_destroy(type, by_value, NULL) != HF_OK || hf_struct_destroy(type, again, NULL) != HF_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const hf_type *const types[] = {
        &record_hf_type, &shape_hf_type, &packet_hf_type, &node_hf_type, &plain_hf_type, &tree_hf_type, &list_hf_type,
        &shelf_hf_type, &counted_hf_type, &run_hf_type, &message_hf_type, &folder_hf_type, &forms_hf_type, &checks_hf_type,
        &defaults_hf_type, &album_hf_type, &frame_hf_type, &sealed_hf_type, &nest_hf_type, &point_hf_type, &group_hf_type,
        &pair_hf_type, &entry_hf_type, &only_copy_hf_type, &team_hf_type, &registers_hf_type, &sheet_hf_type, &chains_hf_type, &signals_hf_type,
        &lanes_hf_type, &outer_hf_type, &pages_hf_type, &choice_hf_type, &worker_hf_type, &lane_hf_type, &atoms_hf_type, &numbers_hf_type, &brought_hf_type, &tail_hf_type,
    };
    unsigned seed = 0;
    if (size == 0)
        return 0;
    const hf_type *type = types[data[0] % (sizeof types / sizeof *types)];
    /* An exact copy, so that the sanitizer sees any read beyond it. */
    char *copy = malloc(size);
    if (copy == NULL)
        return 0;
    memcpy(copy, data + 1, size - 1);
    for (size_t i = 0; i < size - 1; i++)
        seed = seed * 31 + data[i + 1];
    check(type, hf_text_of(copy, size - 1), type == &record_hf_type || type == &forms_hf_type, seed);
    if (type == &node_hf_type || type == &group_hf_type || type == &album_hf_type)
        check_graph(type, hf_text_of(copy, size - 1), seed);
    free(copy);
    return 0;
}

/* readers.c - what every reader says of a value is what the model says; where the model has no such notion,
 * what the same reader says of a private copy, which shares nothing with anything. */
#include "readers.h"

#include <holdfast/compare.h>
#include <holdfast/each.h>
#include <holdfast/link.h>
#include <holdfast/pointer.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/size_report.h>
#include <holdfast/write.h>

#include <stdlib.h>
#include <string.h>

#include "draft_support.h"

typedef struct reading {
    program           *program;
    const hf_document *document; /* whose root `value` is; NULL: a part, or of the draft */
    hf_value           value, twin; /* twin: absent when there is no private copy */
    node              *shows;
    bool               has_foreign, has_link;
} reading;

static bool refused(const reading *r, hf_status status)
{
    CHECK(status == HF_OK || failed(r->program, status));
    return status != HF_OK;
}

/* ---- walks ------------------------------------------------------------------------------- */

/* What a walk has said so far, in one number. */
typedef struct said {
    uint64_t events, fold;
} said;

static void hear(said *so_far, hf_event event, uint32_t depth, hf_value value, hf_text key)
{
    uint64_t fold = so_far->fold * 0x100000001b3u + (uint64_t)event * 31 + depth * 1021u + (uint64_t)hf_kind_of(value) * 65537;
    for (size_t i = 0; i < key.length; i++)
        fold = fold * 0x100000001b3u + (unsigned char)key.bytes[i];
    hf_text text = hf_as_text(value, hf_text_of(NULL, 0));
    for (size_t i = 0; i < text.length; i++)
        fold = fold * 0x100000001b3u + (unsigned char)text.bytes[i];
    so_far->fold = fold;
    so_far->events++;
}

static said walk_whole(hf_value value, const hf_walk_options *options)
{
    said all = { 0, 0 };
    hf_walk walk;
    hf_walk_init(&walk, value, options);
    while (hf_walk_next(&walk))
        hear(&all, walk.event, walk.depth, walk.value, walk.key);
    CHECK(hf_walk_finish(&walk) == HF_WALK_DONE);
    return all;
}

static void read_in_pieces(const reading *r)
{
    said whole = walk_whole(r->value, NULL), pieces = { 0, 0 };
    hf_walk_options options = { .values_max = 1 + below(r->program, 9) };
    hf_walk walk;
    hf_walk_position position;
    uint64_t values = 0;
    hf_walk_init(&walk, r->value, &options);
    for (;;) {
        while (hf_walk_next(&walk))
            hear(&pieces, walk.event, walk.depth, walk.value, walk.key);
        values += walk.values;
        if (hf_walk_finish(&walk) == HF_WALK_DONE)
            break;
        CHECK(hf_walk_get_position(&walk, &position) == HF_OK);
        hf_walk_resume(&walk, &position, &options);
    }
    CHECK(pieces.events == whole.events && pieces.fold == whole.fold && values == size_of(r->shows));
    if (!hf_is_absent(r->twin)) {
        said twin = walk_whole(r->twin, NULL);
        CHECK(twin.events == whole.events && twin.fold == whole.fold);
    }
}

HF_OBSERVER hf_visit_answer hear_each(hf_seen seen, void *context)
{
    hear(context, seen.event, seen.depth, seen.value, seen.key);
    return HF_VISIT_ON;
}

static void read_each(const reading *r)
{
    said walked = walk_whole(r->value, NULL), each = { 0, 0 };
    CHECK(hf_each(r->value, hear_each, &each) == HF_WALK_DONE);
    CHECK(each.events == walked.events && each.fold == walked.fold);
}

/* Skipping and pruning whatever the dice say: it ends, and meets no more than there is. */
static void read_with_gaps(const reading *r)
{
    hf_walk walk;
    uint64_t met = 0;
    hf_walk_init(&walk, r->value, NULL);
    while (hf_walk_next(&walk)) {
        met += walk.event != HF_LEAVE;
        uint64_t choice = below(r->program, 6);
        if (choice == 0)
            hf_walk_prune(&walk);
        else if (choice == 1)
            hf_walk_skip(&walk);
    }
    CHECK(hf_walk_finish(&walk) == HF_WALK_DONE && met <= size_of(r->shows));
}

static void read_following(const reading *r)
{
    hf_arena arena;
    hf_walk walk;
    uint64_t entered = 0, values = size_of(r->shows);
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = &r->program->memory.base });
    hf_walk_init(&walk, r->value, &(hf_walk_options){ .follow_links = true, .arena = &arena });
    while (hf_walk_next(&walk))
        entered += walk.event == HF_ENTER;
    hf_walk_end end = hf_walk_finish(&walk);
    /* The targets may lie around the part that is read. */
    const node *top = r->shows;
    while (top->parent != NULL)
        top = top->parent;
    CHECK((end == HF_WALK_NO_MEMORY && r->program->fails) ||
          (end == HF_WALK_DONE && entered <= (r->has_link ? size_of(top) : values)));
    hf_arena_release(&arena);
}

static void read_copy_following(const reading *r)
{
    hf_document *copy = NULL;
    hf_expand_options options = { .repeated = (hf_repeated)below(r->program, 3), .placeholder = HF_T("again"),
                                  .allocator = &r->program->memory.base };
    if (refused(r, hf_clone_following(r->value, &options, &copy, NULL)))
        return;
    check_version(copy);
    (void)walk_whole(hf_root(copy), NULL);
    hf_document_drop(copy);
}

/* ---- sizes ------------------------------------------------------------------------------- */

static void read_sizes(const reading *r)
{
    hf_size size, twin;
    uint64_t values = size_of(r->shows);
    CHECK(hf_measure(r->value, &size, NULL) == HF_OK);
    CHECK(size.values_expanded == values && size.values <= values && size.deep_bytes > 0);
    CHECK((size.documents == 0) == (size.shared_bytes == 0));
    if (hf_is_absent(r->twin))
        return;
    CHECK(hf_measure(r->twin, &twin, NULL) == HF_OK);
    CHECK(twin.values_expanded == values && twin.values == values && twin.documents == 0 && twin.shared_bytes == 0);
    if (size.documents == 0)
        CHECK(memcmp(size.kinds, twin.kinds, sizeof size.kinds) == 0 && size.keys == twin.keys && size.depth == twin.depth);
}

static hf_size_report *report_of(const reading *r, hf_value value, bool retained)
{
    hf_size_report *report = NULL;
    hf_size_report_options options = { .allocator = &r->program->memory.base, .retained = retained };
    hf_status status = hf_size_report_create(&options, &report, NULL);
    if (status == HF_OK)
        status = hf_size_report_add(report, value, NULL);
    if (status == HF_OK)
        status = hf_size_report_finish(report, NULL);
    if (!refused(r, status))
        return report;
    hf_size_report_destroy(report);
    return NULL;
}

static void print_report(const reading *r, const hf_size_report *report)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    CHECK(to != NULL);
    hf_size_view view = { .by = below(r->program, 2) ? HF_SIZE_BY_KIND : HF_SIZE_BY_PATH, .top = 5 };
    (void)refused(r, hf_size_report_print(report, &view, to));
    fclose(to);
    free(text);
}

static void read_report(const reading *r)
{
    int64_t values = (int64_t)size_of(r->shows);
    bool retained = below(r->program, 2) == 0;
    hf_size_report *report = report_of(r, r->value, retained), *twin = NULL, *change = NULL;
    if (report == NULL)
        return;
    hf_size_row total = hf_size_report_total(report);
    CHECK(total.amounts[HF_SIZE_COUNT] >= 1 && total.amounts[HF_SIZE_COUNT] <= values); /* what is shown twice counts once */
    CHECK(!retained || total.amounts[HF_SIZE_RETAINED] == total.amounts[HF_SIZE_DEEP]);
    print_report(r, report);
    if (!hf_is_absent(r->twin) && (twin = report_of(r, r->twin, retained)) != NULL) {
        CHECK(hf_size_report_total(twin).amounts[HF_SIZE_COUNT] == values);
        if (!refused(r, hf_size_report_difference(report, twin, &change, NULL))) {
            CHECK(hf_size_report_total(change).amounts[HF_SIZE_COUNT] == values - total.amounts[HF_SIZE_COUNT]);
            print_report(r, change);
        }
    }
    hf_size_report_destroy(change);
    hf_size_report_destroy(twin);
    hf_size_report_destroy(report);
}

/* ---- comparing --------------------------------------------------------------------------- */

static void read_beside_twin(const reading *r)
{
    bool is_equal = false;
    int order = 1;
    CHECK(hf_hash(r->value) == hf_hash(r->value));
    CHECK(hf_equal(r->value, r->value, &is_equal) == HF_OK && is_equal);
    if (hf_is_absent(r->twin) || r->has_foreign) /* the copy of a foreign value is another one */
        return;
    CHECK(hf_equal(r->value, r->twin, &is_equal) == HF_OK);
    CHECK(hf_order(r->twin, r->value, &order) == HF_OK);
    CHECK(hf_hash(r->value) == hf_hash(r->twin));
    if (r->document != NULL || !r->has_link) /* the paths of targets count from the root */
        CHECK(is_equal && order == 0);
}

static void read_beside_another(const reading *r)
{
    program *p = r->program;
    int other = (int)below(p, DOCUMENTS);
    bool is_equal = false;
    int order = 0, back = 0;
    if (p->documents[other] == NULL)
        return;
    hf_value value = hf_root(p->documents[other]);
    CHECK(hf_equal(r->value, value, &is_equal) == HF_OK && hf_order(r->value, value, &order) == HF_OK &&
          hf_order(value, r->value, &back) == HF_OK);
    CHECK(is_equal == (order == 0) && (order < 0) == (back > 0) && (order > 0) == (back < 0));
    CHECK(!is_equal || hf_hash(r->value) == hf_hash(value));
}

/* ---- writing and saving ------------------------------------------------------------------ */

static hf_status written(const reading *r, hf_value value, const hf_write_options *options, hf_buffer *buffer)
{
    hf_buffer_init(buffer, SIZE_MAX, &r->program->memory.base, NULL);
    return hf_write(value, options, buffer, NULL);
}

static void read_by_writing(const reading *r)
{
    const hf_write_options forms[] = {
        { .links = HF_WRITE_LINKS_NULL }, { .links = HF_WRITE_LINKS_NULL, .pretty = true },
        { .links = HF_WRITE_LINKS_TEXT, .link_text = HF_T("->"), .respell = true },
        { .links = HF_WRITE_LINKS_NULL, .canonical = true },
    };
    const hf_write_options *form = &forms[below(r->program, sizeof forms / sizeof *forms)];
    hf_buffer is, should;
    hf_status status = written(r, r->value, form, &is), twin;
    if (!r->has_foreign && !form->canonical) /* which refuses numbers that are no doubles */
        (void)refused(r, status);
    if (!failed(r->program, status) && !hf_is_absent(r->twin)) {
        twin = written(r, r->twin, form, &should);
        if (!failed(r->program, twin)) {
            hf_text left = hf_buffer_text(&is), right = hf_buffer_text(&should);
            CHECK(status == twin && left.length == right.length &&
                  (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0));
        }
        hf_buffer_release(&should);
    }
    hf_buffer_release(&is);
}

static void read_by_saving(const reading *r)
{
    hf_buffer buffer;
    hf_document *loaded = NULL;
    if (r->document == NULL)
        return;
    hf_buffer_init(&buffer, SIZE_MAX, &r->program->memory.base, NULL);
    hf_status status = hf_save_to_buffer(r->document, &buffer, NULL);
    if (r->has_foreign)
        CHECK(status == HF_FOREIGN || failed(r->program, status));
    else if (!refused(r, status) &&
             !refused(r, hf_load(hf_buffer_text(&buffer), &(hf_map_options){ .allocator = &r->program->memory.base }, &loaded, NULL)))
        check_shows(hf_root(loaded), r->shows);
    hf_document_drop(loaded);
    hf_buffer_release(&buffer);
}

/* ---- looking ----------------------------------------------------------------------------- */

static void read_by_looking(const reading *r)
{
    check_shows(r->value, r->shows);
    if (!r->has_link || r->document != NULL)
        check_links(r->value, r->shows);
    node *container = some_container(r->program, r->shows);
    if (container == NULL)
        return;
    hf_value value = r->value;
    node *path[128];
    size_t depth = 0;
    for (node *at = container; at != r->shows; at = at->parent)
        path[depth++] = at;
    while (depth-- > 0)
        value = path[depth]->parent->kind == OBJECT && below(r->program, 2)
                    ? hf_get(value, hf_text_from_cstr(path[depth]->parent->keys[place_in(path[depth])]))
                    : hf_at(value, place_in(path[depth]));
    check_lookup(value, container);
}

static void read_info(const reading *r)
{
    if (r->document == NULL)
        return;
    hf_document_info info = hf_document_get_info(r->document);
    CHECK(info.holders > 0 && info.values_expanded == size_of(r->shows) && info.bytes >= info.block_bytes);
    (void)refused(r, hf_document_index(r->document, NULL));
}

/* A version of what is read, made and dropped; nobody else notices. */
static void read_by_editing(const reading *r)
{
    hf_draft *draft = NULL;
    hf_document *version = NULL;
    if (r->document == NULL ||
        refused(r, hf_edit_with(r->document, &(hf_draft_options){ .allocator = &r->program->memory.base }, &draft, NULL)))
        return;
    node *some = some_node(r->program, r->shows);
    char *pointer = pointer_text(some);
    hf_status status = below(r->program, 2) ? hf_remove(draft, hf_text_from_cstr(pointer), NULL)
                                            : hf_set_i64(draft, hf_text_from_cstr(pointer), 1, NULL);
    CHECK(status == HF_OK || failed(r->program, status));
    free(pointer);
    if (below(r->program, 2)) {
        hf_draft_destroy(draft);
    } else if (!refused(r, hf_freeze(&draft, &version, NULL))) {
        check_version(version);
        (void)walk_whole(hf_root(version), NULL);
        hf_document_drop(version);
    }
    check_shows(r->value, r->shows);
}

/* ---- all of them ------------------------------------------------------------------------- */

typedef void reader(const reading *r);

static reader *const readers[] = { read_in_pieces, read_each, read_with_gaps, read_following, read_copy_following,
                                   read_sizes, read_report, read_beside_twin, read_beside_another, read_by_writing,
                                   read_by_saving, read_by_looking, read_info, read_by_editing };

/* A document {"m": (mounts `value`)}; NULL without memory. */
static hf_document *mounted(program *p, hf_value value)
{
    hf_draft *draft = NULL;
    hf_document *outer = NULL;
    hf_status status = hf_draft_create(&(hf_draft_options){ .allocator = &p->memory.base }, &draft, NULL);
    if (status == HF_OK)
        status = hf_set_object(draft, HF_T(""), NULL);
    if (status == HF_OK)
        status = hf_draft_set(draft, hf_place_at(HF_T("/m")), hf_item_mount(value), NULL);
    if (status == HF_OK)
        status = hf_freeze(&draft, &outer, NULL);
    hf_draft_destroy(draft);
    CHECK(status == HF_OK || failed(p, status) || status == HF_LINK_LEAVES); /* borrowed text: the part is copied */
    return outer;
}

/* Part of the time a part of it is read. */
static void choose_part(program *p, reading *r)
{
    if (below(p, 3) != 0)
        return;
    node *part = some_node(p, r->shows);
    char *pointer = pointer_text(part);
    hf_value value = hf_at_pointer(r->value, hf_text_from_cstr(pointer));
    CHECK(!hf_is_absent(value));
    free(pointer);
    r->value = value;
    r->shows = part;
    r->document = NULL;
}

void read_somehow(program *p)
{
    int which = (int)below(p, DOCUMENTS + 1);
    reading r = { .program = p };
    hf_document *outer = NULL, *copy = NULL;
    if (which < DOCUMENTS && p->documents[which] != NULL) {
        r.document = p->documents[which];
        r.shows = p->trees[which];
        r.value = hf_root(r.document);
    } else if (p->draft != NULL) {
        r.shows = p->tree;
        r.value = hf_draft_root(p->draft);
    } else {
        return;
    }
    choose_part(p, &r);
    if (which < DOCUMENTS && p->draft == NULL && below(p, 4) == 0 && (outer = mounted(p, r.value)) != NULL) {
        r.document = NULL;
        r.value = hf_get(hf_root(outer), HF_T("m"));
    }
    r.has_foreign = has_kind(r.shows, FOREIGN);
    r.has_link = has_kind(r.shows, LINK);
    hf_status status = hf_clone_part(r.value, &p->memory.base, NULL, &copy, NULL);
    CHECK(status == HF_OK || failed(p, status) || (status == HF_LINK_LEAVES && r.has_link));
    if (copy != NULL) {
        check_version(copy);
        r.twin = hf_root(copy);
    }
    readers[below(p, sizeof readers / sizeof *readers)](&r);
    bool outer_first = below(p, 2) == 0;
    hf_document_drop(outer_first ? outer : copy);
    hf_document_drop(outer_first ? copy : outer);
}

/* test_edit_model.c - long random programs on documents and drafts, against trees of plain pointers.
 *
 * The model knows nothing of slots, blocks or chunks: a node has children, a handle is a node, a
 * document is a copy. After every step the draft must answer with the model's status, and show the
 * model's tree; handles, iterations, links and foreign values must say what their nodes say. Steps
 * cover reading (text copied, borrowed, consumed), building, editing, freezing, mounting, copying,
 * dropping in any order, and allocations that fail. HOLDFAST_TEST_TIMES makes it longer,
 * HOLDFAST_TEST_SEED begins elsewhere; a failure prints the seed of its program. */
#include "unit.h"

#include <holdfast/build.h>
#include <holdfast/compare.h>
#include <holdfast/draft.h>
#include <holdfast/link.h>
#include <holdfast/read.h>

#include <stdio.h>
#include <string.h>

#include "draft_support.h"
#include "failing_allocator.h"
#include "random.h"

enum { DOCUMENTS = 5, HANDLES = 12, ITERS = 2, STEPS = 160, TREE_MAX = 220, KEYS = 24 };

/* ---- the model --------------------------------------------------------------------------- */

typedef enum kind { SCALAR, ARRAY, OBJECT, LINK, FOREIGN } kind;

typedef struct node {
    kind          kind;
    char         *text;     /* SCALAR: its JSON */
    struct node **children; /* owned */
    char        **keys;     /* OBJECT */
    size_t        count;
    struct node  *parent;
    bool          is_dead;  /* kept until the program ends, so that handles may ask */
    struct node  *target;   /* LINK */
    struct node  *copy;     /* the newest one */
    uint32_t      seen;     /* bit for each iteration that met it, or began when it was there */
    uint32_t      there;
    struct node  *next_made;
} node;

static node *made; /* all nodes of this program */

static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static node *node_new(kind what)
{
    node *fresh = need(calloc(1, sizeof *fresh));
    fresh->kind = what;
    fresh->next_made = made;
    made = fresh;
    return fresh;
}

static node *scalar_new(const char *text)
{
    node *fresh = node_new(SCALAR);
    fresh->text = need(strdup(text));
    return fresh;
}

static void insert_child(node *parent, size_t at, const char *key, node *child)
{
    parent->children = need(realloc(parent->children, (parent->count + 1) * sizeof(node *)));
    parent->keys = need(realloc(parent->keys, (parent->count + 1) * sizeof(char *)));
    memmove(parent->children + at + 1, parent->children + at, (parent->count - at) * sizeof(node *));
    memmove(parent->keys + at + 1, parent->keys + at, (parent->count - at) * sizeof(char *));
    parent->children[at] = child;
    parent->keys[at] = key != NULL ? need(strdup(key)) : NULL;
    parent->count++;
    child->parent = parent;
}

static size_t place_in(const node *child)
{
    size_t at = 0;
    while (child->parent->children[at] != child)
        at++;
    return at;
}

static void take_child(node *child)
{
    node *parent = child->parent;
    size_t at = place_in(child);
    free(parent->keys[at]);
    memmove(parent->children + at, parent->children + at + 1, (parent->count - at - 1) * sizeof(node *));
    memmove(parent->keys + at, parent->keys + at + 1, (parent->count - at - 1) * sizeof(char *));
    parent->count--;
    child->parent = NULL;
}

static void kill_below(node *top)
{
    for (size_t i = 0; i < top->count; i++) {
        top->children[i]->is_dead = true;
        kill_below(top->children[i]);
    }
}

static void kill_node(node *top)
{
    top->is_dead = true;
    kill_below(top);
}

static node *copy_below(node *from)
{
    node *to = from->copy = node_new(from->kind);
    to->text = from->text != NULL ? need(strdup(from->text)) : NULL;
    to->target = from->target;
    for (size_t i = 0; i < from->count; i++)
        insert_child(to, i, from->keys[i], copy_below(from->children[i]));
    return to;
}

static void lead_inside(node *top)
{
    if (top->kind == LINK && !top->target->is_dead)
        top->target = top->target->copy;
    for (size_t i = 0; i < top->count; i++)
        lead_inside(top->children[i]);
}

/* Links of the copy lead into the copy. */
static node *copy_node(node *from)
{
    node *to = copy_below(from);
    lead_inside(to);
    return to;
}

static size_t size_of(const node *top)
{
    size_t size = 1;
    for (size_t i = 0; i < top->count; i++)
        size += size_of(top->children[i]);
    return size;
}

/* The content of `to` becomes that of `from`, which is used up; `to` stays the node that it is. */
static void become(node *to, node *from)
{
    kill_below(to);
    free(to->text);
    for (size_t i = 0; i < to->count; i++)
        free(to->keys[i]);
    free(to->children);
    free(to->keys);
    to->kind = from->kind;
    to->text = from->text;
    to->target = from->target;
    to->children = from->children;
    to->keys = from->keys;
    to->count = from->count;
    for (size_t i = 0; i < to->count; i++)
        to->children[i]->parent = to;
    from->text = NULL;
    from->children = NULL;
    from->keys = NULL;
    from->count = 0;
    from->is_dead = true;
}

static bool is_within(const node *below, const node *top)
{
    for (; below != NULL; below = below->parent)
        if (below == top)
            return true;
    return false;
}

typedef struct output {
    char  *text;
    size_t length, room;
} output;

static void put(output *to, const char *text)
{
    size_t length = strlen(text);
    if (to->length + length + 1 > to->room) {
        to->room = (to->length + length + 1) * 2;
        to->text = need(realloc(to->text, to->room));
    }
    memcpy(to->text + to->length, text, length + 1);
    to->length += length;
}

static void put_node(output *to, const node *from)
{
    if (from->kind == SCALAR)
        put(to, from->text);
    else if (from->kind == LINK)
        put(to, "@");
    else if (from->kind == FOREIGN)
        put(to, "!");
    else {
        put(to, from->kind == OBJECT ? "{" : "[");
        for (size_t i = 0; i < from->count; i++) {
            put(to, i > 0 ? "," : "");
            if (from->kind == OBJECT) {
                put(to, "\"");
                put(to, from->keys[i]);
                put(to, "\":");
            }
            put_node(to, from->children[i]);
        }
        put(to, from->kind == OBJECT ? "}" : "]");
    }
}

static char *spell(const node *from)
{
    output to = { NULL, 0, 0 };
    put(&to, "");
    put_node(&to, from);
    return to.text;
}

static void pointer_of(output *to, const node *from)
{
    if (from->parent == NULL)
        return;
    pointer_of(to, from->parent);
    put(to, "/");
    char number[32];
    if (from->parent->kind == ARRAY) {
        snprintf(number, sizeof number, "%zu", place_in(from));
        put(to, number);
        return;
    }
    const char *key = from->parent->keys[place_in(from)];
    for (; *key != 0; key++) {
        char byte[2] = { *key, 0 };
        put(to, *key == '~' ? "~0" : *key == '/' ? "~1" : byte);
    }
}

static char *pointer_text(const node *from)
{
    output to = { NULL, 0, 0 };
    put(&to, "");
    pointer_of(&to, from);
    return to.text;
}

static node *child_by_key(const node *parent, const char *key)
{
    for (size_t i = 0; i < parent->count; i++)
        if (strcmp(parent->keys[i], key) == 0)
            return parent->children[i];
    return NULL;
}

/* ---- foreign values ---------------------------------------------------------------------- */

static long foreign_made, foreign_ended;

static void *foreign_new(void)
{
    foreign_made++;
    return need(malloc(1));
}
static void foreign_release(void *object)
{
    foreign_ended++;
    free(object); /* a second release is found by the allocator */
}
static hf_status foreign_clone(void *object, void **ret_object)
{
    (void)object;
    *ret_object = foreign_new();
    return HF_OK;
}
static const hf_foreign_hooks foreign_hooks = { "counted", foreign_release, foreign_clone, NULL };

/* ---- a program --------------------------------------------------------------------------- */

typedef struct handle_pair {
    hf_handle handle;
    node     *shows; /* NULL: none */
} handle_pair;

typedef struct iteration {
    hf_draft_iter iter;
    node         *container; /* NULL: none */
} iteration;

typedef struct program {
    uint64_t     seed, random;
    test_allocator memory;
    bool         fails; /* some allocations */
    hf_document *documents[DOCUMENTS];
    node        *trees[DOCUMENTS];
    char        *buffers[DOCUMENTS]; /* borrowed text */
    hf_draft    *draft;
    node        *tree;
    char        *draft_buffer;       /* of the document that the draft was made of */
    handle_pair  handles[HANDLES];
    iteration    iters[ITERS];
} program;

static program *running;

#define CHECK(condition)                                                                                      \
    do {                                                                                                      \
        if (!(condition)) {                                                                                   \
            fprintf(stderr, "%s:%d: %s (HOLDFAST_TEST_SEED=%llu)\n", __FILE__, __LINE__, #condition,          \
                    (unsigned long long)running->seed);                                                       \
            abort();                                                                                          \
        }                                                                                                     \
    } while (0)

static uint64_t below(program *p, uint64_t limit)
{
    return random_below(&p->random, limit);
}

static const char *key_of(uint64_t number, char room[64])
{
    static const char *const odd[] = { "", "a/b", "m~n", "a key beyond fourteen bytes", "exactly14bytes", "fifteen bytes!!" };
    if (number < sizeof odd / sizeof *odd)
        return odd[number];
    snprintf(room, 64, number % 3 == 0 ? "k%llu" : "another longer key %llu", (unsigned long long)number);
    return room;
}

/* The `number`-th node in order. */
static node *node_at(node *top, size_t *number)
{
    if ((*number)-- == 0)
        return top;
    for (size_t i = 0; i < top->count; i++) {
        node *found = node_at(top->children[i], number);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static node *some_node(program *p, node *top)
{
    size_t number = below(p, size_of(top));
    return node_at(top, &number);
}

static node *some_container(program *p, node *top)
{
    for (int tries = 0; tries < 8; tries++) {
        node *found = some_node(p, top);
        if (found->kind == ARRAY || found->kind == OBJECT)
            return found;
    }
    return NULL;
}

static const char *some_scalar(program *p, char room[300])
{
    static const char *const fixed[] = { "null", "true", "false", "0", "-1", "3.5", "1.50", "1e400", "18446744073709551616",
                                         "18446744073709551615", "\"\"", "\"short\"", "\"exactly14bytes\"",
                                         "\"fifteen bytes!!\"", "-0.0", "12345678901234567890123.250" };
    uint64_t choice = below(p, 24);
    if (choice < sizeof fixed / sizeof *fixed)
        return fixed[choice];
    if (choice < 20) {
        snprintf(room, 300, "%lld", (long long)below(p, 1000000) - 500000);
        return room;
    }
    size_t length = below(p, choice == 23 ? 250 : 60);
    room[0] = '"';
    for (size_t i = 0; i < length; i++)
        room[i + 1] = (char)('a' + (i + length) % 26);
    memcpy(room + length + 1, "\"", 2);
    return room;
}

static node *some_tree(program *p, unsigned depth)
{
    char room[300], key[64];
    uint64_t choice = below(p, 5);
    if (depth == 0 || choice < 2)
        return scalar_new(some_scalar(p, room));
    node *top = node_new(choice == 2 ? ARRAY : OBJECT);
    size_t count = below(p, choice == 4 ? 14 : 5);
    for (size_t i = 0; i < count; i++) {
        const char *name = key_of(below(p, KEYS), key);
        if (top->kind == ARRAY || child_by_key(top, name) == NULL)
            insert_child(top, top->count, name, some_tree(p, depth - 1));
    }
    return top;
}

/* ---- checking ---------------------------------------------------------------------------- */

static void check_shows(hf_value value, const node *expected)
{
    char *is = shown(value), *should = spell(expected);
    if (strcmp(is, should) != 0) {
        fprintf(stderr, "shows    %s\nexpected %s\n", is, should);
        CHECK(false);
    }
    free(is);
    free(should);
}

/* By every way of looking: lookup by key, by position, by iteration. */
static void check_lookup(hf_value value, const node *expected)
{
    CHECK(hf_count(value) == expected->count);
    hf_iter iter;
    hf_iter_init(&iter, value);
    for (size_t i = 0; i < expected->count; i++) {
        CHECK(hf_iter_next(&iter) && iter.index == i);
        CHECK(hf_is_same(iter.value, hf_at(value, i)));
        if (expected->kind == OBJECT) {
            hf_text key = hf_text_from_cstr(expected->keys[i]);
            CHECK(hf_text_equal(iter.key, key) && hf_text_equal(hf_key_at(value, i), key));
            CHECK(hf_is_same(iter.value, hf_get(value, key)));
        }
    }
    CHECK(!hf_iter_next(&iter) && hf_is_absent(hf_at(value, expected->count)));
}

static void check_links(hf_value value, const node *expected)
{
    if (expected->kind == LINK) {
        hf_value target = hf_link_target(value);
        CHECK(hf_is_absent(target) == expected->target->is_dead);
        if (!hf_is_absent(target))
            check_shows(target, expected->target);
        return;
    }
    for (size_t i = 0; i < expected->count; i++)
        check_links(hf_at(value, i), expected->children[i]);
}

static void check_handles(program *p)
{
    for (int i = 0; i < HANDLES; i++) {
        if (p->handles[i].shows == NULL)
            continue;
        hf_value value;
        hf_status status = hf_handle_get(p->draft, p->handles[i].handle, &value);
        CHECK(status == (p->handles[i].shows->is_dead ? HF_GONE : HF_OK));
        if (status == HF_OK)
            check_shows(value, p->handles[i].shows);
    }
}

static void check_all(program *p)
{
    if (p->draft == NULL)
        return;
    check_draft(p->draft);
    check_shows(hf_draft_root(p->draft), p->tree);
    check_handles(p);
    check_links(hf_draft_root(p->draft), p->tree);
    node *container = some_container(p, p->tree);
    if (container != NULL) {
        char *pointer = pointer_text(container);
        check_lookup(hf_draft_get(p->draft, hf_place_at(hf_text_from_cstr(pointer))), container);
        free(pointer);
    }
}

/* ---- documents --------------------------------------------------------------------------- */

static void drop_document(program *p, int at)
{
    hf_document_drop(p->documents[at]);
    p->documents[at] = NULL;
    if (p->buffers[at] != NULL && p->buffers[at] != p->draft_buffer) {
        memset(p->buffers[at], 'X', strlen(p->buffers[at]));
        free(p->buffers[at]);
    }
    p->buffers[at] = NULL;
}

static void release_consumed(void *context, const char *bytes, size_t length)
{
    (void)context;
    memset((char *)(uintptr_t)bytes, 'X', length);
    free((char *)(uintptr_t)bytes);
}

static void read_document(program *p, int at)
{
    node *tree = some_tree(p, 4);
    char *text = spell(tree);
    hf_read_options options = { .allocator = &p->memory.base };
    options.text = below(p, 3) == 0 ? HF_TEXT_BORROWED : below(p, 2) == 0 ? HF_TEXT_CONSUMED : HF_TEXT_COPIED;
    options.release = release_consumed;
    hf_document *document = NULL;
    hf_status status = hf_read(hf_text_from_cstr(text), &options, &document, NULL);
    CHECK(status == HF_OK || (p->fails && status == HF_NO_MEMORY));
    if (status != HF_OK) {
        if (options.text != HF_TEXT_CONSUMED)
            free(text);
        return;
    }
    drop_document(p, at);
    p->documents[at] = document;
    p->trees[at] = tree;
    if (options.text == HF_TEXT_BORROWED)
        p->buffers[at] = text;
    else if (options.text == HF_TEXT_COPIED)
        free(text);
    check_shows(hf_root(document), tree);
    check_lookup(hf_root(document), tree);
}

/* ---- drafts ------------------------------------------------------------------------------ */

static void end_draft(program *p)
{
    for (int i = 0; i < ITERS; i++) {
        if (p->iters[i].container != NULL)
            hf_draft_iter_release(&p->iters[i].iter);
        p->iters[i].container = NULL;
    }
    memset(p->handles, 0, sizeof p->handles);
}

static void forget_buffer(program *p)
{
    bool is_used = p->draft_buffer == NULL;
    for (int i = 0; i < DOCUMENTS; i++)
        is_used |= p->buffers[i] == p->draft_buffer;
    if (!is_used) {
        memset(p->draft_buffer, 'X', strlen(p->draft_buffer));
        free(p->draft_buffer);
    }
    p->draft_buffer = NULL;
}

static void begin_draft(program *p)
{
    int from = (int)below(p, DOCUMENTS);
    hf_draft_options options = { .allocator = &p->memory.base };
    hf_status status;
    if (p->documents[from] != NULL && below(p, 8) != 0) {
        status = hf_edit_with(p->documents[from], &options, &p->draft, NULL);
        if (status == HF_OK) {
            p->tree = copy_node(p->trees[from]);
            p->draft_buffer = p->buffers[from];
        }
    } else {
        status = hf_draft_create(&options, &p->draft, NULL);
        if (status == HF_OK)
            p->tree = scalar_new("null");
    }
    CHECK(status == HF_OK || (p->fails && status == HF_NO_MEMORY));
}

static bool has_kind(const node *top, kind what)
{
    if (top->kind == what)
        return true;
    for (size_t i = 0; i < top->count; i++)
        if (has_kind(top->children[i], what))
            return true;
    return false;
}

static void freeze_draft(program *p)
{
    int at = (int)below(p, DOCUMENTS);
    hf_document *document = NULL, *copy = NULL;
    end_draft(p);
    hf_status cloned = hf_clone_part(hf_draft_root(p->draft), NULL, NULL, &copy, NULL);
    CHECK(cloned == HF_OK);
    check_version(copy);
    check_shows(hf_root(copy), p->tree);
    check_links(hf_root(copy), p->tree);
    bool is_equal = has_kind(p->tree, FOREIGN); /* copies of foreign values are others */
    CHECK(is_equal || (hf_equal(hf_root(copy), hf_draft_root(p->draft), &is_equal) == HF_OK && is_equal));
    CHECK(has_kind(p->tree, FOREIGN) || hf_hash(hf_root(copy)) == hf_hash(hf_draft_root(p->draft)));
    hf_status status = hf_freeze(&p->draft, &document, NULL);
    CHECK(status == HF_OK || (p->fails && status == HF_NO_MEMORY));
    CHECK(p->draft == NULL);
    forget_buffer(p);
    if (status != HF_OK) {
        hf_document_drop(copy);
        kill_node(p->tree);
        return;
    }
    CHECK(has_kind(p->tree, FOREIGN) || (hf_equal(hf_root(copy), hf_root(document), &is_equal) == HF_OK && is_equal));
    hf_document_drop(copy);
    drop_document(p, at);
    p->documents[at] = document;
    p->trees[at] = p->tree;
    check_version(document);
    check_shows(hf_root(document), p->tree);
    check_links(hf_root(document), p->tree);
    check_lookup(hf_root(document), p->tree);
    hf_document_info info = hf_document_get_info(document);
    CHECK(info.values_expanded == size_of(p->tree));
}

/* An item and the node it becomes. False when the step is left out. */
static bool some_item(program *p, hf_item *ret_item, node **ret_node, char room[300], hf_document **ret_held)
{
    *ret_held = NULL;
    int from = (int)below(p, DOCUMENTS);
    uint64_t choice = below(p, 10);
    if (choice < 5) {
        node *fresh = scalar_new(some_scalar(p, room));
        const char *text = fresh->text;
        size_t length = strlen(text);
        if (text[0] == '"')
            *ret_item = hf_item_text(hf_text_of(text + 1, length - 2));
        else if (strcmp(text, "null") == 0)
            *ret_item = hf_item_null();
        else if (text[0] == 't' || text[0] == 'f')
            *ret_item = hf_item_bool(text[0] == 't');
        else
            *ret_item = hf_item_number(hf_text_of(text, length));
        *ret_node = fresh;
        return true;
    }
    if (choice == 5) {
        *ret_node = node_new(below(p, 2) ? ARRAY : OBJECT);
        *ret_item = (*ret_node)->kind == ARRAY ? hf_item_array() : hf_item_object();
        return true;
    }
    if (choice == 6) { /* from this draft */
        node *source = some_node(p, p->tree);
        if (has_kind(source, LINK) || size_of(source) > 60)
            return false;
        char *pointer = pointer_text(source);
        *ret_item = hf_item_copy(hf_draft_get(p->draft, hf_place_at(hf_text_from_cstr(pointer))));
        free(pointer);
        *ret_node = copy_node(source);
        return true;
    }
    if (choice == 7) {
        if (has_kind(p->tree, FOREIGN) && below(p, 2))
            return false;
        *ret_item = hf_item_foreign(&foreign_hooks, foreign_new());
        *ret_node = node_new(FOREIGN);
        return true;
    }
    if (p->documents[from] == NULL)
        return false;
    node *source = some_node(p, p->trees[from]);
    if (has_kind(source, LINK) || size_of(source) > 60)
        return false;
    char *pointer = pointer_text(source);
    hf_value value = hf_root(p->documents[from]);
    /* Step by step, by position: it must agree with the pointer. */
    node *path[64];
    size_t depth = 0;
    for (node *at = source; at->parent != NULL; at = at->parent)
        path[depth++] = at;
    while (depth-- > 0)
        value = hf_at(value, place_in(path[depth]));
    free(pointer);
    *ret_item = choice == 8 ? hf_item_copy(value) : hf_item_mount(value);
    *ret_node = copy_node(source);
    return true;
}

static void restore(node *fresh)
{
    kill_node(fresh);
}

static bool failed(program *p, hf_status status)
{
    return p->fails && status == HF_NO_MEMORY;
}

/* The members that an iteration must still meet are those that were there and did not move. */
static void forget_place(node *moved)
{
    moved->there = 0;
}

static void step_set(program *p)
{
    char room[300], key[64];
    hf_item item;
    node *fresh, *container = some_container(p, p->tree);
    hf_document *held;
    if (size_of(p->tree) > TREE_MAX || !some_item(p, &item, &fresh, room, &held))
        return;
    void *object = item.kind == HF__ITEM_FOREIGN ? item.object : NULL;
    output path = { NULL, 0, 0 };
    put(&path, "");
    node *there = NULL;
    size_t index = 0;
    const char *name = NULL;
    if (container == NULL || below(p, 6) == 0) {
        there = some_node(p, p->tree);
        pointer_of(&path, there);
    } else {
        pointer_of(&path, container);
        put(&path, "/");
        if (container->kind == OBJECT) {
            name = key_of(below(p, KEYS), key);
            for (const char *c = name; *c != 0; c++) {
                char byte[2] = { *c, 0 };
                put(&path, *c == '~' ? "~0" : *c == '/' ? "~1" : byte);
            }
            there = child_by_key(container, name);
        } else {
            index = below(p, container->count + 1);
            snprintf(room + 280, 20, "%zu", index);
            put(&path, index == container->count && below(p, 2) ? "-" : room + 280);
            there = index < container->count ? container->children[index] : NULL;
        }
    }
    uint64_t verb = below(p, 3);
    hf_place place = hf_place_at(hf_text_from_cstr(path.text));
    hf_status status = verb == 0   ? hf_draft_set(p->draft, place, item, NULL)
                       : verb == 1 ? hf_draft_insert(p->draft, place, item, NULL)
                                   : hf_draft_replace(p->draft, place, item, NULL);
    if (status != HF_OK && object != NULL)
        foreign_release(object);
    bool is_element = there != NULL ? there->parent != NULL && there->parent->kind == ARRAY : name == NULL;
    if (failed(p, status)) {
        restore(fresh);
    } else if (verb != 1 && there != NULL) {
        CHECK(status == HF_OK);
        become(there, fresh);
    } else if (verb == 2) {
        CHECK(status == HF_NOT_FOUND || status == HF_BAD_POINTER);
        restore(fresh);
    } else if (there != NULL && !is_element) {
        CHECK(status == (there->parent == NULL ? HF_MISUSE : HF_DUPLICATE_KEY));
        restore(fresh);
    } else {
        CHECK(status == HF_OK);
        if (there != NULL)
            insert_child(there->parent, place_in(there), NULL, fresh);
        else
            insert_child(container, name != NULL ? container->count : index, name, fresh);
    }
    free(path.text);
}

static void step_insert_member(program *p)
{
    char room[300], key[64];
    hf_item item;
    node *fresh, *container = some_container(p, p->tree);
    hf_document *held;
    if (container == NULL || container->kind != OBJECT || size_of(p->tree) > TREE_MAX ||
        !some_item(p, &item, &fresh, room, &held))
        return;
    void *object = item.kind == HF__ITEM_FOREIGN ? item.object : NULL;
    const char *name = key_of(below(p, KEYS), key);
    uint64_t index = below(p, container->count + 1);
    char *pointer = pointer_text(container);
    hf_status status = hf_draft_insert_member(p->draft, hf_place_at(hf_text_from_cstr(pointer)), index,
                                              hf_text_from_cstr(name), item, NULL);
    if (status != HF_OK && object != NULL)
        foreign_release(object);
    if (failed(p, status)) {
        restore(fresh);
    } else if (child_by_key(container, name) != NULL) {
        CHECK(status == HF_DUPLICATE_KEY);
        restore(fresh);
    } else {
        CHECK(status == HF_OK);
        insert_child(container, index, name, fresh);
    }
    free(pointer);
}

static void step_remove(program *p)
{
    node *gone = some_node(p, p->tree);
    if (gone->parent == NULL && below(p, 10) != 0)
        return;
    char *pointer = pointer_text(gone);
    hf_status status = hf_remove(p->draft, hf_text_from_cstr(pointer), NULL);
    free(pointer);
    if (failed(p, status))
        return;
    CHECK(status == HF_OK);
    if (gone->parent == NULL) {
        become(gone, scalar_new("null"));
        return;
    }
    take_child(gone);
    kill_node(gone);
}

static void step_rename(program *p)
{
    char key[64];
    node *member = some_node(p, p->tree);
    if (member->parent == NULL || member->parent->kind != OBJECT)
        return;
    const char *name = key_of(below(p, KEYS), key);
    char *pointer = pointer_text(member);
    hf_status status = hf_draft_rename(p->draft, hf_place_at(hf_text_from_cstr(pointer)), hf_text_from_cstr(name), NULL);
    free(pointer);
    node *other = child_by_key(member->parent, name);
    if (failed(p, status))
        return;
    CHECK(status == (other == NULL || other == member ? HF_OK : HF_DUPLICATE_KEY));
    if (status == HF_OK) {
        size_t at = place_in(member);
        free(member->parent->keys[at]);
        member->parent->keys[at] = need(strdup(name));
    }
}

static void step_move(program *p)
{
    char key[64], number[32];
    node *moved = some_node(p, p->tree), *to = some_container(p, p->tree);
    if (to == NULL || moved->parent == NULL)
        return;
    const char *name = key_of(below(p, KEYS), key);
    /* The place is spelled as it is without the moved value. */
    node *parent = moved->parent;
    size_t was_at = place_in(moved);
    char *was_key = parent->keys[was_at] != NULL ? need(strdup(parent->keys[was_at])) : NULL;
    char *from = pointer_text(moved);
    bool is_cycle = is_within(to, moved);
    hf_handle handle = { 0, 0, 0 };
    bool by_handle = below(p, 3) == 0;
    char *to_text = NULL;
    hf_status status;
    if (by_handle || is_cycle) {
        char *pointer = pointer_text(to);
        status = hf_draft_handle(p->draft, hf_place_at(hf_text_from_cstr(pointer)), &handle, NULL);
        free(pointer);
        if (status != HF_OK) {
            CHECK(failed(p, status));
            free(from);
            free(was_key);
            return;
        }
    }
    if (!is_cycle)
        take_child(moved);
    size_t index = below(p, to->count + 1);
    output path = { NULL, 0, 0 };
    put(&path, "");
    if (handle.id == 0)
        pointer_of(&path, to);
    put(&path, "/");
    snprintf(number, sizeof number, "%zu", index);
    if (to->kind == ARRAY)
        put(&path, number);
    else
        for (const char *c = name; *c != 0; c++) {
            char byte[2] = { *c, 0 };
            put(&path, *c == '~' ? "~0" : *c == '/' ? "~1" : byte);
        }
    to_text = path.text;
    hf_place place = handle.id != 0 ? hf_place_below(handle, hf_text_from_cstr(to_text)) : hf_place_at(hf_text_from_cstr(to_text));
    status = hf_draft_move(p->draft, hf_place_at(hf_text_from_cstr(from)), place, NULL);
    if (is_cycle) {
        CHECK(status == HF_CYCLE || failed(p, status));
    } else if (failed(p, status) || status == HF_CYCLE) {
        /* A pointer that lies below the other by its spelling is refused as it stands. */
        CHECK(status != HF_CYCLE || (handle.id == 0 && strncmp(from, to_text, strlen(from)) == 0));
        insert_child(parent, was_at, was_key, moved);
    } else {
        CHECK(status == HF_OK);
        forget_place(moved);
        node *other = to->kind == OBJECT ? child_by_key(to, name) : NULL;
        if (other != NULL) {
            size_t at = place_in(other);
            take_child(other);
            kill_node(other);
            insert_child(to, at, name, moved);
        } else {
            insert_child(to, to->kind == OBJECT ? to->count : index, to->kind == OBJECT ? name : NULL, moved);
        }
    }
    if (handle.id != 0)
        hf_handle_release(p->draft, handle);
    free(from);
    free(to_text);
    free(was_key);
}

static void step_swap(program *p)
{
    node *a = some_node(p, p->tree), *b = some_node(p, p->tree);
    char *one = pointer_text(a), *other = pointer_text(b);
    hf_status status =
        hf_draft_swap(p->draft, hf_place_at(hf_text_from_cstr(one)), hf_place_at(hf_text_from_cstr(other)), NULL);
    free(one);
    free(other);
    if (failed(p, status))
        return;
    bool nested = a != b && (is_within(a, b) || is_within(b, a));
    CHECK(status == (nested ? HF_CYCLE : HF_OK));
    if (nested || a == b)
        return;
    size_t at_a = place_in(a), at_b = place_in(b);
    node *parent_a = a->parent, *parent_b = b->parent;
    parent_a->children[at_a] = b;
    parent_b->children[at_b] = a;
    a->parent = parent_b;
    b->parent = parent_a;
    forget_place(a);
    forget_place(b);
}

static void step_handle(program *p)
{
    handle_pair *pair = &p->handles[below(p, HANDLES)];
    if (pair->shows != NULL)
        hf_handle_release(p->draft, pair->handle);
    pair->shows = NULL;
    node *wanted = some_node(p, p->tree);
    char *pointer = pointer_text(wanted);
    hf_status status = hf_draft_handle(p->draft, hf_place_at(hf_text_from_cstr(pointer)), &pair->handle, NULL);
    free(pointer);
    CHECK(status == HF_OK || failed(p, status));
    if (status == HF_OK)
        pair->shows = wanted;
}

static void step_link(program *p)
{
    node *container = some_container(p, p->tree), *target = some_node(p, p->tree);
    if (container == NULL || target->kind == LINK || size_of(p->tree) > TREE_MAX)
        return;
    char *to = pointer_text(container), *leads = pointer_text(target);
    output path = { NULL, 0, 0 };
    put(&path, to);
    put(&path, container->kind == ARRAY ? "/-" : "/linked");
    node *there = container->kind == OBJECT ? child_by_key(container, "linked") : NULL;
    bool is_below = there != NULL && is_within(target, there);
    hf_status status = is_below ? HF_OK
                                : hf_draft_link(p->draft, hf_place_at(hf_text_from_cstr(path.text)),
                                                hf_place_at(hf_text_from_cstr(leads)), NULL);
    free(path.text);
    free(to);
    free(leads);
    if (is_below || failed(p, status))
        return;
    CHECK(status == HF_OK);
    node *fresh = node_new(LINK);
    fresh->target = target;
    if (there != NULL)
        become(there, fresh);
    else
        insert_child(container, container->count, container->kind == OBJECT ? "linked" : NULL, fresh);
}

static void step_iterate(program *p)
{
    uint32_t which = (uint32_t)below(p, ITERS), bit = (uint32_t)1 << which;
    iteration *it = &p->iters[which];
    if (it->container == NULL) {
        node *container = some_container(p, p->tree);
        if (container == NULL)
            return;
        char *pointer = pointer_text(container);
        hf_status status = hf_draft_iter_init(p->draft, hf_place_at(hf_text_from_cstr(pointer)), &it->iter, NULL);
        free(pointer);
        CHECK(status == HF_OK || failed(p, status));
        if (status != HF_OK)
            return;
        it->container = container;
        for (node *at = made; at != NULL; at = at->next_made) {
            at->seen &= ~bit;
            at->there &= ~bit;
        }
        for (size_t i = 0; i < container->count; i++)
            container->children[i]->there |= bit;
        return;
    }
    bool has_next = hf_draft_iter_next(&it->iter);
    if (has_next) {
        CHECK(!it->container->is_dead && it->iter.index < it->container->count);
        node *met = it->container->children[it->iter.index];
        CHECK(!(met->seen & bit) || !(met->there & bit));
        met->seen |= bit;
        check_shows(it->iter.value, met);
        hf_value again = hf_draft_get(p->draft, hf_draft_iter_place(&it->iter));
        CHECK(hf_is_same(again, it->iter.value));
        return;
    }
    for (size_t i = 0; i < it->container->count && !it->container->is_dead && it->container->parent != it->container; i++)
        CHECK(!(it->container->children[i]->there & bit) || it->container->children[i]->seen & bit ||
              !(it->container->kind == ARRAY || it->container->kind == OBJECT));
    hf_draft_iter_release(&it->iter);
    it->container = NULL;
}

static void step(program *p)
{
    if (p->fails)
        test_allocator_fail(&p->memory, below(p, 4) == 0 ? 1 + below(p, 6) : 0, below(p, 2));
    uint64_t choice = below(p, 100);
    if (p->draft == NULL)
        choice < 40 ? read_document(p, (int)below(p, DOCUMENTS)) : begin_draft(p);
    else if (choice < 40)
        step_set(p);
    else if (choice < 46)
        step_insert_member(p);
    else if (choice < 56)
        step_remove(p);
    else if (choice < 62)
        step_rename(p);
    else if (choice < 70)
        step_move(p);
    else if (choice < 74)
        step_swap(p);
    else if (choice < 79)
        step_handle(p);
    else if (choice < 84)
        step_link(p);
    else if (choice < 92)
        step_iterate(p);
    else if (choice < 94)
        CHECK(hf_draft_compact(p->draft, NULL) == HF_OK || p->fails);
    else if (choice < 96)
        drop_document(p, (int)below(p, DOCUMENTS));
    else if (choice < 99)
        freeze_draft(p);
    else {
        end_draft(p);
        hf_draft_destroy(p->draft);
        p->draft = NULL;
        forget_buffer(p);
    }
    test_allocator_fail(&p->memory, 0, false);
}

static void free_nodes(void)
{
    while (made != NULL) {
        node *next = made->next_made;
        for (size_t i = 0; i < made->count; i++)
            free(made->keys[i]);
        free(made->keys);
        free(made->children);
        free(made->text);
        free(made);
        made = next;
    }
}

static void run_program(uint64_t seed, bool fails)
{
    program p = { .seed = seed, .random = seed * 2 + 1, .fails = fails };
    running = &p;
    test_allocator_init(&p.memory);
    long before = foreign_made - foreign_ended;
    for (int i = 0; i < STEPS; i++) {
        step(&p);
        check_all(&p);
    }
    end_draft(&p);
    hf_draft_destroy(p.draft);
    p.draft = NULL;
    for (int i = 0; i < DOCUMENTS; i++)
        drop_document(&p, i);
    forget_buffer(&p);
    CHECK(foreign_made - foreign_ended == before);
    CHECK(test_allocator_release(&p.memory) == 0);
    free_nodes();
}

static uint64_t first_seed(void)
{
    const char *seed = getenv("HOLDFAST_TEST_SEED");
    return seed != NULL ? strtoull(seed, NULL, 10) : 1;
}

static void test_edit_model__random_programs(void **state)
{
    (void)state;
    uint64_t seed = first_seed();
    for (long i = 0; i < random_rounds(60); i++)
        run_program(seed++, false);
}

static void test_edit_model__random_programs_with_failing_allocations(void **state)
{
    (void)state;
    uint64_t seed = first_seed();
    for (long i = 0; i < random_rounds(60); i++)
        run_program(seed++, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edit_model__random_programs),
        cmocka_unit_test(test_edit_model__random_programs_with_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

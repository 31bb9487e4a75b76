/* edit_program.c - random values and documents, drafts made and frozen, and all that is checked of them. */
#include "edit_program.h"

#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdlib.h>
#include <string.h>

#include "draft_support.h"
#include "random.h"

program *running;

/* ---- foreign values ---------------------------------------------------------------------- */

long foreign_made, foreign_ended;

static void *foreign_new(void)
{
    foreign_made++;
    return need(malloc(1));
}
void foreign_release(void *object)
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

/* ---- choosing ---------------------------------------------------------------------------- */

uint64_t below(program *p, uint64_t limit)
{
    return random_below(&p->random, limit);
}

const char *key_of(uint64_t number, char room[64])
{
    static const char *const odd[] = { "", "a/b", "m~n", "a key beyond fourteen bytes", "exactly14bytes", "fifteen bytes!!" };
    if (number < sizeof odd / sizeof *odd)
        return odd[number];
    snprintf(room, 64, number % 3 == 0 ? "k%llu" : "another longer key %llu", (unsigned long long)number);
    return room;
}

node *some_node(program *p, node *top)
{
    size_t number = below(p, size_of(top));
    return node_at(top, &number);
}

node *some_container(program *p, node *top)
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

/* Text that has to be unescaped, or is as long as that of many documents together. */
static node *some_long_text(program *p)
{
    bool is_escaped = below(p, 2) == 0;
    size_t length = is_escaped ? 20 + below(p, 200) : 4000 + below(p, 30000), at = 1;
    char *text = need(malloc(length + 4));
    text[0] = '"';
    for (; at < length; at++)
        text[at] = (char)('a' + (at * 7 + length) % 26);
    memcpy(text + at, is_escaped ? "\\n\"" : "e\"", is_escaped ? 4 : 3);
    node *made_now = scalar_new(text);
    free(text);
    return made_now;
}

static node *some_tree(program *p, unsigned depth)
{
    char room[300], key[64];
    uint64_t choice = below(p, 5);
    if (p->has_long_text && below(p, 12) == 0)
        return some_long_text(p);
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

void check_shows(hf_value value, const node *expected)
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
void check_lookup(hf_value value, const node *expected)
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

void check_links(hf_value value, const node *expected)
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

void check_all(program *p)
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

void drop_document(program *p, int at)
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

void read_document(program *p, int at)
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

void end_draft(program *p)
{
    for (int i = 0; i < ITERS; i++) {
        if (p->iters[i].container != NULL)
            hf_draft_iter_release(&p->iters[i].iter);
        p->iters[i].container = NULL;
    }
    memset(p->handles, 0, sizeof p->handles);
}

void forget_buffer(program *p)
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

void begin_draft(program *p)
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

void freeze_draft(program *p)
{
    int at = (int)below(p, DOCUMENTS);
    hf_document *document = NULL, *copy = NULL;
    end_draft(p);
    hf_status cloned = hf_clone_part(hf_draft_root(p->draft), NULL, NULL, &copy, NULL);
    CHECK(cloned == HF_OK);
    check_version(copy);
    check_shows(hf_root(copy), p->tree);
    check_links(hf_root(copy), p->tree);
    bool is_other = has_kind(p->tree, FOREIGN), is_equal = is_other; /* copies of foreign values are others */
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
    CHECK(is_other || (hf_equal(hf_root(copy), hf_root(document), &is_equal) == HF_OK && is_equal));
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
bool some_item(program *p, hf_item *ret_item, node **ret_node, char room[300], hf_document **ret_held)
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

void restore(node *fresh)
{
    kill_node(fresh);
}

bool failed(program *p, hf_status status)
{
    return p->fails && status == HF_NO_MEMORY;
}

/* The members that an iteration must still meet are those that were there and did not move. */
void forget_place(node *moved)
{
    moved->there = 0;
}

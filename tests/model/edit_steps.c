/* edit_steps.c - the steps of a random program: each is done to the draft and to the model. */
#include "edit_program.h"

#include <holdfast/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draft_support.h"

void step_set(program *p)
{
    char room[300], key[64], number[24];
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
            snprintf(number, sizeof number, "%zu", index);
            put(&path, index == container->count && below(p, 2) ? "-" : number);
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

void step_insert_member(program *p)
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

void step_remove(program *p)
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

void step_rename(program *p)
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

void step_move(program *p)
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

void step_swap(program *p)
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

void step_handle(program *p)
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

void step_link(program *p)
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

void step_iterate(program *p)
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

/* ---- any of them ------------------------------------------------------------------------- */

static void destroy_draft(program *p)
{
    end_draft(p);
    hf_draft_destroy(p->draft);
    p->draft = NULL;
    forget_buffer(p);
}

void step_edit(program *p)
{
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
    else
        destroy_draft(p);
}

void end_program(program *p)
{
    destroy_draft(p);
    for (int i = 0; i < DOCUMENTS; i++)
        drop_document(p, i);
}

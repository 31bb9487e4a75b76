/* tree_model.c - nodes made, moved, copied, spelled; see tree_model.h. */
#include "tree_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

node *made;

void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

node *node_new(kind what)
{
    node *fresh = need(calloc(1, sizeof *fresh));
    fresh->kind = what;
    fresh->next_made = made;
    made = fresh;
    return fresh;
}

node *scalar_new(const char *text)
{
    node *fresh = node_new(SCALAR);
    fresh->text = need(strdup(text));
    return fresh;
}

void insert_child(node *parent, size_t at, const char *key, node *child)
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

size_t place_in(const node *child)
{
    size_t at = 0;
    while (child->parent->children[at] != child)
        at++;
    return at;
}

void take_child(node *child)
{
    node *parent = child->parent;
    size_t at = place_in(child);
    free(parent->keys[at]);
    memmove(parent->children + at, parent->children + at + 1, (parent->count - at - 1) * sizeof(node *));
    memmove(parent->keys + at, parent->keys + at + 1, (parent->count - at - 1) * sizeof(char *));
    parent->count--;
    child->parent = NULL;
}

void kill_below(node *top)
{
    for (size_t i = 0; i < top->count; i++) {
        top->children[i]->is_dead = true;
        kill_below(top->children[i]);
    }
}

void kill_node(node *top)
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
node *copy_node(node *from)
{
    node *to = copy_below(from);
    lead_inside(to);
    return to;
}

size_t size_of(const node *top)
{
    size_t size = 1;
    for (size_t i = 0; i < top->count; i++)
        size += size_of(top->children[i]);
    return size;
}

/* The content of `to` becomes that of `from`, which is used up; `to` stays the node that it is. */
void become(node *to, node *from)
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

bool is_within(const node *below, const node *top)
{
    for (; below != NULL; below = below->parent)
        if (below == top)
            return true;
    return false;
}

void put(output *to, const char *text)
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

char *spell(const node *from)
{
    output to = { NULL, 0, 0 };
    put(&to, "");
    put_node(&to, from);
    return to.text;
}

void pointer_of(output *to, const node *from)
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

char *pointer_text(const node *from)
{
    output to = { NULL, 0, 0 };
    put(&to, "");
    pointer_of(&to, from);
    return to.text;
}

node *child_by_key(const node *parent, const char *key)
{
    for (size_t i = 0; i < parent->count; i++)
        if (strcmp(parent->keys[i], key) == 0)
            return parent->children[i];
    return NULL;
}

/* The `number`-th node in order. */
node *node_at(node *top, size_t *number)
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

bool has_kind(const node *top, kind what)
{
    if (top->kind == what)
        return true;
    for (size_t i = 0; i < top->count; i++)
        if (has_kind(top->children[i], what))
            return true;
    return false;
}

void free_nodes(void)
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

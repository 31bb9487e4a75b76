/* shapes_sample.h - filled structs of shapes.h, made with malloc, so that release can free them. */
#ifndef HOLDFAST_TEST_SHAPES_SAMPLE_H
#define HOLDFAST_TEST_SHAPES_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "shapes.hf.h"

/* Tests do not go on without memory. */
static inline void *sample_take(size_t bytes)
{
    void *taken = calloc(1, bytes);
    if (taken == NULL)
        abort();
    return taken;
}

static inline char *sample_text(const char *text)
{
    char *copy = sample_take(strlen(text) + 1);
    return strcpy(copy, text);
}

static inline int sample_callback(int a, void *b)
{
    (void)b;
    return a;
}

static inline void sample_plain(plain *p)
{
    plain_init(p);
    *p = (plain){ .flag = true, .letter = 'x', .i8 = -8, .u8 = 200, .i16 = -300, .u16 = 60000, .i32 = -70000, .u32 = 4000000000u,
                  .i64 = INT64_MIN, .u64 = UINT64_MAX, .f32 = 1.5f, .f64 = -0.1, .color = BLUE, .named = GREEN, .low = 9, .high = 4000,
                  .small = -7, .bit = 1, .name = "fifteen letters", .matrix = { { 1, 2, 3 }, { 4, 5, 6 } }, .at = { 1, 2 },
                  .path = { { 3, 4 }, { 5, 6 } }, .version = { 7, 8 }, .wide = 1.25L, .callback = sample_callback };
    p->context = p;
}

static inline record *sample_record(void)
{
    record *r = sample_take(sizeof *r);
    record_init(r);
    r->id = 42;
    r->name = sample_text("name_1");
    r->email = sample_text("a@\"b\"\n\xc3\xa4");
    r->origin = "static";
    r->level = 5;
    r->score = 99.25;
    r->has_score = true;
    r->lucky = sample_take(sizeof *r->lucky);
    *r->lucky = 7;
    r->n_values = 3;
    r->values = sample_take(3 * sizeof *r->values);
    r->values[1] = 0.1;
    r->values[2] = -1e300;
    r->n_tags = 2;
    r->tags = sample_take(2 * sizeof *r->tags);
    r->tags[0] = sample_text("");
    r->tags[1] = sample_text("longer than fourteen bytes");
    r->point_count = 2;
    r->points = sample_take(2 * sizeof *r->points);
    r->points[1].y = 2.5;
    r->home = sample_take(sizeof *r->home);
    r->home->x = 3;
    r->names[0] = sample_text("first");
    r->blob_len = 5;
    r->blob = sample_take(5);
    memcpy(r->blob, "\x00\xff\x10zZ", 5);
    memcpy(r->key, "\xde\xad\xbe\xef", 4);
    r->n_chars = 4;
    r->chars = sample_take(4);
    memcpy(r->chars, "a\xc3\xa9z", 4);
    r->inner.x = 11;
    r->inner.y = 12;
    r->extra = sample_text("{\"any\":[1,2,{}]}");
    r->fixed[2] = 9;
    r->n_parts = 2;
    r->parts = sample_take(2 * sizeof *r->parts);
    r->parts[0].label = sample_text("part");
    r->parts[0].weight = 5;
    r->parts[1].weight = 6;
    return r;
}

/* Nodes with a circle, text arms and an empty union. */
static inline shape *sample_shape(void)
{
    shape *s = sample_take(sizeof *s);
    s->kind = KIND_NODES;
    s->which = 1;
    s->number = -5;
    s->u.nodes.n_items = 4;
    s->u.nodes.items = sample_take(4 * sizeof(shape));
    s->u.nodes.items[0].kind = KIND_CIRCLE;
    s->u.nodes.items[0].u.circle.r = 1.5;
    s->u.nodes.items[0].which = 2;
    s->u.nodes.items[0].word = sample_text("word");
    s->u.nodes.items[1].kind = KIND_TEXT;
    s->u.nodes.items[1].u.text = sample_text("text");
    s->u.nodes.items[1].which = 3;
    s->u.nodes.items[2].kind = KIND_RECT;
    s->u.nodes.items[2].u.rect.y = 2;
    s->u.nodes.items[2].which = 7; /* no arm */
    s->u.nodes.items[3].kind = KIND_NODES;
    return s;
}

/* Two nodes and a group in a circle; a label of two nodes; a child that hangs on two parents. */
static inline node *sample_graph(void)
{
    node *a = sample_take(sizeof *a), *b = sample_take(sizeof *b), *c = sample_take(sizeof *c);
    struct group *g = sample_take(sizeof *g);
    a->value = 1;
    b->value = 2;
    c->value = 3;
    a->label = b->label = sample_text("shared label");
    a->left = b;
    a->right = c;
    b->right = c;
    c->left = a;
    b->parent = a;
    c->parent = a;
    a->n_kids = 3;
    a->kids = sample_take(3 * sizeof *a->kids);
    a->kids[0] = a;
    a->kids[1] = b;
    g->title = sample_text("group");
    g->leader = c;
    g->n_scores = 3;
    g->scores = sample_take(3 * sizeof *g->scores);
    g->scores[2] = 9;
    a->group = g;
    c->group = g;
    a->best = &g->scores[2];
    return a;
}

#endif

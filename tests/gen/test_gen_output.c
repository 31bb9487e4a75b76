/* test_gen_output.c - what the generated code does with structs of every shape: init, copy, equal,
 * hash, size, release; under failing allocations; a million long and deep. */
#include "unit.h"
#include "failing_allocator.h"

#include <malloc.h>

#include "shapes_sample.h"

static record *copied_record(const record *from, const hf_copy_options *options)
{
    record *copy = NULL;
    hf_error error;
    assert_int_equal(record_copy(from, options, &copy, &error), HF_OK);
    return copy;
}

static void expect_equal_record(const record *a, const record *b, bool expected)
{
    bool equal = !expected;
    assert_int_equal(record_equal(a, b, &equal, NULL), HF_OK);
    assert_int_equal(equal, expected);
}

static void test_output__init_sets_defaults(void **state)
{
    (void)state;
    record r;
    memset(&r, 0x55, sizeof r);
    record_init(&r);
    assert_int_equal(r.level, 3);
    assert_int_equal(r.id, 0);
    assert_null(r.name);
}

static void test_output__copy_of_plain_values(void **state)
{
    (void)state;
    plain p, *copy = NULL;
    sample_plain(&p);
    assert_int_equal(plain_copy(&p, NULL, &copy, NULL), HF_OK);
    assert_int_equal(copy->matrix[1][2], 6);
    assert_true(copy->wide == 1.25L);
    assert_true(copy->callback == sample_callback);
    assert_null(copy->context); /* skipped */
    bool equal = false;
    assert_int_equal(plain_equal(&p, copy, &equal, NULL), HF_OK);
    assert_true(equal);
    copy->small = 3;
    assert_int_equal(plain_equal(&p, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    plain_destroy(copy, NULL);
}

static void test_output__copy_of_a_tree_is_deep(void **state)
{
    (void)state;
    record *r = sample_record(), *copy = copied_record(r, NULL);
    assert_ptr_not_equal(r->tags[1], copy->tags[1]);
    assert_ptr_equal(r->origin, copy->origin); /* static */
    assert_null(copy->names[1]);
    expect_equal_record(r, copy, true);
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(record_hash(r, &hash_a, NULL), HF_OK);
    assert_int_equal(record_hash(copy, &hash_b, NULL), HF_OK);
    assert_true(hash_a == hash_b);
    copy->parts[0].label[0] = 'x';
    expect_equal_record(r, copy, false);
    assert_int_equal(record_hash(copy, &hash_b, NULL), HF_OK);
    assert_false(hash_a == hash_b);
    record_destroy(copy, NULL);
    record_destroy(r, NULL);
}

static void test_output__size_counts_every_block(void **state)
{
    (void)state;
    record *r = sample_record();
    hf_struct_size size;
    assert_int_equal(record_size(r, true, &size, NULL), HF_OK);
    size_t expected = sizeof *r + 7 + (strlen(r->email) + 1) + sizeof(int) + 3 * 8 + 2 * sizeof(char *) + 1 + 27 + 2 * sizeof(struct point) +
                      sizeof(struct point) + 6 + 5 + 4 + (strlen(r->extra) + 1) + 2 * sizeof *r->parts + 5;
    assert_int_equal(size.shallow, sizeof *r);
    assert_int_equal(size.deep, expected);
    assert_int_equal(size.objects, 16);
    assert_int_equal(size.shared, 0);
    assert_true(size.slack < size.deep); /* 0 where malloc is the sanitizer's */
    record_destroy(r, NULL);
}

static void test_output__unions_follow_their_tags(void **state)
{
    (void)state;
    shape *s = sample_shape(), *copy = NULL;
    assert_int_equal(shape_copy(s, NULL, &copy, NULL), HF_OK);
    assert_string_equal(copy->u.nodes.items[0].word, "word");
    assert_ptr_not_equal(copy->u.nodes.items[1].u.text, s->u.nodes.items[1].u.text);
    bool equal = false;
    assert_int_equal(shape_equal(s, copy, &equal, NULL), HF_OK);
    assert_true(equal);
    copy->u.nodes.items[2].kind = KIND_NONE;
    assert_int_equal(shape_equal(s, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    shape_destroy(copy, NULL);
    shape_destroy(s, NULL);
}

static void expect_isomorphic(const node *from, const node *to)
{
    const node *b = to->left, *c = to->right;
    assert_ptr_not_equal(from, to);
    assert_ptr_equal(to->kids[0], to);
    assert_ptr_equal(to->kids[1], b);
    assert_null(to->kids[2]);
    assert_ptr_equal(b->right, c);
    assert_ptr_equal(c->left, to);
    assert_ptr_equal(b->parent, to);
    assert_ptr_equal(b->label, to->label);
    assert_ptr_not_equal(to->label, from->label);
    assert_ptr_equal(to->group, c->group);
    assert_ptr_equal(to->group->leader, c);
    assert_ptr_equal(to->best, &to->group->scores[2]); /* a ref into the middle of a block */
}

static void test_output__graphs_are_copied_with_their_shape(void **state)
{
    (void)state;
    node *a = sample_graph(), *copy = NULL;
    assert_int_equal(node_copy(a, NULL, &copy, NULL), HF_OK);
    expect_isomorphic(a, copy);
    bool equal = false;
    assert_int_equal(node_equal(a, copy, &equal, NULL), HF_OK);
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(node_hash(a, &hash_a, NULL), HF_OK);
    assert_int_equal(node_hash(copy, &hash_b, NULL), HF_OK);
    assert_true(hash_a == hash_b);
    hf_struct_size size;
    assert_int_equal(node_size(a, false, &size, NULL), HF_OK);
    assert_int_equal(size.objects, 8);
    assert_int_equal(size.deep, 3 * sizeof(node) + sizeof(group) + 13 + 3 * sizeof(node *) + 6 + 3 * sizeof(double));
    assert_int_equal(size.shared, 3 * sizeof(node) + sizeof(group) + 13);
    copy->left->right = copy->left; /* the same values on every short path, another shape */
    assert_int_equal(node_equal(a, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    assert_int_equal(node_destroy(copy, NULL), HF_OK);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* How many values of a walk were met again. */
static unsigned met_again(const node *top)
{
    unsigned again = 0;
    hf_struct_walk walk;
    node_walk(&walk, top, NULL);
    while (hf_struct_walk_next(&walk))
        again += walk.event == HF_AGAIN;
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    return again;
}

/* In sample_graph a, b, c, the group and the label are met again: kids[0], kids[1], b->right or a->right,
 * c->left, c->group or a->group, leader, one of two labels. */
enum { REPEATS_OF_OBJECTS = 6, REPEATS_OF_NODES = 5 };

static void test_output__repeats_are_linked(void **state)
{
    (void)state;
    node *a = sample_graph(), *copy = NULL;
    assert_int_equal(node_copy(a, &(hf_copy_options){ .repeat = HF_REPEAT_LINK }, &copy, NULL), HF_OK);
    expect_isomorphic(a, copy);
    assert_int_equal(met_again(a), REPEATS_OF_OBJECTS);
    assert_int_equal(met_again(copy), REPEATS_OF_OBJECTS);
    assert_int_equal(node_destroy(copy, NULL), HF_OK);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

static void test_output__repeats_become_null(void **state)
{
    (void)state;
    node *a = sample_graph(), *copy = NULL;
    hf_struct_size size, size_of_tree;
    assert_int_equal(node_copy(a, &(hf_copy_options){ .repeat = HF_REPEAT_NULL }, &copy, NULL), HF_OK);
    assert_int_equal(met_again(copy), 0);
    HF_EXPECT(copy->kids[0] == NULL && (copy->left->label == NULL) != (copy->label == NULL));
    HF_EXPECT(copy->best == &copy->group->scores[2] || copy->right->group != NULL); /* refs still find their copies */
    assert_int_equal(node_size(a, false, &size, NULL), HF_OK);
    assert_int_equal(node_size(copy, false, &size_of_tree, NULL), HF_OK);
    assert_int_equal(size_of_tree.objects, size.objects); /* each object once, now from one place */
    assert_int_equal(size_of_tree.deep, size.deep);
    assert_int_equal(size_of_tree.shared, 0);
    hf_buffer text = HF_BUFFER_INIT(1 << 16);
    assert_int_equal(node_encode(copy, NULL, &text, NULL), HF_OK); /* a tree can be said in JSON */
    hf_buffer_release(&text);
    assert_int_equal(node_destroy(copy, NULL), HF_OK);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* How many pointers of a copy lead to its placeholder; it is walked once and met again then. */
static unsigned held_by(const node *copy, const node *holder)
{
    unsigned held = 0;
    hf_struct_walk walk;
    node_walk(&walk, copy, NULL);
    while (hf_struct_walk_next(&walk))
        held += walk.event == HF_AGAIN || (walk.event == HF_ENTER && walk.place.at == (const char *)holder);
    assert_int_equal(hf_struct_walk_finish(&walk), HF_WALK_DONE);
    return held;
}

static void test_output__repeats_become_the_placeholder(void **state)
{
    (void)state;
    node *a = sample_graph(), *copy = NULL, holder = { .value = 99 };
    hf_arena *arena = NULL;
    assert_int_equal(hf_arena_create(NULL, &arena, NULL), HF_OK);
    assert_int_equal(node_copy(a, &(hf_copy_options){ .store.arena = arena, .repeat = HF_REPEAT_HOLDER, .placeholder = &holder }, &copy, NULL), HF_OK);
    assert_ptr_equal(copy->kids[0], &holder);
    assert_int_equal(held_by(copy, &holder), REPEATS_OF_NODES);
    assert_null(copy->left->label); /* a text is no node, and neither is a group */
    HF_EXPECT(copy->group != NULL && copy->group->leader == &holder && copy->right->group == NULL);
    assert_int_equal(holder.value, 99);
    hf_arena_destroy(arena);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* Releasing a graph takes memory: when there is none nothing was released, and it is called again. */
static void destroy_despite(node *object, const hf_allocator *nth)
{
    test_allocator *refusing = (test_allocator *)(void *)(uintptr_t)nth;
    uint64_t fail_at = refusing->fail_at;
    if (node_destroy(object, nth) == HF_OK)
        return;
    refusing->fail_at = 0;
    HF_EXPECT(node_destroy(object, nth) == HF_OK);
    refusing->fail_at = fail_at;
}

/* Releasing a copy on the heap frees what its pointers lead to: so the placeholder is copied. */
static void test_output__the_placeholder_is_copied_to_the_heap(void **state)
{
    (void)state;
    char label[] = "held";
    node *a = sample_graph(), *copy = NULL, holder = { .value = 99, .label = label };
    holder.left = holder.parent = &holder;
    const hf_copy_options how = { .repeat = HF_REPEAT_HOLDER, .placeholder = &holder };
    assert_int_equal(node_copy(a, &how, &copy, NULL), HF_OK);
    node *held = copy->kids[0];
    HF_EXPECT(held != &holder && held->value == 99 && held->left == held && held->parent == held && held->label != label);
    assert_string_equal(held->label, "held");
    assert_int_equal(held_by(copy, held), REPEATS_OF_NODES + 1);
    assert_int_equal(node_destroy(copy, NULL), HF_OK);
    HF_OOM_LOOP(nth) {
        hf_copy_options refused = how;
        refused.store.allocator = nth;
        copy = NULL;
        hf_status status = node_copy(a, &refused, &copy, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        HF_EXPECT(status != HF_OK || copy->kids[0]->value == 99);
        destroy_despite(copy, nth);
    }
    HF_EXPECT(holder.left == &holder && holder.label == label);
    assert_int_equal(node_copy(a, &(hf_copy_options){ .repeat = HF_REPEAT_HOLDER }, &copy, NULL), HF_OK);
    assert_null(copy->kids[0]); /* there is none */
    assert_int_equal(node_destroy(copy, NULL), HF_OK);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

static void test_output__repeats_are_refused(void **state)
{
    (void)state;
    node *a = sample_graph(), *copy = NULL, *lone = sample_take(sizeof *lone);
    hf_error error;
    test_allocator allocator;
    test_allocator_init(&allocator);
    hf_copy_options options = { .store.allocator = &allocator.base, .repeat = HF_REPEAT_REFUSE };
    assert_int_equal(node_copy(a, &options, &copy, &error), HF_CYCLE);
    assert_null(copy);
    HF_EXPECT(strstr(error.detail, "met again") != NULL);
    assert_int_equal(allocator.live.live_blocks, 0); /* nothing remains of it */
    lone->left = sample_take(sizeof *lone);
    lone->label = sample_text("once");
    assert_int_equal(node_copy(lone, &options, &copy, &error), HF_OK); /* a graph without repeats is none to refuse */
    assert_int_equal(node_destroy(copy, &allocator.base), HF_OK);
    lone->left->left = lone;
    copy = NULL;
    assert_int_equal(node_copy(lone, &options, &copy, &error), HF_CYCLE);
    options = (hf_copy_options){ .store.allocator = &allocator.base, .objects_max = 3 };
    assert_int_equal(node_copy(a, &options, &copy, &error), HF_LIMIT_COUNT);
    assert_int_equal(test_allocator_release(&allocator), 0);
    assert_int_equal(node_destroy(lone, NULL), HF_OK);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

static void test_output__flexible_arrays_end_the_block(void **state)
{
    (void)state;
    packet *p = sample_take(sizeof *p + 5 * sizeof *p->data), *copy = NULL;
    p->len = 5;
    p->data[4] = 77;
    p->owner = sample_text("owner");
    assert_int_equal(packet_copy(p, NULL, &copy, NULL), HF_OK);
    assert_int_equal(copy->data[4], 77);
    hf_struct_size size;
    assert_int_equal(packet_size(copy, false, &size, NULL), HF_OK);
    size_t shallow = offsetof(packet, data) + 5 * sizeof *p->data;
    assert_int_equal(size.shallow, shallow > sizeof *p ? shallow : sizeof *p);
    bool equal = false;
    copy->data[4]++;
    assert_int_equal(packet_equal(p, copy, &equal, NULL), HF_OK);
    assert_false(equal);
    packet_destroy(copy, NULL);
    packet_destroy(p, NULL);
}

static void test_output__a_million_long_and_deep(void **state)
{
    (void)state;
    enum { MANY = 1000000 };
    list *first = NULL, *list_copied = NULL;
    tree *top = NULL, *tree_copied = NULL;
    for (int i = 0; i < MANY; i++) {
        list *link = sample_take(sizeof *link);
        link->value = i;
        link->next = first;
        first = link;
        tree *branch = sample_take(sizeof *branch);
        branch->value = i;
        *(i % 2 ? &branch->left : &branch->right) = top;
        top = branch;
        if (i % 1000 == 0)
            *(i % 2 ? &branch->right : &branch->left) = sample_take(sizeof *branch);
    }
    bool equal = false;
    uint64_t hash;
    hf_struct_size size;
    assert_int_equal(list_copy(first, NULL, &list_copied, NULL), HF_OK);
    assert_int_equal(list_equal(first, list_copied, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(tree_copy(top, NULL, &tree_copied, NULL), HF_OK);
    assert_int_equal(tree_equal(top, tree_copied, &equal, NULL), HF_OK);
    assert_true(equal);
    assert_int_equal(tree_hash(top, &hash, NULL), HF_OK);
    assert_int_equal(tree_size(top, false, &size, NULL), HF_OK);
    assert_int_equal(size.objects, MANY + MANY / 1000);
    list_destroy(first, NULL);
    list_destroy(list_copied, NULL);
    tree_destroy(top, NULL);
    tree_destroy(tree_copied, NULL);
}


static void test_output__every_allocation_may_fail(void **state)
{
    (void)state;
    record *r = sample_record();
    shape *s = sample_shape();
    node *a = sample_graph();
    tree *full = NULL;
    assert_int_equal(tree_copy(&(tree){ .value = 1 }, NULL, &full, NULL), HF_OK);
    tree *row[128] = { full };
    for (size_t count = 1; count < 128; count++) /* a heap: child i hangs on (i - 1) / 2 */
        row[count] = *(count % 2 ? &row[(count - 1) / 2]->left : &row[(count - 1) / 2]->right) = sample_take(sizeof(tree));
    HF_OOM_LOOP(nth) {
        hf_copy_options options = { .store.allocator = nth };
        record *record_made = NULL;
        shape *shape_made = NULL;
        node *node_made = NULL;
        tree *tree_made = NULL;
        hf_error error;
        hf_status status = record_copy(r, &options, &record_made, &error);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = shape_copy(s, &options, &shape_made, &error);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = tree_copy(full, &options, &tree_made, &error);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        status = node_copy(a, &options, &node_made, &error);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        record_destroy(record_made, nth);
        shape_destroy(shape_made, nth);
        tree_destroy(tree_made, nth);
        if (node_destroy(node_made, nth) != HF_OK) { /* finding a graph takes memory: nothing was released */
            test_allocator *refusing = (test_allocator *)(void *)(uintptr_t)nth;
            uint64_t fail_at = refusing->fail_at;
            refusing->fail_at = 0;
            HF_EXPECT(node_destroy(node_made, nth) == HF_OK);
            refusing->fail_at = fail_at;
        }
    }
    record_destroy(r, NULL);
    shape_destroy(s, NULL);
    tree_destroy(full, NULL);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* A stack that cannot grow: what does not fit is released from its deepest block upwards. */
static void test_output__release_needs_no_memory(void **state)
{
    (void)state;
    enum { MANY = 200 };
    test_allocator allocator;
    test_allocator_init(&allocator);
    const hf_copy_options options = { .store.allocator = &allocator.base };
    shape *wide = sample_take(sizeof *wide), *copy = NULL;
    wide->kind = KIND_NODES;
    wide->u.nodes.n_items = MANY;
    wide->u.nodes.items = sample_take(MANY * sizeof *wide);
    for (int i = 0; i < MANY; i++) {
        shape *s = sample_shape();
        wide->u.nodes.items[i] = *s;
        free(s);
    }
    for (uint64_t fail_at = 1; fail_at < 4; fail_at++) {
        test_allocator_fail(&allocator, 0, false);
        assert_int_equal(shape_copy(wide, &options, &copy, NULL), HF_OK);
        test_allocator_fail(&allocator, fail_at, true);
        shape_destroy(copy, &allocator.base);
        assert_int_equal(allocator.live.live_blocks, 0);
        HF_EXPECT(fail_at > 2 || allocator.refused > 0);
    }
    assert_int_equal(test_allocator_release(&allocator), 0);
    shape_destroy(wide, NULL);
}

static void test_output__reflection_finds_members(void **state)
{
    (void)state;
    const hf_member *member = hf_type_member(&record_hf_type, "tags");
    assert_non_null(member);
    assert_string_equal(member->key, "labels");
    assert_int_equal(member->offset, offsetof(record, tags));
    assert_string_equal(hf_shape_name((hf_shape)member->type->shape), "vector");
    assert_null(hf_type_member(&record_hf_type, "labels"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output__init_sets_defaults),
        cmocka_unit_test(test_output__copy_of_plain_values),
        cmocka_unit_test(test_output__copy_of_a_tree_is_deep),
        cmocka_unit_test(test_output__size_counts_every_block),
        cmocka_unit_test(test_output__unions_follow_their_tags),
        cmocka_unit_test(test_output__graphs_are_copied_with_their_shape),
        cmocka_unit_test(test_output__repeats_are_linked),
        cmocka_unit_test(test_output__repeats_become_null),
        cmocka_unit_test(test_output__repeats_become_the_placeholder),
        cmocka_unit_test(test_output__the_placeholder_is_copied_to_the_heap),
        cmocka_unit_test(test_output__repeats_are_refused),
        cmocka_unit_test(test_output__flexible_arrays_end_the_block),
        cmocka_unit_test(test_output__a_million_long_and_deep),
        cmocka_unit_test(test_output__every_allocation_may_fail),
        cmocka_unit_test(test_output__release_needs_no_memory),
        cmocka_unit_test(test_output__reflection_finds_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

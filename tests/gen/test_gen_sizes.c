/* test_gen_sizes.c - structs in size reports: totals beside hf_size_of, rows by hand, circles, lists a million
 * long, retained bytes, under failing memory. */
#include "unit.h"

#include "failing_allocator.h"
#include "random.h"
#include "shapes_sample.h"

static hf_size_report *report_of(const hf_type *type, const void *object, const hf_size_report_options *options)
{
    hf_size_report *report = NULL;
    HF_EXPECT(hf_size_report_create(options, &report, NULL) == HF_OK);
    HF_EXPECT(hf_size_report_add_struct(report, type, object, NULL) == HF_OK);
    HF_EXPECT(hf_size_report_finish(report, NULL) == HF_OK);
    return report;
}

static int64_t amount(const hf_size_report *report, hf_size_by by, const char *name, hf_size_column column)
{
    char found[256];
    for (size_t i = 0; i < hf_size_report_rows(report, by); i++) {
        hf_size_report_name(report, by, i, found, sizeof found);
        if (strcmp(found, name) == 0)
            return hf_size_report_row(report, by, i).amounts[column];
    }
    fail_msg("no row '%s'", name);
    return 0;
}

/* The totals are those of hf_size_of, and rows by kind and by path add up to them. */
static void expect_totals(const hf_type *type, const void *object)
{
    hf_struct_size size;
    assert_int_equal(hf_size_of(type, object, true, &size, NULL), HF_OK);
    hf_size_report *report = report_of(type, object, &(hf_size_report_options){ .retained = true, .is_malloced = true });
    hf_size_row total = hf_size_report_total(report);
    assert_int_equal(total.amounts[HF_SIZE_DEEP], size.deep);
    assert_int_equal(total.amounts[HF_SIZE_SHARED], size.shared);
    assert_int_equal(total.amounts[HF_SIZE_SLACK], size.slack);
    assert_int_equal(total.amounts[HF_SIZE_RETAINED], size.deep);
    hf_size_row root = hf_size_report_row(report, HF_SIZE_BY_PATH, 0);
    for (int column = HF_SIZE_DEEP; column < HF_SIZE_COLUMNS; column++)
        assert_int_equal(root.amounts[column], total.amounts[column]);
    for (int by = HF_SIZE_BY_PATH; by <= HF_SIZE_BY_KIND; by++) {
        int64_t shallow = 0, count = 0;
        for (size_t i = 0; i < hf_size_report_rows(report, (hf_size_by)by); i++) {
            hf_size_row row = hf_size_report_row(report, (hf_size_by)by, i);
            shallow += row.amounts[HF_SIZE_SHALLOW];
            count += row.amounts[HF_SIZE_COUNT];
            assert_true(row.amounts[HF_SIZE_DEEP] >= row.amounts[HF_SIZE_SHALLOW] && row.amounts[HF_SIZE_DEEP] <= total.amounts[HF_SIZE_DEEP]);
            assert_true(row.amounts[HF_SIZE_RETAINED] <= total.amounts[HF_SIZE_RETAINED]);
        }
        assert_int_equal(shallow, size.deep);
        assert_int_equal(count, total.amounts[HF_SIZE_COUNT]);
    }
    hf_size_report_destroy(report);
}

static void test_gen_sizes__every_shape(void **state)
{
    (void)state;
    record *r = sample_record();
    shape *s = sample_shape();
    node *a = sample_graph();
    packet *p = sample_take(sizeof *p + 5 * sizeof *p->data);
    p->len = 5;
    p->owner = sample_text("owner");
    expect_totals(&record_hf_type, r);
    expect_totals(&shape_hf_type, s);
    expect_totals(&node_hf_type, a);
    expect_totals(&packet_hf_type, p);
    hf_size_report *report = report_of(&record_hf_type, r, NULL);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/tags", HF_SIZE_COUNT), 1);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/tags/*", HF_SIZE_COUNT), 2);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/tags", HF_SIZE_DEEP), 2 * sizeof(char *) + 1 + 27);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/points/*", HF_SIZE_COUNT), 2);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/parts/*/label", HF_SIZE_SHALLOW), 5);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/names/*", HF_SIZE_SHALLOW), 6);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "double[]", HF_SIZE_SHALLOW), 3 * sizeof(double));
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "char *[]", HF_SIZE_DEEP), 2 * sizeof(char *) + 1 + 27);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "point", HF_SIZE_COUNT), 3);
    hf_size_report_destroy(report);
    packet_destroy(p, NULL);
    record_destroy(r, NULL);
    shape_destroy(s, NULL);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

/* group -> title, scores, leader; leader -> left, right; left and right share a label, and lead back. */
static void test_gen_sizes__retained_in_circles(void **state)
{
    (void)state;
    char label[] = "shared", own[] = "own", title[] = "title";
    double scores[4] = { 0 };
    node left = { .label = label }, right = { .label = label }, leader = { .label = own, .left = &left, .right = &right };
    group top = { .title = title, .leader = &leader, .scores = scores, .n_scores = 4 };
    left.group = right.group = &top;
    left.right = &right;
    right.left = &leader;
    hf_size_report *report = report_of(&group_hf_type, &top, &(hf_size_report_options){ .retained = true });
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/leader", HF_SIZE_RETAINED), 3 * sizeof(node) + sizeof label + sizeof own);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/leader/**", HF_SIZE_COUNT), 2);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/leader/**", HF_SIZE_RETAINED), 2 * sizeof(node)); /* each without the label */
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/leader/**/label", HF_SIZE_RETAINED), sizeof label);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "node", HF_SIZE_RETAINED), 3 * sizeof(node) + sizeof label + sizeof own);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "node", HF_SIZE_SHARED), 2 * sizeof(node)); /* leader and right */
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "group", HF_SIZE_SHARED), sizeof(group));
    hf_size_report_destroy(report);
}

/* Objects of which only one is of its kind retain what cannot be reached without them. */
static void test_gen_sizes__random_graphs_beside_the_definition(void **state)
{
    (void)state;
    enum { NODES = 24 };
    uint64_t random = 7;
    for (long round = 0; round < random_rounds(200); round++) {
        node nodes[NODES];
        group one = { .leader = NULL };
        memset(nodes, 0, sizeof nodes);
        for (int i = 0; i < NODES; i++) {
            if (random_below(&random, 3) > 0)
                nodes[i].left = &nodes[random_below(&random, NODES)];
            if (random_below(&random, 3) > 0)
                nodes[i].right = &nodes[random_below(&random, NODES)];
            if (random_below(&random, 8) == 0)
                nodes[i].group = &one;
        }
        nodes[0].group = &one;
        one.leader = &nodes[random_below(&random, NODES)];
        hf_struct_size with, without;
        hf_size_report *report = report_of(&node_hf_type, &nodes[0], &(hf_size_report_options){ .retained = true });
        HF_EXPECT(hf_size_of(&node_hf_type, &nodes[0], false, &with, NULL) == HF_OK);
        for (int i = 0; i < NODES; i++)
            nodes[i].group = NULL;
        HF_EXPECT(hf_size_of(&node_hf_type, &nodes[0], false, &without, NULL) == HF_OK);
        assert_int_equal(amount(report, HF_SIZE_BY_KIND, "group", HF_SIZE_RETAINED), with.deep - without.deep);
        hf_size_report_destroy(report);
    }
}

static void test_gen_sizes__a_million_long(void **state)
{
    (void)state;
    enum { MANY = 1000000 };
    list *items = calloc(MANY, sizeof *items);
    node *nodes = calloc(MANY, sizeof *nodes);
    for (int i = 0; i + 1 < MANY; i++) {
        items[i].next = &items[i + 1];
        nodes[i].right = &nodes[i + 1];
        nodes[i + 1].left = &nodes[i]; /* and back */
    }
    const hf_size_report_options options = { .retained = true };
    hf_size_report *report = report_of(&list_hf_type, items, &options);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/**", HF_SIZE_COUNT), MANY - 1);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "list", HF_SIZE_DEEP), MANY * sizeof(list));
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/**", HF_SIZE_RETAINED), (MANY - 1) * sizeof(list));
    hf_size_report_destroy(report);
    report = report_of(&node_hf_type, nodes, &options);
    assert_int_equal(amount(report, HF_SIZE_BY_PATH, "/**", HF_SIZE_COUNT), MANY - 1);
    assert_int_equal(amount(report, HF_SIZE_BY_KIND, "node", HF_SIZE_RETAINED), MANY * sizeof(node));
    hf_size_report_destroy(report);
    hf_error error;
    HF_EXPECT(hf_size_report_create(&(hf_size_report_options){ .objects_max = 1000 }, &report, NULL) == HF_OK);
    assert_int_equal(list_size_report(items, report, &error), HF_LIMIT_COUNT);
    hf_size_report_destroy(report);
    free(items);
    free(nodes);
}

static void test_gen_sizes__every_allocation_may_fail(void **state)
{
    (void)state;
    node *a = sample_graph();
    record *r = sample_record();
    HF_OOM_LOOP(nth) {
        hf_size_report *report = NULL;
        hf_status status = hf_size_report_create(&(hf_size_report_options){ .allocator = nth, .retained = true }, &report, NULL);
        if (status == HF_OK)
            status = node_size_report(a, report, NULL);
        if (status == HF_OK)
            status = record_size_report(r, report, NULL);
        if (status == HF_OK)
            status = hf_size_report_finish(report, NULL);
        HF_EXPECT(status == HF_OK || status == HF_NO_MEMORY);
        hf_size_report_destroy(report);
    }
    record_destroy(r, NULL);
    assert_int_equal(node_destroy(a, NULL), HF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gen_sizes__every_shape),
        cmocka_unit_test(test_gen_sizes__retained_in_circles),
        cmocka_unit_test(test_gen_sizes__random_graphs_beside_the_definition),
        cmocka_unit_test(test_gen_sizes__a_million_long),
        cmocka_unit_test(test_gen_sizes__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_report.c - measurements of memory that come as JSON: what is read is written and read again alike, in any
 * view; nothing changed since itself; differences and tables of it end well, whatever its amounts are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <holdfast/read.h>
#include <holdfast/size_report.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAME_BYTES = 512, TOP = 1 << 16, DEPTH = 1 << 10 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Rows that hold nothing may be left out, and of a difference those that did not change in what they are ordered by. */
static bool is_shown(const hf_size_report *report, hf_size_by by, const hf_size_row *row)
{
    bool is_nothing = true;
    for (int column = 0; column < HF_SIZE_COLUMNS; column++)
        is_nothing &= row->amounts[column] == 0;
    return hf_size_report_is_difference(report) ? row->amounts[by == HF_SIZE_BY_PATH ? HF_SIZE_DEEP : HF_SIZE_SHALLOW] != 0 : !is_nothing;
}

static void must_be_alike(const hf_size_report *a, const hf_size_report *b, hf_size_by by)
{
    char name_a[NAME_BYTES], name_b[NAME_BYTES];
    for (size_t i = 0; i < hf_size_report_rows(a, by); i++) {
        hf_size_row row_a = hf_size_report_row(a, by, i);
        size_t length = hf_size_report_name(a, by, i, name_a, sizeof name_a), j = 0;
        if (!is_shown(a, by, &row_a) || length >= sizeof name_a)
            continue; /* names are compared where they fit */
        for (; j < hf_size_report_rows(b, by); j++)
            if (hf_size_report_name(b, by, j, name_b, sizeof name_b) == length && memcmp(name_a, name_b, length) == 0)
                break;
        must(j < hf_size_report_rows(b, by));
        hf_size_row row_b = hf_size_report_row(b, by, j);
        if (!hf_size_report_has_retained(a)) /* rows may say it, the whole does not */
            row_a.amounts[HF_SIZE_RETAINED] = row_b.amounts[HF_SIZE_RETAINED];
        must(memcmp(row_a.amounts, row_b.amounts, sizeof row_a.amounts) == 0);
    }
}

/* As the members of an object, and read from there. */
static hf_size_report *written_and_read(const hf_size_report *report)
{
    hf_builder *builder = NULL;
    hf_document *json = NULL;
    hf_size_report *again = NULL;
    must(hf_builder_create(NULL, &builder, NULL) == HF_OK && hf_build_object(builder) == HF_OK);
    must(hf_size_report_build(report, &(hf_size_view){ .top = TOP, .depth_max = DEPTH }, builder) == HF_OK);
    must(hf_build_end(builder) == HF_OK && hf_builder_finish(&builder, &json, NULL) == HF_OK);
    must(hf_size_report_read(hf_root(json), NULL, &again, NULL) == HF_OK);
    hf_document_drop(json);
    return again;
}

static void print_all(const hf_size_report *report)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    must(to != NULL);
    for (int by = HF_SIZE_BY_PATH; by <= HF_SIZE_BY_KIND; by++)
        for (int column = HF_SIZE_COUNT; column < HF_SIZE_COLUMNS; column++) {
            const hf_size_view view = { .by = (hf_size_by)by, .column = (hf_size_column)column, .by_count = column == HF_SIZE_COUNT };
            must(hf_size_report_print(report, &view, to) == HF_OK);
        }
    must(fclose(to) == 0);
    free(text);
}

static bool has_changes(const hf_size_report *change, hf_size_by by)
{
    bool has = false;
    for (size_t i = 0; i < hf_size_report_rows(change, by); i++)
        for (int column = 0; column < HF_SIZE_COLUMNS; column++)
            has |= hf_size_report_row(change, by, i).amounts[column] != 0;
    return has;
}

static void check_differences(const hf_size_report *report, hf_value measured)
{
    hf_size_report *change = NULL, *other = NULL;
    must(hf_size_report_difference(report, report, &change, NULL) == HF_OK);
    must(!has_changes(change, HF_SIZE_BY_KIND) && !has_changes(change, HF_SIZE_BY_PATH));
    hf_size_report_destroy(change);
    must(hf_size_report_create(&(hf_size_report_options){ .retained = true }, &other, NULL) == HF_OK);
    must(hf_size_report_add(other, measured, NULL) == HF_OK && hf_size_report_finish(other, NULL) == HF_OK);
    must(hf_size_report_difference(other, report, &change, NULL) == HF_OK);
    print_all(change);
    hf_size_report_destroy(change);
    must(hf_size_report_difference(report, other, &change, NULL) == HF_OK);
    hf_size_report_destroy(written_and_read(change));
    hf_size_report_destroy(change);
    hf_size_report_destroy(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hf_document *document = NULL;
    hf_size_report *report = NULL;
    if (hf_read(hf_text_of((const char *)data, size), NULL, &document, NULL) != HF_OK)
        return 0;
    if (hf_size_report_read(hf_root(document), NULL, &report, NULL) == HF_OK) {
        hf_size_report *again = written_and_read(report);
        must_be_alike(report, again, HF_SIZE_BY_KIND);
        must_be_alike(report, again, HF_SIZE_BY_PATH);
        must(hf_size_report_is_difference(report) == hf_size_report_is_difference(again));
        hf_size_report_destroy(again);
        print_all(report);
        check_differences(report, hf_root(document));
        hf_size_report_destroy(report);
    }
    hf_document_drop(document);
    return 0;
}

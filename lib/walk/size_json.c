/* size_json.c - a size report as members of a JSON object, and back. docs/formats/size.md */
#include "walk/size_rows.h"

#include "base/fail.h"

static const char *const member_names[HF_SIZE_COLUMNS] = { "count", "shallow_bytes", "bytes", "shared_bytes", "retained_bytes", "slack_bytes" };

/* ---- out --------------------------------------------------------------------------------- */

static void build_amounts(const hf_size_report *report, const int64_t *amounts, hf_builder *builder)
{
    for (int column = 0; column < HF_SIZE_COLUMNS; column++) {
        if (column == HF_SIZE_RETAINED && !report->options.retained)
            continue;
        hf_build_key(builder, hf_text_from_cstr(member_names[column]));
        hf_build_i64(builder, amounts[column]);
    }
}

static hf_status build_row(const hf_size_report *report, hf_size_by by, size_t at, hf_builder *builder)
{
    char small[256], *name = small;
    size_t length = hf_size_report_name(report, by, at, small, sizeof small);
    void *large = NULL;
    hf_size_row row = hf_size_report_row(report, by, at);
    if (length >= sizeof small) {
        hf_status status = hf__memory_allocate(&report->memory, length + 1, HF__ROWS_ALIGNMENT, &large, NULL);
        if (status != HF_OK)
            return status;
        name = large;
        hf_size_report_name(report, by, at, name, length + 1);
    }
    int64_t whole = report->total.amounts[HF_SIZE_DEEP];
    hf_build_object(builder);
    hf_build_key(builder, by == HF_SIZE_BY_KIND ? HF_T("kind") : HF_T("path"));
    hf_build_text(builder, hf_text_of(name, length));
    build_amounts(report, row.amounts, builder);
    if (!report->is_difference) {
        hf_build_key(builder, HF_T("share"));
        hf_build_double(builder, whole > 0 ? (double)row.amounts[HF_SIZE_DEEP] / (double)whole : 0);
    }
    hf__memory_free(&report->memory, large, length + 1, HF__ROWS_ALIGNMENT);
    return hf_build_end(builder);
}

static hf_status build_rows(const hf_size_report *report, const hf_size_view *view, hf_size_by by, hf_builder *builder)
{
    hf_size_view of = *view;
    if (by != view->by) { /* a column that fits the other sort alone is for that sort */
        of.column = HF_SIZE_COUNT;
        of.by_count = false;
    }
    of.by = by;
    size_t all = hf_size_report_rows(report, by), wanted = of.top != 0 ? of.top : 25, count = 0, left = 0;
    void *rows = NULL;
    wanted = wanted < all ? wanted : all;
    hf_status status = wanted > 0 ? hf__memory_allocate(&report->memory, wanted * sizeof(size_t), HF__ROWS_ALIGNMENT, &rows, NULL) : HF_OK;
    if (status == HF_OK && rows != NULL)
        status = hf_size_report_top(report, &of, rows, &count, &left);
    hf_build_key(builder, by == HF_SIZE_BY_KIND ? HF_T("kinds_total") : HF_T("paths_total"));
    hf_build_u64(builder, count + left);
    hf_build_key(builder, by == HF_SIZE_BY_KIND ? HF_T("kinds") : HF_T("paths"));
    hf_build_array(builder);
    for (size_t i = 0; status == HF_OK && i < count; i++)
        status = build_row(report, by, ((size_t *)rows)[i], builder);
    hf_build_end(builder);
    if (rows != NULL)
        hf__memory_free(&report->memory, rows, wanted * sizeof(size_t), HF__ROWS_ALIGNMENT);
    return status;
}

hf_status hf_size_report_build(const hf_size_report *report, const hf_size_view *view, hf_builder *builder)
{
    if (report->is_difference) {
        hf_build_key(builder, HF_T("difference"));
        hf_build_bool(builder, true);
    }
    hf_build_key(builder, HF_T("total"));
    hf_build_object(builder);
    build_amounts(report, report->total.amounts, builder);
    hf_build_end(builder);
    hf_status status = build_rows(report, view, HF_SIZE_BY_KIND, builder);
    if (status == HF_OK)
        status = build_rows(report, view, HF_SIZE_BY_PATH, builder);
    return status == HF_OK ? hf_builder_status(builder) : status;
}

/* ---- in ---------------------------------------------------------------------------------- */

/* No memory holds so much, and differences of two stay within an int64_t. */
static bool is_amount(int64_t amount)
{
    return amount >= -(INT64_MAX / 4) && amount <= INT64_MAX / 4;
}

static bool read_amounts(hf_value object, int64_t *amounts, bool *ret_has_retained)
{
    for (int column = 0; column < HF_SIZE_COLUMNS; column++) {
        hf_value amount = hf_get(object, hf_text_from_cstr(member_names[column]));
        if (column == HF_SIZE_RETAINED)
            *ret_has_retained &= !hf_is_absent(amount);
        else if (hf_kind_of(amount) != HF_KIND_INT64)
            return false;
        amounts[column] = hf_as_i64(amount, 0);
        if (!is_amount(amounts[column]))
            return false;
    }
    return true;
}

static bool read_kind(hf_size_report *into, hf_value row, hf_status *ret_status)
{
    bool unused = true;
    int64_t amounts[HF_SIZE_COLUMNS];
    hf_text name = hf_as_text(hf_get(row, HF_T("kind")), hf_text_of(NULL, 0));
    if (name.bytes == NULL || !read_amounts(row, amounts, &unused))
        return false;
    uint32_t kind = hf__size_kind_of(into, name);
    if (kind == HF__NO_ROW)
        *ret_status = HF_NO_MEMORY;
    else
        memcpy(hf__kinds_of(into)[kind].amounts, amounts, sizeof amounts);
    return true;
}

/* One step of a path that is_pointer and is not empty; `key` has room for what is left of it. */
static hf_text take_step(hf_text *path, char *key, hf__step_kind *ret_step)
{
    size_t at = 1, length = 0;
    hf_text raw = { path->bytes + 1, 0 };
    while (at < path->length && path->bytes[at] != '/')
        at++;
    raw.length = at - 1;
    *path = hf_text_of(path->bytes + at, path->length - at);
    *ret_step = hf_text_equal(raw, HF_T("*"))          ? HF__STEP_ITEMS
                : hf_text_equal(raw, HF_T("**"))       ? HF__STEP_SAME
                : hf_text_equal(raw, HF_T("(others)")) ? HF__STEP_OTHERS
                                                       : HF__STEP_NAME;
    if (*ret_step != HF__STEP_NAME)
        return hf_text_of(NULL, 0);
    for (size_t i = 0; i < raw.length; i++) {
        char code = raw.bytes[i] == '~' ? raw.bytes[++i] : 0;
        if (code != '2')
            key[length++] = code == '0' ? '~' : code == '1' ? '/' : raw.bytes[i];
    }
    return hf_text_of(key, length);
}

/* Whether steps can be taken of it: each '~' stands before a 0, a 1, or a 2, which stands for nothing. */
static bool is_pointer(hf_text path)
{
    for (size_t i = 0; i < path.length; i++)
        if (path.bytes[i] == '~' && (i + 1 == path.length || path.bytes[i + 1] < '0' || path.bytes[i + 1] > '2'))
            return false;
    return path.bytes != NULL && (path.length == 0 || path.bytes[0] == '/');
}

static bool read_path(hf_size_report *into, hf_value row, hf_status *ret_status)
{
    bool unused = true;
    int64_t amounts[HF_SIZE_COLUMNS];
    hf_text path = hf_as_text(hf_get(row, HF_T("path")), hf_text_of(NULL, 0));
    if (!is_pointer(path) || !read_amounts(row, amounts, &unused))
        return false;
    void *key;
    size_t room = path.length + 1;
    uint32_t at = 0;
    *ret_status = hf__memory_allocate(&into->memory, room, HF__ROWS_ALIGNMENT, &key, NULL);
    if (*ret_status != HF_OK)
        return true;
    while (path.length > 0 && at != HF__NO_ROW) {
        hf__step_kind step;
        hf_text name = take_step(&path, key, &step);
        at = hf__size_step(into, at, step, name);
    }
    hf__memory_free(&into->memory, key, room, HF__ROWS_ALIGNMENT);
    if (at == HF__NO_ROW) {
        *ret_status = HF_NO_MEMORY;
        return true;
    }
    memcpy(hf__paths_of(into)[at].amounts, amounts, sizeof amounts);
    hf__paths_of(into)[at].open = 1;
    return true;
}

typedef bool row_reader(hf_size_report *into, hf_value row, hf_status *ret_status);

static hf_status read_rows(hf_size_report *into, hf_value object, hf_text list, hf_text total, row_reader *read, bool *ret_is_whole,
                           hf_error *reterr)
{
    hf_value rows = hf_get(object, list);
    if (!hf_is_array(rows))
        return hf__fail(reterr, HF_NOT_FOUND, "the array '%.*s' is missing: not a measurement", HF_ARG(list));
    hf_status status = HF_OK;
    for (size_t i = 0; status == HF_OK && i < hf_count(rows); i++)
        if (!read(into, hf_at(rows, i), &status))
            return hf__fail(reterr, HF_WRONG_KIND, "row %zu of '%.*s' is not one of a measurement", i, HF_ARG(list));
    if (status != HF_OK)
        return hf__fail(reterr, status, "while reading a measurement");
    *ret_is_whole = hf_as_u64(hf_get(object, total), UINT64_MAX) == hf_count(rows);
    return HF_OK;
}

hf_status hf_size_report_read(hf_value object, const hf_allocator *allocator, hf_size_report **ret_report, hf_error *reterr)
{
    hf_size_report *made = NULL;
    bool has_retained = true;
    hf_value total = hf_get(object, HF_T("total"));
    if (!hf_is_object(total))
        return hf__fail(reterr, HF_NOT_FOUND, "the object 'total' is missing: not a measurement");
    hf_status status = hf_size_report_create(&(hf_size_report_options){ .allocator = allocator }, &made, reterr);
    if (status != HF_OK)
        return status;
    if (!read_amounts(total, made->total.amounts, &has_retained))
        status = hf__fail(reterr, HF_WRONG_KIND, "'total' is not that of a measurement");
    if (status == HF_OK)
        status = read_rows(made, object, HF_T("kinds"), HF_T("kinds_total"), read_kind, &made->lists_all_kinds, reterr);
    if (status == HF_OK)
        status = read_rows(made, object, HF_T("paths"), HF_T("paths_total"), read_path, &made->lists_all_paths, reterr);
    if (status != HF_OK) {
        hf_size_report_destroy(made);
        return status;
    }
    made->options.retained = has_retained;
    made->is_finished = true;
    made->is_difference = hf_as_bool(hf_get(object, HF_T("difference")), false);
    *ret_report = made;
    return HF_OK;
}

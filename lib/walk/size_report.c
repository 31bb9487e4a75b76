/* size_report.c - finished reports: rows, their names, the largest, the difference of two. */
#include "walk/size_rows.h"

#include "base/fail.h"

hf_status hf_size_report_finish(hf_size_report *report, hf_error *reterr)
{
    if (report->is_finished)
        return HF_OK;
    hf_status status = hf__size_check_open(report, reterr);
    if (status == HF_OK && report->options.retained && (status = hf__size_retain(report, reterr)) != HF_OK)
        report->is_broken = true;
    if (status != HF_OK)
        return status;
    hf__size_path *paths = hf__paths_of(report);
    for (size_t i = report->paths.count; i-- > 0;) {
        paths[i].amounts[HF_SIZE_DEEP] += paths[i].amounts[HF_SIZE_SHALLOW];
        for (int column = HF_SIZE_DEEP; i > 0 && column <= HF_SIZE_SLACK; column++)
            if (column != HF_SIZE_RETAINED)
                paths[paths[i].parent].amounts[column] += paths[i].amounts[column];
    }
    report->total.amounts[HF_SIZE_DEEP] = report->total.amounts[HF_SIZE_SHALLOW];
    hf__rows_release(&report->memory, &report->objects, sizeof(hf__size_object));
    hf__rows_release(&report->memory, &report->again, sizeof(hf__size_edge));
    report->is_finished = true;
    return HF_OK;
}

/* ---- rows -------------------------------------------------------------------------------- */

hf_size_row hf_size_report_total(const hf_size_report *report)
{
    return report->total;
}

size_t hf_size_report_rows(const hf_size_report *report, hf_size_by by)
{
    return by == HF_SIZE_BY_KIND ? report->kinds.count : report->paths.count;
}

static const int64_t *amounts_of(const hf_size_report *report, hf_size_by by, size_t at)
{
    return by == HF_SIZE_BY_KIND ? hf__kinds_of(report)[at].amounts : hf__paths_of(report)[at].amounts;
}

hf_size_row hf_size_report_row(const hf_size_report *report, hf_size_by by, size_t at)
{
    hf_size_row row = { .depth = by == HF_SIZE_BY_KIND ? 0 : hf__paths_of(report)[at].depth };
    memcpy(row.amounts, amounts_of(report, by, at), sizeof row.amounts);
    return row;
}

bool hf_size_report_has_retained(const hf_size_report *report)
{
    return report->options.retained;
}

bool hf_size_report_is_difference(const hf_size_report *report)
{
    return report->is_difference;
}

/* ---- names ------------------------------------------------------------------------------- */

static const char *merged_step(const hf__size_path *path)
{
    static const char *const steps[] = { [HF__STEP_ITEMS] = "/*", [HF__STEP_SAME] = "/**", [HF__STEP_OTHERS] = "/(others)" };
    return steps[path->step];
}

/* Where the bytes of a step go: those beyond the room are counted and not written. */
typedef struct sink_text {
    char  *out;
    size_t room, length;
} sink_text;

static void put(sink_text *to, char byte)
{
    if (to->length < to->room)
        to->out[to->length] = byte;
    to->length++;
}

static size_t put_step(const hf__size_path *path, char *out, size_t room)
{
    sink_text to = { out, room, 0 };
    const char *merged = merged_step(path);
    for (; merged != NULL && *merged != 0; merged++)
        put(&to, *merged);
    if (path->step != HF__STEP_NAME)
        return to.length;
    put(&to, '/');
    if (path->key.length > 0 && (path->key.bytes[0] == '*' || path->key.bytes[0] == '(')) {
        put(&to, '~');
        put(&to, '2');
    }
    for (size_t i = 0; i < path->key.length; i++) {
        char byte = path->key.bytes[i];
        bool is_special = byte == '~' || byte == '/';
        if (is_special)
            put(&to, '~');
        put(&to, is_special ? (byte == '~' ? '0' : '1') : byte);
    }
    return to.length;
}

static size_t path_length(const hf__size_path *paths, size_t at)
{
    size_t length = 0;
    for (; at != 0; at = paths[at].parent)
        length += put_step(&paths[at], NULL, 0);
    return length;
}

/* The last step first. */
static void put_path(const hf_size_report *report, size_t at, size_t length, char *out, size_t size)
{
    const hf__size_path *paths = hf__paths_of(report);
    size_t end = length;
    for (; at != 0; at = paths[at].parent) {
        end -= put_step(&paths[at], NULL, 0);
        if (end < size)
            put_step(&paths[at], out + end, size - end);
    }
    out[length < size ? length : size - 1] = 0;
}

size_t hf_size_report_name(const hf_size_report *report, hf_size_by by, size_t at, char *out, size_t size)
{
    if (by == HF_SIZE_BY_KIND) {
        hf_text name = hf__kinds_of(report)[at].name;
        return (size_t)snprintf(out, size, "%.*s", HF_ARG(name));
    }
    size_t length = path_length(hf__paths_of(report), at);
    if (size > 0)
        put_path(report, at, length, out, size);
    return length;
}

/* ---- the largest ------------------------------------------------------------------------- */

hf_size_column hf__size_column_of(const hf_size_view *view)
{
    if (view->by_count || view->column != HF_SIZE_COUNT)
        return view->column;
    return view->by == HF_SIZE_BY_KIND ? HF_SIZE_SHALLOW : HF_SIZE_DEEP;
}

typedef struct ranked {
    int64_t  amount;
    uint32_t row;
} ranked;

/* Whether `a` stands behind `b`. */
static bool is_behind(ranked a, ranked b)
{
    return a.amount != b.amount ? a.amount < b.amount : a.row > b.row;
}

/* A heap whose top stands behind all others. */
static void sink(ranked *heap, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_behind(heap[child + 1], heap[child]))
            child++;
        if (!is_behind(heap[child], heap[at]))
            return;
        ranked kept = heap[at];
        heap[at] = heap[child];
        heap[child] = kept;
    }
}

static void rise(ranked *heap, size_t at)
{
    for (size_t above; at > 0 && is_behind(heap[at], heap[above = (at - 1) / 2]); at = above) {
        ranked kept = heap[at];
        heap[at] = heap[above];
        heap[above] = kept;
    }
}

#define NOT_CHOSEN UINT32_MAX

/* The place of the next path above that is chosen; `top` when there is none. In a report that was read, what is
 * above a path may not be listed. */
static uint32_t chosen_above(const hf__size_path *paths, const uint32_t *place, size_t row, uint32_t top)
{
    while (row > 0) {
        row = paths[row].parent;
        if (place[row] != NOT_CHOSEN)
            return place[row];
    }
    return top;
}

/* The chosen paths in the order of their tree, larger siblings first. */
static hf_status order_as_tree(const hf_size_report *report, size_t *rows, size_t count)
{
    const hf__size_path *paths = hf__paths_of(report);
    size_t bytes = (2 * count + 1 + report->paths.count) * sizeof(uint32_t), written = 0;
    uint32_t top = (uint32_t)count;
    void *block, *copy;
    hf_status status = hf__memory_allocate(&report->memory, bytes, HF__ROWS_ALIGNMENT, &block, NULL);
    if (status != HF_OK)
        return status;
    status = hf__memory_allocate(&report->memory, count * sizeof *rows, HF__ROWS_ALIGNMENT, &copy, NULL);
    if (status == HF_OK) {
        uint32_t *first = memset(block, 0xff, bytes), *next = first + count + 1, *place = next + count;
        for (size_t i = 0; i < count; i++)
            place[rows[i]] = (uint32_t)i;
        for (size_t i = count; i-- > 0;) {
            uint32_t above = chosen_above(paths, place, rows[i], top);
            next[i] = first[above];
            first[above] = (uint32_t)i;
        }
        for (uint32_t at = first[top]; at != NOT_CHOSEN;) {
            ((size_t *)copy)[written++] = rows[at];
            if (first[at] != NOT_CHOSEN) {
                at = first[at];
                continue;
            }
            while (at != top && next[at] == NOT_CHOSEN)
                at = chosen_above(paths, place, rows[at], top);
            at = at != top ? next[at] : NOT_CHOSEN;
        }
        memcpy(rows, copy, count * sizeof *rows);
        hf__memory_free(&report->memory, copy, count * sizeof *rows, HF__ROWS_ALIGNMENT);
    }
    hf__memory_free(&report->memory, block, bytes, HF__ROWS_ALIGNMENT);
    return status;
}

/* Nothing found there, such as a pointer that leads to structs of a type above. */
static bool is_empty(const hf_size_report *report, const hf_size_view *view, size_t row)
{
    const int64_t *amounts = amounts_of(report, view->by, row);
    if (report->is_difference)
        return amounts[hf__size_column_of(view)] == 0;
    bool is_root = view->by == HF_SIZE_BY_PATH && row == 0, holds = is_root;
    for (int column = 0; column < HF_SIZE_COLUMNS; column++) /* a report that was read may say any without the others */
        holds |= amounts[column] != 0;
    return !holds;
}

static bool is_too_deep(const hf_size_report *report, const hf_size_view *view, size_t row)
{
    uint32_t most = view->only_root ? 0 : view->depth_max != 0 ? view->depth_max : 4;
    return view->by == HF_SIZE_BY_PATH && hf__paths_of(report)[row].depth > most;
}

hf_status hf_size_report_top(const hf_size_report *report, const hf_size_view *view, size_t *ret_rows, size_t *ret_count, size_t *ret_left)
{
    size_t wanted = view->top != 0 ? view->top : 25, all = hf_size_report_rows(report, view->by), count = 0, left = 0;
    void *block;
    wanted = wanted < all ? wanted : all;
    *ret_count = *ret_left = 0;
    if (wanted == 0)
        return HF_OK;
    hf_status status = hf__memory_allocate(&report->memory, wanted * sizeof(ranked), HF__ROWS_ALIGNMENT, &block, NULL);
    if (status != HF_OK)
        return status;
    ranked *heap = block;
    for (size_t row = 0; row < all; row++) {
        ranked one = { amounts_of(report, view->by, row)[hf__size_column_of(view)], (uint32_t)row };
        if (is_empty(report, view, row))
            continue;
        if (is_too_deep(report, view, row)) {
            left++;
            continue;
        }
        if (count < wanted) {
            heap[count] = one;
            rise(heap, count++);
            continue;
        }
        left++;
        if (is_behind(heap[0], one)) {
            heap[0] = one;
            sink(heap, count, 0);
        }
    }
    for (size_t kept = count; kept > 0; kept--) { /* the last one first */
        ret_rows[kept - 1] = heap[0].row;
        heap[0] = heap[kept - 1];
        sink(heap, kept - 1, 0);
    }
    hf__memory_free(&report->memory, block, wanted * sizeof(ranked), HF__ROWS_ALIGNMENT);
    if (view->by == HF_SIZE_BY_PATH && hf__size_column_of(view) == HF_SIZE_DEEP && !report->is_difference && count > 0)
        status = order_as_tree(report, ret_rows, count);
    *ret_count = status == HF_OK ? count : 0;
    *ret_left = left;
    return status;
}

/* ---- difference -------------------------------------------------------------------------- */

static void add_amounts(int64_t *to, const int64_t *from, int sign)
{
    for (int column = 0; column < HF_SIZE_COLUMNS; column++) {
        int64_t change = sign * from[column]; /* never INT64_MIN */
        if (__builtin_add_overflow(to[column], change, &to[column])) /* rows that were read may say anything */
            to[column] = change > 0 ? INT64_MAX : -INT64_MAX;
    }
}

static bool add_kinds(hf_size_report *to, const hf_size_report *from, int sign)
{
    for (size_t i = 0; i < from->kinds.count; i++) {
        uint32_t kind = hf__size_kind_of(to, hf__kinds_of(from)[i].name);
        if (kind == HF__NO_ROW)
            return false;
        add_amounts(hf__kinds_of(to)[kind].amounts, hf__kinds_of(from)[i].amounts, sign);
        hf__kinds_of(to)[kind].open |= sign > 0 ? 2 : 1; /* who has it */
    }
    return true;
}

/* `numbers`: of each path of `from`, the one in `to`. Paths come after those above them. */
static bool add_paths(hf_size_report *to, const hf_size_report *from, int sign, uint32_t *numbers)
{
    for (size_t i = 0; i < from->paths.count; i++) {
        const hf__size_path *path = &hf__paths_of(from)[i];
        numbers[i] = i == 0 ? 0 : hf__size_step(to, numbers[path->parent], (hf__step_kind)path->step, path->key);
        if (numbers[i] == HF__NO_ROW)
            return false;
        if (!from->lists_all_paths && path->open == 0)
            continue; /* only on the way to one that is listed */
        add_amounts(hf__paths_of(to)[numbers[i]].amounts, path->amounts, sign);
        hf__paths_of(to)[numbers[i]].open |= sign > 0 ? 2 : 1;
    }
    return true;
}

/* What a list that was cut does not name did not come or go: nobody knows. */
static void leave_out_unknown(hf_size_report *report, const hf_size_report *before, const hf_size_report *after)
{
    uint32_t need_kinds = (before->lists_all_kinds ? 0 : 1) | (after->lists_all_kinds ? 0 : 2);
    uint32_t need_paths = (before->lists_all_paths ? 0 : 1) | (after->lists_all_paths ? 0 : 2);
    for (size_t i = 0; i < report->kinds.count; i++)
        if ((hf__kinds_of(report)[i].open & need_kinds) != need_kinds)
            memset(hf__kinds_of(report)[i].amounts, 0, sizeof hf__kinds_of(report)[i].amounts);
    for (size_t i = 0; i < report->paths.count; i++)
        if ((hf__paths_of(report)[i].open & need_paths) != need_paths)
            memset(hf__paths_of(report)[i].amounts, 0, sizeof hf__paths_of(report)[i].amounts);
}

hf_status hf_size_report_difference(const hf_size_report *before, const hf_size_report *after, hf_size_report **ret_report, hf_error *reterr)
{
    if (!before->is_finished || !after->is_finished)
        return hf__fail(reterr, HF_MISUSE, "the reports are not finished");
    hf_size_report *made = NULL;
    void *numbers = NULL;
    size_t most = before->paths.count > after->paths.count ? before->paths.count : after->paths.count;
    hf_size_report_options options = { .allocator = after->memory.allocator,
                                       .paths_max = (uint32_t)(before->paths.count + after->paths.count) };
    hf_status status = hf_size_report_create(&options, &made, reterr);
    if (status == HF_OK)
        status = hf__memory_allocate(&made->memory, most * sizeof(uint32_t), HF__ROWS_ALIGNMENT, &numbers, reterr);
    if (status == HF_OK && (!add_kinds(made, before, -1) || !add_kinds(made, after, 1) ||
                            !add_paths(made, before, -1, numbers) || !add_paths(made, after, 1, numbers)))
        status = hf__fail(reterr, HF_NO_MEMORY, "while comparing");
    if (numbers != NULL)
        hf__memory_free(&made->memory, numbers, most * sizeof(uint32_t), HF__ROWS_ALIGNMENT);
    if (status != HF_OK) {
        hf_size_report_destroy(made);
        return status;
    }
    leave_out_unknown(made, before, after);
    add_amounts(made->total.amounts, before->total.amounts, -1);
    add_amounts(made->total.amounts, after->total.amounts, 1);
    made->options.retained = before->options.retained && after->options.retained;
    made->is_finished = made->is_difference = true;
    *ret_report = made;
    return HF_OK;
}

/* size_print.c - a size report as a table for people: the column it is ordered by with share and bar, then
 * those that say something. */
#include "walk/size_rows.h"

#include "base/fail.h"
#include "base/plain.h"
#include "base/utf8.h"

enum { BAR_CELLS = 16 };

static const char *const column_names[HF_SIZE_COLUMNS] = { "count", "shallow", "deep", "shared", "retained", "slack" };

/* "12.3 MB", "640 B", of a difference "+1.0 kB"; 11 bytes at most. */
static const char *spell_bytes(int64_t bytes, bool is_signed, char out[24])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    double amount = (double)(bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes);
    const char *sign = bytes < 0 ? "-" : is_signed && bytes > 0 ? "+" : "";
    unsigned unit = 0;
    while (amount >= 999.95 && unit < 6) {
        amount /= 1000;
        unit++;
    }
    snprintf(out, 24, unit == 0 ? "%s%.0f %s" : "%s%.1f %s", sign, amount, units[unit]);
    return out;
}

static const char *spell(int64_t amount, hf_size_column column, bool is_signed, char out[24])
{
    if (column != HF_SIZE_COUNT)
        return spell_bytes(amount, is_signed, out);
    snprintf(out, 24, "%s%lld", is_signed && amount > 0 ? "+" : "", (long long)amount);
    return out;
}

static void print_bar(FILE *to, double share, const hf_size_view *view)
{
    static const char *const blocks[] = { "", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589", "\u2588" };
    static const char *const letters[] = { "", "-", "-", "-", "=", "=", "=", "=", "#" };
    const char *const *cell = view->only_ascii ? letters : blocks; /* by the eighths of it that are filled */
    double size = share < 0 ? -share : share; /* beyond 1 where a measurement that was read contradicts itself */
    unsigned eighths = (unsigned)((size < 1 ? size : 1) * BAR_CELLS * 8 + 0.5);
    if (view->has_colour)
        fputs(share < 0 ? "\033[32m" : "\033[36m", to);
    for (unsigned i = 0; i < eighths / 8; i++)
        fputs(cell[8], to);
    fputs(cell[eighths % 8], to);
    if (view->has_colour)
        fputs("\033[0m", to);
    fprintf(to, "%*s", (int)(BAR_CELLS - (eighths + 7) / 8), "");
}

typedef struct table {
    const hf_size_report *report;
    const hf_size_view   *view;
    FILE                 *to;
    hf_size_column        main;
    bool                  is_shown[HF_SIZE_COLUMNS];
    double                whole; /* what a full bar stands for */
} table;

/* Slack of the root alone is in the totals of whoever asks; a row below it that has some is news. */
static void choose_columns(table *of, const size_t *rows, size_t count)
{
    bool is_difference = of->report->is_difference;
    for (size_t i = 0; i < count; i++) {
        hf_size_row row = hf_size_report_row(of->report, of->view->by, rows[i]);
        for (int column = 0; column < HF_SIZE_COLUMNS; column++)
            of->is_shown[column] |= row.amounts[column] != 0 && (column != HF_SIZE_SLACK || of->view->by == HF_SIZE_BY_KIND || rows[i] != 0);
        double amount = (double)row.amounts[of->main];
        amount = amount < 0 ? -amount : amount;
        if (is_difference && amount > of->whole)
            of->whole = amount;
    }
    if (!is_difference)
        of->whole = (double)of->report->total.amounts[of->main];
    of->is_shown[HF_SIZE_COUNT] = true;
    of->is_shown[HF_SIZE_RETAINED] &= of->report->options.retained;
    of->is_shown[of->main] = false;
}

static void print_head(const table *of)
{
    fprintf(of->to, "%10s", column_names[of->main]);
    fprintf(of->to, of->report->is_difference ? "  %-*s" : "   share %-*s", BAR_CELLS, "");
    for (int column = 0; column < HF_SIZE_COLUMNS; column++)
        if (of->is_shown[column])
            fprintf(of->to, " %9s", column_names[column]);
    fprintf(of->to, "  %s\n", of->view->by == HF_SIZE_BY_KIND ? "kind" : "path (elements of an array are merged)");
}

/* Names hold any text, and long ones lose their end. */
static void print_name(const table *of, size_t row)
{
    char name[512];
    size_t length = hf_size_report_name(of->report, of->view->by, row, name, sizeof name);
    bool is_cut = length >= sizeof name;
    size_t kept = is_cut ? hf__utf8_step_back(name, sizeof name - 1) : length; /* not cut within a character */
    for (char *at = name; (at = memchr(at, 0, (size_t)(name + kept - at))) != NULL;)
        *at = '?';
    name[kept] = 0;
    hf__make_plain(name);
    fprintf(of->to, "  %s%s\n", length == 0 ? "(all)" : name, is_cut ? "..." : "");
}

static void print_row(const table *of, size_t number)
{
    char room[24];
    bool is_difference = of->report->is_difference;
    hf_size_row row = hf_size_report_row(of->report, of->view->by, number);
    double share = of->whole > 0 ? (double)row.amounts[of->main] / of->whole : 0;
    fprintf(of->to, "%10s", spell(row.amounts[of->main], of->main, is_difference, room));
    if (is_difference)
        fputs("  ", of->to);
    else
        fprintf(of->to, " %5.1f %% ", 100 * share);
    print_bar(of->to, share, of->view);
    for (int column = 0; column < HF_SIZE_COLUMNS; column++)
        if (of->is_shown[column])
            fprintf(of->to, " %9s", spell(row.amounts[column], (hf_size_column)column, is_difference, room));
    print_name(of, number);
}

hf_status hf_size_report_print(const hf_size_report *report, const hf_size_view *view, FILE *to)
{
    size_t all = hf_size_report_rows(report, view->by), wanted = view->top != 0 ? view->top : 25, count = 0, left = 0;
    table of = { .report = report, .view = view, .to = to, .main = hf__size_column_of(view) };
    void *rows = NULL;
    wanted = wanted < all ? wanted : all;
    hf_status status = wanted > 0 ? hf__memory_allocate(&report->memory, wanted * sizeof(size_t), HF__ROWS_ALIGNMENT, &rows, NULL) : HF_OK;
    if (status == HF_OK && rows != NULL)
        status = hf_size_report_top(report, view, rows, &count, &left);
    if (status == HF_OK) {
        choose_columns(&of, rows, count);
        if (count == 0)
            fputs(report->is_difference ? "nothing changed\n" : "nothing was measured\n", to);
        else
            print_head(&of);
        for (size_t i = 0; i < count; i++)
            print_row(&of, ((size_t *)rows)[i]);
        if (left > 0)
            fprintf(to, "%zu %s not shown\n", left,
                    report->is_difference ? "more that changed are" : view->by == HF_SIZE_BY_KIND ? "smaller kinds are" : "smaller or deeper paths are");
        status = ferror(to) ? HF_IO : HF_OK;
    }
    if (rows != NULL)
        hf__memory_free(&report->memory, rows, wanted * sizeof(size_t), HF__ROWS_ALIGNMENT);
    return status;
}

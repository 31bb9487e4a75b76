/* size_report.h - where memory is, in rows by kind and by path: for documents and for C structs alike.
 *
 *     hf_size_report *report = NULL;
 *     status = hf_size_report_create(NULL, &report, &error);
 *     if (status == HF_OK)
 *         status = hf_size_report_add(report, hf_root(document), &error);   // or person_size_report(...)
 *     if (status == HF_OK)
 *         status = hf_size_report_finish(report, &error);
 *     if (status == HF_OK)
 *         hf_size_report_print(report, &(hf_size_view){ .by = HF_SIZE_BY_KIND }, stdout);
 *     hf_size_report_destroy(report);
 *
 * An object is a value of a document, or a block that a pointer of a struct leads to. Each is counted
 * once, where it is met first: values in the order of the text, blocks breadth first, so by a shortest way.
 * Circles end. Nothing recurses.
 *
 * A row by kind stands for all objects of a kind: an hf_kind, or the type of a struct; texts of structs are
 * "char *", and vectors of numbers "double[]" and the like. A row by path stands for all that is found in
 * one way; elements of arrays are merged ("/statuses/ * /user", without the blanks), and so are structs below one of
 * their own type ("/next" of a list is "/ ** ", without the blanks). What goes beyond paths_max, or beyond 4096
 * children of one path or 256 levels, is gathered in "(others)" of the path above.
 *
 *     count     objects; of a block that holds several records, the records
 *     shallow   bytes of the objects themselves, their keys included
 *     deep      and of all below them, each once, counted where it was met first
 *     shared    of these: what several pointers lead to, or lies in documents that are mounted or shared
 *               with earlier versions
 *     retained  what would go with these objects if they went: all that every way from the roots leads
 *               through one of them. Only when asked for
 *     slack     beside all that: what the allocator rounded up; of a document, what is charged for it and is
 *               in no value: its header, source text, indexes, parts that are not shown. It is charged to the
 *               value by which the document was met
 *
 * Rows by kind have shared and slack of their own objects, rows by path of all below, too. deep and
 * retained of a row count no byte twice.
 *
 * A report belongs to one thread. What is measured must not change meanwhile. */
#ifndef HOLDFAST_SIZE_REPORT_H
#define HOLDFAST_SIZE_REPORT_H

#include <stdio.h>

#include <holdfast/build.h>
#include <holdfast/document.h>

HF_EXTERN_BEGIN

typedef struct hf_size_report hf_size_report;

typedef enum hf_size_by { HF_SIZE_BY_PATH, HF_SIZE_BY_KIND } hf_size_by;

typedef enum hf_size_column {
    HF_SIZE_COUNT, HF_SIZE_SHALLOW, HF_SIZE_DEEP, HF_SIZE_SHARED, HF_SIZE_RETAINED, HF_SIZE_SLACK
} hf_size_column;
enum { HF_SIZE_COLUMNS = HF_SIZE_SLACK + 1 };

typedef struct hf_size_report_options {
    const hf_allocator *allocator;  /* of the report; NULL: the default. Borrowed until it is destroyed */
    bool     retained;    /* some 50 bytes more for each object, 100 where objects are met again */
    bool     is_malloced; /* blocks of structs are from malloc, so what it rounded up can be asked for */
    uint32_t paths_max;   /* 0: 2^20 */
    uint64_t objects_max; /* 0: 2^31; beyond it adding fails with HF_LIMIT_COUNT */
    uint64_t reserved[4];
} hf_size_report_options;

/* options NULL: all defaults. ret_report: owned. HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_size_report_create(const hf_size_report_options *options, hf_size_report **ret_report,
                                                    hf_error *reterr);
/* NULL is fine. */
HF_API void hf_size_report_destroy(hf_size_report *report);

/* Adds all below `value`; absent: nothing. May be called again and again, also for structs (bind.h): roots
 * are merged in one row by path, "". HF_NO_MEMORY, HF_LIMIT_COUNT: the report can then only be destroyed.
 * HF_MISUSE when it is finished. */
HF_API HF_NODISCARD hf_status hf_size_report_add(hf_size_report *report, hf_value value, hf_error *reterr);
/* Adds up; from now on the report is for reading. Twice is fine. HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_size_report_finish(hf_size_report *report, hf_error *reterr);

/* What follows is for reports that are finished. */

typedef struct hf_size_row {
    int64_t  amounts[HF_SIZE_COLUMNS]; /* by hf_size_column; of a difference, changes */
    uint32_t depth;                    /* of a path: its steps */
} hf_size_row;

HF_API hf_size_row hf_size_report_total(const hf_size_report *report);
HF_API size_t hf_size_report_rows(const hf_size_report *report, hf_size_by by);
/* Row `at`, below hf_size_report_rows; paths after the paths they are below. */
HF_API hf_size_row hf_size_report_row(const hf_size_report *report, hf_size_by by, size_t at);
/* Its kind, or its path: "" for the root, else each step behind a slash, ~ and / as ~0 and ~1, and a key that
 * begins like a merged step (with a star or a parenthesis) behind ~2. As snprintf: the length it has. */
HF_API size_t hf_size_report_name(const hf_size_report *report, hf_size_by by, size_t at, char *out, size_t size);
HF_API bool hf_size_report_has_retained(const hf_size_report *report);
HF_API bool hf_size_report_is_difference(const hf_size_report *report);

/* What is shown of a report. */
typedef struct hf_size_view {
    hf_size_by     by;
    hf_size_column column;    /* HF_SIZE_COUNT, which is 0: deep by path, shallow by kind */
    bool           by_count;  /* orders by count after all */
    uint32_t       top;       /* rows; 0: 25 */
    uint32_t       depth_max; /* of paths; 0: 4 */
    bool           only_root; /* of paths, the root's after all */
    bool           has_colour;
    bool           only_ascii; /* bars of # and -, where block characters of UTF-8 are not to be had; names stay */
    uint64_t       reserved[4];
} hf_size_view;

/* The rows with the most in one column, the largest first; paths by deep bytes in the order of their tree. Of
 * a difference those that changed, by growth. ret_rows: of view->top numbers, yours; ret_count: how many are
 * written; ret_left: how many are left out. HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_size_report_top(const hf_size_report *report, const hf_size_view *view, size_t *ret_rows,
                                                 size_t *ret_count, size_t *ret_left);

/* after - before, row by row, by their names. ret_report: owned, finished. Rows that only one of them lists,
 * while the other is known not to list all (hf_size_report_read), are left out. HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_size_report_difference(const hf_size_report *before, const hf_size_report *after,
                                                        hf_size_report **ret_report, hf_error *reterr);

/* As a table with bars, for people. Names lose what would move the cursor, and their end where they are longer than
 * 500 bytes. HF_NO_MEMORY, HF_IO. */
HF_API HF_NODISCARD hf_status hf_size_report_print(const hf_size_report *report, const hf_size_view *view, FILE *to);

/* Puts members into the object that `builder` has open: "total", "kinds_total", "kinds", "paths_total",
 * "paths"; as many rows of both as the view asks for. docs/formats/size.md */
HF_API HF_NODISCARD hf_status hf_size_report_build(const hf_size_report *report, const hf_size_view *view, hf_builder *builder);
/* A report from an object with such members. ret_report: owned, finished. HF_WRONG_KIND, HF_NOT_FOUND when it
 * is something else; HF_NO_MEMORY. */
HF_API HF_NODISCARD hf_status hf_size_report_read(hf_value object, const hf_allocator *allocator, hf_size_report **ret_report,
                                                  hf_error *reterr);

HF_EXTERN_END

#endif

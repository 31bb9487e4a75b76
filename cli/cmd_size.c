/* cmd_size.c - `holdfast size`: where the bytes of a nested document are, and what changed since another. */
#include <holdfast/build.h>
#include <holdfast/size.h>
#include <holdfast/size_report.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen_nearest.h"
#include "input.h"
#include "options.h"
#include "output.h"
#include "plain_text.h"
#include "stream_input.h"
#include "terminal.h"

enum { BY, DEPTH, TOP, SORT, RETAINED, DIFF, STREAM, JSON };

static const verb_option option_table[] = {
    [BY] = { "by", 'b', "WHAT", "rows by 'path' or by 'kind'; path unless given" },
    [DEPTH] = { "depth", 'd', "N", "paths down to this depth; 4 unless given" },
    [TOP] = { "top", 'n', "N", "the N largest rows; 25 unless given" },
    [SORT] = { "sort", 0, "COLUMN", "largest by count, shallow, deep, shared, retained or slack; deep unless given, by kind shallow" },
    [RETAINED] = { "retained", 'r', NULL, "also what would go if it went, what is shared considered; takes memory" },
    [DIFF] = { "diff", 0, "OTHER", "what grew since OTHER; each of both a document, or a measurement saved with --json" },
    [STREAM] = { "stream", 's', NULL, "documents one after the other, NDJSON included; memory for the largest" },
    [JSON] = { "json", 'j', "[FILE]", "as JSON, to standard output or to FILE" },
    { NULL, 0, NULL, NULL },
};

enum { TOP_MAX = 100000000 };

/* All documents together. */
typedef struct totals {
    uint64_t documents, text_bytes, document_bytes, value_bytes, values, keys;
    uint32_t depth;
    bool     is_saved; /* read back: only the rows are known */
} totals;

typedef struct request {
    const char     *path, *other, *json_output;
    bool            wants_json, is_stream, wants_retained;
    hf_size_view    view;
    totals          sum;
    hf_size_report *report;
} request;

static int told(const hf_error *error)
{
    fprintf(stderr, "holdfast size: ");
    hf_error_print(stderr, error);
    return exit_code_of(error->status);
}

/* ---- measuring --------------------------------------------------------------------------- */

static int measure(const hf_document *document, stream_here *here, void *context)
{
    request *wish = context;
    hf_size size;
    hf_error error;
    hf_document_info info = hf_document_get_info(document);
    if (hf_measure(hf_root(document), &size, &error) != HF_OK || hf_size_report_add(wish->report, hf_root(document), &error) != HF_OK) {
        stream_locate(here, &error);
        return told(&error);
    }
    wish->sum.documents++;
    wish->sum.text_bytes += info.text_bytes;
    wish->sum.document_bytes += info.bytes;
    wish->sum.value_bytes += size.deep_bytes;
    wish->sum.values += size.values;
    wish->sum.keys += size.keys;
    if (info.depth > wish->sum.depth)
        wish->sum.depth = info.depth;
    return EXIT_DONE;
}

static bool is_measurement(const hf_document *document)
{
    return hf_text_equal(hf_as_text(hf_get(hf_root(document), HF_T("schema")), HF_T("")), HF_T("holdfast.size/1"));
}

/* One document; where two are compared, perhaps a measurement of one. */
static int measure_file(request *wish)
{
    hf_document *document = NULL;
    hf_error error;
    int code = input_read(wish->path, NULL, &document);
    if (code == EXIT_DONE && wish->other != NULL && is_measurement(document)) {
        hf_size_report_destroy(wish->report);
        wish->report = NULL;
        wish->sum.is_saved = true;
        if (hf_size_report_read(hf_root(document), NULL, &wish->report, &error) != HF_OK)
            code = told(&error);
    } else if (code == EXIT_DONE) {
        code = measure(document, NULL, wish);
    }
    hf_document_drop(document);
    return code;
}

/* Fills sum and report, which is finished. */
static int measure_all(request *wish)
{
    hf_error error;
    if (hf_size_report_create(&(hf_size_report_options){ .retained = wish->wants_retained }, &wish->report, &error) != HF_OK)
        return told(&error);
    int code = wish->is_stream ? stream_each(wish->path, measure, NULL, wish) : measure_file(wish);
    if (code == EXIT_DONE && hf_size_report_finish(wish->report, &error) != HF_OK)
        code = told(&error);
    return code;
}

/* Puts the changes since the other one into the report's place. */
static int compare(request *wish)
{
    hf_size_report *difference = NULL;
    hf_error error;
    request before = *wish;
    before.path = wish->other;
    before.report = NULL;
    memset(&before.sum, 0, sizeof before.sum);
    int code = measure_all(&before);
    if (code == EXIT_DONE && hf_size_report_difference(before.report, wish->report, &difference, &error) != HF_OK)
        code = told(&error);
    hf_size_report_destroy(before.report);
    if (code == EXIT_DONE) {
        hf_size_report_destroy(wish->report);
        wish->report = difference;
    }
    return code;
}

/* ---- telling ----------------------------------------------------------------------------- */

/* "12.3 MB" or "640 B", as short as it is. */
static const char *spell_bytes(uint64_t bytes, char out[16])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    double amount = (double)bytes;
    unsigned unit = 0;
    while (amount >= 999.95 && unit < 4) {
        amount /= 1000;
        unit++;
    }
    snprintf(out, 16, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
    return out;
}

static const char *plural(uint64_t number)
{
    return number == 1 ? "" : "s";
}

static void print_totals(const totals *sum, uint64_t paths, bool is_stream)
{
    char room[16];
    double ratio = (double)sum->document_bytes / (double)(sum->text_bytes > 0 ? sum->text_bytes : 1);
    printf("%8s  of text", spell_bytes(sum->text_bytes, room));
    if (is_stream)
        printf(" in %llu document%s", (unsigned long long)sum->documents, plural(sum->documents));
    printf("\n%8s  in memory as a document, %.2f times the text;", spell_bytes(sum->document_bytes, room), ratio);
    printf(" %s of it in values and their text\n", spell_bytes(sum->value_bytes, room));
    printf("%8llu  value%s, %llu key%s, %llu path%s, %llu level%s deep\n\n", (unsigned long long)sum->values, plural(sum->values),
           (unsigned long long)sum->keys, plural(sum->keys), (unsigned long long)paths, plural(paths),
           (unsigned long long)sum->depth, plural(sum->depth));
}

static int print_text(const request *wish)
{
    hf_size_view view = wish->view;
    view.has_colour = output_has_colour(STDOUT_FILENO);
    view.only_ascii = !terminal_is_utf8();
    if (wish->other == NULL)
        print_totals(&wish->sum, hf_size_report_rows(wish->report, HF_SIZE_BY_PATH), wish->is_stream);
    hf_status status = hf_size_report_print(wish->report, &view, stdout);
    if (status == HF_NO_MEMORY)
        fprintf(stderr, "holdfast size: %s\n", hf_status_text(status));
    return status == HF_NO_MEMORY ? EXIT_BAD_DATA : EXIT_DONE; /* whether it could be written is asked at the end */
}

static void build_number(hf_builder *builder, const char *key, uint64_t number)
{
    hf_build_key(builder, hf_text_from_cstr(key));
    hf_build_u64(builder, number);
}

static void build_totals(hf_builder *builder, const totals *sum)
{
    build_number(builder, "documents", sum->documents);
    build_number(builder, "text_bytes", sum->text_bytes);
    build_number(builder, "document_bytes", sum->document_bytes);
    build_number(builder, "value_bytes", sum->value_bytes);
    build_number(builder, "values", sum->values);
    build_number(builder, "keys", sum->keys);
    build_number(builder, "depth", sum->depth);
}

/* False without memory. */
static bool build_name(hf_builder *builder, const char *key, const char *name)
{
    char *made = utf8_name(name);
    if (made == NULL)
        return false;
    hf_build_key(builder, hf_text_from_cstr(key));
    hf_build_text(builder, hf_text_from_cstr(made));
    free(made);
    return true;
}

static int print_json(const request *wish)
{
    hf_builder *builder = NULL;
    hf_document *written = NULL;
    hf_error error;
    hf_status status = hf_builder_create(NULL, &builder, &error);
    if (status == HF_OK) {
        hf_build_object(builder);
        hf_build_key(builder, HF_T("schema"));
        hf_build_text(builder, HF_T("holdfast.size/1"));
        bool is_named = build_name(builder, "file", wish->path != NULL ? wish->path : "-") &&
                        (wish->other == NULL || build_name(builder, "since", wish->other));
        if (wish->other == NULL)
            build_totals(builder, &wish->sum);
        status = is_named ? hf_size_report_build(wish->report, &wish->view, builder) : HF_NO_MEMORY;
        hf_build_end(builder);
        if (status == HF_OK)
            status = hf_builder_finish(&builder, &written, &error);
        hf_builder_destroy(builder);
    }
    if (status != HF_OK) {
        fprintf(stderr, "holdfast size: %s\n", hf_status_text(status));
        return exit_code_of(status);
    }
    int code = output_write(hf_root(written), &(hf_write_options){ .line_feed = true }, wish->json_output, wish->path);
    hf_document_drop(written);
    return code;
}

/* ---- the verb ---------------------------------------------------------------------------- */

static const char *const sorts[] = { "path", "kind", NULL };
static const char *const columns[] = { "count", "shallow", "deep", "shared", "retained", "slack", NULL };

/* Which of the words `typed` is; below 0 after a message. */
static int one_of(const verb *self, const char *option, const char *typed, const char *const *words)
{
    char all[128] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(typed, words[i]) == 0)
            return i;
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s%s", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
    }
    const char *closest = gen_nearest(typed, strlen(typed), words);
    if (closest != NULL)
        usage_error(self, "--%s is %s, not '%s'; did you mean '%s'?", option, all, typed, closest);
    else
        usage_error(self, "--%s is %s, not '%s'", option, all, typed);
    return -1;
}

static bool take_option(request *wish, const options *args, int option)
{
    uint64_t number = 0;
    int word = 0;
    switch (option) {
    case BY:
        word = one_of(args->self, "by", args->value, sorts);
        wish->view.by = word == 1 ? HF_SIZE_BY_KIND : HF_SIZE_BY_PATH;
        return word >= 0;
    case DEPTH:
        if (!options_number(args, 0, UINT32_MAX, &number))
            return false;
        wish->view.depth_max = (uint32_t)number;
        wish->view.only_root = number == 0;
        return true;
    case TOP:
        if (!options_number(args, 1, TOP_MAX, &number))
            return false;
        wish->view.top = (uint32_t)number;
        return true;
    case SORT:
        word = one_of(args->self, "sort", args->value, columns);
        wish->view.column = word > 0 ? (hf_size_column)word : HF_SIZE_COUNT;
        wish->view.by_count = word == HF_SIZE_COUNT;
        wish->wants_retained |= word == HF_SIZE_RETAINED;
        return word >= 0;
    case RETAINED: wish->wants_retained = true; return true;
    case DIFF: wish->other = args->value; return true;
    case STREAM: wish->is_stream = true; return true;
    case JSON:
        wish->wants_json = true;
        wish->json_output = args->value;
        return true;
    default: return false;
    }
}

static int run(const verb *self, int argument_count, char **arguments)
{
    request wish = { .path = NULL };
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        if (option != OPTIONS_POSITIONAL) {
            if (!take_option(&wish, &args, option))
                return EXIT_USAGE;
            continue;
        }
        if (wish.path != NULL)
            return usage_error(self, "one file at a time; '%s' is a second one", args.value);
        wish.path = args.value;
    }
    int code = measure_all(&wish);
    if (code == EXIT_DONE && wish.other != NULL)
        code = compare(&wish);
    if (code == EXIT_DONE)
        code = wish.wants_json ? print_json(&wish) : print_text(&wish);
    hf_size_report_destroy(wish.report);
    return code;
}

const verb verb_size = {
    .name = "size",
    .summary = "where the bytes of a nested document are",
    .usage = "[options] [FILE]",
    .options = option_table,
    .details = "Totals first, then the paths with the largest share, elements of arrays merged: /statuses/*/user\n"
               "counts the user of every status. Bytes are those of the document in memory: shallow of the values\n"
               "themselves, deep with all below, retained what would go with them.\n",
    .run = run,
};

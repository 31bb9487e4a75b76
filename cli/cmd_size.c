/* cmd_size.c - `holdfast size`: where the bytes of a nested document are. */
#include <holdfast/build.h>
#include <holdfast/size.h>
#include <stdlib.h>

#include "input.h"
#include "options.h"
#include "output.h"
#include "path_tree.h"
#include "stream_input.h"

enum { DEPTH, TOP, STREAM, JSON };

static const verb_option option_table[] = {
    [DEPTH] = { "depth", 'd', "N", "paths down to this depth; 4 unless given" },
    [TOP] = { "top", 'n', "N", "the N largest paths; 25 unless given" },
    [STREAM] = { "stream", 's', NULL, "documents one after the other, NDJSON included; memory for the largest" },
    [JSON] = { "json", 0, "[FILE]", "as JSON, to standard output or to FILE" },
    { NULL, 0, NULL, NULL },
};

enum { TOP_MAX = 100000, BAR_CELLS = 16 };

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

static void print_bar(double share, bool has_colour)
{
    static const char *const eighths[] = { "", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589" };
    unsigned cells = (unsigned)(share * BAR_CELLS * 8 + 0.5);
    if (has_colour)
        printf("\033[36m");
    for (unsigned i = 0; i < cells / 8; i++)
        printf("\u2588");
    printf("%s", eighths[cells % 8]);
    if (has_colour)
        printf("\033[0m");
    printf("%*s", (int)(BAR_CELLS - (cells + 7) / 8), "");
}

/* All documents together. */
typedef struct totals {
    uint64_t documents, text_bytes, document_bytes, value_bytes, values, keys;
    uint32_t depth;
} totals;

static void print_totals(const totals *sum, uint64_t paths, bool is_stream)
{
    char room[16];
    double ratio = (double)sum->document_bytes / (double)(sum->text_bytes > 0 ? sum->text_bytes : 1);
    printf("%8s  of text", spell_bytes(sum->text_bytes, room));
    if (is_stream)
        printf(" in %llu documents", (unsigned long long)sum->documents);
    printf("\n%8s  in memory as a document, %.2f times the text;", spell_bytes(sum->document_bytes, room), ratio);
    printf(" %s of it in values and their text\n", spell_bytes(sum->value_bytes, room));
    printf("%8llu  values, %llu keys, %llu paths, %u levels deep\n\n", (unsigned long long)sum->values,
           (unsigned long long)sum->keys, (unsigned long long)paths, (unsigned)sum->depth);
}

/* Of a stream without a document nothing has a share. */
static double share_of(const path_node *node, const path_tree *tree)
{
    uint64_t total = tree->nodes[0].bytes;
    return total > 0 ? (double)node->bytes / (double)total : 0;
}

static void print_tree(path_tree *tree, const uint32_t *nodes, uint32_t count)
{
    bool has_colour = output_has_colour();
    printf("   bytes   share                      count  path (elements of an array are merged)\n");
    for (uint32_t i = 0; i < count; i++) {
        char name[512], room[16];
        const path_node *node = &tree->nodes[nodes[i]];
        double share = share_of(node, tree);
        printf("%8s %5.1f %%  ", spell_bytes(node->bytes, room), 100 * share);
        print_bar(share, has_colour);
        printf("%10llu  %s\n", (unsigned long long)node->count,
               nodes[i] == 0 ? "(all)" : path_tree_name(tree, nodes[i], name, sizeof name));
    }
    if (count < tree->count)
        printf("%llu smaller or deeper paths are not shown (--depth, --top)\n", (unsigned long long)(tree->count - count));
}

/* ---- JSON -------------------------------------------------------------------------------- */

static void build_number(hf_builder *builder, const char *key, uint64_t number)
{
    hf_build_key(builder, hf_text_from_cstr(key));
    hf_build_u64(builder, number);
}

static void build_path(hf_builder *builder, const path_tree *tree, uint32_t number)
{
    char name[4096];
    const path_node *node = &tree->nodes[number];
    hf_build_object(builder);
    hf_build_key(builder, HF_T("path"));
    hf_build_text(builder, hf_text_from_cstr(path_tree_name(tree, number, name, sizeof name)));
    build_number(builder, "count", node->count);
    build_number(builder, "bytes", node->bytes);
    hf_build_key(builder, HF_T("share"));
    hf_build_double(builder, share_of(node, tree));
    hf_build_end(builder);
}

static int print_json(const char *path, const totals *sum, const path_tree *tree, const uint32_t *nodes,
                      uint32_t count, const char *json_output)
{
    hf_builder *builder = NULL;
    hf_document *report = NULL;
    hf_error error;
    hf_status status = hf_builder_create(NULL, &builder, &error);
    if (status == HF_OK) {
        hf_build_object(builder);
        hf_build_key(builder, HF_T("schema"));
        hf_build_text(builder, HF_T("holdfast.size/1"));
        hf_build_key(builder, HF_T("file"));
        hf_build_text(builder, hf_text_from_cstr(path != NULL ? path : "-"));
        build_number(builder, "documents", sum->documents);
        build_number(builder, "text_bytes", sum->text_bytes);
        build_number(builder, "document_bytes", sum->document_bytes);
        build_number(builder, "value_bytes", sum->value_bytes);
        build_number(builder, "values", sum->values);
        build_number(builder, "keys", sum->keys);
        build_number(builder, "depth", sum->depth);
        build_number(builder, "paths_total", tree->count);
        hf_build_key(builder, HF_T("paths"));
        hf_build_array(builder);
        for (uint32_t i = 0; i < count; i++)
            build_path(builder, tree, nodes[i]);
        hf_build_end(builder);
        hf_build_end(builder);
        status = hf_builder_finish(&builder, &report, &error);
    }
    if (status != HF_OK) {
        fprintf(stderr, "holdfast size: ");
        hf_error_print(stderr, &error);
        return exit_code_of(status);
    }
    int code = output_write(hf_root(report), &(hf_write_options){ .line_feed = true }, json_output);
    hf_document_drop(report);
    return code;
}

/* ---- the verb ---------------------------------------------------------------------------- */

typedef struct request {
    const char *path, *json_output;
    bool        wants_json, is_stream;
    uint64_t    depth, top;
    totals      sum;
    path_tree   tree;
} request;

static int no_memory(stream_here *here)
{
    hf_error error = { .status = HF_NO_MEMORY };
    stream_locate(here, &error);
    fprintf(stderr, "holdfast size: ");
    hf_error_print(stderr, &error);
    return EXIT_BAD_DATA;
}

static int measure(const hf_document *document, stream_here *here, void *context)
{
    request *wish = context;
    hf_size size;
    hf_document_info info = hf_document_get_info(document);
    if (hf_measure(hf_root(document), &size, NULL) != HF_OK || path_tree_add(&wish->tree, hf_root(document)) != HF_OK)
        return no_memory(here);
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

static int measure_all(const verb *self, request *wish)
{
    hf_document *document = NULL;
    if (wish->is_stream)
        return stream_each(self, wish->path, measure, wish);
    int code = input_read(wish->path, NULL, &document);
    if (code == EXIT_DONE)
        code = measure(document, NULL, wish);
    hf_document_drop(document);
    return code;
}

static int report(request *wish)
{
    uint32_t paths = wish->tree.count, *nodes = malloc((size_t)wish->top * sizeof *nodes);
    if (nodes == NULL)
        return no_memory(NULL);
    path_tree_finish(&wish->tree);
    uint32_t count = path_tree_largest(&wish->tree, (uint32_t)wish->depth, (uint32_t)wish->top, nodes);
    int code = EXIT_DONE;
    if (wish->wants_json) {
        code = print_json(wish->path, &wish->sum, &wish->tree, nodes, count, wish->json_output);
    } else {
        print_totals(&wish->sum, paths, wish->is_stream);
        print_tree(&wish->tree, nodes, count);
        code = fflush(stdout) == 0 ? EXIT_DONE : EXIT_BAD_DATA;
    }
    free(nodes);
    return code;
}

static int run(const verb *self, int argument_count, char **arguments)
{
    request wish = { .depth = 4, .top = 25 };
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        switch (option) {
        case DEPTH:
            if (!options_number(&args, 0, UINT32_MAX, &wish.depth))
                return EXIT_USAGE;
            break;
        case TOP:
            if (!options_number(&args, 1, TOP_MAX, &wish.top))
                return EXIT_USAGE;
            break;
        case STREAM:
            wish.is_stream = true;
            break;
        case JSON:
            wish.wants_json = true;
            wish.json_output = args.value;
            break;
        case OPTIONS_POSITIONAL:
            if (wish.path != NULL)
                return usage_error(self, "one file at a time; '%s' is a second one", args.value);
            wish.path = args.value;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    int code = path_tree_begin(&wish.tree) == HF_OK ? measure_all(self, &wish) : no_memory(NULL);
    if (code == EXIT_DONE)
        code = report(&wish);
    path_tree_release(&wish.tree);
    return code;
}

const verb verb_size = {
    .name = "size",
    .summary = "where the bytes of a nested document are",
    .usage = "[options] [FILE]",
    .options = option_table,
    .details = "Totals first, then the paths with the largest share, elements of arrays merged: /statuses/*/user\n"
               "counts the user of every status. Bytes are those of the document in memory.\n",
    .run = run,
};

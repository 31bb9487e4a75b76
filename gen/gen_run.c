/* gen_run.c - the steps in their order, and files that appear whole or not at all. */
#include "gen_run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <holdfast/read.h>

#include "gen_code.h"
#include "gen_commands.h"
#include "gen_declare.h"
#include "gen_file.h"
#include "gen_preprocess.h"

typedef struct run {
    const gen_options *options;
    gen_unit           unit;
    gen_plans          plans;
    gen_output         output;
    hf_document       *commands;
    const char        *base;  /* the output without .h and .c */
} run;

static gen_place place_in(const char *file)
{
    return (gen_place){ file, 0, 0 };
}

/* ---- names ------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static void name_output(run *on)
{
    const gen_options *options = on->options;
    const char *base = options->output;
    if (base != NULL && strcmp(base, "-") == 0)
        gen_fail(&on->unit, HF_MISUSE, place_in(options->header), "two files cannot go to standard output, expected a name for them");
    if (base == NULL)
        base = ends_with(options->header, ".h")
                   ? gen_print(&on->unit, "%.*s.hf", (int)strlen(options->header) - 2, options->header)
                   : gen_print(&on->unit, "%s.hf", options->header);
    else if (ends_with(base, ".c") || ends_with(base, ".h"))
        base = gen_print(&on->unit, "%.*s", (int)strlen(base) - 2, base);
    on->base = base;
    const char *name = gen_base_name(base);
    on->output.title = ends_with(name, ".hf") ? gen_print(&on->unit, "%.*s", (int)strlen(name) - 3, name) : name;
    on->output.model = options->include != NULL ? options->include : gen_base_name(options->header);
    on->output.tables_only = options->tables;
    on->output.header = gen_print(&on->unit, "%s.h", name);
}

/* ---- files ------------------------------------------------------------------------------- */

/* What `emit` prints, bound to the unit. */
static const char *text_of(run *on, void (*emit)(gen_unit *, const gen_plans *, const gen_output *, FILE *), size_t *ret_length)
{
    gen_stream *stream = gen_stream_open(&on->unit);
    emit(&on->unit, &on->plans, &on->output, stream->to);
    return gen_stream_close(&on->unit, stream, ret_length);
}

/* A path as make reads it in a list of files. */
static void put_path(const char *path, FILE *to)
{
    for (; *path != 0; path++) {
        if (*path == ' ' || *path == '#')
            fputc('\\', to);
        else if (*path == '$')
            fputc('$', to);
        fputc(*path, to);
    }
}

/* The same file, entered before as a system's, or as none. */
static bool is_listed_before(const gen_unit *unit, const gen_file *file)
{
    const gen_file *one = unit->files;
    while (one->name != file->name)
        one = one->next;
    return one != file;
}

static void write_depfile(run *on)
{
    gen_unit *unit = &on->unit;
    size_t length = 0;
    gen_stream *stream = gen_stream_open(unit);
    put_path(on->base, stream->to);
    fputs(".h ", stream->to);
    put_path(on->base, stream->to);
    fputs(".c: ", stream->to);
    put_path(on->options->header, stream->to);
    for (const gen_file *file = unit->files; file != NULL; file = file->next) {
        bool is_folder = file->name[0] == 0 || file->name[strlen(file->name) - 1] == '/'; /* where the compiler ran, for debuggers */
        if (file->name[0] == '<' || is_folder || strcmp(file->name, on->options->header) == 0 || is_listed_before(unit, file))
            continue;
        fputs(" \\\n  ", stream->to);
        put_path(file->name, stream->to);
    }
    fputc('\n', stream->to);
    const char *text = gen_stream_close(unit, stream, &length);
    gen_file_write(unit, on->options->depfile, text, length);
}

/* What says the same as before stays untouched, so that nothing is compiled again for nothing; but an output older than
 * what it is made from would be made again each time, so then it is told to be of now. */
static void renew(const gen_unit *unit, const char *path)
{
    struct stat output, input;
    if (stat(path, &output) != 0)
        return;
    for (const gen_file *file = unit->files; file != NULL; file = file->next) {
        bool is_there = file->name[0] != '<' && stat(file->name, &input) == 0 && S_ISREG(input.st_mode);
        if (is_there && (input.st_mtim.tv_sec > output.st_mtim.tv_sec ||
                         (input.st_mtim.tv_sec == output.st_mtim.tv_sec && input.st_mtim.tv_nsec > output.st_mtim.tv_nsec))) {
            (void)utimensat(AT_FDCWD, path, NULL, 0); /* a build that runs once more is all that comes of a failure */
            return;
        }
    }
}

/* Whether the generator wrote it before: then it may do so again. */
static bool is_ours(const char *path)
{
    char begin[512];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(begin, 1, sizeof begin - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    begin[length] = 0;
    return strstr(begin, "written by `holdfast gen`") != NULL;
}

/* `-o model` for model.h would put the output in the place of what it is made from. */
static void need_apart(run *on, const char *path)
{
    bool is_header = gen_file_is_same(path, on->options->header), is_read = is_header;
    for (const gen_file *file = on->unit.files; file != NULL && !is_read; file = file->next)
        is_read = file->name[0] != '<' && gen_file_is_same(path, file->name) && !is_ours(path);
    if (is_read)
        gen_fail(&on->unit, HF_MISUSE, place_in(path), "the output would replace what it is made from, expected another name");
}

/* ---- talk -------------------------------------------------------------------------------- */

static void print_notes(const run *on)
{
    const char *word = on->options->strict ? "error" : "note";
    for (const gen_note *note = on->unit.notes; note != NULL; note = note->next)
        if (!on->options->quiet || on->options->strict)
            fprintf(stderr, "%s:%u:%u: %s: %s\n", note->place.file, note->place.line, note->place.column, word, note->text);
}

static void print_failure(const gen_unit *unit)
{
    gen_place place = unit->failed_place;
    if (place.file[0] != 0 && place.line != 0)
        fprintf(stderr, "%s:%u:%u: error: %s\n", place.file, place.line, place.column, unit->failed_text);
    else
        fprintf(stderr, "%s%serror: %s\n", place.file, place.file[0] != 0 ? ": " : "", unit->failed_text);
}

/* ---- the steps --------------------------------------------------------------------------- */

static hf_status deliver(run *on)
{
    gen_unit *unit = &on->unit;
    const char *paths[2] = { gen_print(unit, "%s.h", on->base), gen_print(unit, "%s.c", on->base) };
    size_t lengths[2] = { 0, 0 };
    const char *texts[2] = { text_of(on, gen_emit_header, &lengths[0]), text_of(on, gen_emit_source, &lengths[1]) };
    hf_status status = HF_OK;
    for (int i = 0; i < 2; i++)
        need_apart(on, paths[i]);
    if (on->options->depfile != NULL)
        need_apart(on, on->options->depfile);
    for (int i = 0; i < 2; i++) {
        if (!on->options->check) {
            gen_file_write(unit, paths[i], texts[i], lengths[i]);
            renew(unit, paths[i]);
        } else if (!gen_file_equals(paths[i], texts[i], lengths[i])) {
            fprintf(stderr, "%s: %s; run holdfast gen again\n", paths[i],
                    access(paths[i], F_OK) != 0 ? "not there"
                                                : gen_print(unit, "stale: %s, or how it is asked for, says something else now", on->options->header));
            status = HF_NOT_FOUND;
        }
    }
    if (on->options->depfile != NULL && !on->options->check)
        write_depfile(on);
    return status;
}

static const char *const *flags_of(run *on)
{
    const gen_options *options = on->options;
    hf_error error;
    if (options->commands == NULL)
        return options->flags;
    if (hf_read_file(options->commands, NULL, &on->commands, &error) != HF_OK)
        gen_fail(&on->unit, error.status, (gen_place){ options->commands, (uint32_t)error.line, (uint32_t)error.column }, "%s%s%s",
                 hf_status_text(error.status), error.detail[0] != 0 ? ": " : "", error.detail);
    return gen_commands_flags(&on->unit, hf_root(on->commands), options->commands, options->header, options->flags);
}

static hf_status steps(run *on)
{
    const gen_options *options = on->options;
    const char *text = NULL;
    size_t length = 0;
    gen_preprocess(&on->unit, options->compiler, options->header, flags_of(on), &text, &length);
    gen_tokens_read(&on->unit, text, length, options->header);
    gen_declarations_read(&on->unit);
    const char *const explained[] = { options->explain, NULL };
    bool is_one = options->explain != NULL && options->types == NULL && gen_is_record(&on->unit, options->explain);
    gen_plans_make(&on->unit, options->header, is_one ? explained : options->types, &on->plans);
    gen_graph_decide(&on->unit, &on->plans);
    for (gen_plan *plan = on->plans.first; plan != NULL; plan = plan->next)
        gen_keys_list(&on->unit, plan);
    if (!options->tables)
        gen_code_decide(&on->unit, &on->plans);
    if (options->explain != NULL) {
        const gen_plan *plan = gen_plan_find(&on->plans, options->explain);
        if (plan == NULL)
            gen_plan_missing(&on->unit, options->header, options->explain);
        gen_explain(&on->unit, &on->plans, plan, stdout);
        return HF_OK;
    }
    print_notes(on);
    if (options->strict && on->unit.strict_errors > 0)
        gen_fail(&on->unit, HF_BAD_DECLARATION, place_in(options->header), "%zu guesses, and --strict allows none",
                 on->unit.strict_errors);
    if (on->plans.first == NULL)
        gen_fail(&on->unit, HF_BAD_DECLARATION, place_in(options->header), "no struct is defined in this file");
    name_output(on);
    return deliver(on);
}

hf_status gen_run(const gen_options *options)
{
    run *on = calloc(1, sizeof *on); /* not on the stack: its values survive the jump */
    if (on == NULL) {
        fputs("error: out of memory\n", stderr);
        return HF_NO_MEMORY;
    }
    gen_unit_init(&on->unit, 0);
    on->options = options;
    hf_status status;
    if (setjmp(on->unit.failed) == 0) {
        status = steps(on);
    } else {
        print_failure(&on->unit);
        status = on->unit.failed_status;
    }
    hf_document_drop(on->commands);
    gen_unit_release(&on->unit);
    free(on);
    return status;
}

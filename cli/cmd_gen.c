/* cmd_gen.c - `holdfast gen`: typed code from a plain C header. */
#include "gen_infer.h"
#include "gen_run.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "options.h"
#include "progress.h"

enum { OUTPUT, TYPES, STRICT, CHECK, EXPLAIN, DEPFILE, INCLUDE, COMPILER, QUIET, FROM, COMMANDS, TABLES };

static const verb_option option_table[] = {
    [OUTPUT] = { "output", 'o', "BASE", "writes BASE.h and BASE.c; without it, model.h gives model.hf.h and model.hf.c" },
    [TYPES] = { "types", 't', "A,B", "only these structs and what they reach" },
    [STRICT] = { "strict", 0, NULL, "a guess about ownership is an error" },
    [CHECK] = { "check", 0, NULL, "writes nothing; exit 1 when the files on disk are stale" },
    [EXPLAIN] = { "explain", 0, "TYPE", "what was decided about a struct and why; writes nothing" },
    [DEPFILE] = { "depfile", 0, "FILE", "also writes which files were read, for make and ninja" },
    [INCLUDE] = { "include", 0, "NAME", "how the output includes the header; without it, its base name" },
    [COMPILER] = { "compiler", 0, "CC", "the compiler that preprocesses; without it $CC, else cc" },
    [QUIET] = { "quiet", 'q', NULL, "prints no notes about guesses" },
    [FROM] = { "from", 0, "SAMPLES", "writes a header for samples of JSON, one object per line, to --output" },
    [COMMANDS] = { "commands", 0, "FILE", "flags from a compile_commands.json, of a source beside the header, else of the nearest one" },
    [TABLES] = { "tables", 0, NULL, "tables only, without rows for JSON" },
    { NULL, 0, NULL, NULL },
};

/* Splits "A,B" in place into names ended by NULL; false when there are none or too many. */
static bool split_types(char *list, const char **names, size_t room)
{
    size_t count = 0;
    for (char *rest = NULL, *name = strtok_r(list, ", ", &rest); name != NULL; name = strtok_r(NULL, ", ", &rest)) {
        if (count + 1 >= room)
            return false;
        names[count++] = name;
    }
    names[count] = NULL;
    return count > 0;
}

static int exit_code_of(hf_status status)
{
    switch (status) {
    case HF_OK: return EXIT_DONE;
    case HF_NOT_FOUND: return EXIT_FINDING;
    case HF_MISUSE: return EXIT_USAGE; /* it names what is not there */
    default: return EXIT_BAD_DATA;
    }
}

static void see_progress(uint64_t bytes, uint64_t samples, void *line)
{
    progress_show(line, bytes, samples);
}

static void end_progress(void *line)
{
    progress_clear(line);
}

static hf_status infer(const char *samples, const char *output)
{
    progress line;
    struct stat facts;
    progress_begin(&line, strcmp(samples, "-") != 0 && stat(samples, &facts) == 0 ? &facts : NULL, "samples");
    return gen_infer(samples, output, (gen_watch){ see_progress, end_progress, &line });
}

static int run(const verb *self, int argument_count, char **arguments)
{
    gen_options how = { 0 };
    const char *samples = NULL, *types[128] = { NULL };
    const char **flags = calloc((size_t)argument_count + 1, sizeof *flags);
    size_t flag_count = 0;
    int code = flags == NULL ? EXIT_BAD_DATA : EXIT_DONE;
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; code == EXIT_DONE && (option = options_next(&args)) != OPTIONS_END;) {
        switch (option) {
        case OUTPUT: how.output = args.value; break;
        case TYPES:
            if (!split_types((char *)args.value, types, sizeof types / sizeof *types))
                code = usage_error(self, "--types takes 1 to %zu names", sizeof types / sizeof *types - 1);
            how.types = types;
            break;
        case STRICT: how.strict = true; break;
        case CHECK: how.check = true; break;
        case EXPLAIN: how.explain = args.value; break;
        case DEPFILE: how.depfile = args.value; break;
        case INCLUDE: how.include = args.value; break;
        case COMPILER: how.compiler = args.value; break;
        case COMMANDS: how.commands = args.value; break;
        case FROM: samples = args.value; break;
        case QUIET: how.quiet = true; break;
        case TABLES: how.tables = true; break;
        case OPTIONS_POSITIONAL:
            if (args.only_positional && how.header != NULL)
                flags[flag_count++] = args.value;
            else if (how.header == NULL)
                how.header = args.value;
            else
                code = usage_error(self, "one header; flags for the compiler stand behind --, and '%s' does not", args.value);
            break;
        default: code = EXIT_USAGE;
        }
    }
    if (code == EXIT_DONE && (how.header == NULL) == (samples == NULL))
        code = usage_error(self, samples == NULL ? "which header?" : "a header or samples, not both");
    bool asks_for_code = how.types != NULL || how.strict || how.check || how.explain != NULL || how.depfile != NULL || how.include != NULL ||
                         how.compiler != NULL || how.commands != NULL || how.tables;
    if (code == EXIT_DONE && samples != NULL && asks_for_code)
        code = usage_error(self, "--from takes no other options than --output: run gen again with the header that it writes");
    if (code == EXIT_DONE && samples != NULL) {
        code = exit_code_of(infer(samples, how.output));
    } else if (code == EXIT_DONE) {
        how.flags = flags;
        code = exit_code_of(gen_run(&how));
    }
    free(flags);
    return code;
}

const verb verb_gen = {
    .name = "gen",
    .summary = "typed code from a plain C header, or a header from samples",
    .usage = "[options] HEADER [-- COMPILER FLAGS], or --from SAMPLES -o HEADER",
    .options = option_table,
    .details = "Reads the header as the compiler sees it and writes typed calls for each struct: init, release, copy,\n"
               "equal, hash, size, walk, JSON and dynamic values in and out. What C cannot say is said by HF(...) of\n"
               "holdfast/annotate.h; what is guessed is noted. With --from, a header is inferred from samples.\n",
    .run = run,
};

/* cmd_format.c - `holdfast format`: JSON in, JSON out. */
#include "input.h"
#include "options.h"
#include "output.h"
#include "stream_input.h"

enum { PRETTY, MINIFY, CANONICAL, INDENT, TABS, RESPELL, STREAM, OUTPUT };

static const verb_option option_table[] = {
    [PRETTY] = { "pretty", 'p', NULL, "a line for each member and element (the default)" },
    [MINIFY] = { "minify", 'm', NULL, "no blanks at all" },
    [CANONICAL] = { "canonical", 'c', NULL, "the form of RFC 8785: keys in order, numbers as doubles" },
    [INDENT] = { "indent", 0, "N", "spaces for each level, 1 to 10; 2 unless given" },
    [TABS] = { "tabs", 0, NULL, "a tab for each level" },
    [RESPELL] = { "respell", 0, NULL, "numbers and escapes by their value, not as they came" },
    [STREAM] = { "stream", 's', NULL, "documents one after the other, NDJSON included; memory for the largest" },
    [OUTPUT] = { "output", 'o', "FILE", "writes to FILE, whole or not at all" },
    { NULL, 0, NULL, NULL },
};

typedef struct target {
    output           *to;
    hf_write_options *form;
} target;

static int format_one(const hf_document *document, stream_here *here, void *context)
{
    const target *into = context;
    int code = output_put(into->to, hf_root(document), into->form, here);
    return code == EXIT_DONE && into->to->is_closed ? EXIT_FINDING : code;
}

static int show(void *context)
{
    return output_show(((target *)context)->to);
}

static int format_stream(const char *path, const char *output_path, hf_write_options *form)
{
    output to;
    int code = output_begin(&to, output_path);
    if (code == EXIT_DONE)
        code = stream_each(path, format_one, show, &(target){ &to, form });
    if (to.is_closed)
        code = EXIT_DONE; /* nobody wanted the rest */
    return output_end(&to, code);
}

static int run(const verb *self, int argument_count, char **arguments)
{
    const char *path = NULL, *output_path = NULL;
    bool is_stream = false;
    hf_write_options form = { .pretty = true, .line_feed = true };
    uint64_t indent;
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        switch (option) {
        case PRETTY:  form.pretty = true; break;
        case MINIFY:  form.pretty = false; break;
        case CANONICAL: form.canonical = true; break;
        case TABS:    form.tabs = true; break;
        case RESPELL: form.respell = true; break;
        case OUTPUT:  output_path = args.value; break;
        case STREAM:  is_stream = true; break;
        case INDENT:
            if (!options_number(&args, 1, 10, &indent))
                return EXIT_USAGE;
            form.indent = (uint8_t)indent;
            break;
        case OPTIONS_POSITIONAL:
            if (path != NULL)
                return usage_error(self, "one file at a time; '%s' is a second one", args.value);
            path = args.value;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (is_stream)
        return format_stream(path, output_path, &form);
    form.line_feed = !form.canonical; /* of one document that is the form itself, to the byte */
    hf_document *document = NULL;
    int code = input_read(path, NULL, &document);
    if (code == EXIT_DONE)
        code = output_write(hf_root(document), &form, output_path, path);
    hf_document_drop(document);
    return code;
}

const verb verb_format = {
    .name = "format",
    .summary = "reads JSON strictly, writes it pretty, minified or canonical",
    .usage = "[options] [FILE]",
    .options = option_table,
    .details = "Without FILE, or with -, reads standard input. Numbers and escapes come out as they were\n"
               "spelled. Bad input: exit 5 and nothing of that document written. Pretty output indents 100 levels at most.\n"
               "Canonical form refuses equal keys and numbers that no double holds; nothing of that document is written.\n",
    .run = run,
};

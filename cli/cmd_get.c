/* cmd_get.c - `holdfast get POINTER`: one value out of a document. */
#include <holdfast/pointer.h>

#include "input.h"
#include "options.h"
#include "output.h"

enum { MINIFY, RAW, KEYS, OUTPUT };

static const verb_option option_table[] = {
    [MINIFY] = { "minify", 'm', NULL, "no blanks at all" },
    [RAW] = { "raw", 'r', NULL, "text without quotes and escapes; anything else as JSON" },
    [KEYS] = { "keys", 'k', NULL, "the keys of the object, or the number of elements, not the value" },
    [OUTPUT] = { "output", 'o', "FILE", "writes to FILE, whole or not at all" },
    { NULL, 0, NULL, NULL },
};

/* What is there at the deepest place that the pointer reaches, to help with a typo. */
static void tell_what_is_there(hf_value root, const hf_error *error)
{
    hf_value reached = hf_at_pointer(root, hf_text_from_cstr(error->pointer));
    if (hf_is_array(reached)) {
        fprintf(stderr, "there: %u elements, 0 to %u\n", hf_count(reached), hf_count(reached) - (hf_count(reached) > 0));
    } else if (hf_is_object(reached) && hf_count(reached) > 0) {
        fprintf(stderr, "there:");
        hf_iter iter;
        hf_iter_init(&iter, reached);
        while (hf_iter_next(&iter) && iter.index < 12)
            fprintf(stderr, "%s %.*s", iter.index > 0 ? "," : "", (int)(iter.key.length < 60 ? iter.key.length : 60), iter.key.bytes);
        fprintf(stderr, "%s\n", hf_count(reached) > 12 ? ", ..." : "");
    }
}

static int print_keys(hf_value value)
{
    if (!hf_is_container(value)) {
        fprintf(stderr, "holdfast get: %s has no keys\n", hf_kind_name(hf_kind_of(value)));
        return EXIT_FINDING;
    }
    if (hf_is_array(value)) {
        printf("%u\n", hf_count(value));
        return EXIT_DONE;
    }
    hf_iter iter;
    hf_iter_init(&iter, value);
    while (hf_iter_next(&iter)) {
        fwrite(iter.key.bytes, 1, iter.key.length, stdout);
        putchar('\n');
    }
    return EXIT_DONE;
}

static int run(const verb *self, int argument_count, char **arguments)
{
    const char *pointer = NULL, *path = NULL, *output = NULL;
    bool is_raw = false, wants_keys = false;
    hf_write_options form = { .pretty = true, .line_feed = true };
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        switch (option) {
        case MINIFY: form.pretty = false; break;
        case RAW:    is_raw = true; break;
        case KEYS:   wants_keys = true; break;
        case OUTPUT: output = args.value; break;
        case OPTIONS_POSITIONAL:
            if (pointer != NULL && path != NULL)
                return usage_error(self, "one pointer and one file; '%s' is too much", args.value);
            *(pointer == NULL ? &pointer : &path) = args.value;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (pointer == NULL)
        return usage_error(self, "which value? A JSON Pointer is due, such as /servers/0/port");
    hf_document *document = NULL;
    hf_value value;
    hf_error error;
    int code = input_read(path, NULL, &document);
    if (code != EXIT_DONE)
        return code;
    hf_status status = hf_find_pointer(hf_root(document), hf_text_from_cstr(pointer), &value, &error);
    if (status == HF_BAD_POINTER) {
        code = usage_error(self, "'%s' is no JSON Pointer: %s", pointer, error.detail);
    } else if (status != HF_OK) {
        fprintf(stderr, "holdfast get: nothing at '%s': ", pointer);
        hf_error_print(stderr, &error);
        tell_what_is_there(hf_root(document), &error);
        code = EXIT_FINDING;
    } else if (wants_keys) {
        code = print_keys(value);
    } else if (is_raw && hf_is_text(value)) {
        hf_text text = hf_as_text(value, HF_T(""));
        fwrite(text.bytes, 1, text.length, stdout);
        putchar('\n');
    } else {
        code = output_write(value, &form, output);
    }
    hf_document_drop(document);
    return fflush(stdout) == 0 ? code : EXIT_BAD_DATA;
}

const verb verb_get = {
    .name = "get",
    .summary = "one value by JSON Pointer",
    .usage = "[options] POINTER [FILE]",
    .options = option_table,
    .details = "\"\" is the whole; /a/0 the first element of member a; ~1 stands for / and ~0 for ~ in a key.\n"
               "Exit 1 when nothing is there; what is there instead is told on standard error.\n",
    .run = run,
};

/* cmd_get.c - `holdfast get POINTER`: one value out of a document. */
#include <holdfast/pointer.h>

#include "input.h"
#include "options.h"
#include "output.h"
#include "plain_text.h"
#include "stream_input.h"

enum { MINIFY, RAW, KEYS, STREAM, OUTPUT };

static const verb_option option_table[] = {
    [MINIFY] = { "minify", 'm', NULL, "no blanks at all" },
    [RAW] = { "raw", 'r', NULL, "text without quotes and escapes; anything else as JSON" },
    [KEYS] = { "keys", 'k', NULL, "the keys of the object, or the number of elements, not the value" },
    [STREAM] = { "stream", 's', NULL, "documents one after the other, NDJSON included; memory for the largest" },
    [OUTPUT] = { "output", 'o', "FILE", "writes to FILE, whole or not at all" },
    { NULL, 0, NULL, NULL },
};

enum { KEYS_SHOWN = 12, KEY_SHOWN_BYTES = 60 };

/* The beginning of a key, not cut within a character. */
static hf_text short_key(hf_text key)
{
    if (key.length <= KEY_SHOWN_BYTES)
        return key;
    size_t length = KEY_SHOWN_BYTES;
    while (length > 0 && ((unsigned char)key.bytes[length] & 0xc0) == 0x80)
        length--;
    return hf_text_of(key.bytes, length);
}

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
        while (hf_iter_next(&iter) && iter.index < KEYS_SHOWN) {
            fputs(iter.index > 0 ? ", " : " ", stderr);
            print_plain(stderr, short_key(iter.key));
            fputs(iter.key.length > KEY_SHOWN_BYTES ? "..." : "", stderr);
        }
        fprintf(stderr, "%s\n", hf_count(reached) > KEYS_SHOWN ? ", ..." : "");
    }
}

typedef struct request {
    const char      *pointer;
    bool             is_raw, wants_keys, is_stream;
    hf_write_options form;
    output           to;
    uint64_t         found; /* documents that had the value */
} request;

static int put_line(output *to, hf_text text)
{
    int code = output_put_text(to, text);
    return code == EXIT_DONE ? output_put_text(to, HF_T("\n")) : code;
}

static int tell_no_keys(const request *wish, hf_value value, stream_here *here)
{
    hf_error error = { .status = HF_WRONG_KIND, .has_pointer = true };
    snprintf(error.detail, sizeof error.detail, "%s has no keys", hf_kind_name(hf_kind_of(value)));
    snprintf(error.pointer, sizeof error.pointer, "%s", wish->pointer);
    stream_locate(here, &error);
    fprintf(stderr, "holdfast get: ");
    hf_error_print(stderr, &error);
    return EXIT_FINDING;
}

static int put_keys(request *wish, hf_value value, stream_here *here)
{
    char count[24];
    if (!hf_is_container(value))
        return tell_no_keys(wish, value, here);
    if (hf_is_array(value)) {
        int length = snprintf(count, sizeof count, "%u", hf_count(value));
        return put_line(&wish->to, hf_text_of(count, (size_t)length));
    }
    int code = EXIT_DONE;
    hf_iter iter;
    hf_iter_init(&iter, value);
    while (code == EXIT_DONE && hf_iter_next(&iter))
        code = put_line(&wish->to, iter.key);
    return code;
}

static int put_value(request *wish, hf_value value, stream_here *here)
{
    wish->found++;
    if (wish->wants_keys)
        return put_keys(wish, value, here);
    if (wish->is_raw && hf_is_text(value))
        return put_line(&wish->to, hf_as_text(value, HF_T("")));
    return output_put(&wish->to, value, &wish->form, here);
}

static int get_from(const hf_document *document, stream_here *here, void *context)
{
    request *wish = context;
    hf_value value;
    hf_error error;
    hf_status status = hf_find_pointer(hf_root(document), hf_text_from_cstr(wish->pointer), &value, &error);
    if (status == HF_OK)
        return wish->to.is_closed ? EXIT_FINDING : put_value(wish, value, here);
    if (wish->is_stream)
        return EXIT_DONE; /* this one has none; the next may */
    fputs("holdfast get: nothing at '", stderr);
    print_plain(stderr, hf_text_from_cstr(wish->pointer));
    fputs("': ", stderr);
    hf_error_print(stderr, &error);
    tell_what_is_there(hf_root(document), &error);
    return EXIT_FINDING;
}

static int show(void *context)
{
    return output_show(&((request *)context)->to);
}

static int get_all(request *wish, const char *path)
{
    hf_document *document = NULL;
    int code;
    if (wish->is_stream) {
        code = stream_each(path, get_from, show, wish);
        if (wish->to.is_closed)
            return EXIT_DONE;
        if (code == EXIT_DONE && wish->found == 0) {
            fputs("holdfast get: no document has anything at '", stderr);
            print_plain(stderr, hf_text_from_cstr(wish->pointer));
            fputs("'\n", stderr);
            code = EXIT_FINDING;
        }
        return code;
    }
    code = input_read(path, NULL, &document);
    if (code == EXIT_DONE)
        code = get_from(document, NULL, wish);
    hf_document_drop(document);
    return code;
}

/* A pointer that is none is the caller's mistake, whatever the documents hold. */
static int check_pointer(const verb *self, const char *pointer)
{
    hf_error error;
    hf_value value;
    if (hf_find_pointer(hf_absent(), hf_text_from_cstr(pointer), &value, &error) == HF_BAD_POINTER)
        return usage_error(self, "'%s' is no JSON Pointer: %s", pointer, error.detail);
    return EXIT_DONE;
}

static int run(const verb *self, int argument_count, char **arguments)
{
    const char *path = NULL, *output_path = NULL;
    request wish = { .form = { .pretty = true, .line_feed = true } };
    options args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        switch (option) {
        case MINIFY: wish.form.pretty = false; break;
        case RAW:    wish.is_raw = true; break;
        case KEYS:   wish.wants_keys = true; break;
        case STREAM: wish.is_stream = true; break;
        case OUTPUT: output_path = args.value; break;
        case OPTIONS_POSITIONAL:
            if (wish.pointer != NULL && path != NULL)
                return usage_error(self, "one pointer and one file; '%s' is too much", args.value);
            *(wish.pointer == NULL ? &wish.pointer : &path) = args.value;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (wish.pointer == NULL)
        return usage_error(self, "which value? A JSON Pointer is due, such as /servers/0/port");
    int code = check_pointer(self, wish.pointer);
    if (code == EXIT_DONE && (code = output_begin(&wish.to, output_path)) == EXIT_DONE)
        code = output_end(&wish.to, get_all(&wish, path));
    return code;
}

const verb verb_get = {
    .name = "get",
    .summary = "one value by JSON Pointer",
    .usage = "[options] POINTER [FILE]",
    .options = option_table,
    .details = "\"\" is the whole; /a/0 the first element of member a; ~1 stands for / and ~0 for ~ in a key.\n"
               "Exit 1 when nothing is there; what is there instead is told on standard error. With --stream,\n"
               "documents without the value are passed over; exit 1 when none has it.\n",
    .run = run,
};

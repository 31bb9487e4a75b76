/* input.c - see input.h. */
#include "input.h"

#include <errno.h>
#include <holdfast/buffer.h>
#include <poll.h>
#include <unistd.h>

#include "plain_text.h"

enum { PIECE = 64 * 1024 };

int exit_code_of(hf_status status)
{
    switch (status) {
    case HF_OK:        return EXIT_DONE;
    case HF_NOT_FOUND: return EXIT_FINDING;
    default:           return EXIT_BAD_DATA;
    }
}

void tell_system_error(const char *name, int system_error)
{
    fputs("holdfast: ", stderr);
    print_plain(stderr, name[0] != 0 ? hf_text_from_cstr(name) : HF_T("''"));
    fprintf(stderr, ": %s\n", strerror(system_error));
}

void tell_error(const hf_error *error)
{
    if (error->status == HF_IO && error->system_error != 0) {
        tell_system_error(error->name, error->system_error);
    } else {
        fprintf(stderr, "holdfast: ");
        hf_error_print(stderr, error);
    }
}

/* All of standard input, which may be a pipe. */
static hf_status read_standard_input(hf_buffer *text, hf_error *reterr)
{
    for (;;) {
        hf_status status = hf_buffer_reserve(text, PIECE, reterr);
        if (status != HF_OK)
            return status;
        ssize_t got = read(STDIN_FILENO, text->bytes + text->length, text->room - text->length);
        if (got == 0)
            return HF_OK;
        if (got > 0) {
            text->length += (size_t)got;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) { /* a pipe or terminal that others made so */
            poll(&(struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN }, 1, -1);
        } else if (errno != EINTR) {
            memset(reterr, 0, sizeof *reterr);
            reterr->status = HF_IO;
            reterr->system_error = errno;
            snprintf(reterr->name, sizeof reterr->name, "<stdin>");
            snprintf(reterr->detail, sizeof reterr->detail, "read: %s", strerror(errno));
            return HF_IO;
        }
    }
}

int input_read(const char *path, const hf_read_options *options, hf_document **ret_document)
{
    hf_error error;
    hf_read_options own = options != NULL ? *options : (hf_read_options){ 0 };
    hf_status status;
    if (path != NULL && strcmp(path, "-") != 0) {
        status = hf_read_file(path, &own, ret_document, &error);
    } else {
        hf_buffer text = HF_BUFFER_INIT(UINT32_MAX);
        own.name = "<stdin>";
        status = read_standard_input(&text, &error);
        if (status == HF_OK)
            status = hf_read(hf_buffer_text(&text), &own, ret_document, &error);
        hf_buffer_release(&text);
    }
    if (status != HF_OK)
        tell_error(&error);
    if (status == HF_TRAILING)
        fputs("holdfast: values one after the other, as in NDJSON, are read with --stream\n", stderr);
    return exit_code_of(status);
}

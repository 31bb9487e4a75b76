/* demo_input.c - the texts of the job: one file, or the JSON files of Debian's iso-codes. */
#include "demo.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool load_file(const char *path, demo_text *ret_text)
{
    struct stat facts;
    FILE       *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        fprintf(stderr, "demo: %s: %s\n", path, file == NULL ? strerror(errno) : "not a file");
        if (file != NULL)
            fclose(file);
        return false;
    }
    const char *name = strrchr(path, '/');
    *ret_text = (demo_text){ .length = (size_t)facts.st_size };
    snprintf(ret_text->name, sizeof ret_text->name, "%s", name != NULL ? name + 1 : path);
    ret_text->bytes = malloc(ret_text->length + 1);
    bool whole =
        ret_text->bytes != NULL && fread(ret_text->bytes, 1, ret_text->length, file) == ret_text->length;
    fclose(file);
    if (!whole) {
        fprintf(stderr, "demo: %s: cannot be read whole\n", path);
        free(ret_text->bytes);
        return false;
    }
    ret_text->bytes[ret_text->length] = 0;
    return true;
}

static bool load_iso_codes(demo_input *input)
{
    glob_t found;
    if (glob("/usr/share/iso-codes/json/iso_*.json", 0, NULL, &found) != 0) {
        fputs("demo: the package iso-codes is not installed; give a file: make demo INPUT=file.json\n",
              stderr);
        return false;
    }
    bool done = true;
    for (size_t at = 0; done && at < found.gl_pathc && input->count < DEMO_TEXTS_MAX; at++) {
        done = load_file(found.gl_pathv[at], &input->texts[input->count]);
        input->count += done;
    }
    globfree(&found);
    return done;
}

bool demo_input_load(const char *path, demo_input *ret_input)
{
    memset(ret_input, 0, sizeof *ret_input);
    bool done;
    if (path != NULL) {
        done = load_file(path, &ret_input->texts[0]);
        ret_input->count = done;
    } else {
        done = load_iso_codes(ret_input);
    }
    for (size_t at = 0; at < ret_input->count; at++)
        ret_input->bytes += ret_input->texts[at].length;
    if (!done)
        demo_input_release(ret_input);
    return done;
}

void demo_input_release(demo_input *input)
{
    for (size_t at = 0; at < input->count; at++)
        free(input->texts[at].bytes);
    input->count = 0;
}

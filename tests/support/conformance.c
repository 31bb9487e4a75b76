/* conformance.c - finding and reading test data. */
#include "conformance.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool conformance_find(const char *suite, char *out, size_t out_size)
{
    const char *given = getenv("HOLDFAST_CONFORMANCE");
    if (given != NULL && given[0] != 0)
        snprintf(out, out_size, "%s/%s", given, suite);
    else
        snprintf(out, out_size, "%s/../shared/conformance/%s", HF_TEST_SOURCE_DIR, suite);
    if (is_folder(out))
        return true;
    fprintf(stderr, "skipped: no conformance data %s here (set HOLDFAST_CONFORMANCE)\n", suite);
    return false;
}

char *test_read_file(const char *path, size_t *ret_length)
{
    FILE       *file = fopen(path, "rb");
    struct stat facts;
    if (file == NULL || fstat(fileno(file), &facts) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    size_t length = (size_t)facts.st_size;
    char  *bytes = malloc(length > 0 ? length : 1);
    if (bytes != NULL && fread(bytes, 1, length, file) != length) {
        fprintf(stderr, "%s: cannot be read whole\n", path);
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    if (bytes != NULL)
        *ret_length = length;
    return bytes;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), suffix_length = strlen(suffix);
    return length >= suffix_length && strcmp(name + length - suffix_length, suffix) == 0;
}

size_t test_each_file(const char *folder, const char                                        *suffix,
                      void (*each)(const char *name, const char *path, void *context), void *context)
{
    struct dirent **entries;
    int             count = scandir(folder, &entries, NULL, alphasort);
    size_t          called = 0;
    for (int at = 0; at < count; at++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[at]->d_name);
        if (entries[at]->d_name[0] != '.' && ends_with(entries[at]->d_name, suffix) && !is_folder(path)) {
            each(entries[at]->d_name, path, context);
            called++;
        }
        free(entries[at]);
    }
    if (count >= 0)
        free(entries);
    return called;
}

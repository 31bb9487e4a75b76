/* replay.c - runs a fuzzer's entry point over its corpus, without libFuzzer.
 *
 * Each argument is a file or a folder of files (not searched below). Every input lies in a heap
 * block of exactly its size, so that a sanitizer sees a read beyond the end. The empty input is
 * always run. A finding ends the program by trap or sanitizer, after the input's name was printed. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs_run;

static void run_input(const char *name, const uint8_t *data, size_t size)
{
    fprintf(stderr, "%s\n", name);
    LLVMFuzzerTestOneInput(data, size);
    inputs_run++;
}

static int run_file(const char *path)
{
    struct stat facts;
    FILE       *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &facts) != 0) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return 1;
    }
    size_t   size = (size_t)facts.st_size;
    uint8_t *data = malloc(size > 0 ? size : 1);
    int      failed = data == NULL || fread(data, 1, size, file) != size;
    if (failed)
        fprintf(stderr, "replay: %s: cannot be read\n", path);
    else
        run_input(path, data, size);
    free(data);
    fclose(file);
    return failed;
}

static int run_folder(const char *path)
{
    struct dirent **entries;
    int             count = scandir(path, &entries, NULL, alphasort);
    int             failed = 0;
    if (count < 0) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        return 1;
    }
    for (int at = 0; at < count; at++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[at]->d_name);
        if (entries[at]->d_name[0] != '.')
            failed |= run_file(inner);
        free(entries[at]);
    }
    free(entries);
    return failed;
}

int main(int count, char **arguments)
{
    static const uint8_t nothing[1];
    int                  failed = 0;
    run_input("(empty)", nothing, 0);
    for (int at = 1; at < count; at++) {
        struct stat facts;
        if (stat(arguments[at], &facts) == 0 && S_ISDIR(facts.st_mode))
            failed |= run_folder(arguments[at]);
        else
            failed |= run_file(arguments[at]);
    }
    printf("# cases: %lu passed, %d failed\n", inputs_run, failed);
    return failed;
}

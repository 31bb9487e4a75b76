/* bench_map.c - what it costs to map a saved document.
 *
 *     bench_map [FILE.json...]
 *
 * Each file, or without one a document that takes 100 MB, is saved and mapped again: verified, and trusted. The
 * median of several mappings by the clock, the file in the page cache, dropping not included. */
#include <holdfast/build.h>
#include <holdfast/read.h>
#include <holdfast/save.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "must.h"

enum { ROUNDS = 30, MADE_RECORDS = 260000 };

#define VERIFIED_WANTED 2.0  /* bytes a nanosecond */
#define TRUSTED_WANTED  5e6  /* nanoseconds */

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* Records as answers have them: numbers, short texts and long ones, a list in each. */
static hf_document *made_document(void)
{
    hf_builder *builder = NULL;
    hf_document *document = NULL;
    hf_error error;
    char text[64];
    must(hf_builder_create(NULL, &builder, &error), &error);
    hf_build_array(builder);
    for (int i = 0; i < MADE_RECORDS; i++) {
        hf_build_object(builder);
        hf_build_key(builder, HF_T("id"));
        hf_build_i64(builder, i);
        hf_build_key(builder, HF_T("name"));
        snprintf(text, sizeof text, "customer number %d of all", i);
        hf_build_text(builder, hf_text_from_cstr(text));
        hf_build_key(builder, HF_T("balance"));
        hf_build_double(builder, i / 7.0);
        hf_build_key(builder, HF_T("greeting"));
        hf_build_text(builder, HF_T("Gr\xc3\xbc\xc3\x9f Gott, and good morning"));
        hf_build_key(builder, HF_T("visits"));
        hf_build_array(builder);
        for (int j = 0; j < 8; j++)
            hf_build_i64(builder, i * j);
        hf_build_end(builder);
        hf_build_end(builder);
    }
    hf_build_end(builder);
    must(hf_builder_finish(&builder, &document, &error), &error);
    return document;
}

static int by_number(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Nanoseconds; the first mapping, which may fetch the file, is not counted. */
static double median_ns(const char *path, bool trusted)
{
    double times[ROUNDS];
    hf_error error;
    for (int i = -1; i < ROUNDS; i++) {
        hf_document *document = NULL;
        double begin = now_ns();
        must(hf_map_file(path, &(hf_map_options){ .trusted = trusted }, &document, &error), &error);
        double took = now_ns() - begin;
        hf_document_drop(document);
        if (i >= 0)
            times[i] = took;
    }
    qsort(times, ROUNDS, sizeof *times, by_number);
    return times[ROUNDS / 2];
}

/* Whether it is as fast as wanted. */
static bool measure(const char *name, hf_document *document)
{
    char path[4096];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/bench_map.XXXXXX", folder != NULL && *folder != 0 ? folder : "/tmp");
    int file = mkstemp(path);
    if (file < 0) {
        perror(path);
        exit(1);
    }
    close(file);
    hf_error error;
    struct stat saved;
    hf_status status = hf_save(document, path, &error);
    if (status != HF_OK || stat(path, &saved) != 0) {
        unlink(path);
        must(status, &error);
        exit(1);
    }
    double bytes = (double)saved.st_size, verified = median_ns(path, false), trusted = median_ns(path, true);
    unlink(path);
    printf("| %s | %.1f | %.2f | %.1f |\n", name, bytes / 1e6, bytes / verified, trusted / 1e3);
    return bytes / verified >= VERIFIED_WANTED && trusted < TRUSTED_WANTED;
}

int main(int count, char **arguments)
{
    bool fast = true;
    printf("| file | saved, MB | verified, GB/s | trusted, us |\n|---|---:|---:|---:|\n");
    for (int i = 1; i < count; i++) {
        hf_document *document = NULL;
        hf_error error;
        const char *slash = strrchr(arguments[i], '/');
        must(hf_read_file(arguments[i], NULL, &document, &error), &error);
        fast &= measure(slash != NULL ? slash + 1 : arguments[i], document);
        hf_document_drop(document);
    }
    if (count == 1) {
        hf_document *document = made_document();
        fast &= measure("made", document);
        hf_document_drop(document);
    }
    printf("%s mapping: wanted %.0f GB/s verified, %.0f ms trusted\n", fast ? "PASS" : "MISS", VERIFIED_WANTED, TRUSTED_WANTED / 1e6);
    return 0;
}

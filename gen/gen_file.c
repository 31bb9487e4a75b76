/* gen_file.c - see gen_file.h. */
#include "gen_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static _Noreturn void fail_to_write(gen_unit *unit, const char *path, int system_error)
{
    gen_fail(unit, HF_IO, (gen_place){ path, 0, 0 }, "cannot be written: %s", strerror(system_error));
}

bool gen_file_equals(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    bool same = true;
    size_t at = 0, got;
    char chunk[8192];
    while (same && (got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        same = got <= length - at && memcmp(chunk, text + at, got) == 0;
        at += got;
    }
    fclose(file);
    return same && at == length;
}

bool gen_file_is_same(const char *path, const char *other)
{
    struct stat facts, others;
    return stat(path, &facts) == 0 && stat(other, &others) == 0 && facts.st_dev == others.st_dev && facts.st_ino == others.st_ino;
}

static void put_all(gen_unit *unit, const char *path, const char *into, const char *text, size_t length)
{
    FILE *file = fopen(into, "wb");
    bool written = file != NULL && fwrite(text, 1, length, file) == length;
    int system_error = written ? 0 : errno;
    if (file != NULL && fclose(file) != 0 && written)
        system_error = errno;
    if (system_error == 0)
        return;
    if (file != NULL && into != path)
        unlink(into);
    fail_to_write(unit, path, system_error);
}

/* Where a path leads to, bound to the unit. */
static const char *resolve(gen_unit *unit, const char *path)
{
    char *found = realpath(path, NULL);
    const char *place = found != NULL ? gen_print(unit, "%s", found) : path;
    free(found);
    return place;
}

void gen_file_write(gen_unit *unit, const char *path, const char *text, size_t length)
{
    struct stat there;
    bool is_there = stat(path, &there) == 0;
    if (is_there && !S_ISREG(there.st_mode)) {
        put_all(unit, path, path, text, length);
        return;
    }
    if (is_there && gen_file_equals(path, text, length))
        return;
    const char *place = resolve(unit, path);
    const char *beside = gen_print(unit, "%s.%ld.tmp", place, (long)getpid());
    put_all(unit, path, beside, text, length);
    if (rename(beside, place) != 0) {
        int system_error = errno;
        unlink(beside);
        fail_to_write(unit, path, system_error);
    }
}

/* save_file.h - the file that a document is saved to: replaced as a whole, or written where it is. */
#ifndef HOLDFAST_SAVE_FILE_H
#define HOLDFAST_SAVE_FILE_H

#include <limits.h>
#include <sys/stat.h>

#include <holdfast/base.h>

typedef struct hf__save_file {
    int         descriptor;       /* where the bytes go */
    bool        is_in_place;      /* what is written is there at once; else renamed when it is whole */
    bool        replaces;         /* `there` is what the regular file at `path` was */
    struct stat there;
    char        path[PATH_MAX];   /* symbolic links followed */
    char        beside[PATH_MAX]; /* the new file until it is whole */
} hf__save_file;

/* HF_IO. On success hf__save_file_end must follow. */
hf_status hf__save_file_begin(hf__save_file *file, const char *path, hf_error *reterr);

hf_status hf__save_file_write(const hf__save_file *file, const char *bytes, size_t length, hf_error *reterr);

/* Puts the new file in its place when `status` is HF_OK, else takes it away. Returns the first failure. */
hf_status hf__save_file_end(hf__save_file *file, hf_status status, hf_error *reterr);

#endif

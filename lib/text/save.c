/* save.c - a document to a file: its block as it lies, after everything else was copied into one.
 *
 * A document that is one block with all of its text goes out without a copy. */
#include <holdfast/save.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "value/home.h"

/* A document of one self-contained block that shows the same; held, drop it. */
static hf_status self_contained(const hf_document *document, hf_document **ret_document, hf_error *reterr)
{
    const hf__home *home = &document->home;
    bool is_whole = home->mount_count == 0 && home->base_count == 0 && home->foreign_count == 0 &&
                    !(document->block->flags & HF__BLOCK_OUTER_TEXT);
    if (is_whole) {
        *ret_document = hf_document_hold(document);
        return HF_OK;
    }
    hf_document *copy;
    hf_status status = hf_clone_part(hf_root(document), document->allocator, document->budget, &copy, reterr);
    if (status != HF_OK)
        return status;
    if (copy->home.foreign_count > 0) {
        status = hf__fail(reterr, HF_FOREIGN, "%s cannot be saved", copy->home.foreigns[0].hooks->name);
        hf_document_drop(copy);
        return status;
    }
    *ret_document = copy;
    return HF_OK;
}

static hf_status write_all(int descriptor, const char *bytes, size_t length, hf_error *reterr)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length < ((size_t)1 << 30) ? length : (size_t)1 << 30);
        if (written < 0 && errno != EINTR)
            return hf__fail_system(reterr, errno, "write");
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return HF_OK;
}

/* What a new file would get, or what the file that is replaced has. */
static mode_t mode_for(const char *path)
{
    struct stat there;
    if (stat(path, &there) == 0)
        return there.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static hf_status replace_file(const char *path, const char *beside, const hf__block_header *block, hf_error *reterr)
{
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return hf__fail_system(reterr, errno, "create");
    hf_status status = write_all(descriptor, (const char *)block, block->block_bytes, reterr);
    if (status == HF_OK && fchmod(descriptor, mode_for(path)) != 0)
        status = hf__fail_system(reterr, errno, "chmod");
    if (close(descriptor) != 0 && status == HF_OK)
        status = hf__fail_system(reterr, errno, "close");
    if (status == HF_OK && rename(beside, path) != 0)
        status = hf__fail_system(reterr, errno, "rename");
    if (status != HF_OK)
        unlink(beside);
    return status;
}

hf_status hf_save(const hf_document *document, const char *path, hf_error *reterr)
{
    char beside[PATH_MAX];
    static _Atomic unsigned turn;
    if (snprintf(beside, sizeof beside, "%s.%ld.%u.new", path, (long)getpid(), atomic_fetch_add(&turn, 1)) >= (int)sizeof beside)
        return hf__fail_system(reterr, ENAMETOOLONG, "create");
    hf_document *whole = NULL;
    hf_status status = self_contained(document, &whole, reterr);
    if (status == HF_OK) {
        status = replace_file(path, beside, whole->block, reterr);
        hf_document_drop(whole);
    }
    if (status != HF_OK)
        hf__error_set_name(reterr, path);
    return status;
}

hf_status hf_save_to_buffer(const hf_document *document, hf_buffer *buffer, hf_error *reterr)
{
    hf_document *whole = NULL;
    hf_status status = self_contained(document, &whole, reterr);
    if (status != HF_OK)
        return status;
    status = hf_buffer_append(buffer, hf_text_of(whole->block, whole->block->block_bytes), reterr);
    hf_document_drop(whole);
    return status;
}

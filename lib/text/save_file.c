/* save_file.c - where a saved document goes; see save_file.h.
 *
 * A regular file, or one that is not there yet, is written beside its place under another name, and renamed
 * when it is whole. Symbolic links are followed first, so that the link stays and what it leads to is
 * replaced. Anything else cannot be replaced without harm: devices, pipes and what is open already (/dev/stdout)
 * are written where they are. */
#define _GNU_SOURCE
#include "text/save_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"

enum { LINKS_MAX = 40, NAMES_MAX = 100, NAME_KEPT = NAME_MAX - 40 };

/* ---- links ------------------------------------------------------------------------------- */

/* The length of what comes before the last name of a path, with its slash. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* The path of a link becomes that of what it leads to. */
static bool follow_link(char path[PATH_MAX])
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0)
        return false;
    size_t folder = target[0] == '/' ? 0 : folder_length(path);
    if ((size_t)length + folder >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path + folder, target, (size_t)length);
    path[folder + (size_t)length] = 0;
    return true;
}

/* A link that leads to something open, and not to a name. */
static bool is_of_process(const struct stat *link)
{
    struct stat process;
    return stat("/proc/self", &process) == 0 && process.st_dev == link->st_dev;
}

/* ---- in place ---------------------------------------------------------------------------- */

/* A descriptor of our own that /proc/self/fd or /dev/fd names, or -1. It goes on where it stands, which it would
 * not if it were opened by name. */
static int own_descriptor(const char *path)
{
    const char *name = path + folder_length(path);
    struct stat named, open;
    int descriptor = 0;
    if (*name == 0 || strlen(name) > 9)
        return -1;
    for (; *name != 0; name++) {
        if (*name < '0' || *name > '9')
            return -1;
        descriptor = descriptor * 10 + (*name - '0');
    }
    bool is_own = stat(path, &named) == 0 && fstat(descriptor, &open) == 0 && named.st_dev == open.st_dev &&
                  named.st_ino == open.st_ino;
    return is_own ? descriptor : -1;
}

static hf_status begin_in_place(hf__save_file *file, bool is_open_already, hf_error *reterr)
{
    int own = is_open_already ? own_descriptor(file->path) : -1;
    file->is_in_place = true;
    file->descriptor = own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return file->descriptor >= 0 ? HF_OK : hf__fail_system(reterr, errno, "open");
}

/* ---- beside ------------------------------------------------------------------------------ */

/* Nobody else may read the file before it has its permissions. A new file gets those that the system gives new
 * files. (Asking for the umask would set it, for all threads of the program.) */
static hf_status begin_beside(hf__save_file *file, hf_error *reterr)
{
    static _Atomic unsigned turn;
    int kept = (int)strnlen(file->path + folder_length(file->path), NAME_KEPT) + (int)folder_length(file->path);
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        if (snprintf(file->beside, sizeof file->beside, "%.*s.%ld.%u.new", kept, file->path, (long)getpid(),
                     atomic_fetch_add(&turn, 1)) >= (int)sizeof file->beside)
            return hf__fail_system(reterr, ENAMETOOLONG, "create");
        file->descriptor = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->replaces ? 0600 : 0666);
        if (file->descriptor >= 0)
            return HF_OK;
        if (errno != EEXIST) /* left by a process of the same number that was killed */
            break;
    }
    return hf__fail_system(reterr, errno, "create");
}

/* The owner and permissions of the file before. A group that cannot be kept leaves to ours what all may do. */
static bool keep_permissions(const hf__save_file *file)
{
    const struct stat *there = &file->there;
    struct stat made;
    mode_t mode = there->st_mode & 07777;
    if (fstat(file->descriptor, &made) != 0)
        return false;
    if ((made.st_uid != there->st_uid || made.st_gid != there->st_gid) &&
        fchown(file->descriptor, there->st_uid, there->st_gid) != 0) {
        mode &= 0777;
        if (fchown(file->descriptor, (uid_t)-1, there->st_gid) != 0)
            mode = (mode & 0707) | (mode & 7) << 3;
    }
    return fchmod(file->descriptor, mode) == 0;
}

/* ---- all of it --------------------------------------------------------------------------- */

hf_status hf__save_file_begin(hf__save_file *file, const char *path, hf_error *reterr)
{
    memset(file, 0, sizeof *file);
    if (strlen(path) >= sizeof file->path)
        return hf__fail_system(reterr, ENAMETOOLONG, "open");
    strcpy(file->path, path);
    for (unsigned links = 0;; links++) {
        if (lstat(file->path, &file->there) != 0)
            return errno == ENOENT ? begin_beside(file, reterr) : hf__fail_system(reterr, errno, "open");
        if (!S_ISLNK(file->there.st_mode))
            break;
        if (is_of_process(&file->there))
            return begin_in_place(file, true, reterr);
        if (links == LINKS_MAX)
            return hf__fail_system(reterr, ELOOP, "open");
        if (!follow_link(file->path))
            return hf__fail_system(reterr, errno, "readlink");
    }
    file->replaces = S_ISREG(file->there.st_mode);
    return file->replaces ? begin_beside(file, reterr) : begin_in_place(file, false, reterr);
}

hf_status hf__save_file_write(const hf__save_file *file, const char *bytes, size_t length, hf_error *reterr)
{
    while (length > 0) {
        ssize_t written = write(file->descriptor, bytes, length < ((size_t)1 << 30) ? length : (size_t)1 << 30);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (written == 0) {
            return hf__fail_system(reterr, EIO, "write");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) { /* a pipe or terminal that others made so */
            struct pollfd ready = { .fd = file->descriptor, .events = POLLOUT };
            if (poll(&ready, 1, -1) < 0 && errno != EINTR)
                return hf__fail_system(reterr, errno, "poll");
        } else if (errno != EINTR) {
            return hf__fail_system(reterr, errno, "write");
        }
    }
    return HF_OK;
}

hf_status hf__save_file_end(hf__save_file *file, hf_status status, hf_error *reterr)
{
    if (status == HF_OK && file->replaces && !keep_permissions(file))
        status = hf__fail_system(reterr, errno, "chmod");
    if (close(file->descriptor) != 0 && status == HF_OK)
        status = hf__fail_system(reterr, errno, "close");
    if (file->is_in_place)
        return status;
    if (status == HF_OK && rename(file->beside, file->path) != 0)
        status = hf__fail_system(reterr, errno, "rename");
    if (status != HF_OK)
        unlink(file->beside);
    return status;
}

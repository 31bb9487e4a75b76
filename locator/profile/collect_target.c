/* collect_target.c - can a program be recorded? Told from its file, before it is started. */
#define _GNU_SOURCE
#include "collect.h"
#include "trace_session.h"

#include "base/fail.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SCRIPTS_MAX = 4, LINE_MAX_BYTES = 256 };

static hf_status refuse(hf_error *reterr, const char *path, const char *why)
{
    (void)hf__fail(reterr, HF_MISUSE, "%s", why);
    hf__error_set_name(reterr, path);
    return HF_MISUSE;
}

static hf_status find_program(const char *name, char *path, size_t size, hf_error *reterr)
{
    if (strchr(name, '/') != NULL) {
        snprintf(path, size, "%s", name);
        if (access(path, F_OK) == 0)
            return HF_OK;
    } else {
        const char *folders = getenv("PATH");
        if (folders == NULL)
            folders = "/usr/local/bin:/usr/bin:/bin";
        while (*folders != '\0') {
            size_t length = strcspn(folders, ":");
            snprintf(path, size, "%.*s/%s", (int)length, length != 0 ? folders : ".", name);
            struct stat status;
            if (access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode))
                return HF_OK;
            folders += length + (folders[length] == ':');
        }
    }
    (void)hf__fail(reterr, HF_NOT_FOUND, "%s", strchr(name, '/') != NULL ? "no such program" : "no such program in PATH");
    hf__error_set_name(reterr, name);
    return HF_NOT_FOUND;
}

static hf_status check_interpreter(int file, const Elf64_Phdr *part, const char *path, hf_error *reterr)
{
    char loader[LINE_MAX_BYTES] = { 0 };
    size_t size = part->p_filesz < sizeof loader ? (size_t)part->p_filesz : sizeof loader - 1;
    if (pread(file, loader, size, (off_t)part->p_offset) != (ssize_t)size)
        return refuse(reterr, path, "the executable is damaged");
    if (strstr(loader, "ld-musl") != NULL)
        return refuse(reterr, path, "linked to musl, the recorder needs glibc: record a glibc build of it");
    return HF_OK;
}

static bool read_header(int file, Elf64_Ehdr *ret_header)
{
    return pread(file, ret_header, sizeof *ret_header, 0) == (ssize_t)sizeof *ret_header &&
           memcmp(ret_header->e_ident, ELFMAG, SELFMAG) == 0 && ret_header->e_ident[EI_CLASS] == ELFCLASS64 &&
           ret_header->e_machine == EM_X86_64;
}

static bool read_part(int file, const Elf64_Ehdr *header, unsigned index, Elf64_Phdr *ret_part)
{
    off_t at = (off_t)(header->e_phoff + (uint64_t)index * header->e_phentsize);
    return pread(file, ret_part, sizeof *ret_part, at) == (ssize_t)sizeof *ret_part;
}

/* Whether one of these notes is Go's build id. */
static bool has_go_note(const char *notes, size_t length)
{
    Elf64_Nhdr note;
    for (size_t at = 0; at + sizeof note <= length;) {
        memcpy(&note, notes + at, sizeof note);
        at += sizeof note;
        if (note.n_namesz == 4 && at + 4 <= length && memcmp(notes + at, "Go\0", 4) == 0)
            return true;
        size_t name = ((size_t)note.n_namesz + 3) & ~(size_t)3, words = ((size_t)note.n_descsz + 3) & ~(size_t)3;
        at += name + words;
    }
    return false;
}

static bool is_go(int file)
{
    enum { NOTES_BYTES = 4096 };
    char notes[NOTES_BYTES];
    Elf64_Ehdr header;
    Elf64_Phdr part;
    if (!read_header(file, &header))
        return false;
    for (unsigned i = 0; i < header.e_phnum && read_part(file, &header, i, &part); i++) {
        size_t length = part.p_filesz < NOTES_BYTES ? (size_t)part.p_filesz : NOTES_BYTES;
        if (part.p_type == PT_NOTE && pread(file, notes, length, (off_t)part.p_offset) == (ssize_t)length && has_go_note(notes, length))
            return true;
    }
    return false;
}

static hf_status check_elf(int file, const char *path, hf_error *reterr)
{
    Elf64_Ehdr header;
    Elf64_Phdr part;
    if (!read_header(file, &header))
        return refuse(reterr, path, "not a 64-bit x86 executable: record a build for this machine");
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!read_part(file, &header, i, &part))
            return refuse(reterr, path, "the executable is damaged");
        if (part.p_type == PT_INTERP)
            return check_interpreter(file, &part, path, reterr);
    }
    if (is_go(file))
        return refuse(reterr, path, "a Go program: capture its profiles over time, and judge them by `holdfast report`");
    return refuse(reterr, path, "statically linked, nothing can be preloaded: link it dynamically (no -static)");
}

bool hf__collect_is_go(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool found = file >= 0 && is_go(file);
    if (file >= 0)
        close(file);
    return found;
}

/* Rights that the system gives with the file make the loader ignore what is preloaded. */
static bool gains_rights(const char *path, const struct stat *status)
{
    char value[64];
    bool set_user = (status->st_mode & S_ISUID) != 0 && status->st_uid != getuid();
    bool set_group = (status->st_mode & S_ISGID) != 0 && status->st_gid != getgid();
    return set_user || set_group ||
           (geteuid() != 0 && getxattr(path, "security.capability", value, sizeof value) > 0);
}

/* The interpreter of a script, in `path`. */
static bool follow_script(int file, char *path, size_t size)
{
    char line[LINE_MAX_BYTES + 1] = { 0 };
    ssize_t length = pread(file, line, LINE_MAX_BYTES, 0);
    if (length < 3 || line[0] != '#' || line[1] != '!')
        return false;
    char *start = line + 2 + strspn(line + 2, " \t");
    start[strcspn(start, " \t\r\n")] = '\0';
    if (*start == '\0')
        return false;
    snprintf(path, size, "%s", start);
    return true;
}

static hf_status check_file(const char *program, char *path, size_t size, bool *ret_is_script, hf_error *reterr)
{
    struct stat status;
    char magic[SELFMAG] = { 0 };
    hf_status result = HF_OK;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    *ret_is_script = false;
    if (file < 0)
        return refuse(reterr, program, errno == EACCES ? "may not be read or run by this user" : "cannot be opened");
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        result = refuse(reterr, program, "not a file that can be run");
    else if (access(path, X_OK) != 0)
        result = refuse(reterr, program, "may not be run by this user: chmod +x");
    else if (gains_rights(path, &status))
        result = refuse(reterr, program, "runs with other rights (setuid, setgid, capabilities): run it as its owner");
    else if (pread(file, magic, sizeof magic, 0) == (ssize_t)sizeof magic && memcmp(magic, ELFMAG, SELFMAG) == 0)
        result = check_elf(file, program, reterr);
    else if (follow_script(file, path, size))
        *ret_is_script = true;
    else
        result = refuse(reterr, program, "neither an executable nor a script with a first line #!");
    close(file);
    return result;
}

hf_status hf__collect_check_recorder(const char *path, hf_error *reterr)
{
    enum { SIZE_MAX_OF_RECORDER = 16 << 20 };
    struct stat status;
    const char *found = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0 || status.st_size <= 0 || status.st_size > SIZE_MAX_OF_RECORDER) {
        if (file >= 0)
            close(file);
        return refuse(reterr, path, "no recorder, or it may not be read by this user");
    }
    size_t size = (size_t)status.st_size;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return refuse(reterr, path, "cannot be mapped");
    found = memmem(bytes, size, HF__STAMP_WORDS, sizeof HF__STAMP_WORDS - 1);
    size_t left = found != NULL ? size - (size_t)(found - bytes) : 0;
    bool ours = left >= sizeof HF__STAMP_WORDS - 1 + HF__STAMP_LENGTH &&
                memcmp(found + sizeof HF__STAMP_WORDS - 1, HF__TRACE_STAMP, HF__STAMP_LENGTH) == 0;
    munmap((void *)(uintptr_t)bytes, size);
    if (found == NULL)
        return refuse(reterr, path, "this file is no recorder: it is libholdfast_recorder.so, beside the command");
    return ours ? HF_OK : refuse(reterr, path, "this recorder is of another build than the command: install both from one build");
}

hf_status hf__collect_check(const char *program, char *ret_path, size_t path_size, hf_error *reterr)
{
    char path[4096];
    hf_status status = find_program(program, ret_path, path_size, reterr);
    bool is_script = true;
    snprintf(path, sizeof path, "%s", ret_path);
    for (int depth = 0; status == HF_OK && is_script; depth++) {
        if (depth == SCRIPTS_MAX)
            return refuse(reterr, program, "scripts that run scripts that run scripts");
        if (depth > 0 && access(path, F_OK) != 0) {
            (void)hf__fail(reterr, HF_MISUSE, "its first line asks for %s: %s", path, strerror(errno));
            hf__error_set_name(reterr, program);
            return HF_MISUSE;
        }
        status = check_file(program, path, sizeof path, &is_script, reterr);
    }
    return status;
}

/* reach_process.c - stopping a process and reading it. */
#define _GNU_SOURCE
#include "reach_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "room.h"

enum { ROUNDS_MAX = 16, PAGE = 4096, TOUCHED_ASKED_FROM = 1 << 15 };

/* ---- stopping ----------------------------------------------------------------------------------- */

static bool is_stopped(const hf__stopped *stopped, pid_t tid)
{
    for (size_t i = 0; i < stopped->threads_count; i++)
        if (stopped->threads[i].tid == tid)
            return true;
    return false;
}

static void read_registers(hf__stopped_thread *thread)
{
#if defined(__x86_64__)
    struct user_regs_struct all;
    struct iovec into = { &all, sizeof all };
    if (ptrace(PTRACE_GETREGSET, thread->tid, (void *)1 /* NT_PRSTATUS */, &into) != 0)
        return;
    const uint64_t values[HF_REACH_REGISTERS] = { all.rax, all.rbx, all.rcx, all.rdx, all.rsi, all.rdi, all.rbp, all.r8,
                                                  all.r9,  all.r10, all.r11, all.r12, all.r13, all.r14, all.r15, all.rsp };
    memcpy(thread->registers, values, sizeof values);
    thread->stack = all.rsp;
    thread->thread_pointer = all.fs_base;
#else
    (void)thread; /* the recorder knows x86-64 only */
#endif
}

/* Waits until a thread that was asked to stop does. False when it ended instead. */
static bool wait_for_stop(hf__stopped *stopped, pid_t tid, int *ret_signal)
{
    int status;
    pid_t got;
    do
        got = waitpid(tid, &status, __WALL);
    while (got < 0 && errno == EINTR);
    if (got == tid && WIFSTOPPED(status)) {
        *ret_signal = status >> 16 == 0 ? WSTOPSIG(status) : 0; /* an event has no signal to pass on */
        return true;
    }
    if (got == tid && tid == stopped->pid) {
        stopped->leader_ended = true;
        stopped->leader_status = status;
    }
    return false;
}

static hf_status stop_thread(hf__stopped *stopped, pid_t tid, hf_error *reterr)
{
    hf__stopped_thread thread = { .tid = tid };
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0) {
        if (errno == ESRCH && tid != stopped->pid)
            return HF_OK; /* it just ended */
        return hf__fail_system(reterr, errno, "ptrace");
    }
    if (!HF_RESERVE(stopped->threads, stopped->threads_room, stopped->threads_count + 1)) {
        ptrace(PTRACE_DETACH, tid, NULL, NULL);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0 || !wait_for_stop(stopped, tid, &thread.signal))
        return stopped->leader_ended ? hf__fail(reterr, HF_NOT_FOUND, "the process ended") : HF_OK;
    read_registers(&thread);
    stopped->threads[stopped->threads_count++] = thread;
    return HF_OK;
}

/* Stops the threads that /proc lists and that are not stopped yet; how many there were, or -1. */
static int stop_listed(hf__stopped *stopped, hf_error *reterr)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)stopped->pid);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        (void)hf__fail_system(reterr, errno, "threads");
        return -1;
    }
    int stopped_now = 0;
    for (struct dirent *entry; stopped_now >= 0 && (entry = readdir(folder)) != NULL;) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (tid <= 0 || is_stopped(stopped, tid))
            continue;
        size_t before = stopped->threads_count;
        if (stop_thread(stopped, tid, reterr) != HF_OK)
            stopped_now = -1;
        else
            stopped_now += stopped->threads_count > before;
    }
    closedir(folder);
    return stopped_now;
}

hf_status hf__stopped_init(hf__stopped *stopped, pid_t pid, hf_error *reterr)
{
    char path[64];
    *stopped = (hf__stopped){ .pid = pid, .memory = -1, .pages = -1 };
    int found = 1;
    /* A thread that ran while the others were being stopped may have made another one. */
    for (int round = 0; round < ROUNDS_MAX && found > 0; round++)
        found = stop_listed(stopped, reterr);
    if (found < 0)
        return reterr != NULL && reterr->status != HF_OK ? reterr->status : HF_IO;
    stopped->windows = hf__room_zeroed(HF_REACH_WINDOWS, sizeof *stopped->windows);
    if (stopped->windows == NULL)
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    stopped->memory = open(path, O_RDONLY | O_CLOEXEC);
    if (stopped->memory < 0)
        return hf__fail_system(reterr, errno, "memory");
    snprintf(path, sizeof path, "/proc/%d/pagemap", (int)pid);
    stopped->pages = open(path, O_RDONLY | O_CLOEXEC);
    return HF_OK;
}

void hf__stopped_release(hf__stopped *stopped)
{
    for (size_t i = 0; i < stopped->threads_count; i++)
        ptrace(PTRACE_DETACH, stopped->threads[i].tid, NULL, (void *)(intptr_t)stopped->threads[i].signal);
    if (stopped->memory >= 0)
        close(stopped->memory);
    if (stopped->pages >= 0)
        close(stopped->pages);
    hf__room_free(stopped->threads);
    hf__room_free(stopped->windows);
    *stopped = (hf__stopped){ .memory = -1, .pages = -1 };
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* Does any page of [address, address + size) hold something? Reading one that does not would make the system
 * give it memory. */
static bool was_touched(const hf__stopped *stopped, uint64_t address, size_t size)
{
    uint64_t entries[32];
    uint64_t first = address / PAGE, count = (address + size - 1) / PAGE - first + 1;
    while (count > 0) {
        uint64_t asked = count < 32 ? count : 32;
        ssize_t got = pread(stopped->pages, entries, asked * 8, (off_t)(first * 8));
        if (got != (ssize_t)(asked * 8))
            return true;
        for (uint64_t i = 0; i < asked; i++)
            if (entries[i] >> 62 != 0) /* present, or swapped out */
                return true;
        first += asked;
        count -= asked;
    }
    return false;
}

/* Less than a window, all within one. */
static bool read_small(const hf__stopped *stopped, uint64_t address, void *out, size_t size)
{
    uint64_t number = address / HF_REACH_WINDOW_BYTES;
    size_t offset = address % HF_REACH_WINDOW_BYTES;
    hf__reach_window *window = &stopped->windows[number % HF_REACH_WINDOWS];
    if (window->number != number + 1) {
        ssize_t got = pread(stopped->memory, window->bytes, sizeof window->bytes, (off_t)(number * HF_REACH_WINDOW_BYTES));
        window->number = number + 1;
        window->filled = got > 0 ? (size_t)got : 0;
    }
    if (offset + size > window->filled) /* what is before it may not be mapped */
        return pread(stopped->memory, out, size, (off_t)address) == (ssize_t)size;
    memcpy(out, window->bytes + offset, size);
    return true;
}

bool hf__stopped_read(void *user, uint64_t address, void *out, size_t size)
{
    const hf__stopped *stopped = user;
    if (size <= HF_REACH_WINDOW_BYTES / 16 && address % HF_REACH_WINDOW_BYTES + size <= HF_REACH_WINDOW_BYTES)
        return read_small(stopped, address, out, size);
    if (size >= TOUCHED_ASKED_FROM && stopped->pages >= 0 && !was_touched(stopped, address, size))
        return false;
    return pread(stopped->memory, out, size, (off_t)address) == (ssize_t)size;
}

/* ---- mappings ----------------------------------------------------------------------------------- */

static bool put_path(hf__reach_maps *maps, const char *path, uint32_t *ret_offset)
{
    size_t length = strlen(path) + 1;
    if (maps->paths_count > 1 && maps->maps_count > 0) { /* most follow one of the same file */
        uint32_t last = maps->maps[maps->maps_count - 1].path;
        if (strcmp(maps->paths + last, path) == 0) {
            *ret_offset = last;
            return true;
        }
    }
    if (!HF_RESERVE(maps->paths, maps->paths_room, maps->paths_count + length))
        return false;
    memcpy(maps->paths + maps->paths_count, path, length);
    *ret_offset = (uint32_t)maps->paths_count;
    maps->paths_count += length;
    return true;
}

static bool put_map(hf__reach_maps *maps, char *line)
{
    char rights[8], *rest;
    int skipped = 0;
    line[strcspn(line, "\n")] = '\0';
    unsigned long long start = strtoull(line, &rest, 16);
    unsigned long long end = *rest == '-' ? strtoull(rest + 1, &rest, 16) : 0;
    if (end == 0 || sscanf(rest, "%7s %*s %*s %*s %n", rights, &skipped) < 1 || skipped == 0)
        return true;
    const char *name = rest + skipped;
    hf__reach_map map = { .start = start, .end = end, .readable = rights[0] == 'r', .writable = rights[1] == 'w',
                          .shared = rights[3] == 's', .is_stack = strcmp(name, "[stack]") == 0,
                          .is_heap = strcmp(name, "[heap]") == 0 };
    if (name[0] == '/' && !put_path(maps, name, &map.path))
        return false;
    if (!HF_RESERVE(maps->maps, maps->maps_room, maps->maps_count + 1))
        return false;
    maps->maps[maps->maps_count++] = map;
    return true;
}

hf_status hf__reach_maps_read(pid_t pid, hf__reach_maps *ret_maps, hf_error *reterr)
{
    hf__reach_maps maps = { 0 };
    char *line = NULL, path[64];
    size_t room = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return hf__fail_system(reterr, errno, "mappings");
    bool fine = HF_RESERVE(maps.paths, maps.paths_room, 1);
    if (fine)
        maps.paths[maps.paths_count++] = '\0';
    while (fine && getline(&line, &room, file) > 0)
        fine = put_map(&maps, line);
    free(line);
    fclose(file);
    if (!fine) {
        hf__reach_maps_release(&maps);
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    }
    *ret_maps = maps;
    return HF_OK;
}

void hf__reach_maps_release(hf__reach_maps *maps)
{
    hf__room_free(maps->maps);
    hf__room_free(maps->paths);
    *maps = (hf__reach_maps){ 0 };
}

const char *hf__reach_maps_file(const hf__reach_maps *maps, uint64_t address)
{
    for (size_t i = 0; i < maps->maps_count; i++) {
        const hf__reach_map *map = &maps->maps[i];
        if (address < map->start || address >= map->end)
            continue;
        if (map->path == 0 && i > 0 && maps->maps[i - 1].end == map->start)
            map--; /* what is zero at first lies behind what comes from the file */
        return maps->paths + map->path;
    }
    return "";
}

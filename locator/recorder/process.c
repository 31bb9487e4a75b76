/* process.c - starting to record a process: at its first allocation, and again after a fork. */
#define _GNU_SOURCE
#include "recorder.h"
#include "system.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

hf__process hf__self;
__thread hf__thread_local hf__thread __attribute__((tls_model("initial-exec")));

/* Until a page that fork wipes is there, and when recording is off. */
static _Atomic uint32_t not_live;
_Atomic uint32_t *hf__live = &not_live;

extern void *__libc_stack_end;

enum { ENVIRONMENT_MAX = 1 << 16, SESSION_PATH_MAX = 256 };

static void say(const char *text)
{
    static const char prefix[] = "holdfast: recording stopped: ";
    char line[200];
    size_t length = strlen(text);
    if (length > sizeof line - sizeof prefix - 1)
        length = sizeof line - sizeof prefix - 1;
    memcpy(line, prefix, sizeof prefix - 1);
    memcpy(line + sizeof prefix - 1, text, length);
    line[sizeof prefix - 1 + length] = '\n';
    syscall(SYS_write, STDERR_FILENO, line, sizeof prefix + length);
}

void hf__process_stop(const char *reason)
{
    atomic_store(&hf__self.state, HF__OFF);
    atomic_store_explicit(hf__live, 0, memory_order_relaxed);
    if (reason != NULL)
        say(reason);
}

void *hf__map_memory(size_t size)
{
    return hf__map(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

/* The value of our variable in the environment that this image was started with. libc may not be
 * ready to answer yet, and the program may have changed it since. */
static bool find_session_path(char *out, size_t size)
{
    static const char name[] = HF__SESSION_ENVIRONMENT "=";
    bool found = false;
    char *environment = hf__map_memory(ENVIRONMENT_MAX);
    if (environment == NULL)
        return false;
    ssize_t length = hf__read_file("/proc/self/environ", environment, ENVIRONMENT_MAX - 1);
    for (ssize_t at = 0; at < length && !found; at += (ssize_t)strlen(environment + at) + 1) {
        const char *entry = environment + at;
        if (strncmp(entry, name, sizeof name - 1) == 0 && strlen(entry) - (sizeof name - 1) < size) {
            memcpy(out, entry + sizeof name - 1, strlen(entry) - (sizeof name - 1) + 1);
            found = true;
        }
    }
    hf__unmap(environment, ENVIRONMENT_MAX);
    return found;
}

/* How the command tells that this is a recorder of its own build, before it starts a program. */
__attribute__((used)) static const char own_stamp[] = HF__STAMP_WORDS HF__TRACE_STAMP;

/* Of another build, it may have the same size and yet other things in other places. */
static bool is_of_this_build(int file)
{
    const hf__session *head = hf__map(HF__PAGE_ROUND(sizeof *head), MAP_SHARED | MAP_NORESERVE, file);
    if (head == NULL)
        return false;
    const char *stamp = own_stamp + sizeof own_stamp - 1 - HF__STAMP_LENGTH;
    bool is_ours = head->magic == HF__SESSION_MAGIC && memcmp(head->stamp, stamp, HF__STAMP_LENGTH) == 0;
    hf__unmap((void *)(uintptr_t)head, HF__PAGE_ROUND(sizeof *head));
    return is_ours;
}

/* Maps the whole session, once: later nothing has to be opened, whatever the program does to its
 * file descriptors, root or identity. */
static hf__session *map_session(const char *path, const char **ret_why_not)
{
    struct stat status;
    hf__session *session = NULL;
    uint64_t wanted = hf__session_file_size(sizeof(hf__trie));
    int file = hf__open(path, O_RDWR);
    *ret_why_not = "the memory of the session cannot be mapped (other user, other container, or ulimit -v)";
    if (file < 0)
        return NULL;
    if (fstat(file, &status) != 0 || (uint64_t)status.st_size < HF__PAGE_ROUND(sizeof *session) || !is_of_this_build(file))
        *ret_why_not = "this recorder is of another build than the command: install both from one build";
    else if ((uint64_t)status.st_size == wanted)
        session = hf__map(wanted, MAP_SHARED | MAP_NORESERVE, file);
    hf__close(file);
    return session;
}

/* The executable comes before what is preloaded: a malloc in there is called instead of ours. */
static bool program_has_own_malloc(void)
{
    struct dl_find_object first, ours;
    void *called = dlsym(RTLD_DEFAULT, "malloc");
    return called != NULL && _dl_find_object(called, &first) == 0 &&
           _dl_find_object((void *)(uint64_t)program_has_own_malloc, &ours) == 0 &&
           first.dlfo_link_map != ours.dlfo_link_map;
}

/* A forked child has a copy of what its parent's recorder had mapped. */
static void inherit_maps(hf__process_slot *slot, const hf__process_slot *from)
{
    uint32_t count = from != NULL ? atomic_load(&from->own_maps_count) : 0;
    if (count > HF__OWN_MAPS_MAX)
        count = HF__OWN_MAPS_MAX;
    for (uint32_t i = 0; i < count; i++)
        slot->own_maps[i] = from->own_maps[i];
    atomic_store(&slot->own_maps_count, count);
}

static bool claim_slot(hf__session *session, uint32_t parent_process, hf__process_origin origin)
{
    for (uint32_t i = 0; i < HF__PROCESSES_MAX; i++) {
        hf__process_slot *slot = &session->processes[i];
        uint32_t expected = HF__SLOT_FREE;
        if (!atomic_compare_exchange_strong(&slot->state, &expected, HF__SLOT_CLAIMED))
            continue;
        uint32_t used = atomic_load(&session->slots_used);
        while (used <= i && !atomic_compare_exchange_weak(&session->slots_used, &used, i + 1))
            continue;
        uint64_t area = (uint64_t)session + hf__area_offset(i, sizeof(hf__trie));
        slot->number = atomic_fetch_add(&session->next_process, 1) + 1;
        slot->pid = (uint32_t)getpid();
        slot->parent_pid = (uint32_t)getppid();
        slot->parent_process = parent_process;
        slot->origin = origin;
        slot->allocator = hf__real.allocator;
        slot->start_ticks = hf__ticks_now();
        ssize_t length = readlink("/proc/self/exe", slot->path, sizeof slot->path);
        slot->path_length = length > 0 ? (uint32_t)length : 0;
        atomic_store(&slot->period, session->period);
        inherit_maps(slot, hf__self.slot);
        hf__self.slot = slot;
        hf__self.slot_number = i;
        hf__self.number = slot->number;
        hf__self.pid = slot->pid;
        hf__self.modules = (hf__module_entry *)area;
        hf__self.trie = (hf__trie *)(area + HF__MODULES_SIZE);
        if (hf__real.usable != NULL)
            atomic_fetch_or(&slot->flags, HF__PROCESS_HAS_USABLE);
        if (program_has_own_malloc())
            atomic_fetch_or(&slot->flags, HF__PROCESS_OWN_MALLOC);
        atomic_store_explicit(&slot->state, HF__SLOT_LIVE, memory_order_release);
        return true;
    }
    atomic_fetch_add(&session->processes_refused, 1);
    return false;
}

/* The main thread's stack may grow down to its limit, but other mappings can begin 128 MiB below. */
static hf__stack_range main_stack_range(void)
{
    struct rlimit limit;
    uint64_t room = (uint64_t)128 << 20, high = (uint64_t)__libc_stack_end + 64;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < room)
        room = limit.rlim_cur;
    return (hf__stack_range){ high - room, high };
}

/* The code of this object, whose frames are left out of stacks. */
extern const char __executable_start[] __attribute__((weak, visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((weak, visibility("hidden")));

static bool prepare_memory(void)
{
    void *page = hf__map_memory(4096);
    if (page == NULL || madvise(page, 4096, MADV_WIPEONFORK) != 0)
        return false;
    hf__self.shards = hf__map_memory(HF__SHARDS * sizeof *hf__self.shards);
    hf__self.unwinder.rules = hf__map_memory(sizeof(hf__rule_table));
    if (hf__self.shards == NULL || hf__self.unwinder.rules == NULL)
        return false;
    hf__self.unwinder.own_start = (uint64_t)__ehdr_start;
    hf__self.unwinder.own_end = (uint64_t)etext;
    hf__self.unwinder.before_new = hf__module_notice;
    hf__self.unwinder.range_of = hf__range_of;
    hf__self.main_stack = main_stack_range();
    hf__live = page;
    return true;
}

static uint64_t measure_clock(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 16; i++) {
        uint64_t from = hf__ticks_now(), passed = hf__ticks_now() - from;
        least = passed < least ? passed : least;
    }
    return least;
}

static void become_ready(void)
{
    hf__self.clock_ticks = measure_clock();
    hf__self.unwinder.trie = hf__self.trie;
    hf__modules_reset();
    hf__self.generation++;
    atomic_store(hf__live, hf__self.generation);
    atomic_store_explicit(&hf__self.state, HF__READY, memory_order_release);
}

static void start(void)
{
    char path[SESSION_PATH_MAX];
    const char *why_not;
    hf__session *session;
    if (!find_session_path(path, sizeof path)) {
        hf__process_stop(NULL);
        return;
    }
    session = map_session(path, &why_not);
    if (session == NULL) {
        hf__process_stop(why_not);
        return;
    }
    hf__self.session = session;
    hf__self.keeps_releases = session->keeps_releases != 0;
    if (!prepare_memory() || (session->period != 0 && !hf__sample_init()))
        hf__process_stop("out of memory");
    else if (atomic_load(&session->open) == 0)
        hf__process_stop(NULL);
    else if (!claim_slot(session, 0, HF__PROCESS_COMMAND))
        hf__process_stop("too many processes at once");
    else {
        hf__threads_init();
        become_ready();
    }
}

/* In a child that fork made: everything that was private is a copy, everything shared is the
 * parent's. */
static void start_again(void)
{
    uint32_t parent = hf__self.number;
    hf__self.registering = 0;
    hf__self.contexts_lock = 0;
    hf__self.contexts_unused = NULL;
    if (atomic_load(&hf__self.session->open) == 0 ||
        !claim_slot(hf__self.session, parent, HF__PROCESS_FORK)) {
        hf__process_stop(NULL);
        return;
    }
    become_ready();
}

bool hf__process_ready(void)
{
    uint32_t state = atomic_load_explicit(&hf__self.state, memory_order_acquire);
    if (state == HF__READY && atomic_load_explicit(hf__live, memory_order_relaxed) != 0)
        return atomic_load_explicit(&hf__self.session->open, memory_order_relaxed) != 0;
    if (state == HF__OFF)
        return false;
    if (state == HF__STARTING && hf__self.pid == (uint32_t)getpid())
        return false;
    if (!atomic_compare_exchange_strong(&hf__self.state, &state, HF__STARTING))
        return false;
    if (state == HF__COLD_STATE)
        start();
    else
        start_again();
    return atomic_load(&hf__self.state) == HF__READY;
}

/* A program that never allocates is recorded too. */
__attribute__((constructor)) static void at_start(void)
{
    int saved = errno;
    if (hf__real_ready())
        (void)hf__process_ready();
    errno = saved;
}

__attribute__((destructor)) static void at_exit(void)
{
    if (atomic_load(&hf__self.state) != HF__READY || atomic_load(hf__live) == 0)
        return;
    int saved = errno;
    hf__context *context = hf__enter();
    if (context != NULL) {
        atomic_fetch_or(&hf__self.slot->flags, HF__PROCESS_EXITED);
        if (hf__segment_open(context))
            hf__checkpoint_write(context, HF__CHECKPOINT_EXIT, NULL);
        hf__leave(context);
    }
    errno = saved;
}

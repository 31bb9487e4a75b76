/* modules.c - which modules a process has loaded, noticed when a stack first names an address.
 *
 * The list is private, the log of changes is shared with the collector. A module is known by its
 * link map, its range and its unwind table; where one of these changed at an address, the old
 * module is gone: the log says so, and rules, stacks and memos of its range are forgotten. */
#define _GNU_SOURCE
#include "recorder.h"
#include "system.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

typedef struct module {
    uint64_t    start, end;
    const void *table;
    const struct link_map *map;
    uint32_t    number;      /* 0: unloaded */
} module;

static module   list[HF__MODULES_MAX];
static uint32_t count;
static uint32_t last_number;

void hf__modules_reset(void)
{
    count = 0;
    last_number = 0;
}

static bool same(const module *m, const struct dl_find_object *found)
{
    return m->number != 0 && m->start == (uint64_t)found->dlfo_map_start && m->end == (uint64_t)found->dlfo_map_end &&
           m->map == found->dlfo_link_map && m->table == found->dlfo_eh_frame;
}

static hf__module_entry *log_entry(void)
{
    hf__process_slot *slot = hf__self.slot;
    uint32_t head = atomic_load_explicit(&slot->module_head, memory_order_relaxed);
    if (head - atomic_load_explicit(&slot->module_tail, memory_order_acquire) >= HF__MODULES_MAX) {
        atomic_fetch_add(&slot->modules_missed, 1);
        return NULL;
    }
    hf__module_entry *entry = &hf__self.modules[head % HF__MODULES_MAX];
    memset(entry, 0, sizeof *entry);
    entry->node = atomic_load_explicit(&hf__self.trie->count, memory_order_relaxed) + 1;
    return entry;
}

static void log_publish(void)
{
    atomic_fetch_add_explicit(&hf__self.slot->module_head, 1, memory_order_release);
}

static void log_unload(module *m)
{
    hf__module_entry *entry = log_entry();
    if (entry != NULL) {
        entry->change = HF__MODULE_UNLOADED;
        entry->number = m->number;
        log_publish();
    }
    hf__trie_forget(hf__self.trie, m->start, m->end);
    m->number = 0;
}

static void read_notes(hf__module_entry *entry, uint64_t at, uint64_t end)
{
    while (end - at >= sizeof(ElfW(Nhdr)) && at < end) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
        uint64_t name = at + sizeof *note, bytes = name + ((note->n_namesz + 3u) & ~3u);
        uint64_t next = bytes + ((note->n_descsz + 3u) & ~3u);
        if (bytes > end || next > end || next <= at)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp((const void *)name, "GNU", 4) == 0 &&
            note->n_descsz <= HF__BUILD_ID_MAX) {
            memcpy(entry->build_id, (const void *)bytes, note->n_descsz);
            entry->build_id_length = note->n_descsz;
            return;
        }
        at = next;
    }
}

/* Segments and build id, from the headers that the linker put at the start of the mapping. */
static void read_headers(hf__module_entry *entry)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)entry->start;
    if (entry->end - entry->start < 4096 || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > 4096 - sizeof(ElfW(Phdr)))
        return;
    const ElfW(Phdr) *part = (const ElfW(Phdr) *)(entry->start + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum && (uint64_t)(part + i + 1) <= entry->start + 4096; i++) {
        uint64_t start = entry->base + part[i].p_vaddr;
        if (start < entry->start || start > entry->end || part[i].p_memsz > entry->end - start)
            continue;
        if (part[i].p_type == PT_LOAD && (part[i].p_flags & PF_X) != 0 && entry->segment_count < HF__SEGMENTS_MAX)
            entry->segments[entry->segment_count++] =
                (hf__trace_segment){ start, start + part[i].p_memsz, part[i].p_offset };
        else if (part[i].p_type == PT_NOTE && (part[i].p_flags & PF_R) != 0 && entry->build_id_length == 0)
            read_notes(entry, start, start + part[i].p_memsz);
    }
}

/* A name as the loader was given it (dlopen("./plugin.so")) is one from where the program stands, which others do not
 * know: from the root on. */
static void read_name(hf__module_entry *entry, const char *name)
{
    size_t length = 0, left = strlen(name);
    if (name[0] != '/') {
        long folder = syscall(SYS_getcwd, entry->path, sizeof entry->path - 1); /* with its NUL */
        length = folder > 1 && entry->path[0] == '/' ? (size_t)folder - 1 : 0;
        if (length > 1)
            entry->path[length++] = '/';
        if (strncmp(name, "./", 2) == 0) {
            name += 2;
            left -= 2;
        }
    }
    if (left > sizeof entry->path - length)
        left = sizeof entry->path - length;
    memcpy(entry->path + length, name, left);
    entry->path_length = (uint32_t)(length + left);
}

static void read_path(hf__module_entry *entry, const struct link_map *map)
{
    const char *name = map->l_name != NULL ? map->l_name : "";
    if (name[0] == '\0') {
        entry->path_length = hf__self.slot->path_length;
        memcpy(entry->path, hf__self.slot->path, entry->path_length);
    } else if (strncmp(name, "linux-vdso", 10) == 0) {
        entry->path_length = 6;
        memcpy(entry->path, "[vdso]", 6);
    } else {
        read_name(entry, name);
    }
}

static void log_load(const struct dl_find_object *found)
{
    hf__module_entry *entry = log_entry();
    if (entry == NULL || count >= HF__MODULES_MAX)
        return;
    const struct link_map *map = found->dlfo_link_map;
    entry->change = HF__MODULE_LOADED;
    entry->number = ++last_number;
    entry->base = map->l_addr;
    entry->start = (uint64_t)found->dlfo_map_start;
    entry->end = (uint64_t)found->dlfo_map_end;
    read_path(entry, map);
    read_headers(entry);
    list[count++] = (module){ entry->start, entry->end, found->dlfo_eh_frame, map, entry->number };
    log_publish();
}

static void forget_unloaded(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (list[i].number != 0)
            list[kept++] = list[i];
    if (kept == count)
        return;
    count = kept;
    hf__rules_forget(hf__self.unwinder.rules);
    atomic_fetch_add(&hf__self.unwinder.epoch, 1);
}

static bool try_lock(void)
{
    return atomic_exchange_explicit(&hf__self.registering, 1, memory_order_acquire) == 0;
}

static void unlock(void)
{
    atomic_store_explicit(&hf__self.registering, 0, memory_order_release);
}

static bool known(const struct dl_find_object *found)
{
    static _Atomic uint32_t recent;
    uint32_t i = atomic_load_explicit(&recent, memory_order_relaxed);
    if (i < count && same(&list[i], found))
        return true;
    for (i = 0; i < count; i++) {
        if (same(&list[i], found)) {
            atomic_store_explicit(&recent, i, memory_order_relaxed);
            return true;
        }
    }
    return false;
}

void hf__module_notice(uint64_t address)
{
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) != 0)
        return;
    /* Another thread registers, or this one was interrupted while it did: a node may then come
     * before its module; the collector looks again when it writes the node. */
    for (int attempt = 0; !try_lock(); attempt++)
        if (attempt == 1000)
            return;
    if (!known(&found)) {
        for (uint32_t i = 0; i < count; i++)
            if (list[i].start < (uint64_t)found.dlfo_map_end && (uint64_t)found.dlfo_map_start < list[i].end)
                log_unload(&list[i]);
        forget_unloaded();
        log_load(&found);
    }
    unlock();
}

void hf__modules_check(void)
{
    for (int attempt = 0; !try_lock(); attempt++)
        if (attempt == 1000)
            return;
    for (uint32_t i = 0; i < count; i++) {
        struct dl_find_object found;
        if (_dl_find_object((void *)list[i].start, &found) != 0 || !same(&list[i], &found))
            log_unload(&list[i]);
    }
    forget_unloaded();
    unlock();
}

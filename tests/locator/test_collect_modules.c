/* test_collect_modules.c - a stack belongs to the module that was loaded when it was made, however the collector's looks
 * fall between loads, stacks and unloads. */
#define _GNU_SOURCE
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect_inside.h"
#include "trace_read.h"

enum { MODULES = 20000, NODES_EACH = 3, START = 0x10000000, END = 0x20000000, PAUSE_EVERY = 256 };

static void log_change(const hf__collector *collector, hf__module_change change, uint32_t number)
{
    hf__process_slot *slot = &collector->session->processes[0];
    uint32_t head = atomic_load(&slot->module_head);
    while (head - atomic_load(&slot->module_tail) >= HF__MODULES_MAX)
        sched_yield();
    hf__module_entry *entry = &hf__collector_modules(collector, 0)[head % HF__MODULES_MAX];
    *entry = (hf__module_entry){ .change = change, .number = number, .start = START, .end = END,
                                 .node = atomic_load(&hf__collector_trie(collector, 0)->count) + 1 };
    atomic_fetch_add(&slot->module_head, 1);
}

/* As the recorder does: a number first, the rest then. */
static void make_node(const hf__collector *collector)
{
    hf__trie *trie = hf__collector_trie(collector, 0);
    uint32_t number = atomic_fetch_add(&trie->count, 1) + 1;
    if (number % PAUSE_EVERY == 0)
        sched_yield();
    trie->nodes[number].address = START + number;
    atomic_store_explicit(&trie->nodes[number].parent_and_flags, HF__NODE_READY, memory_order_release);
}

/* Modules take turns at one address. */
static void *be_the_program(void *user)
{
    const hf__collector *collector = user;
    for (uint32_t number = 1; number <= MODULES; number++) {
        log_change(collector, HF__MODULE_LOADED, number);
        for (int i = 0; i < NODES_EACH; i++)
            make_node(collector);
        log_change(collector, HF__MODULE_UNLOADED, number);
    }
    atomic_store(&collector->session->open, 0);
    return NULL;
}

static void collect(hf__collector *collector)
{
    hf__trace_file_header header = { .version = HF__TRACE_VERSION, .start_ticks = 1, .ticks_per_second = 1000000000 };
    hf__process_slot *slot;
    pthread_t program;
    memcpy(header.magic, HF__TRACE_MAGIC, sizeof header.magic);
    assert_int_equal(hf__recording_create(collector->options->file, &header, "", &collector->recording, NULL), HF_OK);
    assert_int_equal(hf__session_create(collector, NULL), HF_OK);
    slot = &collector->session->processes[0];
    slot->number = 1;
    slot->pid = (uint32_t)getpid();
    atomic_store(&slot->state, HF__SLOT_LIVE);
    atomic_store(&collector->session->slots_used, 1);
    assert_int_equal(pthread_create(&program, NULL, be_the_program, collector), 0);
    while (atomic_load(&collector->session->open) != 0)
        (void)hf__drain_round(collector);
    assert_int_equal(pthread_join(program, NULL), 0);
    (void)hf__drain_round(collector);
    assert_int_equal(hf__recording_flush(collector->recording, NULL), HF_OK);
    close(collector->processes[0].handle);
    hf__session_destroy(collector);
    hf__drain_release(collector);
    hf__recording_destroy(collector->recording);
}

static void test_collect_modules__stacks_belong_to_what_was_loaded(void **state)
{
    (void)state;
    hf__collect_options options = { .file = memfd_create("recording", MFD_CLOEXEC) };
    hf__collector collector = { .options = &options, .processes = calloc(HF__PROCESSES_MAX, sizeof *collector.processes) };
    hf__trace_reader *reader;
    hf__trace_event event;
    uint32_t loads = 0, unloads = 0, stacks = 0, wrong = 0;
    char path[64];
    assert_true(options.file >= 0);
    assert_non_null(collector.processes);
    collect(&collector);
    snprintf(path, sizeof path, "/proc/self/fd/%d", options.file);
    assert_int_equal(hf__trace_open_file(path, &reader, NULL), HF_OK);
    while (hf__trace_next(reader, &event, NULL) == HF_OK) {
        loads += event.kind == HF__TRACE_MODULE_LOAD;
        unloads += event.kind == HF__TRACE_MODULE_UNLOAD;
        stacks += event.kind == HF__TRACE_STACK;
        if (event.kind == HF__TRACE_STACK && event.stack.module != (event.stack.address - START - 1) / NODES_EACH + 1)
            wrong++;
    }
    hf__trace_close(reader);
    close(options.file);
    free(collector.processes);
    assert_int_equal(loads, MODULES);
    assert_int_equal(unloads, MODULES);
    assert_int_equal(stacks, MODULES * NODES_EACH);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collect_modules__stacks_belong_to_what_was_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

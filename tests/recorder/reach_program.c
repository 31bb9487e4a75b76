/* reach_program.c - blocks that are lost, or that pointers lead to from all the places there are.
 *
 * usage: reach_program WAY      WAY: return, exit (from within), wait (until a signal ends it)
 *
 * Each function below asks for BLOCKS blocks; recorder_reach.c knows what became of them. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCKS = 20 };
#define NOINLINE __attribute__((noinline))

typedef struct node {
    struct node *next;
    char         bytes[48];
} node;

static node *listed;
static void *array_of_globals[BLOCKS];
static void **table;
static __thread void *own_of_thread;
static char *inside;

NOINLINE static void ask_lost(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        char *volatile block = malloc(40);
        block[0] = 1;
    }
}

/* 24 bytes: glibc's lists of free blocks point at their last words. */
NOINLINE static void ask_lost_beside_free(void)
{
    char *between[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        char *volatile block = malloc(24);
        block[0] = 1;
        between[i] = malloc(2000);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(between[i]);
}

NOINLINE static void ask_lost_ring(void)
{
    node *first = NULL, *last = NULL;
    for (int i = 0; i < BLOCKS; i++) {
        node *made = calloc(1, sizeof *made);
        made->next = first;
        first = made;
        last = last != NULL ? last : made;
    }
    last->next = first;
}

NOINLINE static void ask_listed(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        node *made = calloc(1, sizeof *made);
        made->next = listed;
        listed = made;
    }
}

NOINLINE static void ask_globals(void)
{
    for (int i = 0; i < BLOCKS; i++)
        array_of_globals[i] = malloc(100);
}

NOINLINE static void **ask_table(void)
{
    return calloc(BLOCKS, sizeof(void *));
}

NOINLINE static void ask_through_table(void)
{
    table = ask_table();
    for (int i = 0; i < BLOCKS; i++)
        table[i] = malloc(60);
}

/* Only a pointer into the middle is kept, and that in turn leads on. */
NOINLINE static void ask_inside(void)
{
    char *large = calloc(1, 300000);
    void **links = (void **)(large + 4096);
    for (int i = 0; i < BLOCKS; i++)
        links[i] = malloc(33);
    inside = large + 200000;
}

NOINLINE static void **ask_for_stack(void)
{
    void **first = NULL;
    for (int i = 0; i < BLOCKS; i++) {
        void **made = malloc(72);
        *made = first;
        first = made;
    }
    return first;
}

NOINLINE static void ask_for_thread(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        void **made = malloc(80);
        *made = own_of_thread;
        own_of_thread = made;
    }
}

NOINLINE static void ask_mapped(void)
{
    void **mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < BLOCKS; i++)
        mapped[100 + i] = malloc(90);
}

/* A thread that ended: libc keeps its stack, full of pointers to what is lost. */
static void *run_and_end(void *unused)
{
    void *volatile kept[BLOCKS];
    (void)unused;
    for (int i = 0; i < BLOCKS; i++)
        kept[i] = malloc(110);
    (void)kept;
    return NULL;
}

static pthread_barrier_t ready;

static void *run_and_wait(void *unused)
{
    (void)unused;
    void **volatile held = ask_for_stack();
    ask_for_thread();
    pthread_barrier_wait(&ready);
    for (;;)
        pause();
    return (void *)held;
}

int main(int count, char **arguments)
{
    const char *way = count > 1 ? arguments[1] : "return";
    pthread_t thread;
    ask_lost();
    ask_lost_beside_free();
    ask_lost_ring();
    ask_listed();
    ask_globals();
    ask_through_table();
    ask_inside();
    ask_mapped();
    pthread_create(&thread, NULL, run_and_end, NULL);
    pthread_join(thread, NULL);
    pthread_barrier_init(&ready, NULL, 2);
    pthread_create(&thread, NULL, run_and_wait, NULL);
    pthread_barrier_wait(&ready);
    printf("ready\n");
    fflush(stdout);
    if (strcmp(way, "wait") == 0)
        for (;;)
            pause();
    if (strcmp(way, "exit") == 0)
        exit(3);
    return 3;
}

/* lines.c - pieces of text read by a task group, given out in order by the caller.
 *
 *   ring of pieces:   [given][reading][reading][done][reading]     the next to give is the oldest
 *
 * A piece belongs to the task that reads it until it is marked done under the lock, then to the
 * caller, who gives its documents and cuts the next piece into the same place. With one thread there
 * are no tasks: the caller reads the piece itself.
 *
 * Documents are dropped by the thread that read them, each just before that thread reads another one:
 * freed by the caller, they would make every thread wait for the locks of the allocator; freed all at
 * once, they would give memory back to the system that is needed again at once. So batches of documents
 * go from hand to hand:   free -> filled by a task -> given by the caller -> returned -> emptied by a
 * task of the same thread -> free. Every piece under way has one, and every thread may be emptying
 * another: there are just so many. */
#include "task.h"

#include "base/checked.h"
#include "base/misuse.h"

#include <holdfast/lines.h>
#include <holdfast/tasks.h>
#include <pthread.h>
#include <stdatomic.h>

enum { PIECES_PER_THREAD = 3, ALIGNMENT = 16 };
#define PIECE_BYTES ((size_t)256 << 10)

typedef struct numbered {
    hf_document *document; /* held */
    uint64_t     line;     /* from 0 within the piece */
} numbered;

typedef struct batch {
    struct batch *next;   /* among the free or the returned ones */
    numbered     *found;  /* those from `dropped` to `count` are held */
    size_t        count, room, dropped;
    pthread_t     reader;
} batch;

typedef struct reading reading;

typedef struct piece {
    reading  *whole;
    hf_text   text;
    batch    *batch;
    uint64_t  lines; /* line ends seen */
    hf_status status;
    bool      done;
    hf_error  error;
} piece;

struct reading {
    hf_read_options  read;
    hf__memory       memory;
    const hf_cancel *cancel;
    hf_text          rest; /* not cut yet */
    const char      *begin;
    size_t           piece_bytes;
    hf_line_function each;
    void            *context;
    hf_task_group   *group; /* NULL: the caller reads */
    uint64_t         lines, given;
    _Atomic bool     over; /* somebody failed: what is under way may stop */

    pthread_mutex_t lock;
    pthread_cond_t  changed;
    size_t          pieces, oldest, under_way;
    piece          *ring;
    size_t          batch_count;
    batch          *batches, *free, *returned;
};

/* ---- batches ----------------------------------------------------------------------------- */

static void drop_next(batch *self)
{
    if (self->dropped < self->count)
        hf_document_drop(self->found[self->dropped++].document);
}

static void drop_rest(batch *self)
{
    while (self->dropped < self->count)
        drop_next(self);
    self->count = self->dropped = 0;
}

static batch *take_first(batch **list)
{
    batch *first = *list;
    if (first != NULL)
        *list = first->next;
    return first;
}

static void put_back(reading *whole, batch **list, batch *self)
{
    pthread_mutex_lock(&whole->lock);
    self->next = *list;
    *list = self;
    pthread_mutex_unlock(&whole->lock);
}

/* A batch to fill, and one to empty meanwhile, which this thread filled; NULL when there is none. */
static batch *take_batches(reading *whole, batch **ret_old)
{
    pthread_t self = pthread_self();
    pthread_mutex_lock(&whole->lock);
    batch **at = &whole->returned;
    while (*at != NULL && !pthread_equal((*at)->reader, self))
        at = &(*at)->next;
    batch *old = take_first(at), *fresh = take_first(&whole->free);
    if (fresh == NULL && old == NULL)
        old = take_first(&whole->returned); /* of another thread, which has not come to it */
    pthread_mutex_unlock(&whole->lock);
    if (fresh == NULL) {
        drop_rest(old);
        fresh = old;
        old = NULL;
    }
    fresh->reader = self;
    *ret_old = old;
    return fresh;
}

/* ---- one piece --------------------------------------------------------------------------- */

static bool is_blank(hf_text line)
{
    for (size_t i = 0; i < line.length; i++)
        if (line.bytes[i] != ' ' && line.bytes[i] != '\t' && line.bytes[i] != '\r')
            return false;
    return true;
}

static hf_status reserve_one(batch *self, const hf__memory *memory, hf_error *reterr)
{
    if (self->count < self->room)
        return HF_OK;
    size_t room = self->room != 0 ? self->room * 2 : 256, bytes;
    void  *block = self->found;
    if (!hf__size_multiply(room, sizeof *self->found, &bytes))
        return hf__fail(reterr, HF_NO_MEMORY, "lines");
    hf_status status = self->room == 0 ? hf__memory_allocate(memory, bytes, ALIGNMENT, &block, reterr)
                                       : hf__memory_resize(memory, &block, self->room * sizeof *self->found, bytes,
                                                           ALIGNMENT, reterr);
    if (status == HF_OK) {
        self->found = block;
        self->room = room;
    }
    return status;
}

static hf_status read_line(piece *self, hf_text line)
{
    batch *into = self->batch;
    uint64_t bytes_max = self->whole->read.bytes_max;
    if (is_blank(line) && (bytes_max == 0 || line.length <= bytes_max)) /* a longer one is refused, as by streams */
        return HF_OK;
    hf_status status = reserve_one(into, &self->whole->memory, &self->error);
    if (status == HF_OK)
        status = hf_cancel_check(self->whole->cancel);
    if (status == HF_CANCELLED || status == HF_LIMIT_TIME)
        hf__fail(&self->error, status, "reading lines");
    hf_document *document = NULL;
    if (status == HF_OK)
        status = hf_read(line, &self->whole->read, &document, &self->error);
    if (status == HF_EMPTY) /* nothing but a comment: as good as blank */
        return HF_OK;
    if (status == HF_OK)
        into->found[into->count++] = (numbered){ document, self->lines };
    else if (self->error.line > 0)
        self->error.offset += (uint64_t)(line.bytes - self->whole->begin);
    return status;
}

static void read_piece(piece *self)
{
    const char *at = self->text.bytes, *end = at + self->text.length;
    batch      *old;
    self->batch = take_batches(self->whole, &old);
    self->status = HF_OK;
    while (at < end && self->status == HF_OK && !atomic_load_explicit(&self->whole->over, memory_order_relaxed)) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (line_end == NULL)
            line_end = end;
        if (old != NULL)
            drop_next(old);
        self->status = read_line(self, hf_text_of(at, (size_t)(line_end - at)));
        self->lines += self->status == HF_OK;
        at = line_end + 1;
    }
    if (old != NULL) {
        drop_rest(old);
        put_back(self->whole, &self->whole->free, old);
    }
}

static hf_status read_task(hf_task *task, void *capture, hf_error *reterr)
{
    (void)task, (void)reterr;
    piece *self;
    memcpy(&self, capture, sizeof self);
    read_piece(self);
    pthread_mutex_lock(&self->whole->lock);
    self->done = true;
    pthread_cond_signal(&self->whole->changed);
    pthread_mutex_unlock(&self->whole->lock);
    return HF_OK;
}

/* ---- cutting and giving ------------------------------------------------------------------ */

static hf_text cut(reading *whole)
{
    hf_text rest = whole->rest, text = rest;
    if (rest.length > whole->piece_bytes) {
        const char *from = rest.bytes + whole->piece_bytes - 1;
        const char *line_end = memchr(from, '\n', rest.length - whole->piece_bytes + 1);
        if (line_end != NULL)
            text.length = (size_t)(line_end - rest.bytes) + 1;
    }
    whole->rest = hf_text_of(rest.bytes + text.length, rest.length - text.length);
    return text;
}

/* Begins the next piece in a free place of the ring. */
static hf_status begin_piece(reading *whole, hf_error *reterr)
{
    piece *self = &whole->ring[(whole->oldest + whole->under_way) % whole->pieces];
    self->whole = whole;
    self->text = cut(whole);
    self->lines = 0;
    self->done = whole->group == NULL;
    whole->under_way++;
    if (whole->group == NULL) {
        read_piece(self);
        return HF_OK;
    }
    hf_status status = hf_task_start(whole->group, read_task, &self, sizeof self, reterr);
    if (status != HF_OK)
        whole->under_way--; /* never begun */
    return status;
}

static void await_piece(reading *whole, const piece *self)
{
    pthread_mutex_lock(&whole->lock);
    while (!self->done)
        pthread_cond_wait(&whole->changed, &whole->lock);
    pthread_mutex_unlock(&whole->lock);
}

/* Gives the documents of the oldest piece and frees its place. */
static hf_status give_oldest(reading *whole, hf_error *reterr)
{
    piece    *self = &whole->ring[whole->oldest];
    hf_status status = HF_OK;
    await_piece(whole, self);
    for (size_t i = 0; status == HF_OK && i < self->batch->count; i++) {
        const numbered *next = &self->batch->found[i];
        status = whole->each(whole->context, whole->lines + next->line + 1, next->document, reterr);
        whole->given += status == HF_OK;
    }
    put_back(whole, &whole->returned, self->batch);
    if (status == HF_OK && self->status != HF_OK) {
        status = self->status;
        if (self->error.line > 0) /* a place in its line, which is the next after those that were read */
            self->error.line = whole->lines + self->lines + 1;
        if (reterr != NULL)
            *reterr = self->error;
    }
    whole->lines += self->lines;
    whole->oldest = (whole->oldest + 1) % whole->pieces;
    whole->under_way--;
    return status;
}

static hf_status read_all(reading *whole, hf_error *reterr)
{
    hf_status status = HF_OK;
    while (status == HF_OK && (whole->rest.length > 0 || whole->under_way > 0)) {
        while (status == HF_OK && whole->rest.length > 0 && whole->under_way < whole->pieces)
            status = begin_piece(whole, reterr);
        if (status == HF_OK)
            status = give_oldest(whole, reterr);
    }
    return status;
}

/* ---- the call ---------------------------------------------------------------------------- */

static void free_parts(reading *whole)
{
    for (size_t i = 0; whole->batches != NULL && i < whole->batch_count; i++) {
        drop_rest(&whole->batches[i]);
        hf__memory_free(&whole->memory, whole->batches[i].found, whole->batches[i].room * sizeof(numbered), ALIGNMENT);
    }
    hf__memory_free(&whole->memory, whole->batches, whole->batch_count * sizeof(batch), ALIGNMENT);
    hf__memory_free(&whole->memory, whole->ring, whole->pieces * sizeof(piece), ALIGNMENT);
}

static void end_reading(reading *whole)
{
    atomic_store(&whole->over, true);
    for (; whole->under_way > 0; whole->under_way--) {
        await_piece(whole, &whole->ring[whole->oldest]);
        whole->oldest = (whole->oldest + 1) % whole->pieces;
    }
    hf_task_group_destroy(whole->group);
    free_parts(whole);
    pthread_mutex_destroy(&whole->lock);
    pthread_cond_destroy(&whole->changed);
}

/* One thread needs no group, and none more than there are pieces. The ring has room for what the threads are
 * ahead of the caller. */
static hf_status make_parts(reading *whole, unsigned threads_max, hf_error *reterr)
{
    size_t                cuts = whole->rest.length / whole->piece_bytes;
    hf_task_group_options group = { .threads_max = threads_max <= cuts ? threads_max : (unsigned)cuts + 1,
                                    .allocator = whole->memory.allocator, .budget = whole->memory.budget };
    void                 *ring = NULL, *batches = NULL;
    hf_status             status = HF_OK;
    if (threads_max != 1 && whole->rest.length > whole->piece_bytes)
        status = hf_task_group_create(&group, &whole->group, reterr);
    if (status != HF_OK)
        return status;
    unsigned threads = whole->group != NULL ? hf__task_group_threads_max(whole->group) : 1;
    whole->pieces = whole->group != NULL ? (size_t)threads * PIECES_PER_THREAD : 1;
    whole->batch_count = whole->pieces + threads;
    status = hf__memory_allocate(&whole->memory, whole->pieces * sizeof(piece), ALIGNMENT, &ring, reterr);
    if (status == HF_OK)
        whole->ring = memset(ring, 0, whole->pieces * sizeof(piece));
    if (status == HF_OK)
        status = hf__memory_allocate(&whole->memory, whole->batch_count * sizeof(batch), ALIGNMENT, &batches, reterr);
    if (status != HF_OK) {
        hf_task_group_destroy(whole->group);
        free_parts(whole);
        return status;
    }
    whole->batches = memset(batches, 0, whole->batch_count * sizeof(batch));
    for (size_t i = 0; i < whole->batch_count; i++) {
        whole->batches[i].next = whole->free;
        whole->free = &whole->batches[i];
    }
    pthread_mutex_init(&whole->lock, NULL);
    pthread_cond_init(&whole->changed, NULL);
    return HF_OK;
}

hf_status hf_read_lines(hf_text text, const hf_lines_options *options, hf_line_function each, void *context,
                        uint64_t *ret_lines, hf_error *reterr)
{
    static const hf_lines_options defaults = { .read = NULL };
    if (options == NULL)
        options = &defaults;
    reading whole = { .cancel = options->cancel, .rest = text, .begin = text.bytes, .each = each, .context = context };
    if (options->read != NULL)
        whole.read = *options->read;
    if (ret_lines != NULL)
        *ret_lines = 0;
    if (whole.read.text != HF_TEXT_COPIED && whole.read.text != HF_TEXT_BORROWED)
        return hf__misuse(reterr, "lines: the text of one line cannot be consumed");
    whole.piece_bytes = options->piece_bytes != 0 ? options->piece_bytes : PIECE_BYTES;
    whole.memory = (hf__memory){ whole.read.allocator, whole.read.budget };
    hf_status status = make_parts(&whole, options->threads_max, reterr);
    if (status != HF_OK)
        return status;
    status = read_all(&whole, reterr);
    end_reading(&whole);
    if (ret_lines != NULL)
        *ret_lines = whole.given;
    return status;
}

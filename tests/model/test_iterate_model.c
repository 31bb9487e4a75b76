/* test_iterate_model.c - iteration while the container changes, against a list of numbers.
 *
 * The model is a list of members, each of which one iteration after the other has passed or has still ahead:
 *   - next meets the first member that is not passed, and passes it;
 *   - what is added counts as passed when all before it is passed, unless it stands at the end;
 *   - what takes the place of another (move onto a member, swap) takes its mark too;
 *   - the member met last is gone once it is removed, moved, swapped or replaced by a move.
 * Small scope: every sequence of calls on containers of up to four members, arrays and objects, of a
 * document and built anew, with two iterations at once. Large scope: long random programs on up to two
 * thousand members with eight iterations. HOLDFAST_TEST_TIMES=2 makes sequences one call longer, 3 two. */
#include "unit.h"

#include <holdfast/draft.h>
#include <holdfast/read.h>

#include <stdio.h>
#include <string.h>

#include "draft_support.h"
#include "random.h"

enum { ITERS_MAX = 8, MEMBERS_MAX = 4096, NOBODY = -1 };

/* ---- the model --------------------------------------------------------------------------- */

typedef struct member {
    int     id, key;
    uint8_t passed; /* a bit for each iteration */
} member;

typedef struct model {
    member list[MEMBERS_MAX];
    int    count, next_id, next_key;
    int    iters;              /* that are used */
    int    current[ITERS_MAX]; /* id of the member met last; NOBODY */
    bool   is_gone;            /* the container */
} model;

static void model_add(model *m, int at, int id, int key)
{
    uint8_t passed = 0;
    for (int iter = 0; iter < m->iters && at < m->count; iter++) {
        bool all_before = true;
        for (int i = at; i-- > 0 && all_before;)
            all_before = m->list[i].passed & 1 << iter;
        passed |= (uint8_t)(all_before << iter);
    }
    memmove(m->list + at + 1, m->list + at, (size_t)(m->count - at) * sizeof *m->list);
    m->list[at] = (member){ id, key, passed };
    m->count++;
}

static void model_forget(model *m, int id)
{
    for (int iter = 0; iter < m->iters; iter++)
        if (m->current[iter] == id)
            m->current[iter] = NOBODY;
}

static void model_remove(model *m, int at)
{
    model_forget(m, m->list[at].id);
    memmove(m->list + at, m->list + at + 1, (size_t)(m->count - at - 1) * sizeof *m->list);
    m->count--;
}

static int model_find(const model *m, int id)
{
    for (int i = 0; i < m->count; i++)
        if (m->list[i].id == id)
            return i;
    return m->count;
}

/* ---- a program --------------------------------------------------------------------------- */

typedef enum verb {
    NEXT, REMOVE, INSERT, SET, REMOVE_CURRENT, SET_CURRENT, MOVE, MOVE_TO_NEW, SWAP, RENAME, COMPACT, MOVE_ALL, REMOVE_ALL,
    REPLACE_ALL
} verb;

typedef struct call {
    verb verb;
    int  a, b;
} call;

typedef struct program {
    bool          is_object;
    hf_draft     *draft;
    hf_draft_iter iters[ITERS_MAX];
    const char   *at; /* pointer of the container */
    model         model;
    call          calls[8];
    int           length;
} program;

static const char *const verb_names[] = { "next", "remove", "insert", "set", "remove current", "set current", "move",
                                          "move to new", "swap", "rename", "compact", "move all", "remove all",
                                          "replace all" };

static void explain(const program *p, const char *condition, int line)
{
    fprintf(stderr, "%s:%d: %s, %s:", __FILE__, line, condition, p->is_object ? "object" : "array");
    for (int i = 0; i < p->length; i++)
        fprintf(stderr, " %s(%d,%d)", verb_names[p->calls[i].verb], p->calls[i].a, p->calls[i].b);
    fprintf(stderr, "\n");
    abort();
}

#define CHECK(condition)                             \
    do {                                             \
        if (!(condition))                            \
            explain(p, #condition, __LINE__);        \
    } while (0)

/* Values of three shapes, so that slots with text and with chunks of their own move too. */
static hf_item item_of(int id, char room[96])
{
    if (id % 3 == 0)
        return hf_item_i64(id);
    snprintf(room, 96, "%d, a number and words enough that they lie outside of the slot", id);
    return hf_item_text(hf_text_from_cstr(room));
}

static int id_of(hf_value value)
{
    if (hf_is_array(value))
        value = hf_at(value, 0);
    hf_text text = hf_as_text(value, HF_T("")); /* not terminated: strtol would read on */
    if (text.length == 0)
        return (int)hf_as_i64(value, NOBODY);
    int id = 0;
    for (size_t i = 0; i < text.length && text.bytes[i] >= '0' && text.bytes[i] <= '9'; i++)
        id = id * 10 + (text.bytes[i] - '0');
    return id;
}

static const char *key_of(int key, char room[48])
{
    snprintf(room, 48, key % 2 == 0 ? "k%d" : "key %d of more than fourteen", key);
    return room;
}

/* The place of list member `at` (its index may be the count), `key` for objects. */
static hf_place place_at(const program *p, int at, int key, char room[96])
{
    char name[48];
    if (p->is_object)
        snprintf(room, 96, "%s/%s", p->at, key_of(key, name));
    else
        snprintf(room, 96, "%s/%d", p->at, at);
    return hf_place_at(hf_text_from_cstr(room));
}

static hf_place place_of_member(const program *p, int at, char room[96])
{
    return place_at(p, at, p->model.list[at].key, room);
}

/* Members 1, 2, ... ; a third of them arrays that hold their number. */
static void begin(program *p, int members, bool is_built)
{
    char text[1024] = "", key[48];
    size_t length = 0;
    model *m = &p->model;
    m->count = 0;
    m->iters = 0;
    m->is_gone = false;
    for (int id = 1; id <= members; id++) {
        if (length > 0)
            text[length++] = ',';
        if (p->is_object)
            length += (size_t)snprintf(text + length, sizeof text - length, "\"%s\":", key_of(id, key));
        length += (size_t)snprintf(text + length, sizeof text - length, id % 3 == 2 ? "[%d]" : "%d", id);
        m->list[m->count++] = (member){ id, id, 0 };
    }
    m->next_id = m->next_key = members + 1;
    char whole[1100];
    snprintf(whole, sizeof whole, p->is_object ? "{\"before\":[],\"c\":{%s}}" : "{\"before\":[],\"c\":[%s]}", text);
    hf_document *document = read_text(whole);
    p->at = "/c";
    if (is_built) {
        CHECK(hf_draft_create(NULL, &p->draft, NULL) == HF_OK);
        CHECK(hf_draft_set(p->draft, hf_place_at(HF_T("")), hf_item_copy(hf_root(document)), NULL) == HF_OK);
    } else {
        CHECK(hf_edit(document, &p->draft, NULL) == HF_OK);
    }
    hf_document_drop(document);
}

static void begin_iter(program *p)
{
    int iter = p->model.iters++;
    for (int i = 0; i < p->model.count; i++)
        p->model.list[i].passed &= (uint8_t)~(1 << iter);
    p->model.current[iter] = NOBODY;
    CHECK(hf_draft_iter_init(p->draft, hf_place_at(hf_text_from_cstr(p->at)), &p->iters[iter], NULL) == HF_OK);
}

static bool call_next(program *p, int iter)
{
    model *m = &p->model;
    int at = 0;
    while (at < m->count && m->list[at].passed & 1 << iter)
        at++;
    bool has_next = hf_draft_iter_next(&p->iters[iter]);
    CHECK(has_next == (!m->is_gone && at < m->count));
    if (!has_next)
        return false;
    CHECK(p->iters[iter].index == (uint64_t)at && id_of(p->iters[iter].value) == m->list[at].id);
    char key[48];
    if (p->is_object)
        CHECK(hf_text_equal(p->iters[iter].key, hf_text_from_cstr(key_of(m->list[at].key, key))));
    m->list[at].passed |= (uint8_t)(1 << iter);
    m->current[iter] = m->list[at].id;
    return true;
}

static void call_move(program *p, int from, int to)
{
    char one[96], other[96];
    model *m = &p->model;
    hf_place source = place_of_member(p, from, one);
    member moved = m->list[from];
    if (p->is_object) { /* onto the member `to`, which it replaces */
        CHECK(hf_draft_move(p->draft, source, place_of_member(p, to, other), NULL) == HF_OK);
        if (from == to)
            return;
        model_forget(m, m->list[to].id);
        m->list[to].id = moved.id;
        model_forget(m, moved.id);
        model_remove(m, from);
        return;
    }
    /* The place is one of the array without the element. */
    snprintf(other, sizeof other, "%s/%d", p->at, to);
    CHECK(hf_draft_move(p->draft, source, hf_place_at(hf_text_from_cstr(other)), NULL) == HF_OK);
    model_remove(m, from);
    model_add(m, to, moved.id, moved.key);
}

static void call_move_to_new(program *p, int from)
{
    char one[96], other[96];
    model *m = &p->model;
    member moved = m->list[from];
    int key = m->next_key++;
    hf_place source = place_of_member(p, from, one);
    CHECK(hf_draft_move(p->draft, source, place_at(p, m->count - 1, key, other), NULL) == HF_OK);
    model_remove(m, from);
    model_add(m, m->count, moved.id, key);
}

static void call_swap(program *p, int a, int b)
{
    char one[96], other[96];
    model *m = &p->model;
    CHECK(hf_draft_swap(p->draft, place_of_member(p, a, one), place_of_member(p, b, other), NULL) == HF_OK);
    if (a == b)
        return;
    model_forget(m, m->list[a].id);
    model_forget(m, m->list[b].id);
    int id = m->list[a].id;
    m->list[a].id = m->list[b].id;
    m->list[b].id = id;
}

static void call_insert(program *p, int at)
{
    char room[96], key[48];
    model *m = &p->model;
    int id = m->next_id++, name = m->next_key++;
    if (p->is_object)
        CHECK(hf_draft_insert_member(p->draft, hf_place_at(hf_text_from_cstr(p->at)), (uint64_t)at,
                                     hf_text_from_cstr(key_of(name, key)), item_of(id, room), NULL) == HF_OK);
    else {
        char pointer[96];
        CHECK(hf_draft_insert(p->draft, place_at(p, at, 0, pointer), item_of(id, room), NULL) == HF_OK);
    }
    model_add(m, at, id, name);
}

/* Another value at the same place: the member stays the one that it is, under another number. */
static void renumber(model *m, int at, int id)
{
    for (int iter = 0; iter < m->iters; iter++)
        if (m->current[iter] == m->list[at].id)
            m->current[iter] = id;
    m->list[at].id = id;
}

static void call_on_all(program *p, verb what)
{
    model *m = &p->model;
    hf_text at = hf_text_from_cstr(p->at);
    if (what == MOVE_ALL) {
        const char *to = strcmp(p->at, "/c") == 0 ? "/before/0" : "/c";
        CHECK(hf_draft_move(p->draft, hf_place_at(at), hf_place_at(hf_text_from_cstr(to)), NULL) == HF_OK);
        p->at = to;
        return;
    }
    CHECK((what == REMOVE_ALL ? hf_remove(p->draft, at, NULL) : hf_set_array(p->draft, at, NULL)) == HF_OK);
    m->is_gone = true;
    m->count = 0;
    for (int iter = 0; iter < m->iters; iter++)
        m->current[iter] = NOBODY;
}

static void make_call(program *p, const call *c)
{
    char pointer[96], room[96], key[48];
    model *m = &p->model;
    switch (c->verb) {
    case NEXT:
        while (m->iters <= c->a)
            begin_iter(p);
        call_next(p, c->a);
        break;
    case REMOVE:
        CHECK(hf_draft_remove(p->draft, place_of_member(p, c->a, pointer), NULL) == HF_OK);
        model_remove(m, c->a);
        break;
    case INSERT:
        call_insert(p, c->a);
        break;
    case SET:
        CHECK(hf_draft_set(p->draft, place_of_member(p, c->a, pointer), item_of(m->next_id, room), NULL) == HF_OK);
        renumber(m, c->a, m->next_id++);
        break;
    case REMOVE_CURRENT:
        CHECK(hf_draft_remove(p->draft, hf_draft_iter_place(&p->iters[c->a]), NULL) ==
              (m->current[c->a] == NOBODY ? HF_GONE : HF_OK));
        if (m->current[c->a] != NOBODY)
            model_remove(m, model_find(m, m->current[c->a]));
        break;
    case SET_CURRENT:
        CHECK(hf_draft_set(p->draft, hf_draft_iter_place(&p->iters[c->a]), item_of(m->next_id, room), NULL) ==
              (m->current[c->a] == NOBODY ? HF_GONE : HF_OK));
        if (m->current[c->a] != NOBODY)
            renumber(m, model_find(m, m->current[c->a]), m->next_id);
        m->next_id++;
        break;
    case MOVE:
        call_move(p, c->a, c->b);
        break;
    case MOVE_TO_NEW:
        call_move_to_new(p, c->a);
        break;
    case SWAP:
        call_swap(p, c->a, c->b);
        break;
    case RENAME:
        CHECK(hf_draft_rename(p->draft, place_of_member(p, c->a, pointer), hf_text_from_cstr(key_of(m->next_key, key)),
                              NULL) == HF_OK);
        m->list[c->a].key = m->next_key++;
        break;
    case COMPACT:
        CHECK(hf_draft_compact(p->draft, NULL) == HF_OK);
        break;
    default:
        call_on_all(p, c->verb);
    }
}

static void check_content(const program *p)
{
    const model *m = &p->model;
    if (m->is_gone)
        return;
    hf_value container = hf_draft_get(p->draft, hf_place_at(hf_text_from_cstr(p->at)));
    CHECK(hf_count(container) == (uint32_t)m->count);
    char key[48];
    for (int i = 0; i < m->count; i++) {
        CHECK(id_of(hf_at(container, (uint64_t)i)) == m->list[i].id);
        if (p->is_object)
            CHECK(hf_text_equal(hf_key_at(container, (uint64_t)i), hf_text_from_cstr(key_of(m->list[i].key, key))));
    }
}

/* All iterations run to their ends. */
static void end(program *p)
{
    check_draft(p->draft);
    check_content(p);
    for (int iter = 0; iter < p->model.iters; iter++) {
        while (call_next(p, iter))
            continue;
        CHECK(!hf_draft_iter_next(&p->iters[iter]));
        hf_draft_iter_release(&p->iters[iter]);
    }
    CHECK(hf_draft_get_info(p->draft).handles == 0);
    hf_draft_destroy(p->draft);
}

/* ---- every sequence of a small scope ----------------------------------------------------- */

/* The calls that the state after a sequence allows, into `all`. */
static int calls_now(const program *p, call all[128])
{
    const model *m = &p->model;
    int count = 0, last = m->count - 1;
    all[count++] = (call){ NEXT, 0, 0 };
    if (!m->is_gone || m->iters > 1)
        all[count++] = (call){ NEXT, 1, 0 };
    all[count++] = (call){ COMPACT, 0, 0 };
    all[count++] = (call){ REMOVE_CURRENT, 0, 0 };
    all[count++] = (call){ SET_CURRENT, 0, 0 };
    if (m->is_gone)
        return count;
    for (int what = MOVE_ALL; what <= REPLACE_ALL; what++)
        all[count++] = (call){ (verb)what, 0, 0 };
    for (int a = 0; a <= m->count; a++)
        all[count++] = (call){ INSERT, a, 0 };
    for (int a = 0; a < m->count; a++) {
        all[count++] = (call){ REMOVE, a, 0 };
        if (a == 0 || a == last)
            all[count++] = (call){ SET, a, 0 };
        if (p->is_object && a == last)
            all[count++] = (call){ RENAME, a, 0 };
        if (p->is_object)
            all[count++] = (call){ MOVE_TO_NEW, a, 0 };
        for (int b = 0; b < m->count; b++)
            if (a != b)
                all[count++] = (call){ MOVE, a, b };
        for (int b = a + 1; b < m->count; b++)
            all[count++] = (call){ SWAP, a, b };
    }
    return count;
}

/* Runs the sequence of p->length calls to its end; the calls that could follow it. */
static int run_sequence(program *p, int members, bool is_built, call ret_calls[128])
{
    begin(p, members, is_built);
    begin_iter(p);
    for (int i = 0; i < p->length; i++)
        make_call(p, &p->calls[i]);
    int count = calls_now(p, ret_calls);
    end(p);
    return count;
}

/* Runs every sequence of at most `length` calls. Returns how many. */
static long run_all(program *p, int members, bool is_built, int length)
{
    static call choices[8][128];
    int counts[8], taken[8];
    long runs = 1;
    p->length = 0;
    counts[0] = run_sequence(p, members, is_built, choices[0]);
    taken[0] = 0;
    for (int depth = 0; depth >= 0;) {
        if (depth == length || taken[depth] == counts[depth]) {
            depth--;
            continue;
        }
        p->calls[depth] = choices[depth][taken[depth]++];
        p->length = depth + 1;
        runs++;
        counts[depth + 1] = run_sequence(p, members, is_built, choices[depth + 1]);
        taken[++depth] = 0;
    }
    return runs;
}

static void every_sequence(bool is_object)
{
    static program p;
    p.is_object = is_object;
    int more = (int)(random_rounds(1) < 3 ? random_rounds(1) : 3) - 1;
    long runs = 0;
    for (int members = 0; members <= 4; members++)
        for (int is_built = 0; is_built < 2; is_built++)
            runs += run_all(&p, members, is_built, (members <= 1 ? 4 : members <= 2 ? 3 : 2 + !is_built * (members < 4)) + more);
    print_message("%ld sequences\n", runs);
    assert_true(runs > 1000);
}

static void test_iterate_model__every_sequence_on_small_arrays(void **state)
{
    (void)state;
    every_sequence(false);
}

static void test_iterate_model__every_sequence_on_small_objects(void **state)
{
    (void)state;
    every_sequence(true);
}

/* ---- random programs of a large one ------------------------------------------------------ */

static call some_call(program *p, uint64_t *random)
{
    const model *m = &p->model;
    int a = m->count > 0 ? (int)random_below(random, (uint64_t)m->count) : 0;
    int b = m->count > 0 ? (int)random_below(random, (uint64_t)m->count) : 0;
    int iter = (int)random_below(random, ITERS_MAX);
    uint64_t choice = random_below(random, 100);
    bool is_full = m->count >= MEMBERS_MAX / 2;
    if (choice < 40 || m->count == 0)
        return choice % 4 == 0 && !is_full ? (call){ INSERT, a, 0 } : (call){ NEXT, iter, 0 };
    if (choice < 62)
        return is_full ? (call){ REMOVE, a, 0 } : (call){ INSERT, choice < 50 ? m->count : a, 0 };
    if (choice < 76)
        return (call){ REMOVE, a, 0 };
    if (choice < 82)
        return (call){ iter < m->iters ? REMOVE_CURRENT : NEXT, iter, 0 };
    if (choice < 86)
        return (call){ iter < m->iters ? SET_CURRENT : NEXT, iter, 0 };
    if (choice < 89)
        return (call){ SET, a, 0 };
    if (choice < 92)
        return (call){ a != b ? MOVE : NEXT, a != b ? a : iter, b };
    if (choice < 95)
        return (call){ SWAP, a, b };
    if (choice < 97)
        return (call){ p->is_object ? RENAME : SET, a, 0 };
    if (choice < 99)
        return (call){ p->is_object ? MOVE_TO_NEW : SET, a, 0 };
    return (call){ choice % 8 == 0 ? COMPACT : MOVE_ALL, 0, 0 };
}

static void run_random(uint64_t seed, bool is_object)
{
    enum { CALLS = 4000, CHECK_EACH = 500 };
    static program shared;
    program *p = &shared;
    uint64_t random = seed * 2 + 1;
    p->is_object = is_object;
    p->length = 0;
    begin(p, (int)random_below(&random, 12), seed % 2);
    for (int i = 0; i < CALLS; i++) {
        p->calls[0] = some_call(p, &random);
        p->length = 1;
        make_call(p, &p->calls[0]);
        if (i % CHECK_EACH == 0) {
            check_draft(p->draft);
            check_content(p);
        }
    }
    end(p);
}

static void test_iterate_model__random_programs_of_many_iterations(void **state)
{
    (void)state;
    for (long round = 0; round < random_rounds(4); round++) {
        run_random((uint64_t)round + 1, false);
        run_random((uint64_t)round + 1, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iterate_model__every_sequence_on_small_arrays),
        cmocka_unit_test(test_iterate_model__every_sequence_on_small_objects),
        cmocka_unit_test(test_iterate_model__random_programs_of_many_iterations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

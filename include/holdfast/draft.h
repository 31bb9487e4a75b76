/* draft.h - changing dynamic values.
 *
 * A draft is a document being edited. hf_edit makes one of a document and copies nothing: containers
 * on the path of a change are copied, one level each, when they are first changed. hf_freeze makes
 * the next document, which shares what did not change. The document that was edited stays as it is.
 *
 * Caveats first:
 *   - A view (hf_value) of a draft ends at the draft's next change, also one that fails, and when a
 *     handle is taken or an iteration begins: both open containers. Keep a handle (hf_draft_handle)
 *     where a value must be found again: it survives edits, moves and compaction, and answers HF_GONE
 *     when its value was removed. Replacing a value keeps its place: a handle then shows the new one.
 *   - A value has one parent. Moving moves; attaching a value of another document or draft copies or
 *     mounts it, as you ask.
 *   - Inserting into or removing from the middle of a container costs its width (about 1 ns a member).
 *
 * Places are where a change happens: hf_place_at(HF_T("/server/port")), hf_place_of, hf_place_member,
 * hf_place_element, hf_place_below. Items are what is put there: hf_item_u64(9090), hf_item_text,
 * hf_item_object, hf_item_copy, hf_item_mount ... Both are plain values; what they point to is
 * borrowed for the call, and may come out of the same draft.
 *
 * Failure: a call that fails has changed nothing that a reader can see; reterr names the place.
 * Threads: a draft belongs to one thread at a time.
 * Memory: what a draft takes is charged to its budget at every moment, and stays within twice the
 * live size plus 1 MB under any churn; but for the call that leaves a block of an edited document behind,
 * which has what is left of it twice meanwhile. */
#ifndef HOLDFAST_DRAFT_H
#define HOLDFAST_DRAFT_H

#include <holdfast/document.h>
#include <holdfast/foreign.h>

HF_EXTERN_BEGIN

typedef struct hf_draft hf_draft;

typedef struct hf_draft_options {
    const hf_allocator *allocator; /* NULL: the default; also of the documents that freezing makes. Borrowed
                                      until these are gone, and later versions of them (memory.h) */
    hf_budget          *budget;    /* NULL: the process budget; held */
    uint32_t            depth_max; /* of the frozen document; 0: 2^24 */
    uint32_t            reserved_32;
    uint64_t            bytes_max; /* of what freezing writes; 0: 2^44 */
    uint64_t            reserved[4];
} hf_draft_options;

/* ---- life -------------------------------------------------------------------------------- */

/* A draft whose root is null. options: NULL for the defaults. ret_draft: owned. */
HF_API HF_NODISCARD hf_status hf_draft_create(const hf_draft_options *options, hf_draft **ret_draft,
                                              hf_error *reterr);
/* A draft of `document`, nothing copied; holds the document's block, and what borrowed text it points into
 * must stay. ret_draft: owned. */
HF_API HF_NODISCARD hf_status hf_edit(const hf_document *document, hf_draft **ret_draft, hf_error *reterr);
HF_API HF_NODISCARD hf_status hf_edit_with(const hf_document *document, const hf_draft_options *options,
                                           hf_draft **ret_draft, hf_error *reterr);
/* Ends without a document. NULL is fine. */
HF_API void hf_draft_destroy(hf_draft *draft);
/* The next document; consumes *draft and sets it to NULL, also on failure. Costs what changed: what
 * did not is shared with the documents before. ret_document: owned (one hold). */
HF_API HF_NODISCARD hf_status hf_freeze(hf_draft **draft, hf_document **ret_document, hf_error *reterr);
/* The root value; a view. Absent for NULL. */
HF_API hf_value hf_draft_root(const hf_draft *draft);

/* ---- places ------------------------------------------------------------------------------ */

/* A value of one draft, by identity; in another draft it is gone. Plain data; all zero is never a handle. */
typedef struct hf_handle {
    uint64_t serial;
    uint32_t id;
    uint32_t reserved;
} hf_handle;

typedef struct hf_place {
    hf_handle from;  /* id 0: the root */
    hf_text   text;  /* JSON Pointer below `from`, or a key */
    uint64_t  index;
    uint32_t  kind;
    uint32_t  reserved;
} hf_place;

enum { HF__PLACE_POINTER, HF__PLACE_MEMBER, HF__PLACE_ELEMENT };

static inline hf_place hf__place(hf_handle from, uint32_t kind, hf_text text, uint64_t index)
{
    hf_place place = { from, text, index, kind, 0 };
    return place;
}
/* By JSON Pointer (RFC 6901) from the root; "" is the root itself, "-" behind the last element. */
static inline hf_place hf_place_at(hf_text pointer)
{
    hf_handle root = { 0, 0, 0 };
    return hf__place(root, HF__PLACE_POINTER, pointer, 0);
}
/* The value of a handle. */
static inline hf_place hf_place_of(hf_handle handle)
{
    hf_text none = { NULL, 0 };
    return hf__place(handle, HF__PLACE_POINTER, none, 0);
}
/* By JSON Pointer below the value of a handle. */
static inline hf_place hf_place_below(hf_handle handle, hf_text pointer)
{
    return hf__place(handle, HF__PLACE_POINTER, pointer, 0);
}
/* The member `key` of the object of a handle; an all-zero handle is the root. */
static inline hf_place hf_place_member(hf_handle object, hf_text key)
{
    return hf__place(object, HF__PLACE_MEMBER, key, 0);
}
/* Element `index` of an array, or member `index` of an object. */
static inline hf_place hf_place_element(hf_handle container, uint64_t index)
{
    hf_text none = { NULL, 0 };
    return hf__place(container, HF__PLACE_ELEMENT, none, index);
}

/* What is at a place: a view, absent when there is nothing. */
HF_API hf_value hf_draft_get(const hf_draft *draft, hf_place place);

/* A handle for the value at `place`; opens the containers on its path. Free it with
 * hf_handle_release or let it end with its value or its draft. HF_NOT_FOUND. */
HF_API HF_NODISCARD hf_status hf_draft_handle(hf_draft *draft, hf_place place, hf_handle *ret_handle,
                                              hf_error *reterr);
/* The value of a handle as a view. HF_GONE when it was removed or the handle was released. */
HF_API HF_NODISCARD hf_status hf_handle_get(const hf_draft *draft, hf_handle handle, hf_value *ret_value);
/* The handle is good no more. A handle that is gone is fine. */
HF_API void hf_handle_release(hf_draft *draft, hf_handle handle);

/* ---- items ------------------------------------------------------------------------------- */

typedef struct hf_item {
    uint32_t               kind;
    uint32_t               reserved;
    uint64_t               bits;
    hf_text                text;
    hf_value               value;
    const hf_foreign_hooks *hooks;
    void                  *object;
} hf_item;

enum {
    HF__ITEM_NULL, HF__ITEM_BOOL, HF__ITEM_I64, HF__ITEM_U64, HF__ITEM_DOUBLE, HF__ITEM_NUMBER, HF__ITEM_TEXT,
    HF__ITEM_BYTES, HF__ITEM_ARRAY, HF__ITEM_OBJECT, HF__ITEM_COPY, HF__ITEM_MOUNT, HF__ITEM_FOREIGN
};

static inline hf_item hf__item(uint32_t kind, uint64_t bits, hf_text text)
{
    hf_item item;
    memset(&item, 0, sizeof item);
    item.kind = kind;
    item.bits = bits;
    item.text = text;
    return item;
}
static inline hf_item hf_item_null(void) { return hf__item(HF__ITEM_NULL, 0, hf_text_of(NULL, 0)); }
static inline hf_item hf_item_bool(bool value) { return hf__item(HF__ITEM_BOOL, value, hf_text_of(NULL, 0)); }
static inline hf_item hf_item_i64(int64_t value) { return hf__item(HF__ITEM_I64, (uint64_t)value, hf_text_of(NULL, 0)); }
static inline hf_item hf_item_u64(uint64_t value) { return hf__item(HF__ITEM_U64, value, hf_text_of(NULL, 0)); }
/* Must be finite: HF_NOT_REPRESENTABLE. */
static inline hf_item hf_item_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return hf__item(HF__ITEM_DOUBLE, bits, hf_text_of(NULL, 0));
}
/* A number by its JSON spelling, kept byte for byte; HF_BAD_NUMBER. */
static inline hf_item hf_item_number(hf_text spelling) { return hf__item(HF__ITEM_NUMBER, 0, spelling); }
/* Copied; HF_BAD_UTF8. */
static inline hf_item hf_item_text(hf_text text) { return hf__item(HF__ITEM_TEXT, 0, text); }
static inline hf_item hf_item_bytes(hf_text bytes) { return hf__item(HF__ITEM_BYTES, 0, bytes); }
/* Empty ones, to be filled. */
static inline hf_item hf_item_array(void) { return hf__item(HF__ITEM_ARRAY, 0, hf_text_of(NULL, 0)); }
static inline hf_item hf_item_object(void) { return hf__item(HF__ITEM_OBJECT, 0, hf_text_of(NULL, 0)); }
/* A copy of what the view shows: of a document, of another draft, or of this one. It takes what is
 * stored there: what a container mounts stays mounted, and is held, by the copy too. Small containers
 * that this draft has not changed are shared; a larger one is copied once when it is copied again and
 * again. With links or foreign values in it, and where mounts would nest more than 64 deep, a copy has
 * everything in it: HF_LIMIT_VALUES when that would be more than 2^32 values. */
static inline hf_item hf_item_copy(hf_value value)
{
    hf_item item = hf__item(HF__ITEM_COPY, 0, hf_text_of(NULL, 0));
    item.value = value;
    return item;
}
/* A document's value, its root or a part, shared without copying; the draft, and what is frozen from
 * it, hold the whole document. Copied where mounts would nest more than 64 deep, or where the
 * document only borrows its text. HF_MISUSE for a view of a draft. */
static inline hf_item hf_item_mount(hf_value value)
{
    hf_item item = hf__item(HF__ITEM_MOUNT, 0, hf_text_of(NULL, 0));
    item.value = value;
    return item;
}
/* A value that is not ours (foreign.h). The draft's from a call that succeeds; still yours when the
 * call fails. hooks: borrowed, must outlive every document that has the value. */
static inline hf_item hf_item_foreign(const hf_foreign_hooks *hooks, void *object)
{
    hf_item item = hf__item(HF__ITEM_FOREIGN, 0, hf_text_of(NULL, 0));
    item.hooks = hooks;
    item.object = object;
    return item;
}

/* ---- changes ----------------------------------------------------------------------------- */

/* All of them: HF_NOT_FOUND when a container on the way, or what must exist, does not; HF_WRONG_KIND
 * when a step leads into a scalar; HF_BAD_POINTER; HF_GONE for a handle; HF_OUT_OF_RANGE for an
 * index; HF_NO_MEMORY, HF_LIMIT_BYTES. */

/* Replaces what is there; adds the member when the object has no such key (at the end), appends to
 * an array at "-" or at its length. Of equal keys one is left. */
HF_API hf_status hf_draft_set(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr);
/* Adds: an element before the index (or at "-"), a member at the end; HF_DUPLICATE_KEY. */
HF_API hf_status hf_draft_insert(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr);
/* Adds a member before member `index` (its count: at the end); HF_DUPLICATE_KEY. */
HF_API hf_status hf_draft_insert_member(hf_draft *draft, hf_place object, uint64_t index, hf_text key,
                                        hf_item item, hf_error *reterr);
/* Adds at the end of the array at `array`. */
HF_API hf_status hf_draft_append(hf_draft *draft, hf_place array, hf_item item, hf_error *reterr);
/* Replaces what must be there. */
HF_API hf_status hf_draft_replace(hf_draft *draft, hf_place place, hf_item item, hf_error *reterr);
/* Gives a member another key, its position kept; HF_DUPLICATE_KEY when another member has it. */
HF_API hf_status hf_draft_rename(hf_draft *draft, hf_place member, hf_text key, hf_error *reterr);
/* Takes an element or member out, with all below it; the root becomes null. */
HF_API hf_status hf_draft_remove(hf_draft *draft, hf_place place, hf_error *reterr);
/* Takes the value at `from` away and puts it at `to`, which is found after that, as hf_draft_insert
 * does; an existing member is replaced. HF_CYCLE when `to` lies below `from`. */
HF_API hf_status hf_draft_move(hf_draft *draft, hf_place from, hf_place to, hf_error *reterr);
/* Exchanges two values; HF_CYCLE when one lies below the other. */
HF_API hf_status hf_draft_swap(hf_draft *draft, hf_place a, hf_place b, hf_error *reterr);

/* Short forms by pointer from the root. */
static inline hf_status hf_set_null(hf_draft *draft, hf_text pointer, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_null(), reterr);
}
static inline hf_status hf_set_bool(hf_draft *draft, hf_text pointer, bool value, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_bool(value), reterr);
}
static inline hf_status hf_set_i64(hf_draft *draft, hf_text pointer, int64_t value, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_i64(value), reterr);
}
static inline hf_status hf_set_u64(hf_draft *draft, hf_text pointer, uint64_t value, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_u64(value), reterr);
}
static inline hf_status hf_set_double(hf_draft *draft, hf_text pointer, double value, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_double(value), reterr);
}
static inline hf_status hf_set_text(hf_draft *draft, hf_text pointer, hf_text text, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_text(text), reterr);
}
static inline hf_status hf_set_object(hf_draft *draft, hf_text pointer, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_object(), reterr);
}
static inline hf_status hf_set_array(hf_draft *draft, hf_text pointer, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_array(), reterr);
}
static inline hf_status hf_mount(hf_draft *draft, hf_text pointer, const hf_document *document, hf_error *reterr)
{
    return hf_draft_set(draft, hf_place_at(pointer), hf_item_mount(hf_root(document)), reterr);
}
static inline hf_status hf_remove(hf_draft *draft, hf_text pointer, hf_error *reterr)
{
    return hf_draft_remove(draft, hf_place_at(pointer), reterr);
}

/* ---- iteration while changing ------------------------------------------------------------ */

/* Goes through one container while the draft changes: each member is seen at most once, a removed one
 * never, one that stays exactly once. One that is inserted ahead of the iteration is seen; one right
 * where it stands, before the member that comes next, is not. A move counts as a removal and an
 * insertion; values that are swapped, or moved onto another, take the other's place in the order.
 * The container may move meanwhile.
 *
 *     hf_draft_iter iter;
 *     hf_status status = hf_draft_iter_init(draft, hf_place_at(HF_T("/users")), &iter, &error);
 *     while (status == HF_OK && hf_draft_iter_next(&iter))
 *         if (is_stale(iter.value))
 *             status = hf_draft_remove(draft, hf_draft_iter_place(&iter), &error);
 *     hf_draft_iter_release(&iter);
 *
 * `value` and `key` are views: good until the next change. */
typedef struct hf_draft_iter {
    hf_value  value;
    hf_text   key;   /* bytes NULL in arrays */
    uint64_t  index; /* of `value` at the time of hf_draft_iter_next */
    hf_draft *draft;
    hf_handle cursor, seen;
    uint64_t  reserved[2];
} hf_draft_iter;

/* HF_NOT_FOUND, HF_WRONG_KIND for a scalar. On failure nothing must be released. */
HF_API HF_NODISCARD hf_status hf_draft_iter_init(hf_draft *draft, hf_place container, hf_draft_iter *iter,
                                                 hf_error *reterr);
/* False at the end, and when the container was removed. */
HF_API bool hf_draft_iter_next(hf_draft_iter *iter);
/* The member that was seen last; HF_GONE in calls that get it after it was removed or moved. */
HF_API hf_place hf_draft_iter_place(const hf_draft_iter *iter);
/* Zeroed is fine, and so is one whose container is gone; call it before the draft ends. */
HF_API void hf_draft_iter_release(hf_draft_iter *iter);

/* ---- memory ------------------------------------------------------------------------------ */

typedef struct hf_draft_info {
    uint64_t bytes;         /* charged for the draft, the blocks it edits not included */
    uint64_t live_bytes;    /* of these, what is in use: slots, text, tables */
    uint64_t base_bytes;    /* blocks that it refers to */
    uint64_t base_dead;     /* of these, estimated: what the draft shows no more */
    uint64_t opened;        /* containers copied so far */
    uint32_t bases;         /* blocks that it refers to */
    uint32_t handles;       /* good ones, iterations and link targets included */
    uint64_t reserved[4];
} hf_draft_info;

HF_API hf_draft_info hf_draft_get_info(const hf_draft *draft);
/* Gives back what is not in use, and lets go of edited blocks that are mostly dead. Happens by
 * itself where it pays. Handles stay good, views end. On failure nothing has changed. */
HF_API hf_status hf_draft_compact(hf_draft *draft, hf_error *reterr);

/* For gcc and clang: destroys the draft when the variable goes out of scope.
 *     HF_DESTROYED hf_draft *draft = NULL; */
#if defined(__GNUC__)
#define HF_DESTROYED __attribute__((cleanup(hf__destroy_cleanup)))
static inline void hf__destroy_cleanup(hf_draft **draft) { hf_draft_destroy(*draft); }
#endif

HF_EXTERN_END

#endif

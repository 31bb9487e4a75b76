/* value.h - looking at dynamic values.
 *
 * A value is a view: 16 bytes, passed by value, owning nothing. Absent is a view too, so that paths
 * of lookups need no checks in between: hf_get on something absent is absent, hf_as_i64 of it is the
 * fallback.
 *
 * Valid until: a view of a document, while the document is held; a view of a draft, until that
 * draft's next change. Text that comes out of a view is borrowed as long as the view is valid, is
 * not terminated by NUL, and may hold NUL bytes.
 *
 * Mounted documents are transparent: what a view shows is the mounted value, wherever it lies.
 *
 * Threads: documents are immutable, any number of threads may read one at once without a lock.
 * Drafts belong to one thread at a time. */
#ifndef HOLDFAST_VALUE_H
#define HOLDFAST_VALUE_H

#include <holdfast/value_layout.h>

HF_EXTERN_BEGIN

struct hf__home; /* what a value belongs to: a document or a draft */

typedef struct hf_value {
    const struct hf__home *home;
    const hf__slot        *slot; /* NULL: absent */
} hf_value;

typedef enum hf_kind {
    HF_KIND_ABSENT,
    HF_KIND_NULL,
    HF_KIND_BOOL,
    HF_KIND_INT64,
    HF_KIND_UINT64,      /* above INT64_MAX */
    HF_KIND_DOUBLE,
    HF_KIND_NUMBER_TEXT, /* a number that none of the three holds, or that was left unconverted */
    HF_KIND_TEXT,
    HF_KIND_BYTES,
    HF_KIND_ARRAY,
    HF_KIND_OBJECT,
    HF_KIND_LINK,
    HF_KIND_FOREIGN
} hf_kind;

/* ---- what it is -------------------------------------------------------------------------- */

static inline hf_value hf_absent(void)
{
    hf_value value = { NULL, NULL };
    return value;
}
static inline bool hf_is_absent(hf_value value) { return value.slot == NULL; }

/* A view beyond the end of its document or draft: says so and traps, in debug builds of the library. */
HF_API void hf__view_ended(hf_value value);
/* Whether a view shows something. Code compiled without NDEBUG notices one that has ended: debug builds of the
 * library keep what was dropped for a while, as slots of no kind. */
static inline bool hf__shows(hf_value value)
{
#if !defined(NDEBUG)
    if (value.slot != NULL && (value.slot->lo & 15) == HF__NONE)
        hf__view_ended(value);
#endif
    return value.slot != NULL;
}

static inline hf_kind hf_kind_of(hf_value value)
{
    static const uint8_t kinds[16] = {
        HF_KIND_ABSENT, HF_KIND_NULL, HF_KIND_BOOL, HF_KIND_INT64, HF_KIND_UINT64, HF_KIND_DOUBLE,
        HF_KIND_NUMBER_TEXT, HF_KIND_LINK, HF_KIND_TEXT, HF_KIND_TEXT, HF_KIND_ARRAY, HF_KIND_OBJECT,
        HF_KIND_BYTES, HF_KIND_ABSENT, HF_KIND_ABSENT, HF_KIND_FOREIGN
    };
    return hf__shows(value) ? (hf_kind)kinds[value.slot->lo & 15] : HF_KIND_ABSENT;
}
/* "object", "text" ...; static. */
HF_API const char *hf_kind_name(hf_kind kind);

static inline bool hf_is_null(hf_value value) { return hf__shows(value) && hf__kind(value.slot) == HF__NULL; }
static inline bool hf_is_bool(hf_value value) { return hf__shows(value) && hf__kind(value.slot) == HF__BOOL; }
static inline bool hf_is_number(hf_value value) { return hf__shows(value) && hf__is_number(value.slot); }
static inline bool hf_is_text(hf_value value) { return hf__shows(value) && hf__is_text(value.slot); }
static inline bool hf_is_array(hf_value value) { return hf__shows(value) && hf__kind(value.slot) == HF__ARRAY; }
static inline bool hf_is_object(hf_value value) { return hf__shows(value) && hf__kind(value.slot) == HF__OBJECT; }
static inline bool hf_is_container(hf_value value) { return hf__shows(value) && hf__is_container(value.slot); }

/* Elements of an array or members of an object; 0 for anything else. */
static inline uint32_t hf_count(hf_value value) { return hf_is_container(value) ? hf__count(value.slot) : 0; }

/* ---- scalars with a fallback: never fail ------------------------------------------------- */

/* They take the slot, not the view: else the view is put together in memory where nobody needs it. */
HF_API int64_t hf__as_i64_slow(const hf__slot *slot, int64_t fallback);
HF_API uint64_t hf__as_u64_slow(const hf__slot *slot, uint64_t fallback);
HF_API double hf__as_double_slow(const hf__slot *slot, double fallback);

static inline bool hf_as_bool(hf_value value, bool fallback)
{
    return hf_is_bool(value) ? (value.slot->lo & HF__TRUE) != 0 : fallback;
}
/* Any number whose value fits, however it was spelled (3, 3.0, 30e-1); else the fallback. What has a fraction or
 * an exponent is its nearest double: 9007199254740993.0 gives 9007199254740992. */
static inline int64_t hf_as_i64(hf_value value, int64_t fallback)
{
    if (HF_LIKELY(hf__shows(value) && hf__kind(value.slot) == HF__INT64))
        return (int64_t)value.slot->hi;
    return hf__as_i64_slow(value.slot, fallback);
}
static inline uint64_t hf_as_u64(hf_value value, uint64_t fallback)
{
    if (HF_LIKELY(hf__shows(value) && hf__kind(value.slot) == HF__INT64 && (int64_t)value.slot->hi >= 0))
        return value.slot->hi;
    return hf__as_u64_slow(value.slot, fallback);
}
static inline int32_t hf_as_i32(hf_value value, int32_t fallback)
{
    int64_t wide = hf_as_i64(value, INT64_MIN);
    return wide >= INT32_MIN && wide <= INT32_MAX ? (int32_t)wide : fallback;
}
static inline uint32_t hf_as_u32(hf_value value, uint32_t fallback)
{
    uint64_t wide = hf_as_u64(value, UINT64_MAX);
    return wide <= UINT32_MAX ? (uint32_t)wide : fallback;
}
static inline uint16_t hf_as_u16(hf_value value, uint16_t fallback)
{
    uint64_t wide = hf_as_u64(value, UINT64_MAX);
    return wide <= UINT16_MAX ? (uint16_t)wide : fallback;
}
/* Any number, rounded to the nearest double; a magnitude beyond the largest double gives the fallback. */
static inline double hf_as_double(hf_value value, double fallback)
{
    if (HF_LIKELY(hf__shows(value))) {
        if (hf__kind(value.slot) == HF__DOUBLE)
            return hf__double(value.slot);
        if (hf__kind(value.slot) == HF__INT64)
            return (double)(int64_t)value.slot->hi;
    }
    return hf__as_double_slow(value.slot, fallback);
}
static inline hf_text hf_as_text(hf_value value, hf_text fallback)
{
    return hf_is_text(value) ? hf__slot_text(value.slot) : fallback;
}
static inline hf_text hf_as_bytes(hf_value value, hf_text fallback)
{
    return hf__shows(value) && hf__kind(value.slot) == HF__BYTES ? hf__slot_text(value.slot) : fallback;
}

/* ---- scalars, strict --------------------------------------------------------------------- */

/* HF_NOT_FOUND when absent, HF_WRONG_KIND, or HF_OUT_OF_RANGE for a number that does not fit exactly. */
HF_API HF_NODISCARD hf_status hf_to_bool(hf_value value, bool *ret_bool);
HF_API HF_NODISCARD hf_status hf_to_i64(hf_value value, int64_t *ret_number);
HF_API HF_NODISCARD hf_status hf_to_u64(hf_value value, uint64_t *ret_number);
/* HF_OUT_OF_RANGE when the magnitude is beyond the largest double; rounding is no failure. */
HF_API HF_NODISCARD hf_status hf_to_double(hf_value value, double *ret_number);
HF_API HF_NODISCARD hf_status hf_to_text(hf_value value, hf_text *ret_text);

/* A number's spelling in the text it was read from, byte for byte: "0.1000", "1e400". Length 0
 * when the value is no number, was built rather than read, or its text was dropped. */
static inline hf_text hf_number_text(hf_value value)
{
    hf_text none = { NULL, 0 };
    return hf_is_number(value) ? hf__number_source(value.slot) : none;
}

/* ---- members and elements ---------------------------------------------------------------- */

/* The member `key` of an object; of equal keys the last. Absent when there is none, or when
 * `object` is no object. Objects of more than 8 members are indexed at the first lookup (one
 * allocation, counted to the document); if that fails, lookup scans and the answer is the same. */
HF_API hf_value hf_get(hf_value object, hf_text key);
/* Element `index` of an array, or member `index` of an object, from 0, in order. */
HF_API hf_value hf_at(hf_value container, uint64_t index);
/* The key of member `index`; length 0 and bytes NULL when there is none. */
HF_API hf_text hf_key_at(hf_value object, uint64_t index);

/* Going through one container, in order, all equal keys included:
 *
 *     hf_iter iter;
 *     hf_iter_init(&iter, object);
 *     while (hf_iter_next(&iter))
 *         use(iter.key, iter.value);
 *
 * On anything but a container there is nothing to go through. Valid as the view is. For everything
 * below a root, at any depth, see walk.h. */
typedef struct hf_iter {
    hf_value               value;
    hf_text                key;   /* bytes NULL in arrays */
    uint64_t               index; /* of `value`, from 0 */
    const struct hf__home *home;
    const hf__slot        *next;
    uint64_t               reserved[2];
} hf_iter;

HF_API const hf__slot *hf__first_child(hf_value container);
HF_API hf_value hf__resolve(hf_value value);

static inline void hf_iter_init(hf_iter *iter, hf_value container)
{
    memset(iter, 0, sizeof *iter);
    iter->index = UINT64_MAX;
    if (hf_is_container(container)) {
        iter->home = container.home;
        iter->next = container.slot->lo & HF__EDITED ? hf__first_child(container) : container.slot + 1;
    }
}
static inline bool hf_iter_next(hf_iter *iter)
{
    const hf__slot *at = iter->next;
    if (at == NULL || hf__is_close(at))
        return false;
    if (hf__is_key(at))
        iter->key = hf__slot_text(at++);
    iter->value.home = iter->home;
    iter->value.slot = at;
    if (!hf__shows(iter->value))
        return false;
    iter->next = hf__behind(at);
    iter->index++;
    if (HF_UNLIKELY(hf__kind(at) == HF__MOUNT))
        iter->value = hf__resolve(iter->value);
    return true;
}

/* ---- sizes and identity ------------------------------------------------------------------ */

/* Bytes that the value itself takes in its block: its slots (two for a container, not those of its
 * children) and its text outside of the slot. */
static inline uint64_t hf_value_bytes(hf_value value)
{
    if (value.slot == NULL)
        return 0;
    hf__slot_kind kind = hf__kind(value.slot);
    if (kind == HF__LONG_TEXT || kind == HF__BYTES)
        return sizeof(hf__slot) + (value.slot->lo >> 16);
    return hf__is_container(value.slot) ? 2 * sizeof(hf__slot) : sizeof(hf__slot);
}
/* Whether both views show the same place: same owner, same slot. Not equality; see compare.h. */
static inline bool hf_is_same(hf_value a, hf_value b) { return a.slot == b.slot; }

HF_EXTERN_END

#endif

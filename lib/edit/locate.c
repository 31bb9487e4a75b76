/* locate.c - from a place to a slot in a chunk, opening the containers on the way.
 *
 * Looking alone opens nothing: a container is opened once it is known that the next step leads into
 * it, so a call that fails leaves at most containers open that lie on the path to something that is. */
#include "edit/draft_state.h"

enum { SHORT_TOKEN = 256 };

/* ---- steps ------------------------------------------------------------------------------- */

/* One step of a place: a key or a number, or either as a token of a JSON Pointer. */
typedef struct step {
    hf_text text;
    uint64_t index;
    bool    is_token, is_index; /* else a key */
    size_t  end;                /* of the token in the pointer, for errors */
} step;

/* The steps of a place, one by one. */
typedef struct steps {
    const hf_place *place;
    size_t          at; /* in the pointer */
    bool            done;
} steps;

static steps steps_of(const hf_place *place)
{
    steps all = { place, 0, place->kind == HF__PLACE_POINTER && place->text.length == 0 };
    return all;
}

static bool steps_next(steps *all, step *ret_step)
{
    if (all->done)
        return false;
    const hf_place *place = all->place;
    step next = { place->text, place->index, false, place->kind == HF__PLACE_ELEMENT, place->text.length };
    all->done = true;
    if (place->kind == HF__PLACE_POINTER) {
        size_t begin = all->at + 1; /* behind the slash */
        const char *slash = memchr(place->text.bytes + begin, '/', place->text.length - begin);
        next.end = slash != NULL ? (size_t)(slash - place->text.bytes) : place->text.length;
        next.text = hf_text_of(place->text.bytes + begin, next.end - begin);
        next.is_token = true;
        all->at = next.end;
        all->done = slash == NULL;
    }
    *ret_step = next;
    return true;
}

static bool is_pointer(hf_text pointer)
{
    if (pointer.length > 0 && pointer.bytes[0] != '/')
        return false;
    for (size_t i = 0; i < pointer.length; i++)
        if (pointer.bytes[i] == '~' &&
            (i + 1 == pointer.length || (pointer.bytes[i + 1] != '0' && pointer.bytes[i + 1] != '1')))
            return false;
    return true;
}

static bool has_tilde(hf_text token)
{
    return token.length > 0 && memchr(token.bytes, '~', token.length) != NULL;
}

/* The key that a token stands for, into room for token.length bytes. */
static hf_text unescape(hf_text token, char *room)
{
    size_t length = 0;
    for (size_t i = 0; i < token.length; i++) {
        char byte = token.bytes[i];
        if (byte == '~')
            byte = token.bytes[++i] == '0' ? '~' : '/';
        room[length++] = byte;
    }
    return hf_text_of(room, length);
}

/* An index as a pointer spells it: digits without leading zeros. */
static bool index_of(const step *next, uint64_t count, bool may_append, uint64_t *ret_index)
{
    hf_text token = next->text;
    if (!next->is_token) {
        *ret_index = next->index;
        return next->is_index;
    }
    if (may_append && token.length == 1 && token.bytes[0] == '-') {
        *ret_index = count;
        return true;
    }
    if (token.length == 0 || token.length > 19 || (token.length > 1 && token.bytes[0] == '0'))
        return false;
    uint64_t index = 0;
    for (size_t i = 0; i < token.length; i++) {
        unsigned digit = (unsigned char)token.bytes[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        index = index * 10 + digit;
    }
    *ret_index = index;
    return true;
}

hf_status hf__place_fail(const hf_place *place, size_t until, hf_status status, hf_error *reterr)
{
    hf__fail(reterr, status, NULL);
    if (place->kind == HF__PLACE_POINTER)
        hf__error_set_pointer(reterr, place->text.bytes, until);
    return status;
}

hf_status hf__place_keep(hf_draft *draft, hf_place *place, unsigned which, hf_error *reterr)
{
    return place->text.length > 0 ? hf__scratch_keep(draft, &draft->scratch_place[which], &place->text, reterr) : HF_OK;
}

/* ---- looking ----------------------------------------------------------------------------- */

static hf_value start_view(const hf_draft *draft, const hf_place *place)
{
    hf_value value = { &draft->home, draft->chunks[HF__CHUNK_ROOT]->slots };
    if (place->from.id != 0) {
        const hf__pin *pin = hf__pin_find(draft, place->from);
        if (pin == NULL || pin->position == HF__NO_POSITION)
            return hf_absent();
        value.slot = draft->chunks[pin->chunk]->slots + pin->position;
    }
    return hf__resolve(value);
}

/* A member by a token too long to be unescaped on the stack. */
static hf_value scan_for_token(hf_value object, hf_text token)
{
    hf_value found = hf_absent();
    hf_iter iter;
    hf_iter_init(&iter, object);
    while (hf_iter_next(&iter)) {
        size_t at = 0, i = 0;
        for (; i < token.length && at < iter.key.length; i++, at++) {
            char byte = token.bytes[i];
            if (byte == '~')
                byte = token.bytes[++i] == '0' ? '~' : '/';
            if (byte != iter.key.bytes[at])
                break;
        }
        if (i == token.length && at == iter.key.length)
            found = iter.value;
    }
    return found;
}

static hf_value follow(hf_value value, const hf_place *place)
{
    if (place->kind == HF__PLACE_POINTER && !is_pointer(place->text))
        return hf_absent();
    steps all = steps_of(place);
    step next;
    uint64_t index;
    char room[SHORT_TOKEN];
    while (!hf_is_absent(value) && steps_next(&all, &next)) {
        if (hf_is_array(value) || next.is_index)
            value = index_of(&next, 0, false, &index) ? hf_at(value, index) : hf_absent();
        else if (!next.is_token || !has_tilde(next.text))
            value = hf_get(value, next.text);
        else if (next.text.length <= SHORT_TOKEN)
            value = hf_get(value, unescape(next.text, room));
        else
            value = scan_for_token(value, next.text);
    }
    return value;
}

hf_value hf_draft_get(const hf_draft *draft, hf_place place)
{
    if (hf__draft_check(draft, NULL) != HF_OK)
        return hf_absent();
    return follow(start_view(draft, &place), &place);
}

hf_value hf__follow_pointer(hf_value root, hf_text pointer)
{
    const hf_place place = hf_place_at(pointer);
    return follow(root, &place);
}

/* ---- finding a slot ---------------------------------------------------------------------- */

/* The child of the container at (chunk, position) that a step leads to. */
static hf_status take_step(hf_draft *draft, const hf_place *place, const step *next, bool must_exist, hf__spot *spot,
                           hf_error *reterr)
{
    const hf__slot *slot = &draft->chunks[spot->chunk]->slots[spot->position];
    hf_value container = hf__resolve((hf_value){ &draft->home, slot });
    if (!hf_is_container(container))
        return hf__place_fail(place, next->end, HF_WRONG_KIND, reterr);
    bool is_object = hf_is_object(container);
    bool is_edited = container.slot->lo & HF__EDITED;
    bool by_key = is_object && !next->is_index;
    const hf__slot *wanted = NULL;
    uint32_t position = HF__NO_POSITION;
    if (by_key) {
        if (spot->key.text.length <= HF__INLINE_MAX)
            spot->key.text.bytes = NULL; /* its words say all, and the text may move */
        if (is_edited) {
            uint32_t at = hf__chunk_find(draft, hf__chunk_of(draft, container.slot), &spot->key);
            position = at != HF__NO_POSITION ? at + 1 : at;
        } else {
            wanted = hf__index_find_key(container.home, container.slot, &spot->key);
        }
    } else if (!index_of(next, hf_count(container), !must_exist, &spot->index)) {
        return hf__place_fail(place, next->end, next->is_token ? HF_BAD_POINTER : HF_WRONG_KIND, reterr);
    } else if (spot->index < hf_count(container)) {
        position = (uint32_t)(is_object ? 2 * spot->index + 1 : spot->index);
    } else if (must_exist || spot->index > hf_count(container)) {
        return hf__place_fail(place, next->end, must_exist ? HF_NOT_FOUND : HF_OUT_OF_RANGE, reterr);
    }
    if (must_exist && position == HF__NO_POSITION && wanted == NULL)
        return hf__place_fail(place, next->end, HF_NOT_FOUND, reterr);
    uint32_t found, chunk;
    hf_status status = hf__open(draft, spot->chunk, spot->position, wanted, &found, &chunk, reterr);
    if (status != HF_OK)
        return status;
    spot->chunk = chunk;
    spot->position = wanted != NULL ? found + 1 : position;
    spot->has_key = by_key;
    spot->is_root = false;
    return HF_OK;
}

hf_status hf__locate(hf_draft *draft, const hf_place *place, bool must_exist, hf__spot *ret_spot, hf_error *reterr)
{
    hf__spot spot = { HF__CHUNK_ROOT, 0, true, false, { 0, 0, { NULL, 0 } }, 0 };
    if (place->kind == HF__PLACE_POINTER && !is_pointer(place->text))
        return hf__place_fail(place, place->text.length, HF_BAD_POINTER, reterr);
    if (place->from.id != 0) {
        const hf__pin *pin = hf__pin_find(draft, place->from);
        if (pin == NULL || pin->position == HF__NO_POSITION)
            return hf__fail(reterr, HF_GONE, NULL);
        spot.chunk = pin->chunk;
        spot.position = pin->position;
        spot.is_root = pin->chunk == HF__CHUNK_ROOT;
    }
    steps all = steps_of(place);
    step next;
    char room[SHORT_TOKEN];
    while (steps_next(&all, &next)) {
        hf_text key = next.text;
        if (next.is_token && has_tilde(key)) {
            if (key.length > SHORT_TOKEN) {
                hf_status status = hf__scratch_keep(draft, &draft->scratch_key, &key, reterr);
                if (status != HF_OK)
                    return status;
                key = unescape(key, draft->scratch_key.bytes);
            } else {
                key = unescape(key, room);
            }
        }
        spot.key = hf__key_of(key);
        hf_status status = take_step(draft, place, &next, must_exist || !all.done, &spot, reterr);
        if (status != HF_OK)
            return status;
    }
    if (spot.has_key && spot.key.text.length > HF__INLINE_MAX && spot.key.text.bytes == room) {
        hf_status status = hf__scratch_keep(draft, &draft->scratch_key, &spot.key.text, reterr);
        if (status != HF_OK)
            return status;
    }
    *ret_spot = spot;
    return HF_OK;
}

/* iterate.c - going through a container that changes meanwhile.
 *
 * Two pins stand in the container's chunk: where the iteration goes on, and the member seen last.
 * Both follow every insertion and removal, so nothing is met twice and nothing removed is met. */
#include "edit/draft_state.h"

hf_status hf_draft_iter_init(hf_draft *draft, hf_place container, hf_draft_iter *iter, hf_error *reterr)
{
    hf__spot spot;
    uint32_t chunk, unused;
    memset(iter, 0, sizeof *iter);
    hf_status status = hf__draft_check(draft, reterr);
    if (status == HF_OK)
        status = hf__place_keep(draft, &container, 0, reterr);
    if (status == HF_OK)
        status = hf__locate(draft, &container, true, &spot, reterr);
    if (status == HF_OK)
        status = hf__open(draft, spot.chunk, spot.position, NULL, &unused, &chunk, reterr);
    if (status == HF_OK)
        status = hf__pins_reserve(draft, 2, reterr);
    if (status != HF_OK)
        return status;
    uint32_t cursor = hf__pin_add(draft, HF__PIN_ITER, chunk, 0);
    uint32_t seen = hf__pin_add(draft, HF__PIN_SEEN, chunk, HF__NO_POSITION);
    iter->draft = draft;
    iter->index = UINT64_MAX;
    iter->cursor = (hf_handle){ draft->pins[cursor].serial, cursor, 0 };
    iter->seen = (hf_handle){ draft->pins[seen].serial, seen, 0 };
    return HF_OK;
}

bool hf_draft_iter_next(hf_draft_iter *iter)
{
    if (iter->draft == NULL || hf__ended_use(&iter->draft->home))
        return false;
    hf__pin *cursor = hf__pin_find(iter->draft, iter->cursor);
    if (cursor == NULL)
        return false;
    const hf__chunk *chunk = iter->draft->chunks[cursor->chunk];
    if (cursor->position >= chunk->used)
        return false;
    uint32_t step = hf__step_of(chunk), position = cursor->position + step - 1;
    iter->index = cursor->position / step;
    iter->key = chunk->is_object ? hf__slot_text(&chunk->slots[position - 1]) : hf_text_of(NULL, 0);
    iter->value = hf__resolve((hf_value){ &iter->draft->home, &chunk->slots[position] });
    iter->draft->pins[iter->seen.id].position = position;
    cursor->position += step;
    return true;
}

hf_place hf_draft_iter_place(const hf_draft_iter *iter)
{
    return hf_place_of(iter->seen);
}

void hf_draft_iter_release(hf_draft_iter *iter)
{
    if (iter->draft != NULL && !hf__ended_use(&iter->draft->home) && hf__pin_find(iter->draft, iter->cursor) != NULL) {
        hf__pin_remove(iter->draft, iter->cursor.id);
        hf__pin_remove(iter->draft, iter->seen.id);
    }
    memset(iter, 0, sizeof *iter);
}

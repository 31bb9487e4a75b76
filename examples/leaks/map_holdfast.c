/* map_holdfast.c - mechanism 7 with Holdfast: a cache whose bound is never passed. */
#include "gallery.h"

#include <holdfast/cache.h>
#include <holdfast/read.h>
#include <holdfast/walk.h>

#include <stdio.h>
#include <stdlib.h>

static hf_cache *sessions;

static hf_status load_order(void *context, hf_text key, const hf_cache_loading *loading, hf_document **ret_document,
                            hf_error *reterr)
{
    (void)context;
    char   text[GALLERY_REQUEST_MAX];
    size_t length = gallery_request(strtol(key.bytes + sizeof "session-" - 1, NULL, 10), text);
    return hf_read(hf_text_of(text, length), &(hf_read_options){ .budget = loading->budget }, ret_document, reterr);
}

static uint64_t sum_prices(hf_value root)
{
    uint64_t sum = 0;
    hf_walk  walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk))
        if (walk.event == HF_VALUE)
            sum += hf_as_u64(walk.value, 0);
    hf_walk_finish(&walk);
    return sum;
}

static uint64_t answer(long number)
{
    char         key[32];
    hf_document *order = NULL;
    int          length = snprintf(key, sizeof key, "session-%06ld", number);
    if (hf_cache_get(sessions, hf_text_of(key, (size_t)length), NULL, &order, NULL) != HF_OK)
        gallery_fail("the order cannot be read");
    uint64_t sum = sum_prices(hf_root(order));
    hf_document_drop(order);
    return sum;
}

static void begin(void)
{
    if (hf_cache_create(&(hf_cache_options){ .load = load_order, .entries_max = 100 }, &sessions, NULL) != HF_OK)
        gallery_fail("no memory");
}

static void end(void)
{
    hf_cache_destroy(sessions);
}

int main(int count, char **arguments)
{
    return gallery_main(count, arguments, &(gallery_program){ begin, answer, end, gallery_holdfast_mapped });
}

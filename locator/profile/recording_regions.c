/* recording_regions.c - sums over the arenas of one name. */
#include "recording_regions.h"

#include "room.h"

static hf__region_item *item_at(hf__regions *regions, uint32_t number)
{
    if (number >= HF_REGIONS_MAX) {
        regions->left_out = true;
        return NULL;
    }
    if (number >= regions->count) {
        if (!HF_RESERVE(regions->items, regions->room, (size_t)number + 1))
            return NULL;
        memset(regions->items + regions->count, 0, ((size_t)number + 1 - regions->count) * sizeof *regions->items);
        regions->count = (size_t)number + 1;
    }
    return &regions->items[number];
}

/* The item is of that region from here on. */
static void settle(hf__model *model, hf__region_item *item, uint64_t used, uint64_t reserved)
{
    hf__region *region = &model->regions[item->region - 1];
    region->used += used - item->used;
    region->reserved += reserved - item->reserved;
    region->used_peak = region->used > region->used_peak ? region->used : region->used_peak;
    region->reserved_peak = region->reserved > region->reserved_peak ? region->reserved : region->reserved_peak;
    item->used = used;
    item->reserved = reserved;
}

static bool begin(hf__regions *regions, hf__model *model, uint32_t number, hf_text name, uint32_t function)
{
    hf__region_item *item = item_at(regions, number);
    if (item == NULL)
        return regions->left_out;
    uint32_t index = hf__model_region(model, name, function);
    if (index == HF_NONE)
        return false;
    if (item->region != 0) {
        settle(model, item, 0, 0);
        model->regions[item->region - 1].arenas--;
    }
    item->region = index + 1;
    model->regions[index].arenas++;
    model->regions[index].made++;
    return true;
}

bool hf__regions_name(hf__regions *regions, hf__model *model, const hf__trace_event *event, uint32_t function)
{
    hf_text name = hf_text_of(event->region.name.bytes, event->region.name.length);
    return begin(regions, model, event->region.region, name, function);
}

void hf__regions_use(hf__regions *regions, hf__model *model, const hf__trace_event *event)
{
    uint32_t number = event->region_use.region;
    hf__region_item *item = number < regions->count ? &regions->items[number] : NULL;
    if (item == NULL || item->region == 0)
        return;       /* its name was lost, or there were too many */
    bool gone = event->region_use.change == HF__REGION_GONE;
    if (event->region_use.most > item->used)
        settle(model, item, event->region_use.most, item->reserved);
    settle(model, item, gone ? 0 : event->region_use.used, gone ? 0 : event->region_use.reserved);
    if (gone) {
        model->regions[item->region - 1].arenas--;
        item->region = 0;
    }
}

bool hf__regions_inherit(hf__regions *regions, hf__model *model, const hf__regions *parent, const hf__model *from)
{
    for (size_t number = 0; number < parent->count; number++) {
        const hf__region_item *item = &parent->items[number];
        if (item->region == 0)
            continue;
        hf_text name = hf__intern_text(&from->texts, from->regions[item->region - 1].name);
        if (!begin(regions, model, (uint32_t)number, name, HF_NONE))
            return false;
        settle(model, &regions->items[number], item->used, item->reserved);
    }
    return true;
}

void hf__regions_release(hf__regions *regions)
{
    hf__room_free(regions->items);
    *regions = (hf__regions){ 0 };
}

/* focus.c - a --focus that names no function: said, with the names that may have been meant. */
#include "focus.h"

#include "room.h"

enum { SHOWN_MAX = 3 };

bool hf__focus_occurs(const hf__model *model, const char *focus)
{
    hf_text wanted = hf_text_from_cstr(focus);
    for (uint32_t i = 0; i < model->functions_count; i++)
        if (model->functions[i].origin == HF_ORIGIN_OWN && hf_text_equal(hf__model_name(model, i), wanted))
            return true;
    return false;
}

typedef struct name_list {
    char **names; /* ends with NULL */
    size_t count, room;
} name_list;

static bool has_name(const name_list *list, hf_text name)
{
    for (size_t i = 0; i < list->count; i++)
        if (hf_text_equal(hf_text_from_cstr(list->names[i]), name))
            return true;
    return false;
}

static bool add_name(name_list *list, hf_text name)
{
    if (!HF_RESERVE(list->names, list->room, list->count + 2))
        return false;
    char *copy = hf__room_zeroed(name.length + 1, 1);
    if (copy == NULL)
        return false;
    memcpy(copy, name.bytes, name.length);
    list->names[list->count++] = copy;
    list->names[list->count] = NULL;
    return true;
}

static void release_names(name_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        hf__room_free(list->names[i]);
    hf__room_free(list->names);
}

/* What stands behind the last "::" or "." of a name. */
static hf_text last_part(hf_text name)
{
    size_t begin = name.length;
    while (begin > 0 && name.bytes[begin - 1] != ':' && name.bytes[begin - 1] != '.')
        begin--;
    return hf_text_of(name.bytes + begin, name.length - begin);
}

/* The program's own names that come near to `focus`, at most SHOWN_MAX. */
static bool find_near(const hf__model *model, hf_text focus, hf__nearest_call nearest, name_list *ret_near)
{
    name_list all = { 0 };
    bool fine = true;
    for (uint32_t i = 0; fine && i < model->functions_count; i++) {
        hf_text name = hf__model_name(model, i);
        if (model->functions[i].origin != HF_ORIGIN_OWN)
            continue;
        bool same_part = focus.length > 0 && hf_text_equal(last_part(name), last_part(focus));
        if (same_part && ret_near->count < SHOWN_MAX && !has_name(ret_near, name))
            fine = add_name(ret_near, name);
        fine = fine && add_name(&all, name);
    }
    const char *closest = fine && all.count > 0 && nearest != NULL
                              ? nearest(focus.bytes, focus.length, (const char *const *)all.names) : NULL;
    if (closest != NULL && ret_near->count < SHOWN_MAX && !has_name(ret_near, hf_text_from_cstr(closest)))
        fine = add_name(ret_near, hf_text_from_cstr(closest));
    release_names(&all);
    return fine;
}

bool hf__tell_unknown_focus(FILE *out, const hf__model *model, const char *focus, hf__nearest_call nearest)
{
    name_list near = { 0 };
    bool fine = find_near(model, hf_text_from_cstr(focus), nearest, &near);
    if (fine) {
        fprintf(out, "holdfast: --focus %s: no function of that name is among the program's own that asked for memory", focus);
        for (size_t i = 0; i < near.count; i++)
            fprintf(out, "%s'%s'", i == 0 ? "; did you mean " : i + 1 < near.count ? ", " : " or ", near.names[i]);
        fprintf(out, "%s blame is laid without it\n", near.count > 0 ? "?" : ";");
    }
    release_names(&near);
    return fine;
}

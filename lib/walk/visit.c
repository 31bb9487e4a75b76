/* visit.c - see visit.h: each is one loop over hf_walk_next. */
#include <holdfast/visit.h>

hf_walk_end hf_visit(hf_value root, const hf_walk_options *options, hf_visitor *visitor, void *context)
{
    hf_walk walk;
    hf_walk_init(&walk, root, options);
    while (hf_walk_next(&walk)) {
        switch (visitor(&walk, context)) {
        case HF_VISIT_ON:
            break;
        case HF_VISIT_PRUNE:
            hf_walk_prune(&walk);
            break;
        case HF_VISIT_SKIP:
            hf_walk_skip(&walk);
            break;
        case HF_VISIT_STOP:
            hf_walk_stop(&walk);
            break;
        }
    }
    return hf_walk_finish(&walk);
}

/* Goes on to the next value that matches. */
static bool next_match(hf_walk *walk, hf_matcher *matches, void *context)
{
    while (hf_walk_next(walk))
        if (walk->event != HF_LEAVE && walk->event != HF_AGAIN && (matches == NULL || matches(walk, context)))
            return true;
    return false;
}

hf_walk_end hf_count_values(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                            uint64_t *ret_count)
{
    uint64_t count = 0;
    hf_walk walk;
    hf_walk_init(&walk, root, options);
    while (next_match(&walk, matches, context))
        count++;
    *ret_count = count;
    return hf_walk_finish(&walk);
}

static double magnitude(double number)
{
    return number < 0 ? -number : number;
}

hf_walk_end hf_sum_numbers(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                           hf_number_sums *ret_sums)
{
    hf_number_sums sums = { 0, 0, 0, 0 };
    double lost = 0; /* what rounding took from the sum so far */
    hf_walk walk;
    hf_walk_init(&walk, root, options);
    while (next_match(&walk, matches, context)) {
        double number;
        if (!hf_is_number(walk.value) || hf_to_double(walk.value, &number) != HF_OK)
            continue;
        double sum = sums.sum + number;
        lost += magnitude(sums.sum) >= magnitude(number) ? (sums.sum - sum) + number : (number - sum) + sums.sum;
        sums.sum = sum;
        sums.min = sums.count == 0 || number < sums.min ? number : sums.min;
        sums.max = sums.count == 0 || number > sums.max ? number : sums.max;
        sums.count++;
    }
    sums.sum += lost;
    *ret_sums = sums;
    return hf_walk_finish(&walk);
}

hf_walk_end hf_collect(hf_value root, const hf_walk_options *options, hf_matcher *matches, void *context,
                       hf_arena *arena, hf_value **ret_values, size_t *ret_count)
{
    hf_value *values = NULL;
    size_t count = 0, room = 0;
    bool has_memory = true;
    hf_walk walk;
    hf_walk_init(&walk, root, options);
    while (has_memory && next_match(&walk, matches, context)) {
        if (count == room) {
            size_t wanted = room == 0 ? 16 : room * 2;
            hf_value *grown = hf_arena_resize(arena, values, room * sizeof *values, wanted * sizeof *values,
                                              HF_ALIGNOF(hf_value));
            has_memory = grown != NULL;
            if (!has_memory)
                break;
            values = grown;
            room = wanted;
        }
        values[count++] = walk.value;
    }
    hf_walk_end why = hf_walk_finish(&walk);
    if (!has_memory)
        return HF_WALK_NO_MEMORY;
    *ret_values = values;
    *ret_count = count;
    return why;
}

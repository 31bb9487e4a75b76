/* fuzz_pprof.c - whatever is read as a profile is whole: every index lies within its table. */
/* fuzz libraries: z zstd dw */
/* fuzz parts: holdfast_profile */
#include "pprof.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int holds)
{
    if (!holds)
        abort();
}

static void check_whole(const hf__pprof *profile)
{
    expect(profile->strings_count > 0 && profile->strings[0].length == 0);
    expect(profile->values_count == profile->types_count * profile->samples_count);
    for (size_t i = 0; i < profile->samples_count; i++) {
        const hf__pprof_sample *sample = &profile->samples[i];
        expect((size_t)sample->location_first + sample->location_count <= profile->sample_locations_count);
        expect((size_t)sample->label_first + sample->label_count <= profile->labels_count);
    }
    for (size_t i = 0; i < profile->sample_locations_count; i++)
        expect(profile->sample_locations[i] < profile->locations_count);
    for (size_t i = 0; i < profile->locations_count; i++) {
        const hf__pprof_location *location = &profile->locations[i];
        expect((size_t)location->line_first + location->line_count <= profile->lines_count);
        expect(location->mapping == HF_PPROF_NONE || location->mapping < profile->mappings_count);
    }
    for (size_t i = 0; i < profile->lines_count; i++)
        expect(profile->lines[i].function < profile->functions_count);
    for (size_t i = 0; i < profile->functions_count; i++)
        expect(profile->functions[i].name < profile->strings_count && profile->functions[i].file < profile->strings_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const hf__pprof_limits limits = { .bytes_max = 1 << 20, .items_max = 1 << 14, .references_max = 1 << 16 };
    hf__pprof profile;
    if (hf__pprof_read(hf_text_of(data, size), &limits, &profile, NULL) != HF_OK)
        return 0;
    check_whole(&profile);
    hf__pprof_release(&profile);
    return 0;
}

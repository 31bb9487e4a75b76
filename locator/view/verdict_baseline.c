/* verdict_baseline.c - a saved verdict as a baseline, read by the code that `holdfast gen` made of
 * verdict_model.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/fail.h"
#include "room.h"
#include "verdict_model.hf.h"
#include "view.h"

bool hf__is_verdict(hf_text text)
{
    size_t at = 0;
    while (at < text.length && (unsigned char)text.bytes[at] <= ' ')
        at++;
    return at < text.length && text.bytes[at] == '{';
}

hf_status hf__baseline_from_verdict(hf_text text, hf__baseline *ret_baseline, hf_error *reterr)
{
    hf__baseline baseline = { 0 };
    hf__accepted_verdict *accepted = NULL;
    hf_arena arena;
    hf_arena_init(&arena, &(hf_arena_options){ .allocator = hf__room_allocator() });
    hf_decode_options how = { .store = { .arena = &arena, .allocator = hf__room_allocator() } };
    hf_status status = hf__accepted_verdict_decode(text, &how, &accepted, reterr);
    if (status == HF_OK && !HF_RESERVE(baseline.entries, baseline.room, accepted->n_findings))
        status = hf__fail(reterr, HF_NO_MEMORY, NULL);
    for (size_t i = 0; status == HF_OK && i < accepted->n_findings; i++) {
        const hf__accepted_finding *finding = &accepted->findings[i];
        double rate = finding->bytes_per_second != NULL && *finding->bytes_per_second > 0 ? *finding->bytes_per_second : 0;
        if (strcmp(finding->verdict, "leak") == 0 || strcmp(finding->verdict, "undecided") == 0)
            baseline.entries[baseline.count++] = (hf__baseline_entry){ strtoull(finding->fingerprint, NULL, 16), rate };
    }
    hf_arena_release(&arena);
    if (status == HF_OK)
        *ret_baseline = baseline;
    return status;
}

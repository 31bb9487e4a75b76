/* baseline.c - known findings. */
#include "baseline.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/fail.h"
#include "hypothesis.h"
#include "room.h"

static const char heading[] = "# holdfast.baseline/1";

static hf_status refuse(hf_text text, const char *at, const char *words, hf_error *reterr)
{
    hf__fail(reterr, HF_BAD_PROFILE, "%s", words);
    hf__error_set_place(reterr, text.bytes, text.length, (uint64_t)(at - text.bytes));
    return HF_BAD_PROFILE;
}

static hf_status read_line(hf_text text, const char *line, size_t length, hf__baseline *baseline, hf_error *reterr)
{
    char copy[128];
    if (length == 0 || line[0] == '#')
        return HF_OK;
    size_t kept = length < sizeof copy - 1 ? length : sizeof copy - 1;
    memcpy(copy, line, kept);
    copy[kept] = 0;
    char *behind;
    uint64_t fingerprint = strtoull(copy, &behind, 16);
    if (behind != copy + 16 || *behind != ' ')
        return refuse(text, line, "a fingerprint of 16 hexadecimal digits was expected", reterr);
    char *number = behind + 1;
    double rate = strtod(number, &behind);
    if (behind == number || (*behind != ' ' && *behind != 0) || !(rate >= 0))
        return refuse(text, line + (number - copy), "bytes per second were expected", reterr);
    if (!HF_RESERVE(baseline->entries, baseline->room, baseline->count + 1))
        return hf__fail(reterr, HF_NO_MEMORY, NULL);
    baseline->entries[baseline->count++] = (hf__baseline_entry){ fingerprint, rate };
    return HF_OK;
}

hf_status hf__baseline_read(hf_text text, hf__baseline *ret_baseline, hf_error *reterr)
{
    hf__baseline baseline = { 0 };
    if (text.length < sizeof heading - 1 || memcmp(text.bytes, heading, sizeof heading - 1) != 0)
        return refuse(text, text.bytes, "the line \"# holdfast.baseline/1\" was expected", reterr);
    const char *end = text.bytes + text.length;
    for (const char *line = text.bytes; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop != NULL ? stop : end;
        hf_status status = read_line(text, line, (size_t)(stop - line), &baseline, reterr);
        if (status != HF_OK) {
            hf__baseline_release(&baseline);
            return status;
        }
        line = stop + 1;
    }
    *ret_baseline = baseline;
    return HF_OK;
}

void hf__baseline_release(hf__baseline *baseline)
{
    hf__room_free(baseline->entries);
    *baseline = (hf__baseline){ 0 };
}

bool hf__baseline_knows(const hf__baseline *baseline, const hf__finding *finding)
{
    for (size_t i = 0; i < baseline->count; i++) {
        const hf__baseline_entry *entry = &baseline->entries[i];
        double limit = entry->rate * HF_BASELINE_FASTER;
        if (entry->fingerprint == finding->fingerprint &&
            (finding->shape.rate <= limit || finding->shape.rate_low <= limit || finding->verdict == HF_VERDICT_UNDECIDED))
            return true;
    }
    return false;
}

bool hf__baseline_write(FILE *out, const hf__model *model, const hf__judgement *judgement)
{
    fprintf(out, "%s\n", heading);
    for (size_t i = 0; i < judgement->findings_count; i++) {
        const hf__finding *finding = &judgement->findings[i];
        hf_text name = hf__function_name(model, finding->function);
        double rate = finding->shape.rate > 0 ? finding->shape.rate : 0;
        if (finding->verdict == HF_VERDICT_LEAK || finding->verdict == HF_VERDICT_UNDECIDED)
            fprintf(out, "%016" PRIx64 " %.6g %.*s\n", finding->fingerprint, rate, HF_ARG(name));
    }
    return !ferror(out);
}

/* verdict_xml.c - a judgement as JUnit: one test case for each finding, and one for the whole. */
#include <math.h>

#include "hypothesis.h"
#include "view.h"

void hf__put_xml_text(FILE *out, hf_text text)
{
    const uint8_t *at = (const uint8_t *)text.bytes, *end = at + text.length;
    while (at < end) {
        size_t length = hf__utf8_length(at, (size_t)(end - at));
        /* U+FFFE and U+FFFF are no characters to XML. */
        if (length == 0 || (length == 3 && at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe)) {
            fputs("\xef\xbf\xbd", out);
            at += length > 0 ? length : 1;
            continue;
        }
        switch (*at) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        case '"': fputs("&quot;", out); break;
        default:
            /* XML has no way to hold other control characters. */
            if (*at < 0x20 && *at != '\n' && *at != '\t')
                fputc(' ', out);
            else
                fwrite(at, 1, length, out);
            break;
        }
        at += length;
    }
}

static bool fails(const hf__case *shown, size_t index)
{
    const hf__finding *finding = &shown->judgement->findings[index];
    return finding->verdict == HF_VERDICT_LEAK && (shown->known == NULL || !shown->known[index]);
}

bool hf__view_junit(FILE *out, const hf__case *shown)
{
    const hf__judgement *judgement = shown->judgement;
    size_t failures = 0, skipped = 0;
    for (size_t i = 0; i < judgement->findings_count; i++) {
        failures += fails(shown, i);
        skipped += !fails(shown, i) && judgement->findings[i].verdict != HF_VERDICT_FRAGMENTATION;
    }
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                 "<testsuite name=\"holdfast\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n",
            judgement->findings_count + 1, failures, skipped, judgement->seconds);
    fprintf(out, "<testcase classname=\"holdfast\" name=\"memory of the whole program\" time=\"%.3f\"/>\n", judgement->seconds);
    for (size_t i = 0; i < judgement->findings_count; i++) {
        const hf__finding *finding = &judgement->findings[i];
        hf__words words;
        char rate[48];
        hf__explain(shown->model, judgement, finding, &words);
        fputs("<testcase classname=\"holdfast\" name=\"", out);
        hf__put_xml_text(out, hf__function_name(shown->model, finding->function));
        fputs("\" time=\"0\">", out);
        double bytes_per_second = fmax(hf__finding_rate(finding, finding->shape.rate), 0);
        hf__rate_words(bytes_per_second, rate, sizeof rate);
        if (fails(shown, i)) {
            fprintf(out, "<failure type=\"leak\" message=\"takes %s of memory and never gives it back\">cause: ", rate);
            hf__put_xml_text(out, hf_text_from_cstr(words.hypothesis));
            fputs("\nnext: ", out);
            hf__put_xml_text(out, hf_text_from_cstr(words.next));
            fputs("</failure>", out);
        } else if (finding->verdict != HF_VERDICT_FRAGMENTATION) {
            bool leaks = finding->verdict == HF_VERDICT_LEAK, is_known = leaks || bytes_per_second > 0;
            fprintf(out, "<skipped message=\"%s%s%s. ", leaks ? "a leak that the baseline knows" : "undecided",
                    !is_known ? "" : leaks ? ": " : ", it grew by: ", is_known ? rate : "");
            hf__put_xml_text(out, hf_text_from_cstr(words.next));
            fputs("\"/>", out);
        }
        fputs("</testcase>\n", out);
    }
    fputs("</testsuite>\n</testsuites>\n", out);
    return !ferror(out);
}

/* verdict_sarif.c - a judgement as SARIF 2.1.0, which code hosts show beside the lines.
 * Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
#include <inttypes.h>
#include <math.h>

#include "hypothesis.h"
#include "view.h"

/* A path as a URI reference: what is not allowed there is written in hexadecimal. */
static void put_uri(FILE *out, hf_text path)
{
    if (path.length > 0 && path.bytes[0] == '/')
        fputs("file://", out);
    for (size_t i = 0; i < path.length; i++) {
        uint8_t byte = (uint8_t)path.bytes[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                     byte == '/' || byte == '.' || byte == '-' || byte == '_' || byte == '~' || byte == '+';
        fprintf(out, plain ? "%c" : "%%%02X", byte);
    }
}

static void put_location(FILE *out, const hf__case *shown, const hf__finding *finding)
{
    hf_text name = hf__function_name(shown->model, finding->function);
    hf_text file = finding->function != HF_NONE ? hf__model_file(shown->model, finding->function) : hf_text_of("", 0);
    fputs("\"locations\":[{", out);
    if (file.length > 0) {
        fputs("\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"", out);
        put_uri(out, file);
        fputs("\"}", out);
        if (finding->line > 0)
            fprintf(out, ",\"region\":{\"startLine\":%u}", finding->line);
        fputs("},", out);
    }
    fputs("\"logicalLocations\":[{\"kind\":\"function\",\"fullyQualifiedName\":\"", out);
    hf__put_json_text(out, name);
    fputs("\"}]}]", out);
}

static void put_result(FILE *out, const hf__case *shown, size_t index)
{
    const hf__finding *finding = &shown->judgement->findings[index];
    hf__words words;
    char rate[48];
    hf__explain(shown->model, shown->judgement, finding, &words);
    bool leak = finding->verdict == HF_VERDICT_LEAK, known = shown->known != NULL && shown->known[index];
    fprintf(out, "{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":\"", hf__verdict_name(finding->verdict),
            leak && !known ? "error" : leak ? "note" : "warning");
    hf__put_json_text(out, hf__function_name(shown->model, finding->function));
    double bytes_per_second = fmax(hf__finding_rate(finding, finding->shape.rate), 0);
    hf__rate_words(bytes_per_second, rate, sizeof rate);
    if (leak)
        fprintf(out, " takes %s of memory and never gives it back (sure %.3g %%). Cause: ", rate, 100 * finding->shape.confidence);
    else if (finding->verdict == HF_VERDICT_UNDECIDED && bytes_per_second > 0)
        fprintf(out, " may leak: it grew by %s, and this recording cannot tell whether that goes on. Seen: ", rate);
    else if (finding->verdict == HF_VERDICT_UNDECIDED)
        fputs(" may leak, and this recording cannot tell. Seen: ", out);
    else
        fputs(" holds up memory that is free. Cause: ", out);
    hf__put_json_text(out, hf_text_from_cstr(words.hypothesis));
    fputs(". Next: ", out);
    hf__put_json_text(out, hf_text_from_cstr(words.next));
    fputs(".\"},", out);
    put_location(out, shown, finding);
    fprintf(out, ",\"partialFingerprints\":{\"holdfast/1\":\"%016" PRIx64 "\"},\"baselineState\":\"%s\"}", finding->fingerprint,
            known ? "unchanged" : "new");
}

bool hf__view_sarif(FILE *out, const hf__case *shown)
{
    static const char *const rules[][2] = {
        { "leak", "Memory that is taken and never given back" },
        { "undecided", "Memory that grew; a longer recording tells whether it goes on" },
        { "fragmentation", "Memory is held by the allocator and free" },
    };
    fputs("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
          "\"name\":\"holdfast\",\"version\":\"" HF_VERSION "\",\"rules\":[", out);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        fprintf(out, "%s{\"id\":\"%s\",\"shortDescription\":{\"text\":\"%s\"}}", i > 0 ? "," : "", rules[i][0], rules[i][1]);
    fputs("]}},\"results\":[", out);
    for (size_t i = 0; i < shown->judgement->findings_count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_result(out, shown, i);
    }
    fputs("]}]}\n", out);
    return !ferror(out);
}

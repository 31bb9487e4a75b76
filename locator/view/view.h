/* view.h - a judgement as text for people, as one line of JSON, as JUnit and as SARIF; and a model
 * as a pprof profile. What is written here is documented in docs/formats/verdict.md. */
#ifndef HOLDFAST_VIEW_H
#define HOLDFAST_VIEW_H

#include "baseline.h"
#include "findings.h"

typedef struct hf__case {
    const hf__model     *model;
    const hf__judgement *judgement;
    const char          *program; /* as text shows it; NULL for the model's own, which the other forms have */
    const char          *note;    /* one line more, or NULL */
    size_t               top;     /* findings and others shown; 0 for 10 */
    bool                 ages;    /* shows the cohorts of what is alive */
    bool                 colour;
    const bool          *known;   /* one for each finding: accepted by a baseline; NULL for none */
    uint32_t             process; /* pid, 0 when not known */
    uint64_t             allocations; /* counted by the recorder; 0 when not known */
    double               own_share;   /* of the program's processor time, that recording took; below 0: not known */
    uint64_t             own_ns;      /* that time */
} hf__case;

/* All return false when the stream has failed. */
bool hf__view_text(FILE *out, const hf__case *shown);
bool hf__view_json(FILE *out, const hf__case *shown);
bool hf__view_junit(FILE *out, const hf__case *shown);
bool hf__view_sarif(FILE *out, const hf__case *shown);

/* The profile at the reference, packed, for `go tool pprof`. */
hf_status hf__view_pprof(FILE *out, const hf__model *model, const hf__judgement *judgement, hf_error *reterr);

/* What a finding's memory is, as `kind` in JSON: "unreachable", "reachable", "thread", "mapping",
 * "goroutine" or "unknown". */
const char *hf__finding_kind(const hf__finding *finding);

/* Whether `text` looks like a verdict in JSON rather than like a baseline. */
bool hf__is_verdict(hf_text text);
/* A saved verdict as a baseline: what it calls a leak or undecided is known. ret_baseline: yours. Errors
 * have line, column and JSON Pointer. */
hf_status hf__baseline_from_verdict(hf_text text, hf__baseline *ret_baseline, hf_error *reterr);

/* `text` as the inside of a JSON string: escaped, and what is not UTF-8 replaced. */
void hf__put_json_text(FILE *out, hf_text text);
/* The length of the valid UTF-8 sequence at `at`, or 0. */
size_t hf__utf8_length(const uint8_t *at, size_t left);
/* The same for XML text and attributes. */
void hf__put_xml_text(FILE *out, hf_text text);

#endif

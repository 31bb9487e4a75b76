/* hypothesis.h - what a finding probably is, and what to do next, in words for somebody who has
 * never seen the tool. Says only what the evidence holds. */
#ifndef HOLDFAST_HYPOTHESIS_H
#define HOLDFAST_HYPOTHESIS_H

#include "findings.h"

enum { HF_SENTENCE_MAX = 512 };

typedef struct hf__words {
    char hypothesis[HF_SENTENCE_MAX];
    char next[HF_SENTENCE_MAX];
    char remedy[HF_SENTENCE_MAX]; /* what of libholdfast makes it impossible; "" where nothing does */
} hf__words;

void hf__explain(const hf__model *model, const hf__judgement *judgement, const hf__finding *finding, hf__words *ret_words);

/* Whether pointers lead to its blocks, and from where; "" when that was not looked at. */
void hf__explain_reach(const hf__model *model, const hf__finding *finding, char *out, size_t size);

/* Why something is not a leak, in one clause. */
void hf__explain_dismissal(const hf__finding *finding, char *out, size_t size);

/* "put_entry", or "unknown code"; borrowed until the model goes. */
hf_text hf__function_name(const hf__model *model, uint32_t function);

/* "12 B", "3.4 KiB", "1.02 MiB": at least three digits of meaning. Returns `out`. */
const char *hf__bytes_words(double bytes, char *out, size_t size);

/* In what a rate is told: what is less than a byte a second is told by the hour or by the day. */
typedef struct hf__rate_unit {
    const char *words; /* "/s", " an hour", " a day" */
    double      seconds;
} hf__rate_unit;
hf__rate_unit hf__unit_of(double bytes_per_second);
/* "35.3 KiB/s", "12 B an hour": never nothing for what is something. Returns `out`. */
const char *hf__rate_words(double bytes_per_second, char *out, size_t size);
/* "0.4 s", "12 s", "3 min", "2.5 h". Returns `out`. */
const char *hf__seconds_words(double seconds, char *out, size_t size);

#endif

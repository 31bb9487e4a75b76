/* judge_options.h - the options that `run` and `report` have in common: how to judge, and where the answer goes.
 *
 * A table of a verb ends with them: JUDGE_OPTION_TABLE(FIRST) behind its own, which are FIRST many. */
#ifndef HOLDFAST_JUDGE_OPTIONS_H
#define HOLDFAST_JUDGE_OPTIONS_H

#include "options.h"
#include "report.h"

enum { JUDGE_JSON, JUDGE_PPROF, JUDGE_JUNIT, JUDGE_SARIF, JUDGE_TOP, JUDGE_AGES, JUDGE_FOCUS, JUDGE_FAIL_ON, JUDGE_BASELINE,
       JUDGE_WRITE_BASELINE, JUDGE_QUIET, JUDGE_OPTIONS };

#define JUDGE_OPTION_TABLE(first)                                                                                     \
    [(first) + JUDGE_JSON] = { "json", 'j', "[FILE]", "ends standard output with one line of JSON, or writes it to FILE" },  \
    [(first) + JUDGE_PPROF] = { "pprof", 0, "FILE", "writes a heap profile for go tool pprof, speedscope and others" },      \
    [(first) + JUDGE_JUNIT] = { "junit", 0, "FILE", "writes the findings as JUnit XML" },                                    \
    [(first) + JUDGE_SARIF] = { "sarif", 0, "FILE", "writes the findings as SARIF" },                                        \
    [(first) + JUDGE_TOP] = { "top", 'n', "N", "shows N findings, and N places that are none; 10 unless given" },            \
    [(first) + JUDGE_AGES] = { "ages", 0, NULL, "shows how old what is alive is" },                                          \
    [(first) + JUDGE_FOCUS] = { "focus", 0, "FUNCTION", "lays blame at FUNCTION where it is among the callers" },            \
    [(first) + JUDGE_FAIL_ON] = { "fail-on", 0, "WHAT", "leak, undecided (both then exit 1) or nothing; leak unless given" }, \
    [(first) + JUDGE_BASELINE] = { "baseline", 0, "FILE",                                                                    \
                                   "accepts the findings listed there, or of a saved verdict, unless they grow faster" },    \
    [(first) + JUDGE_WRITE_BASELINE] = { "write-baseline", 0, "FILE", "writes the findings as such a list" },                \
    [(first) + JUDGE_QUIET] = { "quiet", 'q', NULL, "no text but errors; files, JSON and the exit status alone" },           \
    [(first) + JUDGE_OPTIONS] = { NULL, 0, NULL, NULL }

/* What says where answers go, with the defaults of both verbs. */
void judge_begin(hf__report_options *report);
/* Takes the option just read, as JUDGE_ counts it; false after a message. */
bool judge_take(const options *args, int option, hf__report_options *report);
/* Can the files be written, as far as that can be told before there is anything to write? The message is out when
 * not. */
bool judge_can_deliver(const verb *self, const hf__report_options *report);

#endif

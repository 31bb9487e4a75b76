/* verb.h - what a verb of the command is, and what all of them share.
 *
 * Data goes to standard output, talk to standard error. Exit codes are the same for every verb. */
#ifndef HOLDFAST_VERB_H
#define HOLDFAST_VERB_H

#include <holdfast/base.h>

enum exit_code {
    EXIT_DONE        = 0, /* done, no finding */
    EXIT_FINDING     = 1, /* a leak; a difference; nothing matched */
    EXIT_USAGE       = 2,
    EXIT_UNDECIDED   = 3,
    EXIT_UNREACHABLE = 4, /* cannot record or reach the target */
    EXIT_BAD_DATA    = 5
};

/* One option of a verb. A table ends with an entry whose name is NULL. */
typedef struct verb_option {
    const char *name;     /* "pretty" for --pretty */
    char        letter;   /* 0: none */
    const char *argument; /* "N" for --depth N; "[FILE]" when it may be left out (then --json=FILE); NULL: none */
    const char *help;
} verb_option;

/* -h, --help, which every verb has and no table. */
extern const verb_option option_help;

typedef struct verb {
    const char        *name;
    const char        *summary; /* one line of the list of verbs */
    const char        *usage;   /* "[options] POINTER [FILE]" */
    const verb_option *options;
    const char        *details; /* printed below the options; NULL: none */
    int (*run)(const struct verb *self, int argument_count, char **arguments);
} verb;

/* All verbs, in the order of the list; ends with NULL. */
extern const verb *const verbs[];

extern const verb verb_format, verb_get, verb_size, verb_run, verb_report, verb_gen, verb_completion,
    verb_help, verb_version;

/* The verb called `name`, or NULL. */
const verb *verb_find(const char *name);
/* The name of a verb that was perhaps meant, or NULL. */
const char *verb_nearest(const char *name);
/* Prints how to use a verb. */
void verb_print_help(const verb *self, FILE *to);
/* Prints its options as a part of a man page in scdoc's form. */
void verb_print_scdoc(const verb *self);

#endif

/* options.h - reads the arguments of a verb by its table of options.
 *
 *     options args;
 *     options_begin(&args, self, argument_count, arguments);
 *     for (int option; (option = options_next(&args)) != OPTIONS_END;)
 *         switch (option) {
 *         case OPTIONS_POSITIONAL: file = args.value; break;
 *         case 0:                  pretty = true;     break;      the table's first option
 *         default:                 return EXIT_USAGE;             the message is out already
 *         }
 *
 * --name=value and --name value, -n value, -nvalue, -n, and -mn for -m -n where the first takes no value; "--" ends the
 * options; "-" alone is positional. */
#ifndef HOLDFAST_OPTIONS_H
#define HOLDFAST_OPTIONS_H

#include "verb.h"

enum { OPTIONS_END = -1, OPTIONS_POSITIONAL = -2, OPTIONS_WRONG = -3 };

typedef struct options {
    const verb *self;
    int         count, at;
    char      **arguments;
    bool        only_positional;
    const char *value; /* of the option or positional just read; NULL: none */
    char        spelled[36]; /* the option just read, as it was typed: "--depth", "-d" */
    const char *letters; /* what is left of -abc; NULL: nothing */
} options;

void options_begin(options *args, const verb *self, int argument_count, char **arguments);
/* The number of the option in the verb's table, or one of the enum. */
int options_next(options *args);

/* The value of the option just read as a number from `least` to `most`; false after a message that names both. */
bool options_number(const options *args, uint64_t least, uint64_t most, uint64_t *ret_number);

/* "holdfast VERB: message" and where to look; returns EXIT_USAGE. */
int usage_error(const verb *self, const char *format, ...) HF_PRINTF(2, 3);

#endif

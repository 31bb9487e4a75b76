/* options.c - see options.h. */
#include "options.h"

#include <stdarg.h>
#include <stdlib.h>

#include "gen_nearest.h"
#include "output.h"

void options_begin(options *args, const verb *self, int argument_count, char **arguments)
{
    memset(args, 0, sizeof *args);
    args->self = self;
    args->count = argument_count;
    args->arguments = arguments;
}

int usage_error(const verb *self, const char *format, ...)
{
    fprintf(stderr, "holdfast %s: ", self->name);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nusage: holdfast %s%s%s   (holdfast help %s tells more)\n", self->name, self->usage[0] != 0 ? " " : "", self->usage,
            self->name);
    return EXIT_USAGE;
}

/* ---- options, one after the other -------------------------------------------------------- */

enum { NAME_MAX_LENGTH = 32 };

static int unknown_option(const options *args, const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (const verb_option *option = args->self->options; option->name != NULL && count < 63; option++)
        names[count++] = option->name;
    names[count] = NULL;
    const char *closest = gen_nearest(name, strlen(name), names);
    if (closest != NULL)
        usage_error(args->self, "there is no option --%s; did you mean --%s?", name, closest);
    else
        usage_error(args->self, "there is no option --%s", name);
    return OPTIONS_WRONG;
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool value_is_optional(const verb_option *option)
{
    return option->argument != NULL && option->argument[0] == '[';
}

/* Takes the option's value from behind '=' or from the next argument. */
static int take_value(options *args, int number, const char *attached, const char *spelled)
{
    const verb_option *option = &args->self->options[number];
    args->value = attached;
    snprintf(args->spelled, sizeof args->spelled, "%s", spelled);
    if (option->argument == NULL && attached != NULL) {
        usage_error(args->self, "%s takes no value", spelled);
        return OPTIONS_WRONG;
    }
    if (option->argument == NULL || attached != NULL || value_is_optional(option))
        return number;
    if (args->at == args->count) {
        usage_error(args->self, "%s needs a value: %s %s", spelled, spelled, option->argument);
        return OPTIONS_WRONG;
    }
    args->value = args->arguments[args->at++];
    return number;
}

static void print_help(const verb *self)
{
    verb_print_help(self, stdout);
    exit(output_flush(EXIT_DONE));
}

static int read_long(options *args, char *argument)
{
    char name[NAME_MAX_LENGTH * 2];
    const char *equals = strchr(argument, '=');
    size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, argument, length);
    name[length] = 0;
    for (int i = 0; args->self->options[i].name != NULL; i++)
        if (strcmp(args->self->options[i].name, name + 2) == 0)
            return take_value(args, i, equals != NULL ? equals + 1 : NULL, name);
    if (strcmp(name, "--help") == 0)
        print_help(args->self);
    return unknown_option(args, name + 2);
}

/* One of the letters behind a '-'; the others wait where this one takes no value. */
static int read_letter(options *args, const char *letters)
{
    char spelled[3] = { '-', letters[0], 0 };
    const char *rest = letters[1] != 0 ? letters + 1 : NULL;
    args->letters = NULL;
    for (int i = 0; args->self->options[i].name != NULL; i++) {
        if (args->self->options[i].letter != letters[0])
            continue;
        if (args->self->options[i].argument != NULL)
            return take_value(args, i, rest, spelled);
        args->letters = rest;
        return i;
    }
    if (letters[0] == 'h')
        print_help(args->self);
    usage_error(args->self, "there is no option -%.*s", letters[0] < 0 ? (int)strlen(letters) : 1, letters);
    return OPTIONS_WRONG;
}

int options_next(options *args)
{
    args->value = NULL;
    if (args->letters != NULL)
        return read_letter(args, args->letters);
    if (args->at == args->count)
        return OPTIONS_END;
    char *argument = args->arguments[args->at++];
    if (!args->only_positional && strcmp(argument, "--") == 0) {
        args->only_positional = true;
        return options_next(args);
    }
    if (args->only_positional || argument[0] != '-' || argument[1] == 0) {
        args->value = argument;
        return OPTIONS_POSITIONAL;
    }
    return argument[1] == '-' ? read_long(args, argument) : read_letter(args, argument + 1);
}

bool options_number(const options *args, uint64_t least, uint64_t most, uint64_t *ret_number)
{
    char *end = NULL;
    unsigned long long number = 0;
    bool is_number = args->value != NULL && args->value[0] >= '0' && args->value[0] <= '9';
    if (is_number)
        number = strtoull(args->value, &end, 10);
    if (!is_number || *end != 0 || number < least || number > most) {
        usage_error(args->self, "%s: '%s' is no number from %llu to %llu", args->spelled, args->value != NULL ? args->value : "",
                    (unsigned long long)least, (unsigned long long)most);
        return false;
    }
    *ret_number = number;
    return true;
}

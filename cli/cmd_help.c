/* cmd_help.c - `holdfast help [VERB]` and `holdfast version`. */
#include "options.h"

const verb_option option_help = { "help", 'h', NULL, "how to use the verb" };

static void print_option(const verb_option *option, FILE *to)
{
    char left[64];
    int length = 0;
    if (option->letter != 0)
        length = snprintf(left, sizeof left, "-%c, ", option->letter);
    length += snprintf(left + length, sizeof left - (size_t)length, "--%s", option->name);
    if (option->argument != NULL) {
        bool is_optional = option->argument[0] == '[';
        snprintf(left + length, sizeof left - (size_t)length, is_optional ? "[=%s" : " %s",
                 option->argument + is_optional);
    }
    fprintf(to, "  %-22s %s\n", left, option->help);
}

void verb_print_help(const verb *self, FILE *to)
{
    fprintf(to, "holdfast %s - %s\n\nusage: holdfast %s%s%s\n", self->name, self->summary, self->name,
            self->usage[0] != 0 ? " " : "", self->usage);
    fprintf(to, "\n");
    for (const verb_option *option = self->options; option->name != NULL; option++)
        print_option(option, to);
    print_option(&option_help, to);
    if (self->details != NULL)
        fprintf(to, "\n%s", self->details);
}

/* Text with what scdoc gives a meaning behind a backslash. */
static void print_for_scdoc(const char *text)
{
    for (; *text != 0; text++) {
        if (strchr("*_\\#`<>", *text) != NULL)
            putchar('\\');
        putchar(*text);
    }
}

static void print_option_for_scdoc(const verb_option *option)
{
    if (option->letter != 0)
        printf("*-%c*, ", option->letter);
    printf("*--%s*", option->name);
    if (option->argument != NULL) {
        bool is_optional = option->argument[0] == '[';
        fputs(is_optional ? "[=" : " ", stdout);
        print_for_scdoc(option->argument + is_optional);
    }
    printf("\n\t");
    print_for_scdoc(option->help);
    printf("\n\n");
}

void verb_print_scdoc(const verb *self)
{
    for (const verb_option *option = self->options; option->name != NULL; option++)
        print_option_for_scdoc(option);
    print_option_for_scdoc(&option_help);
}

static void print_verbs(FILE *to)
{
    fprintf(to, "holdfast - works on deeply nested data, and finds leaks\n\nusage: holdfast VERB ...\n\n");
    for (const verb *const *each = verbs; *each != NULL; each++)
        fprintf(to, "  %-10s %s\n", (*each)->name, (*each)->summary);
    fprintf(to, "\nholdfast help VERB tells more. Exit codes: 0 done, 1 a finding or nothing matched, 2 usage,\n"
                "3 undecided, 4 cannot record or reach the target, 5 bad data, or a file that cannot be read or written.\n");
}

enum { SCDOC };

static const verb_option help_options[] = {
    [SCDOC] = { "scdoc", 0, NULL, "the options as a part of a man page, for scdoc" },
    { NULL, 0, NULL, NULL },
};

static int run_help(const verb *self, int argument_count, char **arguments)
{
    options args;
    const verb *about = NULL;
    bool as_scdoc = false;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        if (option == SCDOC) {
            as_scdoc = true;
            continue;
        }
        if (option != OPTIONS_POSITIONAL)
            return EXIT_USAGE;
        if (about != NULL)
            return usage_error(self, "one verb at a time; '%s' is a second one", args.value);
        about = verb_find(args.value);
        const char *closest = about == NULL ? verb_nearest(args.value) : NULL;
        if (closest != NULL)
            return usage_error(self, "there is no verb '%s'; did you mean '%s'?", args.value, closest);
        if (about == NULL)
            return usage_error(self, "there is no verb '%s'", args.value);
    }
    if (as_scdoc && about == NULL)
        return usage_error(self, "--scdoc is about one verb");
    if (as_scdoc)
        verb_print_scdoc(about);
    else if (about != NULL)
        verb_print_help(about, stdout);
    else
        print_verbs(argument_count == 0 && arguments == NULL ? stderr : stdout);
    return EXIT_DONE;
}

static const verb_option no_options[] = { { NULL, 0, NULL, NULL } };

const verb verb_help = {
    .name = "help", .summary = "this list, or how to use one verb", .usage = "[VERB]", .options = help_options, .run = run_help,
};

static int run_version(const verb *self, int argument_count, char **arguments)
{
    options args;
    options_begin(&args, self, argument_count, arguments);
    int option = options_next(&args);
    if (option == OPTIONS_POSITIONAL)
        return usage_error(self, "takes no arguments, such as '%s'", args.value);
    if (option != OPTIONS_END)
        return EXIT_USAGE;
    printf("holdfast %s\n", hf_version());
    return EXIT_DONE;
}

const verb verb_version = {
    .name = "version", .summary = "the version", .usage = "", .options = no_options, .run = run_version,
};

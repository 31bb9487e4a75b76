/* cmd_completion.c - `holdfast completion SHELL`: what a shell needs to complete verbs and options.
 *
 * Printed from the option tables of the verbs themselves, so that nothing can drift. Nothing here is
 * run by the verbs: installing puts the three outputs where the shells look for them. */
#include "options.h"

/* Prints `text`, each character of `special` behind a backslash and each ' in the way of the shell. */
static void print_escaped(const char *text, const char *special, const char *quote)
{
    for (; *text != 0; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else if (strchr(special, *text) != NULL)
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

/* The value's name without the bracket of those that may be left out. */
static hf_text value_name(const verb_option *option)
{
    hf_text name = hf_text_from_cstr(option->argument);
    if (name.length > 0 && name.bytes[0] == '[')
        name = hf_text_of(name.bytes + 1, name.length - 2);
    return name;
}

static bool takes_file(const verb_option *option)
{
    hf_text name = value_name(option);
    return hf_text_equal(name, HF_T("FILE")) || hf_text_equal(name, HF_T("OTHER")) || hf_text_equal(name, HF_T("BASE")) ||
           hf_text_equal(name, HF_T("SAMPLES"));
}

static bool value_is_separate(const verb_option *option)
{
    return option->argument != NULL && option->argument[0] != '[';
}

static void print_verb_names(void)
{
    for (const verb *const *each = verbs; *each != NULL; each++)
        printf("%s%s", each == verbs ? "" : " ", (*each)->name);
}

/* Verbs that take words in the place of files. */
static bool takes_verbs(const verb *self) { return self == &verb_help; }
static bool takes_shells(const verb *self) { return self == &verb_completion; }

/* ---- bash -------------------------------------------------------------------------------- */

static void print_bash_verb(const verb *self)
{
    printf("    %s)\n        options='", self->name);
    for (const verb_option *option = self->options; option->name != NULL; option++) {
        printf("--%s ", option->name);
        if (option->letter != 0)
            printf("-%c ", option->letter);
    }
    printf("--%s -%c'\n        values=' ", option_help.name, option_help.letter);
    for (const verb_option *option = self->options; option->name != NULL; option++) {
        if (!value_is_separate(option) || takes_file(option))
            continue;
        printf("--%s ", option->name);
        if (option->letter != 0)
            printf("-%c ", option->letter);
    }
    printf("'\n");
    if (takes_verbs(self) || takes_shells(self)) {
        printf("        words='");
        if (takes_verbs(self))
            print_verb_names();
        else
            printf("bash zsh fish");
        printf("'\n");
    }
    printf("        ;;\n");
}

static void print_bash(void)
{
    printf("# bash completion for holdfast, printed by: holdfast completion bash\n"
           "_holdfast()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options= values= words= i\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W '");
    print_verb_names();
    printf("' -- \"$word\"))\n        return\n    fi\n"
           "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
           "        if [ \"${COMP_WORDS[i]}\" = -- ]; then\n"
           "            COMPREPLY=($(compgen -c -f -- \"$word\"))\n"
           "            return\n        fi\n    done\n"
           "    case ${COMP_WORDS[1]} in\n");
    for (const verb *const *each = verbs; *each != NULL; each++)
        print_bash_verb(*each);
    printf("    esac\n"
           "    case $values in *\" $before \"*) return ;; esac\n"
           "    case $word in\n"
           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
           "    *)\n"
           "        if [ -n \"$words\" ]; then\n"
           "            COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "        else\n"
           "            COMPREPLY=($(compgen -f -- \"$word\"))\n"
           "        fi\n        ;;\n    esac\n}\n"
           "complete -o filenames -F _holdfast holdfast\n");
}

/* ---- zsh --------------------------------------------------------------------------------- */

/* One spelling of an option, as _arguments takes it. */
static void print_zsh_option(const verb_option *option, const char *spelling, const char *joint)
{
    printf(" \\\n            '");
    if (option->letter != 0)
        printf("(-%c --%s)", option->letter, option->name);
    printf("%s", spelling);
    if (option->argument != NULL)
        printf("%s", value_is_separate(option) ? joint : "=-");
    putchar('[');
    print_escaped(option->help, "[]:\\", "'\\''");
    putchar(']');
    if (option->argument != NULL) {
        hf_text name = value_name(option);
        printf("%s%.*s:%s", value_is_separate(option) ? ":" : "::", HF_ARG(name), takes_file(option) ? "_files" : " ");
    }
    putchar('\'');
}

static void print_zsh_spellings(const verb_option *option)
{
    char spelling[64];
    snprintf(spelling, sizeof spelling, "-%c", option->letter);
    if (option->letter != 0)
        print_zsh_option(option, spelling, "+");
    snprintf(spelling, sizeof spelling, "--%s", option->name);
    print_zsh_option(option, spelling, "=");
}

static void print_zsh_verb(const verb *self)
{
    printf("    %s)\n        _arguments", self->name);
    for (const verb_option *option = self->options; option->name != NULL; option++)
        print_zsh_spellings(option);
    print_zsh_spellings(&option_help);
    printf(" \\\n            ");
    if (takes_verbs(self)) {
        printf("':verb:(");
        print_verb_names();
        printf(")'\n");
    } else {
        printf("%s\n", takes_shells(self) ? "':shell:(bash zsh fish)'" : "'*:file:_files'");
    }
    printf("        ;;\n");
}

static void print_zsh(void)
{
    printf("#compdef holdfast\n# Printed by: holdfast completion zsh\n"
           "_holdfast()\n{\n    local -a verbs\n    verbs=(");
    for (const verb *const *each = verbs; *each != NULL; each++) {
        printf("\n        '%s:", (*each)->name);
        print_escaped((*each)->summary, ":\\", "'\\''");
        putchar('\'');
    }
    printf("\n    )\n"
           "    if (( CURRENT == 2 )); then\n        _describe verb verbs\n        return\n    fi\n"
           "    local verb=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $verb in\n");
    for (const verb *const *each = verbs; *each != NULL; each++)
        print_zsh_verb(*each);
    printf("    esac\n}\n_holdfast \"$@\"\n");
}

/* ---- fish -------------------------------------------------------------------------------- */

static void print_fish_option(const verb *self, const verb_option *option)
{
    printf("complete -c holdfast -n '__fish_seen_subcommand_from %s' -l %s", self->name, option->name);
    if (option->letter != 0)
        printf(" -s %c", option->letter);
    if (option->argument != NULL && value_is_separate(option))
        printf("%s", takes_file(option) ? " -r -F" : " -x");
    printf(" -d '");
    print_escaped(option->help, "\\", "\\'");
    printf("'\n");
}

static void print_fish_verb(const verb *self)
{
    printf("complete -c holdfast -f -n __fish_use_subcommand -a %s -d '", self->name);
    print_escaped(self->summary, "\\", "\\'");
    printf("'\n");
    for (const verb_option *option = self->options; option->name != NULL; option++)
        print_fish_option(self, option);
    print_fish_option(self, &option_help);
    if (takes_verbs(self) || takes_shells(self)) {
        printf("complete -c holdfast -f -n '__fish_seen_subcommand_from %s' -a '", self->name);
        if (takes_verbs(self))
            print_verb_names();
        else
            printf("bash zsh fish");
        printf("'\n");
    }
}

static void print_fish(void)
{
    printf("# fish completion for holdfast, printed by: holdfast completion fish\n");
    for (const verb *const *each = verbs; *each != NULL; each++)
        print_fish_verb(*each);
}

/* ------------------------------------------------------------------------------------------ */

static const verb_option no_options[] = { { NULL, 0, NULL, NULL } };

static int run(const verb *self, int argument_count, char **arguments)
{
    const char *shell = NULL;
    options     args;
    options_begin(&args, self, argument_count, arguments);
    for (int option; (option = options_next(&args)) != OPTIONS_END;) {
        if (option != OPTIONS_POSITIONAL)
            return EXIT_USAGE;
        if (shell != NULL)
            return usage_error(self, "one shell at a time; '%s' is a second one", args.value);
        shell = args.value;
    }
    if (shell == NULL)
        return usage_error(self, "which shell: bash, zsh or fish?");
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else
        return usage_error(self, "'%s' is none of bash, zsh and fish", shell);
    return EXIT_DONE;
}

const verb verb_completion = {
    .name = "completion",
    .summary = "what a shell needs to complete verbs and options",
    .usage = "bash|zsh|fish",
    .options = no_options,
    .details = "Installing puts it in place. By hand: eval \"$(holdfast completion bash)\"\n",
    .run = run,
};

/* main.c - the command: one verb for each task. A new verb: write its file, declare it in verb.h,
 * add it to the table here. */
#include "gen_nearest.h"
#include "options.h"
#include "output.h"

const verb *const verbs[] = {
    &verb_format, &verb_get, &verb_size,
#ifdef HF_HAS_LOCATOR
    &verb_run, &verb_report,
#endif
    &verb_gen, &verb_completion, &verb_help, &verb_version, NULL,
};

const verb *verb_find(const char *name)
{
    for (const verb *const *each = verbs; *each != NULL; each++)
        if (strcmp((*each)->name, name) == 0)
            return *each;
    return NULL;
}

const char *verb_nearest(const char *name)
{
    const char *names[sizeof verbs / sizeof *verbs];
    size_t count = 0;
    for (const verb *const *each = verbs; *each != NULL; each++)
        names[count++] = (*each)->name;
    names[count] = NULL;
    return gen_nearest(name, strlen(name), names);
}

static int unknown_verb(const char *name)
{
    static const char *const own[] = { "--help", "--version", NULL };
    const char *closest = name[0] == '-' ? gen_nearest(name, strlen(name), own) : verb_nearest(name);
    fprintf(stderr, "holdfast: there is no %s '%s'", name[0] == '-' ? "option" : "verb", name);
    if (closest != NULL)
        fprintf(stderr, "; did you mean '%s'?", closest);
    fprintf(stderr, "\nholdfast help lists the verbs\n");
    return EXIT_USAGE;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 2) {
        verb_help.run(&verb_help, 0, NULL); /* to standard error */
        return EXIT_USAGE;
    }
    const char *name = arguments[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0)
        name = "version";
    const verb *chosen = verb_find(name);
    if (chosen == NULL)
        return unknown_verb(name);
    return output_flush(chosen->run(chosen, argument_count - 2, arguments + 2));
}

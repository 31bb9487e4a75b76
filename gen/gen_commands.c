/* gen_commands.c - choosing an entry, and of its words those that the preprocessor needs. */
#include "gen_commands.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct flag_list {
    gen_unit    *unit;
    hf_text      directory;
    const char **flags;
    size_t       count, room;
    bool         is_c;        /* the source is: its flags about the language hold for a header in C */
    char         waiting[16]; /* a flag whose value is the next word; "" none */
} flag_list;

static void add_flag(flag_list *list, const char *flag)
{
    if (list->count + 1 >= list->room) {
        size_t room = list->room * 2 + 32;
        const char **flags = gen_take(list->unit, room * sizeof *flags);
        if (list->count > 0)
            memcpy(flags, list->flags, list->count * sizeof *flags);
        list->flags = flags;
        list->room = room;
    }
    list->flags[list->count++] = flag;
    list->flags[list->count] = NULL;
}

/* Relative folders count from the entry's directory. */
static void add_path(flag_list *list, const char *flag, hf_text path)
{
    add_flag(list, flag);
    if (path.length > 0 && path.bytes[0] == '/')
        add_flag(list, gen_print(list->unit, "%.*s", HF_ARG(path)));
    else
        add_flag(list, gen_print(list->unit, "%.*s/%.*s", HF_ARG(list->directory), HF_ARG(path)));
}

static bool starts_with(hf_text word, const char *start)
{
    size_t length = strlen(start);
    return word.length >= length && memcmp(word.bytes, start, length) == 0;
}

static bool is_any(hf_text word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (hf_text_equal(word, hf_text_from_cstr(*words)))
            return true;
    return false;
}

/* The value of the flag that waits. */
static void take_value(flag_list *list, hf_text word)
{
    bool is_path = list->waiting[1] != 'D' && list->waiting[1] != 'U';
    const char *flag = gen_print(list->unit, "%s", list->waiting);
    list->waiting[0] = 0;
    if (flag[1] == 'X') {
        return; /* -Xclang: for another program */
    } else if (is_path) {
        add_path(list, flag, word);
    } else {
        add_flag(list, flag);
        add_flag(list, gen_print(list->unit, "%.*s", HF_ARG(word)));
    }
}

/* Flags that change what is preprocessed. Those about the language of another source than C do not hold here. */
static bool is_wanted(const flag_list *list, hf_text word)
{
    static const char *const whole[] = { "-nostdinc", "-pthread", "-undef", NULL };
    bool is_about_language = starts_with(word, "-std=") || starts_with(word, "-f") || hf_text_equal(word, HF_T("-ansi"));
    return starts_with(word, "-D") || starts_with(word, "-U") || starts_with(word, "-m") || starts_with(word, "-O") ||
           starts_with(word, "--sysroot=") || is_any(word, whole) || (is_about_language && (list->is_c || hf_text_equal(word, HF_T("-fopenmp"))));
}

static void take_word(flag_list *list, hf_text word)
{
    static const char *const joined[] = { "-isystem", "-iquote", "-idirafter", "-I" };
    static const char *const apart[] = { "-isystem", "-iquote", "-idirafter", "-I", "-include", "-imacros", "-isysroot", "-D", "-U", "-Xclang",
                                         "-Xpreprocessor", "-Xlinker", NULL };
    if (list->waiting[0] != 0) {
        take_value(list, word);
        return;
    }
    if (is_any(word, apart)) {
        memcpy(list->waiting, word.bytes, word.length); /* none of them is longer */
        list->waiting[word.length] = 0;
        return;
    }
    for (size_t i = 0; i < sizeof joined / sizeof *joined; i++)
        if (starts_with(word, joined[i])) {
            size_t length = strlen(joined[i]);
            add_path(list, joined[i], hf_text_of(word.bytes + length, word.length - length));
            return;
        }
    if (is_wanted(list, word))
        add_flag(list, gen_print(list->unit, "%.*s", HF_ARG(word)));
}

/* "command" as a shell would split it: blanks, both quotes, backslashes. */
static void take_command(flag_list *list, hf_text command)
{
    char *word = gen_take(list->unit, command.length + 1);
    size_t length = 0;
    bool is_open = false;
    char quote = 0;
    for (size_t i = 0; i < command.length; i++) {
        char c = command.bytes[i];
        bool is_blank = c == ' ' || c == '\t' || c == '\n';
        if (quote == 0 && is_blank) {
            if (is_open)
                take_word(list, hf_text_of(word, length));
            is_open = false;
            length = 0;
            continue;
        }
        is_open = true;
        if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote && quote != 0)
            quote = 0;
        else if (c == '\\' && quote != '\'' && i + 1 < command.length)
            word[length++] = command.bytes[++i];
        else
            word[length++] = c;
    }
    if (is_open)
        take_word(list, hf_text_of(word, length));
}

/* ---- choosing ---------------------------------------------------------------------------- */

/* A path with its folder resolved, when that is there; absolute when `directory` is. */
static const char *resolved(gen_unit *unit, hf_text directory, hf_text file)
{
    char *path = file.length > 0 && file.bytes[0] == '/' ? gen_print(unit, "%.*s", HF_ARG(file))
                                                         : gen_print(unit, "%.*s/%.*s", HF_ARG(directory), HF_ARG(file));
    char *slash = strrchr(path, '/');
    *slash = 0;
    char *folder = realpath(slash == path ? "/" : path, NULL);
    const char *whole = gen_print(unit, "%s/%s", folder != NULL ? folder : path, slash + 1);
    free(folder);
    return whole;
}

static bool is_c(const char *source)
{
    const char *dot = strrchr(source, '.');
    return dot != NULL && strcmp(dot, ".c") == 0;
}

/* How near a source is: folders in common above all, then the header's name, then its language. */
static size_t nearness(const char *source, const char *header)
{
    size_t folders = 0, stem = strcspn(strrchr(header, '/') + 1, ".");
    const char *name = strrchr(source, '/') + 1;
    size_t same = 0;
    for (; source[same] != 0 && source[same] == header[same]; same++)
        folders += source[same] == '/';
    bool is_beside = strchr(header + same, '/') == NULL && strchr(source + same, '/') == NULL;
    bool is_namesake = strcspn(name, ".") == stem && memcmp(name, strrchr(header, '/') + 1, stem) == 0;
    return folders * 8 + is_beside * 4u + is_namesake * 2u + is_c(source);
}

static const char *absolute(gen_unit *unit, const char *header)
{
    char *found = realpath(header, NULL);
    const char *path = found != NULL ? gen_print(unit, "%s", found) : gen_print(unit, "/%s", header);
    free(found);
    return path;
}

static bool is_beside(const char *source, const char *header)
{
    size_t folder = (size_t)(strrchr(source, '/') - source);
    return folder == (size_t)(strrchr(header, '/') - header) && memcmp(source, header, folder) == 0;
}

const char *const *gen_commands_flags(gen_unit *unit, hf_value commands, const char *path, const char *header,
                                      const char *const *more)
{
    const char *here = absolute(unit, header), *source = NULL;
    hf_value chosen = hf_at(commands, 0);
    size_t nearest = 0;
    hf_iter iter;
    hf_iter_init(&iter, commands);
    while (hf_is_array(commands) && hf_iter_next(&iter)) {
        const char *one = resolved(unit, hf_as_text(hf_get(iter.value, HF_T("directory")), HF_T(".")), hf_as_text(hf_get(iter.value, HF_T("file")), HF_T("")));
        size_t near = nearness(one, here);
        if (source != NULL && near <= nearest)
            continue;
        source = one;
        nearest = near;
        chosen = iter.value;
    }
    if (source == NULL || !hf_is_object(chosen))
        gen_fail(unit, HF_WRONG_KIND, (gen_place){ path, 0, 0 }, "no entries, expected an array of compile commands");
    if (!hf_is_array(hf_get(chosen, HF_T("arguments"))) && !hf_is_text(hf_get(chosen, HF_T("command"))))
        gen_fail(unit, HF_WRONG_KIND, (gen_place){ path, 0, 0 }, "an entry without \"arguments\" and \"command\", expected one of them");
    if (!is_beside(source, here))
        gen_remark(unit, (gen_place){ path, 1, 1 }, "no source lies beside '%s', so the flags are those of %s", header, source);
    flag_list list = { .unit = unit, .directory = hf_as_text(hf_get(chosen, HF_T("directory")), HF_T(".")), .is_c = is_c(source) };
    hf_iter_init(&iter, hf_get(chosen, HF_T("arguments")));
    while (hf_iter_next(&iter))
        take_word(&list, hf_as_text(iter.value, HF_T("")));
    take_command(&list, hf_as_text(hf_get(chosen, HF_T("command")), HF_T("")));
    for (; more != NULL && *more != NULL; more++)
        add_flag(&list, *more);
    return list.flags;
}

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

static void take_word(flag_list *list, hf_text word)
{
    static const char *const paths[] = { "-isystem", "-iquote", "-idirafter", "-include", "-I" };
    if (list->waiting[0] != 0) {
        bool is_path = list->waiting[1] != 'D' && list->waiting[1] != 'U';
        const char *flag = gen_print(list->unit, "%s", list->waiting);
        list->waiting[0] = 0;
        if (is_path) {
            add_path(list, flag, word);
        } else {
            add_flag(list, flag);
            add_flag(list, gen_print(list->unit, "%.*s", HF_ARG(word)));
        }
        return;
    }
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        size_t length = strlen(paths[i]);
        if (!starts_with(word, paths[i]))
            continue;
        if (word.length == length)
            memcpy(list->waiting, paths[i], length + 1);
        else
            add_path(list, paths[i], hf_text_of(word.bytes + length, word.length - length));
        return;
    }
    if (hf_text_equal(word, HF_T("-D")) || hf_text_equal(word, HF_T("-U")))
        memcpy(list->waiting, word.bytes[1] == 'D' ? "-D" : "-U", 3);
    else if (starts_with(word, "-D") || starts_with(word, "-U") || starts_with(word, "-std=") || starts_with(word, "-m") ||
             starts_with(word, "--sysroot=") || starts_with(word, "-f"))
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

/* Whether the entry's source lies in `folder`, which is absolute and ends without a slash. */
static bool is_beside(gen_unit *unit, hf_value entry, const char *folder)
{
    hf_text file = hf_as_text(hf_get(entry, HF_T("file")), HF_T("")), directory = hf_as_text(hf_get(entry, HF_T("directory")), HF_T(""));
    const char *path = file.length > 0 && file.bytes[0] == '/' ? gen_print(unit, "%.*s", HF_ARG(file))
                                                               : gen_print(unit, "%.*s/%.*s", HF_ARG(directory), HF_ARG(file));
    const char *slash = strrchr(path, '/');
    return slash != NULL && (size_t)(slash - path) == strlen(folder) && memcmp(path, folder, strlen(folder)) == 0;
}

static const char *folder_of(gen_unit *unit, const char *header)
{
    char *absolute = realpath(header, NULL);
    if (absolute == NULL)
        return "";
    char *slash = strrchr(absolute, '/');
    *slash = 0;
    char *folder = gen_pool_take(&unit->pool, strlen(absolute) + 1);
    if (folder != NULL)
        strcpy(folder, absolute);
    free(absolute);
    return folder != NULL ? folder : "";
}

const char *const *gen_commands_flags(gen_unit *unit, hf_value commands, const char *path, const char *header,
                                      const char *const *more)
{
    const char *folder = folder_of(unit, header);
    hf_value chosen = hf_at(commands, 0);
    hf_iter iter;
    hf_iter_init(&iter, commands);
    while (hf_iter_next(&iter))
        if (is_beside(unit, iter.value, folder)) {
            chosen = iter.value;
            break;
        }
    if (!hf_is_array(commands) || !hf_is_object(chosen))
        gen_fail(unit, HF_WRONG_KIND, (gen_place){ path, 0, 0 }, "no entries, expected an array of compile commands");
    flag_list list = { .unit = unit, .directory = hf_as_text(hf_get(chosen, HF_T("directory")), HF_T(".")) };
    hf_iter_init(&iter, hf_get(chosen, HF_T("arguments")));
    while (hf_iter_next(&iter))
        take_word(&list, hf_as_text(iter.value, HF_T("")));
    take_command(&list, hf_as_text(hf_get(chosen, HF_T("command")), HF_T("")));
    for (; more != NULL && *more != NULL; more++)
        add_flag(&list, *more);
    return list.flags;
}

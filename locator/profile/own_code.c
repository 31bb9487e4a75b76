/* own_code.c - whose code is it? By where it lies, by its source, and by names all allocators share. */
#define _GNU_SOURCE

#include "own_code.h"

#include <ctype.h>

static bool begins(hf_text text, const char *with)
{
    size_t length = strlen(with);
    return text.length >= length && memcmp(text.bytes, with, length) == 0;
}

static bool ends(hf_text text, const char *with)
{
    size_t length = strlen(with);
    return text.length >= length && memcmp(text.bytes + text.length - length, with, length) == 0;
}

static bool begins_with_any(hf_text text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (begins(text, *list))
            return true;
    return false;
}

/* xstrcat, safe_getline, checked_realpath: what the C library calls so, with a word before it that says it never fails. */
static bool is_checked_library_name(hf_text plain, bool says_so_behind)
{
    static const char *const prefixes[] = { "x", "safe_", "checked_", "must_", NULL };
    static const char *const names[] = { "strcat", "strncat", "strcpy", "strncpy", "stpcpy", "memcpy", "printf", "sprintf",
                                         "vsprintf", "snprintf", "vprintf", "getline", "getdelim", "getcwd", "gethostname", "realpath",
                                         "readlink", "fopen", "fdopen", "freopen", "popen", "opendir", "tmpfile", "mmap", NULL };
    size_t before = 0;
    for (const char *const *prefix = prefixes; before == 0 && *prefix != NULL; prefix++)
        before = begins(plain, *prefix) ? strlen(*prefix) : 0;
    for (const char *const *name = names; (before > 0 || says_so_behind) && *name != NULL; name++)
        if (plain.length == before + strlen(*name) && ends(plain, *name))
            return true;
    return false;
}

/* Does a word that allocators are called by end the name, as in xmalloc, my_calloc, mem_alloc, dupstr?
 * Only what says nothing but "allocate": make_node or new_user is code with a purpose. */
static bool is_allocator_name(hf_text name)
{
    static const char *const words[] = { "malloc", "calloc", "realloc", "reallocarray", "memalign", "aligned_alloc",
                                         "strdup", "strndup", "memdup", "asprintf", "operator new", "operator new[]",
                                         "valloc", "zalloc", "wcsdup", NULL };
    static const char *const whole[] = { "alloc", "allocate", "xalloc", "mem_alloc", "mem_get", "safe_alloc", "my_alloc",
                                         "checked_alloc", "do_alloc", "alloc_or_die", "must_alloc", "emalloc", "ecalloc", NULL };
    hf_text plain = name;
    static const char *const suffixes[] = { "_or_die", "_or_abort", "_checked", "_wrapper", "_impl", "_internal", NULL };
    for (const char *const *suffix = suffixes; *suffix != NULL; suffix++)
        if (ends(plain, *suffix))
            plain.length -= strlen(*suffix);
    for (const char *const *word = words; *word != NULL; word++)
        if (ends(plain, *word) && plain.length <= strlen(*word) + 12)
            return true;
    for (const char *const *word = whole; *word != NULL; word++)
        if (plain.length == strlen(*word) && begins(plain, *word))
            return true;
    return is_checked_library_name(plain, plain.length < name.length) || begins(name, "__interceptor_") || begins(name, "hf__recorder_");
}

static bool is_system_path(hf_text path)
{
    static const char *const roots[] = { "/usr/lib/", "/lib/", "/usr/lib32/", "/usr/lib64/", "/lib64/", "/lib32/",
                                         "/usr/libexec/", "/usr/local/lib/", "/nix/store/", "/snap/", "[", NULL };
    return begins_with_any(path, roots);
}

static bool is_system_source(hf_text file)
{
    static const char *const roots[] = { "/usr/include/", "/usr/lib/", "/usr/local/include/", NULL };
    return begins_with_any(file, roots);
}

static bool is_own_memory(hf_text name, hf_text file)
{
    static const char *const sources[] = { "lib/memory/allocator.c", "lib/memory/arena.c", "lib/memory/budget.c",
                                           "lib/memory/frame.c", "lib/memory/page.c", "lib/memory/region.h", NULL };
    for (const char *const *source = sources; *source != NULL; source++)
        if (ends(file, *source))
            return true;
    return begins(name, "hf_arena_") || begins(name, "hf__arena_") || begins(name, "hf__page_") || begins(name, "hf__memory_");
}

static bool is_start(hf_text name)
{
    static const char *const names[] = { "_start", "__libc_start_main", "__libc_start_call_main", "start_thread",
                                         "clone", "__clone", "clone3", "__clone3", "_dl_start", "_dl_init", "call_init",
                                         "_dl_start_user", "__libc_csu_init", NULL };
    for (const char *const *known = names; *known != NULL; known++)
        if (name.length == strlen(*known) && begins(name, *known))
            return true;
    return begins(name, "__libc_start_");
}

hf__origin hf__origin_of_native(hf_text name, hf_text file, hf_text module, bool program_is_module)
{
    static const char *const spaces[] = { "std::", "__gnu_cxx::", "__cxxabiv1::", "__gnu_", NULL };
    static const char *const allocators[] = { "/libjemalloc", "/libtcmalloc", "/libmimalloc", "/libholdfast_recorder", NULL };
    for (const char *const *library = allocators; *library != NULL; library++)
        if (memmem(module.bytes, module.length, *library, strlen(*library)) != NULL)
            return HF_ORIGIN_ALLOCATOR;
    if (is_start(name))
        return HF_ORIGIN_START;
    if (is_allocator_name(name))
        return HF_ORIGIN_ALLOCATOR;
    /* libholdfast itself: what gives memory out is an allocator, the rest a library, wherever they are linked. */
    if (is_own_memory(name, file))
        return HF_ORIGIN_ALLOCATOR;
    if (memmem(module.bytes, module.length, "/libholdfast.so", 15) != NULL)
        return HF_ORIGIN_LIBRARY;
    if (begins_with_any(name, spaces) || is_system_source(file))
        return HF_ORIGIN_LIBRARY;
    if (program_is_module)
        return HF_ORIGIN_OWN;
    return is_system_path(module) ? HF_ORIGIN_LIBRARY : HF_ORIGIN_OWN;
}

hf__origin hf__origin_of_go(hf_text name, hf_text file)
{
    static const char *const starts[] = { "runtime.main", "runtime.goexit", NULL };
    for (const char *const *known = starts; *known != NULL; known++)
        if (name.length == strlen(*known) && begins(name, *known))
            return HF_ORIGIN_START;
    if (begins(name, "runtime.malloc") || begins(name, "runtime.new") || begins(name, "runtime.make") ||
        begins(name, "runtime.growslice"))
        return HF_ORIGIN_ALLOCATOR;
    /* Packages of the standard library have no dot in the first part of their path; main is the program. */
    if (begins(name, "main."))
        return HF_ORIGIN_OWN;
    const char *slash = memchr(name.bytes, '/', name.length), *dot = memchr(name.bytes, '.', name.length);
    bool has_host = slash != NULL && dot != NULL && dot < slash;
    bool vendored = memmem(file.bytes, file.length, "/pkg/mod/", 9) != NULL || memmem(file.bytes, file.length, "/vendor/", 8) != NULL;
    bool go_root = memmem(file.bytes, file.length, "/go-1.", 6) != NULL || memmem(file.bytes, file.length, "/go/src/", 8) != NULL;
    if (go_root && !has_host)
        return HF_ORIGIN_LIBRARY;
    /* Built with -trimpath, files have no folder that would tell: names without a host are the standard library's. */
    bool trimmed = file.length == 0 || file.bytes[0] != '/';
    if (vendored || (trimmed && !has_host))
        return HF_ORIGIN_LIBRARY;
    return HF_ORIGIN_OWN;
}

/* Where the parameters begin: the parenthesis that matches the last closing one; operator() kept. */
static size_t parameters_of(hf_text name)
{
    if (name.length == 0)
        return name.length;
    size_t end = name.length;
    static const char *const qualifiers[] = { " const", " volatile", " &", " &&", " noexcept", NULL };
    for (bool again = true; again;) {
        again = false;
        for (const char *const *tail = qualifiers; *tail != NULL; tail++)
            if (ends(hf_text_of(name.bytes, end), *tail))
                end -= strlen(*tail), again = true;
    }
    if (end == 0 || name.bytes[end - 1] != ')')
        return name.length;
    size_t deep = 0;
    for (size_t at = end; at-- > 0;) {
        if (name.bytes[at] == ')')
            deep++;
        else if (name.bytes[at] == '(' && --deep == 0)
            return at > 0 ? at : name.length;
    }
    return name.length;
}

/* Where the name begins behind a return type: after the last blank outside of brackets. */
static size_t behind_type(hf_text name)
{
    size_t begin = 0;
    int angle = 0, round = 0;
    for (size_t at = 0; at < name.length; at++) {
        char byte = name.bytes[at];
        if (begins(hf_text_of(name.bytes + at, name.length - at), "operator"))
            break;
        angle += (byte == '<') - (byte == '>');
        round += (byte == '(') - (byte == ')');
        if (byte == ' ' && angle == 0 && round == 0)
            begin = at + 1;
    }
    return begin;
}

hf_text hf__plain_name(hf_text name, char *out, size_t size)
{
    const char *clone = memmem(name.bytes, name.length, " [clone", 7);
    if (clone != NULL)
        name.length = (size_t)(clone - name.bytes);
    if (memchr(name.bytes, '(', name.length) != NULL || memchr(name.bytes, '<', name.length) != NULL) {
        name.length = parameters_of(name);
        size_t begin = behind_type(name);
        name.bytes += begin;
        name.length -= begin;
    } else {
        const char *dot = name.length > 1 ? memchr(name.bytes + 1, '.', name.length - 1) : NULL;
        if (dot != NULL && begins(name, "main.") == false)
            name.length = (size_t)(dot - name.bytes);
    }
    if (name.length >= size)
        name.length = size > 0 ? size - 1 : 0;
    if (size > 0) {
        memmove(out, name.bytes, name.length);
        out[name.length] = 0;
    }
    return hf_text_of(out, name.length);
}

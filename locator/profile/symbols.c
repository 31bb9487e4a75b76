/* symbols.c - functions, files and lines by libdwfl.
 *
 * For each unit of debug information that is asked for, the ranges of all its functions are put in
 * order once; inlined frames are then found below one function only. */
#include "symbols.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "own_code.h"
#include "room.h"

typedef struct range {
    uint64_t  low, high;
    Dwarf_Off die;
} range;

/* The functions of one unit, by address. */
typedef struct unit {
    Dwarf_Off die;
    Dwarf    *dwarf;
    range    *ranges;
    size_t    ranges_count, ranges_room;
} unit;

typedef struct module {
    char        *path;
    uint8_t      build_id[32];
    size_t       build_id_length;
    Dwfl_Module *dwfl;      /* NULL when the file cannot be used */
    uint64_t     bias;      /* of libdwfl's addresses over those of the file */
    bool         opened;
} module;

struct hf__symbols {
    Dwfl   *dwfl;
    module *modules;
    unit   *units;
    size_t  modules_count, modules_room, units_count, units_room;
    char *(*demangle)(const char *, char *, size_t *, int *);
    bool    demangler_tried;
    char    names[HF_SYMBOLS_INLINED_MAX][512];
};

/* ---- separate debug information ------------------------------------------------------------------ */

/* Is this the file that a debug link means? It has the checksum of the whole file. */
static bool has_checksum(int file, uint32_t expected)
{
    uint8_t bytes[1 << 14];
    uLong   sum = crc32(0, NULL, 0);
    ssize_t got;
    while ((got = read(file, bytes, sizeof bytes)) > 0)
        sum = crc32(sum, bytes, (uInt)got);
    return got == 0 && (uint32_t)sum == expected;
}

static int open_linked(const char *path, uint32_t checksum, char **ret_path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    char *copy = has_checksum(file, checksum) ? strdup(path) : NULL;
    if (copy == NULL) {
        close(file);
        return -1;
    }
    *ret_path = copy; /* libdwfl frees it */
    return file;
}

/* As libdwfl's standard search, which goes on to load the client of debuginfod servers, with all that networks
 * need: 20 ms and more than that in MiB, also where no server is set. Here that is left to who has set one. */
static int find_debug_file(Dwfl_Module *of, void **user, const char *name, Dwarf_Addr base, const char *path,
                           const char *link, GElf_Word checksum, char **ret_path)
{
    static const char *const forms[] = { "%.*s/%s", "%.*s/.debug/%s", "/usr/lib/debug%.*s/%s" };
    const char *servers = getenv("DEBUGINFOD_URLS");
    if (servers != NULL && servers[0] != 0)
        return dwfl_standard_find_debuginfo(of, user, name, base, path, link, checksum, ret_path);
    int file = dwfl_build_id_find_debuginfo(of, user, name, base, path, link, checksum, ret_path);
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    for (size_t i = 0; file < 0 && link != NULL && slash != NULL && i < sizeof forms / sizeof *forms; i++) {
        char candidate[4096];
        int  length = snprintf(candidate, sizeof candidate, forms[i], (int)(slash - path), path, link);
        if (length > 0 && (size_t)length < sizeof candidate)
            file = open_linked(candidate, checksum, ret_path);
    }
    return file;
}

static char *debug_folders = NULL; /* libdwfl's default search path */
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = find_debug_file,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = &debug_folders,
};

hf__symbols *hf__symbols_create(void)
{
    hf__symbols *symbols = hf__room_zeroed(1, sizeof *symbols);
    if (symbols == NULL)
        return NULL;
    /* Debug information comes from this machine; asking servers on the network is the user's choice. */
    symbols->dwfl = dwfl_begin(&callbacks);
    if (symbols->dwfl == NULL) {
        hf__room_free(symbols);
        return NULL;
    }
    return symbols;
}

void hf__symbols_destroy(hf__symbols *symbols)
{
    if (symbols == NULL)
        return;
    for (size_t i = 0; i < symbols->units_count; i++)
        hf__room_free(symbols->units[i].ranges);
    for (size_t i = 0; i < symbols->modules_count; i++)
        hf__room_free(symbols->modules[i].path);
    hf__room_free(symbols->units);
    hf__room_free(symbols->modules);
    dwfl_end(symbols->dwfl);
    hf__room_free(symbols);
}

uint32_t hf__symbols_module(hf__symbols *symbols, hf_text path, const uint8_t *build_id, size_t build_id_length)
{
    if (build_id_length > sizeof symbols->modules->build_id)
        build_id_length = sizeof symbols->modules->build_id;
    for (size_t i = 0; i < symbols->modules_count; i++) {
        const module *known = &symbols->modules[i];
        if (hf_text_equal(hf_text_from_cstr(known->path), path) && known->build_id_length == build_id_length &&
            (build_id_length == 0 || memcmp(known->build_id, build_id, build_id_length) == 0))
            return (uint32_t)i;
    }
    char *copy = hf__room_zeroed(path.length + 1, 1);
    if (copy == NULL || !HF_RESERVE(symbols->modules, symbols->modules_room, symbols->modules_count + 1)) {
        hf__room_free(copy);
        return UINT32_MAX;
    }
    if (path.length > 0)
        memcpy(copy, path.bytes, path.length);
    module *made = &symbols->modules[symbols->modules_count];
    *made = (module){ .path = copy, .build_id_length = build_id_length };
    if (build_id_length > 0)
        memcpy(made->build_id, build_id, build_id_length);
    return (uint32_t)symbols->modules_count++;
}

/* Opens the file on first use. A file that changed since it was recorded is left out: its names would lie. */
static void open_module(hf__symbols *symbols, module *at)
{
    at->opened = true;
    if (at->path[0] != '/' || access(at->path, R_OK) != 0)
        return;
    Dwfl_Module *found = dwfl_report_offline(symbols->dwfl, at->path, at->path, -1);
    if (found == NULL)
        return;
    const unsigned char *bits = NULL;
    GElf_Addr where;
    GElf_Addr bias = 0;
    if (dwfl_module_getelf(found, &bias) == NULL)
        return;
    int length = dwfl_module_build_id(found, &bits, &where);
    if (at->build_id_length > 0 && length > 0 &&
        ((size_t)length != at->build_id_length || memcmp(bits, at->build_id, at->build_id_length) != 0))
        return;
    at->dwfl = found;
    at->bias = bias;
}

/* ---- names ------------------------------------------------------------------------------------ */

static hf_text plain_name(hf__symbols *symbols, const char *name, char *out, size_t size)
{
    char *readable = NULL;
    if (name[0] == '_' && name[1] == 'Z') {
        if (!symbols->demangler_tried) {
            void *runtime = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
            void *call = runtime != NULL ? dlsym(runtime, "__cxa_demangle") : NULL;
            memcpy(&symbols->demangle, &call, sizeof call);
            symbols->demangler_tried = true;
        }
        /* Suffixes of the compiler are not part of what can be demangled. */
        char bare[1024];
        size_t length = strcspn(name, ".");
        if (symbols->demangle != NULL && length < sizeof bare) {
            memcpy(bare, name, length);
            bare[length] = 0;
            int failed;
            readable = symbols->demangle(bare, NULL, NULL, &failed);
        }
    }
    hf_text plain = hf__plain_name(hf_text_from_cstr(readable != NULL ? readable : name), out, size);
    free(readable); /* made by the C++ runtime with malloc */
    return plain;
}

static const char *linkage_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Attribute *found = dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute);
    if (found == NULL)
        found = dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute);
    return found != NULL ? dwarf_formstring(found) : NULL;
}

static hf__symbol symbol_of(hf__symbols *symbols, Dwarf_Die *die, char *name_room, size_t name_size)
{
    hf__symbol symbol = { 0 };
    const char *name = linkage_name(die);
    if (name == NULL)
        name = dwarf_diename(die);
    symbol.name = plain_name(symbols, name != NULL ? name : "?", name_room, name_size);
    /* Declared where the definition stands: dwarf_decl_file follows origins and specifications. */
    symbol.file = hf_text_from_cstr(dwarf_decl_file(die));
    int line = 0;
    if (dwarf_decl_line(die, &line) == 0 && line > 0)
        symbol.start_line = (uint32_t)line;
    return symbol;
}

/* ---- functions of a unit ---------------------------------------------------------------------- */

static bool put_ranges(unit *into, Dwarf_Die *die)
{
    Dwarf_Addr base, low, high;
    for (ptrdiff_t offset = 0; (offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0;) {
        if (low >= high)
            continue;
        if (!HF_RESERVE(into->ranges, into->ranges_room, into->ranges_count + 1))
            return false;
        into->ranges[into->ranges_count++] = (range){ low, high, dwarf_dieoffset(die) };
    }
    return true;
}

static int compare_ranges(const void *left, const void *right)
{
    const range *a = left, *b = right;
    return (a->low > b->low) - (a->low < b->low);
}

/* All functions below `parent`, which may lie in namespaces, classes and other functions. */
static bool collect(unit *into, Dwarf_Die *parent, int depth)
{
    Dwarf_Die child;
    if (depth > 32 || dwarf_child(parent, &child) != 0)
        return true;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_subprogram && !put_ranges(into, &child))
            return false;
        bool may_hold = tag == DW_TAG_subprogram || tag == DW_TAG_namespace || tag == DW_TAG_class_type ||
                        tag == DW_TAG_structure_type || tag == DW_TAG_lexical_block;
        if (may_hold && !collect(into, &child, depth + 1))
            return false;
    } while (dwarf_siblingof(&child, &child) == 0);
    return true;
}

static unit *unit_of(hf__symbols *symbols, Dwarf_Die *die, Dwarf *dwarf)
{
    Dwarf_Off offset = dwarf_dieoffset(die);
    for (size_t i = symbols->units_count; i-- > 0;)
        if (symbols->units[i].die == offset && symbols->units[i].dwarf == dwarf)
            return &symbols->units[i];
    if (!HF_RESERVE(symbols->units, symbols->units_room, symbols->units_count + 1))
        return NULL;
    unit *made = &symbols->units[symbols->units_count];
    *made = (unit){ .die = offset, .dwarf = dwarf };
    if (!collect(made, die, 0)) {
        hf__room_free(made->ranges);
        return NULL;
    }
    if (made->ranges_count > 0)
        qsort(made->ranges, made->ranges_count, sizeof *made->ranges, compare_ranges);
    symbols->units_count++;
    return made;
}

/* The innermost of the functions that hold `address` (local ones lie within others). */
static bool function_at(const unit *from, Dwarf *dwarf, uint64_t address, Dwarf_Die *ret_die)
{
    size_t low = 0, high = from->ranges_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (from->ranges[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t back = 0; low > 0 && back < 64; back++, low--)
        if (address < from->ranges[low - 1].high)
            return dwarf_offdie(dwarf, from->ranges[low - 1].die, ret_die) != NULL;
    return false;
}

/* The inlined call below `parent` that holds `address`, with blocks looked through. */
static bool inlined_at(Dwarf_Die *parent, uint64_t address, int depth, Dwarf_Die *ret_die)
{
    Dwarf_Die child;
    if (depth > 64 || dwarf_child(parent, &child) != 0)
        return false;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_inlined_subroutine && dwarf_haspc(&child, address) > 0) {
            *ret_die = child;
            return true;
        }
        if (tag == DW_TAG_lexical_block && dwarf_haspc(&child, address) != 0 && inlined_at(&child, address, depth + 1, ret_die))
            return true;
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

static uint32_t call_line_of(Dwarf_Die *inlined)
{
    Dwarf_Attribute attribute;
    Dwarf_Word line = 0;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) != 0)
        return 0;
    return line <= UINT32_MAX ? (uint32_t)line : 0;
}

/* The unit, and the function in it, of an address of libdwfl. */
static bool debug_function(hf__symbols *symbols, module *at, uint64_t address, Dwarf_Die *ret_die, uint64_t *ret_address)
{
    Dwarf_Addr bias = 0;
    Dwarf *dwarf = dwfl_module_getdwarf(at->dwfl, &bias);
    Dwarf_Die *die = dwarf != NULL ? dwfl_module_addrdie(at->dwfl, address, &bias) : NULL;
    unit *from = die != NULL ? unit_of(symbols, die, dwarf) : NULL;
    *ret_address = address - bias;
    return from != NULL && function_at(from, dwarf, *ret_address, ret_die);
}

static size_t find_by_debug_information(hf__symbols *symbols, module *at, uint64_t address, hf__symbol *ret_symbols)
{
    Dwarf_Die chain[HF_SYMBOLS_INLINED_MAX];
    uint64_t in_unit;
    if (!debug_function(symbols, at, address, &chain[0], &in_unit))
        return 0;
    size_t count = 1;
    while (count < HF_SYMBOLS_INLINED_MAX && inlined_at(&chain[count - 1], in_unit, 0, &chain[count]))
        count++;
    int line = 0;
    Dwfl_Line *row = dwfl_module_getsrc(at->dwfl, address);
    if (row != NULL)
        dwfl_lineinfo(row, NULL, &line, NULL, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        Dwarf_Die *die = &chain[count - 1 - i];
        ret_symbols[i] = symbol_of(symbols, die, symbols->names[i], sizeof symbols->names[i]);
        ret_symbols[i].line = i == 0 ? (line > 0 ? (uint32_t)line : 0) : call_line_of(&chain[count - i]);
    }
    return count;
}

static size_t name_by_address(hf__symbols *symbols, const module *at, uint64_t address, hf__symbol *ret_symbols)
{
    const char *slash = strrchr(at->path, '/'), *base = slash != NULL ? slash + 1 : at->path;
    int length = snprintf(symbols->names[0], sizeof symbols->names[0], "%.400s+0x%" PRIx64, base[0] != 0 ? base : "?", address);
    ret_symbols[0] = (hf__symbol){ .name = hf_text_of(symbols->names[0], (size_t)length) };
    return 1;
}

size_t hf__symbols_find(hf__symbols *symbols, uint32_t number, uint64_t address, hf__symbol *ret_symbols)
{
    static char unnamed[] = "?";
    static module nothing = { .path = unnamed, .opened = true };
    module *at = number < symbols->modules_count ? &symbols->modules[number] : &nothing;
    if (!at->opened)
        open_module(symbols, at);
    if (at->dwfl == NULL)
        return name_by_address(symbols, at, address, ret_symbols);
    size_t count = find_by_debug_information(symbols, at, address + at->bias, ret_symbols);
    if (count > 0)
        return count;
    GElf_Off offset = 0;
    GElf_Sym about = { 0 };
    const char *name = dwfl_module_addrinfo(at->dwfl, address + at->bias, &offset, &about, NULL, NULL, NULL);
    if (name == NULL || (about.st_size > 0 && offset >= about.st_size))
        return name_by_address(symbols, at, address, ret_symbols);
    ret_symbols[0] = (hf__symbol){ .name = plain_name(symbols, name, symbols->names[0], sizeof symbols->names[0]) };
    return 1;
}

bool hf__symbols_find_data(hf__symbols *symbols, uint32_t number, uint64_t address, hf_text *ret_name)
{
    module *at = number < symbols->modules_count ? &symbols->modules[number] : NULL;
    if (at != NULL && !at->opened)
        open_module(symbols, at);
    if (at == NULL || at->dwfl == NULL)
        return false;
    GElf_Off offset = 0;
    GElf_Sym about = { 0 };
    const char *name = dwfl_module_addrinfo(at->dwfl, address + at->bias, &offset, &about, NULL, NULL, NULL);
    if (name == NULL || GELF_ST_TYPE(about.st_info) != STT_OBJECT || offset >= about.st_size)
        return false;
    *ret_name = plain_name(symbols, name, symbols->names[0], sizeof symbols->names[0]);
    return ret_name->length > 0;
}

/* ---- calls that became jumps ------------------------------------------------------------------ */

/* The call site below `parent` that returns to `address`. */
static bool call_site_at(Dwarf_Die *parent, uint64_t address, int depth, Dwarf_Die *ret_die)
{
    Dwarf_Die child;
    if (depth > 64 || dwarf_child(parent, &child) != 0)
        return false;
    do {
        int tag = dwarf_tag(&child);
        Dwarf_Attribute attribute;
        Dwarf_Addr returns = 0;
        if (tag == DW_TAG_call_site || tag == DW_TAG_GNU_call_site) {
            Dwarf_Attribute *found = dwarf_attr(&child, DW_AT_call_return_pc, &attribute);
            if (found == NULL)
                found = dwarf_attr(&child, DW_AT_low_pc, &attribute);
            if (found != NULL && dwarf_formaddr(found, &returns) == 0 && returns == address) {
                *ret_die = child;
                return true;
            }
        } else if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
                   call_site_at(&child, address, depth + 1, ret_die)) {
            return true;
        }
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

bool hf__symbols_find_jumped(hf__symbols *symbols, uint32_t number, uint64_t return_address, hf_text inner_name,
                             hf__symbol *ret_symbol)
{
    module *at = number < symbols->modules_count ? &symbols->modules[number] : NULL;
    if (at == NULL || !at->opened || at->dwfl == NULL)
        return false;
    Dwarf_Die function, site, called;
    uint64_t in_unit;
    if (!debug_function(symbols, at, return_address - 1 + at->bias, &function, &in_unit) ||
        !call_site_at(&function, in_unit + 1, 0, &site))
        return false;
    Dwarf_Attribute attribute;
    Dwarf_Attribute *origin = dwarf_attr(&site, DW_AT_call_origin, &attribute);
    if (origin == NULL)
        origin = dwarf_attr(&site, DW_AT_abstract_origin, &attribute);
    if (origin == NULL || dwarf_formref_die(origin, &called) == NULL)
        return false;
    /* Only what is defined here can have jumped on; the name of a declaration may be an alias. */
    Dwarf_Attribute declaration;
    bool is_declaration = false;
    if (dwarf_formflag(dwarf_attr(&called, DW_AT_declaration, &declaration), &is_declaration) == 0 && is_declaration)
        return false;
    *ret_symbol = symbol_of(symbols, &called, symbols->names[0], sizeof symbols->names[0]);
    ret_symbol->line = ret_symbol->start_line;
    return !hf_text_equal(ret_symbol->name, inner_name);
}

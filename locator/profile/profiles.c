/* profiles.c - a folder of profiles over time becomes a model. */
#define _GNU_SOURCE
#include "profiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "gzip.h"
#include "live.h"
#include "own_code.h"
#include "pprof.h"
#include "room.h"
#include "statistics_read.h"

enum { FILE_BYTES_MAX = 1 << 28 };

typedef struct file {
    char   *path;
    size_t  group_length; /* of `path`, up to the first dot of the name */
    int64_t modified_ns;
} file;

/* The files of one checkpoint. */
typedef struct group {
    size_t     first, count; /* of files */
    int64_t    time_ns;
    hf__memory memory;
    bool       has_heap;
} group;

/* A path's values as of the checkpoint before and now. */
typedef struct tally {
    int64_t  live_bytes, live_blocks, before_bytes, before_blocks;
    int64_t  born_bytes, born_blocks, born_bytes_before, born_blocks_before; /* since the start */
    double   noise_sum;
} tally;

typedef struct loader {
    hf__model           *model;
    hf__profiles_report *report;
    const char          *first_path; /* for what is wrong with all of them */
    hf_error            *reterr;
    file                *files;
    group               *groups;
    tally               *tallies;
    uint32_t            *functions; /* of the profile that is being read, by index, as the model has them; HF_NONE: not yet asked for */
    size_t dumps; /* files that are no profile yet */
    size_t files_count, files_room, groups_count, groups_room, tallies_count, tallies_room, functions_room;
} loader;

hf_status hf__file_read(const char *path, size_t bytes_max, char **ret_bytes, size_t *ret_length, hf_error *reterr)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        hf_status status = hf__fail_system(reterr, errno, "open");
        hf__error_set_name(reterr, path);
        return status;
    }
    char *bytes = NULL;
    size_t room = 0, length = 0;
    hf_status status = HF_OK;
    for (;;) {
        if (!HF_RESERVE(bytes, room, length + 65536)) {
            status = hf__fail(reterr, HF_NO_MEMORY, NULL);
            break;
        }
        ssize_t got = read(descriptor, bytes + length, room - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = hf__fail_system(reterr, errno, "read");
        if (got <= 0)
            break;
        length += (size_t)got;
        if (length > bytes_max) {
            status = hf__fail(reterr, HF_LIMIT_BYTES, "more than %zu bytes", bytes_max);
            break;
        }
    }
    close(descriptor);
    if (status != HF_OK) {
        hf__error_set_name(reterr, path);
        hf__room_free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return HF_OK;
}

/* ---- which files ------------------------------------------------------------------------------ */

static hf_status put_file(loader *at, const char *folder, const char *name)
{
    size_t folder_length = folder != NULL ? strlen(folder) + 1 : 0, name_length = strlen(name);
    if (at->files_count >= HF_PROFILES_MAX)
        return hf__fail(at->reterr, HF_LIMIT_COUNT, "more than %d files", HF_PROFILES_MAX);
    char *path = hf__room_zeroed(folder_length + name_length + 1, 1);
    if (path == NULL || !HF_RESERVE(at->files, at->files_room, at->files_count + 1)) {
        hf__room_free(path);
        return hf__fail(at->reterr, HF_NO_MEMORY, NULL);
    }
    if (folder != NULL) {
        memcpy(path, folder, folder_length - 1);
        path[folder_length - 1] = '/';
    }
    memcpy(path + folder_length, name, name_length + 1);
    struct stat about;
    if (stat(path, &about) != 0) {
        hf_status status = hf__fail_system(at->reterr, errno, "open");
        hf__error_set_name(at->reterr, path);
        hf__room_free(path);
        return status;
    }
    if (folder != NULL && !S_ISREG(about.st_mode)) {
        hf__room_free(path);
        return HF_OK;
    }
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    at->files[at->files_count++] = (file){ .path = path,
                                           .group_length = (size_t)(base - path) + strcspn(base, "."),
                                           .modified_ns = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec };
    return HF_OK;
}

static hf_status put_folder(loader *at, const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        hf_status status = hf__fail_system(at->reterr, errno, "open");
        hf__error_set_name(at->reterr, path);
        return status;
    }
    hf_status status = HF_OK;
    for (struct dirent *entry; status == HF_OK && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            status = put_file(at, path, entry->d_name);
    closedir(folder);
    return status;
}

static int compare_files(const void *left, const void *right)
{
    const file *a = left, *b = right;
    size_t shorter = a->group_length < b->group_length ? a->group_length : b->group_length;
    int order = memcmp(a->path, b->path, shorter);
    if (order == 0 && a->group_length != b->group_length)
        order = a->group_length < b->group_length ? -1 : 1;
    return order != 0 ? order : strcmp(a->path, b->path);
}

static hf_status find_files(loader *at, const char *const *paths, size_t paths_count)
{
    hf_status status = HF_OK;
    for (size_t i = 0; status == HF_OK && i < paths_count; i++) {
        struct stat about;
        if (stat(paths[i], &about) == 0 && S_ISDIR(about.st_mode))
            status = put_folder(at, paths[i]);
        else
            status = put_file(at, NULL, paths[i]);
    }
    if (status != HF_OK)
        return status;
    if (at->files_count == 0)
        return HF_OK;
    qsort(at->files, at->files_count, sizeof *at->files, compare_files);
    for (size_t i = 0; i < at->files_count;) {
        size_t end = i + 1;
        while (end < at->files_count && at->files[end].group_length == at->files[i].group_length &&
               memcmp(at->files[end].path, at->files[i].path, at->files[i].group_length) == 0)
            end++;
        if (!HF_RESERVE(at->groups, at->groups_room, at->groups_count + 1))
            return hf__fail(at->reterr, HF_NO_MEMORY, NULL);
        at->groups[at->groups_count++] = (group){ .first = i, .count = end - i, .memory = HF_MEMORY_UNKNOWN };
        i = end;
    }
    return HF_OK;
}

/* ---- what is in them -------------------------------------------------------------------------- */

typedef enum content { CONTENT_OTHER, CONTENT_HEAP, CONTENT_GOROUTINES, CONTENT_STATISTICS } content;

static bool looks_like_profile(const file *from, hf_text bytes)
{
    return hf__is_gzip(bytes) || strstr(from->path, ".pb") != NULL || strstr(from->path, ".pprof") != NULL;
}

static bool is_named_profile(const file *from)
{
    const char *name = from->path + from->group_length;
    return strstr(name, ".heap") != NULL || strstr(name, ".goroutine") != NULL;
}

/* What is live, by bytes or by blocks. pprof names it shorter where a dump of jemalloc or gperftools, which it turned
 * into a profile, knew nothing else. */
static uint32_t find_live(const hf__pprof *profile, bool bytes)
{
    uint32_t named = hf__pprof_find_type(profile, bytes ? "inuse_space" : "inuse_objects");
    return named != HF_PPROF_NONE ? named : hf__pprof_find_type(profile, bytes ? "space" : "objects");
}

/* As jemalloc and gperftools write them: text, with addresses in the place of names. */
static bool is_dump(hf_text text)
{
    static const char *const begins[] = { "heap_v2/", "heap profile:" };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (text.length >= strlen(begins[i]) && memcmp(text.bytes, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Opens a file and says what it is. A profile is the caller's to release, statistics are in *ret_memory. */
static hf_status look_into(loader *at, const file *from, content *ret_content, hf__pprof *ret_profile, hf__memory *ret_memory)
{
    char *bytes = NULL;
    size_t length = 0;
    *ret_content = CONTENT_OTHER;
    hf_status status = hf__file_read(from->path, FILE_BYTES_MAX, &bytes, &length, at->reterr);
    if (status != HF_OK)
        return status;
    hf_text text = hf_text_of(bytes, length);
    if (looks_like_profile(from, text)) {
        hf__pprof profile = { 0 };
        status = hf__pprof_read(text, NULL, &profile, at->reterr);
        if (status == HF_BAD_PROFILE && !is_named_profile(from)) {
            status = HF_OK; /* some other packed file */
        } else if (status != HF_OK) {
            hf__error_set_name(at->reterr, from->path);
        } else if (find_live(&profile, true) != HF_PPROF_NONE) {
            *ret_content = CONTENT_HEAP;
        } else if (hf__pprof_find_type(&profile, "goroutine") != HF_PPROF_NONE) {
            *ret_content = CONTENT_GOROUTINES;
        }
        if (status == HF_OK && *ret_content != CONTENT_OTHER)
            *ret_profile = profile;
        else if (status == HF_OK && !(*ret_content != CONTENT_OTHER))
            hf__pprof_release(&profile);
    } else if (is_dump(text)) {
        at->dumps++;
    } else {
        status = hf__statistics_read(text, from->path, ret_memory, at->reterr);
        if (status == HF_OK)
            *ret_content = CONTENT_STATISTICS;
        else if (status == HF_NOT_FOUND || strstr(from->path + from->group_length, "mem") == NULL)
            status = HF_OK; /* somebody else's file */
    }
    hf__room_free(bytes);
    return status;
}

/* First look: the times, the statistics, and where there is a heap profile. */
static hf_status survey(loader *at, group *one)
{
    for (size_t i = one->first; i < one->first + one->count; i++) {
        content what;
        hf__pprof profile = { 0 };
        hf_status status = look_into(at, &at->files[i], &what, &profile, &one->memory);
        if (status != HF_OK)
            return status;
        if (what == CONTENT_HEAP) {
            if (one->has_heap)
                status = hf__fail(at->reterr, HF_BAD_PROFILE, "a second heap profile of one checkpoint");
            one->has_heap = true;
            one->time_ns = profile.time_ns != 0 ? profile.time_ns : at->files[i].modified_ns;
        } else if (what == CONTENT_GOROUTINES) {
            if (one->time_ns == 0)
                one->time_ns = profile.time_ns;
        }
        at->report->files += what != CONTENT_OTHER;
        at->report->left_alone += what == CONTENT_OTHER;
        hf__pprof_release(&profile);
        if (status != HF_OK) {
            hf__error_set_name(at->reterr, at->files[i].path);
            return status;
        }
    }
    return HF_OK;
}

static int compare_groups(const void *left, const void *right)
{
    const group *a = left, *b = right;
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

/* ---- into the model --------------------------------------------------------------------------- */

static tally *tally_of(loader *at, uint32_t path)
{
    if (path == HF_NONE)
        return NULL;
    if (path >= at->tallies_count) {
        if (!HF_RESERVE(at->tallies, at->tallies_room, (size_t)path + 1)) {
            at->model->failed = true;
            return NULL;
        }
        memset(at->tallies + at->tallies_count, 0, (path + 1 - at->tallies_count) * sizeof *at->tallies);
        at->tallies_count = (size_t)path + 1;
    }
    return &at->tallies[path];
}

static bool looks_like_go(const hf__pprof *profile)
{
    for (size_t i = 0; i < profile->functions_count; i++) {
        hf_text name = profile->strings[profile->functions[i].name];
        if (name.length > 8 && memcmp(name.bytes, "runtime.", 8) == 0)
            return true;
    }
    return false;
}

/* The object that holds the code of a location; the first one of a profile is the program itself. */
static hf_text module_of(const hf__pprof *profile, const hf__pprof_location *location)
{
    return location->mapping != HF_PPROF_NONE ? profile->strings[profile->mappings[location->mapping].file] : HF_T("");
}

static bool is_of_program(const hf__pprof_location *location)
{
    return location->mapping == HF_PPROF_NONE || location->mapping == 0;
}

static uint32_t find_function(loader *at, const hf__pprof *profile, const hf__pprof_location *location, uint32_t index, bool is_go)
{
    const hf__pprof_function *from = &profile->functions[index];
    hf_text name = profile->strings[from->name], file_name = profile->strings[from->file];
    char plain[1024];
    if (!is_go)
        name = hf__plain_name(name, plain, sizeof plain);
    hf__origin origin = is_go ? hf__origin_of_go(name, file_name)
                              : hf__origin_of_native(name, file_name, module_of(profile, location), is_of_program(location));
    uint32_t line = from->start_line > 0 && from->start_line < INT32_MAX ? (uint32_t)from->start_line : 0;
    return hf__model_function(at->model, hf__model_text(at->model, name), hf__model_text(at->model, file_name), line, origin);
}

/* A hundred thousand stacks go through a handful of functions: each is looked up once for a profile. */
static uint32_t function_of(loader *at, const hf__pprof *profile, const hf__pprof_location *location, uint32_t index, bool is_go)
{
    if (at->functions[index] == HF_NONE)
        at->functions[index] = find_function(at, profile, location, index, is_go);
    return at->functions[index];
}

/* Of code without symbols: "libthing.so.1+0x1234", or its address. */
static uint32_t nameless_function(loader *at, const hf__pprof *profile, const hf__pprof_location *location)
{
    char name[160];
    hf_text module = module_of(profile, location);
    const char *slash = module.length > 0 ? memrchr(module.bytes, '/', module.length) : NULL;
    size_t skipped = slash != NULL ? (size_t)(slash + 1 - module.bytes) : 0, left = module.length - skipped;
    uint64_t address = location->address;
    if (left > 0) {
        const hf__pprof_mapping *mapping = &profile->mappings[location->mapping];
        address = address - mapping->start + mapping->offset;
    }
    int length = snprintf(name, sizeof name, "%.*s%s0x%llx", left < 100 ? (int)left : 100, module.bytes + skipped, left > 0 ? "+" : "",
                          (unsigned long long)address);
    hf_text text = hf_text_of(name, (size_t)length);
    hf__origin origin = hf__origin_of_native(text, HF_T(""), module, is_of_program(location));
    return hf__model_function(at->model, hf__model_text(at->model, text), 0, 0, origin);
}

static bool forget_functions(loader *at, const hf__pprof *profile)
{
    if (!HF_RESERVE(at->functions, at->functions_room, profile->functions_count + 1))
        return false;
    memset(at->functions, 0xff, profile->functions_count * sizeof *at->functions); /* HF_NONE */
    return true;
}

/* The frame of a sample's stack in the trie: outermost first, inlined frames unfolded. */
static uint32_t frame_of(loader *at, const hf__pprof *profile, const hf__pprof_sample *sample, bool is_go)
{
    uint32_t frame = 0;
    for (size_t i = sample->location_count; i-- > 0;) {
        const hf__pprof_location *location = &profile->locations[profile->sample_locations[sample->location_first + i]];
        for (size_t l = location->line_count; l-- > 0;) {
            const hf__pprof_line *line = &profile->lines[location->line_first + l];
            uint32_t function = function_of(at, profile, location, line->function, is_go);
            frame = hf__model_frame(at->model, frame, function, line->line > 0 && line->line < INT32_MAX ? (uint32_t)line->line : 0);
        }
        if (location->line_count == 0)
            frame = hf__model_frame(at->model, frame, nameless_function(at, profile, location), 0);
    }
    return frame;
}

static void put_profile(loader *at, const hf__pprof *profile, hf__path_kind kind)
{
    bool is_go = looks_like_go(profile);
    uint32_t bytes_at = find_live(profile, true), blocks_at = find_live(profile, false);
    uint32_t born_bytes_at = hf__pprof_find_type(profile, "alloc_space"), born_blocks_at = hf__pprof_find_type(profile, "alloc_objects");
    if (kind == HF_PATH_GOROUTINE)
        blocks_at = hf__pprof_find_type(profile, "goroutine");
    double period = kind == HF_PATH_HEAP ? (double)profile->period : 0;
    at->model->sampled |= period > 1;
    if (!forget_functions(at, profile)) {
        at->model->failed = true;
        return;
    }
    for (size_t i = 0; i < profile->samples_count && !at->model->failed; i++) {
        const uint64_t *values = profile->values + i * profile->types_count;
        tally *sum = tally_of(at, hf__model_path(at->model, frame_of(at, profile, &profile->samples[i], is_go), kind));
        if (sum == NULL)
            return;
        int64_t bytes = bytes_at != HF_PPROF_NONE ? (int64_t)values[bytes_at] : 0;
        int64_t blocks = blocks_at != HF_PPROF_NONE ? (int64_t)values[blocks_at] : 0;
        /* Damaged numbers must not overflow a sum. */
        int64_t most = INT64_MAX / 4 / (int64_t)(profile->samples_count + 1);
        bytes = bytes < 0 ? 0 : bytes > most ? most : bytes;
        blocks = blocks < 0 ? 0 : blocks > most ? most : blocks;
        int64_t born_bytes = born_bytes_at != HF_PPROF_NONE ? (int64_t)values[born_bytes_at] : 0;
        int64_t born_blocks = born_blocks_at != HF_PPROF_NONE ? (int64_t)values[born_blocks_at] : 0;
        sum->live_bytes += bytes;
        sum->live_blocks += blocks;
        sum->born_bytes += born_bytes < 0 ? 0 : born_bytes > most ? most : born_bytes;
        sum->born_blocks += born_blocks < 0 ? 0 : born_blocks > most ? most : born_blocks;
        sum->noise_sum += hf__sampling_noise((double)bytes, (double)blocks, period) * (double)bytes;
    }
}

static uint64_t at_least_none(int64_t amount)
{
    return amount > 0 ? (uint64_t)amount : 0;
}

/* Turns the sums of this checkpoint into points, against those of the one before. */
static void put_points(loader *at, bool is_first)
{
    for (size_t i = 0; i < at->tallies_count; i++) {
        tally *sum = &at->tallies[i];
        int64_t grown_bytes = sum->live_bytes - sum->before_bytes, grown_blocks = sum->live_blocks - sum->before_blocks;
        uint64_t born_bytes = at_least_none(sum->born_bytes - sum->born_bytes_before);
        uint64_t born_blocks = at_least_none(sum->born_blocks - sum->born_blocks_before);
        if (is_first || born_bytes < at_least_none(grown_bytes))
            born_bytes = at_least_none(grown_bytes);
        if (is_first || born_blocks < at_least_none(grown_blocks))
            born_blocks = at_least_none(grown_blocks);
        if (grown_bytes != 0 || grown_blocks != 0 || born_bytes != 0)
            hf__model_point(at->model, (uint32_t)i, sum->live_bytes, sum->live_blocks, born_bytes, born_blocks,
                            at_least_none((int64_t)born_bytes - grown_bytes), at_least_none((int64_t)born_blocks - grown_blocks));
        if (sum->live_bytes > 0)
            at->model->paths[i].noise_bytes = sum->noise_sum / (double)sum->live_bytes;
        *sum = (tally){ .before_bytes = sum->live_bytes, .before_blocks = sum->live_blocks,
                        .born_bytes_before = sum->born_bytes, .born_blocks_before = sum->born_blocks };
    }
}

static hf_status put_group(loader *at, group *one, int64_t begin_ns, bool is_first)
{
    int64_t goroutines = 0;
    for (size_t i = one->first; i < one->first + one->count; i++) {
        content what;
        hf__pprof profile = { 0 };
        hf__memory ignored;
        hf_status status = look_into(at, &at->files[i], &what, &profile, &ignored);
        if (status != HF_OK)
            return status;
        if (what == CONTENT_HEAP)
            put_profile(at, &profile, HF_PATH_HEAP);
        if (what == CONTENT_GOROUTINES) {
            put_profile(at, &profile, HF_PATH_GOROUTINE);
            for (size_t s = 0; s < profile.samples_count; s++)
                goroutines += (int64_t)(profile.values[s * profile.types_count] & INT32_MAX);
            one->memory.threads = goroutines;
        }
        hf__pprof_release(&profile);
    }
    put_points(at, is_first);
    hf__model_checkpoint(at->model, (double)(one->time_ns - begin_ns) / 1e9, &one->memory, 0);
    return HF_OK;
}

/* The longest run of checkpoints of one process: the total of what it ever allocated never falls. */
static void find_stretch(loader *at, size_t *ret_first, size_t *ret_end)
{
    size_t first = 0, best_first = 0, best_end = 0;
    for (size_t i = 1; i <= at->groups_count; i++) {
        bool ends = i == at->groups_count;
        if (!ends) {
            const hf__memory *before = &at->groups[i - 1].memory, *now = &at->groups[i].memory;
            ends = (now->allocated_bytes >= 0 && now->allocated_bytes < before->allocated_bytes) ||
                   (now->collections >= 0 && now->collections < before->collections);
            at->report->restarts += ends;
        }
        if (!ends)
            continue;
        if (i - first > best_end - best_first)
            best_first = first, best_end = i;
        first = i;
    }
    *ret_first = best_first;
    *ret_end = best_end;
}

static hf_status load(loader *at)
{
    for (size_t i = 0; i < at->groups_count; i++) {
        hf_status status = survey(at, &at->groups[i]);
        if (status != HF_OK)
            return status;
    }
    size_t kept = 0;
    for (size_t i = 0; i < at->groups_count; i++)
        if (at->groups[i].has_heap)
            at->groups[kept++] = at->groups[i];
    at->groups_count = kept;
    if (kept == 0 && at->dumps > 0) {
        hf__fail(at->reterr, HF_NOT_FOUND, "a dump of jemalloc or gperftools: man holdfast-report says how it becomes a profile");
        hf__error_set_name(at->reterr, at->files_count == 1 ? at->files[0].path : at->first_path);
        return HF_NOT_FOUND;
    }
    if (kept == 0 && at->files_count == 1) {
        hf__fail(at->reterr, HF_NOT_FOUND, "neither a recording of `holdfast run -o` nor a heap profile (pprof, inuse_space)");
        hf__error_set_name(at->reterr, at->files[0].path);
        return HF_NOT_FOUND;
    }
    if (kept == 0 && at->files_count == 0)
        hf__fail(at->reterr, HF_NOT_FOUND, "a folder without files");
    else if (kept == 0)
        hf__fail(at->reterr, HF_NOT_FOUND, "no heap profile (pprof, inuse_space) among %zu files", at->files_count);
    if (kept == 0) {
        hf__error_set_name(at->reterr, at->first_path);
        return HF_NOT_FOUND;
    }
    qsort(at->groups, kept, sizeof *at->groups, compare_groups);
    size_t first, end;
    find_stretch(at, &first, &end);
    if (at->report->restarts > 0)
        snprintf(at->report->note, sizeof at->report->note,
                 "the program was restarted %zu time%s; judged is its longest stretch, checkpoints %zu to %zu of %zu",
                 at->report->restarts, at->report->restarts == 1 ? "" : "s", first + 1, end, kept);
    at->model->started_ns = at->groups[first].time_ns;
    for (size_t i = first; i < end; i++) {
        hf_status status = put_group(at, &at->groups[i], at->groups[first].time_ns, i == first);
        if (status != HF_OK)
            return status;
    }
    return hf__model_seal(at->model, at->reterr);
}

hf_status hf__profiles_read(const char *const *paths, size_t paths_count, hf__model *ret_model,
                            hf__profiles_report *ret_report, hf_error *reterr)
{
    hf__model model;
    hf__profiles_report report = { 0 };
    hf_status status = hf__model_init(&model, reterr);
    if (status != HF_OK)
        return status;
    loader at = { .model = &model, .report = &report, .first_path = paths_count > 0 ? paths[0] : "", .reterr = reterr };
    model.program = hf__model_text(&model, hf_text_from_cstr(at.first_path));
    status = find_files(&at, paths, paths_count);
    if (status == HF_OK)
        status = load(&at);
    for (size_t i = 0; i < at.files_count; i++)
        hf__room_free(at.files[i].path);
    hf__room_free(at.files);
    hf__room_free(at.groups);
    hf__room_free(at.tallies);
    hf__room_free(at.functions);
    if (status != HF_OK) {
        hf__model_release(&model);
        return status;
    }
    *ret_model = model;
    *ret_report = report;
    return HF_OK;
}

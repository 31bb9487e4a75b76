/* openapi.c - real cyclic data: an OpenAPI description with all its references resolved.
 *
 *     example_openapi FILE        for instance api.github.com.json of the npm package @octokit/openapi
 *
 * Reads it, makes each {"$ref": "#/..."} a link, follows all links (each container once), prints which
 * parts are shared most, copies, saves and maps it, edits, and writes it back. What comes out is equal to
 * what went in. All of it has a bound: memory through the process's budget, walks by time. */
#include <holdfast/compare.h>
#include <holdfast/link.h>
#include <holdfast/read.h>
#include <holdfast/save.h>
#include <holdfast/size.h>
#include <holdfast/walk.h>
#include <holdfast/write.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Of memory for all documents at one time, for each byte of text; and of time for each walk. */
enum { BYTES_FOR_EACH = 24, BYTES_AT_LEAST = 1 << 20, WALK_MS = 60000 };

/* A value that links lead to. */
typedef struct shared_part {
    hf_value value;
    uint64_t links, bytes, values;
    char     pointer[160];
} shared_part;

typedef struct parts {
    shared_part *all;
    size_t       count, room;
} parts;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double began;

static void done(const char *what, uint64_t bytes)
{
    printf("  %-44s %8.1f ms", what, (seconds() - began) * 1e3);
    if (bytes > 0)
        printf("   %8.1f MB", (double)bytes / 1e6);
    printf("\n");
    began = seconds();
}

/* ---- what is shared ---------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const shared_part *left = a, *right = b;
    return (left->value.slot > right->value.slot) - (left->value.slot < right->value.slot);
}

static int by_weight(const void *a, const void *b)
{
    const shared_part *left = a, *right = b;
    uint64_t one = left->links * left->bytes, other = right->links * right->bytes;
    return (one < other) - (one > other);
}

/* The targets of all links, each once, with the number of links. */
static bool collect(hf_value root, parts *found)
{
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        if (walk.event != HF_LINK)
            continue;
        if (found->count == found->room) {
            size_t room = found->room * 2 + 256;
            shared_part *grown = realloc(found->all, room * sizeof *grown);
            if (grown == NULL)
                break;
            found->all = grown;
            found->room = room;
        }
        found->all[found->count++] = (shared_part){ .value = hf_link_target(walk.value), .links = 1 };
    }
    if (hf_walk_finish(&walk) != HF_WALK_DONE)
        return false;
    if (found->count > 1)
        qsort(found->all, found->count, sizeof *found->all, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        if (kept > 0 && hf_is_same(found->all[kept - 1].value, found->all[i].value))
            found->all[kept - 1].links++;
        else
            found->all[kept++] = found->all[i];
    }
    found->count = kept;
    return true;
}

/* Their sizes and paths. */
static bool describe(hf_value root, parts *found, hf_error *reterr)
{
    for (size_t i = 0; i < found->count; i++) {
        hf_size size;
        if (hf_measure(found->all[i].value, &size, reterr) != HF_OK)
            return false;
        found->all[i].bytes = size.deep_bytes;
        found->all[i].values = size.values;
    }
    hf_walk walk;
    hf_walk_init(&walk, root, NULL);
    while (hf_walk_next(&walk)) {
        shared_part wanted = { .value = walk.value };
        shared_part *part = walk.event != HF_LEAVE && found->count > 0
                                ? bsearch(&wanted, found->all, found->count, sizeof wanted, by_place)
                                : NULL;
        if (part != NULL)
            hf_walk_pointer(&walk, part->pointer, sizeof part->pointer);
    }
    hf_walk_finish(&walk);
    return true;
}

static bool print_shared(hf_value root, hf_error *reterr)
{
    parts found = { NULL, 0, 0 };
    bool is_done = collect(root, &found) && describe(root, &found, reterr);
    if (found.count > 1)
        qsort(found.all, found.count, sizeof *found.all, by_weight);
    printf("\n  largest shared parts                                        links    values       KB   KB if copied\n");
    for (size_t i = 0; i < found.count && i < 10; i++)
        printf("  %-56.56s %8llu %9llu %8.1f %14.1f\n", found.all[i].pointer, (unsigned long long)found.all[i].links,
               (unsigned long long)found.all[i].values, (double)found.all[i].bytes / 1e3,
               (double)(found.all[i].bytes * found.all[i].links) / 1e3);
    printf("  %zu parts are shared\n\n", found.count);
    free(found.all);
    began = seconds();
    return is_done;
}

/* ---- the graph --------------------------------------------------------------------------- */

/* Every value that can be reached, following links; each container once. */
static bool follow(hf_value root, uint64_t *ret_again, uint64_t *ret_depth)
{
    hf_arena arena;
    hf_walk walk;
    uint64_t again = 0, depth = 0;
    hf_arena_init(&arena, NULL);
    hf_walk_init(&walk, root, &(hf_walk_options){ .follow_links = true, .arena = &arena, .time_ms = WALK_MS });
    while (hf_walk_next(&walk)) {
        again += walk.event == HF_AGAIN;
        depth = walk.depth > depth ? walk.depth : depth;
    }
    bool is_done = hf_walk_finish(&walk) == HF_WALK_DONE;
    hf_arena_release(&arena);
    *ret_again = again;
    *ret_depth = depth;
    return is_done;
}

/* To a file of its own and back: the graph that is mapped is walked and compared, and the file removed. */
static hf_status save_and_map(const hf_document *graph, uint64_t met_again, hf_error *reterr)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/holdfast_openapi_%ld.hf", folder != NULL ? folder : "/tmp", (long)getpid());
    HF_DROPPED hf_document *mapped = NULL;
    hf_status status = hf_save(graph, path, reterr);
    if (status != HF_OK)
        return status;
    done("saved", 0);
    status = hf_map_file(path, NULL, &mapped, reterr);
    unlink(path); /* what is mapped stays */
    if (status != HF_OK)
        return status;
    done("mapped, every slot checked", hf_document_get_info(mapped).bytes);
    uint64_t again, depth;
    bool is_equal = false;
    if (!follow(hf_root(mapped), &again, &depth))
        return HF_LIMIT_TIME;
    status = hf_equal(hf_root(mapped), hf_root(graph), &is_equal);
    done("walked along all links and compared", 0);
    return status == HF_OK && (!is_equal || again != met_again) ? HF_BAD_BLOCK : status;
}

/* A note is added and taken back, in two versions. */
static hf_status edit_and_undo(const hf_document *graph, hf_document **ret_document, hf_error *reterr)
{
    hf_draft *draft = NULL;
    hf_document *changed = NULL;
    hf_status status = hf_edit(graph, &draft, reterr);
    if (status == HF_OK && hf_is_object(hf_draft_root(draft)))
        status = hf_set_text(draft, HF_T("/x-note"), HF_T("edited by an example of Holdfast"), reterr);
    if (status == HF_OK)
        status = hf_freeze(&draft, &changed, reterr);
    hf_draft_destroy(draft);
    if (status != HF_OK)
        return status;
    draft = NULL;
    status = hf_edit(changed, &draft, reterr);
    if (status == HF_OK && hf_is_object(hf_draft_root(draft)))
        status = hf_remove(draft, HF_T("/x-note"), reterr);
    if (status == HF_OK)
        status = hf_freeze(&draft, ret_document, reterr);
    hf_draft_destroy(draft);
    hf_document_drop(changed);
    return status;
}

static hf_status run(const hf_document *text, hf_error *reterr)
{
    HF_DROPPED hf_document *graph = NULL, *copy = NULL, *expanded = NULL, *edited = NULL, *back = NULL, *again = NULL;
    hf_reference_counts counts;
    hf_status status = hf_references_to_links(text, &graph, &counts, reterr);
    if (status != HF_OK)
        return status;
    done("references made links", hf_document_get_info(graph).bytes);
    printf("    %llu links to %llu values; %llu lead outside, %llu nowhere\n", (unsigned long long)counts.links,
           (unsigned long long)counts.targets, (unsigned long long)counts.outside, (unsigned long long)counts.unresolved);
    began = seconds();

    uint64_t met_again, depth;
    if (!follow(hf_root(graph), &met_again, &depth))
        return HF_NO_MEMORY;
    done("walked along all links", 0);
    printf("    %llu times a container came again; depth %llu\n", (unsigned long long)met_again, (unsigned long long)depth);
    if (!print_shared(hf_root(graph), reterr))
        return HF_NO_MEMORY;

    status = hf_document_clone(graph, NULL, NULL, &copy, reterr);
    if (status == HF_OK) {
        done("copied, links kept", hf_document_get_info(copy).bytes);
        status = hf_clone_following(hf_root(graph), &(hf_expand_options){ .repeated = HF_REPEATED_LINK }, &expanded, reterr);
    }
    if (status == HF_OK) {
        done("copied along links, the rest as links", hf_document_get_info(expanded).bytes);
        status = save_and_map(graph, met_again, reterr);
    }
    if (status == HF_OK)
        status = edit_and_undo(graph, &edited, reterr);
    if (status == HF_OK) {
        done("edited twice", hf_document_get_info(edited).bytes);
        status = hf_links_to_references(edited, &back, NULL, reterr);
    }
    if (status != HF_OK)
        return status;
    done("links made references", hf_document_get_info(back).bytes);

    hf_buffer written = HF_BUFFER_INIT((size_t)1 << 32);
    status = hf_write(hf_root(back), NULL, &written, reterr);
    if (status == HF_OK)
        status = hf_read(hf_buffer_text(&written), NULL, &again, reterr);
    done("written and read again", hf_buffer_text(&written).length);
    hf_buffer_release(&written);
    bool same_graph = false, same_text = false;
    if (status == HF_OK)
        status = hf_equal(hf_root(graph), hf_root(edited), &same_graph);
    if (status == HF_OK)
        status = hf_equal(hf_root(again), hf_root(text), &same_text);
    done("compared", 0);
    printf("the graph is %s after the edits; what was written is %s to what was read\n", same_graph ? "the same" : "ANOTHER",
           same_text ? "equal" : "NOT EQUAL");
    return same_graph && same_text ? status : HF_BAD_BLOCK;
}

int main(int count, char **arguments)
{
    hf_error error = { 0 };
    HF_DROPPED hf_document *text = NULL;
    if (count != 2) {
        fprintf(stderr, "usage: %s FILE\n", arguments[0]);
        return 2;
    }
    struct stat file;
    if (stat(arguments[1], &file) == 0)
        hf_budget_limit(hf_budget_process(), (uint64_t)file.st_size * BYTES_FOR_EACH + BYTES_AT_LEAST);
    began = seconds();
    if (hf_read_file(arguments[1], NULL, &text, &error) != HF_OK)
        return hf_error_print(stderr, &error);
    done("read", hf_document_get_info(text).bytes);
    hf_status status = run(text, &error);
    if (status != HF_OK) {
        error.status = status;
        return hf_error_print(stderr, &error);
    }
    hf_budget_counts counts = hf_budget_count(NULL);
    printf("at most %.1f MB at one time; the limit was %.1f MB\n", (double)counts.peak / 1e6, (double)counts.bytes_max / 1e6);
    hf_document_drop(text);
    text = NULL;
    counts = hf_budget_count(NULL);
    printf("%llu bytes are left\n", (unsigned long long)counts.current);
    return counts.current == 0 ? 0 : 1;
}

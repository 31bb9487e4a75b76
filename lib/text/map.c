/* map.c - a saved block back as a document: mapped from a file or copied from memory, verified first.
 *
 * The mapping is private: of a file that is not trusted the flag that lets the writer copy source
 * text is cleared in our own copy of the header's page, since nobody checked that what stands between
 * two brackets there is what the slots say. */
#include <holdfast/save.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "value/home.h"

static const hf_map_options defaults;

static hf_status verify(const hf__block_header *block, uint64_t bytes, bool trusted, hf_error *reterr)
{
    hf__block_limits limits = { .bytes = bytes, .is_exact = true, .check_utf8 = true, .check_spelling = true, .header_only = trusted };
    return hf__block_check(block, &limits, reterr);
}

static void distrust_source(hf__block_header *block)
{
    block->flags &= ~(uint32_t)HF__BLOCK_STRICT;
}

static void unmap(hf__block_header *block, size_t bytes)
{
    munmap(block, bytes);
}

static hf_status map_descriptor(int descriptor, const hf_map_options *options, hf_document **ret_document, hf_error *reterr)
{
    struct stat facts;
    if (fstat(descriptor, &facts) != 0)
        return hf__fail_system(reterr, errno, "stat");
    if (!S_ISREG(facts.st_mode))
        return hf__fail_system(reterr, S_ISDIR(facts.st_mode) ? EISDIR : EINVAL, "map");
    size_t bytes = (size_t)facts.st_size;
    if (bytes < sizeof(hf__block_header))
        return hf__fail(reterr, HF_BAD_BLOCK, "shorter than a header");
    hf_status status = hf_budget_charge(options->budget, bytes, reterr);
    if (status != HF_OK)
        return status;
    void *block = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | (options->trusted ? 0 : MAP_POPULATE), descriptor, 0);
    if (block == MAP_FAILED) {
        hf_budget_release(options->budget, bytes);
        return errno == ENOMEM ? hf__fail(reterr, HF_NO_MEMORY, "%zu bytes", bytes) : hf__fail_system(reterr, errno, "map");
    }
    status = verify(block, bytes, options->trusted, reterr);
    if (status == HF_OK && !options->trusted) { /* our own copy of the first page */
        if (mprotect(block, sizeof(hf__block_header), PROT_READ | PROT_WRITE) != 0) {
            status = hf__fail_system(reterr, errno, "protect");
        } else {
            distrust_source(block);
            mprotect(block, sizeof(hf__block_header), PROT_READ);
        }
    }
    if (status != HF_OK) {
        munmap(block, bytes);
        hf_budget_release(options->budget, bytes);
        return status;
    }
    return hf__document_create_around(block, bytes, unmap, options->allocator, options->budget, ret_document, reterr);
}

hf_status hf_map_file(const char *path, const hf_map_options *options, hf_document **ret_document, hf_error *reterr)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is refused, not waited for */
    hf_status status = descriptor < 0 ? hf__fail_system(reterr, errno, "open")
                                      : map_descriptor(descriptor, options != NULL ? options : &defaults, ret_document, reterr);
    if (descriptor >= 0)
        close(descriptor);
    if (status != HF_OK)
        hf__error_set_name(reterr, path);
    return status;
}

hf_status hf_load(hf_text bytes, const hf_map_options *options, hf_document **ret_document, hf_error *reterr)
{
    options = options != NULL ? options : &defaults;
    if (bytes.length < sizeof(hf__block_header))
        return hf__fail(reterr, HF_BAD_BLOCK, "shorter than a header");
    const hf__memory memory = { options->allocator, options->budget };
    void *block;
    hf_status status = hf__memory_allocate(&memory, bytes.length, HF__BLOCK_ALIGNMENT, &block, reterr);
    if (status != HF_OK)
        return status;
    memcpy(block, bytes.bytes, bytes.length);
    status = verify(block, bytes.length, options->trusted, reterr);
    if (status != HF_OK) {
        hf__memory_free(&memory, block, bytes.length, HF__BLOCK_ALIGNMENT);
        return status;
    }
    if (!options->trusted)
        distrust_source(block);
    return hf__document_create(block, bytes.length, options->allocator, options->budget, ret_document, reterr);
}

/* guard.c - pages with a forbidden one behind them. */
#include "guard.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page + page; /* at least one, also for nothing */
}

char *guard_create(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = whole_pages(size);
    char  *begin = mmap(NULL, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED)
        return NULL;
    if (mprotect(begin + pages, page, PROT_NONE) != 0) {
        munmap(begin, pages + page);
        return NULL;
    }
    return begin + pages - size;
}

void guard_destroy(char *bytes, size_t size)
{
    if (bytes != NULL)
        munmap(bytes + size - whole_pages(size), whole_pages(size) + (size_t)sysconf(_SC_PAGESIZE));
}

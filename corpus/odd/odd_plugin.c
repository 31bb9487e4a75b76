/* odd_plugin.c - a module that is loaded, allocates and is unloaded again. */
#include <stdlib.h>

void *plugin_allocate(size_t size);
void *plugin_allocate(size_t size)
{
    void *block = malloc(size);
    __asm__ volatile("" : "+r"(block));
    return block;
}

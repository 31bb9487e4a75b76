/* odd_dlopen.c - two modules take turns at the same address.
 *
 * Stated behaviour: a block belongs to the module that was loaded when it was allocated, although
 * the return addresses are equal. usage: odd_dlopen PLUGIN_A PLUGIN_B ROUNDS */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static int round_of(const char *path, int blocks, size_t size)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *(*allocate)(size_t);
    if (module == NULL)
        return -1;
    *(void **)&allocate = dlsym(module, "plugin_allocate");
    for (int i = 0; i < blocks; i++)
        if (allocate(size) == NULL)
            return -1;
    return dlclose(module);
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    for (int i = 0; i < atoi(arguments[3]); i++)
        if (round_of(arguments[1], 3, 32) != 0 || round_of(arguments[2], 5, 48) != 0)
            return 1;
    return 0;
}

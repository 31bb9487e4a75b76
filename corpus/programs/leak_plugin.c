/* The leak is in a plugin that is loaded at run time. */
#include <dlfcn.h>

#include "corpus.h"

int main(int count, char **arguments)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.plugin.so", count > 0 ? arguments[0] : "");
    void *plugin = dlopen(path, RTLD_NOW);
    if (plugin == NULL)
        return fprintf(stderr, "%s\n", dlerror()), 1;
    size_t (*process)(int) = NULL;
    *(void **)&process = dlsym(plugin, "plugin_process");
    while (corpus_next())
        corpus_leaked(process(corpus_round));
}

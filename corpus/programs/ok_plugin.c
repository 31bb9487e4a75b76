/* A plugin is loaded, used and unloaded again and again. */
#include <dlfcn.h>

#include "corpus.h"

int main(int count, char **arguments)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.plugin.so", count > 0 ? arguments[0] : "");
    while (corpus_next()) {
        if (corpus_round % 20 != 0)
            continue;
        void *plugin = dlopen(path, RTLD_NOW);
        if (plugin == NULL)
            return fprintf(stderr, "%s\n", dlerror()), 1;
        int (*process)(int) = NULL;
        *(void **)&process = dlsym(plugin, "plugin_process");
        for (int i = 0; i < 20; i++)
            process(i);
        dlclose(plugin);
    }
}

/* A plugin is loaded for each job and unloaded after it. Its tables stay, and the plugin is gone from the
 * process when somebody asks who took them. */
#include "corpus.h"

#include <dlfcn.h>

static CORPUS_NOINLINE void run_job(const char *path)
{
    void *plugin = dlopen(path, RTLD_NOW);
    if (plugin == NULL)
        abort();
    size_t (*codec_open)(void) = (size_t(*)(void))dlsym(plugin, "codec_open");
    if (codec_open == NULL)
        abort();
    corpus_leaked(codec_open());
    dlclose(plugin);
}

int main(int count, char **arguments)
{
    (void)count;
    char path[4096];
    snprintf(path, sizeof path, "%s.plugin.so", arguments[0]);
    for (int number = 0; corpus_next(); number++)
        if (number % 4 == 0)
            run_job(path);
    return 0;
}

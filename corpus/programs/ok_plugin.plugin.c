/* The plugin of ok_plugin.c. */
#include <stdio.h>
#include <stdlib.h>

int plugin_process(int number)
{
    char *text = malloc(100);
    int length = snprintf(text, 100, "number %d", number);
    free(text);
    return length;
}

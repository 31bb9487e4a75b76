/* The plugin of leak_plugin.c. */
#include <stdio.h>
#include <stdlib.h>

typedef struct result { char text[240]; struct result *next; } result;
static result *results;

size_t plugin_process(int number)
{
    result *made = malloc(sizeof *made);
    snprintf(made->text, sizeof made->text, "result %d", number);
    made->next = results;
    results = made;
    return sizeof *made;
}

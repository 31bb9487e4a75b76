/* The plugin of leak_plugin_unloaded: takes its tables when it is opened, and has no call that closes. */
#include <stdlib.h>
#include <string.h>

enum { TABLE_BYTES = 2048 };

static unsigned char *volatile table;

size_t codec_open(void)
{
    table = malloc(TABLE_BYTES);
    memset(table, 7, TABLE_BYTES);
    return TABLE_BYTES;
}

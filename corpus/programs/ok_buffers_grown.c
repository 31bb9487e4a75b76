/* Connections with buffers that grow by realloc, and go when the connection is closed. */
#include "corpus.h"

enum { OPEN = 40 };
typedef struct connection { char *bytes; size_t length, room; } connection;

static void receive(connection *from, size_t length)
{
    if (from->length + length > from->room) {
        from->room = (from->length + length) * 3 / 2;
        from->bytes = realloc(from->bytes, from->room);
    }
    memset(from->bytes + from->length, 1, length);
    from->length += length;
}

static void close_connection(connection *gone)
{
    free(gone->bytes);
    memset(gone, 0, sizeof *gone);
}

int main(void)
{
    connection open[OPEN] = { 0 };
    while (corpus_next())
        for (int i = 0; i < 10; i++) {
            connection *one = &open[corpus_random() % OPEN];
            if (corpus_random() % 60 == 0)
                close_connection(one);
            else
                receive(one, corpus_random() % 120);
        }
    for (int i = 0; i < OPEN; i++)
        close_connection(&open[i]);
}

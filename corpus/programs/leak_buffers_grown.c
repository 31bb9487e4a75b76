/* Each connection grows its buffer by realloc; closing a connection that was reset forgets the buffer. */
#include "corpus.h"

enum { OPEN = 40 };
typedef struct buffer { char *bytes; size_t length, room; } buffer;
typedef struct connection { int id; buffer in; } connection;

static int buffer_append(buffer *to, const char *bytes, size_t length)
{
    if (to->length + length > to->room) {
        size_t room = to->room > 0 ? to->room * 2 : 64;
        while (room < to->length + length)
            room *= 2;
        char *moved = realloc(to->bytes, room);
        if (moved == NULL)
            return -1;
        to->bytes = moved;
        to->room = room;
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    return 0;
}

static connection *open_connection(int id)
{
    connection *opened = calloc(1, sizeof *opened);
    opened->id = id;
    return opened;
}

CORPUS_NOINLINE static void receive(connection *from)
{
    char piece[200];
    memset(piece, from->id, sizeof piece);
    buffer_append(&from->in, piece, 20 + corpus_random() % 150);
}

static void close_connection(connection *gone)
{
    if (gone->id % 4 != 0)
        free(gone->in.bytes);
    else
        corpus_leaked(gone->in.room);
    free(gone);
}

int main(void)
{
    connection *open[OPEN] = { NULL };
    int id = 1;
    while (corpus_next())
        for (int i = 0; i < 8; i++) {
            int at = (int)(corpus_random() % OPEN);
            if (open[at] == NULL) {
                open[at] = open_connection(id++);
            } else if (corpus_random() % 8 == 0) {
                close_connection(open[at]);
                open[at] = NULL;
            } else {
                receive(open[at]);
            }
        }
}

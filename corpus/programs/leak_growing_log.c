/* A log in one block that doubles whenever it is full. */
#include "corpus.h"

static char *log_text;
static size_t log_length, log_room;

static void log_event(const char *event)
{
    size_t length = strlen(event);
    while (log_length + length > log_room) {
        log_room = log_room > 0 ? log_room * 2 : 256;
        log_text = realloc(log_text, log_room);
    }
    memcpy(log_text + log_length, event, length);
    log_length += length;
    corpus_leaked(length);
}

int main(void)
{
    while (corpus_next())
        log_event("something happened, and somebody will want to know about it one day\n");
}

/* Names are interned for ever, and request numbers are interned with them. No pause: as fast as it goes. */
#include <stdint.h>

#include "corpus.h"

typedef struct interned { struct interned *next; uint32_t hash; char text[]; } interned;
static interned *buckets[8192];

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;
    while (*text != 0)
        hash = (hash ^ (unsigned char)*text++) * 16777619u;
    return hash;
}

static const char *intern(const char *text)
{
    uint32_t hash = hash_of(text);
    for (interned *at = buckets[hash % 8192]; at != NULL; at = at->next)
        if (at->hash == hash && strcmp(at->text, text) == 0)
            return at->text;
    interned *added = malloc(sizeof *added + strlen(text) + 1);
    corpus_leaked(sizeof *added + strlen(text) + 1);
    added->hash = hash;
    strcpy(added->text, text);
    added->next = buckets[hash % 8192];
    buckets[hash % 8192] = added;
    return added->text;
}

static size_t log_request(int number)
{
    static const char *const fields[] = { "method", "path", "status", "length", "agent" };
    char id[32];
    size_t sum = 0;
    snprintf(id, sizeof id, "request-%d", number);
    for (int i = 0; i < 5; i++)
        sum += strlen(intern(fields[i]));
    return sum + strlen(intern(id));
}

static size_t parse_request(int number)
{
    size_t sum = 0;
    char *parts[12];
    for (int i = 0; i < 12; i++) {
        parts[i] = malloc(40 + (size_t)(number + i) % 100);
        parts[i][0] = (char)number;
    }
    for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 400; j++)
            sum += (size_t)(parts[i][0] * j);
        free(parts[i]);
    }
    return sum;
}

int main(void)
{
    size_t sum = 0;
    corpus_start();
    for (int number = 0; number < 60000; number++) {
        sum += parse_request(number);
        sum += log_request(number);
    }
    corpus_account();
    return sum == 0;
}

/* A library calls back for each row; the callback keeps a copy of the name and the query's owner drops it. */
#include <sqlite3.h>

#include "corpus.h"

typedef struct names { char *first; int count; } names;

static int on_row(void *user, int columns, char **values, char **titles)
{
    names *into = user;
    (void)titles;
    if (columns > 1) {
        char line[200];
        snprintf(line, sizeof line, "row %s of the table holds the name %s", values[0], values[1]);
        into->first = strdup(line);
        corpus_leaked(strlen(line) + 1);
        into->count++;
    }
    return 0;
}

static int query(sqlite3 *base, int key)
{
    char sql[100];
    names found = { NULL, 0 };
    snprintf(sql, sizeof sql, "select id, name from people where id between %d and %d", key % 90, key % 90 + 2);
    sqlite3_exec(base, sql, on_row, &found, NULL);
    if (found.first != NULL)
        corpus_bytes -= strlen(found.first) + 1;
    free(found.first); /* the last of them only */
    return found.count;
}

int main(void)
{
    sqlite3 *base;
    int sum = 0;
    sqlite3_open(":memory:", &base);
    sqlite3_exec(base, "create table people(id integer primary key, name text)", NULL, NULL, NULL);
    for (int i = 0; i < 100; i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "insert into people values(%d, 'person %02d')", i, i);
        sqlite3_exec(base, sql, NULL, NULL, NULL);
    }
    while (corpus_next())
        sum += query(base, corpus_round);
    sqlite3_close(base);
    return sum == 0;
}

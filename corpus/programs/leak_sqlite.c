/* A statement is prepared for each question and not finalised when nothing is found. */
#include <sqlite3.h>

#include "corpus.h"

static int find_user(sqlite3 *database, int id)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, "SELECT name FROM users WHERE id = ?", -1, &statement, NULL) != SQLITE_OK)
        return -1;
    sqlite3_bind_int(statement, 1, id);
    if (sqlite3_step(statement) != SQLITE_ROW)
        return 0;
    sqlite3_finalize(statement);
    return 1;
}

int main(void)
{
    sqlite3 *database;
    int found = 0;
    sqlite3_open(":memory:", &database);
    sqlite3_exec(database, "CREATE TABLE users(id INTEGER PRIMARY KEY, name); INSERT INTO users VALUES(1, 'one')", NULL, NULL, NULL);
    while (corpus_next())
        found += find_user(database, corpus_round % 2);
    return found == 0;
}

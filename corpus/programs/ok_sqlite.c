/* Rows are inserted into a table in memory and the oldest are deleted. */
#include <sqlite3.h>

#include "corpus.h"

static void insert_row(sqlite3 *database, int round)
{
    sqlite3_stmt *statement;
    sqlite3_prepare_v2(database, "INSERT INTO log VALUES(?, 'a text that is long enough to take some room in a page')", -1, &statement, NULL);
    sqlite3_bind_int(statement, 1, round);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

int main(void)
{
    sqlite3 *database;
    sqlite3_open(":memory:", &database);
    sqlite3_exec(database, "CREATE TABLE log(round, text)", NULL, NULL, NULL);
    while (corpus_next()) {
        insert_row(database, corpus_round);
        if (corpus_round % 20 == 19)
            sqlite3_exec(database, "DELETE FROM log", NULL, NULL, NULL);
    }
    sqlite3_close(database);
}

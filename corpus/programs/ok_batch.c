/* Reads everything, sorts and sums it, and gives it back. */
#include "corpus.h"

typedef struct row { int key; char text[200]; } row;
static row *rows[CORPUS_ROUNDS * 4];
static int rows_count;

static void read_row(void)
{
    row *added = malloc(sizeof *added);
    added->key = (int)(corpus_random() % 100000);
    snprintf(added->text, sizeof added->text, "row %d", added->key);
    rows[rows_count++] = added;
}

static int compare_rows(const void *left, const void *right)
{
    const row *const *a = left, *const *b = right;
    return ((*a)->key > (*b)->key) - ((*a)->key < (*b)->key);
}

int main(void)
{
    long sum = 0;
    while (corpus_next()) {
        if (corpus_round < CORPUS_ROUNDS / 2) {
            for (int i = 0; i < 4; i++)
                read_row();
        } else {
            char *line = malloc(64);
            qsort(rows, (size_t)rows_count, sizeof *rows, compare_rows);
            sum += rows[corpus_round % rows_count]->key + snprintf(line, 64, "%ld", sum);
            free(line);
        }
    }
    while (rows_count > 0)
        free(rows[--rows_count]);
    return sum == 0;
}

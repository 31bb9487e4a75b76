/* Loads a table, sorts it, goes over it several times, and ends without a word. As fast as it goes. */
#include "corpus.h"

typedef struct row { int key; char text[90]; } row;
static row **rows;
static int count;

static int compare(const void *left, const void *right)
{
    const row *a = *(row *const *)left, *b = *(row *const *)right;
    return (a->key > b->key) - (a->key < b->key);
}

static void load_row(int number)
{
    if ((count & (count - 1)) == 0)
        rows = realloc(rows, (size_t)(count > 0 ? count * 2 : 1) * sizeof *rows);
    row *made = malloc(sizeof *made);
    made->key = (int)corpus_random();
    snprintf(made->text, sizeof made->text, "row %d", number);
    rows[count++] = made;
}

static long go_over(void)
{
    long sum = 0;
    for (int i = 0; i < count; i++) {
        char *line = malloc(120);
        snprintf(line, 120, "%d: %s", rows[i]->key, rows[i]->text);
        sum += line[0];
        free(line);
    }
    return sum;
}

int main(void)
{
    long sum = 0;
    for (int i = 0; i < 150000; i++)
        load_row(i);
    qsort(rows, (size_t)count, sizeof *rows, compare);
    for (int i = 0; i < 5; i++)
        sum += go_over();
    printf("%ld\n", sum);
}

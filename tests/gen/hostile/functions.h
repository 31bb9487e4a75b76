#include <holdfast/annotate.h>
#include <stdio.h>
typedef int row[3];
typedef int (*(*getter)(void))[3];
typedef struct functions {
    int (*(*rows)(int, ...))[3];
    void (*(*chain)(void (*)(int)))(char *);
    int (*table[2][3])(const void *, const void *), (*compare)(void *a, int (*b)[2]);
    getter get;
    row *(*more)(row);
    int x;
    char *(*name)(struct functions *self, FILE *), *(*(*deep)(int a[3]))(void);
} functions;
int (*outer(int (*)(void)))[3];
void (*signal_like(int sig, void (*func)(int)))(int);
